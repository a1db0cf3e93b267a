"""Machine availability: status, what runs now, the next free time, and its figures, against the oracle."""

from dataclasses import asdict, replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.availability import (
    MachineAvailability,
    MachineStatus,
    Question,
    bookings_by_machine,
    machine_availability,
    of_many_machines,
)
from planning.calendars import ClosedReason, ShopTimes
from planning.shop import (
    Booking,
    BookingStatus,
    Break,
    Calendar,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Machine,
    Segment,
    Shift,
    Shop,
    ShopSettings,
    WorkCenter,
)
from planning.zones import local_minute
from tests.unit.planning import oracle
from tests.unit.planning.strategies import Place, places, shops

CHICAGO = ZoneInfo("America/Chicago")


def at(day: int, clock: str, zone: ZoneInfo = CHICAGO) -> int:
    """December 2026; the 1st is a Tuesday."""
    hour, minute = clock.split(":")
    return local_minute(date(2026, 12, day), int(hour) * 60 + int(minute), zone)


TUESDAY = (at(1, "00:00"), at(2, "00:00"))


def job(key: str, *spans: tuple[int, int], status: BookingStatus = BookingStatus.PLANNED) -> Booking:
    segments = tuple(Segment(start, end, None) for start, end in spans)
    return Booking(key, None, "m", spans[0][0], spans[-1][1], status, segments=segments, quote_id="q")


def shop(
    *bookings: Booking,
    exceptions: tuple[CalendarException, ...] = (),
    downtimes: tuple[Downtime, ...] = (),
    active_to: int | None = None,
) -> Shop:
    """One machine, Monday to Friday 6:00 to 14:00 with a break 10:00 to 10:30."""
    shifts = tuple(Shift(day, 360, 840, False, (Break(600, 630),)) for day in range(1, 6))
    return Shop(
        settings=ShopSettings("Test", "America/Chicago"),
        calendars={"c": Calendar("c", "Day", shifts)},
        exceptions=exceptions,
        work_centers={"wc": WorkCenter("wc", "WC")},
        machines={"m": Machine("m", "M", "Mill", "wc", "c", active_to=active_to)},
        downtimes=downtimes,
        bookings=bookings,
    )


def ask(
    plan: Shop,
    *,
    window: tuple[int, int] = TUESDAY,
    as_of: int = TUESDAY[0],
    minutes: int = 60,
    splittable: bool = True,
    horizon_days: int = 30,
) -> MachineAvailability:
    question = Question(window, as_of, as_of + horizon_days * 1440, minutes, splittable)
    return machine_availability(
        ShopTimes(plan, question.span), "m", bookings_by_machine(plan).get("m", ()), question
    )


@settings(max_examples=50, deadline=None)
@given(st.data(), places(), st.integers(1, 600), st.booleans())
def test_figures_status_and_next_free_time_equal_the_oracles(
    data: st.DataObject, place: Place, minutes: int, splittable: bool
) -> None:
    plan = data.draw(shops(place))
    as_of = data.draw(st.integers(place.window[0] - 700, place.window[1] + 300))
    question = Question(place.window, as_of, as_of + 2 * 1440, minutes, splittable)
    times = ShopTimes(plan, question.span)
    for machine_id in plan.machines:
        rows = bookings_by_machine(plan).get(machine_id, ())
        found = machine_availability(times, machine_id, rows, question)
        assert of_many_machines(times, [plan.machines[machine_id]], question) == [found]
        calendar, available = oracle.machine_minutes(plan, machine_id, question.span)
        envelopes = [(b.envelope_start, b.envelope_end) for b in plan.bookings if b.machine_id == machine_id]
        segments = [(s.start, s.end) for b in plan.bookings if b.machine_id == machine_id for s in b.segments]
        naive = oracle.figures(calendar, available, segments, envelopes, place.window)
        for name, value in asdict(naive).items():
            assert getattr(found.figures, name) == value, name
        blocked = oracle.minutes_of(envelopes)
        inside = available & set(range(*place.window))
        assert found.status == _status(inside, blocked)
        start = oracle.first_fit(
            available, blocked, (as_of, question.horizon), minutes, splittable=splittable
        )
        assert (found.next_slot.start if found.next_slot else None) == start
        running = [(b.id, b.envelope_start) for b in rows if as_of in range(b.envelope_start, b.envelope_end)]
        assert [(c.booking.id, c.booking.envelope_start) for c in found.current] == running
        free = oracle.minutes_of((slot.start, slot.end) for slot in found.free_slots) & inside
        assert not free & blocked


