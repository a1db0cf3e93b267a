"""Closes runs whose process died: the thread becomes usable, and its history says what happened."""

from uuid import UUID

from leadhand.errors import RunInterrupted
from storage import messages, runs
from storage.transactions import Connection

TEXT = "The server stopped while it was answering. Please ask again."


async def close_abandoned(conn: Connection, thread_id: UUID) -> None:
    """Mark the thread's run as failed if its lease has passed, and give it its (empty) answer."""
    run = await runs.close_expired(conn, thread_id=thread_id)
    if run is None or run.assistant_message_id is None:
        return
    await messages.append_message(
        conn,
        thread_id=thread_id,
        message_id=run.assistant_message_id,
        role="assistant",
        parts=[],
        metadata={
            "run_id": str(run.id),
            "model": run.model,
            "error": {"code": RunInterrupted.code, "message": TEXT, "retryable": True},
        },
        run_id=run.id,
    )
