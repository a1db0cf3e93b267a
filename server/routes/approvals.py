"""Changes that wait for a person's yes, and the answer to one."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool

from graph.write_calls import told
from leadhand.context import TenantContext
from leadhand.cursors import decode_cursor, encode_cursor, foreign_cursor
from runs.answers import Answer, absent
from server.caller import OpenDesk, Reader
from server.paging import DEFAULT_LIMIT, Cursor, Limit
from server.routes.chat_body import MAX_REASON_CHARS
from server.routes.described import api_router, refusal
from storage.approvals import ApprovalStatus, ListedApproval

router = api_router("approvals")

_ABSENT: Final[dict[int | str, dict[str, Any]]] = {
    404: refusal("The caller's shop has no such approval, or it is not theirs to see: `not_found`")
}

ApprovalId = Annotated[
    str, Path(alias="id", max_length=100, description="As in the list, and in `approval.id` of a tool part")
]


class ApprovalRow(BaseModel):
    """`chat_id` is null in a colleague's; `proposal` is what the write tool's page describes, but its exact
    rows; instants are ISO 8601 with the shop's offset.
    """

    id: UUID
    status: ApprovalStatus
    tool: str
    summary: str
    input: JsonValue
    proposal: dict[str, JsonValue]
    proposal_hash: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    chat_id: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


class ApprovalPage(BaseModel):
    """Newest first. `next_cursor` is null on the last page."""

    approvals: list[ApprovalRow]
    next_cursor: str | None


class Decision(BaseModel):
    """`proposal_hash`: of what was looked at; another one than is kept is refused."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"approved": True}, {"approved": False, "reason": "Not on a Friday"}]
        },
    )

    approved: StrictBool
    reason: str | None = Field(default=None, max_length=MAX_REASON_CHARS)
    proposal_hash: str | None = Field(default=None, max_length=100)


@router.get("/approvals", summary="What waits for an answer, newest first")
async def list_approvals(
    tenant: Reader, desk: OpenDesk, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ApprovalPage:
    """All of the shop for a caller with the permission `approve`, else what the caller asked for."""
    before = _position(cursor) if cursor is not None else None
    found = await desk.approvals.pending(tenant, limit=limit + 1, before=before)
    page = found[:limit]
    following = encode_cursor(str(page[-1].id)) if len(found) > limit else None
    return ApprovalPage(approvals=[_row(approval, tenant) for approval in page], next_cursor=following)


@router.get("/approvals/{id}", summary="One approval, however it stands", responses=_ABSENT)
async def get_approval(approval_id: ApprovalId, tenant: Reader, desk: OpenDesk) -> ApprovalRow:
    return _row(await desk.approvals.get(tenant, _uuid(approval_id)), tenant)


@router.post(
    "/approvals/{id}",
    summary="Say yes or no",
    responses={
        **_ABSENT,
        403: refusal("The credential lacks the permission `approve`: `permission_denied`"),
        409: refusal(
            "`approval_answered`, `approval_superseded` when the conversation went on, `approval_changed` "
            "for another hash, `thread_busy` while the question is worked on"
        ),
        410: refusal("The answer comes too late: `approval_expired`"),
    },
)
async def answer(approval_id: ApprovalId, body: Decision, tenant: Reader, desk: OpenDesk) -> ApprovalRow:
    """The first answer counts. With the last one that was waited for the conversation goes on by itself."""
    given = Answer(_uuid(approval_id), body.approved, body.reason, body.proposal_hash)
    return _row(await desk.approvals.answer(tenant, given), tenant)


def _row(approval: ListedApproval, tenant: TenantContext) -> ApprovalRow:
    zone = ZoneInfo(tenant.timezone)
    decided_at = approval.decided_at
    return ApprovalRow(
        id=approval.id,
        status=approval.standing,
        tool=approval.tool,
        summary=str(approval.proposal.get("summary", "")),
        input=approval.input,
        proposal=told(approval.proposal),
        proposal_hash=approval.proposal_hash,
        requested_by=approval.requested_by,
        requested_at=approval.requested_at.astimezone(zone),
        expires_at=approval.expires_at.astimezone(zone),
        chat_id=approval.chat_id,
        decided_by=approval.decided_by,
        decided_at=None if decided_at is None else decided_at.astimezone(zone),
        reason=approval.reason,
    )


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
