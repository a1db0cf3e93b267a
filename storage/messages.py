"""The transcript of a thread, ordered by a seq that the server gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from leadhand.errors import JsonValue, NotFound
from storage.json_values import storable_text, to_jsonb
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

_SQL = named_queries("messages")

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """`parts` and `metadata` are those of a UI message of the AI SDK."""

    seq: int
    message_id: str
    role: Role
    parts: list[JsonValue]
    metadata: dict[str, JsonValue]
    run_id: UUID | None
    created_at: datetime


async def append_message(
    connection: Connection,
    *,
    thread_id: UUID,
    message_id: str,
    role: Role,
    parts: Sequence[JsonValue],
    metadata: Mapping[str, JsonValue] | None = None,
    run_id: UUID | None = None,
) -> int:
    """Store a message as the thread's last and return its seq. Locks the thread's row.

    NUL and lone surrogates in text are replaced.

    Raises:
        NotFound: the caller has no such thread.
    """
    params = {
        "thread_id": thread_id,
        "message_id": storable_text(message_id),
        "role": role,
        "parts": to_jsonb(parts),
        "metadata": to_jsonb(metadata or {}),
        "run_id": run_id,
    }
    seq = await fetch_value(connection, _SQL["append_message"], params, int)
    if seq is None:
        raise NotFound("There is no such thread.")
    return seq


async def replace_message(
    connection: Connection,
    *,
    thread_id: UUID,
    message_id: str,
    parts: Sequence[JsonValue],
    metadata: Mapping[str, JsonValue],
    run_id: UUID | None,
) -> None:
    """Store what has become of a message, in its place. Locks the thread's row.

    Raises:
        NotFound: the caller has no such message.
    """
    params = {
        "thread_id": thread_id,
        "message_id": storable_text(message_id),
        "parts": to_jsonb(parts),
        "metadata": to_jsonb(metadata),
        "run_id": run_id,
    }
    if await execute(connection, _SQL["replace_message"], params) == 0:
        raise NotFound("There is no such message.")


async def last_messages(
    connection: Connection, *, thread_id: UUID, last: int, before_seq: int | None = None
) -> tuple[Message, ...]:
    """The last messages before `before_seq` (of all without it), oldest of them first."""
    params = {"thread_id": thread_id, "last": last, "before_seq": before_seq}
    newest_first = await fetch_all(connection, _SQL["last_messages"], params, Message)
    return newest_first[::-1]


async def get_by_message_id(connection: Connection, *, thread_id: UUID, message_id: str) -> Message | None:
    params = {"thread_id": thread_id, "message_id": storable_text(message_id)}
    return await fetch_one(connection, _SQL["get_by_message_id"], params, Message)


async def delete_from(connection: Connection, *, thread_id: UUID, seq: int) -> int:
    """Remove the message at `seq` and all after it; how many. A summary that reaches that far goes too."""
    params = {"thread_id": thread_id, "seq": seq}
    await execute(connection, _SQL["forget_summary"], params)
    return await execute(connection, _SQL["delete_from"], params)
