"""A client that costs little: one kept-alive connection, turns one after another, times at the socket."""

import asyncio
import time
from dataclasses import dataclass

import orjson

READ_BYTES = 65_536
TURN_TIMEOUT_S = 300.0
HEAD_END = b"\r\n\r\n"
LAST_FRAME = b"data: [DONE]\n\n"
LAST_CHUNK = b"0\r\n\r\n"


class TurnFailedError(Exception):
    """A turn that was refused or ended with an error makes the benchmark worthless."""


class RefusedError(TurnFailedError):
    """The server took no turn: it answered with another status than 200."""


@dataclass(frozen=True, slots=True)
class TurnTimes:
    """Milliseconds from the request to its first byte, to the first word of the answer, and to the end."""

    first_byte_ms: float
    first_text_ms: float
    whole_ms: float


def request_head(method: str, path: str, token: str) -> str:
    """The first lines of a request, each with its end; more may follow."""
    return f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"


def turn_request(token: str, chat_id: str, message_id: str, text: str) -> bytes:
    """A whole `POST /api/chat`."""
    message = {"id": message_id, "role": "user", "parts": [{"type": "text", "text": text}]}
    body = orjson.dumps({"id": chat_id, "message": message, "trigger": "submit-message"})
    head = request_head("POST", "/api/chat", token)
    return f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


class ChatClient:
    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._asked = 0

    async def ask(self, chat_id: str, text: str) -> TurnTimes:
        """One turn, read to its end.

        Raises:
            RefusedError: the server took no turn.
            TurnFailedError: it ended with an error.
        """
        self._asked += 1
        request = turn_request(self._token, chat_id, f"{chat_id}-{self._asked}", text)
        try:
            async with asyncio.timeout(TURN_TIMEOUT_S):
                reader, writer = await self._connected()
                started = time.perf_counter()
                writer.write(request)
                return await _read_turn(reader, started)
        except RefusedError:
            await self.close()
            raise

    async def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            await self._streams[1].wait_closed()
            self._streams = None

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._streams[0].at_eof():  # the server closes what is idle for long
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        return self._streams


async def _read_turn(reader: asyncio.StreamReader, started: float) -> TurnTimes:
    def since_ms() -> float:
        return (time.perf_counter() - started) * 1000

    head = await reader.readuntil(HEAD_END)
    if not head.startswith(b"HTTP/1.1 200"):
        raise RefusedError(head.decode("latin-1").split("\r\n", 1)[0])
    received = b""
    first_byte_ms = first_text_ms = 0.0
    while not received.endswith(LAST_CHUNK):
        data = await reader.read(READ_BYTES)
        if not data:
            raise TurnFailedError("the server closed the connection")
        received += data
        first_byte_ms = first_byte_ms or since_ms()
        if not first_text_ms and b'"text-delta"' in received:
            first_text_ms = since_ms()
    if LAST_FRAME not in received or b'"type":"error"' in received or not first_text_ms:
        raise TurnFailedError(received[-400:].decode("utf-8", "replace"))
    return TurnTimes(first_byte_ms, first_text_ms, since_ms())