def _status(available: set[int], blocked: set[int]) -> MachineStatus:
    if not available:
        return MachineStatus.UNAVAILABLE
    if not available & blocked:
        return MachineStatus.FREE
    return MachineStatus.BOOKED if available <= blocked else MachineStatus.PARTIALLY_BOOKED


@settings(max_examples=40, deadline=None)
@given(st.data(), places())
def test_the_order_of_the_rows_changes_nothing(data: st.DataObject, place: Place) -> None:
    plan = data.draw(shops(place))
    mixed = replace(
        plan,
        bookings=tuple(data.draw(st.permutations(plan.bookings))),
        exceptions=tuple(data.draw(st.permutations(plan.exceptions))),
        downtimes=tuple(data.draw(st.permutations(plan.downtimes))),
        machines=dict(reversed(list(plan.machines.items()))),
    )
    question = Question(place.window, place.window[0], place.window[1] + 1440)
    for machine_id in plan.machines:
        once, again = (
            machine_availability(
                ShopTimes(s, question.span), machine_id, bookings_by_machine(s).get(machine_id, ()), question
            )
            for s in (plan, mixed)
        )
        assert once == again


@pytest.mark.parametrize("hours_east", [-11, -6, 3, 14])
def test_a_shop_in_another_zone_is_the_same_shop_hours_earlier(hours_east: int) -> None:
    zone_name = f"Etc/GMT{-hours_east:+d}"
    shift = -hours_east * 60
    base = replace(shop(), settings=ShopSettings("Test", "UTC"))
    moved = replace(base, settings=ShopSettings("Test", zone_name))
    noon = at(1, "07:00", ZoneInfo("UTC"))
    day = at(1, "00:00", ZoneInfo("UTC"))
    here = replace(base, bookings=(job("b", (noon, noon + 150)),))
    there = replace(moved, bookings=(job("b", (noon + shift, noon + shift + 150)),))
    one = ask(here, window=(day, day + 1440), as_of=day)
    two = ask(there, window=(day + shift, day + shift + 1440), as_of=day + shift)
    assert one.figures == two.figures
    assert one.next_slot is not None
    assert two.next_slot is not None
    assert two.next_slot.start - one.next_slot.start == shift


def test_a_machine_without_bookings_is_free() -> None:
    assert ask(shop()).status is MachineStatus.FREE


def test_a_machine_blocked_for_all_its_time_is_booked_even_while_nobody_works() -> None:
    found = ask(shop(job("b", (at(1, "06:00"), at(1, "07:00")), (at(1, "13:00"), at(1, "14:00")))))
    assert found.status is MachineStatus.BOOKED
    assert (found.figures.busy, found.figures.blocked_idle, found.figures.free) == (120, 330, 0)


def test_a_booking_over_closed_time_alone_leaves_the_machine_free() -> None:
    found = ask(shop(job("b", (at(1, "10:00"), at(1, "10:30")))))
    assert found.status is MachineStatus.FREE
    assert found.figures.outside == 30


HOLIDAY = CalendarException(
    "h", ExceptionKind.CLOSURE, "Company day", calendar_id="c", production_date=date(2026, 12, 1)
)
BROKEN = Downtime("d", "m", at(1, "00:00"), None, DowntimeKind.BREAKDOWN)


@pytest.mark.parametrize(
    ("plan", "window", "reason"),
    [
        (shop(exceptions=(HOLIDAY,)), TUESDAY, ClosedReason.HOLIDAY),
        (shop(), (at(5, "00:00"), at(7, "00:00")), ClosedReason.CLOSED),
        (shop(downtimes=(BROKEN,)), TUESDAY, ClosedReason.DOWNTIME),
        (shop(downtimes=(BROKEN,)), (at(5, "00:00"), at(7, "00:00")), ClosedReason.CLOSED),
        (shop(active_to=at(1, "00:00")), TUESDAY, ClosedReason.INACTIVE),
    ],
    ids=["holiday", "weekend", "breakdown", "weekend during a breakdown", "inactive"],
)
def test_a_machine_without_time_is_unavailable_and_says_why(
    plan: Shop, window: tuple[int, int], reason: ClosedReason
) -> None:
    found = ask(plan, window=window)
    assert found.status is MachineStatus.UNAVAILABLE
    assert found.reasons == (reason,)


def test_a_machine_that_was_booked_on_a_holiday_is_unavailable_not_booked() -> None:
    found = ask(shop(job("b", (at(1, "06:00"), at(1, "14:00"))), exceptions=(HOLIDAY,)))
    assert found.status is MachineStatus.UNAVAILABLE
    assert found.figures.overloaded


