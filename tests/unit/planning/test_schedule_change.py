"""What a change does to the plan: golden cases, and on random shops the rules that no answer may break."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planning.calendars import ShopTimes
from planning.changes import (
    DueDateChanged,
    MachineDown,
    OperatorAbsent,
    OrderCancelled,
    OrderMove,
    Overtime,
)
from planning.conflict_items import Conflict, ConflictType
from planning.conflicts import ConflictQuestion, conflicts
from planning.plan_difference import conflict_key
from planning.retiming import Policy, Retiming
from planning.schedule_change import schedule_change
from planning.shop import (
    Attendance,
    Booking,
    BookingStatus,
    MaterialRequirement,
    Operator,
    OperatorSkill,
    Segment,
    Shop,
    Skill,
    WorkCenter,
)
from tests.unit.planning import strategies
from tests.unit.planning.change_shop import alone, effect, moves, plan, two_hours
from tests.unit.planning.order_shop import DAY, H, at, booked, shop, step

quick = settings(max_examples=60, deadline=None)
T = ConflictType


def test_a_change_that_hits_nothing_has_an_empty_effect() -> None:
    found = effect(plan(two_hours(1, 0, 6)), MachineDown("m1", at(3, 0), at(4, 0)))
    assert (found.touched, found.shifts, found.orders, found.new) == ((), (), (), ())
    assert found.lost == 8 * H


def with_material(base: Shop, operation: str, available_at: int | None) -> Shop:
    return replace(
        base, materials={operation: (MaterialRequirement("mat", "Bar", Decimal(20), available_at),)}
    )


@pytest.mark.parametrize("policy", list(Policy))
def test_work_that_is_hit_starts_no_earlier_than_its_material_is_there(policy: Policy) -> None:
    base = plan(two_hours(1, 0, 6))
    breakdown = MachineDown("m1", at(0, 6), at(0, 9))
    for available_at, start in ((at(0, 11), at(0, 11)), (at(0, 8), at(0, 9)), (None, at(0, 9))):
        found = effect(with_material(base, "op10", available_at), breakdown, policy)
        assert moves(found) == {"b1": ("m1", start, start + 2 * H)}


def test_overtime_pulls_work_forward_only_as_far_as_its_material_is_there() -> None:
    base = with_material(plan(two_hours(1, 1, 8)), "op10", at(0, 16))
    found = effect(base, Overtime((at(0, 14), at(0, 20)), machine_id="m1"))
    (after,) = [b for b in found.shop.bookings if b.id == "b1"]
    assert (after.envelope_start, after.envelope_end) == (at(0, 16), at(0, 18))


def test_a_breakdown_pushes_its_work_and_what_stands_behind_it_and_no_more() -> None:
    base = plan(two_hours(1, 0, 6), two_hours(2, 0, 8), two_hours(3, 1, 6))
    found = effect(base, MachineDown("m1", at(0, 6), at(0, 9)))
    assert moves(found) == {"b1": ("m1", at(0, 9), at(0, 11)), "b2": ("m1", at(0, 11), at(0, 13))}
    assert (found.lost, [b.id for b in found.touched]) == (3 * H, ["b1", "b2"])


def test_an_alternative_machine_takes_the_work_of_a_broken_one_in_its_own_time() -> None:
    base = plan(two_hours(1, 0, 6), machines=("m2",))
    found = effect(base, MachineDown("m1", at(0, 0), None), Policy.ALTERNATIVES)
    assert moves(found) == {"b1": ("m2", at(0, 6), at(0, 9))}


def test_without_an_alternative_work_of_a_machine_down_for_good_finds_no_place() -> None:
    found = effect(plan(two_hours(1, 0, 6), two_hours(2, 1, 6)), MachineDown("m1", at(0, 0), None))
    assert moves(found) == {"b1": None, "b2": None}
    assert [c.type for c in found.new] == [T.NOT_FULLY_SCHEDULED]


def test_same_machine_uses_the_first_gap_and_leaves_other_work_alone() -> None:
    base = plan(two_hours(1, 0, 6), two_hours(2, 0, 8))
    # Independent operations, so that only the machine decides.
    free = {k: replace(o, predecessor_ids=()) for k, o in base.operations.items()}
    found = effect(replace(base, operations=free), MachineDown("m1", at(0, 6), at(0, 8)), Policy.SAME_MACHINE)
    assert moves(found) == {"b1": ("m1", at(0, 10), at(0, 12))}


def test_locked_work_on_a_broken_machine_is_told_and_not_moved() -> None:
    base = plan(replace(two_hours(1, 0, 6), locked=True))
    found = effect(base, MachineDown("m1", at(0, 6), at(0, 9)))
    assert ([b.id for b in found.stuck], found.touched, found.shifts) == (["b1"], (), ())
    assert [c.type for c in found.new] == [T.MACHINE_DOWN]


def test_work_in_the_frozen_zone_stays() -> None:
    base = plan(two_hours(1, 0, 6))
    frozen = replace(base, settings=replace(base.settings, frozen_hours=8))
    assert [b.id for b in effect(frozen, MachineDown("m1", at(0, 6), at(0, 9))).stuck] == ["b1"]


def staffed(*operators: str) -> Shop:
    base = plan(replace(two_hours(1, 0, 6), segments=(Segment(at(0, 6), at(0, 8), "ann"),)))
    people = {
        key: Operator(key, key, key.title(), "cal", skills=(OperatorSkill("mill"),)) for key in operators
    }
    attended = {k: replace(o, attendance=Attendance.FULL) for k, o in base.operations.items()}
    centers = {"wc": WorkCenter("wc", "WC", skill_id="mill")}
    return replace(
        base,
        operators=people,
        skills={"mill": Skill("mill", "MILL")},
        work_centers=centers,
        operations=attended,
    )


def test_a_colleague_takes_over_from_somebody_who_is_ill_at_the_same_time() -> None:
    found = effect(staffed("ann", "bob"), OperatorAbsent("ann", at(0, 0), None))
    assert [s.after.segments for s in found.shifts if s.after] == [(Segment(at(0, 6), at(0, 8), "bob"),)]
    assert found.orders == ()


def test_with_nobody_else_the_work_waits_until_they_are_back() -> None:
    found = effect(staffed("ann"), OperatorAbsent("ann", at(0, 0), at(1, 12)))
    assert moves(found) == {"b1": ("m1", at(1, 12), at(1, 14))}


def test_an_order_that_a_breakdown_makes_late_is_newly_late_with_its_delay() -> None:
    base = plan(two_hours(1, 0, 6))
    due = replace(base, orders={"o1": replace(base.orders["o1"], due_at=at(0, 20))})
    found = effect(due, MachineDown("m1", at(0, 6), at(1, 6)))
    assert [(o.order_id, o.later_by) for o in found.newly_late] == [("o1", DAY)]


def test_an_earlier_due_date_moves_nothing_and_makes_the_order_late() -> None:
    found = effect(plan(two_hours(1, 2, 6)), DueDateChanged("o1", at(1, 0)))
    assert (found.shifts, [o.order_id for o in found.newly_late]) == ((), ["o1"])
    later = effect(found.shop, DueDateChanged("o1", at(9, 0)))
    assert [o.order_id for o in later.no_longer_late] == ["o1"]


def test_an_order_that_is_late_before_and_after_is_no_new_conflict_whichever_work_ends_last() -> None:
    base = plan(two_hours(1, 0, 6), two_hours(2, 0, 10), machines=("m2",))
    apart = {k: replace(o, predecessor_ids=()) for k, o in base.operations.items()}
    rows = (base.bookings[0], replace(base.bookings[1], machine_id="m2"))
    orders = {"o1": replace(base.orders["o1"], due_at=at(0, 7))}
    found = effect(
        replace(base, operations=apart, bookings=rows, orders=orders), MachineDown("m1", at(0, 6), at(1, 6))
    )
    assert moves(found) == {"b1": ("m1", at(1, 6), at(1, 8))}
    assert (found.new, found.solved) == ((), ())


def test_two_bookings_at_once_are_one_conflict_whichever_of_them_begins_first() -> None:
    one, other = (
        Conflict(T.MACHINE_DOUBLE_BOOKED, 60, booking_ids=ids, machine_id="m1")
        for ids in (("b1", "b2"), ("b2", "b1"))
    )
    assert conflict_key(one) == conflict_key(other)


def test_an_order_that_lacks_still_more_bookings_is_told_and_not_called_solved() -> None:
    base = plan(two_hours(1, 0, 6), two_hours(2, 0, 8))
    bare = replace(base, bookings=base.bookings[:1])
    found = effect(bare, MachineDown("m1", at(0, 0), None))
    assert [c.type for c in found.new] == [T.NOT_FULLY_SCHEDULED]
    assert found.solved == ()


@pytest.mark.parametrize(("material", "day"), [(None, 1), (at(1, 0), 2)])
@pytest.mark.parametrize("policy", [Policy.SAME_MACHINE, Policy.ALTERNATIVES, Policy.REPLAN])
def test_work_never_goes_before_the_end_of_work_outside_that_comes_first(
    policy: Policy, material: int | None, day: int
) -> None:
    """A day outside, from the order's release on, or from when its material is there."""
    outside = step(10, subcontract_minutes=DAY, alternatives=())
    base = shop([outside, alone(20)], [booked("b1", "op20", at(3, 6), at(3, 8))], due_at=at(9, 0))
    awaited = {"op10": (MaterialRequirement("mat", "Bar", Decimal(1), material),)}
    found = effect(replace(base, materials=awaited), MachineDown("m1", at(3, 0), at(4, 0)), policy)
    assert moves(found) == {"b1": ("m1", at(day, 6), at(day, 8))}
    assert found.new == ()


