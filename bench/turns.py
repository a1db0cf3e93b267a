"""What a turn costs, the server's process and Postgres apart: alone, under load, and in a long thread."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import cast

from psycopg import sql

from bench.chat_client import ChatClient, TurnTimes
from bench.figures import Report, Table, ms
from bench.installation import SHOP, Installation, installation
from bench.instructions import InstructionCounter, NoCountersError
from bench.zero_delay_model import TOOL_CUE
from leadhand.errors import JsonValue

QUESTIONS = {
    "plain": "What can you help me with?",
    "tool": f"{TOOL_CUE} when is the Puma 3100 available next week?",
}
WARM_UP_TURNS = 16
BLOCK_TURNS = 20
MEGA = 1_000_000
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many turns of each kind; `thread_turns` in one thread."""

    alone: int
    at_once: int
    together: int
    thread_turns: int


FULL = Plan(alone=80, at_once=16, together=240, thread_turns=100)
QUICK = Plan(alone=12, at_once=16, together=32, thread_turns=20)


@dataclass(frozen=True, slots=True)
class Spent:
    """Per turn: CPU milliseconds and, where the machine counts them, millions of instructions."""

    server_ms: float
    postgres_ms: float
    server_mega: float | None
    postgres_mega: float | None


@dataclass(frozen=True, slots=True)
class Scenario:
    kind: str
    at_once: int
    turns: int
    spent: Spent
    times: Sequence[TurnTimes]

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
class Block:
    """Some turns of a long thread: their cost, and what is stored after the last of them."""

    through_turn: int
    spent: Spent
    checkpoint_bytes: int
    database_bytes: int


@dataclass(frozen=True, slots=True)
class Found:
    scenarios: Sequence[Scenario]
    blocks: Sequence[Block]
    rss_bytes_before: int
    rss_bytes_after: int


def measure(*, quick: bool) -> Report:
    """Start everything, ask, stop everything, report."""
    with installation() as here:
        return _report(asyncio.run(_measure(here, QUICK if quick else FULL)))


async def _measure(here: Installation, plan: Plan) -> Found:
    rss_before = here.server.rss_bytes()
    for kind in QUESTIONS:
        await ask_all(here, kind, at_once=plan.at_once, turns=WARM_UP_TURNS)
    scenarios = [
        await _scenario(here, kind, at_once=at_once, turns=turns)
        for kind in QUESTIONS
        for at_once, turns in ((1, plan.alone), (plan.at_once, plan.together))
    ]
    blocks = await _long_thread(here, plan.thread_turns)
    return Found(scenarios, blocks, rss_before, here.server.rss_bytes())


async def _scenario(here: Installation, kind: str, *, at_once: int, turns: int) -> Scenario:
    meter = Meter(here)
    times = await ask_all(here, kind, at_once=at_once, turns=turns)
    return Scenario(kind, at_once, turns, meter.spent(turns), times)


async def ask_all(here: Installation, kind: str, *, at_once: int, turns: int) -> list[TurnTimes]:
    """`turns` turns, each in a thread of its own, `at_once` at any time."""
    waiting = [f"chat-{next(_numbers)}" for _ in range(turns)]
    times: list[TurnTimes] = []

    async def caller() -> None:
        client = ChatClient(here.port, here.token)
        while waiting:
            times.append(await client.ask(waiting.pop(), QUESTIONS[kind]))
        await client.close()

    async with asyncio.TaskGroup() as callers:
        for _ in range(at_once):
            callers.create_task(caller())
    return times


async def _long_thread(here: Installation, turns: int) -> list[Block]:
    client, chat_id = ChatClient(here.port, here.token), f"chat-{next(_numbers)}"
    blocks: list[Block] = []
    for first in range(0, turns, BLOCK_TURNS):
        meter = Meter(here)
        for _ in range(BLOCK_TURNS):
            await client.ask(chat_id, QUESTIONS["tool"])
        spent = meter.spent(BLOCK_TURNS)
        blocks.append(Block(first + BLOCK_TURNS, spent, *_stored(here, chat_id)))
    await client.close()
    return blocks


_STORED = sql.SQL("""
with mine as (select id::text as thread_id from thread where tenant_id = %s and chat_id = %s),
     bytes as (
       select pg_column_size(c.*) as size from langgraph.checkpoints c join mine using (thread_id)
       union all
       select pg_column_size(b.*) from langgraph.checkpoint_blobs b join mine using (thread_id)
       union all
       select pg_column_size(w.*) from langgraph.checkpoint_writes w join mine using (thread_id))
select sum(size)::bigint, pg_database_size(current_database()) from bytes
""")


