"""A turn, streamed; its resumption and its stop."""

from typing import Annotated, Any, Final

from fastapi import Depends, Header, Path
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.responses import Response

from runs.active import FollowedRun
from runs.desk import Desk
from server.caller import OpenDesk, Planner, Reader
from server.routes.chat_body import ChatBody, ChatId, ClientId, answers_of, check_choice, turn_of
from server.routes.described import api_router, refusal
from server.stream.sse import RunStream
from server.streams_open import stream_place

router = api_router("chat")

_EXAMPLE: Final = (
    'data: {"type":"start","messageId":"0199…",'
    '"messageMetadata":{"run_id":"0199…","trace_id":"0199…","model":"builtin"}}\n\n'
    'data: {"type":"start-step"}\n\ndata: {"type":"text-start","id":"…"}\n\n'
    'data: {"type":"text-delta","id":"…","delta":"The Puma 3100 is free from …"}\n\n'
    'data: {"type":"text-end","id":"…"}\n\ndata: {"type":"finish-step"}\n\n'
    'data: {"type":"finish","finishReason":"stop","messageMetadata":{…}}\n\ndata: [DONE]\n\n'
)
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "An AI SDK UI message stream (docs/stream.md)",
        "content": {"text/event-stream": {"example": _EXAMPLE}},
    }
}
_IDS: Final[TypeAdapter[str]] = TypeAdapter(ClientId)
# Not a ChatId: an id that nobody can have used is answered like one that nobody has used.
AnyId = Annotated[str, Path(alias="id", description="The client's chat id")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        max_length=200,
        pattern=r"^[!-~]+$",
        description="The same key again gives the same run, replayed from its start.",
    ),
]


class StopAccepted(BaseModel):
    """`stopped` is false when no turn was running, which is just as well."""

    stopped: bool


@router.post(
    "/chat",
    response_class=Response,
    dependencies=[Depends(stream_place)],
    summary="Ask; the answer is streamed",
    responses={
        **_STREAM,
        403: refusal("Answers without the permission `approve`: `permission_denied`"),
        404: refusal("Nothing to answer anew, or no such approval: `not_found`"),
        409: refusal(
            "`thread_busy` while a turn runs, `idempotency_conflict`; of answers `approval_answered`, "
            "`approval_superseded`, `approval_changed`"
        ),
        410: refusal("An answer that comes too late: `approval_expired`"),
        413: refusal("The body is above the limit: `body_too_large`"),
    },
)
async def ask(
    body: ChatBody, tenant: Planner, desk: OpenDesk, idempotency_key: IdempotencyKey = None
) -> Response:
    """Only the newest user text is taken from the body; the history is the server's own. The answer does not
    hang on this connection: a client that leaves loses nothing and may come back to the stream. A newest
    message of the assistant brings answers to approvals, and the stream goes on with that message."""
    check_choice(body, tenant, desk.chat_model.name)
    if answers := answers_of(body):
        run = await desk.approvals.answer_in_chat(tenant, body.id, answers)
        return _stream(run, desk, going_on=True)
    turn = turn_of(body, idempotency_key, desk.settings.max_message_chars)
    return _stream(await desk.runs.start_turn(tenant, turn), desk)


@router.get(
    "/chat/{id}/stream",
    response_class=Response,
    dependencies=[Depends(stream_place)],
    summary="Follow the running turn",
    responses={**_STREAM, 204: {"description": "No turn is running"}},
)
async def follow(chat_id: AnyId, tenant: Reader, desk: OpenDesk) -> Response:
    """The running turn from its start, then live, whichever server runs it. 204 when none runs, also for ids
    that nobody has used."""
    run = await desk.runs.running(tenant, chat_id) if _possible(chat_id) else None
    if run is None:
        return Response(status_code=204)
    return _stream(run, desk)


@router.post("/chat/{id}/stop", status_code=202, summary="Stop the running turn")
async def stop(chat_id: ChatId, tenant: Reader, desk: OpenDesk) -> StopAccepted:
    """Safe to repeat. What was streamed so far stays in the conversation."""
    return StopAccepted(stopped=await desk.runs.stop(tenant, chat_id))


def _stream(run: FollowedRun, desk: Desk, *, going_on: bool = False) -> RunStream:
    bounds = desk.settings
    return RunStream(
        run,
        heartbeat_s=bounds.heartbeat_s,
        write_timeout_s=bounds.write_timeout_s,
        going_on=going_on,
    )


def _possible(chat_id: str) -> bool:
    try:
        _IDS.validate_python(chat_id)
    except ValidationError:
        return False
    return True
