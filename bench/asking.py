"""Turns asked by many at once, each caller in a conversation of their own that goes on."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle, islice

from psycopg import sql

from bench.chat_client import ChatClient, TurnFailedError, TurnTimes
from bench.installation import Installation
from bench.zero_delay_model import TOOL_CUE

QUESTIONS = {
    "plain": "What can you help me with?",
    "tool": f"{TOOL_CUE} when is the Puma 3100 available next week?",
}
OPENED_AT_ONCE = 16
QUIET_TIMEOUT_S = 60.0
QUIET_INTERVAL_S = 0.1
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Caller:
    client: ChatClient
    chat_id: str

    async def ask(self, kind: str) -> TurnTimes:
        return await self.client.ask(self.chat_id, QUESTIONS[kind])


def new_chat_id() -> str:
    return f"chat-{next(_numbers)}"


@asynccontextmanager
async def callers(here: Installation, how_many: int) -> AsyncGenerator[Sequence[Caller]]:
    """Callers, of one shop and another in turn, whose conversation has had its first turn and its title."""
    tokens = islice(cycle(here.tokens), how_many)
    there = [Caller(ChatClient(here.port, token), new_chat_id()) for token in tokens]
    try:
        for first in range(0, how_many, OPENED_AT_ONCE):
            await asyncio.gather(*(caller.ask("plain") for caller in there[first : first + OPENED_AT_ONCE]))
        await quiet(here)
        yield there
    finally:
        for caller in there:
            await caller.client.close()


@dataclass(slots=True)
class Answers:
    """`failed`: turns that were refused or ended with an error; a server that is asked too much may do so."""

    times: list[TurnTimes] = field(default_factory=list[TurnTimes])
    failed: int = 0


async def ask_all(there: Sequence[Caller], kind: str, turns: int) -> Answers:
    """`turns` turns, all callers at once, each one turn after the other."""
    left = iter(range(turns))
    answers = Answers()

    async def asking(caller: Caller) -> None:
        for _ in left:
            try:
                answers.times.append(await caller.ask(kind))
            except TurnFailedError:
                answers.failed += 1

    async with asyncio.TaskGroup() as tasks:
        for caller in there:
            tasks.create_task(asking(caller))
    return answers


# The engine's own upkeep comes every few seconds; recall waits half a minute for what else is said.
_OPEN_JOBS = sql.SQL("""
select count(*)::int from jobs.procrastinate_jobs
 where status in ('todo', 'doing') and queue_name not in ('upkeep', 'recall')
""")


async def quiet(here: Installation) -> None:
    """Return when no job is waiting or running."""
    deadline = time.monotonic() + QUIET_TIMEOUT_S
    while here.database.run(_OPEN_JOBS) != [(0,)]:
        assert time.monotonic() < deadline, "the jobs do not come to an end"
        await asyncio.sleep(QUIET_INTERVAL_S)
