"""Where re-plans are asked for, looked at and cancelled; the tools' port (`tools.replan_port`)."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

from jobs.queue import defer_in_line
from jobs.replan_json import asked_json, state_of
from jobs.replan_state import ProposalState, ReplanAsked
from jobs.replan_task import LINE, TASK
from leadhand.context import TenantContext
from leadhand.errors import NotFound, ReplanInterrupted, TooManyRuns
from leadhand.long_work import long_work
from leadhand.shop_places import place_lent
from storage import proposals
from storage.database import Database
from storage.proposals import PlanVersion
from storage.transactions import Connection

# Re-plans of a shop that wait or are computed; one at a time, they take a minute or two each.
MAX_OPEN = 5
RETRY_AFTER_S = 30
# Moves that are told; all of them are stored.
TOLD_MOVES = 50
LOOK_EVERY_S = 0.25
# The namespace of proposals' ids.
OF_CALL = UUID("0199aa51-6c5f-7000-8b1e-5d3f0a2c9e47")
# Of a background run: progress is stored so often.
LOOK_LONG_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class ReplanDesk:
    """`wait_s`: how long a caller is kept waiting for an end, at most."""

    database: Database
    wait_s: float

    async def start(
        self,
        tenant: TenantContext,
        asked: ReplanAsked,
        tell: Callable[[ProposalState], None] | None = None,
        *,
        call_id: str = "",
    ) -> ProposalState:
        """A new proposal, after at most `wait_s`; the caller's own about the same, if it is not over.

        A tool call that is run again by another process finds the proposal that it began, over or not.
        A background run waits for the end, as long as it may: `tell` is told how far it is, and the re-plan
        is cancelled with the run that began it.

        Raises:
            TooManyRuns: enough re-plans of the shop wait already.
        """
        request = asked_json(asked)
        async with self.database.transaction(tenant) as connection:
            await proposals.lock_queue(connection)
            await _fail_lost(connection)
            own_id = _id_of(tenant, call_id) if call_id else uuid7()
            there = await proposals.get(connection, proposal_id=own_id)
            there = there or await proposals.find_open(connection, request=request)
            proposal_id = own_id if there is None else there.id
            if there is None:
                await _refuse_beyond(connection)
                await proposals.add(
                    connection,
                    proposal_id=proposal_id,
                    permissions=tenant.permissions,
                    as_of=tenant.as_of,
                    request=request,
                )
                await defer_in_line(connection, task=TASK, row_id=proposal_id, line=LINE)
        work = long_work()
        if work is None or (there is not None and there.created_at < work.asked_at):
            return await self._awaited(tenant, proposal_id, tell)
        with work.under_way(partial(self._call_off, tenant, proposal_id)):
            return await self._awaited(tenant, proposal_id, tell)

    async def look(self, tenant: TenantContext, proposal_id: UUID | None) -> ProposalState:
        """The proposal as it stands; None: the shop's newest.

        Raises:
            NotFound: there is none, or it is another shop's.
        """
        async with self.database.transaction(tenant) as connection:
            await _fail_lost(connection)
            return await _state(connection, await _find(connection, proposal_id))

    async def whole(self, tenant: TenantContext, proposal_id: UUID | None, most: int) -> ProposalState:
        """As `look`, with the first `most` of its moves instead of a few.

        Raises:
            NotFound: there is none, or it is another shop's.
        """
        async with self.database.transaction(tenant, snapshot=True) as connection:
            return await _state(connection, await _find(connection, proposal_id), most)

    async def cancel(self, tenant: TenantContext, proposal_id: UUID | None) -> ProposalState:
        """The proposal after its cancelling, at most `wait_s` later; one that is over stays what it is.

        Raises:
            NotFound: there is none, or it is another shop's.
        """
        async with self.database.transaction(tenant) as connection:
            await _fail_lost(connection)
            found = await _find(connection, proposal_id)
            await proposals.request_cancel(connection, proposal_id=found.id)
        return await self._awaited(tenant, found.id)

    async def _awaited(
        self, tenant: TenantContext, proposal_id: UUID, tell: Callable[[ProposalState], None] | None = None
    ) -> ProposalState:
        """The proposal once it is over, or has been waited for long enough."""
        work = long_work()
        until_s = time.monotonic() + (self.wait_s if work is None else max(self.wait_s, work.left_s))
        told: PlanVersion | None = None
        while True:
            async with self.database.transaction(tenant, snapshot=True) as connection:
                row = await _find(connection, proposal_id)
                if not row.is_open or time.monotonic() >= until_s:
                    return await _state(connection, row)
                if work is not None and tell is not None and _is_news(row, told):
                    told = row
                    tell(await _state(connection, row))
            async with place_lent():
                await asyncio.sleep(LOOK_EVERY_S if work is None else LOOK_LONG_EVERY_S)

    async def _call_off(self, tenant: TenantContext, proposal_id: UUID) -> None:
        async with self.database.transaction(tenant) as connection:
            await proposals.request_cancel(connection, proposal_id=proposal_id)


def _id_of(tenant: TenantContext, call_id: str) -> UUID:
    """Of the proposal that a tool call begins."""
    return uuid5(OF_CALL, f"{tenant.tenant_id}/{tenant.user_id}/{call_id}")


def _is_news(row: PlanVersion, told: PlanVersion | None) -> bool:
    return told is None or (row.status, row.progress) != (told.status, told.progress)


async def _fail_lost(connection: Connection) -> None:
    """Nothing is said to wait or run that no job will ever end."""
    await proposals.fail_lost(connection, task=TASK, error_code=ReplanInterrupted.code)


async def _refuse_beyond(connection: Connection) -> None:
    waiting = await proposals.count_open(connection)
    if waiting >= MAX_OPEN:
        raise TooManyRuns(
            f"{waiting} re-plans of this shop are not over yet. Wait for one, or cancel one.",
            retry_after_s=RETRY_AFTER_S,
        )


async def _find(connection: Connection, proposal_id: UUID | None) -> PlanVersion:
    if proposal_id is None:
        newest = await proposals.newest(connection)
        if newest is None:
            raise NotFound("Nobody has asked for a re-plan yet.")
        return newest
    found = await proposals.get(connection, proposal_id=proposal_id)
    if found is None:
        raise NotFound(f"There is no re-plan {proposal_id}.")
    return found


async def _state(connection: Connection, row: PlanVersion, most: int = TOLD_MOVES) -> ProposalState:
    total = await proposals.count_changes(connection, proposal_id=row.id)
    first = await proposals.changes(connection, proposal_id=row.id, most=most)
    return state_of(row, total, first)
