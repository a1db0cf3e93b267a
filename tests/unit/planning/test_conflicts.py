"""One golden case for each conflict type of planning-domain 6.3."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from planning.calendars import ShopTimes
from planning.conflict_items import Conflict, ConflictCause, ConflictType, Severity
from planning.conflicts import ConflictQuestion, Conflicts, conflicts
from planning.shop import (
    Absence,
    Alternative,
    Attendance,
    Booking,
    BookingStatus,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    MaterialRequirement,
    Operation,
    Operator,
    OperatorSkill,
    Order,
    OrderStatus,
    Segment,
    Shop,
    Skill,
    WorkCenter,
)
from tests.unit.planning.order_shop import DAY, MONDAY, WINDOW, H, at, booked, shop, step

T = ConflictType
EVERYTHING = ConflictQuestion(WINDOW)


def alone(seq: int) -> Operation:
    """An operation that needs nobody and takes exactly two hours on M1."""
    return step(seq, attendance=Attendance.NONE, alternatives=(Alternative("m1", 60, 180),))


def two_hours(key: str, operation: str, day: int, hour: int) -> Booking:
    return booked(key, operation, at(day, hour), at(day, hour + 2))


def calm() -> Shop:
    """A plan that breaks no rule."""
    return shop([alone(10), alone(20)], [two_hours("b1", "op10", 0, 6), two_hours("b2", "op20", 0, 8)])


def staffed(base: Shop, *operators: Operator) -> Shop:
    return replace(
        base,
        work_centers={"wc": WorkCenter("wc", "WC", skill_id="mill")},
        skills={"mill": Skill("mill", "MILL")},
        operators={o.id: o for o in operators},
    )


def ann(**changes: object) -> Operator:
    row = Operator("ann", "A", "Ann", "cal", skills=(OperatorSkill("mill"),))
    return replace(row, **changes)  # pyright: ignore[reportArgumentType] - the fields of Operator


def with_work(base: Shop, *segments: Segment) -> Shop:
    """The first booking done in these segments."""
    row = replace(
        base.bookings[0], segments=segments, envelope_start=segments[0].start, envelope_end=segments[-1].end
    )
    return replace(base, bookings=(row, *base.bookings[1:]))


def found(base: Shop, question: ConflictQuestion = EVERYTHING) -> Conflicts:
    return conflicts(ShopTimes(base, WINDOW), question)


def only(base: Shop) -> Conflict:
    items = found(base).items
    assert len(items) == 1, items
    return items[0]


def test_a_plan_that_keeps_the_rules_has_no_conflict() -> None:
    assert found(calm()).items == ()


def test_touching_bookings_are_no_double_booking() -> None:
    assert not any(item.type is T.MACHINE_DOUBLE_BOOKED for item in found(calm()).items)


def test_two_bookings_of_one_machine_at_once_are_one_conflict_of_the_pair() -> None:
    other = Order("o2", "WO-2", "Beta", 20, OrderStatus.RELEASED)
    base = replace(calm(), orders={**calm().orders, "o2": other})
    base = replace(base, operations={**base.operations, "x": replace(alone(10), id="x", order_id="o2")})
    item = only(replace(base, bookings=(*base.bookings, two_hours("b9", "x", 0, 9))))
    assert (item.type, item.severity, item.booking_ids, item.minutes) == (
        T.MACHINE_DOUBLE_BOOKED,
        Severity.ERROR,
        ("b2", "b9"),
        H,
    )
    assert item.spans == ((at(0, 9), at(0, 10)),)


def test_a_person_on_two_jobs_at_once_is_a_conflict_unless_they_may_tend_both() -> None:
    pair = shop(
        [alone(10), alone(20)],
        [two_hours("b1", "op10", 0, 6), replace(two_hours("b2", "op20", 0, 8), machine_id="m2")],
    )
    pair = replace(pair, machines={**pair.machines, "m2": replace(pair.machines["m1"], id="m2", code="M2")})
    rows = [replace(b, segments=(replace(b.segments[0], operator_id="ann"),)) for b in pair.bookings]
    rows[1] = replace(rows[1], envelope_start=at(0, 7), segments=(Segment(at(0, 7), at(0, 9), "ann"),))
    pair = replace(pair, bookings=tuple(rows))
    double = ConflictQuestion(WINDOW, types=frozenset({T.OPERATOR_DOUBLE_BOOKED}))
    clash = found(staffed(pair, ann()), double).items[0]
    assert (clash.booking_ids, clash.operator_id, clash.minutes) == (("b1", "b2"), "ann", H)
    assert found(staffed(pair, ann(max_parallel=2)), double).items == ()


def test_work_after_the_shift_is_outside_the_machines_calendar() -> None:
    item = only(shop([alone(10)], [booked("b1", "op10", at(0, 13), at(0, 15))]))
    assert (item.type, item.minutes, item.cause) == (T.OUTSIDE_MACHINE_CALENDAR, H, ConflictCause.AFTER_SHIFT)


def test_work_on_a_holiday_names_the_holiday() -> None:
    holiday = CalendarException(
        "e1", ExceptionKind.CLOSURE, "Founders' day", calendar_id="cal", production_date=date(2026, 11, 24)
    )
    base = replace(shop([alone(10)], [two_hours("b1", "op10", 1, 6)]), exceptions=(holiday,))
    item = only(base)
    assert (item.type, item.minutes, item.cause, item.row_id) == (
        T.OUTSIDE_MACHINE_CALENDAR,
        2 * H,
        ConflictCause.HOLIDAY,
        "e1",
    )


def test_work_on_a_broken_machine_is_told_once_and_not_again_as_outside() -> None:
    broken = Downtime("d1", "m1", at(0, 7), None, DowntimeKind.BREAKDOWN)
    item = only(replace(shop([alone(10)], [two_hours("b1", "op10", 0, 6)]), downtimes=(broken,)))
    assert (item.type, item.minutes, item.row_id) == (T.MACHINE_DOWN, H, "d1")


def test_an_absent_persons_work_is_a_conflict() -> None:
    base = with_work(shop([alone(10)], [two_hours("b1", "op10", 0, 6)]), Segment(at(0, 6), at(0, 8), "ann"))
    ill = replace(staffed(base, ann()), absences=(Absence("a1", "ann", at(0, 0), None, "sick"),))
    item = only(ill)
    assert (item.type, item.operator_id, item.minutes, item.row_id) == (T.OPERATOR_ABSENT, "ann", 2 * H, "a1")


def test_a_persons_work_outside_their_own_shift_is_a_conflict() -> None:
    base = with_work(shop([alone(10)], [two_hours("b1", "op10", 0, 6)]), Segment(at(0, 6), at(0, 8), "ann"))
    closed = CalendarException(
        "e1", ExceptionKind.CLOSURE, "late start", operator_id="ann", interval=(at(0, 6), at(0, 7))
    )
    item = only(replace(staffed(base, ann()), exceptions=(closed,)))
    assert (item.type, item.minutes, item.row_id) == (T.OUTSIDE_OPERATOR_CALENDAR, H, "e1")


@pytest.mark.parametrize(
    ("skills", "minutes", "cause"),
    [
        ((), 2 * H, ConflictCause.NO_SKILL),
        ((OperatorSkill("mill", valid_to=at(0, 7)),), H, ConflictCause.SKILL_NOT_VALID),
    ],
)
def test_a_skill_must_hold_for_the_whole_segment(
    skills: tuple[OperatorSkill, ...], minutes: int, cause: ConflictCause
) -> None:
    base = with_work(shop([alone(10)], [two_hours("b1", "op10", 0, 6)]), Segment(at(0, 6), at(0, 8), "ann"))
    item = only(staffed(base, ann(skills=skills)))
    assert (item.type, item.minutes, item.cause) == (T.OPERATOR_UNQUALIFIED, minutes, cause)


def test_work_that_needs_a_person_and_has_none_is_a_warning() -> None:
    item = only(shop([replace(alone(10), attendance=Attendance.SETUP)], [two_hours("b1", "op10", 0, 6)]))
    assert (item.type, item.severity, item.minutes) == (T.OPERATOR_MISSING, Severity.WARNING, H)


def test_a_successor_that_starts_too_early_is_a_conflict_of_both() -> None:
    waiting = replace(alone(10), min_wait_after_min=H)
    item = only(shop([waiting, alone(20)], [two_hours("b1", "op10", 0, 6), two_hours("b2", "op20", 0, 8)]))
    assert (item.type, item.minutes, item.booking_ids) == (T.PRECEDENCE, H, ("b1", "b2"))
    assert item.operation_ids == ("op10", "op20")


def needing(base: Shop, *rows: tuple[str, int | None]) -> Shop:
    materials = tuple(MaterialRequirement(key, f"Item {key}", Decimal(1), at_) for key, at_ in rows)
    return replace(base, materials={"op10": materials})


def test_work_before_its_material_is_there_is_a_conflict_by_the_item_that_comes_last() -> None:
    item = only(needing(calm(), ("a", at(0, 7)), ("b", at(0, 9)), ("c", at(0, 5))))
    assert (item.type, item.severity, item.minutes) == (T.MATERIAL_MISSING, Severity.ERROR, 3 * H)
    assert (item.spans, item.booking_ids, item.row_id) == (((at(0, 6), at(0, 9)),), ("b1",), "b")


def test_material_that_is_there_when_the_work_starts_is_in_time() -> None:
    assert not found(needing(calm(), ("a", at(0, 6)))).items


def test_material_of_which_nobody_knows_when_it_comes_is_a_warning() -> None:
    item = only(needing(calm(), ("a", None)))
    assert (item.type, item.severity, item.minutes) == (T.MATERIAL_UNKNOWN, Severity.WARNING, 2 * H)
    assert (item.spans, item.order_id, item.row_id) == (((at(0, 6), at(0, 8)),), "o1", "a")


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


def test_an_order_that_finishes_after_its_due_date_is_late() -> None:
    item = only(shop([alone(10)], [two_hours("b1", "op10", 2, 6)]))
    assert (item.type, item.severity, item.minutes, item.order_id) == (T.LATE, Severity.ERROR, 8 * H, "o1")


def test_an_order_with_less_slack_than_the_buffer_is_at_risk() -> None:
    tight = shop([alone(10)], [two_hours("b1", "op10", 0, 6)], due_at=at(0, 10))
    item = only(tight)
    assert (item.type, item.severity, item.minutes) == (T.AT_RISK, Severity.WARNING, 2 * H)


def test_operations_without_a_booking_are_one_warning_of_the_order() -> None:
    item = only(shop([alone(10), alone(20), alone(30)], [two_hours("b1", "op10", 0, 6)]))
    assert (item.type, item.severity, item.operation_ids) == (
        T.NOT_FULLY_SCHEDULED,
        Severity.WARNING,
        ("op20", "op30"),
    )


def test_segments_that_do_not_add_up_to_the_work_are_a_warning() -> None:
    item = only(shop([alone(10)], [booked("b1", "op10", at(0, 6), at(0, 9))]))
    assert (item.type, item.severity, item.minutes) == (T.DURATION_MISMATCH, Severity.WARNING, H)


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
