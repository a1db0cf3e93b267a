"""A write is exact rows: what they do to the plan, and that taking them back leaves the plan as it was."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.calendars import ShopTimes
from planning.conflict_items import ConflictType
from planning.order_status import OrderReports, Outlook
from planning.plan_writes import (
    ROW_TYPES,
    RowChange,
    WritableTable,
    added,
    changed,
    effect_of,
    inverse,
    moved_since,
    removed,
    with_changes,
)
from planning.shop import (
    Absence,
    Booking,
    CalendarException,
    CapacityHold,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Order,
    OrderStatus,
    Segment,
    Shop,
)
from planning.zones import to_minute
from storage.plan_write_json import change_from, change_json
from tests.unit.tools.shops import AS_OF, at, plan, work

NOW = to_minute(AS_OF)


def shop() -> Shop:
    made = plan(
        work("1", "puma", (at(2, 6), at(2, 7, 30))),
        work("2", "puma", (at(2, 8), at(2, 9, 30))),
        work("3", "puma2", (at(3, 8), at(3, 9, 30)), operator="bob"),
        unbooked=["4"],
    )
    return replace(made, holds={"q0": CapacityHold("q0", "Quote 0", at(9, 0))})


def moved(booking: Booking, by: int, machine: str, *, locked: bool) -> Booking:
    return replace(
        booking,
        machine_id=machine,
        locked=locked,
        envelope_start=booking.envelope_start + by,
        envelope_end=booking.envelope_end + by,
        segments=tuple(replace(s, start=s.start + by, end=s.end + by) for s in booking.segments),
    )


@st.composite
def writes(draw: st.DrawFn) -> list[RowChange]:
    """Any rows of any table added, changed and removed, each once."""
    before = shop()
    found: list[RowChange] = []
    for booking in before.bookings:
        match draw(st.sampled_from(["stays", "goes", "moves"])):
            case "goes":
                found.append(removed(booking))
            case "moves":
                by, machine = draw(st.integers(-600, 5_000)), draw(st.sampled_from(["puma", "puma2"]))
                found.append(changed(booking, moved(booking, by, machine, locked=draw(st.booleans()))))
            case _:
                pass
    start = draw(st.integers(at(1, 8), at(20, 0)))
    span = start, start + draw(st.integers(1, 3_000))
    new = [
        Booking("n", "op-4", "puma", *span, segments=(Segment(*span, "ann"),)),
        CalendarException("e", ExceptionKind.OVERTIME, "", operator_id="bob", interval=span),
        Downtime("d", "puma", span[0], draw(st.sampled_from([None, span[1]])), DowntimeKind.BREAKDOWN),
        Absence("a", "ann", *span, "sick"),
        CapacityHold("q", "Quote", span[1]),
    ]
    found += [added(row) for row in new if draw(st.booleans())]
    rest = (*before.exceptions, *before.downtimes, *before.holds.values())
    found += [removed(row) for row in rest if draw(st.booleans())]
    for order in before.orders.values():
        if draw(st.booleans()):
            found.append(changed(order, replace(order, due_at=span[1], priority=draw(st.integers(1, 5)))))
    return draw(st.permutations(found))


@settings(deadline=None, max_examples=60)
@given(writes())
def test_taking_a_write_back_leaves_the_plan_as_it_was(changes: list[RowChange]) -> None:
    before = shop()
    after = with_changes(before, changes)
    assert moved_since(after, inverse(changes)) == ()
    back = with_changes(after, inverse(changes))
    assert back.bookings == before.bookings
    assert {row.id: row for row in back.exceptions} == {row.id: row for row in before.exceptions}
    assert {row.id: row for row in back.downtimes} == {row.id: row for row in before.downtimes}
    assert {row.id: row for row in back.absences} == {row.id: row for row in before.absences}
    assert (back.orders, back.holds) == (before.orders, before.holds)


@settings(deadline=None, max_examples=60)
@given(writes())
def test_a_change_is_the_same_after_its_way_through_json(changes: list[RowChange]) -> None:
    assert [change_from(change_json(change)) for change in changes] == changes


@settings(deadline=None, max_examples=25)
@given(writes())
def test_orders_late_before_and_after_are_those_of_two_separate_reports(changes: list[RowChange]) -> None:
    """The effect looks only where the rows reach; two whole reports say the same."""
    before = shop()
    effect = effect_of(before, changes, NOW)
    window = at(1, 0) - 2_000, NOW + 200 * 24 * 60
    was, now = (OrderReports(ShopTimes(s, window), NOW) for s in (before, effect.after))
    late = {
        key: [r.of(s.orders[key]).outlook is Outlook.LATE for r, s in ((was, before), (now, effect.after))]
        for key in before.orders
    }
    assert {o.order_id for o in effect.newly_late} == {k for k, v in late.items() if v == [False, True]}
    assert {o.order_id for o in effect.no_longer_late} <= {k for k, v in late.items() if v == [True, False]}


def test_a_booking_on_top_of_another_is_a_new_conflict_and_taking_it_away_solves_it() -> None:
    before = shop()
    row = before.bookings[1]
    onto = changed(row, moved(row, at(2, 7) - row.envelope_start, "puma", locked=False))
    effect = effect_of(before, [onto], NOW)
    assert ConflictType.MACHINE_DOUBLE_BOOKED in {c.type for c in effect.new_conflicts}
    back = effect_of(effect.after, inverse([onto]), NOW)
    assert ConflictType.MACHINE_DOUBLE_BOOKED in {c.type for c in back.solved_conflicts}
    assert back.new_conflicts == ()


def test_the_digest_tells_other_consequences_and_not_other_plans() -> None:
    before = shop()
    lock = changed(before.bookings[2], replace(before.bookings[2], locked=True))
    elsewhere = with_changes(before, [changed(before.bookings[0], replace(before.bookings[0], locked=True))])
    assert effect_of(before, [lock], NOW).digest == effect_of(elsewhere, [lock], NOW).digest
    due = changed(before.orders["3"], replace(before.orders["3"], due_at=at(3, 9)))
    assert effect_of(before, [due], NOW).digest != effect_of(before, [lock], NOW).digest


def test_a_row_that_differs_from_before_has_moved_since() -> None:
    before = shop()
    row = before.bookings[0]
    change = removed(row)
    assert moved_since(before, [change]) == ()
    assert moved_since(with_changes(before, [changed(row, replace(row, locked=True))]), [change]) == (change,)
    assert moved_since(with_changes(before, [change]), [change]) == (change,)


def test_a_change_is_about_one_row_of_its_own_table() -> None:
    row = shop().bookings[0]
    order = Order("1", "WO-1", "", 1, OrderStatus.RELEASED)
    for table, row_id, old, new in (
        (WritableTable.BOOKING, "other", row, None),
        (WritableTable.DOWNTIME, row.id, row, None),
        (WritableTable.BOOKING, row.id, None, None),
        (WritableTable.PRODUCTION_ORDER, "1", None, order),
    ):
        with pytest.raises(ValueError, match=r"row|orders"):
            RowChange(table, row_id, old, new)


def test_every_table_has_its_kind_of_row() -> None:
    assert set(ROW_TYPES) == set(WritableTable)
