"""Spans of runs: what `leadhand.spans` has recorded, kept and read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import orjson
from psycopg import AsyncRawCursor

from leadhand.errors import JsonValue
from leadhand.spans import Span
from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.pipeline import Statement
from storage.rows import execute, fetch_all
from storage.runs import RunStatus
from storage.transactions import Connection

_SQL = named_queries("spans")

MAX_NAME_CHARS: Final = 100
MAX_FACT_CHARS: Final = 100
MS_OF_A_DAY: Final = 86_400_000
# Beyond the year 2242 no clock is right.
MAX_DAYS: Final = 100_000


@dataclass(frozen=True, slots=True)
class TracedRun:
    """A run as a part of its trace; `chat_id` is the client's name of its thread."""

    id: UUID
    trace_id: UUID
    parent_span_id: int | None
    chat_id: str
    model: str
    status: RunStatus
    error_code: str | None
    attempt: int
    started_at: datetime
    ended_at: datetime | None
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int


@dataclass(frozen=True, slots=True)
class KeptSpan:
    """`ended_at`: None when it goes on, or when its process died in it."""

    run_id: UUID
    id: int
    parent_id: int
    attempt: int
    kind: str
    name: str
    call_id: str | None
    started_at: datetime
    ended_at: datetime | None
    code: str | None
    facts: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class TracedApproval:
    """What a run asked a person, as a part of its trace; `decided_at`: None while nobody has answered."""

    id: UUID
    run_id: UUID
    call_id: str
    tool: str
    status: str
    requested_at: datetime
    decided_at: datetime | None


def save_statement(*, run_id: UUID, attempt: int, spans: Sequence[Span], all_new: bool = False) -> Statement:
    """Keeps spans as they are now; one that has ended is not changed any more.

    `all_new`: none of them was ever on its way before, which is cheaper to write.
    """
    rows = orjson.dumps([_row(span) for span in spans])
    return Statement(_SQL["add" if all_new else "save"], (_week(run_id), run_id, attempt, rows.decode()))


async def save(connection: Connection, *, run_id: UUID, attempt: int, spans: Sequence[Span]) -> None:
    """As `save_statement`, in the connection's transaction."""
    if spans:
        statement = save_statement(run_id=run_id, attempt=attempt, spans=spans)
        await AsyncRawCursor(connection).execute(statement.sql, statement.params)


async def newest_runs(connection: Connection, *, limit: int, before: UUID | None) -> Sequence[TracedRun]:
    """The caller's runs, newest first; `before` is the last run of the page before."""
    params = {"limit": limit, "before": before}
    return await fetch_all(connection, _SQL["newest_runs"], params, TracedRun)


async def runs_of_trace(connection: Connection, *, run_id: UUID, limit: int) -> Sequence[TracedRun]:
    """All runs of the trace that a run is in, oldest first; empty when the caller has no such run."""
    params = {"run_id": run_id, "limit": limit}
    return await fetch_all(connection, _SQL["runs_of_trace"], params, TracedRun)


async def of_runs(connection: Connection, *, runs: Sequence[TracedRun], limit: int) -> Sequence[KeptSpan]:
    """What is kept of these runs, in the order in which it began."""
    weeks = sorted({_week(run.id) for run in runs})
    params = {"run_ids": [run.id for run in runs], "weeks": weeks, "limit": limit}
    return await fetch_all(connection, _SQL["of_runs"], params, KeptSpan)


async def approvals_of_runs(connection: Connection, *, runs: Sequence[TracedRun]) -> Sequence[TracedApproval]:
    """What these runs asked people."""
    params = {"run_ids": [run.id for run in runs]}
    return await fetch_all(connection, _SQL["approvals_of_runs"], params, TracedApproval)


async def drop_of_runs(connection: Connection, *, run_ids: Sequence[UUID]) -> None:
    """Remove their spans."""
    await execute(connection, _SQL["drop_of_runs"], {"run_ids": list(run_ids)})


async def turn_partitions(connection: Connection) -> None:
    """Make the coming weeks' partitions and drop those that are over four weeks old."""
    await execute(connection, _SQL["turn_partitions"], {})


def _row(span: Span) -> dict[str, JsonValue]:
    facts: dict[str, JsonValue] = {
        name: storable_text(fact)[:MAX_FACT_CHARS] if isinstance(fact, str) else fact
        for name, fact in span.facts.items()
        if isinstance(fact, str | int)
    }
    return {
        "id": span.id,
        "parent_id": span.parent_id,
        "kind": span.kind.value,
        "name": storable_text(span.name)[:MAX_NAME_CHARS],
        "call_id": span.call_id,
        "started_us": span.started_us,
        "ended_us": span.ended_us,
        "code": span.code,
        "facts": facts,
    }


def _week(run_id: UUID) -> date:
    """The Monday of the week in which the run began, as its id (version 7) tells: no need to look it up."""
    day = date(1970, 1, 1) + timedelta(days=min((run_id.int >> 80) // MS_OF_A_DAY, MAX_DAYS))
    return day - timedelta(days=day.weekday())
