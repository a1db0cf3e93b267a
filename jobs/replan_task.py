"""Re-planning as a job: reads the shop as who asked, computes in a process of its own, stores the end.

One attempt at a time holds the proposal's row; whatever an earlier one still does touches no row.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from jobs.context import ProposalOwner, proposal_owner
from jobs.machine_slots import MachineSlots
from jobs.queue import defer_in_line
from jobs.replan_json import asked_of, found_of, progress_json
from jobs.solver_process import solve
from jobs.task import JobRow, Task
from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable, LeadhandError, ReplanInterrupted
from planning.replanning import ReplanProgress, ReplanProposal, ReplanRequest
from planning.shop import Shop
from planning.zones import MINUTES_PER_DAY, to_minute
from storage import proposals
from storage.database import Database
from storage.proposals import Found
from storage.shops import ShopReader

TASK = "replan"
# Re-plans of a shop stand in one line.
LINE = "shop"
# So often a re-plan is taken up; then it has failed.
MAX_ATTEMPTS = 3
# Until the machine is looked at again for a free core.
NO_SLOT_WAIT_S = 2.0
# Reading the request, checking the result: what the search's own guard does not count.
BESIDE_SEARCH_S = 180.0
# So far back and ahead a plan is read beyond its horizon.
SEARCHED_DAYS = 180

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Replanner:
    """`max_s`: the guard of one search. `tell_every_s`: how often progress is stored and a cancel noticed."""

    database: Database
    shops: ShopReader
    slots: MachineSlots
    max_s: float
    tell_every_s: float = 1.0
    first_retry_s: float = 2.0

    def task(self) -> Task:
        # An attempt more than the row has: it is the one that ends the row.
        return Task(TASK, self.compute, max_attempts=MAX_ATTEMPTS + 1, first_retry_s=self.first_retry_s)

    async def compute(self, row: JobRow) -> None:
        """Compute the proposal `row`, unless it is over; without a free core a new job waits for one.

        Raises:
            ReplanInterrupted, DatabaseUnavailable: try again.
        """
        owner = await proposal_owner(self.database, row)
        if owner is None or not owner.proposal.is_open:
            return
        with self.slots.taken() as free:
            if free:
                await self._attempt(owner)
                return
        async with self.database.transaction(owner.tenant) as connection:
            await defer_in_line(connection, task=TASK, row_id=row.row_id, line=LINE, after_s=NO_SLOT_WAIT_S)

    async def _attempt(self, owner: ProposalOwner) -> None:
        tenant, proposal_id = owner.tenant, owner.proposal.id
        async with self.database.transaction(tenant) as connection:
            held = await proposals.claim(connection, proposal_id=proposal_id)
        if held is None:
            return
        hold = _Hold(self.database, tenant, proposal_id, held.attempt)
        if held.cancel_requested:
            await hold.settle(Found("cancelled"))
            return
        if held.attempt > MAX_ATTEMPTS:
            await hold.settle(Found("failed", error_code=ReplanInterrupted.code))
            return
        try:
            found = await self._found(owner, hold)
        except LeadhandError as error:
            if error.retryable and held.attempt < MAX_ATTEMPTS:
                raise
            _log.error("a re-plan failed: %s", error.code, extra={"tenant_id": tenant.tenant_id})
            found = Found("failed", error_code=error.code)
        await hold.settle(found)

    async def _found(self, owner: ProposalOwner, hold: "_Hold") -> Found:
        request = await self._request(owner)
        shop = request.shop
        if not await hold.tell(None, base_data_version=shop.settings.data_version):
            return Found("cancelled")
        latest: list[ReplanProgress] = []
        async with _running(self._solve(request, latest)) as search:
            while not (await asyncio.wait({search}, timeout=self.tell_every_s))[0]:
                progress = latest.pop() if latest else None
                latest.clear()
                if not await hold.tell(progress):
                    return Found("cancelled")
            return await asyncio.to_thread(found_of, search.result(), shop)

    async def _solve(self, request: ReplanRequest, latest: list[ReplanProgress]) -> ReplanProposal:
        return await solve(request, limit_s=self.max_s + BESIDE_SEARCH_S, on_progress=latest.append)

    async def _request(self, owner: ProposalOwner) -> ReplanRequest:
        asked, now = asked_of(owner.proposal.request), to_minute(owner.tenant.as_of)
        shop = await self._load(owner.tenant, now, SEARCHED_DAYS)
        if shop.settings.horizon_days > SEARCHED_DAYS:
            shop = await self._load(owner.tenant, now, shop.settings.horizon_days)
        horizon = now + shop.settings.horizon_days * MINUTES_PER_DAY
        ahead = [b for b in shop.bookings if b.envelope_end > now]
        return ReplanRequest(
            shop=shop,
            as_of=now,
            window=(
                min([now, *(b.envelope_start for b in ahead)]),
                max([horizon, *(b.envelope_end for b in ahead)]),
            ),
            order_ids=None if asked.order_ids is None else frozenset(asked.order_ids),
            steps=asked.steps,
            max_time_s=self.max_s,
        )

    async def _load(self, tenant: TenantContext, now: int, days: int) -> Shop:
        return await self.shops.load(tenant, (now, now + days * MINUTES_PER_DAY))


@dataclass(frozen=True, slots=True)
class _Hold:
    """One attempt's hold on the proposal's row."""

    database: Database
    tenant: TenantContext
    proposal_id: UUID
    attempt: int

    async def tell(self, progress: ReplanProgress | None, *, base_data_version: int | None = None) -> bool:
        """Store how far it is; whether to go on. A database that is away stops no computation."""
        try:
            async with self.database.transaction(self.tenant) as connection:
                stop = await proposals.report(
                    connection,
                    proposal_id=self.proposal_id,
                    attempt=self.attempt,
                    progress=None if progress is None else progress_json(progress),
                    base_data_version=base_data_version,
                )
        except DatabaseUnavailable:
            return True
        return stop is False

    async def settle(self, found: Found) -> None:
        """End the row, unless another attempt holds it; as cancelled, if somebody asked for that in time."""
        settle = partial(proposals.settle, proposal_id=self.proposal_id, attempt=self.attempt)
        async with self.database.transaction(self.tenant) as connection:
            if not await settle(connection, found=found):
                await settle(connection, found=Found("cancelled"))
        _log.info("a re-plan ended: %s", found.status, extra={"tenant_id": self.tenant.tenant_id})


@asynccontextmanager
async def _running(
    search: Coroutine[None, None, ReplanProposal],
) -> AsyncGenerator[asyncio.Task[ReplanProposal]]:
    """The search beside us; stopped, its process too, on leaving."""
    task = asyncio.create_task(search, name="re-plan")
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, LeadhandError):
            await task
