"""Which machine is the bottleneck, what queues before it, and what one more hour is worth."""

from dataclasses import replace
from fractions import Fraction

from planning.bottlenecks import BottleneckQuestion, Bottlenecks, DelayedOrder, Level, bottlenecks
from planning.calendars import ShopTimes
from planning.plan_waits import PlanWaits
from planning.shop import (
    Alternative,
    Attendance,
    Booking,
    Operation,
    OrderStatus,
    Shop,
    WorkCenter,
)
from tests.unit.planning.order_shop import DAY, MONDAY, WINDOW, H, at, booked, shop, step

TWO_DAYS = BottleneckQuestion(Level.MACHINE, (MONDAY, MONDAY + DAY, MONDAY + 2 * DAY), 85)


def alone(number: int) -> Operation:
    """Two hours on M1 without anybody; the only operation of its order."""
    row = step(10, attendance=Attendance.NONE, alternatives=(Alternative("m1", 60, 180),))
    return replace(row, id=f"op{number}", order_id=f"o{number}")


def two_machines(*bookings: Booking) -> Shop:
    """Each booking is an order of its own, released on Monday and due a day later."""
    base, numbers = shop([], []), range(1, max(1, len(bookings)) + 1)
    first = replace(base.orders["o1"], due_at=at(1, 0))
    m1 = base.machines["m1"]
    return replace(
        base,
        orders={f"o{i}": replace(first, id=f"o{i}", code=f"WO-{i}") for i in numbers},
        operations={f"op{i}": alone(i) for i in numbers},
        machines={"m1": m1, "m2": replace(m1, id="m2", code="M2", work_center_id="wc2")},
        work_centers={**base.work_centers, "wc2": WorkCenter("wc2", "WC2")},
        bookings=bookings,
    )


def full_monday() -> Booking:
    return booked("b1", "op1", at(0, 6), at(0, 14))


def ask(base: Shop, question: BottleneckQuestion = TWO_DAYS) -> Bottlenecks:
    return bottlenecks(ShopTimes(base, WINDOW), PlanWaits(base), question)


def test_a_machine_below_the_threshold_is_only_the_highest_load() -> None:
    found = ask(two_machines(full_monday()))
    assert (found.bottleneck, found.ranking[0].code) == (None, "M1")
    assert found.ranking[0].figures.utilization == 50


def test_the_fullest_machine_over_the_threshold_is_the_bottleneck_with_its_peak() -> None:
    base = two_machines(full_monday(), booked("b2", "op2", at(1, 6), at(1, 13)))
    found = ask(base).bottleneck
    assert found is not None
    assert (found.code, found.figures.utilization) == ("M1", Fraction(100 * 15, 16))
    assert (found.peak, found.peak_utilization) == (0, 100)


def test_exactly_at_the_threshold_is_no_bottleneck() -> None:
    question = replace(TWO_DAYS, threshold_pct=50)
    assert ask(two_machines(full_monday()), question).bottleneck is None


def test_equal_utilization_is_ranked_by_load_then_code() -> None:
    found = ask(two_machines())
    assert [row.code for row in found.ranking] == ["M1", "M2"]


def test_a_work_center_is_all_its_machines_together() -> None:
    base = two_machines(full_monday())
    together = replace(base, machines={k: replace(m, work_center_id="wc") for k, m in base.machines.items()})
    found = ask(together, replace(TWO_DAYS, level=Level.WORK_CENTER))
    assert [(row.code, row.machine_ids, row.figures.utilization) for row in found.ranking] == [
        ("WC", ("m1", "m2"), 25),
        ("WC2", (), None),
    ]


def test_queue_hours_are_working_hours_that_work_stood_ready() -> None:
    base = two_machines(full_monday(), booked("b2", "op2", at(1, 6), at(1, 8)))
    # The second order was released on Monday 00:00 and waited for Monday's whole shift.
    assert ask(base).ranking[0].queue == 8 * H


def test_late_orders_that_waited_for_other_work_are_named_with_their_wait() -> None:
    base = two_machines(full_monday(), booked("b2", "op2", at(1, 6), at(1, 8)))
    assert ask(base).ranking[0].delayed == (DelayedOrder("o2", 8 * H),)


def test_orders_that_are_not_open_do_not_queue() -> None:
    base = two_machines(booked("b1", "op1", at(1, 6), at(1, 8)))
    draft = replace(base.orders["o1"], status=OrderStatus.DRAFT)
    assert ask(replace(base, orders={"o1": draft})).ranking[0].queue == 0
