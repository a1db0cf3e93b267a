"""What is no conflict, and which conflicts a question asks for; golden/ has a test of each type."""

from dataclasses import replace

import pytest

from planning.shop import (
    BookingStatus,
    OrderStatus,
)
from tests.unit.planning.conflict_plans import (
    EVERYTHING,
    T,
    alone,
    calm,
    found,
    needing,
    only,
    two_hours,
)
from tests.unit.planning.order_shop import DAY, MONDAY, at, booked, shop


def test_a_plan_that_keeps_the_rules_has_no_conflict() -> None:
    assert found(calm()).items == ()


def test_touching_bookings_are_no_double_booking() -> None:
    assert not any(item.type is T.MACHINE_DOUBLE_BOOKED for item in found(calm()).items)


def test_material_that_is_there_when_the_work_starts_is_in_time() -> None:
    assert not found(needing(calm(), ("a", at(0, 6)))).items


@pytest.mark.parametrize("status", [BookingStatus.IN_PROGRESS, BookingStatus.DONE])
def test_work_that_has_begun_has_its_material(status: BookingStatus) -> None:
    base = needing(calm(), ("a", at(0, 9)), ("b", None))
    first = replace(base.bookings[0], status=status)
    assert not found(replace(base, bookings=(first, *base.bookings[1:]))).items


def test_material_of_a_routing_that_is_no_plain_chain_is_looked_at_too() -> None:
    base = needing(calm(), ("a", at(0, 7)))
    second = replace(base.operations["op20"], predecessor_ids=())
    item = only(replace(base, operations={**base.operations, "op20": second}))
    assert item.type is T.MATERIAL_MISSING


def test_pieces_of_one_operation_each_need_their_setup() -> None:
    rows = [booked("b1", "op10", at(0, 6), at(0, 8)), booked("b2", "op10", at(0, 9), at(0, 10))]
    assert found(shop([alone(10)], rows)).items == ()


def test_what_is_done_breaks_no_rule_any_more() -> None:
    over = booked("b1", "op10", at(0, 13), at(0, 15), BookingStatus.DONE)
    assert found(shop([alone(10)], [over])).items == ()


def test_an_order_on_hold_keeps_its_conflicts_and_a_draft_has_none() -> None:
    late = shop([alone(10)], [two_hours("b1", "op10", 2, 6)], status=OrderStatus.HOLD)
    assert [i.type for i in found(late).items] == [T.LATE]
    assert found(shop([alone(10)], [], status=OrderStatus.DRAFT)).items == ()


def test_a_question_can_ask_for_a_window_a_machine_an_order_and_types() -> None:
    base = shop(
        [alone(10), alone(20)], [booked("b1", "op10", at(0, 13), at(0, 15)), two_hours("b2", "op20", 3, 6)]
    )
    assert found(base).count_by_type == {T.OUTSIDE_MACHINE_CALENDAR: 1, T.LATE: 1}
    monday = replace(EVERYTHING, window=(MONDAY, MONDAY + DAY))
    assert [i.type for i in found(base, monday).items] == [T.OUTSIDE_MACHINE_CALENDAR]
    assert [i.type for i in found(base, replace(EVERYTHING, types=frozenset({T.LATE}))).items] == [T.LATE]
    assert found(base, replace(EVERYTHING, machine_ids=frozenset({"m9"}))).items == ()
    assert len(found(base, replace(EVERYTHING, order_ids=frozenset({"o1"}))).items) == 2
