"""A golden test for each conflict type of planning-domain 6.3, in plans of two-hour operations."""

from dataclasses import replace
from datetime import date

import pytest

from planning.conflict_items import ConflictCause, Severity
from planning.conflicts import ConflictQuestion
from planning.shop import (
    Absence,
    Attendance,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    OperatorSkill,
    Order,
    OrderStatus,
    Segment,
)
from tests.unit.planning.conflict_plans import (
    EVERYTHING,
    T,
    alone,
    ann,
    calm,
    found,
    needing,
    only,
    staffed,
    two_hours,
    with_work,
)
from tests.unit.planning.order_shop import WINDOW, H, at, booked, shop


def test_machine_double_booked_is_one_conflict_of_the_pair() -> None:
    # 8-10 and 9-11 share 9-10.
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


def test_operator_double_booked_is_a_person_on_two_jobs_at_once_unless_they_may_tend_both() -> None:
    # On M1 from 6 to 8 and on M2 from 7 to 9: both from 7 to 8.
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


def test_outside_machine_calendar_is_work_after_the_shift() -> None:
    # The shift ends at 14:00, the work at 15:00.
    item = only(shop([alone(10)], [booked("b1", "op10", at(0, 13), at(0, 15))]))
    assert (item.type, item.minutes, item.cause) == (T.OUTSIDE_MACHINE_CALENDAR, H, ConflictCause.AFTER_SHIFT)


def test_outside_machine_calendar_on_a_holiday_names_the_holiday() -> None:
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


def test_machine_down_is_told_once_and_not_again_as_outside() -> None:
    # Down from 7:00 on, work from 6 to 8.
    broken = Downtime("d1", "m1", at(0, 7), None, DowntimeKind.BREAKDOWN)
    item = only(replace(shop([alone(10)], [two_hours("b1", "op10", 0, 6)]), downtimes=(broken,)))
    assert (item.type, item.minutes, item.row_id) == (T.MACHINE_DOWN, H, "d1")


def test_operator_absent_is_work_of_somebody_who_is_away() -> None:
    base = with_work(shop([alone(10)], [two_hours("b1", "op10", 0, 6)]), Segment(at(0, 6), at(0, 8), "ann"))
    ill = replace(staffed(base, ann()), absences=(Absence("a1", "ann", at(0, 0), None, "sick"),))
    item = only(ill)
    assert (item.type, item.operator_id, item.minutes, item.row_id) == (T.OPERATOR_ABSENT, "ann", 2 * H, "a1")


def test_outside_operator_calendar_is_work_outside_the_persons_own_shift() -> None:
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
def test_operator_unqualified_is_a_skill_that_does_not_hold_for_the_whole_segment(
    skills: tuple[OperatorSkill, ...], minutes: int, cause: ConflictCause
) -> None:
    base = with_work(shop([alone(10)], [two_hours("b1", "op10", 0, 6)]), Segment(at(0, 6), at(0, 8), "ann"))
    item = only(staffed(base, ann(skills=skills)))
    assert (item.type, item.minutes, item.cause) == (T.OPERATOR_UNQUALIFIED, minutes, cause)


def test_operator_missing_warns_of_work_that_needs_a_person_and_has_none() -> None:
    # Of two hours of work the setup, the first hour, needs somebody.
    item = only(shop([replace(alone(10), attendance=Attendance.SETUP)], [two_hours("b1", "op10", 0, 6)]))
    assert (item.type, item.severity, item.minutes) == (T.OPERATOR_MISSING, Severity.WARNING, H)


def test_precedence_is_a_conflict_of_both() -> None:
    # Over at 8:00, an hour must pass; the next starts at 8:00.
    waiting = replace(alone(10), min_wait_after_min=H)
    item = only(shop([waiting, alone(20)], [two_hours("b1", "op10", 0, 6), two_hours("b2", "op20", 0, 8)]))
    assert (item.type, item.minutes, item.booking_ids) == (T.PRECEDENCE, H, ("b1", "b2"))
    assert item.operation_ids == ("op10", "op20")


def test_material_missing_is_counted_until_the_item_that_comes_last_is_there() -> None:
    # The work starts at 6:00, the last item comes at 9:00.
    item = only(needing(calm(), ("a", at(0, 7)), ("b", at(0, 9)), ("c", at(0, 5))))
    assert (item.type, item.severity, item.minutes) == (T.MATERIAL_MISSING, Severity.ERROR, 3 * H)
    assert (item.spans, item.booking_ids, item.row_id) == (((at(0, 6), at(0, 9)),), ("b1",), "b")


def test_material_unknown_warns_of_an_item_of_which_nobody_knows_when_it_comes() -> None:
    item = only(needing(calm(), ("a", None)))
    assert (item.type, item.severity, item.minutes) == (T.MATERIAL_UNKNOWN, Severity.WARNING, 2 * H)
    assert (item.spans, item.order_id, item.row_id) == (((at(0, 6), at(0, 8)),), "o1", "a")


def test_late_is_an_order_that_finishes_after_its_due_date() -> None:
    # Due Wednesday 0:00, finished Wednesday 8:00.
    item = only(shop([alone(10)], [two_hours("b1", "op10", 2, 6)]))
    assert (item.type, item.severity, item.minutes, item.order_id) == (T.LATE, Severity.ERROR, 8 * H, "o1")


def test_at_risk_is_an_order_with_less_slack_than_the_buffer() -> None:
    # Finished at 8:00, due at 10:00: 2 h of slack, where the shop wants 8.
    tight = shop([alone(10)], [two_hours("b1", "op10", 0, 6)], due_at=at(0, 10))
    item = only(tight)
    assert (item.type, item.severity, item.minutes) == (T.AT_RISK, Severity.WARNING, 2 * H)


def test_not_fully_scheduled_is_one_warning_of_the_order() -> None:
    item = only(shop([alone(10), alone(20), alone(30)], [two_hours("b1", "op10", 0, 6)]))
    assert (item.type, item.severity, item.operation_ids) == (
        T.NOT_FULLY_SCHEDULED,
        Severity.WARNING,
        ("op20", "op30"),
    )


def test_duration_mismatch_warns_of_segments_that_do_not_add_up_to_the_work() -> None:
    # Three hours are booked; 1 h setup and 20 x 3 min are two.
    item = only(shop([alone(10)], [booked("b1", "op10", at(0, 6), at(0, 9))]))
    assert (item.type, item.severity, item.minutes) == (T.DURATION_MISMATCH, Severity.WARNING, H)


def test_machine_double_booked_in_closed_time_is_counted_as_elapsed() -> None:
    rows = [booked("b1", "op10", at(0, 20), at(0, 22)), booked("b2", "op20", at(0, 21), at(0, 23))]
    double = replace(EVERYTHING, types=frozenset({T.MACHINE_DOUBLE_BOOKED}))
    (item,) = found(shop([alone(10), alone(20)], rows), double).items
    # No minute of 21-22 is in a shift.
    assert item.minutes == H


def test_outside_machine_calendar_in_a_closure_names_the_closure() -> None:
    shut = CalendarException(
        "e1", ExceptionKind.CLOSURE, "Power cut", calendar_id="cal", interval=(at(0, 7), at(0, 12))
    )
    item = only(replace(shop([alone(10)], [two_hours("b1", "op10", 0, 6)]), exceptions=(shut,)))
    assert (item.type, item.minutes, item.cause, item.row_id) == (
        T.OUTSIDE_MACHINE_CALENDAR,
        H,
        ConflictCause.CLOSURE,
        "e1",
    )
