"""The user message that a turn answers: appended, edited, or found again."""

from dataclasses import dataclass

from uuid_utils.compat import uuid7

from leadhand.errors import IdempotencyConflict, InvalidRequest, NotFound
from runs.transcript import read_parts, text_of
from runs.turn import Trigger, TurnRequest
from storage import messages, threads
from storage.messages import Message
from storage.threads import Thread
from storage.transactions import Connection

# How far back a question is looked for; a turn stores two messages, so this is far.
LOOK_BACK_MESSAGES = 50


@dataclass(frozen=True, slots=True)
class Question:
    """`truncated`: stored messages after it were cut off."""

    seq: int
    text: str
    truncated: bool = False


async def place(conn: Connection, thread: Thread, turn: TurnRequest) -> Question:
    """Store or find the user message to answer.

    Raises:
        InvalidRequest: a submit without a text.
        IdempotencyConflict: the message id belongs to an answer, or to another text.
        NotFound: nothing to answer anew.
    """
    if turn.trigger is Trigger.REGENERATE:
        return await _again(conn, thread, turn)
    if turn.text is None:
        raise InvalidRequest("A new turn needs the text of a user message.")
    message_id = turn.message_id or turn.user_message_id or str(uuid7())
    stored = await messages.get_by_message_id(conn, thread_id=thread.id, message_id=message_id)
    if stored is None:
        return await _append(conn, thread, message_id, turn.text)
    if stored.role != "user":
        raise IdempotencyConflict("This message id belongs to an answer.")
    # An edit, or the same message again after its run failed: it replaces itself and all that followed.
    await messages.delete_from(conn, thread_id=thread.id, seq=stored.seq)
    return await _append(conn, thread, message_id, turn.text, truncated=True)


async def read_question(conn: Connection, thread: Thread, *, seq: int) -> Question | None:
    """The user message at `seq`, or None when it has been cut off since."""
    found = await messages.last_messages(conn, thread_id=thread.id, last=1, before_seq=seq + 1)
    return _question(found[0]) if found and found[0].seq == seq else None


async def _again(conn: Connection, thread: Thread, turn: TurnRequest) -> Question:
    """The question of the message to answer anew; what was said after it is cut off."""
    before_seq: int | None = None
    if turn.message_id is not None:
        named = await messages.get_by_message_id(conn, thread_id=thread.id, message_id=turn.message_id)
        before_seq = named.seq + 1 if named is not None else None
    if before_seq is None and turn.user_message_id is not None and turn.text is not None:
        # The turn before was refused, so the client may have a user message that we have not.
        known = await messages.get_by_message_id(conn, thread_id=thread.id, message_id=turn.user_message_id)
        if known is None:
            return await _append(conn, thread, turn.user_message_id, turn.text)
        before_seq = known.seq + 1
    tail = await messages.last_messages(
        conn, thread_id=thread.id, last=LOOK_BACK_MESSAGES, before_seq=before_seq
    )
    asked = next((message for message in reversed(tail) if message.role == "user"), None)
    if asked is None:
        raise NotFound("There is no question in this conversation to answer anew.")
    await messages.delete_from(conn, thread_id=thread.id, seq=asked.seq + 1)
    await threads.touch(conn, thread_id=thread.id)
    return _question(asked, truncated=True)


async def _append(
    conn: Connection, thread: Thread, message_id: str, text: str, *, truncated: bool = False
) -> Question:
    seq = await messages.append_message(
        conn,
        thread_id=thread.id,
        message_id=message_id,
        role="user",
        parts=[{"type": "text", "text": text, "state": "done"}],
    )
    return Question(seq, text, truncated)


def _question(message: Message, *, truncated: bool = False) -> Question:
    return Question(message.seq, text_of(read_parts(message.parts)), truncated)