def _stored(here: Installation, chat_id: str) -> tuple[int, int]:
    """Bytes of the thread's checkpoints, and of the whole database."""
    ((checkpoints, database),) = here.database.run(_STORED, SHOP, chat_id)
    return cast("int", checkpoints), cast("int", database)


class Meter:
    """Counts what both process trees spend from its making on."""

    def __init__(self, here: Installation) -> None:
        self._trees = (here.server, here.postgres)
        self._counters = [self._counter(tree.threads()) for tree in self._trees]
        self._cpu_s = [tree.cpu_s() for tree in self._trees]

    def spent(self, turns: int) -> Spent:
        """A turn's share of it; ends the counting."""
        cpu_ms = [
            (tree.cpu_s() - before) * 1000 / turns
            for tree, before in zip(self._trees, self._cpu_s, strict=True)
        ]
        mega = [None if counter is None else counter.count() / MEGA / turns for counter in self._counters]
        for counter in self._counters:
            if counter is not None:
                counter.__exit__(None, None, None)
        return Spent(cpu_ms[0], cpu_ms[1], mega[0], mega[1])

    @staticmethod
    def _counter(threads: Sequence[int]) -> InstructionCounter | None:
        try:
            return InstructionCounter(threads).__enter__()
        except NoCountersError:
            return None


def _report(found: Found) -> Report:
    counted = found.scenarios[0].spent.server_mega is not None
    cost = Table(
        "A turn: CPU time in ms, the server's process and Postgres apart",
        ("turn", "at once", "turns", "server", "Postgres", "instructions (M)"),
        [
            (
                s.kind,
                str(s.at_once),
                str(s.turns),
                ms(s.spent.server_ms),
                ms(s.spent.postgres_ms),
                _mega(s.spent),
            )
            for s in found.scenarios
        ],
        () if counted else ("This machine has no instruction counters.",),
    )
    wall = Table(
        "The same turns: median wall time in ms at the client (depends on who else uses the machine)",
        ("turn", "at once", "first byte", "first text", "whole"),
        [
            (s.kind, str(s.at_once), ms(s.first_byte_ms), ms(s.first_text_ms), ms(s.whole_ms))
            for s in found.scenarios
        ],
    )
    rss = [f"{size / MEGA:.0f} MB" for size in (found.rss_bytes_before, found.rss_bytes_after)]
    thread = Table(
        "One long thread of tool turns: cost of a turn, and what is stored",
        ("through turn", "server ms", "Postgres ms", "checkpoints kB", "database MB"),
        [
            (
                str(b.through_turn),
                ms(b.spent.server_ms),
                ms(b.spent.postgres_ms),
                f"{b.checkpoint_bytes / 1000:.0f}",
                f"{b.database_bytes / MEGA:.1f}",
            )
            for b in found.blocks
        ],
        (f"Resident memory of the server: {rss[0]} after the start, {rss[1]} at the end.",),
    )
    return Report("turn", (cost, wall, thread), _data(found))


def _mega(spent: Spent) -> str:
    if spent.server_mega is None or spent.postgres_mega is None:
        return "–"
    return f"{spent.server_mega:.0f} + {spent.postgres_mega:.0f}"


def _data(found: Found) -> JsonValue:
    return {
        "scenarios": [
            {
                "kind": s.kind,
                "at_once": s.at_once,
                "turns": s.turns,
                **_spent(s.spent),
                "first_byte_ms": round(s.first_byte_ms, 2),
                "first_text_ms": round(s.first_text_ms, 2),
                "whole_ms": round(s.whole_ms, 2),
            }
            for s in found.scenarios
        ],
        "long_thread": [
            {
                "through_turn": b.through_turn,
                **_spent(b.spent),
                "checkpoint_bytes": b.checkpoint_bytes,
                "database_bytes": b.database_bytes,
            }
            for b in found.blocks
        ],
        "server_rss_bytes": {"after_start": found.rss_bytes_before, "at_end": found.rss_bytes_after},
    }


def _spent(spent: Spent) -> dict[str, JsonValue]:
    return {
        "server_cpu_ms": round(spent.server_ms, 2),
        "postgres_cpu_ms": round(spent.postgres_ms, 2),
        "server_mega_instructions": spent.server_mega,
        "postgres_mega_instructions": spent.postgres_mega,
    }
