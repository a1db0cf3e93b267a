"""Brings a run to its end: checkpoints, transcript and run row, and last the signal to its readers.

Readers learn of the end only when the thread is free, so that whoever answers at once is never told "busy".
"""

import logging
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable, InternalFault, JsonValue, LeadhandError, RunInterrupted
from leadhand.events import RunAwaitingApproval, RunEnding, RunFailed, RunFinished, RunStopped
from leadhand.metrics import CANCELLED
from leadhand.prices import PriceList
from memory.recall_index import ask_for_recall
from memory.summaries import ask_for_summary
from memory.titles import ask_for_title
from runs.active import ActiveRun
from runs.recorder import EventRecorder
from runs.replay import continues_answer, own_events
from runs.spending import charge_of, usage_of
from runs.transcript import parts_of, stored_parts
from storage import approvals, messages, run_events, runs, spans, threads
from storage.database import Database
from storage.runs import Usage
from storage.saver import TenantSaver, checkpoint_owner
from storage.transactions import Connection

log = logging.getLogger(__name__)

# A restart of the database takes a few seconds; the lease would be lost soon after anyway.
SETTLE_ATTEMPTS = 5
SETTLE_WAIT_MAX_S = 2.0


@dataclass(frozen=True, slots=True)
class Settlement:
    """`untitled`: once answered, the thread wants a title."""

    database: Database
    saver: TenantSaver
    prices: PriceList
    recorder: EventRecorder
    attempt: int = 1
    untitled: bool = False

    def own_checkpoints(self, tenant: TenantContext) -> None:
        """Say whose checkpoints this task, and every task it starts, reads and writes."""
        checkpoint_owner.set(tenant)

    async def settle(self, run: ActiveRun, tenant: TenantContext, thread_id: UUID, ending: RunEnding) -> None:
        """Store what the run said and how it ended, free the thread, tell the readers; never raises.

        A run that another attempt holds by now, or will since nothing can be stored, goes on there.
        """
        usage = usage_of(run.log.events, self.prices)
        ending = replace(ending, cost=usage.cost)
        self.recorder.trace.end(_code(ending))
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(DatabaseUnavailable),
                stop=stop_after_attempt(SETTLE_ATTEMPTS),
                wait=wait_exponential_jitter(multiplier=0.2, max=SETTLE_WAIT_MAX_S),
                reraise=True,
            ):
                with attempt:
                    await self._store(run, tenant, thread_id, ending)
            self.recorder.trace.report(
                model=run.model_name, input_tokens=usage.tokens.input, output_tokens=usage.tokens.output
            )
        except (RunInterrupted, DatabaseUnavailable) as error:
            log.warning("run %s is left to another process: %s", run.run_id, error.code)
            run.log.leave()
            return
        except LeadhandError as error:
            log.error("run %s could not be settled: %s", run.run_id, error.code)
            ending = RunFailed(error.code, error.message, error.retryable, ending.duration_ms, ending.cost)
        except Exception as error:
            log.error("run %s could not be settled", run.run_id, exc_info=error)
            fault = InternalFault("The answer could not be stored. Please ask again.")
            ending = RunFailed(fault.code, fault.message, False, ending.duration_ms, ending.cost)
        run.log.emit(ending)

    async def _store(self, run: ActiveRun, tenant: TenantContext, thread_id: UUID, ending: RunEnding) -> None:
        checkpoint_owner.set(tenant)
        carried_on = isinstance(ending, RunFinished | RunAwaitingApproval)
        if carried_on:
            await self.saver.prune(str(thread_id), held=[self.recorder.held()])
        own = own_events(run.log.events)
        async with self.database.transaction(tenant) as conn:
            for flush in self.recorder.closing(ending):
                await run_events.append(conn, run_id=UUID(run.run_id), attempt=self.attempt, flush=flush)
            unsaved = self.recorder.trace.unsaved
            await spans.save(conn, run_id=UUID(run.run_id), attempt=self.attempt, spans=unsaved)
            mine = await runs.finish(
                conn,
                run_id=UUID(run.run_id),
                attempt=self.attempt,
                status=_status(ending),
                error_code=ending.code if isinstance(ending, RunFailed) else None,
                timezone=tenant.timezone,
                usage=usage_of(own, self.prices),
                charged=charge_of(own, run.model_name, self.prices),
            )
            if not mine:
                raise RunInterrupted("The run was taken over, so this answer was not stored.")
            if not carried_on:
                # What a broken run left is never carried on: the next turn starts from the transcript.
                await threads.forget_checkpoints(conn, thread_id=thread_id)
                await approvals.withdraw(conn, thread_id=thread_id)
            await self._store_answer(conn, run, thread_id, ending)
            if isinstance(ending, RunFinished):
                await self._ask_for_jobs(conn, run, tenant, thread_id)

    async def _ask_for_jobs(
        self, conn: Connection, run: ActiveRun, tenant: TenantContext, thread_id: UUID
    ) -> None:
        """What is brought up to date once the person has their answer."""
        run_id = UUID(run.run_id)
        await ask_for_recall(conn, run_id=run_id, user_id=tenant.user_id)
        if self.untitled:
            await ask_for_title(conn, run_id=run_id, thread_id=thread_id)
        if run.fold_through is not None:
            await ask_for_summary(conn, run_id=run_id, thread_id=thread_id, through_seq=run.fold_through)

    async def _store_answer(
        self, conn: Connection, run: ActiveRun, thread_id: UUID, ending: RunEnding
    ) -> None:
        """A run that goes on with an answer has its message already."""
        parts = stored_parts(parts_of([*run.log.events, ending]))
        metadata = metadata_of(run, ending, usage_of(run.log.events, self.prices))
        if continues_answer(run.log.events):
            await messages.replace_message(
                conn,
                thread_id=thread_id,
                message_id=run.assistant_message_id,
                parts=parts,
                metadata=metadata,
                run_id=UUID(run.run_id),
            )
            return
        await messages.append_message(
            conn,
            thread_id=thread_id,
            message_id=run.assistant_message_id,
            role="assistant",
            parts=parts,
            metadata=metadata,
            run_id=UUID(run.run_id),
        )


