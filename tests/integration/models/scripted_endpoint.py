"""A real HTTP server on loopback that speaks just enough of the OpenAI wire, one scripted reply a request."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from leadhand.errors import JsonValue

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Endpoint:
    """`calls` are the bodies of the requests that arrived; `keys` their Authorization headers."""

    url: str = ""
    calls: list[dict[str, JsonValue]] = field(default_factory=list[dict[str, JsonValue]])
    keys: list[str] = field(default_factory=list[str])
    paths: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def endpoint(*replies: Reply) -> AsyncGenerator[Endpoint]:
    """Serves `replies` in order; the last one again and again."""
    state = Endpoint()
    open_writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_writers.append(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            state.paths.append(head.split(" ")[1])
            state.keys.append(headers.get("authorization", ""))
            state.calls.append(json.loads(body))
            await replies[min(len(state.calls), len(replies)) - 1](writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    state.url = f"http://{host}:{port}/v1"
    try:
        yield state
    finally:
        server.close()
        for writer in open_writers:
            writer.close()
        await server.wait_closed()


def chunk(delta: dict[str, JsonValue], finish: str | None = None) -> dict[str, JsonValue]:
    choice: dict[str, JsonValue] = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": [choice],
    }


def tool_call_chunk(**function: str) -> dict[str, JsonValue]:
    """One fragment of the call c1: its name, its arguments, or both."""
    named: dict[str, JsonValue] = {**function}
    return chunk({"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": named}]})


USAGE: dict[str, JsonValue] = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 0,
    "model": "scripted",
    "choices": [],
    "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9},
}
HELLO = (chunk({"role": "assistant", "content": "Hel"}), chunk({"content": "lo"}))
WHOLE = (*HELLO, chunk({}, "stop"), USAGE)


def streams(events: Sequence[dict[str, JsonValue]], *, done: bool = True, end: bool = True) -> Reply:
    """An SSE answer. Without `end` the connection is cut in the middle of the body."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"}))
        for event in events:
            writer.write(_framed(f"data: {json.dumps(event)}\n\n"))
        if done:
            writer.write(_framed("data: [DONE]\n\n"))
        if end:
            writer.write(b"0\r\n\r\n")
        await writer.drain()

    return reply


def says(raw: str, content_type: str = "text/event-stream") -> Reply:
    """A 200 with this body, whatever it is."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {"content-type": content_type, "content-length": str(len(raw.encode()))}))
        writer.write(raw.encode())
        await writer.drain()

    return reply


def fails(status: int, *, code: str = "", **headers: str) -> Reply:
    """An error in the provider's shape, its text holding what must never be shown."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        error: JsonValue = {
            "error": {"message": "SECRET sk-123 at /srv/model", "code": code or None, "type": None}
        }
        body = json.dumps(error).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        writer.write(
            _head(status, {"content-type": "application/json", "content-length": str(len(body)), **named})
            + body
        )
        await writer.drain()

    return reply


def hangs(events: Sequence[dict[str, JsonValue]] | None = None) -> Reply:
    """Sends nothing more: after the request, or after the first `events` of a stream."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        if events is not None:
            await streams(events, done=False, end=False)(writer)
        await writer.wait_closed()

    return reply


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Scripted\r\n{lines}connection: close\r\n\r\n".encode()


def _framed(text: str) -> bytes:
    data = text.encode()
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"
