"""Many readers of an answer that does not come: what they cost, and what a turn costs beside them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

from bench.asking import ask_all, callers, new_chat_id
from bench.chat_client import TurnTimes, request_head, turn_request
from bench.figures import Report, Table, ms
from bench.installation import Installation
from bench.meter import Meter, Spent
from bench.zero_delay_model import SILENCE_CUE

TURNS = 40
READERS, WATCH_S = 1000, 25.0
QUICK_TURNS, QUICK_READERS, QUICK_WATCH_S = 2, 10, 1.0
OPEN_TIMEOUT_S = 60.0
# Opened at a time, so that the listening socket's queue is never the bound.
BATCH = 50


@dataclass(frozen=True, slots=True)
class Found:
    """`core_share`: of one core, while nothing but heartbeats goes out."""

    readers: int
    bytes_each: float
    core_share: float
    alone: tuple[Spent, Sequence[TurnTimes]]
    beside: tuple[Spent, Sequence[TurnTimes]]


def measure(here: Installation, *, quick: bool) -> Report:
    """Turns without readers, readers without turns, turns beside readers."""
    how = (QUICK_READERS, QUICK_WATCH_S, QUICK_TURNS) if quick else (READERS, WATCH_S, TURNS)
    return _report(asyncio.run(_measure(here, *how)))


async def _measure(here: Installation, readers: int, watch_s: float, turns: int) -> Found:
    async with callers(here, 1) as there:
        await ask_all(there, "tool", turns)

        async def turn() -> tuple[Spent, Sequence[TurnTimes]]:
            meter = Meter(here.server, here.postgres)
            answers = await ask_all(there, "tool", turns)
            return meter.spent(turns), answers.times

        alone = await turn()
        async with _silent_turn(here) as chat_id:
            before = here.server.rss_bytes()
            async with _reading(here, chat_id, readers):
                grown = here.server.rss_bytes() - before
                core_share = await _core_share(here, watch_s)
                beside = await turn()
    return Found(readers, grown / readers, core_share, alone, beside)


async def _core_share(here: Installation, watch_s: float) -> float:
    spent_s, started = here.server.cpu_s(), time.monotonic()
    await asyncio.sleep(watch_s)
    return (here.server.cpu_s() - spent_s) / (time.monotonic() - started)


@asynccontextmanager
async def _silent_turn(here: Installation) -> AsyncGenerator[str]:
    """A turn whose model never answers."""
    chat_id = new_chat_id()
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(turn_request(here.token, chat_id, "1", SILENCE_CUE))
    await reader.readuntil(b"data-status")
    try:
        yield chat_id
    finally:
        writer.close()


class _Reader(asyncio.Protocol):
    """Takes what comes and forgets it; `opened` is set by the first event."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        if b"data:" in data:
            self.opened.set()


@asynccontextmanager
async def _reading(here: Installation, chat_id: str, readers: int) -> AsyncGenerator[None]:
    loop = asyncio.get_running_loop()
    head = request_head("GET", f"/api/chat/{chat_id}/stream", here.token)
    transports: list[asyncio.Transport] = []

    async def open_one() -> None:
        transport, reader = await loop.create_connection(_Reader, "127.0.0.1", here.port)
        transports.append(transport)
        transport.write(f"{head}\r\n".encode())
        await reader.opened.wait()

    try:
        for first in range(0, readers, BATCH):
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await asyncio.gather(*(open_one() for _ in range(min(BATCH, readers - first))))
        yield
    finally:
        for transport in transports:
            transport.close()


def _report(found: Found) -> Report:
    def whole(times: Sequence[TurnTimes]) -> float:
        return median(turn.whole_ms for turn in times)

    rows = [
        (name, ms(spent.server_ms), ms(spent.postgres_ms), ms(whole(times)))
        for name, (spent, times) in (("alone", found.alone), ("beside them", found.beside))
    ]
    table = Table(
        f"{found.readers} readers of a turn that says nothing",
        ("tool turn", "server ms", "Postgres ms", "whole ms (wall)"),
        rows,
        (
            f"A reader costs {found.bytes_each / 1000:.1f} kB; "
            f"all of them together {100 * found.core_share:.1f} % of a core.",
        ),
    )
    return Report(
        "streams",
        (table,),
        {
            "readers": found.readers,
            "bytes_each": round(found.bytes_each),
            "core_share": round(found.core_share, 4),
            "alone": {**found.alone[0].data, "whole_ms": whole(found.alone[1])},
            "beside": {**found.beside[0].data, "whole_ms": whole(found.beside[1])},
        },
    )
