"""Re-planning (planning-domain 6.6) without the solver: what a proposal keeps, and what it may not touch."""

import pickle
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise, permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadhand.errors import InvalidRouting
from planning.calendars import ShopTimes
from planning.conflict_items import ConflictType, Severity
from planning.conflicts import all_conflicts
from planning.insertion import Operators
from planning.replanning import (
    ReplanProgress,
    ReplanProposal,
    ReplanRequest,
    ReplanStage,
    ReplanStatus,
    StoppedBy,
    replan,
)
from planning.replanning.decoder import Decoder, PriorityList
from planning.replanning.work import compile_work
from planning.shop import Attendance, BookingStatus, MaterialRequirement, OrderStatus, Shop
from tests.unit.planning.replan_shop import (
    AS_OF,
    DAY,
    WINDOW,
    OpRow,
    OrderRow,
    broken_shops,
    open_shop,
    order_rows,
    planned_shops,
    request_of,
    shifted,
    with_orders,
)

SOME = settings(max_examples=40, deadline=None)


def whole(machine: str, minutes: int, *others: str) -> OpRow:
    """Work that does not pause."""
    return OpRow((machine, *others), minutes, splittable=False)


def silent(progress: ReplanProgress) -> None:
    del progress


def never() -> bool:
    return False


def run(request: ReplanRequest) -> ReplanProposal:
    return replan(request, silent, never)


def applied(shop: Shop, proposal: ReplanProposal) -> Shop:
    after = {move.before.id: move.after for move in proposal.moves}
    return replace(shop, bookings=tuple(after.get(b.id, b) for b in shop.bookings))


def errors(shop: Shop) -> set[tuple[str, ...]]:
    rows = all_conflicts(ShopTimes(shop, WINDOW)).items
    return {
        (c.type, c.machine_id or "", c.operator_id or "", *sorted(c.booking_ids))
        for c in rows
        if c.severity is Severity.ERROR and c.type is not ConflictType.LATE
    }


def broken(shop: Shop) -> Counter[ConflictType]:
    """How many rules of each kind the plan breaks, lateness apart."""
    rows = all_conflicts(ShopTimes(shop, WINDOW)).items
    return Counter(c.type for c in rows if c.severity is Severity.ERROR and c.type is not ConflictType.LATE)


def weighted_tardiness(shop: Shop) -> int:
    weights = {1: 1, 2: 2, 3: 3, 4: 5, 5: 8}
    ends: dict[str, int] = {}
    for b in shop.bookings:
        order = shop.operations[b.operation_id or ""].order_id
        ends[order] = max(ends.get(order, 0), b.envelope_end)
    return sum(
        weights[shop.orders[key].priority] * max(0, end - (shop.orders[key].due_at or 0))
        for key, end in ends.items()
    )


def late_pair() -> Shop:
    """A long order planned first, and a short, pressing one behind it."""
    slow = OrderRow((OpRow(("m1",), 400),), due_min=20 * DAY, priority=1)
    quick = OrderRow((OpRow(("m1",), 60),), due_min=120, priority=5)
    return with_orders(open_shop(around_the_clock=True), [slow, quick])


@SOME
@given(planned_shops())
def test_a_proposal_breaks_no_rule_that_the_plan_kept_and_is_never_worse(shop: Shop) -> None:
    proposal = run(request_of(shop))
    after = applied(shop, proposal)
    assert errors(after) <= errors(shop)
    assert proposal.score_after <= proposal.score_before
    assert proposal.status is not ReplanStatus.DISCARDED
    if proposal.status is ReplanStatus.IMPROVED:
        assert proposal.score_after < proposal.score_before
        assert proposal.score_after.weighted_tardiness_min == weighted_tardiness(after)
    assert proposal.score_before.weighted_tardiness_min == weighted_tardiness(shop)


