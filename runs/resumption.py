"""The job that has a run picked up which is offered: by whichever worker is first."""

from uuid import UUID

from jobs.queue import defer_in_line
from storage.transactions import Connection

TASK = "resume_run"
# Said of a run that nobody could bring to its end.
INTERRUPTED_TEXT = "The server stopped while it was answering. Please ask again."


async def ask_to_resume(connection: Connection, *, run_id: UUID, attempt: int) -> None:
    """Queue the picking up of a run that is offered as `attempt`; it joins the transaction."""
    # A line of its own: a job of the attempt before may still count as running in a worker that has died.
    await defer_in_line(connection, task=TASK, row_id=run_id, line=f"{run_id}:{attempt}")
