"""Two shops on one server: what the one waits for its answers while the other asks as much as it can."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.asking import Caller, ask_all, callers, new_chat_id
from bench.chat_client import ChatClient, RefusedError, TurnTimes
from bench.figures import Report, Spread, Table, ms
from bench.installation import SHOP, Installation, installation
from leadhand.errors import JsonValue

TURNS, FLOODERS, PEOPLE = 40, 64, 8
QUICK_TURNS, QUICK_FLOODERS, QUICK_PEOPLE = 3, 4, 1
# A person of this shop may ask 60 times a minute.
MOMENT_S = 1.1
# A refused flooder asks again at once; a moment, so that the bench itself has a processor left.
AGAIN_AFTER_S = 0.05


@dataclass(slots=True)
class Flood:
    callers: int
    people: int
    answered: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    alone: Sequence[TurnTimes]
    beside: Sequence[TurnTimes]
    flood: Flood


def measure(*, quick: bool) -> Report:
    """With the limits of a fresh installation: one shop's latency alone, and beside the other's flood."""
    how = (QUICK_TURNS, QUICK_FLOODERS, QUICK_PEOPLE) if quick else (TURNS, FLOODERS, PEOPLE)
    with installation(limited=True) as here:
        return _report(asyncio.run(_measure(here, *how)))


async def _measure(here: Installation, turns: int, flooders: int, people: int) -> Found:
    quiet_shop = replace(here, tokens=here.tokens[1:])
    tokens = [here.token_of(SHOP, f"flooder-{number}") for number in range(people)]
    flood = Flood(flooders, people)
    async with callers(quiet_shop, 1) as there:
        await ask_all(there, "plain", 2)
        alone = await _one_after_another(there[0], turns)
        tasks = [
            asyncio.create_task(_flooding(here, tokens[number % len(tokens)], flood))
            for number in range(flooders)
        ]
        try:
            beside = await _one_after_another(there[0], turns)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
    return Found(alone, beside, flood)


async def _one_after_another(caller: Caller, turns: int) -> list[TurnTimes]:
    """As a person does: the next question is asked after the answer and a moment."""
    times: list[TurnTimes] = []
    for _ in range(turns):
        await asyncio.sleep(MOMENT_S)
        times.append(await caller.ask("plain"))
    return times


async def _flooding(here: Installation, token: str, flood: Flood) -> None:
    caller = Caller(ChatClient(here.port, token), new_chat_id())
    while True:
        try:
            await caller.ask("tool")
            flood.answered += 1
        except RefusedError:
            flood.refused += 1
            await asyncio.sleep(AGAIN_AFTER_S)


def _report(found: Found) -> Report:
    rows: list[tuple[str, ...]] = []
    data: dict[str, JsonValue] = {
        "flood_callers": found.flood.callers,
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
            f"The flood: {found.flood.callers} callers of {found.flood.people} people, "
            f"{found.flood.answered} turns answered, "
            f"{found.flood.refused} refused.",
        ),
    )
    return Report("flood", (table,), data)
