"""apply_plan_proposal: the plan that a re-plan found becomes the plan, after an approval."""

import asyncio
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from jobs.replan_state import ProposalState
from leadhand.context import TenantContext
from leadhand.errors import JsonValue, NotFound, StalePlan, WriteRefused
from planning.date_phrases import instant_text
from planning.plan_writes import changed, moved_since
from planning.rounding import hours
from planning.shop import Shop
from planning.zones import to_minute
from tools.base import ToolContext, ToolInput
from tools.capacity_views import number
from tools.names import MAX_NAME_CHARS
from tools.proposing import Wanted, proposed
from tools.replan_wording import warnings_of
from tools.views import count_of, load_to_horizon
from tools.writing import MAX_CHANGES, ProposedWrite, WriteTool

_ANEW = "Ask for a new re-plan, and apply what that finds."


class ApplyPlanProposalInput(ToolInput):
    proposal: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="`proposal` of an answer of propose_replan. Without it: the shop's newest re-plan.",
    )


async def propose(asked: ApplyPlanProposalInput, context: ToolContext) -> ProposedWrite:
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    state = await context.replans.whole(tenant, _proposal_id(asked), MAX_CHANGES + 1)
    _check(state, tenant)
    before = [move.before for move in state.moves]
    start = min([now, *(b.envelope_start for b in before)])
    shop, _ = await load_to_horizon(context.shops, tenant, start, now)
    return await asyncio.to_thread(_proposed, state, shop, tenant)


def _proposal_id(asked: ApplyPlanProposalInput) -> UUID | None:
    """Raises NotFound for what is no id of ours."""
    text = (asked.proposal or "").strip()
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("There is no re-plan of this id. Without an id the newest is meant.") from None


def _check(state: ProposalState, tenant: TenantContext) -> None:
    """Only a proposal of the plan as it stands can be taken up, and only once."""
    details: dict[str, JsonValue] = {"proposal": str(state.id), "status": state.status}
    if state.applied_at is not None:
        when = instant_text(to_minute(state.applied_at), ZoneInfo(tenant.timezone))
        raise WriteRefused(
            f"This re-plan was applied already, {when}.", details={**details, "reason": "already_applied"}
        )
    if state.status != "proposed":
        raise WriteRefused(
            _why_not(state), details={**details, "reason": "not_proposed", "what_to_do": _ANEW}
        )
    if state.expires_at is not None and state.expires_at <= tenant.as_of:
        raise StalePlan(f"This re-plan has expired. {_ANEW}", details={**details, "what_to_do": _ANEW})
    if state.stale:
        raise _stale(details)


def _why_not(state: ProposalState) -> str:
    match state.status:
        case "queued" | "running":
            return "The re-plan is not over yet; nothing is proposed so far."
        case "no_improvement":
            return "The re-plan found no better plan, so there is nothing to apply."
        case _:
            return f"The re-plan is {state.status}: it proposes nothing."


def _stale(details: dict[str, JsonValue]) -> StalePlan:
    return StalePlan(
        f"The plan has changed since this re-plan was computed from it. {_ANEW}",
        details={**details, "what_to_do": _ANEW},
    )


def _proposed(state: ProposalState, shop: Shop, tenant: TenantContext) -> ProposedWrite:
    changes = [changed(move.before, move.after) for move in state.moves]
    if shop.settings.data_version != state.base_data_version or moved_since(shop, changes):
        raise _stale({"proposal": str(state.id), "status": state.status})
    wanted = Wanted(
        summary=_summary(state),
        changes=changes,
        assumptions=[
            f"It is the re-plan asked for {_when(state.created_at, tenant)}: {state.asked.said}.",
            "An approval is for all of it: bookings of it cannot be applied one by one.",
        ],
        warnings=warnings_of(state, expired=False),
        applies=state.id,
        valid_until=None if state.expires_at is None else to_minute(state.expires_at),
    )
    return proposed(shop, wanted, tenant)


def _summary(state: ProposalState) -> str:
    told = [f"{count_of(state.total_moves, 'booking')} {'moves' if state.total_moves == 1 else 'move'}"]
    if state.result is not None:
        was, then = state.result.score_before, state.result.score_after
        told.append(
            f"{number(hours(then.weighted_tardiness_min))} weighted late hours instead of "
            f"{number(hours(was.weighted_tardiness_min))}"
        )
    return f"The proposal of the re-plan becomes the plan: {'; '.join(told)}."


def _when(moment: datetime, tenant: TenantContext) -> str:
    return instant_text(to_minute(moment), ZoneInfo(tenant.timezone))


TOOL = WriteTool(
    name="apply_plan_proposal",
    label="Preparing the new plan…",
    description=(
        "Makes the plan that propose_replan found the plan: proposes exactly its bookings, which a person "
        "approves as a whole; until then nothing is changed. Refused where the plan has changed since the "
        "re-plan was computed, or it has expired: then ask for a new one. Use it for “apply the proposal”, "
        "“take the re-plan over into the plan”. To look for a better plan, or at what was found, use "
        "propose_replan."
    ),
    input_model=ApplyPlanProposalInput,
    propose=propose,
)
