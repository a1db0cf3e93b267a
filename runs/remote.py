"""A run that lives in another process: read from its log in Postgres, as one of this process from memory."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TypeVar
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable, NotFound, RunInterrupted
from leadhand.events import (
    RunAwaitingApproval,
    RunEnding,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStopped,
    StepReset,
    StepStarted,
)
from leadhand.spans import TraceParent, trace_id_of
from runs.event_codec import decode_events
from runs.news import RunNews
from runs.replay import past_of
from runs.resumption import INTERRUPTED_TEXT
from storage import run_events
from storage.database import Database
from storage.run_events import Flush, RunNow
from storage.transactions import Connection

T = TypeVar("T")

# News come by notification; this often a reader looks by itself.
LOOK_S = 1.0
# How long the writer is asked to tell of news; asked again with every look.
FOLLOW_S = 10.0
# A database that restarts is back in a few seconds; a reader who is here already waits for it so long.
PATIENCE_S = 10.0
# Flushes read at once; a few hundred bytes each.
FLUSHES_A_LOOK = 5_000


@dataclass(frozen=True, slots=True)
class RemoteRun:
    """Can be followed like a run of this process."""

    run_id: str
    assistant_message_id: str
    model_name: str
    tenant: TenantContext
    database: Database
    news: RunNews
    trace_parent: TraceParent | None = None

    @property
    def trace_id(self) -> str:
        """As ActiveRun."""
        return trace_id_of(UUID(self.run_id), self.trace_parent).hex

    async def follow(self) -> AsyncGenerator[tuple[RunEvent, ...]]:
        """What is over of it, then every event live; ends after the terminal event.

        Raises:
            NotFound: its thread has been deleted.
            DatabaseUnavailable: the database stays away.
        """
        first = True
        async with aclosing(self._follow_after(0)) as batches:
            async for batch in batches:
                yield past_of(batch) if first else batch
                first = False

    async def retold(self) -> AsyncGenerator[tuple[RunEvent, ...]]:
        """Every event as it was told, also what is void by now; else as `follow`."""
        async with aclosing(self._follow_after(0)) as batches:
            async for batch in batches:
                yield batch

    async def go_on(
        self, attempt: int, step_began_after: Callable[[int], bool]
    ) -> AsyncGenerator[tuple[RunEvent, ...]]:
        """For a reader who saw all of `attempt` and those before: every event since; raises as `follow`.

        `step_began_after`: whether that reader saw a step begin which the log does not have up to a flush.
        """
        seen = await self._patiently(
            lambda conn: run_events.last_of(conn, run_id=UUID(self.run_id), attempt=attempt)
        )
        void = step_began_after(seen)
        if void:
            yield (StepReset(),)
        async with aclosing(self._follow_after(seen)) as batches:
            async for batch in batches:
                # The step that was reset is open; the attempt that goes on knows nothing of it.
                again = void and isinstance(batch[0], StepStarted)
                void = False
                if told := batch[again:]:
                    yield told

    async def _follow_after(self, read: int) -> AsyncGenerator[tuple[RunEvent, ...]]:
        async with self.news.about(self.run_id) as told, self._leaving():
            while True:
                told.clear()
                now, flushes = await self._patiently(partial(self._look, read))
                running = now.status == "running"
                # One that is still on its way keeps those behind it waiting; after the end none is.
                following = _unbroken(flushes, after=read) if running else flushes
                read = following[-1].seq if following else read
                events = tuple(event for flush in following for event in decode_events(flush.events))
                whole = not running and len(flushes) < FLUSHES_A_LOOK
                if whole and not (events and isinstance(events[-1], RunEnding)):
                    events = (*events, _as_it_ended(now))
                if events:
                    yield events
                if events and isinstance(events[-1], RunEnding):
                    return
                if not following:
                    await _wait(told)

    @asynccontextmanager
    async def _leaving(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            with suppress(DatabaseUnavailable):  # then the time that was asked for passes
                async with self.database.transaction(self.tenant) as conn:
                    await run_events.leave(conn, run_id=UUID(self.run_id))

    async def _patiently(self, look: Callable[[Connection], Awaitable[T]]) -> T:
        patient_until = monotonic() + PATIENCE_S
        while True:
            try:
                async with self.database.transaction(self.tenant) as conn:
                    return await look(conn)
            except DatabaseUnavailable:
                if monotonic() >= patient_until:
                    raise
            await asyncio.sleep(LOOK_S)

    async def _look(self, read: int, conn: Connection) -> tuple[RunNow, Sequence[Flush]]:
        run_id = UUID(self.run_id)
        now = await run_events.follow(conn, run_id=run_id, for_s=FOLLOW_S)
        if now is None:
            raise NotFound("This conversation has been deleted.")
        return now, await run_events.read_after(conn, run_id=run_id, seq=read, limit=FLUSHES_A_LOOK)


async def _wait(told: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_S):
            await told.wait()
    except TimeoutError:
        return


def _unbroken(flushes: Sequence[Flush], *, after: int) -> list[Flush]:
    """Those that follow one another from `after` on; one that was kept twice counts once."""
    found: list[Flush] = []
    for flush in flushes:
        if flush.seq == after + len(found) + 1:
            found.append(flush)
    return found


def _as_it_ended(now: RunNow) -> RunEnding:
    """The end of a run that could not tell of it itself, or whose log is dropped."""
    if now.status == "finished":
        return RunFinished()
    if now.status == "stopped":
        return RunStopped()
    if now.status == "awaiting_approval":
        return RunAwaitingApproval()
    return RunFailed(now.error_code or RunInterrupted.code, INTERRUPTED_TEXT, retryable=True)
