"""How long a turn stands still when its server is killed: from kill -9 to the redone call's first word."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from bench.asking import new_chat_id, quiet
from bench.figures import Report, Spread, Table, ms
from bench.installation import Installation, another_server, installation
from bench.watching import Watch, asking_for_drips, following
from tests.acceptance.server_process import ServerProcess

KILLS, TURNS_A_KILL, DRIPS = 6, 3, 400
QUICK_KILLS, QUICK_TURNS_A_KILL = 1, 1
REDONE = b'"type":"reset-step"'


def measure(*, quick: bool) -> Report:
    """A server that is killed again and again, and one that stays; both have a worker, as is the default."""
    kills, turns = (QUICK_KILLS, QUICK_TURNS_A_KILL) if quick else (KILLS, TURNS_A_KILL)
    waits_ms: list[float] = []
    with installation() as here, another_server(here, "victim") as victim:
        for number in range(kills):
            if number:
                victim.restart()
            waits_ms += asyncio.run(_one_kill(here, victim, turns))
        return _report(waits_ms, kills)


async def _one_kill(here: Installation, victim: ServerProcess, turns: int) -> Sequence[float]:
    """Of each turn that ran there, milliseconds; read at the server that stays, from the turn's start."""
    async with AsyncExitStack() as stack:

        async def begun() -> Watch:
            chat_id = new_chat_id()
            asking = asking_for_drips(victim.port, here.token, chat_id, DRIPS)
            asker = await stack.enter_async_context(asking)
            watch = await stack.enter_async_context(following(here.port, here.token, chat_id))
            await asyncio.gather(asker.until(_has_words), watch.until(_has_words))
            return watch

        watches = await asyncio.gather(*(begun() for _ in range(turns)))
        killed_at = time.monotonic()
        victim.kill()

        async def until_redone(watch: Watch) -> float:
            await watch.until(_says_it_again)
            return (time.monotonic() - killed_at) * 1000

        waits_ms = await asyncio.gather(*map(until_redone, watches))
        await asyncio.gather(*(watch.to_end() for watch in watches))
    await quiet(here)
    return waits_ms


def _has_words(watch: Watch) -> bool:
    return bool(watch.arrived_ms)


def _says_it_again(watch: Watch) -> bool:
    return b'"text-delta"' in watch.received.partition(REDONE)[2]


def _report(waits_ms: Sequence[float], kills: int) -> Report:
    spread = Spread(tuple(waits_ms))
    row = (f"{len(waits_ms)} turns, {kills} kills", ms(min(waits_ms)), ms(spread.median), ms(max(waits_ms)))
    table = Table(
        "From kill -9 to the first word of the redone model call: wall time in ms, at a reader elsewhere",
        ("turns", "shortest", "median", "longest"),
        [row],
    )
    return Report(
        "takeover",
        (table,),
        {
            "kills": kills,
            "waits_ms": [round(wait) for wait in waits_ms],
            "median_ms": round(spread.median),
            "longest_ms": round(max(waits_ms)),
        },
    )
