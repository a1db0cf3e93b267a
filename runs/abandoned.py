"""Closes runs whose process died: the thread becomes usable, and its history says what happened."""

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from leadhand.errors import RunInterrupted
from storage import messages, runs

TEXT = "The server stopped while it was answering. Please ask again."


async def close_abandoned(conn: AsyncConnection[DictRow], thread_id: str) -> None:
    """Mark the thread's runs whose lease has passed as failed, and give each its (empty) answer."""
    for run in await runs.close_expired(conn, thread_id=thread_id, error_code=RunInterrupted.code):
        await messages.append_message(
            conn,
            thread_id=thread_id,
            message_id=run.assistant_message_id,
            role="assistant",
            parts=[],
            metadata={
                "run_id": run.id,
                "model": run.model,
                "error": {"code": RunInterrupted.code, "message": TEXT, "retryable": True},
            },
            run_id=run.id,
        )
