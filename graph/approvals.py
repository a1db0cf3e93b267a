"""Proposals that wait for a person, on Postgres."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from graph.parts import AskedApproval
from graph.state import PlannedCall
from leadhand.context import TenantContext
from leadhand.errors import ApprovalChanged
from planning.zones import iso, to_minute
from storage import approvals
from storage.approvals import Approval
from storage.database import Database
from storage.json_values import storable
from tools.writing import ApprovedWrite, ProposedWrite, proposal_hash

# How long an approval waits for the others of its step.
AFTER_APPROVAL = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StoredApprovals:
    database: Database

    async def of_call(self, tenant: TenantContext, call: PlannedCall) -> AskedApproval | None:
        async with self.database.transaction(tenant) as conn:
            found = await approvals.of_call(conn, thread_id=UUID(call["thread_id"]), call_id=call["call_id"])
        return None if found is None else _asked(found)

    async def ask(self, tenant: TenantContext, call: PlannedCall, proposal: ProposedWrite) -> AskedApproval:
        tool_input = storable(call["input"])
        async with self.database.transaction(tenant) as conn:
            expires_at = await approvals.now(conn) + _validity(proposal)
            proposal = _until(proposal, expires_at)
            kept = await approvals.ask(
                conn,
                approval_id=uuid7(),
                thread_id=UUID(call["thread_id"]),
                run_id=UUID(call["run_id"]),
                call_id=call["call_id"],
                tool=call["tool"],
                tool_input=tool_input,
                proposal=proposal.model_dump(mode="json", by_alias=True),
                proposal_hash=proposal_hash(call["tool"], tool_input, proposal),
                expires_at=expires_at,
            )
        return _asked(kept)


def read_proposal(approval: Approval) -> ProposedWrite:
    """What a person was shown. Once approved, it has the time until which it may be made.

    Raises:
        ApprovalChanged: it is not what is kept now.
    """
    proposal = ProposedWrite.model_validate(approval.proposal)
    if proposal_hash(approval.tool, approval.input, proposal) != approval.proposal_hash:
        raise ApprovalChanged("What is kept of this change is not what was shown, so it cannot be approved.")
    if approval.decided_at is None:
        return proposal
    return _until(proposal, approval.decided_at + AFTER_APPROVAL)


def _asked(approval: Approval) -> AskedApproval:
    write = ApprovedWrite(
        thread_id=approval.thread_id,
        run_id=approval.run_id,
        call_id=approval.call_id,
        tool=approval.tool,
        input=approval.input,
        proposal=read_proposal(approval),
        approved_by=approval.decided_by or "",
    )
    return AskedApproval(str(approval.id), approval.standing, write, approval.proposal_hash, approval.reason)


def _validity(proposal: ProposedWrite) -> timedelta:
    """For how long. The turn's clock may have been fixed at another time than the present."""
    return datetime.fromisoformat(proposal.expires_at) - datetime.fromisoformat(proposal.as_of)


def _until(proposal: ProposedWrite, expires_at: datetime) -> ProposedWrite:
    told = iso(to_minute(expires_at), ZoneInfo(proposal.timezone))
    return proposal.model_copy(update={"expires_at": told})