def test_a_cancelled_order_frees_its_bookings_but_not_what_has_begun() -> None:
    begun = replace(two_hours(1, 0, 6), status=BookingStatus.IN_PROGRESS)
    found = effect(plan(begun, two_hours(2, 0, 8)), OrderCancelled("o1"))
    assert moves(found) == {"b2": None}


def test_an_order_can_be_moved_to_a_later_day() -> None:
    found = effect(plan(two_hours(1, 0, 6), two_hours(2, 0, 8)), OrderMove("o1", at(2, 0)))
    assert moves(found) == {"b1": ("m1", at(2, 6), at(2, 8)), "b2": ("m1", at(2, 8), at(2, 10))}


def test_an_order_moved_to_a_later_day_lets_other_work_pass() -> None:
    base = plan(two_hours(1, 0, 6), two_hours(2, 0, 8))
    other = replace(base.orders["o1"], id="o2", code="O2")
    second = replace(base.operations["op20"], order_id="o2")
    two = replace(base, orders={**base.orders, "o2": other}, operations={**base.operations, "op20": second})
    assert moves(effect(two, OrderMove("o1", at(2, 0)))) == {"b1": ("m1", at(2, 6), at(2, 8))}


def test_a_late_order_without_a_place_is_no_longer_scheduled_and_not_in_time() -> None:
    base = plan(two_hours(1, 0, 6))
    late = replace(base, orders={"o1": replace(base.orders["o1"], due_at=at(0, 7))})
    found = effect(late, MachineDown("m1", at(0, 0), None))
    assert (found.no_longer_late, found.newly_late) == ((), ())
    assert [o.order_id for o in found.no_longer_scheduled] == ["o1"]
    assert effect(late, OrderCancelled("o1")).no_longer_late == ()


