"""The runs of this process: started, found, stopped, drained."""

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from langgraph.types import Command

from graph.builder import CompiledTurn
from graph.state import TurnState, going_on, turn_input
from jobs.context import RunOwner
from jobs.task import JobRow
from leadhand import metrics
from leadhand.context import TenantContext
from leadhand.errors import ServerStopping
from leadhand.events import (
    RunEnding,
    RunEvent,
    RunFailed,
    RunStopped,
)
from leadhand.long_work import LongWork
from leadhand.prices import PriceList
from leadhand.shop_places import ShopPlaces
from leadhand.spans import SpanExport, Trace
from memory.history import Window
from runs.active import ActiveRun, FollowedRun, StopCause
from runs.admission import Admission, Admitted, Repeated
from runs.answers import Taken
from runs.approval_spans import export_answered
from runs.endings import as_it_ended, note_end
from runs.execution import Execution
from runs.lease import RunLease
from runs.log import RunLog
from runs.news import RunNews
from runs.recorder import EventRecorder
from runs.remote import RemoteRun
from runs.settlement import Settlement
from runs.takeover import Continuation, pick_up, seize
from runs.transcript import events_of, read_parts
from runs.turn import TurnRequest
from runs.waiting import BackgroundPlaces, put_back
from storage import runs, threads
from storage.database import Database
from storage.runs import Run
from storage.saver import TenantSaver
from storage.takeover import NOBODY
from storage.usage import TurnLimits
from tools.registry import ToolRegistry

log = logging.getLogger(__name__)


def _process_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


