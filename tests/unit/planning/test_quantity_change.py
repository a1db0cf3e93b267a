"""What another quantity of an order does to its work in the plan."""

from dataclasses import replace

import pytest

from planning.changes import QuantityChanged
from planning.conflict_items import ConflictType as T
from planning.retiming import Policy
from planning.shop import Booking, Segment
from tests.unit.planning.change_shop import effect, moves, plan, two_hours
from tests.unit.planning.order_shop import at, booked


def test_a_larger_quantity_needs_more_time_and_pushes_what_follows() -> None:
    base = plan(two_hours(1, 0, 6), two_hours(2, 0, 8))
    # 40 pieces: one hour of setup, two of run.
    assert moves(effect(base, QuantityChanged("o1", 40))) == {
        "b1": ("m1", at(0, 6), at(0, 9)),
        "b2": ("m1", at(0, 9), at(0, 12)),
    }


def over_a_break(*spans: tuple[int, int]) -> Booking:
    segments = tuple(Segment(start, end) for start, end in spans)
    return replace(
        two_hours(1, 0, 12), segments=segments, envelope_start=spans[0][0], envelope_end=spans[-1][1]
    )


def test_a_smaller_quantity_takes_its_minutes_from_the_end_of_the_work_whatever_its_pauses() -> None:
    # 20 pieces: an hour of setup and one of run, its last half on the next day. 5 pieces take 75 minutes.
    base = plan(over_a_break((at(0, 12) + 30, at(0, 14)), (at(1, 6), at(1, 6) + 30)))
    for policy in Policy:
        found = effect(base, QuantityChanged("o1", 5), policy)
        (row,) = found.shop.bookings
        assert sum(s.end - s.start for s in row.segments) == 75
        assert found.new == ()


def test_a_smaller_quantity_shortens_the_last_of_several_bookings_first() -> None:
    pieces = (
        booked("b1", "op10", at(0, 6), at(0, 7) + 50),
        booked("b2", "op10", at(0, 8), at(0, 8) + 10),
    )
    base = plan(pieces[0])
    found = effect(replace(base, bookings=pieces), QuantityChanged("o1", 5))
    assert [b.envelope_end - b.envelope_start for b in found.shop.bookings] == [74, 1]


@pytest.mark.parametrize("quantity", [5, 80])
def test_work_that_may_not_move_keeps_its_length_and_somebody_must_decide(quantity: int) -> None:
    base = plan(replace(two_hours(1, 0, 6), locked=True), two_hours(2, 0, 8))
    found = effect(base, QuantityChanged("o1", quantity))
    assert found.shop.bookings[0] == base.bookings[0]
    assert [b.id for b in found.stuck] == ["b1"]
    assert [(c.type, c.booking_ids) for c in found.new] == [(T.DURATION_MISMATCH, ("b1",))]


def test_a_quantity_changes_nothing_of_what_is_over_by_plan() -> None:
    base = plan(two_hours(1, -1, 6), two_hours(2, 0, 8))
    found = effect(base, QuantityChanged("o1", 40))
    assert moves(found) == {"b2": ("m1", at(0, 8), at(0, 11))}


@pytest.mark.parametrize("policy", Policy)
def test_the_quantity_that_an_order_has_touches_nothing(policy: Policy) -> None:
    base = plan(two_hours(1, 2, 6), two_hours(2, 3, 8))
    found = effect(base, QuantityChanged("o1", 20), policy)
    assert (found.touched, found.stuck) == ((), ())


def test_pieces_on_machines_of_different_speed_are_resized_as_durations_are_checked() -> None:
    base = plan(two_hours(1, 0, 6), machines=("m2",))
    on_m2 = replace(booked("b2", "op10", at(0, 8), at(0, 8) + 60), machine_id="m2")
    both = replace(base, bookings=(*base.bookings, on_m2))
    found = effect(both, QuantityChanged("o1", 10))
    # Half of the hour of run on the first machine goes; the other is twice as slow.
    assert [b.envelope_end - b.envelope_start for b in found.shop.bookings] == [120, 30]