def test_overtime_of_a_machine_and_a_person_together_opens_time_for_both() -> None:
    row = replace(two_hours(1, 0, 14), segments=(Segment(at(1, 6), at(1, 8), "ann"),))
    base = replace(staffed("ann"), bookings=(replace(row, envelope_start=at(1, 6), envelope_end=at(1, 8)),))
    start = at(0, 14)  # the shift of the first day is over
    slot = (start, at(0, 18))
    assert moves(effect(base, Overtime(slot, machine_id="m1"), as_of=start)) == {}
    both = effect(base, Overtime(slot, machine_id="m1", operator_id="ann"), as_of=start)
    assert moves(both) == {"b1": ("m1", start, at(0, 16))}


def test_overtime_is_told_by_what_it_alone_brings_forward() -> None:
    base = plan(booked("b1", "op10", at(0, 13), at(1, 7)))
    row = replace(base.bookings[0], segments=(Segment(at(0, 6), at(0, 14)), Segment(at(1, 6), at(1, 8))))
    full = replace(base, bookings=(replace(row, envelope_start=at(0, 6), envelope_end=at(1, 8)),))
    found = effect(full, Overtime((at(0, 14), at(0, 16)), machine_id="m1"))
    assert moves(found) == {"b1": ("m1", at(0, 6), at(0, 16))}
    assert [o.later_by for o in found.orders] == [-16 * H]