@dataclass(slots=True)
class RunService:
    """One a process. Runs belong to it, never to a connection."""

    database: Database
    saver: TenantSaver
    graph: CompiledTurn
    registry: ToolRegistry
    model_name: str
    max_run_s: float
    max_background_run_s: float
    limits: TurnLimits
    prices: PriceList
    news: RunNews
    window: Window
    export: SpanExport | None = None
    owner: str = field(default_factory=_process_name)
    places: ShopPlaces = field(default_factory=ShopPlaces)
    background: BackgroundPlaces = field(default_factory=lambda: BackgroundPlaces(1))
    _active: dict[tuple[str, str, str], ActiveRun] = field(
        default_factory=dict[tuple[str, str, str], ActiveRun]
    )
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])
    _stopping: bool = False

    async def start_turn(self, tenant: TenantContext, turn: TurnRequest) -> FollowedRun:
        """Admit a turn and start it; the same request again gives the same run, live or replayed.

        Raises:
            ThreadBusy, TooManyRuns, BudgetExhausted, IdempotencyConflict, NotFound, InvalidRequest: see
                `admit`; nothing was stored.
            ServerStopping: the process is shutting down.
        """
        if self._stopping:
            raise ServerStopping("The server is restarting. Please try again in a moment.")
        async with self.places.place(tenant), self.database.transaction(tenant) as conn:
            admit = Admission(self.owner, self.model_name, self.registry, self.limits).admit
            admission = await admit(conn, tenant, turn)
        if isinstance(admission, Repeated):
            return self._repeated(tenant, turn, admission)
        return self._start(tenant, turn, admission)

    def active(self, tenant: TenantContext, chat_id: str) -> ActiveRun | None:
        """The caller's running turn on this thread, if it runs in this process."""
        run = self._active.get(_key(tenant, chat_id))
        return None if run is None or run.log.over else run

    async def running(self, tenant: TenantContext, chat_id: str) -> FollowedRun | None:
        """The caller's running turn on this thread, whichever process runs it.

        Raises:
            DatabaseUnavailable: the database is away, and it does not run here.
        """
        return self.active(tenant, chat_id) or await self._elsewhere(tenant, chat_id)

    async def stop(self, tenant: TenantContext, chat_id: str) -> bool:
        """Stop the caller's running turn; False when none runs. Returns when the run is over.

        Another process sees it within a lease renewal; a turn whose process has died ends when its lease has.

        Raises:
            DatabaseUnavailable: the database is away, and it does not run here.
        """
        run: FollowedRun | None = self.active(tenant, chat_id)
        if run is not None:
            run.request_stop(StopCause.PERSON)
        elif (run := await self._elsewhere(tenant, chat_id)) is not None:
            await self.ask_to_stop(tenant, UUID(run.run_id))
        if run is None:
            return False
        async for _ in run.follow():
            pass
        return True

    async def ask_to_stop(self, tenant: TenantContext, run_id: UUID) -> None:
        """Whoever has it stops it; one that nobody has ends here and now."""
        async with self.database.transaction(tenant) as conn:
            await runs.request_cancel(conn, run_id=run_id)
            found = await runs.get_run(conn, run_id=run_id)
        if found is not None and found.status == "running" and found.owner == NOBODY:
            await self.give_up(RunOwner(found, tenant), RunStopped())

    async def _elsewhere(self, tenant: TenantContext, chat_id: str) -> RemoteRun | None:
        async with self.database.transaction(tenant, snapshot=True) as conn:
            thread = await threads.get_thread(conn, who=tenant, chat_id=chat_id)
            run = None if thread is None else await runs.running(conn, thread_id=thread.id)
        return None if run is None else self.remote(tenant, run)

    def remote(self, tenant: TenantContext, run: Run) -> RemoteRun:
        """The run, followed from its log."""
        answer_id = run.assistant_message_id or str(run.id)
        return RemoteRun(
            str(run.id), answer_id, run.model, tenant, self.database, self.news, run.trace_parent
        )

    async def resume(self, row: JobRow) -> None:
        """Go on with the run `row` here, if it is offered; returns when it is under way.

        Raises:
            ServerStopping, DatabaseUnavailable: try again, elsewhere if possible.
            InternalFault: what was said in it cannot be read by this version.
        """
        if self._stopping:
            raise ServerStopping("The server is restarting. Please try again in a moment.")
        if self.background.full(row.tenant_id) and await put_back(self.database, row):
            return
        taken = await pick_up(self.database, row, owner=self.owner)
        if taken is None:
            return
        run = _taken_run(taken.run, taken.answer_id, taken.events)
        if taken.run.cancel_requested:
            run.request_stop(StopCause.PERSON)
        begins = taken.run.attempt == 1
        if not begins:
            metrics.takeovers.inc()
        log.info(
            "background run begun" if begins else "turn taken over",
            extra={"run_id": run.run_id, "tenant_id": row.tenant_id, "attempt": taken.run.attempt},
        )
        turn = Continuation(taken, self.database, self.graph, self.registry)
        since = taken.run.background_since
        attempt = _Attempt(
            taken.run.thread_id, taken.run.attempt, taken.seq, taken.untitled, taken.run.age_s, since
        )
        self._execute(run, taken.tenant, taken.chat_id, attempt, turn)

    async def give_up(self, lost: RunOwner, ending: RunEnding) -> None:
        """End the run `lost`, whose lease has passed, unless somebody else has taken it by now.

        Raises:
            DatabaseUnavailable: try again.
        """
        taken = await seize(self.database, lost, owner=self.owner)
        if taken is None:
            return
        run = _taken_run(taken.run, taken.answer_id, taken.events)
        attempt = _Attempt(taken.run.thread_id, taken.run.attempt, taken.seq, age_s=taken.run.age_s)
        ending = replace(ending, duration_ms=int(taken.run.age_s * 1000))
        settlement = self._settlement(run, taken.tenant, attempt)
        await settlement.settle(run, taken.tenant, attempt.thread_id, ending)
        note_end(run, tenant_id=taken.tenant.tenant_id)

    @property
    def stopping(self) -> bool:
        """Whether this process takes no run any more."""
        return self._stopping

    def go_on(self, tenant: TenantContext, taken: Taken) -> ActiveRun:
        """Start the run that goes on after the last answer to what was asked, as `tenant`, who asked it."""
        run = _taken_run(taken.run, taken.answer_id, taken.events)
        if self.export is not None:
            export_answered(self.export, taken.run, taken.asked)
        untitled = taken.thread.titled_by == "question"
        since = taken.run.background_since
        attempt = _Attempt(taken.run.thread_id, taken.run.attempt, 1, untitled, background_since=since)
        return self._execute(run, tenant, taken.thread.chat_id, attempt, going_on(run.run_id))

    async def drain(self, timeout_s: float) -> None:
        """Take no new turn; give running ones `timeout_s` to finish, then hand them over."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)
        for run in list(self._active.values()):
            run.request_stop(StopCause.SHUTDOWN)
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, tenant: TenantContext, turn: TurnRequest, admitted: Admitted) -> ActiveRun:
        run = ActiveRun(str(admitted.run_id), admitted.assistant_message_id, self.model_name)
        graph_input = turn_input(
            tenant_id=tenant.tenant_id,
            user_id=tenant.user_id,
            thread_id=str(admitted.thread_id),
            run_id=str(admitted.run_id),
            messages=admitted.messages,
            replace=admitted.replace,
        )
        attempt = _Attempt(admitted.thread_id, admitted.attempt, untitled=admitted.untitled)
        return self._execute(run, tenant, turn.chat_id, attempt, graph_input)

    def _execute(
        self,
        run: ActiveRun,
        tenant: TenantContext,
        chat_id: str,
        attempt: "_Attempt",
        turn: TurnState | Command[str] | Continuation,
    ) -> ActiveRun:
        settlement = self._settlement(run, tenant, attempt)
        since = attempt.background_since
        max_run_s = self.max_run_s if since is None else self.max_background_run_s
        execution = Execution(
            run=run,
            tenant=tenant,
            thread_id=attempt.thread_id,
            turn=turn,
            graph=self.graph,
            lease=RunLease(self.database, tenant, UUID(run.run_id), attempt.number, self.owner),
            recorder=settlement.recorder,
            settlement=settlement,
            places=self.places,
            window=self.window,
            max_run_s=max_run_s,
            age_s=attempt.age_s,
            long_work=None if since is None else LongWork.of_run(since, max_run_s),
        )
        remote = RemoteRun(
            run.run_id,
            run.assistant_message_id,
            run.model_name,
            tenant,
            self.database,
            self.news,
            run.trace_parent,
        )
        run.elsewhere = partial(remote.go_on, attempt.number, settlement.recorder.step_began_after)
        key = _key(tenant, chat_id)
        self._active[key] = run
        task = asyncio.create_task(execution.execute(), name=f"turn {run.run_id}")
        self._tasks.add(task)
        metrics.running_turns.inc()
        task.add_done_callback(lambda done: self._over(key, run, done))
        if since is not None:
            self.background.take(tenant.tenant_id)
            task.add_done_callback(lambda _: self.background.give_back(tenant.tenant_id))
        return run

    def _settlement(self, run: ActiveRun, tenant: TenantContext, attempt: "_Attempt") -> Settlement:
        run_id = UUID(run.run_id)
        trace = Trace(
            run_id,
            attempt=attempt.number,
            parent=run.trace_parent,
            tenant_id=tenant.tenant_id,
            thread_id=attempt.thread_id,
            age_s=attempt.age_s,
            export=self.export,
        )
        recorder = EventRecorder(
            run.log, self.database, tenant, run_id, attempt.number, seq=attempt.seq, trace=trace
        )
        return Settlement(self.database, self.saver, self.prices, recorder, attempt.number, attempt.untitled)

    def _over(self, key: tuple[str, str, str], run: ActiveRun, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        metrics.running_turns.dec()
        if not run.log.over:
            # The loop was torn down before the run could settle; its readers must not wait for ever.
            run.log.emit(RunFailed(ServerStopping.code, "The server stopped.", retryable=True))
        note_end(run, tenant_id=key[0])
        if self._active.get(key) is run:
            del self._active[key]

    def _repeated(self, tenant: TenantContext, turn: TurnRequest, repeated: Repeated) -> FollowedRun:
        run = repeated.run
        live = self.active(tenant, turn.chat_id)
        if live is not None and live.run_id == str(run.id):
            return live
        if repeated.answer is None:
            return self.remote(tenant, run)
        replay = RunLog([*events_of(read_parts(repeated.answer.parts)), *as_it_ended(run)])
        return ActiveRun(
            str(run.id), repeated.answer.message_id, run.model, replay, trace_parent=run.trace_parent
        )


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One attempt of a run: its number, the log's last flush before it, the run's age when it began.

    `background_since`: see Run.
    """

    thread_id: UUID
    number: int
    seq: int = 0
    untitled: bool = False
    age_s: float = 0.0
    background_since: datetime | None = None


def _taken_run(run: Run, answer_id: str, events: Sequence[RunEvent]) -> ActiveRun:
    """A run that another process began, or that goes on with what one began."""
    return ActiveRun(str(run.id), answer_id, run.model, RunLog(events), trace_parent=run.trace_parent)


def _key(tenant: TenantContext, chat_id: str) -> tuple[str, str, str]:
    return (tenant.tenant_id, tenant.user_id, chat_id)
