"""The OpenAI chat completions wire, server side: reading requests, writing chunked responses and frames."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leadhand.errors import JsonValue
from tests.acceptance.json_access import at, parse
from tests.acceptance.model_script import CallFragment, CallStart, ModelRequest, Streamed, Text

MODEL_NAME = "scripted-1"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    headers: Mapping[str, str]
    body: JsonValue


async def read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    """The next request of a kept-alive connection; None when the client closed it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return None
        raise
    _, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return HttpRequest(headers, parse(body) if body else None)


async def write_head(writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str]) -> None:
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    await writer.drain()


async def write_whole(
    writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    own = {"content-type": "application/json", "content-length": str(len(body))}
    await write_head(writer, status, {**own, **headers})
    writer.write(body)
    await writer.drain()


async def write_chunk(writer: asyncio.StreamWriter, body: bytes) -> None:
    """One chunk of a chunked body; an empty one ends it."""
    writer.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
    await writer.drain()


def frame(payload: JsonValue) -> bytes:
    return b"data: " + json.dumps(payload, separators=(",", ":")).encode() + b"\n\n"


def delta_frame(request: ModelRequest, delta: JsonValue, finish_reason: str | None = None) -> bytes:
    choice: JsonValue = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return frame({**_envelope(request, "chat.completion.chunk"), "choices": [choice]})


def step_delta(step: Text | CallStart | CallFragment) -> JsonValue:
    """The `delta` object by which a provider reports this step."""
    match step:
        case Text(delta):
            return {"content": delta}
        case CallStart(index, call_id, name):
            function: JsonValue = {"name": name, "arguments": ""}
            return {"tool_calls": [{"index": index, "id": call_id, "type": "function", "function": function}]}
        case CallFragment(index, fragment):
            return {"tool_calls": [{"index": index, "function": {"arguments": fragment}}]}


def closing_frames(request: ModelRequest, reply: Streamed) -> Iterator[bytes]:
    """The finish reason, the usage when asked for and reported, and [DONE]."""
    yield delta_frame(request, {}, finish_reason_of(reply))
    if reply.usage is not None and at(request.body, "stream_options", "include_usage") is True:
        yield frame({**_envelope(request, "chat.completion.chunk"), "choices": [], "usage": _usage(reply)})
    yield b"data: [DONE]\n\n"


def finish_reason_of(reply: Streamed) -> str:
    if reply.finish_reason is not None:
        return reply.finish_reason
    return "tool_calls" if any(isinstance(step, CallStart) for step in reply.steps) else "stop"


def whole_completion(request: ModelRequest, reply: Streamed) -> bytes:
    """The reply for a request without `stream`."""
    text = "".join(step.delta for step in reply.steps if isinstance(step, Text))
    tool_calls: list[JsonValue] = []
    for start in (step for step in reply.steps if isinstance(step, CallStart)):
        fragments = (
            s.fragment for s in reply.steps if isinstance(s, CallFragment) and s.index == start.index
        )
        function: JsonValue = {"name": start.name, "arguments": "".join(fragments)}
        tool_calls.append({"id": start.call_id, "type": "function", "function": function})
    message: dict[str, JsonValue] = {"role": "assistant", "content": text or None}
    if tool_calls:
        message["tool_calls"] = tool_calls
    choice: JsonValue = {"index": 0, "message": message, "finish_reason": finish_reason_of(reply)}
    body: dict[str, JsonValue] = {**_envelope(request, "chat.completion"), "choices": [choice]}
    if reply.usage is not None:
        body["usage"] = _usage(reply)
    return json.dumps(body).encode()


def _envelope(request: ModelRequest, kind: str) -> dict[str, JsonValue]:
    return {"id": f"chatcmpl-{request.number}", "object": kind, "created": 1795420800, "model": MODEL_NAME}


def _usage(reply: Streamed) -> JsonValue:
    assert reply.usage is not None
    sent, received = reply.usage.prompt_tokens, reply.usage.completion_tokens
    return {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received}
