"""How late a word of the model reaches a reader: at the server that runs the turn, and at another one."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bench.asking import new_chat_id, quiet
from bench.figures import Report, Spread, Table, ms
from bench.installation import Installation, another_server, installation
from bench.watching import Watch, asking_for_drips, following
from bench.zero_delay_model import DRIP_S
from leadhand.errors import JsonValue

TURNS, DRIPS = 10, 200
QUICK_TURNS, QUICK_DRIPS = 1, 20
ASKER, SAME, OTHER = "who asked", "another reader at the same server", "a reader at another server"


@dataclass(frozen=True, slots=True)
class Found:
    """Of each word that all readers saw live: when it reached them, in the same order for all."""

    arrived_ms: dict[str, Sequence[float]]


def measure(*, quick: bool) -> Report:
    """With two servers on one database."""
    with installation() as here, another_server(here, "elsewhere") as elsewhere:
        return _report(asyncio.run(_measure(here, elsewhere.port, quick=quick)))


def measure_on(here: Installation, *, quick: bool) -> Report:
    """With one server that runs already, which stands for the other one, too."""
    return _report(asyncio.run(_measure(here, here.port, quick=quick)))


async def _measure(here: Installation, elsewhere: int, *, quick: bool) -> Found:
    turns, drips = (QUICK_TURNS, QUICK_DRIPS) if quick else (TURNS, DRIPS)
    arrived: dict[str, list[float]] = {ASKER: [], SAME: [], OTHER: []}
    for _ in range(turns):
        watches = await _one_turn(here, elsewhere, drips)
        seen_by_all = set[int].intersection(*(set(watch.arrived_ms) for watch in watches.values()))
        for name, watch in watches.items():
            arrived[name] += [watch.arrived_ms[stamp] for stamp in sorted(seen_by_all)]
        await quiet(here)
    return Found(dict(arrived))


async def _one_turn(here: Installation, elsewhere: int, drips: int) -> dict[str, Watch]:
    chat_id = new_chat_id()
    async with AsyncExitStack() as stack:
        asker = await stack.enter_async_context(asking_for_drips(here.port, here.token, chat_id, drips))
        watches = {
            ASKER: asker,
            SAME: await stack.enter_async_context(following(here.port, here.token, chat_id)),
            OTHER: await stack.enter_async_context(following(elsewhere, here.token, chat_id)),
        }
        await asyncio.gather(*(watch.to_end() for watch in watches.values()))
    return watches


def _report(found: Found) -> Report:
    asker = found.arrived_ms[ASKER]
    rows: list[tuple[str, ...]] = []
    data: dict[str, JsonValue] = {"words": len(asker)}
    for name, arrived in found.arrived_ms.items():
        spread = Spread(tuple(arrived))
        later = Spread(tuple(there - here for there, here in zip(arrived, asker, strict=True)))
        rows.append((name, ms(spread.median), ms(spread.p95), ms(later.median), ms(later.p95)))
        data[name.replace(" ", "_")] = {
            "median_ms": round(spread.median, 2),
            "p95_ms": round(spread.p95, 2),
            "later_than_asker_median_ms": round(later.median, 2),
            "later_than_asker_p95_ms": round(later.p95, 2),
        }
    table = Table(
        "From the model to a reader: wall time in ms",
        ("reader", "median", "p95", "later than who asked, median", "p95"),
        rows,
        (f"{len(asker)} words, one each {DRIP_S * 1000:.0f} ms.",),
    )
    return Report("relay", (table,), data)
