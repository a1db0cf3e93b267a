"""Background runs: asked for, looked at, followed from anywhere, cancelled."""

from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Header, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from uuid_utils.compat import uuid7

from leadhand.context import TenantContext
from leadhand.cursors import decode_cursor, encode_cursor, foreign_cursor
from leadhand.errors import InvalidRequest
from runs.background_runs import absent
from runs.turn import TurnRequest
from server.caller import OpenDesk, Planner, Reader
from server.paging import DEFAULT_LIMIT, Cursor, Limit
from server.routes.chat import IdempotencyKey
from server.routes.chat_body import ClientId
from server.routes.described import api_router, refusal
from server.routes.threads import UiMessage, ui_message
from server.stream.numbered import NumberedStream, told_all
from server.streams_open import stream_place
from storage.background_runs import ListedRun

router = api_router("runs")

RunState: TypeAlias = Literal["queued", "running", "awaiting_approval", "finished", "failed", "stopped"]

_ABSENT: Final[dict[int | str, dict[str, Any]]] = {404: refusal("The caller has no such run: `not_found`")}
_EXAMPLE: Final = (
    'id: 1\ndata: {"type":"start","messageId":"0199…","messageMetadata":{"run_id":"0199…",…}}\n\n'
    'id: 2\ndata: {"type":"data-status","data":{"node":"agent","label":"Thinking…"},"transient":true}\n\n'
    'id: 3\ndata: {"type":"start-step"}\n\n…\n\ndata: [DONE]\n\n'
)

RunId = Annotated[str, Path(alias="id", max_length=100, description="`id` of a run, `run_id` of an answer")]
LastEventId = Annotated[
    str | None,
    Header(
        max_length=18,
        pattern=r"^[0-9]*$",
        description="The last `id` that the reader has; what comes after it is sent.",
        examples=["41"],
    ),
]


class RunAsked(BaseModel):
    """`chat_id`: the conversation that the question belongs to, the client's own id; without it a new one."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "Re-plan the late orders"}]}
    )

    question: str
    chat_id: ClientId | None = None


class RunCost(BaseModel):
    amount: Decimal
    currency: str


class RunRow(BaseModel):
    """`chat_id` is its conversation; instants are ISO 8601 with the shop's offset."""

    id: UUID
    status: RunState
    chat_id: str
    code: str | None = Field(description="Of the error that it failed with")
    attempt: int = Field(description="Above 1 when another process took it over")
    cancel_requested: bool
    model: str
    input_tokens: int
    cached_input_tokens: int = Field(description="A part of the input tokens")
    output_tokens: int
    reasoning_tokens: int = Field(description="A part of the output tokens")
    cost: RunCost | None = Field(description="Null while it runs, and for a model without a price")
    asked_at: datetime
    ended_at: datetime | None


class RunDetails(RunRow):
    """`progress`: the present loading line. `answer`: the message, once the run is over."""

    progress: str | None
    answer: UiMessage | None
    next_run_id: UUID | None = Field(description="The run that went on with the answer after an approval")


class RunPage(BaseModel):
    """Newest first. `next_cursor` is null on the last page."""

    runs: list[RunRow]
    next_cursor: str | None


@router.post(
    "/runs",
    status_code=202,
    summary="Ask, without waiting for the answer",
    responses={
        409: refusal(
            "`thread_busy` while a turn of the conversation is queued or runs, `idempotency_conflict`"
        ),
    },
)
async def begin_run(
    body: RunAsked, tenant: Planner, desk: OpenDesk, idempotency_key: IdempotencyKey = None
) -> RunRow:
    """Queues a run; a worker begins it. The same key again gives the same run, however it stands."""
    question = _checked(body.question, desk.settings.max_message_chars)
    chat_id = body.chat_id or _chat_of(idempotency_key)
    turn = TurnRequest(chat_id, text=question, idempotency_key=idempotency_key)
    return _row(await desk.background_runs.ask(tenant, turn), tenant)


