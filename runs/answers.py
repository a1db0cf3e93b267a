"""Takes a person's answers to approvals, in one transaction: what counts, what the transcript shows of it,
and the run that goes on once nothing waits any more.

All of it is done as who asked, whose thread it is; the answer names who gave it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from graph.approvals import read_proposal
from leadhand.context import Permission
from leadhand.errors import (
    ApprovalAnswered,
    ApprovalChanged,
    ApprovalDenied,
    ApprovalExpired,
    ApprovalSuperseded,
    CallerError,
    NotFound,
    ThreadBusy,
)
from leadhand.events import (
    RunAwaitingApproval,
    RunContinued,
    RunEvent,
    RunFinished,
    ToolApprovalDecided,
    ToolDenied,
    UsageReported,
)
from runs.event_codec import encode_events
from runs.lease import LEASE_S
from runs.transcript import Part, events_of, open_calls, parts_of, read_parts, stored_parts
from storage import approvals, messages, run_events, runs, threads
from storage.approvals import Approval
from storage.audit import AuditEntry, record
from storage.messages import Message
from storage.run_events import Flush
from storage.runs import Run
from storage.threads import Thread
from storage.transactions import Connection
from storage.usage import TurnLimits

SUPERSEDED = "superseded"
EXPIRED = "expired"
# What was admitted once goes on: neither shares nor budgets stand in its way.
NO_LIMITS = TurnLimits(max_shop_runs=2**31 - 1, max_user_runs=2**31 - 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says to one approval. `proposal_hash`: of what they looked at, if they tell."""

    approval_id: UUID
    approved: bool
    reason: str | None = None
    proposal_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of answers. `refused`: why one of them does not count, the first that does not.

    `events`: of the answer so far. If `run` is running it goes on with it, else approvals wait still.
    `asked`: in the step, of people.
    """

    thread: Thread
    run: Run
    answer_id: str
    events: Sequence[RunEvent]
    counted: int
    refused: CallerError | None
    asked: Sequence[Approval] = ()

    @property
    def goes_on(self) -> bool:
        return self.run.status == "running"


@dataclass(frozen=True, slots=True)
class AnswerDesk:
    """What taking answers needs of this process."""

    owner: str
    model_name: str

    async def take(
        self, conn: Connection, thread_id: UUID, answers: Sequence[Answer], *, by: str, timezone: str
    ) -> Taken:
        """Count the answers that `by` gives; without any, look only for what nobody answered in time.

        Raises:
            NotFound: there is no such approval in the thread.
            ApprovalAnswered, ApprovalSuperseded, ApprovalExpired, ApprovalChanged, ThreadBusy: none of the
                answers counts, and nothing was changed.
        """
        thread = await _locked(conn, thread_id)
        latest = await runs.latest(conn, thread_id=thread_id)
        if latest is None or latest.assistant_message_id is None:
            raise absent()
        refused: CallerError | None = None
        counted = 0
        for answer in answers:
            try:
                await _count(conn, latest, answer, by)
                counted += 1
            except CallerError as error:
                refused = refused or error
        if latest.status == "running":
            raise refused or _busy()
        overdue = await approvals.expire(conn, thread_id=thread_id)
        for approval in overdue:
            await _note_refusal(conn, approval, ApprovalExpired.code, by=None)
        if refused is not None and not counted and not overdue:
            raise refused
        message = await messages.get_by_message_id(
            conn, thread_id=thread_id, message_id=latest.assistant_message_id
        )
        if message is None or latest.status != "awaiting_approval":
            # Whoever asked came to no good end, and nobody goes on from there.
            await approvals.withdraw(conn, thread_id=thread_id)
            return Taken(thread, latest, latest.assistant_message_id, [], 0, refused or _superseded())
        run, events, asked = await self._go_on(conn, thread, latest, message, timezone)
        return Taken(thread, run, message.message_id, events, counted, refused, asked)

    async def _go_on(
        self, conn: Connection, thread: Thread, latest: Run, message: Message, timezone: str
    ) -> tuple[Run, Sequence[RunEvent], Sequence[Approval]]:
        parts = read_parts(message.parts)
        calls = open_calls(parts)
        asked = await approvals.of_calls(conn, thread_id=thread.id, call_ids=calls)
        decided = [_decided(approval) for approval in asked if approval.status != "pending"]
        await _store_parts(conn, thread, message, [*events_of(parts), *decided, RunAwaitingApproval()])
        before = [event for event in events_of(parts) if not _decides(event, calls)]
        events = [*before, *await _spent(conn, thread, message), RunContinued(), *decided]
        if len(decided) < len(asked):
            return latest, [*events, RunAwaitingApproval()], asked
        return await self._admit(conn, latest, events, timezone), events, asked

    async def _admit(self, conn: Connection, latest: Run, events: Sequence[RunEvent], timezone: str) -> Run:
        """The run that goes on; its log begins with what was said before, for whoever takes it over."""
        run = await runs.admit(
            conn,
            run_id=uuid7(),
            thread_id=latest.thread_id,
            owner=self.owner,
            lease_s=LEASE_S,
            model=self.model_name,
            permissions=[Permission(name) for name in latest.permissions],
            as_of=latest.as_of,
            limits=NO_LIMITS,
            timezone=timezone,
            user_message_seq=latest.user_message_seq,
            assistant_message_id=latest.assistant_message_id,
            continues=latest,
        )
        first = Flush(1, encode_events(events))
        await run_events.append(conn, run_id=run.id, attempt=run.attempt, flush=first)
        return run


async def withdraw(conn: Connection, thread: Thread, latest: Run | None) -> None:
    """A new message: what waits for an answer gets none any more, and the transcript says so."""
    if latest is None or latest.status != "awaiting_approval" or latest.assistant_message_id is None:
        return
    await approvals.withdraw(conn, thread_id=thread.id)
    message = await messages.get_by_message_id(
        conn, thread_id=thread.id, message_id=latest.assistant_message_id
    )
    if message is None:
        return
    parts = read_parts(message.parts)
    refusals = [ToolDenied(call_id, SUPERSEDED) for call_id in open_calls(parts)]
    await _store_parts(conn, thread, message, [*events_of(parts), *refusals, RunFinished()])


def absent() -> NotFound:
    return NotFound("There is no such approval.")


async def _locked(conn: Connection, thread_id: UUID) -> Thread:
    """The thread, locked first, as an admission does."""
    await threads.touch(conn, thread_id=thread_id)
    thread = await threads.get_by_id(conn, thread_id=thread_id)
    if thread is None:
        raise absent()
    return thread


async def _count(conn: Connection, latest: Run, answer: Answer, by: str) -> None:
    approval = await approvals.get_approval(conn, approval_id=answer.approval_id)
    if approval is None or approval.thread_id != latest.thread_id:
        raise absent()
    _refuse_if_over(approval)
    if latest.status == "running":
        raise _busy()
    if latest.status != "awaiting_approval":
        raise _superseded()
    read_proposal(approval)
    if answer.proposal_hash not in {None, approval.proposal_hash}:
        raise ApprovalChanged("This is not the change that is to be approved. Please look at it again.")
    counts = await approvals.decide(
        conn, approval_id=approval.id, approved=answer.approved, decided_by=by, reason=answer.reason
    )
    if not counts:
        raise _expired()
    if not answer.approved:
        await _note_refusal(conn, approval, ApprovalDenied.code, by=by)


async def _note_refusal(conn: Connection, approval: Approval, code: str, *, by: str | None) -> None:
    entry = AuditEntry(
        "write_refused",
        approval.tool,
        approval.input,
        requested_by=approval.requested_by,
        approved_by=by,
        thread_id=approval.thread_id,
        run_id=approval.run_id,
        call_id=approval.call_id,
        code=code,
    )
    await record(conn, entry)


def _refuse_if_over(approval: Approval) -> None:
    match approval.standing:
        case "pending":
            return
        case "expired":
            raise _expired()
        case "superseded":
            raise _superseded()
        case "approved" | "applied" | "denied":
            said = "denied" if approval.status == "denied" else "approved"
            raise ApprovalAnswered(f"This was {said} before.", details={"status": approval.status})


def _busy() -> ThreadBusy:
    return ThreadBusy("The question is still being worked on. Answer again in a moment.")


def _expired() -> ApprovalExpired:
    return ApprovalExpired("The time to answer has passed, so the change was not made.")


def _superseded() -> ApprovalSuperseded:
    return ApprovalSuperseded("The conversation went on without an answer, so the change was not made.")


def _decided(approval: Approval) -> ToolApprovalDecided:
    approved = approval.status in {"approved", "applied"}
    reason = approval.reason if approval.decided_by is not None else approval.status
    return ToolApprovalDecided(approval.call_id, str(approval.id), approved, reason)


def _decides(event: RunEvent, calls: Sequence[str]) -> bool:
    return isinstance(event, ToolApprovalDecided) and event.call_id in calls


async def _spent(conn: Connection, thread: Thread, message: Message) -> list[UsageReported]:
    """What the runs before have used: the answer's figures are those of all its runs."""
    before = await runs.of_answer(conn, thread_id=thread.id, message_id=message.message_id)
    return [
        UsageReported(
            run.model,
            run.input_tokens,
            run.output_tokens,
            cached_input_tokens=run.cached_input_tokens,
            reasoning_tokens=run.reasoning_tokens,
        )
        for run in before
    ]


async def _store_parts(
    conn: Connection, thread: Thread, message: Message, events: Sequence[RunEvent]
) -> Sequence[Part]:
    parts = parts_of(events)
    await messages.replace_message(
        conn,
        thread_id=thread.id,
        message_id=message.message_id,
        parts=stored_parts(parts),
        metadata=message.metadata,
        run_id=message.run_id,
    )
    return parts
