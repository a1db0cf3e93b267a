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

from graph.builder import CompiledTurn
from graph.state import TurnState
from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable, InternalFault, LeadhandError, RunInterrupted, ServerStopping
from leadhand.errors import TimeLimit as TimeLimitReached
from leadhand.events import RunEnding, RunFailed, RunFinished, RunStopped, UsageReported, current_sink
from leadhand.telemetry import current_correlation_id
from runs.active import ActiveRun, StopCause
from runs.lease import LEASE_RENEWAL_S, RunLease
from runs.recorder import EventRecorder
from runs.settlement import Settlement
from storage.saver import checkpoint_company

log = logging.getLogger(__name__)

# Far above what the run's own step bound allows; LangGraph's limit must never be the one that is reached.
RECURSION_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Execution:
    """Everything one run needs; `max_run_s` bounds its wall-clock time."""

    run: ActiveRun
    tenant: TenantContext
    thread_id: UUID
    turn: TurnState
    graph: CompiledTurn
    lease: RunLease
    recorder: EventRecorder
    settlement: Settlement
    max_run_s: float

    async def execute(self) -> None:
        """Run to the end and settle; never raises."""
        started = time.monotonic()
        ending = await self._ending()
        duration_ms = int((time.monotonic() - started) * 1000)
        ending = replace(ending, duration_ms=duration_ms)
        await self.settlement.settle(self.run, self.tenant, self.thread_id, ending)

    async def _ending(self) -> RunEnding:
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
                return _stopped(self.run.stop_cause)
            if keeper in done or recorder in done:
                return _failure(RunInterrupted("The run lost its place on this server. Please try again."))
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

    async def _drive(self) -> None:
        # Set inside the task, so that every task that LangGraph starts for this run inherits them.
        current_sink.set(self.run.log)
        self.settlement.own_checkpoints(self.tenant)
        checkpoint_company.set(self.recorder)
        config = RunnableConfig(
            configurable={"thread_id": str(self.thread_id)}, recursion_limit=RECURSION_LIMIT
        )
        await self.graph.ainvoke(  # pyright: ignore[reportUnknownMemberType] - Command's type is open
            self.turn, config, context=self.tenant, durability="sync"
        )

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


def _outcome(drive: "asyncio.Task[None]", run: ActiveRun) -> RunEnding:
    error = drive.exception()
    if error is None:
        last = next((event for event in reversed(run.log.events) if isinstance(event, UsageReported)), None)
        return RunFinished(last.finish_reason) if last else RunFinished()
    if isinstance(error, LeadhandError):
        return _failure(error)
    correlation_id = current_correlation_id()
    log.error("unexpected fault in a run", exc_info=error, extra={"correlation_id": correlation_id})
    return _failure(InternalFault(f"Something went wrong on our side (reference {correlation_id[:12]})."))


def _stopped(cause: StopCause | None) -> RunEnding:
    if cause is StopCause.SHUTDOWN:
        return _failure(ServerStopping("The server is restarting. Please send your question again."))
    return RunStopped()


def _failure(error: LeadhandError) -> RunFailed:
    return RunFailed(code=error.code, message=error.message, retryable=error.retryable)
