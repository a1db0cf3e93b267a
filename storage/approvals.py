"""Approvals: what a model wants to change, kept until a person says yes or no.

The rows are the shop's, since who approves may be a colleague of who asked; routes show a person only what
they asked for themselves, unless they may approve.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from leadhand.errors import JsonValue
from storage.json_values import storable_text, to_json
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

_SQL = named_queries("approvals")

ApprovalStatus: TypeAlias = Literal["pending", "approved", "applied", "denied", "expired", "superseded"]


@dataclass(frozen=True, slots=True)
class Approval:
    """`run_id` is the run that asked. `overdue`: still pending, and nobody may answer it any more."""

    tenant_id: str
    id: UUID
    thread_id: UUID
    run_id: UUID
    requested_by: str
    call_id: str
    tool: str
    input: JsonValue
    proposal: dict[str, JsonValue]
    proposal_hash: str
    status: ApprovalStatus
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    overdue: bool

    @property
    def standing(self) -> ApprovalStatus:
        """`status`, told by the clock as well."""
        return "expired" if self.overdue else self.status


@dataclass(frozen=True, slots=True)
class ListedApproval(Approval):
    """`chat_id`: the conversation's public id; None for a colleague's."""

    chat_id: str | None


@dataclass(frozen=True, slots=True)
class ExpiredApproval:
    """One that nobody answered in time, and who asked for it."""

    tenant_id: str
    user_id: str
    approval_id: UUID


async def ask(
    connection: Connection,
    *,
    approval_id: UUID,
    thread_id: UUID,
    run_id: UUID,
    call_id: str,
    tool: str,
    tool_input: JsonValue,
    proposal: dict[str, JsonValue],
    proposal_hash: str,
    expires_at: datetime,
) -> Approval:
    """Keep a proposal of the caller's; the same call again finds the first one."""
    params = {
        "id": approval_id,
        "thread_id": thread_id,
        "run_id": run_id,
        "call_id": storable_text(call_id),
        "tool": tool,
        "input": to_json(tool_input),
        "proposal": to_json(proposal),
        "proposal_hash": proposal_hash,
        "expires_at": expires_at,
    }
    await execute(connection, _SQL["ask"], params)
    found = await of_call(connection, thread_id=thread_id, call_id=call_id)
    assert found is not None, "inserted or found"  # noqa: S101
    return found


async def now(connection: Connection) -> datetime:
    """The clock that approvals expire by."""
    found = await fetch_value(connection, _SQL["now"], {}, datetime)
    assert found is not None, "there is a clock"  # noqa: S101
    return found


async def of_call(connection: Connection, *, thread_id: UUID, call_id: str) -> Approval | None:
    params = {"thread_id": thread_id, "call_id": storable_text(call_id)}
    return await fetch_one(connection, _SQL["of_call"], params, Approval)


async def of_calls(
    connection: Connection, *, thread_id: UUID, call_ids: Sequence[str]
) -> tuple[Approval, ...]:
    params = {"thread_id": thread_id, "call_ids": list(call_ids)}
    return await fetch_all(connection, _SQL["of_calls"], params, Approval)


async def get_approval(connection: Connection, *, approval_id: UUID) -> ListedApproval | None:
    """Any of the shop's; whether the caller may see it is for them who ask."""
    return await fetch_one(connection, _SQL["get"], {"id": approval_id}, ListedApproval)


async def decide(
    connection: Connection, *, approval_id: UUID, approved: bool, decided_by: str, reason: str | None
) -> bool:
    """Whether this answer is the one that counts: the first, and in time."""
    params = {
        "id": approval_id,
        "approved": approved,
        "decided_by": decided_by,
        "reason": None if reason is None else storable_text(reason),
    }
    return await execute(connection, _SQL["decide"], params) == 1


async def expire(connection: Connection, *, thread_id: UUID) -> tuple[Approval, ...]:
    """Close those of a thread whose time has passed; these."""
    return await fetch_all(connection, _SQL["expire"], {"thread_id": thread_id}, Approval)


async def withdraw(connection: Connection, *, thread_id: UUID) -> int:
    """Close all of a thread that are not carried out; how many."""
    return await execute(connection, _SQL["withdraw"], {"thread_id": thread_id})


async def use(connection: Connection, *, thread_id: UUID, call_id: str, proposal_hash: str) -> bool:
    """Mark the call's change as made, in the transaction that makes it.

    False when the call has asked for an approval and has none for just this (any more): then it is not made.
    """
    params = {"thread_id": thread_id, "call_id": storable_text(call_id), "proposal_hash": proposal_hash}
    return await fetch_value(connection, _SQL["use"], params, bool) is True


async def pending(
    connection: Connection, *, requested_by: str | None, limit: int, before: UUID | None
) -> tuple[ListedApproval, ...]:
    """What waits for an answer, newest first: of the shop, or only what `requested_by` asked for."""
    params = {"requested_by": requested_by, "limit": limit, "before": before}
    return await fetch_all(connection, _SQL["pending"], params, ListedApproval)


async def expired(connection: Connection, *, at_most: int) -> tuple[ExpiredApproval, ...]:
    """What nobody answered in time, over all shops."""
    return await fetch_all(connection, _SQL["expired"], {"at_most": at_most}, ExpiredApproval)