@settings(max_examples=60, deadline=None)
@given(broken_shops())
def test_of_a_plan_that_breaks_rules_no_proposal_is_later_or_breaks_more(shop: Shop) -> None:
    proposal = run(request_of(shop))
    after = applied(shop, proposal)
    assert weighted_tardiness(after) <= weighted_tardiness(shop)
    assert broken(after) <= broken(shop)
    assert proposal.status is not ReplanStatus.DISCARDED
    if proposal.status is ReplanStatus.IMPROVED:
        gain = (
            weighted_tardiness(shop) - weighted_tardiness(after),
            broken(shop).total() - broken(after).total(),
        )
        assert gain >= (0, 0)
        assert gain > (0, 0) or proposal.score_after.finish_sum_min < proposal.score_before.finish_sum_min
    if proposal.mending is not None:
        assert proposal.mending.weighted_tardiness_min > weighted_tardiness(shop)
        assert proposal.mending.errors < proposal.score_before.errors
    assert proposal.bound is not None
    assert proposal.bound <= weighted_tardiness(after)


@SOME
@given(planned_shops())
def test_what_is_locked_or_frozen_never_moves_and_nothing_moves_into_the_frozen_zone(shop: Shop) -> None:
    thawed = AS_OF + shop.settings.frozen_hours * 60
    for move in run(request_of(shop)).moves:
        assert not move.before.locked
        assert move.before.envelope_start >= thawed
        assert move.after.envelope_start >= thawed


@SOME
@given(planned_shops())
def test_work_that_has_people_keeps_having_them(shop: Shop) -> None:
    def staffed(row: Shop) -> set[str]:
        return {b.id for b in row.bookings if any(s.operator_id for s in b.segments)}

    assert staffed(applied(shop, run(request_of(shop)))) == staffed(shop)


@settings(max_examples=15, deadline=None)
@given(planned_shops())
def test_the_order_of_rows_changes_nothing(shop: Shop) -> None:
    turned = replace(
        shop,
        bookings=tuple(reversed(shop.bookings)),
        orders=dict(reversed(list(shop.orders.items()))),
        operations=dict(reversed(list(shop.operations.items()))),
        operators=dict(reversed(list(shop.operators.items()))),
        machines=dict(reversed(list(shop.machines.items()))),
    )
    assert run(request_of(turned)) == run(request_of(shop))


@settings(max_examples=15, deadline=None)
@given(planned_shops())
def test_the_same_question_gets_the_same_answer_twice(shop: Shop) -> None:
    assert run(request_of(shop)) == run(request_of(shop))


@SOME
@given(planned_shops())
def test_no_plan_that_is_found_beats_the_bound(shop: Shop) -> None:
    proposal = run(request_of(shop))
    assert proposal.bound is not None
    assert 0 <= proposal.bound <= proposal.score_after.weighted_tardiness_min


ONCE_MISSED = (
    OrderRow((whole("m1", 20), whole("m3", 45)), due_min=0, priority=2),
    OrderRow((whole("m1", 20), whole("m3", 20), whole("m1", 20)), due_min=0, priority=1),
    OrderRow((whole("m1", 20, "m2"),), due_min=60, priority=1),
)


@settings(max_examples=25, deadline=None)
@given(order_rows(most=3), st.booleans())
@example(rows=ONCE_MISSED, around_the_clock=False)
def test_of_two_or_three_orders_the_best_of_all_sequences_is_found(
    rows: Sequence[OrderRow], around_the_clock: bool
) -> None:
    shop = with_orders(open_shop(around_the_clock=around_the_clock), rows)
    found = run(request_of(shop, steps=300)).score_after.weighted_tardiness_min
    assert found <= best_by_trying_all(shop)


