"""An OpenAI-compatible endpoint with no delay, in a process of its own: `python -m bench.zero_delay_model`.

A question that begins with TOOL_CUE is answered with a tool call, one that begins with SILENCE_CUE never, and
everything else with 60 tokens of text; an answer leaves in one write. Input tokens are a quarter of the
request's bytes. It prints its port and serves until its
standard input closes.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Sequence

import orjson

from leadhand.errors import JsonValue

TOOL_CUE = "Tool:"
SILENCE_CUE = "Silence:"
DRIP_CUE = "Drip:"
DRIP_S = 0.02
DRIP_PROMPT_TOKENS = 900
TOOL = "get_machine_availability"
ARGUMENTS = (
    '{"',
    "machines",
    '":["',
    "P",
    "uma",
    " ",
    "310",
    "0",
    '"],"',
    "window",
    '":"',
    "next",
    " week",
    '"}',
)
TOKENS = 60
HEAD_END = b"\r\n\r\n"
# Stands in the answer where the request's tokens come, in as many bytes: an answer is made once.
PLACE = 999_999_999
BYTES_PER_TOKEN = 4


def _frame(choices: Sequence[JsonValue], **others: JsonValue) -> bytes:
    payload: dict[str, JsonValue] = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1795420800,
        "model": "bench-1",
        "choices": list(choices),
        **others,
    }
    return b"data: " + orjson.dumps(payload) + b"\n\n"


def _said(delta: JsonValue) -> bytes:
    return _frame([{"index": 0, "delta": delta, "finish_reason": None}])


def _ending(finish_reason: str, prompt_tokens: int = PLACE) -> bytes:
    usage: JsonValue = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": TOKENS,
        "total_tokens": prompt_tokens,
    }
    last = _frame([{"index": 0, "delta": {}, "finish_reason": finish_reason}])
    return last + _frame([], usage=usage) + b"data: [DONE]\n\n"


def _chunk(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def _whole(deltas: Sequence[JsonValue], finish_reason: str) -> bytes:
    """A complete HTTP response with the stream as one chunk."""
    return HEAD + _chunk(b"".join(map(_said, deltas)) + _ending(finish_reason)) + LAST_CHUNK


async def _drip(transport: asyncio.WriteTransport, tokens: int) -> None:
    """` t<nanoseconds of the monotonic clock>;` again and again; the clock is one for the whole machine."""
    transport.write(HEAD + _chunk(_said({"role": "assistant", "content": ""})))
    for _ in range(tokens):
        await asyncio.sleep(DRIP_S)
        if transport.is_closing():
            return
        transport.write(_chunk(_said({"content": f" t{time.monotonic_ns()};"})))
    transport.write(_chunk(_ending("stop", DRIP_PROMPT_TOKENS)) + LAST_CHUNK)


def _text() -> bytes:
    first: JsonValue = {"role": "assistant", "content": ""}
    token: JsonValue = {"content": " token"}
    return _whole([first, *[token] * TOKENS], "stop")


def _call() -> bytes:
    function: JsonValue = {"name": TOOL, "arguments": ""}
    start: JsonValue = {"index": 0, "id": "call_bench", "type": "function", "function": function}
    deltas: list[JsonValue] = [{"role": "assistant", "content": None, "tool_calls": [start]}]
    for part in ARGUMENTS:
        deltas.append({"tool_calls": [{"index": 0, "function": {"arguments": part}}]})
    return _whole(deltas, "tool_calls")


class _Connection(asyncio.Protocol):
    """Keeps the connection; requests come one after another."""

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None
        self._dripping: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (body := self._request()) is not None:
            assert self._transport is not None
            asked = _question(body)
            if asked.startswith(DRIP_CUE):
                dripping = _drip(self._transport, int(asked.removeprefix(DRIP_CUE)))
                self._dripping = asyncio.create_task(dripping)
            elif not asked.startswith(SILENCE_CUE):
                answer = CALL if asked.startswith(TOOL_CUE) else TEXT
                self._transport.write(answer.replace(b"%d" % PLACE, b"%9d" % (len(body) // BYTES_PER_TOKEN)))

    def _request(self) -> bytes | None:
        head, found, rest = self._received.partition(HEAD_END)
        if not found:
            return None
        lines = head.decode("latin-1").lower().split("\r\n")
        length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
        if len(rest) < length:
            return None
        self._received = rest[length:]
        return rest[:length]


def _question(body: bytes) -> str:
    """The newest message, if a person wrote it."""
    last = orjson.loads(body)["messages"][-1]
    return str(last["content"]) if last["role"] == "user" else ""


TEXT, CALL = _text(), _call()


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve())
