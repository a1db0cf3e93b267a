"""What is left of an operation: by reports of the floor where there are some, else by the plan."""

from dataclasses import replace
from fractions import Fraction

import pytest

from planning.calendars import ShopTimes
from planning.order_status import OrderReport, OrderReports
from planning.shop import Booking, BookingStatus, ProgressReport, Shop
from tests.unit.planning.order_shop import MONDAY, WINDOW, H, at, booked, shop, step

# Twenty pieces take 60 min of setup and 120 s a piece on M1: 100 min.
NINE = at(0, 9)


def begun(
    *reports: ProgressReport, quantity: int = 20, status: BookingStatus = BookingStatus.IN_PROGRESS
) -> Shop:
    base = shop([step(10)], [booked("b1", "op10", at(0, 8), at(0, 10), status)], quantity=quantity)
    return replace(base, progress={"op10": reports})


def report(base: Shop, as_of: int = NINE) -> OrderReport:
    return OrderReports(ShopTimes(base, WINDOW), as_of).of(base.orders["o1"])


def remaining(base: Shop, as_of: int = NINE) -> int:
    return report(base, as_of).figures.remaining


def test_with_nothing_reported_what_is_booked_after_now_is_left() -> None:
    assert remaining(begun()) == H


@pytest.mark.parametrize(
    ("good", "scrap", "left"),
    [
        (5, 0, 30),  # 15 pieces at 2 min
        (5, 3, 30),  # scrap has to be made again
        (0, 1, 40),  # the first piece, bad as it was, ended the setup
        (0, 0, 100),  # nothing made yet: all of the setup and of the run
        (20, 0, 0),
        (23, 4, 0),  # more than was ordered
    ],
)
def test_with_pieces_reported_the_open_pieces_are_left(good: int, scrap: int, left: int) -> None:
    assert remaining(begun(ProgressReport(at(0, 8) + 30, good, scrap))) == left


def test_run_time_of_the_open_pieces_is_rounded_up_once() -> None:
    base = begun(ProgressReport(at(0, 8) + 30, 17))
    odd = replace(base.operations["op10"], alternatives=(), setup_min=10, run_s_per_piece=25)
    # 3 pieces of 25 s are 75 s.
    assert remaining(replace(base, operations={"op10": odd})) == 2


def test_reports_add_up_and_those_of_later_do_not_count() -> None:
    base = begun(ProgressReport(at(0, 8), 5), ProgressReport(NINE, 5), ProgressReport(NINE + 1, 10))
    assert remaining(base) == 20
    assert remaining(base, NINE + 1) == 0
    assert remaining(base, at(0, 8)) == 30
    assert remaining(base, at(0, 8) - 1) == 120


def test_reports_before_the_first_booking_count() -> None:
    base = begun(ProgressReport(at(0, 6), 10), status=BookingStatus.PLANNED)
    assert remaining(base, at(0, 7)) == 20


def test_work_without_a_booking_is_left_by_its_open_pieces() -> None:
    base = replace(begun(ProgressReport(at(0, 8), 10)), bookings=())
    # No machine yet: 90 s a piece, the operation's own.
    assert remaining(base) == 15


def test_each_further_machine_that_has_not_begun_needs_its_own_setup() -> None:
    base = begun(ProgressReport(at(0, 8) + 30, 10))
    second = booked("b2", "op10", at(0, 11), at(0, 12))
    assert remaining(replace(base, bookings=(*base.bookings, second))) == 60 + 20


def test_what_is_reported_done_has_nothing_left_whatever_the_pieces_say() -> None:
    base = begun(ProgressReport(at(0, 8), 3), status=BookingStatus.DONE)
    found = report(base)
    assert (found.figures.remaining, found.next_operation) == (0, None)


def test_an_operation_with_open_pieces_is_not_over_though_its_time_has_passed() -> None:
    late = report(begun(ProgressReport(at(0, 9), 15)), at(0, 11))
    assert late.next_operation is not None
    assert late.figures.remaining == 10
    assert report(begun(), at(0, 11)).next_operation is None


def test_an_operation_of_which_all_pieces_are_good_is_over_before_its_time() -> None:
    assert report(begun(ProgressReport(NINE, 20))).next_operation is None


def test_an_order_of_no_pieces_has_nothing_left_once_reported() -> None:
    assert remaining(begun(ProgressReport(at(0, 8), 0), quantity=0)) == 0


def test_critical_ratio_and_work_slack_follow_what_is_reported() -> None:
    figures = report(begun(ProgressReport(at(0, 8) + 30, 5))).figures
    # Monday 9:00 to 14:00 and all of Tuesday: 13 h to the due date, 30 min of work.
    assert figures.work_slack == 13 * H - 30
    assert figures.critical_ratio == Fraction(13 * H, 30)


def test_progress_on_a_milestone_leaves_it_without_work() -> None:
    base = shop([step(10, milestone=True)], [], release_at=MONDAY)
    assert remaining(replace(base, progress={"op10": (ProgressReport(MONDAY, 1),)})) == 0


def test_pieces_of_one_operation_on_two_machines_are_counted_together() -> None:
    rows = (Booking("b0", "op10", "m1", at(0, 6), at(0, 7), BookingStatus.DONE),)
    base = begun(ProgressReport(at(0, 7), 10), ProgressReport(at(0, 8) + 30, 5))
    assert remaining(replace(base, bookings=(*rows, *base.bookings))) == 10
