"""The running summary of a thread: what the window of messages no longer holds."""

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

_SQL = named_queries("summaries")

# Of one message, at most: a summary needs its gist.
MESSAGE_CHARS = 1_200
INPUT_CHARS = 300


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """Covers all messages up to and including `through_seq`."""

    through_seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the thread's summary goes (`through_seq`; None: there is none), and how far it is to go."""

    fold_through: int | None
    through_seq: int | None
    text: str | None


class CallMade(TypedDict):
    """A tool call that was answered. `input`: its JSON, cut."""

    tool: str
    input: str | None


@dataclass(frozen=True, slots=True)
class MessageToFold:
    """A message of the transcript: its text, cut, and the calls that it made."""

    seq: int
    role: str
    text: str | None
    calls: list[CallMade]


async def read_summary(connection: Connection, *, thread_id: UUID) -> ThreadSummary | None:
    return await fetch_one(connection, _SQL["read_summary"], {"thread_id": thread_id}, ThreadSummary)


async def want_folded(connection: Connection, *, thread_id: UUID, through_seq: int) -> None:
    """The messages up to `through_seq` are to leave the window; a summary is to tell them."""
    params = {"thread_id": thread_id, "through_seq": through_seq}
    await execute(connection, _SQL["want_folded"], params)


async def standing(connection: Connection, *, thread_id: UUID) -> Standing | None:
    """None when the caller has no such thread."""
    return await fetch_one(connection, _SQL["standing"], {"thread_id": thread_id}, Standing)


async def messages_to_fold(
    connection: Connection, *, thread_id: UUID, after_seq: int, through_seq: int, most: int
) -> tuple[MessageToFold, ...]:
    """The newest `most` of these messages, oldest of them first."""
    params = {
        "thread_id": thread_id,
        "after_seq": after_seq,
        "through_seq": through_seq,
        "most": most,
        "chars": MESSAGE_CHARS,
        "input_chars": INPUT_CHARS,
    }
    newest_first = await fetch_all(connection, _SQL["messages_to_fold"], params, MessageToFold)
    return newest_first[::-1]


async def save_summary(
    connection: Connection, *, thread_id: UUID, summary: ThreadSummary, previous_seq: int | None
) -> bool:
    """Compare and set. Locks the thread's row, so that no cut comes between looking and writing.

    False when what is stored does not end at `previous_seq` (None: nothing stored), or the message at the
    summary's own `through_seq` was cut off.
    """
    params = {
        "thread_id": thread_id,
        "through_seq": summary.through_seq,
        "text": storable_text(summary.text),
        "previous_seq": previous_seq,
    }
    await fetch_value(connection, _SQL["lock_thread"], params, UUID)
    return await execute(connection, _SQL["save_summary"], params) == 1
