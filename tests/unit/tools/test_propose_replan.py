"""propose_replan, through the registry: what it answers in each state, what may move, what is refused."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.replan_state import ProposalState
from leadhand.context import Permission
from leadhand.errors import (
    Ambiguous,
    DatabaseUnavailable,
    EmptyWindow,
    InvalidDate,
    InvalidToolInput,
    JsonValue,
    LeadhandError,
    NotFound,
    PermissionDenied,
    WindowTooLong,
)
from planning.replanning import (
    ReplanExtent,
    ReplanProgress,
    ReplanScore,
    ReplanStage,
    ReplanStatus,
    StoppedBy,
)
from planning.shop import Order
from tests.integration.jobs.crowded_shop import AS_OF, NOW, crowded_shop
from tests.unit.tools.replans_at_once import FIRST, Crowded, ReplansAtOnce, answer, planner, propose
from tools.catalog.propose_replan import TOOL
from tools.registry import ToolRegistry
from tools.rendering import MAX_BYTES, render_for_model
from tools.replan_views import Changed

NAME = "propose_replan"


async def proposed(**changes: object) -> ReplansAtOnce:
    """A port with a proposal in it, whose state has these fields."""
    port = ReplansAtOnce()
    await propose(port)
    assert port.state is not None
    port.state = replace(port.state, **changes)  # pyright: ignore[reportArgumentType]
    return port


async def with_result(**changes: object) -> ReplansAtOnce:
    """The same, whose result has these fields."""
    port = await proposed()
    assert port.state is not None and port.state.result is not None  # noqa: PT018
    result = replace(port.state.result, **changes)  # pyright: ignore[reportArgumentType]
    port.state = replace(port.state, result=result)
    return port


async def test_the_gain_is_told_in_weighted_late_hours_and_in_orders() -> None:
    found = await propose()
    # Before: 6 + 13 + 2 x 18 + 3 x 21 + 5 x 23 + 8 x 24. After: 3 x 2 + 2 x 7 + 14 + 23.
    assert found.result is not None
    assert (found.result.before.weighted_late_h, found.result.after.weighted_late_h) == (425.0, 57.0)
    assert [order.code for order in found.result.no_longer_late] == ["WO-5", "WO-6"]
    assert (found.result.total_newly_late, found.status, found.stale) == (0, "proposed", False)
    assert found.summary.startswith(
        "The best plan found has 57 weighted late hours instead of 425; 2 orders no longer late; "
        "0 orders newly late; 6 bookings move."
    )
    assert found.scope == "all open orders"


async def test_fewer_broken_rules_are_told_beside_the_late_hours() -> None:
    as_late = await with_result(
        score_before=ReplanScore(600, 1, 0, 0), score_after=ReplanScore(600, 0, 50, 0)
    )
    assert (await propose(as_late, action="look")).summary.startswith(
        "The best plan found has the same 10 weighted late hours as now; 0 broken rules instead of 1;"
    )


async def test_rules_that_stay_broken_are_told_with_the_late_hours_that_mending_them_would_cost() -> None:
    found = await propose(
        await with_result(
            score_before=ReplanScore(660, 3, 0, 0),
            score_after=ReplanScore(600, 3, 50, 0),
            mending=ReplanScore(750, 1, 90, 0),
        ),
        action="look",
    )
    assert found.summary.startswith(
        "The best plan found has 10 weighted late hours instead of 11; 3 broken rules, as now;"
    )
    assert (
        "Mending 2 of the 3 broken rules would cost 1.5 weighted late hours in the best plan found that does "
        "so (12.5 instead of 11), so it is not proposed."
    ) in found.summary
    assert found.result is not None and found.result.mending is not None  # noqa: PT018
    assert (found.result.mending.weighted_late_h, found.result.mending.broken_rules) == (12.5, 1)


async def test_where_mending_costs_late_hours_and_nothing_else_is_better_it_says_so() -> None:
    same = ReplanScore(600, 2, 0, 0)
    port = await with_result(
        status=ReplanStatus.NO_IMPROVEMENT,
        score_before=same,
        score_after=same,
        mending=ReplanScore(660, 0, 90, 0),
    )
    assert port.state is not None
    port.state = replace(port.state, status="no_improvement", moves=(), total_moves=0)
    assert (await propose(port, action="look")).summary.startswith(
        "No better plan was found. Mending the 2 broken rules would cost 1 weighted late hours in the best "
        "plan found that does so (11 instead of 10), so it is not proposed."
    )


async def test_every_booking_that_moves_is_shown_before_and_after() -> None:
    found = await propose()
    assert found.total_moves == len(found.moves) == 6
    last = found.moves[-1]
    assert (last.booking_id, last.order.code, last.operation) == ("b6", "WO-6", "10 Mill")
    assert (last.before.machine.name, last.before.start) == ("Mill 1", "2026-12-01T11:00:00+00:00")
    assert (last.after.start, last.after.end) == ("2026-11-30T08:00:00+00:00", "2026-11-30T09:00:00+00:00")
    assert (last.changed, last.later_h) == ([Changed.START], -27.0)
    assert {row.table for row in found.evidence} == {
        "plan_version",
        "booking",
        "machine",
        "production_order",
    }


async def test_best_found_is_called_best_only_with_a_proof() -> None:
    unproven = await propose(await with_result(optimal=False, bound_min=600, gap_pct=82.46), action="look")
    assert unproven.result is not None
    assert (unproven.result.at_least_late_h, unproven.result.gap_pct) == (10.0, 82.5)
    assert unproven.summary.endswith(
        "No plan can have fewer than 10 weighted late hours; whether there is one between is not known."
    )
    unknown = await propose(await with_result(optimal=False, bound_min=None), action="look")
    assert unknown.summary.endswith("Whether there is a better one is not known.")
    proven = await propose(await with_result(optimal=True), action="look")
    assert "It is proven that no plan of this work has fewer" in proven.summary
    assert "optimal" not in (unproven.summary + unknown.summary + proven.summary)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (ReplanStatus.NO_IMPROVEMENT, "No better plan was found."),
        (ReplanStatus.NOTHING_FREE, "None of this work may move"),
        (ReplanStatus.DISCARDED, "broke a rule that the present plan keeps"),
    ],
)
async def test_no_proposal_is_an_answer_with_its_reason(status: ReplanStatus, said: str) -> None:
    port = await with_result(status=status)
    assert port.state is not None
    port.state = replace(port.state, status="no_improvement", moves=(), total_moves=0)
    assert said in (await propose(port, action="look")).summary


async def test_while_it_runs_it_says_how_far_it_is() -> None:
    progress = ReplanProgress(ReplanStage.STEPS, 120, 400, ReplanScore(90, 0, 0, 0))
    port = await proposed(status="running", result=None, progress=progress, ended_at=None)
    found = await propose(port, action="look")
    assert found.summary == (
        "The re-plan is being computed, looking for better sequences (120 of 400); the best plan so far has "
        "1.5 weighted late hours."
    )
    assert found.progress is not None
    assert (found.progress.done, found.progress.best.weighted_late_h) == (120, 1.5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "queued"}, "waits for its turn"),
        ({"status": "running"}, "The re-plan is being computed."),
        ({"status": "running", "cancel_requested": True}, "is being stopped"),
        ({"status": "failed", "error_code": "time_limit"}, "failed"),
        ({"status": "cancelled"}, "was cancelled"),
    ],
)
async def test_each_state_has_its_sentence(changes: dict[str, object], said: str) -> None:
    found = await propose(await proposed(result=None, **changes), action="look")
    assert said in found.summary
    assert found.error_code == changes.get("error_code")


async def test_a_proposal_about_a_plan_that_has_changed_says_so() -> None:
    found = await propose(await proposed(stale=True), action="look")
    assert (found.stale, found.warnings) == (
        True,
        ["The plan has changed since this re-plan was computed: ask for a new one."],
    )


async def test_a_proposal_that_has_expired_says_so() -> None:
    found = await propose(await proposed(), as_of=AS_OF + timedelta(hours=24), action="look")
    assert found.warnings == ["This proposal has expired: ask for a new one."]


async def test_a_search_that_was_cut_short_says_so() -> None:
    guard = await with_result(stopped_by=StoppedBy.TIME_GUARD, reproducible=False)
    assert "stopped by its time limit" in (await propose(guard, action="look")).warnings[0]
    clock = await with_result(reproducible=False)
    assert "ended by its clock" in (await propose(clock, action="look")).warnings[0]
    large = await with_result(extent=ReplanExtent(free=900, searched=300))
    assert (await propose(large, action="look")).warnings == [
        "The plan is too large to be searched whole: 300 of 900 free bookings were searched, the latest "
        "orders first."
    ]


async def asked_about(**tool_input: JsonValue) -> tuple[tuple[str, ...] | None, str]:
    """Which orders may move, and how that is said."""
    port = ReplansAtOnce()
    await answer(tool_input, port)
    assert port.state is not None
    return port.state.asked.order_ids, port.state.asked.said


async def test_only_the_orders_that_fit_what_was_named_may_move() -> None:
    assert await asked_about() == (None, "all open orders")
    assert await asked_about(late=True) == (("o1", "o2", "o3", "o4", "o5", "o6"), "6 late orders")
    assert await asked_about(orders=["WO-2", "wo 1"]) == (("o1", "o2"), "2 open orders (WO-1 and WO-2)")
    assert (await asked_about(machines=["Mill 1"]))[1] == "6 open orders with work on Mill 1"
    of_tomorrow, said = await asked_about(window="tomorrow")
    assert of_tomorrow == ("o2", "o3", "o4", "o5", "o6")
    assert said == "5 open orders with work in tomorrow: Tuesday 1 December 2026"
    assert (await asked_about(orders=["WO-1", "WO-6"], late=True))[0] == ("o1", "o6")


async def test_steps_are_the_callers_within_bounds() -> None:
    port = ReplansAtOnce()
    await propose(port, steps=7)
    assert port.state is not None
    assert port.state.asked.steps == 7


async def test_cancelling_ends_it() -> None:
    found = await propose(await proposed(), action="cancel", proposal=str(FIRST))
    assert (found.status, found.cancel_requested, found.result, found.moves) == ("cancelled", True, None, [])


async def test_names_of_rows_that_are_gone_are_their_ids() -> None:
    port = await proposed()
    shop = crowded_shop()
    port.shop = replace(shop, orders={}, operations={}, machines={}, bookings=())
    found = await propose(port, action="look")
    assert (found.moves[0].order.code, found.moves[0].operation) == ("o1", "o1-10")
    assert found.moves[0].before.machine.name == "m1"


@pytest.mark.parametrize(
    ("tool_input", "error"),
    [
        ({"orders": ["WO-77"]}, NotFound),
        ({"machines": ["Lathe 9"]}, NotFound),
        ({"window": "from 1 January 2027 to 2 January 2027"}, NotFound),
        ({"orders": ["Acme"]}, Ambiguous),
        ({"window": "when pigs fly"}, InvalidDate),
        ({"from": "2026-12-05", "to": "2026-12-01"}, EmptyWindow),
        ({"from": "2026-12-05", "to": "2028-12-01"}, WindowTooLong),
        ({"steps": 0}, InvalidToolInput),
        ({"steps": 10**6}, InvalidToolInput),
        ({"proposal": str(FIRST)}, InvalidToolInput),
        ({"action": "look"}, NotFound),
        ({"action": "look", "proposal": "the last one"}, NotFound),
        ({"action": "cancel", "proposal": str(FIRST)}, NotFound),
    ],
)
async def test_what_is_wrong_has_a_code(tool_input: dict[str, JsonValue], error: type[LeadhandError]) -> None:
    with pytest.raises(error):
        await answer(tool_input)


async def test_without_a_late_order_there_is_nothing_to_replan() -> None:
    shop = crowded_shop()
    orders = {key: replace(order, due_at=NOW + 90 * 1440) for key, order in shop.orders.items()}
    with pytest.raises(NotFound, match="There is no late order to re-plan"):
        await propose(ReplansAtOnce(replace(shop, orders=orders)), late=True)


async def test_where_nothing_keeps_proposals_it_says_so() -> None:
    with pytest.raises(DatabaseUnavailable):
        await ToolRegistry([TOOL]).run(NAME, {}, planner(), Crowded(), call_id="c")


async def test_who_may_only_read_is_neither_offered_it_nor_may_run_it() -> None:
    reader = replace(planner(), permissions=frozenset({Permission.PLANNING_READ}))
    assert NAME not in json.dumps(ToolRegistry.discover().openai_tools(reader.permissions))
    with pytest.raises(PermissionDenied):
        await ToolRegistry([TOOL]).run(NAME, {}, reader, Crowded(), call_id="c")


async def test_fifty_moves_of_long_names_stay_small_for_a_model_and_keep_the_sentences() -> None:
    port = await proposed(stale=True)
    state = port.state
    assert state is not None
    shop = port.shop
    port.shop = replace(
        shop,
        orders={key: _long_named(order) for key, order in shop.orders.items()},
        machines={"m1": replace(shop.machines["m1"], name="M" * 90)},
    )
    port.state = _repeated(state, 50)
    found = await propose(port, action="look")
    text = render_for_model(found, "r1")
    assert len(text.encode()) <= MAX_BYTES
    for sentence in (found.summary, found.warnings[0], *found.assumptions):
        assert json.dumps(sentence, ensure_ascii=False) in text


def _repeated(state: ProposalState, times: int) -> ProposalState:
    return replace(state, moves=(state.moves * times)[:times], total_moves=times)


def _long_named(order: Order) -> Order:
    return replace(order, customer="Customer " * 10)
