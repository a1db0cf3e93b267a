"""Admits a turn in one transaction: thread, user message and run row, or nothing at all."""

from dataclasses import dataclass

from langchain_core.messages import BaseMessage, HumanMessage
from psycopg import AsyncConnection
from psycopg.rows import DictRow
from uuid_utils import uuid7

from leadhand.context import TenantContext
from leadhand.errors import IdempotencyConflict, InvalidRequest, NotFound, ThreadBusy
from runs.abandoned import close_abandoned
from runs.lease import LEASE_S
from runs.turn import Trigger, TurnRequest
from runs.window import StoredMessage, messages_of, text_of
from storage import messages, runs, threads
from storage.messages import Message
from storage.runs import Run, RunStatus
from storage.threads import Thread
from tools.registry import ToolRegistry

# A window rebuilt from the transcript; the graph folds it further if its tokens overflow.
WINDOW_MESSAGES = 60
TITLE_CHARS = 80


@dataclass(frozen=True, slots=True)
class Admitted:
    """A run row that is ours. `replace`: `messages` are the whole window, not an addition to it."""

    run_id: str
    attempt: int
    thread_id: str
    assistant_message_id: str
    messages: list[BaseMessage]
    replace: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same request was admitted before; `answer` is None while its run is going on."""

    run: Run
    answer: Message | None


async def admit(
    conn: AsyncConnection[DictRow],
    tenant: TenantContext,
    turn: TurnRequest,
    *,
    owner: str,
    model_name: str,
    registry: ToolRegistry,
) -> Admitted | Repeated:
    """Admit `turn`, or find the run that the same request made before.

    Raises:
        ThreadBusy: a turn of this thread is running.
        IdempotencyConflict: the same key or message id came before with another text.
        NotFound: nothing to answer anew.
        InvalidRequest: a submit without a text.
    """
    thread = await threads.create_or_lock(
        conn, who=tenant, chat_id=turn.chat_id, title=(turn.text or "").strip()[:TITLE_CHARS] or None
    )
    await close_abandoned(conn, thread.id)
    if (earlier := await _earlier(conn, thread, turn)) is not None:
        return earlier
    if await runs.running(conn, thread_id=thread.id) is not None:
        raise ThreadBusy("This conversation is still answering the last question.")
    asked, truncated = await _place(conn, thread, turn)
    latest = await runs.latest(conn, thread_id=thread.id)
    replace = truncated or (latest is not None and latest.status is not RunStatus.FINISHED)
    run = await runs.admit(
        conn,
        run_id=str(uuid7()),
        thread_id=thread.id,
        owner=owner,
        lease_s=LEASE_S,
        idempotency_key=turn.idempotency_key,
        user_message_seq=asked.seq,
        assistant_message_id=str(uuid7()),
        model=model_name,
        permissions=sorted(permission.value for permission in tenant.permissions),
        as_of=tenant.as_of,
    )
    await threads.touch(conn, thread_id=thread.id)
    return Admitted(
        run_id=run.id,
        attempt=run.attempt,
        thread_id=thread.id,
        assistant_message_id=run.assistant_message_id,
        messages=await _window(conn, thread, registry) if replace else [HumanMessage(text_of(asked.parts))],
        replace=replace,
    )


async def _earlier(conn: AsyncConnection[DictRow], thread: Thread, turn: TurnRequest) -> Repeated | None:
    """The run that the same request admitted before; a failed one does not count."""
    if turn.idempotency_key is not None:
        run = await runs.find_by_idempotency_key(
            conn, thread_id=thread.id, idempotency_key=turn.idempotency_key
        )
    elif turn.trigger is Trigger.SUBMIT and turn.message_id is None and turn.user_message_id is not None:
        run = await runs.find_by_user_message(conn, thread_id=thread.id, message_id=turn.user_message_id)
    else:
        return None
    if run is None or run.status is RunStatus.FAILED:
        return None
    asked = await messages.get_by_seq(conn, thread_id=thread.id, seq=run.user_message_seq)
    if turn.text is not None and asked is not None and text_of(asked.parts) != turn.text:
        raise IdempotencyConflict("This message was sent before with another text.")
    if run.status is RunStatus.RUNNING:
        return Repeated(run, None)
    answer = await messages.get_by_message_id(conn, thread_id=thread.id, message_id=run.assistant_message_id)
    return Repeated(run, answer)


async def _place(conn: AsyncConnection[DictRow], thread: Thread, turn: TurnRequest) -> tuple[Message, bool]:
    """Store or find the user message to answer; True when stored messages were cut off after it."""
    if turn.trigger is Trigger.REGENERATE:
        return await _again(conn, thread, turn)
    if turn.text is None:
        raise InvalidRequest("A new turn needs the text of a user message.")
    message_id = turn.message_id or turn.user_message_id or str(uuid7())
    stored = await messages.get_by_message_id(conn, thread_id=thread.id, message_id=message_id)
    if stored is None:
        return await _append(conn, thread, message_id, turn.text), False
    if stored.role != "user":
        raise IdempotencyConflict("This message id belongs to an answer.")
    if turn.message_id is None and text_of(stored.parts) != turn.text:
        raise IdempotencyConflict("This message was sent before with another text.")
    await messages.delete_from(conn, thread_id=thread.id, seq=stored.seq)
    return await _append(conn, thread, message_id, turn.text), True


async def _again(conn: AsyncConnection[DictRow], thread: Thread, turn: TurnRequest) -> tuple[Message, bool]:
    named = turn.message_id or turn.user_message_id
    stored = None
    if named is not None:
        stored = await messages.get_by_message_id(conn, thread_id=thread.id, message_id=named)
    if stored is None and turn.user_message_id is not None and turn.text is not None:
        # The turn before was refused, so the client has a user message that we have not; or it has.
        stored = await messages.get_by_message_id(conn, thread_id=thread.id, message_id=turn.user_message_id)
        if stored is None:
            return await _append(conn, thread, turn.user_message_id, turn.text), False
    before_seq = stored.seq + 1 if stored is not None else None
    asked = await messages.last_user_message(conn, thread_id=thread.id, before_seq=before_seq)
    if asked is None:
        raise NotFound("There is no question in this conversation to answer anew.")
    await messages.delete_from(conn, thread_id=thread.id, seq=asked.seq + 1)
    return asked, True


async def _append(conn: AsyncConnection[DictRow], thread: Thread, message_id: str, text: str) -> Message:
    return await messages.append_message(
        conn,
        thread_id=thread.id,
        message_id=message_id,
        role="user",
        parts=[{"type": "text", "text": text, "state": "done"}],
        metadata=None,
        run_id=None,
    )


async def _window(
    conn: AsyncConnection[DictRow], thread: Thread, registry: ToolRegistry
) -> list[BaseMessage]:
    tail = await messages.last_messages(conn, thread_id=thread.id, last=WINDOW_MESSAGES, before_seq=None)
    return messages_of((StoredMessage(row.role, row.parts) for row in tail), registry)
