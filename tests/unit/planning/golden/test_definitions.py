"""A golden test for each row of planning-domain section 4, worked out by hand in the golden week."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from planning.availability import MachineStatus
from planning.bottlenecks import BottleneckQuestion, Level, bottlenecks
from planning.calendars import ClosedReason, ShopTimes
from planning.floor import Floor
from planning.insertion import Choice, InsertedStep, InsertionRequest, Step, insert
from planning.plan_waits import PlanWaits
from planning.rounding import coefficient, hours, percent
from planning.shop import (
    Absence,
    Booking,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    MaterialRequirement,
    ProgressReport,
)
from planning.workload import GroupBy
from tests.unit.planning.golden.week import (
    FIRST_DAY,
    WEEK,
    H,
    at,
    figures_of,
    job,
    machine_at,
    order_at,
    spread_of,
    week,
)

BREAKDOWN = DowntimeKind.BREAKDOWN


def closure(key: str, **fields: object) -> CalendarException:
    row = CalendarException(key, ExceptionKind.CLOSURE, key, calendar_id="cal")
    return replace(row, **fields)  # pyright: ignore[reportArgumentType] - the fields of CalendarException


def test_calendar_h_is_shifts_and_overtime_less_holidays_and_closures() -> None:
    shop = week(
        exceptions=(
            closure("thursday", production_date=date(2026, 11, 26)),
            closure("wednesday noon", interval=(at(2, 12), at(2, 14))),
            closure("saturday", kind=ExceptionKind.OVERTIME, interval=(at(5, 6), at(5, 10))),
        ),
        downtimes=(Downtime("d", "m1", at(0, 8), at(0, 11), BREAKDOWN),),
    )
    # 5 x 7.5 = 37.5; Thursday -7.5, Wednesday 12-14 -2, Saturday 6-10 +4. The downtime does not count here.
    assert hours(figures_of(shop, window=WEEK).calendar) == 32.0


def test_available_h_of_a_machine_is_its_calendar_less_downtime() -> None:
    shop = week(downtimes=(Downtime("d", "m1", at(0, 8), at(0, 11), BREAKDOWN),))
    # 8-11 holds 2.5 working hours, since 10:00-10:30 is a break: 37.5 - 2.5.
    assert hours(figures_of(shop, window=WEEK).available) == 35.0


def test_available_h_of_a_person_is_their_calendar_less_absence() -> None:
    shop = week(absences=(Absence("a", "ann", at(4, 0), None, "sick"),))
    # Friday is gone, and whatever follows: 4 x 7.5.
    assert hours(figures_of(shop, "ann", WEEK, GroupBy.OPERATOR).available) == 30.0


def test_load_h_counts_a_minute_booked_twice_twice_and_time_outside_too() -> None:
    shop = week(
        job("a", (at(0, 6), at(0, 8))), job("b", (at(0, 7), at(0, 9))), job("c", (at(0, 20), at(0, 21)))
    )
    # 2 + 2 + 1: 7-8 is in two of them, 20-21 in no shift.
    assert hours(figures_of(shop).load) == 5.0


def test_outside_h_is_work_where_nothing_is_available() -> None:
    shop = week(job("a", (at(0, 9), at(0, 11))), job("b", (at(0, 13), at(0, 15))))
    # The break, 10:00-10:30, and an hour after the shift.
    assert hours(figures_of(shop).outside) == 1.5


def test_busy_h_counts_each_available_minute_once() -> None:
    shop = week(
        job("a", (at(0, 6), at(0, 8))), job("b", (at(0, 7), at(0, 9))), job("c", (at(0, 13), at(0, 15)))
    )
    # 6-9 and 13-14.
    assert hours(figures_of(shop).busy) == 4.0


def test_double_booked_h_is_all_work_beyond_the_first_at_each_minute() -> None:
    shop = week(
        job("a", (at(0, 6), at(0, 8))), job("b", (at(0, 7), at(0, 9))), job("c", (at(0, 7), at(0, 8)))
    )
    # 2 + 2 + 1 hours of work in 6-9: 5 - 3.
    assert hours(figures_of(shop).double_booked) == 2.0


def test_blocked_idle_h_is_the_part_clamped_while_nobody_works() -> None:
    shop = week(job("a", (at(0, 6), at(0, 7)), (at(0, 12), at(0, 14))))
    # Clamped from 6 to 14, of which 7.5 h are available, and worked on for 3.
    assert hours(figures_of(shop).blocked_idle) == 4.5


def test_free_h_is_available_time_outside_every_booking_and_the_three_add_up() -> None:
    found = figures_of(week(job("a", (at(0, 8), at(0, 9)), (at(0, 10, 30), at(0, 11)))))
    # Clamped 8-11, 2.5 available hours of it; worked on for 1.5; 7.5 - 2.5 are free.
    assert (hours(found.free), hours(found.busy), hours(found.blocked_idle)) == (5.0, 1.5, 1.0)
    assert found.available == found.busy + found.blocked_idle + found.free


def test_utilization_pct_is_load_over_available_and_may_exceed_100() -> None:
    twice = week(job("a", (at(0, 6), at(0, 12))), job("b", (at(0, 6), at(0, 12))))
    # 12 h of work on 7.5 available hours.
    assert figures_of(twice).utilization == 160


def test_utilization_pct_of_a_person_counts_what_they_can_do_at_once() -> None:
    shop = week(
        job("a", (at(0, 6), at(0, 10)), operator="bob"), job("b", (at(0, 6), at(0, 8)), operator="bob")
    )
    # 6 h of work; Bob tends two jobs in 7.5 h: 6 / 15.
    assert figures_of(shop, "bob", group_by=GroupBy.OPERATOR).utilization == 40


def test_utilization_pct_without_available_time_is_unknown_and_any_load_is_too_much() -> None:
    saturday = (at(5, 0), at(6, 0))
    idle, loaded = (
        figures_of(week(), window=saturday),
        figures_of(week(job("a", (at(5, 6), at(5, 7)))), window=saturday),
    )
    assert (idle.utilization, idle.overloaded) == (None, False)
    assert (loaded.utilization, loaded.overloaded) == (None, True)


def test_group_is_the_sum_of_loads_over_the_sum_of_available_time() -> None:
    shop = week(
        job("a", (at(0, 6), at(0, 10)), (at(0, 12), at(0, 14))),
        job("b", (at(0, 12), at(0, 14)), machine="m2"),
        downtimes=(Downtime("d", "m2", at(0, 6), at(0, 12), BREAKDOWN),),
    )
    found = spread_of(shop)
    # M1 6 of 7.5 h (80 %), M2 2 of 2 h (100 %): 8 / 9.5, not the mean of 90 %.
    assert found.total.utilization == Fraction(8000, 95)
    assert percent(found.total.utilization or Fraction(0)) == 84.2


def test_share_pct_is_load_over_all_load_and_is_not_made_to_add_up_to_100() -> None:
    shop = week(
        *(job(key, (at(0, 6), at(0, 7)), machine="m1") for key in "ab"),
        job("c", (at(0, 6), at(0, 7)), machine="m2"),
    )
    shares = {row.key: percent(row.share or Fraction(0)) for row in spread_of(shop).rows}
    # 2 of 3 h and 1 of 3 h.
    assert shares == {"m1": 66.7, "m2": 33.3}
    apart = {key: replace(shop.operations[f"op{key}"], order_id=key) for key in "abc"}
    orders = {key: replace(shop.orders["o1"], id=key, code=key) for key in "abc"}
    by_order = spread_of(
        replace(shop, operations={o.id: o for o in apart.values()}, orders=orders), GroupBy.ORDER
    )
    # A third each: 33.3 three times, 99.9 together.
    assert [percent(row.share or Fraction(0)) for row in by_order.rows] == [33.3, 33.3, 33.3]


def test_spread_pp_is_the_highest_less_the_lowest_utilization() -> None:
    shop = week(
        job("a", (at(0, 6), at(0, 10)), (at(0, 13, 30), at(0, 14))),
        job("b", (at(0, 6), at(0, 7, 30)), machine="m2"),
    )
    # 4.5 of 7.5 h are 60 %, 1.5 of 7.5 h are 20 %.
    assert spread_of(shop).spread.spread == 40


def test_cv_is_the_deviation_of_utilizations_over_their_mean_of_members_with_capacity() -> None:
    shop = week(
        job("a", (at(0, 6), at(0, 10)), (at(0, 13, 30), at(0, 14))),
        job("b", (at(0, 6), at(0, 7, 30)), machine="m2"),
    )
    broken = replace(shop.machines["m2"], id="m3", code="M3")
    shop = replace(
        shop,
        machines={**shop.machines, "m3": broken},
        downtimes=(Downtime("d", "m3", at(0, 0), None, BREAKDOWN),),
    )
    found = spread_of(shop).spread
    # 60 % and 20 %: mean 40, both 20 away from it; M3 has no capacity and is left out.
    assert found.cv_square is not None
    assert coefficient(found.cv_square) == 0.5


def test_remaining_work_with_nothing_reported_is_what_is_booked_after_now() -> None:
    # Booked 8-10 and 10:30-11; at 9 there are left 9-10 and half an hour.
    assert (
        order_at(week(job("a", (at(0, 8), at(0, 10)), (at(0, 10, 30), at(0, 11)))), at(0, 9)).remaining == 90
    )


def test_remaining_work_with_pieces_reported_is_the_setup_left_and_the_open_pieces() -> None:
    shop = week(job("a", (at(0, 8), at(0, 10))))
    # 20 pieces of 2 min after 60 min of setup. Five are good: setup is over, 15 x 2.
    some = replace(shop, progress={"opa": (ProgressReport(at(0, 9), 5, 2),)})
    assert order_at(some, at(0, 9, 30)).remaining == 30
    # A report of none: all of it is left, 60 + 40.
    none = replace(shop, progress={"opa": (ProgressReport(at(0, 9), 0, 0),)})
    assert order_at(none, at(0, 9, 30)).remaining == 100
    # 7 open pieces of 50 s are 350 s: rounded up once, 6 min.
    quick = replace(shop.operations["opa"], alternatives=(), run_s_per_piece=50)
    odd = replace(shop, operations={"opa": quick}, progress={"opa": (ProgressReport(at(0, 9), 13, 0),)})
    assert order_at(odd, at(0, 9, 30)).remaining == 6


def test_planned_finish_is_the_last_end_and_unknown_while_an_operation_has_no_booking() -> None:
    shop = week(job("a", (at(1, 6), at(1, 8))), job("b", (at(0, 6), at(0, 9))))
    assert order_at(shop, at(0, 0)).finish == at(1, 8)
    unbooked = replace(shop, bookings=shop.bookings[:1])
    assert (order_at(unbooked, at(0, 0)).finish, order_at(unbooked, at(0, 0)).tardiness) == (None, None)


def test_tardiness_h_is_elapsed_time_from_the_due_date_to_the_finish() -> None:
    # Due Wednesday 0:00, finished Thursday 8:00.
    assert order_at(week(job("a", (at(3, 6), at(3, 8)))), at(0, 0)).tardiness == 32 * H
    # Finishing at the very minute it is due is on time.
    assert order_at(week(job("a", (at(1, 22), at(2, 0)))), at(0, 0)).tardiness == 0


def test_tardiness_working_h_is_the_sites_working_time_from_the_due_date_to_the_finish() -> None:
    # Due Wednesday 0:00, finished Thursday 8:00: all of Wednesday, 7.5 h, and 6-8 on Thursday.
    assert order_at(week(job("a", (at(3, 6), at(3, 8)))), at(0, 0)).tardiness_working == 9 * H + 30


def placed(*bookings: Booking, material_at: int | None = None) -> tuple[InsertedStep, ...]:
    """Two operations of an hour, released on Monday at 7:00; an hour must pass between them."""
    choice = (Choice(Floor(week(*bookings), WEEK).workplace("m1"), 0, H),)
    steps = (Step(choice, wait_after_min=H), Step(choice, material_at=material_at))
    return insert(InsertionRequest(steps, at(0, 7), WEEK[1])).steps


def test_wait_is_from_ready_to_start_elapsed_and_in_working_time() -> None:
    first, second = placed(job("a", (at(0, 7), at(0, 13))))
    # Released at 7:00, the machine is taken until 13:00: 6 h elapsed, 5.5 of them working (a break).
    assert (first.ready, first.start, first.wait_min, first.working_wait_min) == (
        at(0, 7),
        at(0, 13),
        360,
        330,
    )
    # Over at 14:00, an hour must pass: ready at 15:00, in closed time; starts on Tuesday at 6:00.
    assert (second.ready, second.start) == (at(0, 15), at(1, 6))
    assert (second.wait_min, second.working_wait_min) == (15 * H, 0)


def test_wait_begins_only_when_the_material_is_there() -> None:
    _, second = placed(job("a", (at(0, 11), at(0, 13))), material_at=at(0, 11, 30))
    # The first is over at 8:00, the hour at 9:00, but the material comes at 11:30: taken until 13:00.
    assert (second.ready, second.start) == (at(0, 11, 30), at(0, 13))
    assert (second.wait_min, second.working_wait_min) == (90, 90)


def test_wait_in_the_plan_adds_up_to_the_queue_before_a_machine_in_working_time() -> None:
    shop = week(job("a", (at(0, 6), at(0, 8))), job("b", (at(0, 13), at(0, 14))))
    shop = replace(shop, materials={"opb": (MaterialRequirement("m", "bar", Decimal(1), at(0, 9)),)})
    question = BottleneckQuestion(Level.MACHINE, FIRST_DAY, 85)
    found = bottlenecks(ShopTimes(shop, FIRST_DAY), PlanWaits(shop), question)
    # A: released at 0:00, starts at 6:00: no working time. B: its material is there at 9:00, it starts at
    # 13:00: 4 h elapsed, 3.5 h working.
    assert {row.key: row.queue for row in found.ranking} == {"m1": 210, "m2": 0}


def test_rounding_is_half_up_to_two_decimals_of_hours_one_of_percent_and_three_of_cv() -> None:
    # 7 min are 0.11666 h; 9 min are 0.15 h; 2001 min are 33.35 h.
    assert [hours(minutes) for minutes in (7, 9, 2001)] == [0.12, 0.15, 33.35]
    # 1.25 % and 0.05 % lie halfway: up.
    assert [percent(Fraction(*value)) for value in ((5, 4), (1, 20), (200, 3))] == [1.3, 0.1, 66.7]
    # The root of 0.3 is 0.547722...
    assert coefficient(Fraction(3, 10)) == 0.548


def test_partial_overlap_with_the_window_is_clipped_to_it() -> None:
    shop = week(job("a", (at(-1, 23), at(0, 7))), job("b", (at(0, 13), at(1, 9))))
    found = figures_of(shop)
    # Monday 0-7 and 13-24 are in the window: 7 + 11 h, of which 6-7 and 13-14 in the shift.
    assert (hours(found.load), hours(found.busy), hours(found.outside)) == (18.0, 2.0, 16.0)


def test_status_is_unavailable_free_booked_or_partially_booked_in_this_order() -> None:
    now = at(0, 0)
    whole_shift = job("a", (at(0, 6), at(0, 14)))
    broken = (Downtime("d", "m1", at(0, 0), None, BREAKDOWN),)
    down = machine_at(week(whole_shift, downtimes=broken), now)
    assert (down.status, down.reasons) == (MachineStatus.UNAVAILABLE, (ClosedReason.DOWNTIME,))
    # A booking outside the shift leaves the machine free.
    assert machine_at(week(job("a", (at(0, 20), at(0, 22)))), now).status is MachineStatus.FREE
    assert machine_at(week(whole_shift), now).status is MachineStatus.BOOKED
    assert machine_at(week(job("a", (at(0, 6), at(0, 13, 59)))), now).status is MachineStatus.PARTIALLY_BOOKED


def test_current_order_is_each_booking_that_holds_the_machine_now_and_whether_it_runs() -> None:
    shop = week(job("late", (at(0, 9), at(0, 11))), job("long", (at(0, 8), at(0, 9)), (at(0, 12), at(0, 13))))
    # At 9:30 both hold it, the one that began first comes first; it pauses, the other runs.
    both = machine_at(shop, at(0, 9, 30)).current
    assert [(c.booking.id, c.running) for c in both] == [("long", False), ("late", True)]
    # At 10:15, in the break, nothing runs. At 13:00 the last has ended.
    assert [c.running for c in machine_at(shop, at(0, 10, 15)).current] == [False, False]
    assert machine_at(shop, at(0, 13)).current == ()


def test_next_available_is_the_first_minute_from_now_at_which_enough_work_fits() -> None:
    shop = week(job("a", (at(0, 6), at(0, 9))), job("b", (at(0, 11), at(0, 14))))

    def start(minutes: int, as_of: int = at(0, 6)) -> int | None:
        found = machine_at(shop, as_of, minutes=minutes, horizon_days=2).next_slot
        return None if found is None else found.start

    # Between 9:00 and 11:00 there are 1.5 working hours: the break pauses the work.
    assert start(90) == at(0, 9)
    # One minute more fits only on Tuesday.
    assert start(91) == at(1, 6)
    # From now on, not from the window's beginning: at 9:31 an hour no longer fits before 11:00.
    assert (start(60, at(0, 9, 30)), start(60, at(0, 9, 31))) == (at(0, 9, 30), at(1, 6))
    # Until Wednesday 6:00 there are 9 h; 16 h are beyond the horizon.
    assert start(16 * H) is None
