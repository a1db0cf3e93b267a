"""propose_replan: asks for a better plan, says how far it is and what it would change. It changes no plan."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from jobs.replan_state import ProposalState, ReplanAsked
from leadhand.context import Permission
from leadhand.errors import InvalidToolInput, JsonValue, NotFound
from leadhand.events import StatusChanged, sink
from planning.replanning.question import DEFAULT_STEPS
from planning.shop import Shop
from planning.zones import iso, to_minute
from tools.base import Evidence, Tool, ToolContext
from tools.names import MAX_NAME_CHARS
from tools.replan_scope import ScopeAsked, read_scope
from tools.replan_views import ProposeReplanOutput, ReplanViews
from tools.replan_wording import assumptions_of, summary_of, warnings_of
from tools.views import PAGE_ROWS, evidence, load_to_horizon
from tools.windows import WindowInput, read_window

MAX_STEPS = 5_000
MAX_NAMES = 50
DEFAULT_DAYS = 7


class Action(StrEnum):
    START = "start"
    LOOK = "look"
    CANCEL = "cancel"


class ProposeReplanInput(WindowInput):
    action: Action = Field(
        default=Action.START,
        description=(
            "start (look for a better plan), look (how far it is, what was found), cancel (stop it). look "
            "and cancel need no other field: without `proposal` they mean the newest re-plan."
        ),
    )
    proposal: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="For look and cancel: `proposal` of an earlier answer.",
    )
    late: bool = Field(default=False, description="Only orders that are planned to finish late may move.")
    orders: list[str] = Field(
        default_factory=list[str],
        max_length=MAX_NAMES,
        description="Only these orders may move: codes exactly as the person said them. Empty: all.",
    )
    machines: list[str] = Field(
        default_factory=list[str],
        max_length=MAX_NAMES,
        description="Only orders with work on one of these machines may move. Empty: all.",
    )
    steps: int | None = Field(
        default=None,
        ge=1,
        le=MAX_STEPS,
        description=f"How long to search, in steps; {DEFAULT_STEPS} by default. Leave empty.",
    )


async def run(asked: ProposeReplanInput, context: ToolContext) -> ProposeReplanOutput:
    now = to_minute(context.tenant.as_of)
    shop, _ = await load_to_horizon(context.shops, context.tenant, now, now)
    if asked.action is Action.START:
        state, assumptions = await _start(asked, context, shop)
    else:
        proposal_id, assumptions = _proposal_id(asked), []
        act = context.replans.look if asked.action is Action.LOOK else context.replans.cancel
        state = await act(context.tenant, proposal_id)
    return _output(state, shop, context, assumptions)


async def _start(
    asked: ProposeReplanInput, context: ToolContext, shop: Shop
) -> tuple[ProposalState, list[str]]:
    if asked.proposal is not None and asked.proposal.strip():
        raise _wrong("proposal", "belongs to `action` look or cancel", "leave it empty for a new re-plan")
    tenant = context.tenant
    given = any(text is not None and text.strip() for text in (asked.from_, asked.to, asked.window))
    wanted = ScopeAsked(
        orders=tuple(asked.orders),
        machines=tuple(asked.machines),
        late=asked.late,
        window=read_window(asked, tenant, default_days=DEFAULT_DAYS) if given else None,
    )
    scope = await asyncio.to_thread(read_scope, shop, wanted, to_minute(tenant.as_of))
    steps = asked.steps or DEFAULT_STEPS
    replan = ReplanAsked(scope.order_ids, steps, scope.said)
    state = await context.replans.start(tenant, replan, _tell, call_id=context.call_id)
    return state, list(scope.assumptions)


def _tell(state: ProposalState) -> None:
    sink().emit(StatusChanged("call_tools", summary_of(state)))


def _proposal_id(asked: ProposeReplanInput) -> UUID | None:
    """Raises NotFound for what is no id of ours."""
    text = (asked.proposal or "").strip()
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no re-plan of this id. Without an id the newest is meant.") from None


def _wrong(field: str, problem: str, right: str) -> InvalidToolInput:
    wrong: JsonValue = {"field": field, "problem": problem, "right": right}
    return InvalidToolInput(f"`{field}` {problem}.", details={"fields": [wrong]})


def _output(
    state: ProposalState, shop: Shop, context: ToolContext, assumptions: Iterable[str]
) -> ProposeReplanOutput:
    zone = ZoneInfo(shop.settings.timezone)
    views = ReplanViews(shop, zone)
    now = context.tenant.as_of
    expired = state.status == "proposed" and state.expires_at is not None and state.expires_at <= now
    return ProposeReplanOutput(
        data_version=shop.settings.data_version,
        as_of=iso(to_minute(now), zone),
        timezone=shop.settings.timezone,
        assumptions=[*assumptions, *assumptions_of(state)],
        warnings=warnings_of(state, expired=expired),
        evidence=_evidence(state),
        proposal=str(state.id),
        status=state.status,
        summary=summary_of(state),
        scope=state.asked.said,
        requested_at=_local(state.created_at, zone),
        planned_as_of=iso(state.as_of, zone),
        based_on_data_version=state.base_data_version,
        stale=state.stale,
        applied_at=None if state.applied_at is None else _local(state.applied_at, zone),
        expires_at=None if state.expires_at is None else _local(state.expires_at, zone),
        cancel_requested=state.cancel_requested,
        progress=views.progress(state),
        result=views.result(state),
        error_code=state.error_code,
        total_moves=state.total_moves,
        moves=[views.move(move) for move in state.moves[:PAGE_ROWS]],
    )


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return iso(to_minute(moment), zone)


def _evidence(state: ProposalState) -> list[Evidence]:
    result = state.result
    late = () if result is None else (*result.no_longer_late, *result.newly_late)
    return evidence(
        plan_version=[str(state.id)],
        booking=(move.before.id for move in state.moves),
        machine=(b.machine_id for move in state.moves for b in (move.before, move.after)),
        production_order=(*(move.order_id for move in state.moves), *late),
    )


TOOL = Tool(
    name="propose_replan",
    label="Re-planning…",
    description=(
        "Looks for a better plan of the work that may move, by computing for up to two minutes in the "
        "background, and tells how far that is and what was found: weighted late hours before and after, "
        "orders no longer late or newly late, bookings that move. Use it for “re-plan the late orders”, “can "
        "you find a better plan?”, “re-plan WO-4001 and WO-4002”, “re-sequence the Puma”, “how far is the "
        "re-plan?” (action look), “what did the re-plan find?” (look), “stop the re-plan” (cancel). It "
        "answers after a few seconds; if it still runs then, look again later instead of starting another. "
        "Not for what one change does: use simulate_schedule_change. It changes no plan: "
        "apply_plan_proposal takes a proposal up."
    ),
    input_model=ProposeReplanInput,
    output_model=ProposeReplanOutput,
    run=run,
    permission=Permission.PLANNING_WRITE,
    waits=True,
)
