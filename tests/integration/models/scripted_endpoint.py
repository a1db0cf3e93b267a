"""A real HTTP server on loopback that speaks just enough of the OpenAI wire, one scripted reply a request."""

import asyncio
import gzip
import json
import ssl
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from leadhand.errors import JsonValue


@dataclass(frozen=True, slots=True)
class Client:
    """The other side of one connection. `gone` is set when it has hung up on a reply that hangs."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    gone: asyncio.Event

    async def send(self, *data: bytes) -> None:
        for piece in data:
            self.writer.write(piece)
            await self.writer.drain()


Reply = Callable[[Client], Awaitable[None]]
KEEP = {"connection": "keep-alive"}


@dataclass
class Endpoint:
    """`calls` are the bodies of the requests that arrived, `headers` and `paths` what came with them."""

    url: str = ""
    connections: int = 0
    calls: list[dict[str, JsonValue]] = field(default_factory=list[dict[str, JsonValue]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    paths: list[str] = field(default_factory=list[str])
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def keys(self) -> list[str]:
        return [headers.get("authorization", "") for headers in self.headers]


@asynccontextmanager
async def endpoint(*replies: Reply, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Endpoint]:
    """Serves `replies` in order; the last one again and again."""
    state = Endpoint()
    open_writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        open_writers.append(writer)
        client = Client(reader, writer, state.gone)
        try:
            while not writer.is_closing():
                await read_request(reader)
                reply = replies[min(len(state.calls), len(replies)) - 1]
                await reply(client)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def read_request(reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.partition(":") for line in head.split("\r\n")[1:]]
        headers = {name.strip().lower(): value.strip() for name, _, value in lines}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        state.paths.append(head.split(" ")[1])
        state.headers.append(headers)
        state.calls.append(json.loads(body) if body else {})
        state.asked.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    host, port = server.sockets[0].getsockname()[:2]
    state.url = f"{'https' if tls else 'http'}://{host}:{port}/v1"
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


def tool_call_chunk(*, index: int = 0, call_id: str | None = "c1", **function: str) -> dict[str, JsonValue]:
    """One fragment of a call: its name, its arguments, or both."""
    named: dict[str, JsonValue] = {**function}
    call: dict[str, JsonValue] = {"index": index, "id": call_id, "type": "function", "function": named}
    return chunk({"tool_calls": [call]})


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


def streams(
    events: Sequence[dict[str, JsonValue]], *, done: bool = True, end: bool = True, keep: bool = False
) -> Reply:
    """An SSE answer. Without `end` the connection is cut in the middle of the body."""

    async def reply(client: Client) -> None:
        named = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
        await client.send(_head(200, {**named, **(KEEP if keep else {})}))
        for event in events:
            await client.send(framed(f"data: {json.dumps(event)}\n\n".encode()))
        if done:
            await client.send(framed(b"data: [DONE]\n\n"))
        if end:
            await client.send(b"0\r\n\r\n")
        if not keep:
            client.writer.close()

    return reply


def says(raw: str, content_type: str = "text/event-stream") -> Reply:
    """A 200 with this body, whatever it is."""
    body = raw.encode()
    return sends(_head(200, {"content-type": content_type, "content-length": str(len(body))}), body)


def compressed(raw: str, encoding: str) -> Reply:
    """A 200 with a compressed body; `raw deflate` is what some servers call deflate."""
    bare = zlib.compressobj(wbits=-15)
    body = {
        "gzip": gzip.compress(raw.encode()),
        "deflate": zlib.compress(raw.encode()),
        "raw deflate": bare.compress(raw.encode()) + bare.flush(),
        "broken gzip": b"\x1f\x8b\x08nonsense" * 9,
    }[encoding]
    named = {"content-encoding": encoding.rpartition(" ")[2], "content-length": str(len(body))}
    return sends(_head(200, {"content-type": "text/event-stream", **named}), body)


def sends(*pieces: bytes) -> Reply:
    """These bytes and the end of the connection."""

    async def reply(client: Client) -> None:
        await client.send(*pieces)
        client.writer.close()

    return reply


def fails(status: int, *, code: str = "", message: str = "", **headers: str) -> Reply:
    """An error in the provider's shape, its text holding what must never be shown."""
    error: JsonValue = {
        "error": {"message": f"SECRET sk-123 at /srv/model {message}", "code": code or None, "type": None}
    }
    body = json.dumps(error).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    head = _head(status, {"content-type": "application/json", "content-length": str(len(body)), **named})
    return sends(head + body)


def redirects(status: int, location: str = "") -> Reply:
    """To `location`; to nowhere in particular if that is empty."""
    where = {"location": location} if location else {}
    return sends(_head(status, {"content-length": "0", **where}))


def hangs(
    events: Sequence[dict[str, JsonValue]] | None = None, *, keep_alive_s: float | None = None
) -> Reply:
    """Sends nothing more: after the request, or after the first `events` of a stream; then waits until the
    client has gone. With `keep_alive_s` comments go on coming, and no answer."""

    async def reply(client: Client) -> None:
        if events is not None:
            named = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
            await client.send(_head(200, named))
            for event in events:
                await client.send(framed(f"data: {json.dumps(event)}\n\n".encode()))
        while True:
            try:
                async with asyncio.timeout(keep_alive_s):
                    await _hung_up(client.reader)
                break
            except TimeoutError:
                await client.send(framed(b": still here\n\n"))
        client.gone.set()

    return reply


async def _hung_up(reader: asyncio.StreamReader) -> None:
    try:
        while await reader.read(1024):
            pass
    except ConnectionError:
        pass


def framed(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"connection": "close", **headers}.items())
    return f"HTTP/1.1 {status} Scripted\r\n{lines}\r\n".encode()