@router.get("/runs", summary="The caller's background runs, newest first")
async def list_runs(
    tenant: Reader, desk: OpenDesk, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> RunPage:
    before = None if cursor is None else _position(cursor)
    found = await desk.background_runs.newest(tenant, limit=limit + 1, before=before)
    page = found[:limit]
    following = encode_cursor(str(page[-1].id)) if len(found) > limit else None
    return RunPage(runs=[_row(run, tenant) for run in page], next_cursor=following)


@router.get("/runs/{id}", summary="A run, and its answer once it is over", responses=_ABSENT)
async def get_run(run_id: RunId, tenant: Reader, desk: OpenDesk) -> RunDetails:
    """Any run of the caller, also a turn of a chat."""
    standing = await desk.background_runs.get(tenant, _uuid(run_id))
    answer = standing.answer
    return RunDetails(
        **_row(standing.run, tenant).model_dump(),
        progress=standing.progress,
        answer=None if answer is None else ui_message(answer),
        next_run_id=standing.run.next_run_id,
    )


@router.get(
    "/runs/{id}/events",
    response_class=Response,
    dependencies=[Depends(stream_place)],
    summary="Follow a run, from its start or from where the reader broke off",
    responses={
        **_ABSENT,
        200: {
            "description": "The chunks of docs/stream.md, each with an `id`",
            "content": {"text/event-stream": {"example": _EXAMPLE}},
        },
        204: {"description": "The run is over, and the reader has all of it"},
        410: refusal("The run is over, and its events are not kept any more: `run_log_gone`"),
    },
)
async def follow_run(
    run_id: RunId, tenant: Reader, desk: OpenDesk, last_event_id: LastEventId = None
) -> Response:
    """At any server, also before it begins and after its end, as long as its log is kept."""
    told = await desk.background_runs.told(tenant, _uuid(run_id))
    after = int(last_event_id or 0)
    if told_all(told, after=after):
        return Response(status_code=204)
    bounds = desk.settings
    return NumberedStream(
        told, after=after, heartbeat_s=bounds.heartbeat_s, write_timeout_s=bounds.write_timeout_s
    )


@router.post("/runs/{id}/cancel", status_code=202, summary="Stop a run", responses=_ABSENT)
async def cancel_run(run_id: RunId, tenant: Reader, desk: OpenDesk) -> RunRow:
    """Answers with the run once it is over: at once if it was queued. Safe to repeat; one that is over stays
    what it is."""
    return _row(await desk.background_runs.cancel(tenant, _uuid(run_id)), tenant)


def _row(run: ListedRun, tenant: TenantContext) -> RunRow:
    zone = ZoneInfo(tenant.timezone)
    cost = run.usage.cost
    return RunRow(
        id=run.id,
        status="queued" if run.queued else run.status,
        chat_id=run.chat_id,
        code=run.error_code,
        attempt=run.attempt,
        cancel_requested=run.cancel_requested,
        model=run.model,
        input_tokens=run.input_tokens,
        cached_input_tokens=run.cached_input_tokens,
        output_tokens=run.output_tokens,
        reasoning_tokens=run.reasoning_tokens,
        cost=None if cost is None else RunCost(amount=cost.amount, currency=cost.currency),
        asked_at=run.started_at.astimezone(zone),
        ended_at=run.ended_at and run.ended_at.astimezone(zone),
    )


def _checked(question: str, max_chars: int) -> str:
    if not question.strip():
        raise _wrong("the question has no text")
    if len(question) > max_chars:
        raise _wrong(f"the text is longer than {max_chars} characters")
    return question


def _wrong(problem: str) -> InvalidRequest:
    return InvalidRequest(
        f"The question cannot be answered: {problem}.",
        details={"fields": [{"field": "question", "problem": problem}]},
    )


def _chat_of(idempotency_key: str | None) -> str:
    """A new conversation; with a key the same one each time, so that its run is found again."""
    if idempotency_key is None:
        return str(uuid7())
    return f"run-{sha256(idempotency_key.encode()).hexdigest()[:32]}"


def _uuid(text: str) -> UUID:
    """An id that nobody can have been given is one that there is not."""
    try:
        return UUID(text)
    except ValueError:
        raise absent() from None


def _position(cursor: str) -> UUID:
    try:
        return UUID(decode_cursor(cursor, 1)[0])
    except ValueError:
        raise foreign_cursor() from None
