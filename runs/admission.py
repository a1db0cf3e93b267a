"""Admits a turn in one transaction: thread, user message and run row, or nothing at all."""

from dataclasses import dataclass
from uuid import UUID

from langchain_core.messages import BaseMessage, HumanMessage
from uuid_utils.compat import uuid7

from leadhand.context import TenantContext
from leadhand.errors import IdempotencyConflict, ThreadBusy
from memory.history import question_id
from runs.answers import withdraw
from runs.lease import LEASE_S
from runs.question import Question, place, read_question
from runs.transcript import read_parts, text_of
from runs.turn import Trigger, TurnRequest
from runs.window import read_window
from storage import messages, runs, threads, titles
from storage.messages import Message
from storage.runs import Run
from storage.threads import Thread
from storage.transactions import Connection
from storage.usage import TurnLimits
from tools.registry import ToolRegistry

TITLE_CHARS = 80


@dataclass(frozen=True, slots=True)
class Admitted:
    """A run row that is ours. `replace`: `messages` are the whole window, not an addition to it.

    `untitled`: the thread has no title of its own yet.
    """

    run_id: UUID
    attempt: int
    thread_id: UUID
    assistant_message_id: str
    messages: list[BaseMessage]
    replace: bool
    untitled: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same request was admitted before; `answer` is None while its run is going on."""

    run: Run
    answer: Message | None


@dataclass(frozen=True, slots=True)
class Admission:
    """What admitting needs of this process."""

    owner: str
    model_name: str
    registry: ToolRegistry
    limits: TurnLimits
    lease_s: float = LEASE_S
    background: bool = False

    async def admit(self, conn: Connection, tenant: TenantContext, turn: TurnRequest) -> Admitted | Repeated:
        """Admit `turn`, or find the run that the same request made before.

        Raises:
            ThreadBusy: a turn of this thread is running.
            TooManyRuns, BudgetExhausted: the caller or their shop has taken all that it may.
            IdempotencyConflict: the same key or message id came before with another text.
            NotFound: nothing to answer anew.
            InvalidRequest: a submit without a text.
        """
        thread = await threads.create_or_get_thread(conn, chat_id=turn.chat_id)
        latest = await runs.latest(conn, thread_id=thread.id)
        if (earlier := await _earlier(conn, thread, turn)) is not None:
            return earlier
        if latest is not None and latest.status == "running":
            raise ThreadBusy("This conversation is still being answered. Wait for it, or stop it first.")
        await withdraw(conn, thread, latest)
        question = await place(conn, thread, turn)
        if thread.title is None and (title := question.text.strip()[:TITLE_CHARS]):
            await titles.lend_title(conn, thread_id=thread.id, title=title)
        broken = latest is not None and latest.status != "finished"
        return await self._run(conn, tenant, turn, thread, question, replace=question.truncated or broken)

    async def _run(
        self,
        conn: Connection,
        tenant: TenantContext,
        turn: TurnRequest,
        thread: Thread,
        question: Question,
        *,
        replace: bool,
    ) -> Admitted:
        answer_id = str(uuid7())
        run = await runs.admit(
            conn,
            run_id=uuid7(),
            thread_id=thread.id,
            owner=self.owner,
            lease_s=self.lease_s,
            model=self.model_name,
            permissions=tenant.permissions,
            as_of=tenant.as_of,
            limits=self.limits,
            timezone=tenant.timezone,
            idempotency_key=turn.idempotency_key,
            user_message_seq=question.seq,
            assistant_message_id=answer_id,
            background=self.background,
        )
        window: list[BaseMessage] = [HumanMessage(question.text, id=question_id(question.seq))]
        if replace:
            window = await read_window(conn, thread.id, self.registry)
        untitled = thread.titled_by == "question"
        return Admitted(run.id, run.attempt, thread.id, answer_id, window, replace, untitled)


async def _earlier(conn: Connection, thread: Thread, turn: TurnRequest) -> Repeated | None:
    """The run that the same request admitted before; a failed one does not count."""
    run = await _earlier_run(conn, thread, turn)
    if run is None or run.user_message_seq is None or run.assistant_message_id is None:
        return None
    asked = await read_question(conn, thread, seq=run.user_message_seq)
    if turn.text is not None and asked is not None and asked.text != turn.text:
        raise IdempotencyConflict("This message was sent before with another text.")
    if run.status == "running":
        return Repeated(run, None)
    answer = await messages.get_by_message_id(conn, thread_id=thread.id, message_id=run.assistant_message_id)
    return Repeated(run, answer) if answer is not None else None


async def _earlier_run(conn: Connection, thread: Thread, turn: TurnRequest) -> Run | None:
    if turn.idempotency_key is not None:
        return await runs.find_by_idempotency_key(
            conn, thread_id=thread.id, idempotency_key=turn.idempotency_key
        )
    is_new_message = turn.trigger is Trigger.SUBMIT and turn.message_id is None
    if not is_new_message or turn.user_message_id is None:
        return None
    stored = await messages.get_by_message_id(conn, thread_id=thread.id, message_id=turn.user_message_id)
    if stored is None or stored.role != "user":
        return None
    if turn.text is not None and text_of(read_parts(stored.parts)) != turn.text:
        raise IdempotencyConflict("This message was sent before with another text.")
    return await runs.find_by_user_message(conn, thread_id=thread.id, user_message_seq=stored.seq)