def best_by_trying_all(shop: Shop) -> int:
    """The least weighted tardiness of any sequence of whole orders, and of the plan as it stands."""
    work = compile_work(request_of(shop))
    decoder = Decoder(ShopTimes(shop, WINDOW), work, request_of(shop).weights, AS_OF)
    found = [weighted_tardiness(shop)]
    for sequence in permutations(work.orders):
        plan = decoder.decode(PriorityList(tuple(n for order in sequence for n in order.jobs)), decoder.base)
        if plan is not None:
            found.append(plan.score.weighted_tardiness_min)
    return min(found)


def test_a_pressing_order_goes_before_one_that_can_wait() -> None:
    shop = late_pair()
    proposal = run(request_of(shop))
    assert proposal.status is ReplanStatus.IMPROVED
    assert proposal.no_longer_late == ("p1",)
    assert proposal.newly_late == ()
    assert proposal.score_after.weighted_tardiness_min == 0
    assert proposal.proven_optimal
    assert proposal.base_data_version == 7


def overlapping_pair(*others: OrderRow) -> Shop:
    """Two orders of 100 minutes on M1, 0:00 to 1:40 and 0:50 to 2:30, each due when it ends; others on M2."""
    row = OpRow(("m1",), 100, Attendance.NONE)
    pair = [OrderRow((row,), due_min=100), OrderRow((row,), due_min=150)]
    shop = with_orders(open_shop(around_the_clock=True), [*pair, *others], operators=Operators.IGNORE)
    return replace(shop, bookings=tuple(shifted(b, -50) if b.id == "bp1.0" else b for b in shop.bookings))


def test_where_mending_makes_an_order_late_nothing_is_proposed_and_what_it_would_cost_is_told() -> None:
    # Nothing is late now. One after the other, the second at best ends at 3:20, 50 minutes late, times 3.
    proposal = run(request_of(overlapping_pair()))
    assert proposal.status is ReplanStatus.NO_IMPROVEMENT
    assert proposal.moves == ()
    assert (proposal.score_before.weighted_tardiness_min, proposal.score_before.errors) == (0, 1)
    assert proposal.score_after == proposal.score_before
    assert proposal.mending is not None
    assert (proposal.mending.weighted_tardiness_min, proposal.mending.errors) == (150, 0)


def test_where_mending_costs_lateness_the_broken_pair_stays_and_the_rest_is_made_better() -> None:
    # On M2 the short order waits for the long one: 90 + 60 minutes, due after 120, 30 late, times 1.
    long = OrderRow((OpRow(("m2",), 90, Attendance.NONE),), due_min=20 * DAY, priority=1)
    short = OrderRow((OpRow(("m2",), 60, Attendance.NONE),), due_min=120, priority=1)
    shop = overlapping_pair(long, short)
    proposal = run(request_of(shop))
    assert proposal.status is ReplanStatus.IMPROVED
    assert {move.before.id for move in proposal.moves} == {"bp2.0", "bp3.0"}
    assert (proposal.score_before.weighted_tardiness_min, proposal.score_before.errors) == (30, 1)
    assert (proposal.score_after.weighted_tardiness_min, proposal.score_after.errors) == (0, 1)
    assert proposal.mending is not None
    assert (proposal.mending.weighted_tardiness_min, proposal.mending.errors) == (150, 0)


def test_a_double_booking_that_can_be_mended_without_lateness_is_mended() -> None:
    shop = overlapping_pair()
    orders = {key: replace(o, due_at=AS_OF + 200) for key, o in shop.orders.items()}
    proposal = run(request_of(replace(shop, orders=orders)))
    assert proposal.status is ReplanStatus.IMPROVED
    assert (proposal.score_before.errors, proposal.score_after.errors) == (1, 0)
    assert proposal.score_after.weighted_tardiness_min == 0
    assert proposal.mending is None


def test_a_plan_in_which_nothing_is_late_stays_as_it_is() -> None:
    rows = [OrderRow((OpRow(("m1",), 60),), due_min=10 * DAY)]
    proposal = run(request_of(with_orders(open_shop(around_the_clock=True), rows)))
    assert proposal.status is ReplanStatus.NO_IMPROVEMENT
    assert proposal.moves == ()