def test_the_current_order_is_paused_during_a_break_and_runs_after_it() -> None:
    plan = shop(job("b", (at(1, "09:00"), at(1, "10:00")), (at(1, "10:30"), at(1, "12:00"))))
    assert [c.running for c in ask(plan, as_of=at(1, "10:15")).current] == [False]
    assert [c.running for c in ask(plan, as_of=at(1, "10:30")).current] == [True]
    assert ask(plan, as_of=at(1, "12:00")).current == ()


def test_work_that_is_done_does_not_run() -> None:
    plan = shop(job("b", (at(1, "09:00"), at(1, "10:00")), status=BookingStatus.DONE))
    assert [c.running for c in ask(plan, as_of=at(1, "09:30")).current] == [False]


def test_several_current_orders_are_listed_earliest_first() -> None:
    plan = shop(job("late", (at(1, "08:00"), at(1, "10:00"))), job("early", (at(1, "07:00"), at(1, "10:00"))))
    assert [c.booking.id for c in ask(plan, as_of=at(1, "09:00")).current] == ["early", "late"]


def test_next_available_counts_from_now_and_not_from_the_window() -> None:
    found = ask(shop(), window=(at(8, "00:00"), at(9, "00:00")), as_of=at(1, "09:00"))
    assert found.next_slot is not None
    assert found.next_slot.start == at(1, "09:00")


def test_next_available_skips_a_gap_that_is_too_short() -> None:
    plan = shop(job("a", (at(1, "06:00"), at(1, "09:00"))), job("b", (at(1, "09:45"), at(1, "14:00"))))
    found = ask(plan)
    assert found.next_slot is not None
    assert found.next_slot.start == at(2, "06:00")
    shorter = ask(plan, minutes=45)
    assert shorter.next_slot is not None
    assert (shorter.next_slot.start, shorter.next_slot.end) == (at(1, "09:00"), at(1, "09:45"))
    assert shorter.next_slot.minutes == 45


def test_splittable_work_pauses_over_closed_time_and_other_work_does_not() -> None:
    plan = shop(job("b", (at(2, "12:00"), at(2, "14:00"))))
    split = ask(plan, minutes=600)
    assert split.next_slot is not None
    assert (split.next_slot.start, split.next_slot.end) == (at(1, "06:00"), at(2, "12:00"))
    whole = ask(plan, minutes=240, splittable=False)
    assert whole.next_slot is not None
    assert (whole.next_slot.start, whole.next_slot.end) == (at(1, "06:00"), at(1, "10:00"))
    assert ask(plan, minutes=241, splittable=False).next_slot is None


def test_a_slot_ends_at_the_last_closing_before_the_next_booking() -> None:
    found = ask(shop(job("b", (at(2, "06:00"), at(2, "14:00")))))
    assert found.next_slot is not None
    assert found.next_slot.end == at(1, "14:00")


def test_a_slot_with_nothing_booked_after_it_has_no_end() -> None:
    found = ask(shop())
    assert found.next_slot is not None
    assert (found.next_slot.end, found.next_slot.minutes) == (None, None)


def test_beyond_the_horizon_there_is_no_next_available() -> None:
    assert ask(shop(downtimes=(BROKEN,))).next_slot is None
    assert ask(shop(), minutes=31 * 1440).next_slot is None


def test_free_slots_are_those_of_the_window_still_to_come() -> None:
    plan = shop(job("b", (at(1, "08:00"), at(1, "09:00"))))
    found = ask(plan, as_of=at(1, "07:00"))
    assert [(s.start, s.end, s.minutes) for s in found.free_slots] == [
        (at(1, "07:00"), at(1, "08:00"), 60),
        (at(1, "09:00"), at(1, "14:00"), 270),
    ]


def test_a_double_booking_is_one_row_for_each_pair_with_its_working_minutes() -> None:
    plan = shop(
        job("a", (at(1, "09:00"), at(1, "11:00"))),
        job("b", (at(1, "09:30"), at(1, "10:15"))),
        job("c", (at(1, "11:00"), at(1, "12:00"))),
    )
    found = ask(plan)
    assert [(d.first.id, d.second.id, d.minutes) for d in found.double_bookings] == [("a", "b", 30)]


def test_a_milestone_blocks_nothing() -> None:
    milestone = Booking("x", None, "m", at(1, "09:00"), at(1, "09:00"))
    found = ask(shop(milestone))
    assert found.status is MachineStatus.FREE
    assert found.figures.free == 450
    assert [b.id for b in found.bookings] == ["x"]
