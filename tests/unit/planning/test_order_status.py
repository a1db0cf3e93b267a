"""How an order stands: each figure of planning-domain sections 1 and 4 that belongs to an order."""

from fractions import Fraction

import pytest

from leadhand.errors import InvalidRouting
from planning.calendars import ShopTimes
from planning.conflict_items import ConflictType
from planning.conflicts import all_conflicts
from planning.order_status import OrderReport, OrderReports, Outlook
from planning.routings import op_minutes
from planning.shop import (
    BookingStatus,
    OrderStatus,
    Shop,
)
from tests.unit.planning.order_shop import DAY, MONDAY, WINDOW, H, at, booked, shop, step


def report(shop: Shop, as_of: int = MONDAY) -> OrderReport:
    return OrderReports(ShopTimes(shop, WINDOW), as_of).of(shop.orders["o1"])


def test_an_order_finishes_when_its_last_operation_does() -> None:
    found = report(
        shop(
            [step(10), step(20)],
            [booked("b2", "op20", at(1, 6), at(1, 8)), booked("b1", "op10", at(0, 6), at(0, 9))],
        )
    )
    assert found.figures.finish == at(1, 8)
    assert found.outlook is Outlook.ON_TIME
    assert found.figures.slack == 16 * H


def test_an_order_with_an_operation_outside_the_plan_has_no_finish_and_is_never_late() -> None:
    found = report(shop([step(10), step(20)], [booked("b1", "op10", at(5, 6), at(5, 9))]))
    assert (found.figures.finish, found.figures.tardiness, found.outlook) == (None, None, Outlook.UNSCHEDULED)
    assert [o.operation.seq for o in found.unscheduled] == [20]


def test_lateness_is_elapsed_and_on_the_site_calendar() -> None:
    found = report(shop([step(10)], [booked("b1", "op10", at(2, 6), at(3, 8))]))
    assert found.outlook is Outlook.LATE
    # Due Wednesday 00:00, finished Thursday 08:00: a whole shift on Wednesday and two hours on Thursday.
    assert (found.figures.tardiness, found.figures.tardiness_working) == (32 * H, 10 * H)
    assert found.figures.slack == -32 * H


def test_finishing_exactly_when_it_is_due_is_on_time_but_at_risk() -> None:
    found = report(shop([step(10)], [booked("b1", "op10", at(1, 20), at(2, 0))]))
    assert (found.outlook, found.figures.tardiness, found.figures.slack) == (Outlook.AT_RISK, 0, 0)


def test_at_risk_means_less_slack_than_the_shops_buffer() -> None:
    seven_hours = shop([step(10)], [booked("b1", "op10", at(1, 6), at(1, 17))])
    eight_hours = shop([step(10)], [booked("b1", "op10", at(1, 6), at(1, 16))])
    assert report(seven_hours).outlook is Outlook.AT_RISK
    assert report(eight_hours).outlook is Outlook.ON_TIME


def test_remaining_work_is_what_lies_after_now_and_all_of_what_has_no_booking() -> None:
    found = report(shop([step(10), step(20)], [booked("b1", "op10", at(0, 6), at(0, 10))]), as_of=at(0, 8))
    assert found.figures.remaining == 2 * H + 60
    assert found.figures.remaining_unscheduled == 60


def test_critical_ratio_and_work_slack_compare_working_time_with_remaining_work() -> None:
    found = report(shop([step(10)], [booked("b1", "op10", at(0, 6), at(0, 10))]), as_of=at(0, 6))
    # Two shifts of eight hours until Wednesday 00:00, four hours of work.
    assert found.figures.critical_ratio == Fraction(16, 4)
    assert found.figures.work_slack == 12 * H


def test_the_next_operation_is_the_first_that_is_not_over() -> None:
    rows = [booked("b1", "op10", at(0, 6), at(0, 9)), booked("b2", "op20", at(0, 9), at(0, 11))]
    found = report(shop([step(10), step(20)], rows), as_of=at(0, 10))
    assert found.next_operation is not None
    assert found.next_operation.operation.seq == 20


def test_work_that_is_reported_done_is_over_before_its_planned_end() -> None:
    rows = [
        booked("b1", "op10", at(0, 6), at(0, 9), BookingStatus.DONE),
        booked("b2", "op20", at(0, 9), at(0, 11)),
    ]
    found = report(shop([step(10), step(20)], rows), as_of=at(0, 7))
    assert found.next_operation is not None
    assert found.next_operation.operation.seq == 20
    assert found.figures.remaining == 2 * H


