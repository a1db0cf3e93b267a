"""Threads of one person. Row level security already hides everyone else's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from uuid_utils.compat import uuid7

from leadhand.context import TenantIdentity
from storage import run_events, spans
from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

_SQL = named_queries("threads")


TitledBy = Literal["question", "model", "person"]


@dataclass(frozen=True, slots=True)
class Thread:
    """`id` is internal (the checkpoint's thread id); clients know the thread by `chat_id`.

    `titled_by` a question: its first words stand in for a title until somebody gives it one of its own.
    """

    id: UUID
    chat_id: str
    title: str | None
    titled_by: TitledBy
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class _RunId:
    id: UUID


@dataclass(frozen=True, slots=True)
class ThreadCursor:
    """The last thread of a page: the next page begins after it."""

    updated_at: datetime
    id: UUID


async def get_thread(connection: Connection, *, who: TenantIdentity, chat_id: str) -> Thread | None:
    """The caller's thread, or None: also when it is a colleague's or another shop's."""
    params = {"user_id": who.user_id, "chat_id": storable_text(chat_id)}
    return await fetch_one(connection, _SQL["get_thread"], params, Thread)


async def get_by_id(connection: Connection, *, thread_id: UUID) -> Thread | None:
    """The caller's thread under its internal id."""
    return await fetch_one(connection, _SQL["get_by_id"], {"thread_id": thread_id}, Thread)


async def create_or_get_thread(connection: Connection, *, chat_id: str) -> Thread:
    """The caller's thread, made if new. Locks its row: a second turn on it waits for this transaction."""
    params = {"id": uuid7(), "chat_id": storable_text(chat_id)}
    thread = await fetch_one(connection, _SQL["create_or_get_thread"], params, Thread)
    assert thread is not None, "inserted or found"  # noqa: S101
    return thread


async def list_threads(
    connection: Connection, *, limit: int, before: ThreadCursor | None = None
) -> tuple[Thread, ...]:
    """Newest first; `before` is the cursor of the last thread of the page before."""
    params = {
        "limit": limit,
        "before_at": before.updated_at if before else None,
        "before_id": before.id if before else None,
    }
    return await fetch_all(connection, _SQL["list_threads"], params, Thread)


async def set_title(connection: Connection, *, chat_id: str, title: str) -> Thread | None:
    """The thread as a person renamed it, or None when the caller has no such thread."""
    params = {"chat_id": storable_text(chat_id), "title": storable_text(title)}
    return await fetch_one(connection, _SQL["set_title"], params, Thread)


async def touch(connection: Connection, *, thread_id: UUID) -> None:
    """Something happened in the thread: it is the newest now."""
    await execute(connection, _SQL["touch"], {"thread_id": thread_id})


async def delete_thread(connection: Connection, *, chat_id: str) -> bool:
    """Whether there was such a thread. Its messages, runs, results, summary and checkpoints go too."""
    held = {"chat_id": storable_text(chat_id)}
    thread_id = await fetch_value(connection, _SQL["hold_thread"], held, UUID)
    if thread_id is None:
        return False
    of_thread = {"thread_id": thread_id}
    gone = [run.id for run in await fetch_all(connection, _SQL["runs_of_thread"], of_thread, _RunId)]
    await execute(connection, _SQL["delete_thread"], of_thread)
    # Not before: whoever was writing for a run has done so by now, and nobody can any more.
    for log in (run_events, spans):
        await log.drop_of_runs(connection, run_ids=gone)
    await forget_checkpoints(connection, thread_id=thread_id)
    return True


async def forget_checkpoints(connection: Connection, *, thread_id: UUID) -> None:
    """Remove the graph's memory of the thread."""
    await execute(connection, _SQL["delete_checkpoints"], {"thread_id": str(thread_id)})
