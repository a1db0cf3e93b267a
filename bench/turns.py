"""What a turn costs, the server's process and Postgres apart: alone, under load, and as a thread's first."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.asking import QUESTIONS, Caller, ask_all, callers, quiet
from bench.chat_client import TurnTimes
from bench.docs_agent import docs_agent
from bench.figures import Report, Table, ms
from bench.installation import Installation
from bench.meter import MEGA, Meter, Spent
from leadhand.errors import JsonValue

FIRST = "first of a thread, plain"


@dataclass(frozen=True, slots=True)
class Plan:
    """Callers at once, and how many turns each of them asks."""

    load: Sequence[tuple[int, int]]
    first_turns: int


FULL = Plan(load=((1, 60), (16, 12), (64, 4), (256, 2)), first_turns=32)
QUICK = Plan(load=((1, 4), (4, 2)), first_turns=4)


@dataclass(frozen=True, slots=True)
class Scenario:
    kind: str
    at_once: int
    turns: int
    failed: int
    spent: Spent
    times: Sequence[TurnTimes]
    rss_bytes: int

    @property
    def first_byte_ms(self) -> float:
        return median(turn.first_byte_ms for turn in self.times)

    @property
    def first_text_ms(self) -> float:
        return median(turn.first_text_ms for turn in self.times)

    @property
    def whole_ms(self) -> float:
        return median(turn.whole_ms for turn in self.times)


@dataclass(frozen=True, slots=True)
class Found:
    scenarios: Sequence[Scenario]
    naive: Sequence[Scenario]
    rss_bytes_at_start: int


def measure(here: Installation, *, quick: bool) -> Report:
    """Ask one server, and the yardstick beside it."""
    return _report(asyncio.run(_measure(here, QUICK if quick else FULL)))


async def _measure(here: Installation, plan: Plan) -> Found:
    rss = here.server.rss_bytes()
    scenarios: list[Scenario] = []
    naive: list[Scenario] = []
    with docs_agent(here) as docs:
        for at_once, each in plan.load:
            async with callers(here, at_once) as there:
                for kind in QUESTIONS:
                    await ask_all(there, kind, at_once)
                    scenarios.append(await _scenario(here, there, kind, at_once * each))
            if at_once <= plan.load[1][0]:
                async with callers(docs, at_once) as there:
                    for kind in QUESTIONS:
                        await ask_all(there, kind, at_once)
                        naive.append(await _scenario(docs, there, kind, at_once * each))
    scenarios.append(await _first_turns(here, plan.first_turns))
    return Found(scenarios, naive, rss)


async def _scenario(here: Installation, there: Sequence[Caller], kind: str, turns: int) -> Scenario:
    meter = Meter(here.server, here.postgres)
    answers = await ask_all(there, kind, turns)
    spent, rss_bytes = meter.spent(turns), here.server.rss_bytes()
    return Scenario(kind, len(there), turns, answers.failed, spent, answers.times, rss_bytes)


async def _first_turns(here: Installation, turns: int) -> Scenario:
    """New threads, with the jobs that give them a title."""
    meter = Meter(here.server, here.postgres)
    async with callers(here, turns):
        await quiet(here)
        return Scenario(FIRST, turns, turns, 0, meter.spent(turns), (), here.server.rss_bytes())


def _report(found: Found) -> Report:
    counted = found.scenarios[0].spent.server_mega is not None
    columns = ("turn", "at once", "turns", "failed", "server", "Postgres", "instructions (M)", "memory MB")

    def rows(scenarios: Sequence[Scenario]) -> list[tuple[str, ...]]:
        return [
            (
                s.kind,
                str(s.at_once),
                str(s.turns),
                str(s.failed),
                ms(s.spent.server_ms),
                ms(s.spent.postgres_ms),
                s.spent.mega,
                f"{s.rss_bytes / MEGA:.0f}",
            )
            for s in scenarios
        ]

    cost = Table(
        "A turn: CPU time in ms, the server's process and Postgres apart",
        columns,
        rows(found.scenarios),
        (
            f"Memory of the server after the start: {found.rss_bytes_at_start / MEGA:.0f} MB.",
            *(() if counted else ("This machine has no instruction counters.",)),
        ),
    )
    naive = Table(
        "The same questions to FastAPI + LangGraph as their documentation shows it, in the same run",
        columns,
        rows(found.naive),
    )
    wall = Table(
        "The same turns: median wall time in ms at the client (depends on who else uses the machine)",
        ("turn", "at once", "first byte", "first text", "whole"),
        [
            (s.kind, str(s.at_once), ms(s.first_byte_ms), ms(s.first_text_ms), ms(s.whole_ms))
            for s in found.scenarios
            if s.times
        ],
    )
    data: dict[str, JsonValue] = {
        "scenarios": [_data(s) for s in found.scenarios],
        "as_documented": [_data(s) for s in found.naive],
        "server_rss_bytes_at_start": found.rss_bytes_at_start,
    }
    return Report("turn", (cost, naive, wall), data)


def _data(s: Scenario) -> dict[str, JsonValue]:
    times: dict[str, JsonValue] = {}
    if s.times:
        times = {
            "first_byte_ms": round(s.first_byte_ms, 2),
            "first_text_ms": round(s.first_text_ms, 2),
            "whole_ms": round(s.whole_ms, 2),
        }
    return {
        "kind": s.kind,
        "at_once": s.at_once,
        "turns": s.turns,
        "failed": s.failed,
        **s.spent.data,
        **times,
        "rss_bytes": s.rss_bytes,
    }