def test_subcontracted_work_takes_its_elapsed_time_without_a_booking() -> None:
    outside = step(20, alternatives=(), subcontract_minutes=2 * DAY)
    found = report(
        shop([step(10, min_wait_after_min=30), outside], [booked("b1", "op10", at(0, 6), at(0, 9))])
    )
    assert found.figures.finish == at(2, 9) + 30


def test_a_milestone_is_over_when_what_precedes_it_is() -> None:
    found = report(
        shop(
            [step(10), step(20, milestone=True, alternatives=())], [booked("b1", "op10", at(0, 6), at(0, 9))]
        )
    )
    assert found.figures.finish == at(0, 9)
    assert found.figures.remaining == 3 * H


@pytest.mark.parametrize("release", [None, at(0, 5)])
def test_a_milestone_before_all_work_keeps_no_order_from_its_finish(release: int | None) -> None:
    """As an import makes one of a first operation without time; the order may say no release."""
    steps = [step(10, milestone=True, alternatives=()), step(20)]
    found = report(shop(steps, [booked("b1", "op20", at(0, 6), at(0, 9))], release_at=release))
    assert (found.figures.finish, found.outlook) == (at(0, 9), Outlook.ON_TIME)
    nothing_booked = report(shop(steps, [], release_at=release))
    assert nothing_booked.figures.finish is None


def test_a_milestone_begins_no_work_outside_that_follows_it() -> None:
    outside = step(20, subcontract_minutes=DAY, alternatives=())
    steps = [step(10, milestone=True, alternatives=()), outside, step(30)]
    base = shop(steps, [booked("b1", "op30", at(0, 6), at(0, 9))], release_at=None)
    assert report(base).figures.finish is None
    assert ConflictType.PRECEDENCE not in {c.type for c in all_conflicts(ShopTimes(base, WINDOW)).items}


def test_a_wait_after_a_first_milestone_is_over_when_work_begins() -> None:
    steps = [step(10, milestone=True, alternatives=(), min_wait_after_min=60), step(20)]
    base = shop(steps, [booked("b1", "op20", at(0, 6), at(0, 9))], release_at=None)
    assert report(base).figures.finish == at(0, 9)
    assert ConflictType.PRECEDENCE not in {c.type for c in all_conflicts(ShopTimes(base, WINDOW)).items}


def test_work_outside_that_nobody_knows_the_beginning_of_has_no_end() -> None:
    steps = [step(10, subcontract_minutes=DAY, alternatives=()), step(20)]
    rows = [booked("b1", "op20", at(0, 6), at(0, 9))]
    assert report(shop(steps, rows, release_at=None)).figures.finish is None
    assert report(shop(steps, rows, release_at=MONDAY)).figures.finish == at(1, 0)


def test_without_a_due_date_nothing_is_late() -> None:
    found = report(shop([step(10)], [booked("b1", "op10", at(9, 6), at(9, 9))], due_at=None))
    assert (found.outlook, found.figures.slack, found.figures.critical_ratio) == (
        Outlook.NO_DUE_DATE,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("status", "outlook"), [(OrderStatus.DONE, Outlook.DONE), (OrderStatus.CANCELLED, Outlook.CANCELLED)]
)
def test_an_order_that_is_closed_is_neither_late_nor_at_risk(status: OrderStatus, outlook: Outlook) -> None:
    assert (
        report(shop([step(10)], [booked("b1", "op10", at(9, 6), at(9, 9))], status=status)).outlook is outlook
    )


def test_branches_of_a_routing_are_awaited_together() -> None:
    operations = [
        step(10, predecessor_ids=()),
        step(20, predecessor_ids=()),
        step(30, predecessor_ids=("op10", "op20")),
    ]
    rows = [
        booked("b1", "op10", at(0, 6), at(0, 7)),
        booked("b2", "op20", at(0, 7), at(0, 12)),
        booked("b3", "op30", at(1, 6), at(1, 7)),
    ]
    last = report(shop(operations, rows)).operations[-1]
    assert (last.operation.seq, last.done_before) == (30, at(0, 12))


def test_operations_that_wait_for_one_another_are_refused() -> None:
    operations = [step(10, predecessor_ids=("op20",)), step(20, predecessor_ids=("op10",))]
    with pytest.raises(InvalidRouting, match="wait for one another") as refused:
        report(shop(operations, []))
    assert set(refused.value.details["operations"]) == {10, 20}  # pyright: ignore[reportArgumentType]


def test_run_time_is_rounded_up_once_and_a_machine_has_its_own_times() -> None:
    operation = step(10)
    assert op_minutes(operation, 7) == 30 + 11
    assert op_minutes(operation, 7, "m1") == 60 + 14