def metadata_of(run: ActiveRun, ending: RunEnding, usage: Usage) -> dict[str, JsonValue]:
    """The stored message's metadata: the same figures as the stream's."""
    tokens = usage.tokens
    parts_of_total = {"cachedInputTokens": tokens.cached_input, "reasoningTokens": tokens.reasoning}
    metadata: dict[str, JsonValue] = {
        "run_id": run.run_id,
        "trace_id": run.trace_id,
        "model": run.model_name,
        "duration_ms": ending.duration_ms,
        "usage": {
            "inputTokens": tokens.input,
            "outputTokens": tokens.output,
            "totalTokens": tokens.total,
            **{name: count for name, count in parts_of_total.items() if count},
        },
    }
    if ending.cost is not None:
        metadata["cost"] = ending.cost.as_json()
    if isinstance(ending, RunFailed):
        metadata["error"] = {
            "code": ending.code,
            "message": ending.message,
            "retryable": ending.retryable,
        }
    if isinstance(ending, RunStopped):
        metadata["stopped"] = True
    return metadata


def _status(ending: RunEnding) -> Literal["finished", "failed", "stopped", "awaiting_approval"]:
    match ending:
        case RunFinished():
            return "finished"
        case RunFailed():
            return "failed"
        case RunStopped():
            return "stopped"
        case RunAwaitingApproval():
            return "awaiting_approval"


def _code(ending: RunEnding) -> str | None:
    """What the run's span says of its end."""
    match ending:
        case RunFailed(code=code):
            return code
        case RunStopped():
            return CANCELLED
        case _:
            return None
