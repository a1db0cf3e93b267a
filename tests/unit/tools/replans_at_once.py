"""A port for re-plans that computes at once, in this process, and keeps what it found."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from jobs.replan_json import asked_json, found_of, state_of
from jobs.replan_state import ProposalState, ProposedMove, ReplanAsked
from leadhand.context import Permission, TenantContext
from leadhand.errors import JsonValue, NotFound
from planning.replanning import ReplanProgress, ReplanRequest, replan
from planning.shop import Interval, Shop
from planning.zones import to_minute
from storage.proposals import PlanChange, PlanVersion
from tests.integration.jobs.crowded_shop import AS_OF, NOW, crowded_shop
from tools.catalog.propose_replan import ProposeReplanOutput
from tools.registry import ToolRegistry

FIRST = UUID(int=1)


def planner(as_of: datetime = AS_OF) -> TenantContext:
    return TenantContext("demo", "ann", frozenset(Permission), "UTC", "en-US", as_of)


@dataclass
class Crowded:
    """A ShopSource of the crowded shop."""

    shop: Shop = field(default_factory=crowded_shop)

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        del tenant, window
        return self.shop


@dataclass
class ReplansAtOnce:
    """`state`: of the one proposal there is; a test may set it to anything else."""

    shop: Shop = field(default_factory=crowded_shop)
    state: ProposalState | None = None
    moves: tuple[ProposedMove, ...] = ()

    async def start(
        self,
        tenant: TenantContext,
        asked: ReplanAsked,
        tell: Callable[[ProposalState], None] | None = None,
        *,
        call_id: str = "",
    ) -> ProposalState:
        del tell, call_id
        request = ReplanRequest(
            self.shop,
            to_minute(tenant.as_of),
            (NOW, NOW + 30 * 1440),
            order_ids=None if asked.order_ids is None else frozenset(asked.order_ids),
            steps=asked.steps,
            polish=False,
        )
        found = found_of(replan(request, _nobody, _never), self.shop)
        row = PlanVersion(
            tenant_id=tenant.tenant_id,
            id=FIRST,
            requested_by=tenant.user_id,
            permissions=[],
            as_of=tenant.as_of,
            request=asked_json(asked),
            status=found.status,
            cancel_requested=False,
            attempt=1,
            progress=None,
            base_data_version=found.base_data_version,
            solver_version=None,
            score_before=None,
            score_after=None,
            bound_min=found.bound_min,
            gap_pct=found.gap_pct,
            optimal=found.optimal,
            reproducible=found.reproducible,
            outcome=None if found.outcome is None else dict(found.outcome),
            error_code=None,
            created_at=datetime(2026, 11, 30, 8, 0, 30, tzinfo=UTC),
            started_at=None,
            ended_at=tenant.as_of,
            expires_at=tenant.as_of + timedelta(hours=24),
            data_version_now=self.shop.settings.data_version,
        )
        changes: list[PlanChange] = list(found.changes)
        self.state = state_of(row, len(changes), changes[:50])
        self.moves = state_of(row, len(changes), changes).moves
        return self.state

    async def look(self, tenant: TenantContext, proposal_id: UUID | None) -> ProposalState:
        del tenant
        if self.state is None or proposal_id not in {None, self.state.id}:
            raise NotFound("There is no such re-plan.")
        return self.state

    async def whole(self, tenant: TenantContext, proposal_id: UUID | None, most: int) -> ProposalState:
        state = await self.look(tenant, proposal_id)
        return replace(state, moves=self.moves[:most])

    async def cancel(self, tenant: TenantContext, proposal_id: UUID | None) -> ProposalState:
        state = await self.look(tenant, proposal_id)
        self.state = replace(state, status="cancelled", cancel_requested=True, result=None, moves=())
        return self.state


async def propose(
    port: ReplansAtOnce | None = None, as_of: datetime = AS_OF, **tool_input: JsonValue
) -> ProposeReplanOutput:
    """What the tool answers, through the registry."""
    return await answer(tool_input, port, as_of)


async def answer(
    tool_input: dict[str, JsonValue], port: ReplansAtOnce | None = None, as_of: datetime = AS_OF
) -> ProposeReplanOutput:
    """The same, with the input as one value."""
    port = port or ReplansAtOnce()
    registry = ToolRegistry.discover(replans=port)
    output = await registry.run("propose_replan", tool_input, planner(as_of), Crowded(port.shop), call_id="c")
    assert isinstance(output, ProposeReplanOutput)
    return output


def _nobody(progress: ReplanProgress) -> None:
    del progress


def _never() -> bool:
    return False
