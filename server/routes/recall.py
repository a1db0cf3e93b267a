"""What the caller said in earlier conversations, found by its meaning."""

from datetime import datetime
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from leadhand.context import TenantContext
from memory.recall import MAX_TOP_K, Recalled, Remark
from server.caller import OpenDesk, Reader
from server.routes.described import api_router

router = api_router("memory")

DEFAULT_TOP_K: Final = 5
MAX_WORDS_CHARS: Final = 1_000

Words = Annotated[
    str, Query(alias="q", min_length=1, max_length=MAX_WORDS_CHARS, description="What it was about")
]
TopK = Annotated[int, Query(ge=1, le=MAX_TOP_K, description="How many messages at most")]
Since = Annotated[AwareDatetime | None, Query(description="Said then or later")]
Until = Annotated[AwareDatetime | None, Query(description="Said before then")]


class RemarkRow(BaseModel):
    """One message, in words; instants are ISO 8601 with the shop's offset."""

    id: str
    role: Literal["system", "user", "assistant"]
    text: str
    created_at: datetime


class RecalledRow(BaseModel):
    """`message_id` is the message found; `around` has it and its neighbours, oldest first."""

    thread_id: str
    title: str | None
    message_id: str
    similarity: float | None = Field(description="Cosine, -1 to 1; null where only words were compared")
    around: list[RemarkRow]


class RecallPage(BaseModel):
    """Best first. `by`: whether meanings could be compared, or words alone."""

    by: Literal["meaning_and_words", "words"]
    matches: list[RecalledRow]


@router.get("/memory/search", summary="Search the caller's own earlier conversations")
async def search_memory(
    tenant: Reader,
    desk: OpenDesk,
    words: Words,
    *,
    top_k: TopK = DEFAULT_TOP_K,
    since: Since = None,
    until: Until = None,
) -> RecallPage:
    """What was said in the last half minute may not be found yet."""
    found = await desk.recall.search(tenant, words, top_k=top_k, since=since, until=until)
    return RecallPage(by=found.by, matches=[_row(one, tenant) for one in found.found])


def _row(one: Recalled, tenant: TenantContext) -> RecalledRow:
    return RecalledRow(
        thread_id=one.chat_id,
        title=one.title,
        message_id=one.message_id,
        similarity=None if one.similarity is None else round(one.similarity, 4),
        around=[_remark(remark, tenant) for remark in one.around],
    )


def _remark(remark: Remark, tenant: TenantContext) -> RemarkRow:
    at = remark.at.astimezone(ZoneInfo(tenant.timezone))
    return RemarkRow(id=remark.message_id, role=remark.role, text=remark.text, created_at=at)
