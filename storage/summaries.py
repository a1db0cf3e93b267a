"""The running summary of a thread: what the window of messages no longer holds."""

from dataclasses import dataclass
from uuid import UUID

from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.rows import execute, fetch_one
from storage.transactions import Connection

_SQL = named_queries("summaries")


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """Covers all messages up to and including `through_seq`."""

    through_seq: int
    text: str


async def read_summary(connection: Connection, *, thread_id: UUID) -> ThreadSummary | None:
    return await fetch_one(connection, _SQL["read_summary"], {"thread_id": thread_id}, ThreadSummary)


async def save_summary(
    connection: Connection, *, thread_id: UUID, summary: ThreadSummary, previous_seq: int | None
) -> bool:
    """Compare and set: False when what is stored does not end at `previous_seq` (None: nothing stored)."""
    params = {
        "thread_id": thread_id,
        "through_seq": summary.through_seq,
        "text": storable_text(summary.text),
        "previous_seq": previous_seq,
    }
    return await execute(connection, _SQL["save_summary"], params) == 1
