"""Two shops on one server: what the one waits for its answers while the other asks as much as it can."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bench.asking import Caller, ask_all, callers
from bench.chat_client import TurnTimes
from bench.figures import Report, Spread, Table, ms
from bench.flooders import Flood
from bench.installation import SHOP, Installation, installation
from leadhand.errors import JsonValue

TURNS, FLOODERS, PEOPLE = 40, 64, 8
QUICK_TURNS, QUICK_FLOODERS, QUICK_PEOPLE = 3, 4, 1
# A person of this shop may ask 60 times a minute.
MOMENT_S = 1.1


@dataclass(frozen=True, slots=True)
class Found:
    alone: Sequence[TurnTimes]
    beside: Sequence[TurnTimes]
    callers: int
    people: int
    flood: Flood


def measure(*, quick: bool) -> Report:
    """With the limits of a fresh installation: one shop's latency alone, and beside the other's flood."""
    with installation(limited=True) as here:
        return measure_on(here, quick=quick)


def measure_on(here: Installation, *, quick: bool) -> Report:
    """The same of a server that runs already, whatever its limits are."""
    how = (QUICK_TURNS, QUICK_FLOODERS, QUICK_PEOPLE) if quick else (TURNS, FLOODERS, PEOPLE)
    return _report(asyncio.run(_measure(here, *how)))


async def _measure(here: Installation, turns: int, flooders: int, people: int) -> Found:
    quiet_shop = replace(here, tokens=here.tokens[1:])
    tokens = [here.token_of(SHOP, f"flooder-{number}") for number in range(people)]
    async with callers(quiet_shop, 1) as there:
        await ask_all(there, "plain", 2)
        alone = await _one_after_another(there[0], turns)
        async with _flooded(here, flooders, tokens) as flood:
            beside = await _one_after_another(there[0], turns)
    return Found(alone, beside, flooders, people, flood)


@asynccontextmanager
async def _flooded(here: Installation, flooders: int, tokens: Sequence[str]) -> AsyncGenerator[Flood]:
    """Its counts are known when the flood is over."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.flooders", str(here.port), str(flooders), *tokens),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    flood = Flood()
    try:
        yield flood
    finally:
        counts, _ = await process.communicate(b"")
        flood.answered, flood.refused = map(int, counts.split())


async def _one_after_another(caller: Caller, turns: int) -> list[TurnTimes]:
    """As a person does: the next question is asked after the answer and a moment."""
    times: list[TurnTimes] = []
    for _ in range(turns):
        await asyncio.sleep(MOMENT_S)
        times.append(await caller.ask("plain"))
    return times


def _report(found: Found) -> Report:
    rows: list[tuple[str, ...]] = []
    data: dict[str, JsonValue] = {
        "flood_callers": found.callers,
        "flood_answered": found.flood.answered,
        "flood_refused": found.flood.refused,
    }
    for name, times in (("alone", found.alone), ("beside the flood", found.beside)):
        text = Spread(tuple(turn.first_text_ms for turn in times))
        whole = Spread(tuple(turn.whole_ms for turn in times))
        rows.append((name, ms(text.median), ms(text.p95), ms(whole.median), ms(whole.p95)))
        data[name.replace(" ", "_")] = {
            "first_text_median_ms": round(text.median, 1),
            "first_text_p95_ms": round(text.p95, 1),
            "whole_median_ms": round(whole.median, 1),
            "whole_p95_ms": round(whole.p95, 1),
        }
    table = Table(
        "One shop's plain turns, one at a time: wall time in ms",
        ("the shop", "first text, median", "first text, p95", "whole, median", "whole, p95"),
        rows,
        (
            f"The flood: {found.callers} callers of {found.people} people, "
            f"{found.flood.answered} turns answered, "
            f"{found.flood.refused} refused.",
        ),
    )
    return Report("flood", (table,), data)
