"""The caller's conversations and what was said in them."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import BaseModel, Field, JsonValue, StringConstraints
from starlette.responses import Response

from leadhand.context import TenantContext
from leadhand.cursors import decode_cursor, encode_cursor
from leadhand.errors import InvalidRequest, NotFound
from server.caller import OpenDesk, Reader
from server.forgetting import forget_conversation
from server.paging import DEFAULT_LIMIT, Cursor, Limit
from server.routes.chat_body import ChatId
from server.routes.described import api_router, refusal
from storage import messages, threads
from storage.messages import Message
from storage.threads import Thread, ThreadCursor
from storage.transactions import Connection

router = api_router("threads")

DEFAULT_LAST: Final = 50
MAX_LAST: Final = 500
MAX_SEQ: Final = 2**63 - 1
_BEFORE_ALL_IDS: Final = UUID(int=0)
_ABSENT: Final[dict[int | str, dict[str, Any]]] = {
    404: refusal("The caller has no such conversation: `not_found`")
}

Last = Annotated[int, Query(ge=1, le=MAX_LAST, description="How many of the newest messages")]
Before = Annotated[
    int | None, Query(ge=1, le=MAX_SEQ, description="`next_before` of the page with the newer messages")
]


class ThreadRow(BaseModel):
    """`id` is the client's chat id; instants are ISO 8601 with the shop's offset."""

    id: str
    title: str | None
    created_at: datetime
    updated_at: datetime


class ThreadPage(BaseModel):
    """Newest first. `next_cursor` is null on the last page."""

    threads: list[ThreadRow]
    next_cursor: str | None


class NewTitle(BaseModel):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = Field(
        examples=["Capacity in December"]
    )


class UiMessage(BaseModel):
    """A UI message of the AI SDK: `useChat({messages})` and `validateUIMessages` take it as it is."""

    id: str
    role: Literal["system", "user", "assistant"]
    parts: list[JsonValue]
    metadata: dict[str, JsonValue] | None = None


class MessagePage(BaseModel):
    """Oldest first. `next_before` is null when nothing older is left."""

    messages: list[UiMessage]
    next_before: int | None


@router.get("/threads", summary="The caller's conversations, newest first")
async def list_threads(
    tenant: Reader, desk: OpenDesk, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ThreadPage:
    async with desk.database.transaction(tenant) as connection:
        before = await _position(connection, tenant, cursor) if cursor is not None else None
        found = await threads.list_threads(connection, limit=limit + 1, before=before)
    page = found[:limit]
    more = len(found) > limit
    following = encode_cursor(page[-1].updated_at.isoformat(), page[-1].chat_id) if more else None
    return ThreadPage(threads=[_row(thread, tenant) for thread in page], next_cursor=following)


@router.get("/threads/{id}", summary="One conversation", responses=_ABSENT)
async def get_thread(chat_id: ChatId, tenant: Reader, desk: OpenDesk) -> ThreadRow:
    async with desk.database.transaction(tenant) as connection:
        return _row(_found(await threads.get_thread(connection, who=tenant, chat_id=chat_id)), tenant)


@router.patch("/threads/{id}", summary="Set the title", responses=_ABSENT)
async def rename_thread(chat_id: ChatId, body: NewTitle, tenant: Reader, desk: OpenDesk) -> ThreadRow:
    async with desk.database.transaction(tenant) as connection:
        return _row(_found(await threads.set_title(connection, chat_id=chat_id, title=body.title)), tenant)


@router.delete(
    "/threads/{id}",
    status_code=204,
    response_class=Response,
    summary="Delete a conversation and all it left behind",
    responses=_ABSENT,
)
async def delete_thread(chat_id: ChatId, tenant: Reader, desk: OpenDesk) -> Response:
    """A turn that is running is stopped first."""
    if not await forget_conversation(desk, tenant, chat_id):
        raise _absent()
    return Response(status_code=204)


@router.get(
    "/threads/{id}/messages",
    summary="The messages of a conversation",
    responses=_ABSENT,
    response_model_exclude_unset=True,
)
async def list_messages(
    chat_id: ChatId, tenant: Reader, desk: OpenDesk, last: Last = DEFAULT_LAST, before: Before = None
) -> MessagePage:
    async with desk.database.transaction(tenant, snapshot=True) as connection:
        thread = _found(await threads.get_thread(connection, who=tenant, chat_id=chat_id))
        found = await messages.last_messages(
            connection, thread_id=thread.id, last=last + 1, before_seq=before
        )
    page = found[-last:]
    return MessagePage(
        messages=[ui_message(message) for message in page],
        next_before=page[0].seq if len(found) > last else None,
    )


async def _position(connection: Connection, tenant: TenantContext, cursor: str) -> ThreadCursor:
    """The cursor names the thread by its public id; one that is gone by now still has its place in time."""
    updated_at, chat_id = decode_cursor(cursor, 2)
    try:
        moment = datetime.fromisoformat(updated_at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidRequest("The cursor is not one that this list gave out.")
    thread = await threads.get_thread(connection, who=tenant, chat_id=chat_id)
    return ThreadCursor(moment, thread.id if thread is not None else _BEFORE_ALL_IDS)


def _row(thread: Thread, tenant: TenantContext) -> ThreadRow:
    zone = ZoneInfo(tenant.timezone)
    return ThreadRow(
        id=thread.chat_id,
        title=thread.title,
        created_at=thread.created_at.astimezone(zone),
        updated_at=thread.updated_at.astimezone(zone),
    )


def ui_message(message: Message) -> UiMessage:
    """Metadata is left out, not null, when there is none: the client refuses null."""
    if not message.metadata:
        return UiMessage(id=message.message_id, role=message.role, parts=message.parts)
    return UiMessage(id=message.message_id, role=message.role, parts=message.parts, metadata=message.metadata)


def _found(thread: Thread | None) -> Thread:
    if thread is None:
        raise _absent()
    return thread


def _absent() -> NotFound:
    return NotFound("There is no such conversation.")
