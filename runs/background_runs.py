"""Background runs: turns that nobody waits for on a connection, begun by whichever worker is first."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import NotFound, RunLogGone, ServerStopping, TooManyRuns
from leadhand.events import RunEnding, RunEvent, StatusChanged
from runs.active import StopCause
from runs.admission import Admission, Repeated
from runs.event_codec import decode_events
from runs.remote import RemoteRun
from runs.resumption import ask_to_resume
from runs.service import RunService
from runs.turn import TurnRequest
from runs.waiting import WAITS_S
from storage import background_runs, messages, run_events
from storage.background_runs import ListedRun
from storage.messages import Message
from storage.run_events import Flush
from storage.takeover import NOBODY
from storage.transactions import Connection

# They take minutes.
RETRY_AFTER_S = 30
# The present loading line is looked for in the log's end: deltas alone may have followed it.
LOOKED_AT_FLUSHES = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """A run as it stands: `progress` while it runs, `answer` once it is over."""

    run: ListedRun
    progress: str | None = None
    answer: Message | None = None


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A run's log. `whole`: all events of a run that is over; None while it goes on."""

    run: RemoteRun
    whole: Sequence[RunEvent] | None

    async def told(self) -> AsyncGenerator[tuple[RunEvent, ...]]:
        """Every event from the first as it was told, then live; the same ones each time.

        Raises:
            NotFound: its conversation has been deleted.
            DatabaseUnavailable: the database stays away.
        """
        if self.whole is not None:
            yield tuple(self.whole)
            return
        async for batch in self.run.retold():
            yield batch


@dataclass(frozen=True, slots=True)
class BackgroundRuns:
    """One a process. `max_of_user`, `max_of_shop`: how many may be queued or run, on all servers."""

    runs: RunService
    max_of_user: int
    max_of_shop: int

    async def ask(self, tenant: TenantContext, turn: TurnRequest) -> ListedRun:
        """Queue a run; the same request again gives the same run, however it stands.

        Raises:
            ThreadBusy, TooManyRuns, BudgetExhausted, IdempotencyConflict, InvalidRequest: see
                `Admission.admit`; nothing was stored.
            ServerStopping: the process is shutting down.
        """
        if self.runs.stopping:
            raise ServerStopping("The server is restarting. Please try again in a moment.")
        service = self.runs
        admission = Admission(
            NOBODY, service.model_name, service.registry, service.limits, lease_s=WAITS_S, background=True
        )
        async with service.places.place(tenant), service.database.transaction(tenant) as conn:
            admitted = await admission.admit(conn, tenant, turn)
            if isinstance(admitted, Repeated):
                return await _found(conn, admitted.run.id)
            await self._refuse_beyond(conn)
            await ask_to_resume(conn, run_id=admitted.run_id, attempt=admitted.attempt)
            return await _found(conn, admitted.run_id)

    async def newest(
        self, tenant: TenantContext, *, limit: int, before: UUID | None
    ) -> tuple[ListedRun, ...]:
        """The caller's background runs, the newest first."""
        async with self.runs.database.transaction(tenant, snapshot=True) as conn:
            return await background_runs.newest(conn, limit=limit, before=before)

    async def get(self, tenant: TenantContext, run_id: UUID) -> Standing:
        """A run of the caller, also a turn of a chat.

        Raises:
            NotFound: they have none of that id.
        """
        async with self.runs.database.transaction(tenant, snapshot=True) as conn:
            run = await _found(conn, run_id)
            if run.status == "running":
                return Standing(run, progress=await _progress(conn, run))
            if run.assistant_message_id is None:
                return Standing(run)
            answer = await messages.get_by_message_id(
                conn, thread_id=run.thread_id, message_id=run.assistant_message_id
            )
            return Standing(run, answer=answer)

    async def told(self, tenant: TenantContext, run_id: UUID) -> ToldRun:
        """What a run of the caller said and says.

        Raises:
            NotFound: they have none of that id.
            RunLogGone: it is over, and its log is not kept any more.
        """
        async with self.runs.database.transaction(tenant, snapshot=True) as conn:
            run = await _found(conn, run_id)
            over = run.status != "running"
            kept = await run_events.read_all(conn, run_id=run_id) if over else ()
        return ToldRun(self.runs.remote(tenant, run), _whole(kept) if over else None)

    async def cancel(self, tenant: TenantContext, run_id: UUID) -> ListedRun:
        """The run after its stop: at once if it is queued, else as soon as whoever runs it has seen it.

        Raises:
            NotFound: the caller has none of that id.
        """
        async with self.runs.database.transaction(tenant, snapshot=True) as conn:
            run = await _found(conn, run_id)
        if run.status == "running":
            here = self.runs.active(tenant, run.chat_id)
            if here is not None and here.run_id == str(run_id):
                here.request_stop(StopCause.PERSON)
            else:
                await self.runs.ask_to_stop(tenant, run_id)
            async for _ in self.runs.remote(tenant, run).follow():
                pass
        async with self.runs.database.transaction(tenant, snapshot=True) as conn:
            return await _found(conn, run_id)

    async def _refuse_beyond(self, conn: Connection) -> None:
        """Counts the one that was just admitted; no other is, until the transaction ends."""
        taken = await background_runs.taken(conn)
        if taken.of_user > self.max_of_user:
            raise _too_many("user_background_runs", self.max_of_user, "Your other background runs")
        if taken.of_shop > self.max_of_shop:
            raise _too_many("shop_background_runs", self.max_of_shop, "Your shop's other background runs")


def absent() -> NotFound:
    """The refusal of an id that the caller has no run of."""
    return NotFound("There is no such run.")


async def _found(conn: Connection, run_id: UUID) -> ListedRun:
    found = await background_runs.find(conn, run_id=run_id)
    if found is None:
        raise absent()
    return found


async def _progress(conn: Connection, run: ListedRun) -> str | None:
    for flush in await background_runs.last_flushes(conn, run_id=run.id, limit=LOOKED_AT_FLUSHES):
        for event in reversed(decode_events(flush.events)):
            if isinstance(event, StatusChanged):
                return event.label
    return None


def _whole(kept: Sequence[Flush]) -> Sequence[RunEvent]:
    """Raises RunLogGone unless all of it is there."""
    numbers = [flush.seq for flush in kept]
    events = [event for flush in kept for event in decode_events(flush.events)]
    if numbers != list(range(1, len(kept) + 1)) or not events or not isinstance(events[-1], RunEnding):
        raise RunLogGone("What this run said step by step is not kept any more. Its answer is.")
    return events


def _too_many(limit: str, most: int, whose: str) -> TooManyRuns:
    return TooManyRuns(
        f"{whose} are not over yet. Try again when one is done, or cancel one.",
        retry_after_s=RETRY_AFTER_S,
        details={"limit": limit, "max": most},
    )
