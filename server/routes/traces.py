"""What the caller's runs did: a list of them, and each one's call tree."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Path
from pydantic import BaseModel, Field, JsonValue

from leadhand.cursors import decode_cursor, encode_cursor, foreign_cursor
from leadhand.errors import NotFound
from leadhand.spans import SpanKind
from runs.call_tree import CallNode, Outcome, call_tree
from server.caller import OpenDesk, Reader
from server.paging import DEFAULT_LIMIT, Cursor, Limit
from server.routes.described import api_router, refusal
from storage import spans
from storage.runs import RunStatus
from storage.spans import TracedRun

router = api_router("traces")

# Many times what the bounds of a turn allow.
MAX_SPANS: Final = 5_000
MAX_RUNS: Final = 200
_ABSENT: Final[dict[int | str, dict[str, Any]]] = {404: refusal("The caller has no such run: `not_found`")}

RunId = Annotated[
    str,
    Path(alias="run_id", max_length=100, description="`run_id` of an answer's metadata, or of the list"),
]


class TraceRow(BaseModel):
    """A run. `chat_id` is its conversation; instants are ISO 8601 with the shop's offset."""

    run_id: str
    trace_id: str = Field(description="32 hexadecimal digits, as OpenTelemetry writes it")
    chat_id: str
    status: RunStatus
    code: str | None = Field(description="Of the error that it failed with")
    attempt: int = Field(description="Above 1 when another process took it over")
    model: str
    input_tokens: int
    output_tokens: int
    started_at: datetime
    ended_at: datetime | None
    duration_ms: float | None


class TracePage(BaseModel):
    """Newest first. `next_cursor` is null on the last page."""

    traces: list[TraceRow]
    next_cursor: str | None


class SpanNode(BaseModel):
    """A call and the calls that it made, in the order in which they began."""

    span_id: str = Field(description="16 hexadecimal digits, as OpenTelemetry writes it")
    parent_id: str | None
    run_id: str
    kind: SpanKind
    name: str = Field(description="Of the tool, the model, the step")
    call_id: str | None = Field(description="`toolCallId` of the answer's part")
    attempt: int
    started_at: datetime
    ended_at: datetime | None
    duration_ms: float | None
    outcome: Outcome
    code: str | None
    facts: dict[str, JsonValue] = Field(description="Sizes, tokens and versions; see docs/tracing.md")
    children: list["SpanNode"]


class TraceTree(BaseModel):
    """`truncated`: there is more than one answer holds."""

    trace_id: str
    truncated: bool
    root: SpanNode


@router.get("/traces", summary="The caller's runs, newest first")
async def list_traces(
    tenant: Reader, desk: OpenDesk, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> TracePage:
    before = None if cursor is None else _position(cursor)
    async with desk.database.transaction(tenant) as connection:
        found = await spans.newest_runs(connection, limit=limit + 1, before=before)
    page = found[:limit]
    following = encode_cursor(str(page[-1].id)) if len(found) > limit else None
    zone = ZoneInfo(tenant.timezone)
    return TracePage(traces=[_row(run, zone) for run in page], next_cursor=following)


@router.get("/traces/{run_id}", summary="The call tree of a run", responses=_ABSENT)
async def get_trace(run_id: RunId, tenant: Reader, desk: OpenDesk) -> TraceTree:
    """The whole trace that the run is in: with what it went on with, and with what goes on with it."""
    asked = _uuid(run_id)
    if asked is None:
        raise _absent()
    async with desk.database.transaction(tenant, snapshot=True) as connection:
        found = await spans.runs_of_trace(connection, run_id=asked, limit=MAX_RUNS + 1)
        if not found:
            raise _absent()
        runs = found[:MAX_RUNS]
        kept = await spans.of_runs(connection, runs=runs, limit=MAX_SPANS + 1)
        approvals = await spans.approvals_of_runs(connection, runs=runs)
    root = call_tree(runs, kept[:MAX_SPANS], approvals)
    truncated = len(found) > MAX_RUNS or len(kept) > MAX_SPANS
    zone = ZoneInfo(tenant.timezone)
    return TraceTree(trace_id=runs[0].trace_id.hex, truncated=truncated, root=_node(root, zone))


def _row(run: TracedRun, zone: ZoneInfo) -> TraceRow:
    return TraceRow(
        run_id=str(run.id),
        trace_id=run.trace_id.hex,
        chat_id=run.chat_id,
        status=run.status,
        code=run.error_code,
        attempt=run.attempt,
        model=run.model,
        input_tokens=run.input_tokens,
        output_tokens=run.output_tokens,
        started_at=run.started_at.astimezone(zone),
        ended_at=run.ended_at and run.ended_at.astimezone(zone),
        duration_ms=_duration_ms(run.started_at, run.ended_at),
    )


def _node(node: CallNode, zone: ZoneInfo) -> SpanNode:
    return SpanNode(
        span_id=f"{node.id:016x}",
        parent_id=None if node.parent_id is None else f"{node.parent_id:016x}",
        run_id=str(node.run_id),
        kind=SpanKind(node.kind),
        name=node.name,
        call_id=node.call_id,
        attempt=node.attempt,
        started_at=node.started_at.astimezone(zone),
        ended_at=node.ended_at and node.ended_at.astimezone(zone),
        duration_ms=_duration_ms(node.started_at, node.ended_at),
        outcome=node.outcome,
        code=node.code,
        facts=dict(node.facts),
        children=[_node(child, zone) for child in node.children],
    )


def _duration_ms(started_at: datetime, ended_at: datetime | None) -> float | None:
    if ended_at is None:
        return None
    return round((ended_at - started_at).total_seconds() * 1000, 3)


def _position(cursor: str) -> UUID:
    (last,) = decode_cursor(cursor, 1)
    found = _uuid(last)
    if found is None:
        raise foreign_cursor()
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _absent() -> NotFound:
    return NotFound("There is no such run.")
