"""Capacity: each verdict, each option and each limit worked out by hand on a small shop."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from leadhand.errors import BeyondHorizon, InvalidDuration, InvalidRouting, LeadhandError, NoEligibleMachine
from planning.capacity import Verdict, rank
from planning.capacity_limits import Limit, LimitKind
from planning.capacity_options import OptionKind
from planning.capacity_question import WorkDemand, answer_question, attended_minutes, order_minutes
from planning.floor import Floor
from planning.shop import (
    Attendance,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Shift,
    Shop,
)
from tests.unit.planning.capacity_shop import (
    DECEMBER,
    ask,
    at,
    booking,
    hours_on,
    question,
    small_shop,
    with_mill,
)


def finishes(shop: Shop, hours: float, *machines: str, setup_min: int = 0) -> dict[OptionKind, int]:
    return {o.kind: o.finish for o in hours_on(shop, hours, *machines, setup_min=setup_min).options}


# The 50-hour order. A day holds 8 hours: 06:00 to 14:30 less half an hour.


def test_fifty_hours_on_an_empty_machine_take_six_days_and_two_hours() -> None:
    answer = hours_on(small_shop(), 50, "M1")
    assert answer.verdict is Verdict.YES
    assert answer.needed_min == 3000
    assert answer.answer is not None
    assert answer.answer.start == at(1, "06:00")
    # Tue 1 to Fri 4: 32 h, Mon 7 and Tue 8: 48 h, Wed 9: the last 2 h.
    assert answer.answer.finish == at(9, "08:00")


def test_one_block_never_spans_a_booking_while_pieces_use_the_gap_before_it() -> None:
    shop = small_shop(booking("M1", at(2, "10:00"), at(2, "12:00")))
    assert finishes(shop, 50, "M1") == {
        # From Wed 12:00: 2.5 h, Thu and Fri 16 h, Mon to Wed 24 h, Thu 10: 7.5 h and the break.
        OptionKind.ONE_BLOCK: at(10, "14:00"),
        # Tue 8 h and Wed to 10:00 3.5 h, then 38.5 h from Wed 12:00: the last 4 h on Wed 9.
        OptionKind.PIECES: at(9, "10:30"),
    }


def test_every_piece_pays_its_own_setup() -> None:
    shop = small_shop(booking("M1", at(2, "10:00"), at(2, "12:00")))
    found = finishes(shop, 50, "M1", setup_min=60)
    assert found[OptionKind.PIECES] == at(9, "12:30")
    answer = hours_on(shop, 50, "M1", setup_min=60)
    assert answer.needed_min == 3060
    pieces = next(o for o in answer.options if o.kind is OptionKind.PIECES)
    assert [part.pieces for part in pieces.parts] == [2370, 630]


def test_a_gap_no_longer_than_the_setup_is_left_alone() -> None:
    shop = small_shop(booking("M1", at(1, "07:00"), at(1, "14:30")))
    assert finishes(shop, 8, "M1", setup_min=60) == {OptionKind.ONE_BLOCK: at(3, "07:00")}


def test_lots_run_in_parallel_and_each_pays_a_setup() -> None:
    answer = hours_on(small_shop(), 14, "M1", "M2", setup_min=60)
    by_kind = {option.kind: option for option in answer.options}
    assert by_kind[OptionKind.ONE_BLOCK].finish == at(2, "13:30")
    lots = by_kind[OptionKind.LOTS]
    assert (lots.finish, [part.pieces for part in lots.parts]) == (at(1, "14:30"), [420, 420])
    assert OptionKind.PIECES not in by_kind


def test_a_split_that_brings_nothing_is_not_an_option() -> None:
    assert [o.kind for o in hours_on(small_shop(), 4, "M1").options] == [OptionKind.ONE_BLOCK]


def test_pieces_of_a_routing_are_whole() -> None:
    # 100-minute pieces: a gap of 210 minutes holds two, not 2.1.
    shop = small_shop(booking("M1", at(1, "10:00"), at(1, "14:30")))
    answer = ask(shop, question(WorkDemand(("M1",), "turn", 0, 6000), quantity=3))
    pieces = next(o for o in answer.options if o.kind is OptionKind.PIECES)
    assert sorted(part.pieces for part in pieces.parts) == [1, 2]
    assert pieces.finish == at(2, "07:40")


def test_run_time_is_rounded_up_once_per_block() -> None:
    answer = ask(small_shop(), question(WorkDemand(("M1",), "turn", 10, 25), quantity=7))
    assert answer.needed_min == 13


def test_work_that_may_not_pause_fits_only_into_one_open_stretch() -> None:
    whole = WorkDemand(("M1",), "turn", 0, 60, splittable=False)
    answer = ask(small_shop(), question(whole, quantity=300))
    assert answer.answer is not None
    assert (answer.answer.start, answer.answer.finish) == (at(1, "09:30"), at(1, "14:30"))
    longer = ask(small_shop(), question(whole, quantity=301))
    assert [o.kind for o in longer.options] == [OptionKind.PIECES]


def test_lots_given_by_the_caller_bound_every_split() -> None:
    shop = small_shop(booking("M1", at(2, "10:00"), at(2, "12:00")), machines=("M1", "M2", "M3"))
    two = hours_on(shop, 24, lots=2)
    assert [o.kind for o in two.options] == [OptionKind.ONE_BLOCK, OptionKind.LOTS]
    assert len(two.options[1].parts) == 2
    one = hours_on(shop, 24, lots=1)
    assert [o.kind for o in one.options] == [OptionKind.ONE_BLOCK]


def test_a_routing_goes_through_its_steps_one_after_the_other() -> None:
    shop = with_mill(small_shop())
    steps = (
        WorkDemand(("M1",), "turn", 30, 600, wait_after_min=60),
        WorkDemand(elapsed_min=24 * 60, setup_min=0, run_s_per_piece=0),
        WorkDemand(("X1",), "mill", 0, 300),
    )
    answer = ask(shop, question(*steps, quantity=15))
    assert answer.answer is not None
    turned, outside, milled = answer.answer.works
    # 180 minutes turned by 09:00, ready for the subcontractor an hour later, a day there.
    assert (turned.start, turned.end) == (at(1, "06:00"), at(1, "09:00"))
    assert (outside.ready, outside.end) == (at(1, "10:00"), at(2, "10:00"))
    assert (milled.start, milled.end) == (at(2, "10:00"), at(2, "11:15"))
    assert [c.needed_min for c in answer.centers] == [180, 75]


# Verdicts

ONE_DAY = (at(1), at(2))
ONE_WEEK = (at(7), at(14))


def test_yes_when_one_block_is_in_time_exactly() -> None:
    answer = hours_on(small_shop(), 8, "M1", window=(at(1), at(1, "14:30")))
    assert answer.verdict is Verdict.YES
    assert answer.shortfall_min == 0


def test_no_when_a_minute_is_missing() -> None:
    answer = hours_on(small_shop(overtime=()), 8 + 1 / 60, "M1", window=ONE_DAY)
    assert answer.verdict is Verdict.NO
    assert answer.shortfall_min == 1
    assert answer.answer is not None
    assert answer.answer.finish == at(2, "06:01")


def test_yes_split_when_only_lots_or_pieces_are_in_time() -> None:
    answer = hours_on(small_shop(), 10, window=ONE_DAY)
    assert answer.verdict is Verdict.YES_SPLIT
    assert answer.answer is not None
    assert answer.answer.kind is OptionKind.LOTS


def test_the_simplest_split_in_time_is_taken_not_the_earliest() -> None:
    shop = small_shop(machines=("M1", "M2", "M3", "M4"))
    answer = hours_on(shop, 14, window=ONE_DAY)
    assert answer.answer is not None
    assert len(answer.answer.parts) == 2
    assert max(len(option.parts) for option in answer.options) == 4


def test_yes_over_target_when_utilization_afterwards_passes_it() -> None:
    exact = hours_on(small_shop(), 8, "M1", window=(at(1), at(3)), target=50)
    assert (exact.verdict, exact.centers[0].after_pct) == (Verdict.YES, 50)
    over = hours_on(small_shop(), 8 + 1 / 60, "M1", window=(at(1), at(3)), target=50)
    assert over.verdict is Verdict.YES_OVER_TARGET


def test_yes_with_overtime_takes_the_first_slots_that_do_and_says_what_they_are_used_for() -> None:
    # Mon 7 to Fri 11: 40 h; one Saturday of 6 h makes 44 possible, and 4 of its hours are used.
    shop = small_shop()
    answer = hours_on(shop, 44, "M1", window=(at(7), at(20)))
    assert answer.verdict is Verdict.YES
    answer = hours_on(shop, 44, "M1", window=ONE_WEEK)
    assert answer.verdict is Verdict.YES_WITH_OVERTIME
    assert answer.shortfall_min == 240
    assert [(use.slot, use.used_min, use.machines) for use in answer.overtime.used] == [
        ((at(12, "06:00"), at(12, "12:00")), 240, ("M1",))
    ]
    assert answer.plan is not None
    assert answer.plan.finish == at(12, "10:00")
    assert answer.centers[0].after_pct == Fraction(100 * 44, 46)


def test_overtime_is_added_in_order_of_time_and_no_more_than_needed() -> None:
    evenings = tuple((at(day, "15:00"), at(day, "17:00")) for day in (10, 8, 9, 7))
    answer = hours_on(small_shop(), 43, "M1", window=(at(7), at(12)), overtime=evenings)
    assert answer.verdict is Verdict.YES_WITH_OVERTIME
    assert [use.slot[0] for use in answer.overtime.used] == [at(7, "15:00"), at(8, "15:00")]
    assert [use.used_min for use in answer.overtime.used] == [120, 120]


def test_a_minute_in_two_overtime_slots_counts_once() -> None:
    twice = ((at(7, "15:00"), at(7, "17:00")), (at(7, "16:00"), at(7, "18:00")))
    answer = hours_on(small_shop(), 43, "M1", window=(at(7), at(12)), overtime=twice)
    assert [use.used_min for use in answer.overtime.used] == [120, 60]
    assert answer.overtime.used_min == 180


def test_no_says_what_all_overtime_would_leave_open() -> None:
    answer = hours_on(small_shop(), 50, "M1", window=ONE_WEEK)
    assert answer.verdict is Verdict.NO
    assert answer.shortfall_min == 600
    assert answer.overtime.shortfall_min == 240
    assert answer.overtime.answer is not None
    assert answer.overtime.answer.finish == at(14, "10:30")
    assert answer.overtime.brings_forward_min == at(15, "08:00") - at(14, "10:30")


def test_an_order_larger_than_the_horizon_has_no_finish() -> None:
    answer = hours_on(small_shop(), 9000, "M1")
    assert answer.verdict is Verdict.NO
    assert (answer.answer, answer.options, answer.limits) == (None, (), ())


def test_a_setup_for_each_gap_can_leave_less_room_than_the_hours_say() -> None:
    # Two gaps of 4 hours and 3.5 hours hold 5.5 hours besides their setups of an hour.
    shop = small_shop(booking("M1", at(1, "10:00"), at(1, "10:30")), overtime=())
    answer = hours_on(shop, 6, "M1", setup_min=60, window=ONE_DAY)
    assert answer.centers[0].shortfall_min == 0
    assert (answer.verdict, answer.shortfall_min) == (Verdict.NO, 30)


def test_the_best_work_center_is_the_easiest_verdict_then_the_earliest_finish() -> None:
    shop = small_shop(booking("M1", at(1, "06:00"), at(1, "10:00")))
    yes_late, yes_early = hours_on(shop, 8, "M1"), hours_on(shop, 8, "M2")
    no = hours_on(small_shop(overtime=()), 9, "M1", window=ONE_DAY)
    assert sorted([no, yes_late, yes_early], key=rank) == [yes_early, yes_late, no]


# What limits


def test_an_hour_more_on_the_machine_brings_its_block_an_hour_forward() -> None:
    assert hours_on(small_shop(), 50, "M1").limits == (Limit(LimitKind.MACHINE_HOURS, "M1", gain_min=60),)


def test_an_hour_at_the_right_place_can_save_a_weekend() -> None:
    answer = hours_on(small_shop(), 32.5, "M1")
    assert answer.answer is not None
    assert answer.answer.finish == at(7, "06:30")
    [limit] = answer.limits
    # With an hour more on Tuesday it is done on Friday 14:00.
    assert limit.gain_min == at(7, "06:30") - at(4, "14:00")


def test_machines_that_share_the_work_share_the_gain() -> None:
    answer = hours_on(small_shop(), 20, lots=2, window=(at(1), at(2, "14:30")))
    assert [(x.machine_id, x.gain_min) for x in answer.limits] == [("M1", 30), ("M2", 30)]


def test_where_no_hour_helps_the_longest_wait_is_named() -> None:
    shop = small_shop(booking("M1", at(1, "00:00"), at(1, "10:00")))
    round_the_clock = tuple(Shift(day, 0, 0, ends_next_day=True) for day in range(1, 8))
    calendar = replace(shop.calendars["day"], shifts=round_the_clock)
    shop = replace(shop, calendars={"day": calendar})
    assert hours_on(shop, 5, "M1").limits == (Limit(LimitKind.WAIT_BUSY, "M1", wait_min=600),)


# Overtime obeys the calendar


def closed(day: int) -> CalendarException:
    return CalendarException(
        f"c{day}", ExceptionKind.CLOSURE, "Holiday", calendar_id="day", production_date=date(2026, 12, day)
    )


def test_standard_overtime_falls_away_on_a_holiday_and_named_overtime_does_not() -> None:
    shop = replace(small_shop(), exceptions=(closed(12),))
    assert hours_on(shop, 44, "M1", window=ONE_WEEK).verdict is Verdict.NO
    named = ((at(12, "06:00"), at(12, "12:00")),)
    assert hours_on(shop, 44, "M1", window=ONE_WEEK, overtime=named).verdict is Verdict.YES_WITH_OVERTIME


def test_overtime_opens_no_machine_that_is_down() -> None:
    down = Downtime("d1", "M1", at(12), at(13), DowntimeKind.MAINTENANCE)
    shop = replace(small_shop(), downtimes=(down,))
    assert hours_on(shop, 44, "M1", window=ONE_WEEK).verdict is Verdict.NO


def test_overtime_on_time_that_is_open_anyway_adds_nothing() -> None:
    inside = ((at(8, "06:00"), at(8, "09:00")),)
    answer = hours_on(small_shop(), 44, "M1", window=ONE_WEEK, overtime=inside)
    assert (answer.verdict, answer.case.overtime.slots) == (Verdict.NO, ())


def test_overtime_that_is_not_needed_still_shows_what_it_changes() -> None:
    answer = hours_on(small_shop(), 50, "M1")
    assert answer.verdict is Verdict.YES
    # Saturday 5 December takes 6 of the hours: done on Tuesday 8 at 10:30 instead of Wednesday 08:00.
    assert answer.overtime.brings_forward_min == at(9, "08:00") - at(8, "10:30")


# What cannot be asked


@pytest.mark.parametrize(
    ("routing", "quantity", "error"),
    [
        ((), 1, InvalidRouting),
        ((WorkDemand(("M1",), "turn"),), 0, InvalidRouting),
        ((WorkDemand(("M1",), "turn", -1),), 1, InvalidRouting),
        ((WorkDemand(("M1",), "turn", 0, 0),), 1, InvalidRouting),
        ((WorkDemand((), "turn"),), 1, NoEligibleMachine),
        ((WorkDemand(("M1",), "turn"),), 600_001, InvalidDuration),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_by_name(
    routing: tuple[WorkDemand, ...], quantity: int, error: type[LeadhandError]
) -> None:
    with pytest.raises(error):
        ask(small_shop(), question(*routing, quantity=quantity))


def test_a_window_beyond_the_floor_is_refused() -> None:
    demand = WorkDemand(("M1",), "turn")
    with pytest.raises(BeyondHorizon):
        ask(small_shop(), question(demand, quantity=1, window=(at(1), at(1, month=7, year=2027))))
    with pytest.raises(NoEligibleMachine):
        answer_question(Floor(small_shop(), DECEMBER), replace(question(demand, quantity=1), alternatives=()))


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [(50, 3000), (0.01, 1), (0.1, 6), (1.005, 60), (1.01, 61), (33.33, 2000), (10_000, 600_000)],
)
def test_hours_become_exact_minutes_a_half_rounded_up(hours: float, minutes: int) -> None:
    assert order_minutes(hours) == minutes


@pytest.mark.parametrize("hours", [0, -5, 0.001, 10_000.01, float("nan"), float("inf"), -float("inf"), 1e300])
def test_hours_out_of_bounds_are_refused(hours: float) -> None:
    with pytest.raises(InvalidDuration):
        order_minutes(hours)


def test_attended_minutes_follow_the_attendance() -> None:
    floor = Floor(small_shop(), DECEMBER)
    place = (floor.workplace("M1"),)
    demands = dict.fromkeys(Attendance, 0)
    answer = ask(small_shop(), question(WorkDemand(("M1",), "turn", 10, 60), quantity=20))
    [work] = answer.case.works
    for attendance in demands:
        demands[attendance] = attended_minutes([replace(work, attendance=attendance, workplaces=place)], 20)
    assert demands == {Attendance.FULL: 30, Attendance.SETUP: 10, Attendance.NONE: 0}
