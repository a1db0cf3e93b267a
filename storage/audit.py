"""The audit of a shop's plan: who asked, who approved, what was changed or refused. Rows are only added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from uuid_utils.compat import uuid7

from leadhand.errors import JsonValue
from storage.json_values import storable_text, to_jsonb
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all
from storage.transactions import Connection

MAX_NAME_CHARS = 200

_SQL = named_queries("audit")

Action: TypeAlias = Literal["write_applied", "write_refused"]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`code`: why it was refused; `write_id`, `changes`: what was made of it. `approved_by`: who decided."""

    action: Action
    tool: str
    input: JsonValue
    requested_by: str | None = None
    approved_by: str | None = None
    thread_id: UUID | None = None
    run_id: UUID | None = None
    call_id: str | None = None
    write_id: UUID | None = None
    changes: Sequence[Mapping[str, JsonValue]] | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class KeptAuditEntry:
    """`actor`: on whose behalf the transaction was that wrote the row."""

    at: datetime
    actor: str
    action: Action
    tool: str
    input: JsonValue
    requested_by: str | None
    approved_by: str | None
    thread_id: UUID | None
    run_id: UUID | None
    call_id: str | None
    write_id: UUID | None
    changes: list[dict[str, JsonValue]] | None
    code: str | None


async def record(connection: Connection, entry: AuditEntry) -> None:
    """Add a row in the caller's transaction, of its shop and person."""
    params = {
        "id": uuid7(),
        "action": entry.action,
        "tool": storable_text(entry.tool)[:MAX_NAME_CHARS],
        "input": to_jsonb(entry.input),
        "requested_by": entry.requested_by,
        "approved_by": entry.approved_by,
        "thread_id": entry.thread_id,
        "run_id": entry.run_id,
        "call_id": None if entry.call_id is None else storable_text(entry.call_id)[:MAX_NAME_CHARS],
        "write_id": entry.write_id,
        "changes": None if entry.changes is None else to_jsonb([dict(row) for row in entry.changes]),
        "code": entry.code,
    }
    await execute(connection, _SQL["record"], params)


async def newest(connection: Connection, *, most: int) -> tuple[KeptAuditEntry, ...]:
    """The shop's newest rows."""
    return await fetch_all(connection, _SQL["newest"], {"most": most}, KeptAuditEntry)