def _nobody(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    return tuple(replace(segment, operator_id=None) for segment in segments)


def _minutes(booking: Booking) -> int:
    return sum(segment.end - segment.start for segment in booking.segments)


def clean(base: Shop, wide: tuple[int, int], as_of: int) -> Shop:
    """The same work without a collision: everything planned anew."""
    rows = (replace(b, locked=False, segments=_nobody(b.segments)) for b in base.bookings)
    base = replace(base, bookings=tuple(rows))
    return replace(base, bookings=Retiming(ShopTimes(base, wide), as_of).pull_left().bookings)


@quick
@given(st.data())
def test_no_answer_to_a_breakdown_breaks_a_rule(data: st.DataObject) -> None:
    place = data.draw(strategies.places())
    wide = (place.window[0] - 4000, place.window[1] + 20_000)
    as_of = place.window[0] - 3000
    base = clean(data.draw(strategies.shops(place)), wide, as_of)
    assume(base.bookings)
    policy = data.draw(st.sampled_from(Policy))
    span = data.draw(strategies.intervals_around(place.window))
    found = schedule_change(ShopTimes(base, wide), MachineDown("m1", *span), policy, as_of)
    stuck = {b.id for b in found.stuck}
    of_machines = {T.MACHINE_DOUBLE_BOOKED, T.MACHINE_DOWN, T.OUTSIDE_MACHINE_CALENDAR, T.PRECEDENCE}
    assert [c for c in found.new if c.type in of_machines and not stuck & set(c.booking_ids)] == []
    for shift in found.shifts:
        if shift.after is not None and shift.after.machine_id == shift.before.machine_id:
            assert _minutes(shift.after) == _minutes(shift.before)
    if policy is Policy.PUSH_RIGHT:
        assert all(s.after is None or s.after.envelope_start >= s.before.envelope_start for s in found.shifts)
        _sequence_stays(base, found.shop)
    if not found.touched:
        assert found.shifts == ()


@quick
@given(st.data())
def test_conflicts_looked_for_where_the_change_reaches_are_those_of_the_whole_plans(
    data: st.DataObject,
) -> None:
    place = data.draw(strategies.places())
    wide = (place.window[0] - 4000, place.window[1] + 20_000)
    as_of = place.window[0] - 3000
    base = data.draw(strategies.shops(place))
    span = data.draw(strategies.intervals_around(place.window))
    change = data.draw(
        st.sampled_from([MachineDown("m1", *span), *(OperatorAbsent(key, *span) for key in base.operators)])
    )
    found = schedule_change(ShopTimes(base, wide), change, data.draw(st.sampled_from(Policy)), as_of)
    question = ConflictQuestion((as_of, wide[1]))
    before = conflicts(ShopTimes(base, wide), question).items
    after = conflicts(ShopTimes(found.shop, wide), question).items
    assert _named(found.new) == _named(after) - _named(before)
    assert _named(found.solved) == _named(before) - _named(after)


def _named(items: Iterable[Conflict]) -> set[tuple[object, ...]]:
    return {(c.type, c.machine_id, c.operator_id, c.order_id, c.booking_ids, c.operation_ids) for c in items}


def _sequence_stays(before: Shop, after: Shop) -> None:
    old: defaultdict[str, list[str]] = defaultdict(list)
    for booking in sorted(before.bookings, key=lambda b: (b.envelope_start, b.id)):
        old[booking.machine_id].append(booking.id)
    starts = {b.id: b.envelope_start for b in after.bookings}
    for ids in old.values():
        kept = [starts[key] for key in ids if key in starts]
        assert all(a <= b for a, b in pairwise(kept))


@pytest.mark.parametrize("policy", [p for p in Policy if p is not Policy.REPLAN])
def test_faults_that_were_there_before_are_left_alone(policy: Policy) -> None:
    base = plan(two_hours(1, 0, 6), two_hours(2, 0, 7), two_hours(3, 2, 6))
    found = effect(base, MachineDown("m1", at(2, 6), at(2, 7)), policy)
    assert set(moves(found)) == {"b3"}
    assert (found.new, found.solved) == ((), ())


def test_a_new_plan_mends_the_faults_of_the_work_that_it_plans() -> None:
    base = plan(two_hours(1, 0, 6), two_hours(2, 0, 7), two_hours(3, 2, 6))
    found = effect(base, MachineDown("m1", at(2, 6), at(2, 7)), Policy.REPLAN)
    assert {c.type for c in found.solved} == {ConflictType.MACHINE_DOUBLE_BOOKED, ConflictType.PRECEDENCE}
    assert not found.new
