"""Drives the graph for one admitted run and brings the run to its end, whatever happens.

The task that runs `execute` hangs on no connection. It keeps the run's lease; when the lease is lost,
somebody else may own the run, so it stops and writes nothing.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from graph.builder import CompiledTurn
from graph.state import TurnState
from leadhand import metrics
from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable, InternalFault, LeadhandError, RunInterrupted
from leadhand.errors import TimeLimit as TimeLimitReached
from leadhand.events import (
    RunAwaitingApproval,
    RunEnding,
    RunFailed,
    RunFinished,
    RunStopped,
    UsageReported,
    current_sink,
)
from leadhand.long_work import LongWork, current_long_work
from leadhand.shop_places import ShopPlaces
from leadhand.telemetry import current_correlation_id
from memory.history import Window, fold_through
from runs.active import ActiveRun, StopCause
from runs.lease import LEASE_RENEWAL_S, RunLease
from runs.recorder import EventRecorder
from runs.settlement import Settlement
from runs.takeover import OF_RUN, Continuation
from storage.saver import checkpoint_company

log = logging.getLogger(__name__)

# Far above what the run's own step bound allows; LangGraph's limit must never be the one that is reached.
RECURSION_LIMIT = 500
# LangGraph's key for what a graph waits for.
WAITS = "__interrupt__"


@dataclass(frozen=True, slots=True)
class Execution:
    """Everything one attempt of a run needs; `max_run_s` bounds its wall-clock time.

    `age_s`: since the run was admitted, when this attempt took it. `long_work`: of a background run.
    """

    run: ActiveRun
    tenant: TenantContext
    thread_id: UUID
    turn: TurnState | Command[str] | Continuation
    graph: CompiledTurn
    lease: RunLease
    recorder: EventRecorder
    settlement: Settlement
    places: ShopPlaces
    window: Window
    max_run_s: float
    age_s: float = 0.0
    long_work: LongWork | None = None

    async def execute(self) -> None:
        """Run to the end and settle, or leave the run to another process; never raises."""
        started = time.monotonic()
        ending = await self._ending()
        if ending is None:
            if self.run.stop_cause is StopCause.SHUTDOWN:
                await self._hand_over()
            self.run.log.leave()
            return
        duration_ms = int((self.age_s + time.monotonic() - started) * 1000)
        ending = replace(ending, duration_ms=duration_ms)
        if self.long_work is not None:
            await self.long_work.call_off()
        await self.settlement.settle(self.run, self.tenant, self.thread_id, ending)

    async def _hand_over(self) -> None:
        try:
            leaving = self.recorder.leave()
            traced = [*leaving.spans, *self.recorder.trace.unsaved]
            if await self.lease.hand_over(leaving.flushes, traced):
                metrics.hand_overs.inc()
                log.info("turn handed over", extra={"run_id": self.run.run_id})
        except LeadhandError as error:
            # Then it is found once its lease has passed.
            log.warning("run %s could not be handed over: %s", self.run.run_id, error.code)

    async def _ending(self) -> RunEnding | None:
        """How the run ended; None when it did not, and this process is not to go on with it."""
        drive = asyncio.create_task(self._drive(), name=f"run {self.run.run_id}")
        keeper = asyncio.create_task(self._keep_lease(), name=f"lease of run {self.run.run_id}")
        recorder = asyncio.create_task(self.recorder.keep(), name=f"log of run {self.run.run_id}")
        stop = asyncio.create_task(self._stop_requested(), name=f"stop of run {self.run.run_id}")
        tasks = {drive, keeper, recorder, stop}
        try:
            done, _ = await asyncio.wait(tasks, timeout=self.max_run_s, return_when=asyncio.FIRST_COMPLETED)
            if drive in done:
                return _outcome(drive, self.run)
            if stop in done:
                return None if self.run.stop_cause is StopCause.SHUTDOWN else RunStopped()
            if keeper in done or recorder in done:
                log.warning("run %s is left to another process: its lease is lost", self.run.run_id)
                return None
            return _failure(
                TimeLimitReached(f"This question took longer than {self.max_run_s:g} s, so it was stopped.")
            )
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for task in tasks:
                if not task.cancelled():
                    # Looked at, so that what a library makes of a cancellation is not reported as unseen.
                    task.exception()

    async def _stop_requested(self) -> None:
        await self.run.stop_requested.wait()

    async def _drive(self) -> bool:
        """Whether the graph waits for a person."""
        # Set inside the task, so that every task that LangGraph starts for this run inherits them.
        current_sink.set(self.run.log)
        current_long_work.set(self.long_work)
        self.settlement.own_checkpoints(self.tenant)
        checkpoint_company.set(self.recorder)
        self.recorder.trace.begin()
        async with self.places.place(self.tenant):
            return await self._waits()

    async def _waits(self) -> bool:
        config = RunnableConfig(
            configurable={"thread_id": str(self.thread_id)},
            metadata={OF_RUN: self.run.run_id},
            recursion_limit=RECURSION_LIMIT,
        )
        turn = await self.turn(config) if isinstance(self.turn, Continuation) else self.turn
        state = await self.graph.ainvoke(  # pyright: ignore[reportUnknownMemberType] - Command's type is open
            turn, config, context=self.tenant, durability="sync"
        )
        self.run.fold_through = fold_through(state.get("messages", []), self.window)
        return WAITS in state

    async def _keep_lease(self) -> None:
        """Renew until the lease is lost, and see whether somebody asked elsewhere for a stop.

        A database that is away costs the lease, not the loop.
        """
        renewed = time.monotonic()
        while True:
            await asyncio.sleep(LEASE_RENEWAL_S)
            try:
                held = await self.lease.renew()
                if held is None:
                    return
                renewed = time.monotonic()
                if held.cancel_requested:
                    self.run.request_stop(StopCause.PERSON)
            except DatabaseUnavailable:
                if self.lease.lapsed(since_s=time.monotonic() - renewed):
                    return


def _outcome(drive: "asyncio.Task[bool]", run: ActiveRun) -> RunEnding | None:
    error = drive.exception()
    if error is None:
        last = next((event for event in reversed(run.log.events) if isinstance(event, UsageReported)), None)
        if drive.result():
            return RunAwaitingApproval(last.finish_reason) if last else RunAwaitingApproval()
        return RunFinished(last.finish_reason) if last else RunFinished()
    if isinstance(error, RunInterrupted | DatabaseUnavailable):
        # Another attempt holds the run, or will: this one can write nothing.
        log.warning("run %s is left to another process: %s", run.run_id, error.code)
        return None
    if isinstance(error, LeadhandError):
        return _failure(error)
    correlation_id = current_correlation_id()
    log.error("unexpected fault in a run", exc_info=error, extra={"correlation_id": correlation_id})
    return _failure(InternalFault(f"Something went wrong on our side (reference {correlation_id[:12]})."))


def _failure(error: LeadhandError) -> RunFailed:
    return RunFailed(code=error.code, message=error.message, retryable=error.retryable)