def test_work_before_a_locked_operation_is_pinned_with_it() -> None:
    order = OrderRow((OpRow(("m1",), 60), OpRow(("m2",), 60)), due_min=0)
    shop = with_orders(open_shop(around_the_clock=True), [order])
    shop = replace(shop, bookings=tuple(replace(b, locked=b.id == "bp0.1") for b in shop.bookings))
    proposal = run(request_of(shop))
    assert proposal.status is ReplanStatus.NOTHING_FREE
    assert proposal.extent.pinned == 2


@pytest.mark.parametrize("status", [OrderStatus.HOLD, OrderStatus.DRAFT, OrderStatus.DONE])
def test_orders_that_nobody_works_on_are_left_alone(status: OrderStatus) -> None:
    shop = late_pair()
    shop = replace(shop, orders={key: replace(o, status=status) for key, o in shop.orders.items()})
    assert run(request_of(shop)).status is ReplanStatus.NOTHING_FREE


def test_begun_work_stays_where_it_is() -> None:
    shop = late_pair()
    begun = tuple(
        replace(b, status=BookingStatus.IN_PROGRESS) if b.id == "bp0.0" else b for b in shop.bookings
    )
    proposal = run(request_of(replace(shop, bookings=begun)))
    assert proposal.status is ReplanStatus.NO_IMPROVEMENT
    assert proposal.extent.pinned == 1


def test_only_the_orders_asked_for_move() -> None:
    shop = late_pair()
    proposal = run(replace(request_of(shop), order_ids=frozenset({"p1"})))
    assert {move.before.id for move in proposal.moves} <= {"bp1.0"}


def test_work_waits_for_its_material() -> None:
    shop = late_pair()
    there = AS_OF + 300
    shop = replace(shop, materials={"p1.0": (MaterialRequirement("r", "bar", Decimal(1), there),)})
    after = applied(shop, run(request_of(shop)))
    assert next(b for b in after.bookings if b.id == "bp1.0").envelope_start >= there


def test_a_routing_that_is_a_circle_is_refused_when_it_is_asked_for() -> None:
    shop = late_pair()
    circle = replace(shop.operations["p1.0"], predecessor_ids=("p1.0",))
    shop = replace(shop, operations={**shop.operations, "p1.0": circle})
    assert run(request_of(shop)).extent.free == 1
    with pytest.raises(InvalidRouting):
        run(replace(request_of(shop), order_ids=frozenset({"p1"})))


def test_a_cancelled_run_gives_the_best_plan_so_far_and_says_that_it_is_partial() -> None:
    asked: list[ReplanProgress] = []
    proposal = replan(request_of(late_pair()), asked.append, lambda: len(asked) >= 4)
    assert proposal.partial
    assert proposal.stopped_by is StoppedBy.CANCELLED
    assert not proposal.reproducible
    assert proposal.score_after <= proposal.score_before


def test_a_run_that_hits_the_guard_says_so() -> None:
    proposal = run(replace(request_of(late_pair()), max_time_s=0.0))
    assert proposal.stopped_by is StoppedBy.TIME_GUARD
    assert not proposal.reproducible


def test_progress_names_the_stage_and_never_the_past() -> None:
    told: list[ReplanProgress] = []
    replan(request_of(late_pair()), told.append, never)
    assert told[0].stage is ReplanStage.RULES
    assert told[-1].stage is ReplanStage.CHECK
    assert all(a.best >= b.best for a, b in pairwise(told))
    assert all(0 <= p.done <= p.total for p in told)


def test_question_and_answer_pass_between_processes() -> None:
    request = request_of(late_pair())
    proposal = run(request)
    assert pickle.loads(pickle.dumps(request)) == request  # noqa: S301 - our own bytes
    assert pickle.loads(pickle.dumps(proposal)) == proposal  # noqa: S301 - our own bytes
