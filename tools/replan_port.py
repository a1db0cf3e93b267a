"""What the tools need of re-plans: they are asked for here, and computed elsewhere."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from jobs.replan_state import ProposalState, ReplanAsked
from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable


class ReplanPort(Protocol):
    """Re-plans of one shop; `jobs` implements it.

    Each call waits a few seconds for an end, and no longer; in a background run for as long as it may.
    """

    async def start(
        self,
        tenant: TenantContext,
        asked: ReplanAsked,
        tell: Callable[[ProposalState], None] | None = None,
        *,
        call_id: str = "",
    ) -> ProposalState:
        """A new proposal, or the caller's own about the same that is not over; raises TooManyRuns.

        `tell`: is told how far it is, where the wait is long. `call_id`: of the tool call that asks; the same
        call again gives the same proposal.
        """
        ...

    async def look(self, tenant: TenantContext, proposal_id: UUID | None) -> ProposalState:
        """The proposal as it stands; None: the shop's newest. Raises NotFound."""
        ...

    async def whole(self, tenant: TenantContext, proposal_id: UUID | None, most: int) -> ProposalState:
        """As `look`, with the first `most` of its moves. Raises NotFound."""
        ...

    async def cancel(self, tenant: TenantContext, proposal_id: UUID | None) -> ProposalState:
        """The proposal after its cancelling; None: the shop's newest. Raises NotFound."""
        ...


class NoReplans:
    """Where there is no database that could keep a proposal."""

    async def start(
        self,
        tenant: TenantContext,
        asked: ReplanAsked,
        tell: Callable[[ProposalState], None] | None = None,
        *,
        call_id: str = "",
    ) -> ProposalState:
        del tenant, asked, tell, call_id
        raise _away()

    async def look(self, tenant: TenantContext, proposal_id: UUID | None) -> ProposalState:
        del tenant, proposal_id
        raise _away()

    async def whole(self, tenant: TenantContext, proposal_id: UUID | None, most: int) -> ProposalState:
        del tenant, proposal_id, most
        raise _away()

    async def cancel(self, tenant: TenantContext, proposal_id: UUID | None) -> ProposalState:
        del tenant, proposal_id
        raise _away()


def _away() -> DatabaseUnavailable:
    return DatabaseUnavailable("Re-plans are kept in the database, and there is none here.")
