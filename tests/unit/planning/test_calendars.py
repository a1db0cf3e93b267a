"""Shift calendars: wall-clock rules, clock changes, and which exception wins."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.calendars import ClosedReason, ShopTimes, compile_calendar
from planning.intervals import total
from planning.shop import (
    Absence,
    Break,
    Calendar,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Interval,
    Intervals,
    Machine,
    Operator,
    OvertimeSlot,
    Shift,
    Shop,
    ShopSettings,
    WorkCenter,
)
from planning.zones import iso, local_minute
from tests.unit.planning import oracle
from tests.unit.planning.strategies import Place, places, shops

CHICAGO = ZoneInfo("America/Chicago")
CLOSURE, OVERTIME = ExceptionKind.CLOSURE, ExceptionKind.OVERTIME
WEEK = range(1, 8)


def at(text: str, zone: ZoneInfo = CHICAGO) -> int:
    day, clock = text.split()
    hour, minute = clock.split(":")
    return local_minute(date.fromisoformat(day), int(hour) * 60 + int(minute), zone)


def day_shifts(*weekdays: int) -> Calendar:
    return Calendar("c", "Day", tuple(Shift(d, 6 * 60, 14 * 60, False, (Break(600, 630),)) for d in weekdays))


NIGHTS = Calendar("c", "Night", tuple(Shift(d, 22 * 60, 6 * 60, True, (Break(120, 150),)) for d in WEEK))


def closed_on(text: str, key: str = "e") -> CalendarException:
    return CalendarException(
        key, CLOSURE, "Holiday", calendar_id="c", production_date=date.fromisoformat(text)
    )


def opened(
    calendar: Calendar,
    window: Interval,
    *rows: CalendarException,
    zone: ZoneInfo = CHICAGO,
    overtime: tuple[OvertimeSlot, ...] = (),
) -> Intervals:
    return compile_calendar(calendar, rows, window, zone, overtime).open


@settings(max_examples=80, deadline=None)
@given(st.data(), places())
def test_machine_and_operator_time_equal_the_oracles(data: st.DataObject, place: Place) -> None:
    shop = data.draw(shops(place))
    times = ShopTimes(shop, place.window)
    for machine_id in shop.machines:
        calendar, available = oracle.machine_minutes(shop, machine_id, place.window)
        assert times.machine(machine_id).calendar == oracle.intervals_of(calendar)
        assert times.machine(machine_id).available == oracle.intervals_of(available)
    for operator_id in shop.operators:
        calendar, available = oracle.operator_minutes(shop, operator_id, place.window)
        assert times.operator(operator_id).calendar == oracle.intervals_of(calendar)
        assert times.operator(operator_id).available == oracle.intervals_of(available)


@settings(max_examples=50, deadline=None)
@given(st.data(), places())
def test_what_took_time_away_plus_what_is_left_is_what_the_shifts_gave(
    data: st.DataObject, place: Place
) -> None:
    shop = data.draw(shops(place))
    time = ShopTimes(shop, place.window).machine("m1")
    lost = oracle.minutes_of(i for c in time.closed if c.reason is ClosedReason.DOWNTIME for i in c.intervals)
    assert lost | oracle.minutes_of(time.available) == oracle.minutes_of(time.calendar)
    assert not lost & oracle.minutes_of(time.available)
    for closed in time.closed:
        assert not oracle.minutes_of(closed.intervals) & oracle.minutes_of(time.available)


@settings(max_examples=50, deadline=None)
@given(st.data(), places())
def test_the_order_of_the_rows_changes_nothing(data: st.DataObject, place: Place) -> None:
    shop = data.draw(shops(place))
    calendar = shop.calendars["cal"]
    zone = ZoneInfo(place.zone_name)
    shuffled = data.draw(st.permutations(shop.exceptions))
    mixed = Calendar("cal", "cal", tuple(data.draw(st.permutations(calendar.shifts))))
    once = compile_calendar(calendar, shop.exceptions, place.window, zone)
    assert compile_calendar(mixed, shuffled, place.window, zone) == once


def test_the_night_of_the_clock_change_in_spring_has_seven_hours() -> None:
    assert (
        total(
            opened(
                Calendar("c", "N", (Shift(6, 22 * 60, 6 * 60, True),)),
                (at("2027-03-13 00:00"), at("2027-03-15 00:00")),
            )
        )
        == 7 * 60
    )


def test_the_night_of_the_clock_change_in_autumn_has_nine_hours() -> None:
    calendar = Calendar("c", "N", (Shift(6, 22 * 60, 6 * 60, True),))
    assert total(opened(calendar, (at("2026-10-31 00:00"), at("2026-11-02 00:00")))) == 9 * 60


@pytest.mark.parametrize(
    ("zone_name", "saturday"),
    [
        ("America/Chicago", "2027-03-13"),
        ("America/Chicago", "2026-10-31"),
        ("Europe/Berlin", "2027-03-27"),
        ("Europe/Berlin", "2026-10-24"),
        ("Australia/Sydney", "2026-10-03"),
        ("Australia/Sydney", "2027-04-03"),
        ("Australia/Lord_Howe", "2026-10-03"),
        ("Australia/Lord_Howe", "2027-04-03"),
    ],
)
@pytest.mark.parametrize("edge", [60, 75, 90, 120, 135, 150, 165, 180])
def test_shifts_that_touch_on_the_wall_clock_touch_through_a_clock_change(
    zone_name: str, saturday: str, edge: int
) -> None:
    zone = ZoneInfo(zone_name)
    start = local_minute(date.fromisoformat(saturday), 0, zone)
    window = (start, start + 3 * 1440)
    night = opened(Calendar("c", "N", (Shift(6, 22 * 60, edge, True),)), window, zone=zone)
    morning = opened(Calendar("c", "M", (Shift(7, edge, 10 * 60),)), window, zone=zone)
    assert len(night) == len(morning) == 1
    assert night[0][1] == morning[0][0]


def test_a_start_that_the_clock_jumps_over_is_as_long_after_the_jump() -> None:
    calendar = Calendar("c", "Early", (Shift(7, 150, 360),))
    (start, _), *_ = opened(calendar, (at("2027-03-14 00:00"), at("2027-03-15 00:00")))
    assert iso(start, CHICAGO) == "2027-03-14T03:30:00-05:00"


def test_an_hour_that_exists_twice_means_the_first() -> None:
    calendar = Calendar("c", "Early", (Shift(7, 90, 360),))
    (start, _), *_ = opened(calendar, (at("2026-11-01 00:00"), at("2026-11-02 00:00")))
    assert iso(start, CHICAGO) == "2026-11-01T01:30:00-05:00"


def test_a_break_after_midnight_is_taken_out_of_the_night_shift() -> None:
    window = (at("2026-12-02 12:00"), at("2026-12-03 12:00"))
    assert opened(NIGHTS, window) == (
        (at("2026-12-02 22:00"), at("2026-12-03 02:00")),
        (at("2026-12-03 02:30"), at("2026-12-03 06:00")),
    )


def test_a_holiday_removes_the_shifts_that_start_on_it_and_no_others() -> None:
    window = (at("2026-11-25 12:00"), at("2026-11-27 23:00"))
    nights = opened(NIGHTS, window, closed_on("2026-11-26"))
    assert nights[0][0] == at("2026-11-25 22:00")
    assert nights[1] == (at("2026-11-26 02:30"), at("2026-11-26 06:00"))
    assert nights[2][0] == at("2026-11-27 22:00")


def test_a_closure_with_clock_times_removes_exactly_its_minutes() -> None:
    window = (at("2026-12-01 00:00"), at("2026-12-02 00:00"))
    inventory = (at("2026-12-01 09:00"), at("2026-12-01 10:15"))
    row = CalendarException("e", CLOSURE, "Inventory", calendar_id="c", interval=inventory)
    assert opened(day_shifts(2), window, row) == (
        (at("2026-12-01 06:00"), at("2026-12-01 09:00")),
        (at("2026-12-01 10:30"), at("2026-12-01 14:00")),
    )


DAY = (at("2026-12-05 00:00"), at("2026-12-06 00:00"))  # a Saturday
EXTRA = (at("2026-12-05 06:00"), at("2026-12-05 12:00"))
SLOTS = (OvertimeSlot(6, 6 * 60, 12 * 60),)
BY_INTERVAL = CalendarException("o", OVERTIME, "Rush", calendar_id="c", interval=EXTRA)
BY_DATE = CalendarException("o", OVERTIME, "Rush", calendar_id="c", production_date=date(2026, 12, 5))
SHUT = CalendarException("s", CLOSURE, "Power cut", calendar_id="c", interval=(EXTRA[0], EXTRA[0] + 60))


@pytest.mark.parametrize(
    ("rows", "hours"),
    [
        ((BY_INTERVAL,), 6),
        ((BY_DATE,), 6),
        ((BY_DATE, closed_on("2026-12-05")), 0),
        ((BY_INTERVAL, closed_on("2026-12-05")), 6),
        ((BY_INTERVAL, SHUT), 5),
        ((BY_DATE, SHUT), 5),
    ],
    ids=[
        "overtime by interval adds its minutes",
        "overtime by date adds the standard slots",
        "on one date closure beats overtime",
        "an interval beats a date",
        "at one level closure beats overtime by interval",
        "a closure by interval beats overtime by date",
    ],
)
def test_precedence_of_exceptions(rows: tuple[CalendarException, ...], hours: int) -> None:
    assert total(opened(day_shifts(1), DAY, *rows, overtime=SLOTS)) == hours * 60


def test_overtime_may_fill_a_break() -> None:
    window = (at("2026-12-01 00:00"), at("2026-12-02 00:00"))
    through = CalendarException(
        "o", OVERTIME, "No break", calendar_id="c", interval=(at("2026-12-01 10:00"), at("2026-12-01 10:30"))
    )
    assert total(opened(day_shifts(2), window, through)) == 8 * 60


def small_shop(
    *rows: CalendarException,
    downtimes: tuple[Downtime, ...] = (),
    absences: tuple[Absence, ...] = (),
    active_from: int | None = None,
    active_to: int | None = None,
) -> Shop:
    return Shop(
        settings=ShopSettings("Test", "America/Chicago", standard_overtime=SLOTS),
        calendars={"c": day_shifts(1, 2, 3, 4, 5)},
        exceptions=rows,
        work_centers={"wc": WorkCenter("wc", "WC")},
        machines={
            "m": Machine("m", "M", "M", "wc", "c", active_from=active_from, active_to=active_to),
            "n": Machine("n", "N", "N", "wc", "c"),
        },
        operators={"o": Operator("o", "O", "O", "c")},
        absences=absences,
        downtimes=downtimes,
    )


TUESDAY = (at("2026-12-01 00:00"), at("2026-12-02 00:00"))


def test_exceptions_of_a_machine_touch_that_machine_alone() -> None:
    own = CalendarException("x", CLOSURE, "Move", machine_id="m", production_date=date(2026, 12, 1))
    times = ShopTimes(small_shop(own), TUESDAY)
    assert times.machine("m").calendar == ()
    assert times.machine("m").reasons() == (ClosedReason.HOLIDAY,)
    assert total(times.machine("n").calendar) == 450
    assert total(times.operator("o").calendar) == 450


def test_exceptions_of_calendar_and_machine_are_pooled_level_by_level() -> None:
    site = closed_on("2026-12-05")
    by_date = CalendarException("x", OVERTIME, "Rush", machine_id="m", production_date=date(2026, 12, 5))
    by_interval = CalendarException("y", OVERTIME, "Rush", machine_id="n", interval=EXTRA)
    times = ShopTimes(small_shop(site, by_date, by_interval), DAY)
    assert times.machine("m").calendar == ()
    assert times.machine("n").calendar == (EXTRA,)


def test_downtime_until_further_notice_leaves_nothing_after_it() -> None:
    down = Downtime("d", "m", at("2026-12-01 08:00"), None, DowntimeKind.BREAKDOWN)
    time = ShopTimes(small_shop(downtimes=(down,)), (TUESDAY[0], TUESDAY[1] + 30 * 1440)).machine("m")
    assert time.available == ((at("2026-12-01 06:00"), at("2026-12-01 08:00")),)
    assert total(time.calendar) > 120


def test_an_absent_operator_has_calendar_time_but_is_not_available() -> None:
    absence = Absence("a", "o", TUESDAY[0], None, "sick")
    time = ShopTimes(small_shop(absences=(absence,)), TUESDAY).operator("o")
    assert total(time.calendar) == 450
    assert time.available == ()
    assert time.reasons() == (ClosedReason.ABSENCE,)


def test_a_machine_has_time_only_while_it_is_active() -> None:
    shop = small_shop(active_from=at("2026-12-01 08:00"), active_to=at("2026-12-01 09:00"))
    assert ShopTimes(shop, TUESDAY).machine("m").available == (
        (at("2026-12-01 08:00"), at("2026-12-01 09:00")),
    )
    gone = ShopTimes(small_shop(active_to=TUESDAY[0]), TUESDAY).machine("m")
    assert gone.available == ()
    assert gone.reasons() == (ClosedReason.INACTIVE,)


def test_a_day_without_shifts_is_closed() -> None:
    assert ShopTimes(small_shop(), DAY).machine("m").reasons() == (ClosedReason.CLOSED,)
