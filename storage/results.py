"""Whole outputs of tool calls; the model sees a bounded rendering with the id."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadhand.errors import JsonValue
from storage.json_values import storable_text, to_jsonb
from storage.named_queries import named_queries
from storage.rows import execute, fetch_one
from storage.transactions import Connection

_SQL = named_queries("results")


@dataclass(frozen=True, slots=True)
class ToolResult:
    """`id` is the tool call's."""

    id: str
    thread_id: UUID
    run_id: UUID
    tool: str
    output: JsonValue
    created_at: datetime


async def store_result(
    connection: Connection, *, call_id: str, thread_id: UUID, run_id: UUID, tool: str, output: JsonValue
) -> bool:
    """Whether it was new. A call that is redone after a crash keeps its first output."""
    params = {
        "id": storable_text(call_id),
        "thread_id": thread_id,
        "run_id": run_id,
        "tool": tool,
        "output": to_jsonb(output),
    }
    return await execute(connection, _SQL["store_result"], params) == 1


async def get_result(connection: Connection, *, call_id: str) -> ToolResult | None:
    return await fetch_one(connection, _SQL["get_result"], {"id": storable_text(call_id)}, ToolResult)
