"""Looks in every process for runs that nobody holds: has them picked up, or ends them.

All judgement of time is the database's, but for one thing: how long an offered run waits for a worker counts
from when this process first saw it wait. One that waited while everything was down is not given up at once.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from jobs.context import RunOwner, run_owner
from jobs.engine_database import engine_transaction
from jobs.task import JobRow
from leadhand.errors import DatabaseUnavailable, QueryTimeout, RunInterrupted, RunNotStarted
from leadhand.events import RunEnding, RunFailed, RunStopped
from runs.resumption import INTERRUPTED_TEXT, ask_to_resume
from runs.service import RunService
from runs.waiting import NOT_STARTED_TEXT, WAITS_S
from storage import takeover
from storage.takeover import NOBODY, Ownerless
from storage.transactions import translated_errors

log = logging.getLogger(__name__)

SWEEP_S = 2.0
# A run that took so many processes down with it is not tried again.
MAX_ATTEMPTS = 3
# A worker takes an offered run at once, a busy one with its next sweep, and one that is just started again a
# little later; after this long there is none.
PICK_UP_S = 30.0
# Looked at in one sweep; the next sweep sees the others.
AT_MOST = 100


@dataclass(slots=True)
class Sweeper:
    """`picks_up`: whether offered runs go on in this process, should the queue of jobs not come to them."""

    runs: RunService
    picks_up: bool = False
    pick_up_s: float = PICK_UP_S
    _waiting_since: dict[UUID, float] = field(default_factory=dict[UUID, float])

    async def sweep(self) -> None:
        """Look once.

        Raises:
            DatabaseUnavailable, QueryTimeout: the next sweep finds what this one did not.
        """
        with translated_errors():
            async with engine_transaction(self.runs.database.pool) as connection:
                found = await takeover.ownerless(connection, at_most=AT_MOST)
        waited = self._waiting_since
        self._waiting_since = {run.run_id: waited[run.run_id] for run in found if run.run_id in waited}
        for run in found:
            try:
                await self._look_after(run)
            except (DatabaseUnavailable, QueryTimeout):
                raise
            except Exception:  # the run's border: one that cannot be read keeps no other waiting
                log.exception("a run without a process could not be looked after: %s", run.run_id)

    async def _look_after(self, found: Ownerless) -> None:
        lost = await run_owner(self.runs.database, JobRow(found.tenant_id, found.run_id))
        if lost is None:
            return
        if (ending := self._ending(lost)) is not None:
            await self.runs.give_up(lost, ending)
        elif lost.run.owner != NOBODY:
            await self._offer(lost)
        elif self.picks_up and not self.runs.stopping:
            await self.runs.resume(JobRow(found.tenant_id, found.run_id))

    def _ending(self, lost: RunOwner) -> RunEnding | None:
        """How the run is to end now; None when it may still go on."""
        run = lost.run
        if run.cancel_requested:
            return RunStopped()
        if run.owner == NOBODY:
            since = self._waiting_since.setdefault(run.id, monotonic())
            # One that was never begun is found here only when it has waited for so long already.
            patience_s = WAITS_S if run.background and run.attempt > 1 else self.pick_up_s
            given_up = monotonic() - since >= patience_s
        else:
            given_up = run.lost + 1 >= MAX_ATTEMPTS
        if not given_up:
            return None
        if run.owner == NOBODY and run.attempt == 1:
            return RunFailed(RunNotStarted.code, NOT_STARTED_TEXT, retryable=True)
        return RunFailed(RunInterrupted.code, INTERRUPTED_TEXT, retryable=True)

    async def _offer(self, lost: RunOwner) -> None:
        run = lost.run
        async with self.runs.database.transaction(lost.tenant) as conn:
            if not await takeover.offer(conn, run_id=run.id, attempt=run.attempt):
                return
            await ask_to_resume(conn, run_id=run.id, attempt=run.attempt + 1)
        log.warning(
            "the process of a turn is gone: another one goes on with it",
            extra={"run_id": str(run.id), "tenant_id": run.tenant_id, "attempt": run.attempt},
        )


@asynccontextmanager
async def sweeping(runs: RunService, *, picks_up: bool) -> AsyncGenerator[None]:
    """Sweep within the context, the first time at once; a database that is away is asked again."""
    leaving = asyncio.Event()
    task = asyncio.create_task(_keep_sweeping(Sweeper(runs, picks_up), leaving), name="sweeper of runs")
    try:
        yield
    finally:
        # Not cancelled: a connection that is left in the midst of its statements keeps the pool from closing.
        leaving.set()
        await task


async def _keep_sweeping(sweeper: Sweeper, leaving: asyncio.Event) -> None:
    while not leaving.is_set():
        try:
            await sweeper.sweep()
        except (DatabaseUnavailable, QueryTimeout) as error:
            log.warning("runs without a process are looked after later: %s", error.code)
        with suppress(TimeoutError):
            async with asyncio.timeout(SWEEP_S):
                await leaving.wait()
