"""A reader of one turn's stream that knows when each word came, by the clock that the model told it by."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bench.chat_client import HEAD_END, LAST_CHUNK, READ_BYTES, RefusedError, request_head, turn_request
from bench.zero_delay_model import DRIP_CUE

TIMEOUT_S = 120.0
NS_IN_MS = 1_000_000
_STAMP = re.compile(rb" t(\d+);")


@dataclass(slots=True)
class Watch:
    """`arrived_ms`: of each stamp, how long it was on its way. `opened_ns`: when the stream began."""

    reader: asyncio.StreamReader
    opened_ns: int
    received: bytes = b""
    arrived_ms: dict[int, float] = field(default_factory=dict[int, float])
    _looked_at: int = 0

    async def until(self, reached: Callable[["Watch"], bool]) -> None:
        """Read on until `reached`; fails when the stream ends first."""
        async with asyncio.timeout(TIMEOUT_S):
            while not reached(self):
                data = await self.reader.read(READ_BYTES)
                assert data, f"the stream ended early: {self.received[-400:]!r}"
                self._take(data)

    async def to_end(self) -> None:
        await self.until(lambda watch: watch.received.endswith(LAST_CHUNK))
        assert b'"type":"error"' not in self.received, self.received[-400:]

    def _take(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self.received += data
        for found in _STAMP.finditer(self.received, self._looked_at):
            self._looked_at = found.end()
            stamp = int(found[1])
            # What was said before it joined came as the past, all at once.
            if stamp > self.opened_ns:
                self.arrived_ms.setdefault(stamp, (now - stamp) / NS_IN_MS)


@asynccontextmanager
async def asking_for_drips(port: int, token: str, chat_id: str, drips: int) -> AsyncGenerator[Watch]:
    """The turn of a new question, told token by token."""
    async with _watching(port, turn_request(token, chat_id, "1", f"{DRIP_CUE} {drips}")) as watch:
        yield watch


@asynccontextmanager
async def following(port: int, token: str, chat_id: str) -> AsyncGenerator[Watch]:
    """The same turn as a page that comes back sees it."""
    request = request_head("GET", f"/api/chat/{chat_id}/stream", token) + "\r\n"
    async with _watching(port, request.encode()) as watch:
        yield watch


@asynccontextmanager
async def _watching(port: int, request: bytes) -> AsyncGenerator[Watch]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        async with asyncio.timeout(TIMEOUT_S):
            head = await reader.readuntil(HEAD_END)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RefusedError(head.decode("latin-1").split("\r\n", 1)[0])
        yield Watch(reader, time.monotonic_ns())
    finally:
        writer.close()
