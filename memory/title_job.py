"""The job that titles a thread: asked for when a turn of an untitled thread is answered."""

from uuid import UUID

from jobs.queue import defer_once
from storage.transactions import Connection

TASK = "title"


async def ask_for_title(connection: Connection, *, run_id: UUID, thread_id: UUID) -> None:
    """Queue the titling of the thread from this run, in the transaction that ends the run."""
    await defer_once(connection, task=TASK, row_id=run_id, subject=str(thread_id))
