"""The second opinion: planning-domain sections 2, 4 and 6.1 once more, as sets of minutes.

Deliberately naive and slow, and independent of the code under test: it shares the value types of
`planning.shop` with it and nothing else. Wall-clock times are found by looking at the clock minute by minute.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from planning.shop import (
    Attendance,
    Booking,
    Calendar,
    CalendarException,
    ExceptionKind,
    Interval,
    Operation,
    OvertimeSlot,
    Shift,
    Shop,
)

DAY = 1440


def minutes_of(intervals: Iterable[Interval]) -> set[int]:
    return {minute for start, end in intervals for minute in range(start, end)}


def intervals_of(minutes: Iterable[int]) -> tuple[Interval, ...]:
    found: list[Interval] = []
    for minute in sorted(minutes):
        if found and found[-1][1] == minute:
            found[-1] = (found[-1][0], minute + 1)
        else:
            found.append((minute, minute + 1))
    return tuple(found)


@lru_cache(maxsize=64)
def _clock(zone_name: str, day: date) -> dict[datetime, int]:
    """What a wall clock shows around `day` -> the first UTC minute at which it shows it."""
    zone = ZoneInfo(zone_name)
    shown: dict[datetime, int] = {}
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    first = int(noon.timestamp()) // 60 - 2 * DAY
    for minute in range(first, first + 4 * DAY):
        wall = datetime.fromtimestamp(minute * 60, zone).replace(tzinfo=None, fold=0)
        shown.setdefault(wall, minute)
    return shown


def instant(day: date, local_min: int, zone_name: str) -> int:
    """The UTC minute at which the wall clock first shows this time.

    A time the clock jumps over: as long after the jump as it is after the last time shown before it.
    """
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=local_min)
    clock = _clock(zone_name, wall.date())
    skipped = 0
    while wall not in clock:
        wall -= timedelta(minutes=1)
        skipped += 1
    return clock[wall] + skipped


def open_minutes(
    calendar: Calendar,
    exceptions: Sequence[CalendarException],
    window: Interval,
    zone_name: str,
    standard_overtime: Sequence[OvertimeSlot] = (),
) -> set[int]:
    def on_date(kind: ExceptionKind, day: date) -> bool:
        return any(e.kind is kind and e.production_date == day for e in exceptions)

    worked: set[int] = set()
    day = datetime.fromtimestamp(window[0] * 60, UTC).date() - timedelta(days=3)
    last = datetime.fromtimestamp(window[1] * 60, UTC).date() + timedelta(days=2)
    while day <= last:
        closure = on_date(ExceptionKind.CLOSURE, day)
        for shift in calendar.shifts:
            if shift.weekday == day.isoweekday() and not closure:
                worked |= _shift_minutes(day, shift, zone_name) - _break_minutes(day, shift, zone_name)
        for slot in standard_overtime:
            if slot.weekday == day.isoweekday() and on_date(ExceptionKind.OVERTIME, day) and not closure:
                worked |= _shift_minutes(day, slot, zone_name)
        day += timedelta(days=1)
    for exception in exceptions:
        if exception.kind is ExceptionKind.OVERTIME and exception.interval is not None:
            worked |= set(range(*exception.interval))
    for exception in exceptions:
        if exception.kind is ExceptionKind.CLOSURE and exception.interval is not None:
            worked -= set(range(*exception.interval))
    return worked & set(range(*window))


def _shift_minutes(day: date, rule: Shift | OvertimeSlot, zone_name: str) -> set[int]:
    end = rule.end_local_min + (DAY if rule.ends_next_day else 0)
    return set(range(instant(day, rule.start_local_min, zone_name), instant(day, end, zone_name)))


def _break_minutes(day: date, shift: Shift, zone_name: str) -> set[int]:
    resting: set[int] = set()
    for pause in shift.breaks:
        next_day = DAY if pause.start_local_min < shift.start_local_min else 0
        start, end = pause.start_local_min + next_day, pause.end_local_min + next_day
        end += DAY if end < start else 0
        resting |= set(range(instant(day, start, zone_name), instant(day, end, zone_name)))
    return resting


def machine_minutes(shop: Shop, machine_id: str, window: Interval) -> tuple[set[int], set[int]]:
    """(calendar minutes, available minutes) of a machine."""
    machine = shop.machines[machine_id]
    exceptions = [
        e for e in shop.exceptions if machine.calendar_id == e.calendar_id or e.machine_id == machine_id
    ]
    away = [(d.start, d.end) for d in shop.downtimes if d.machine_id == machine_id]
    active = (machine.active_from, machine.active_to)
    return _resource(shop, machine.calendar_id, exceptions, active=active, away=away, window=window)


def operator_minutes(shop: Shop, operator_id: str, window: Interval) -> tuple[set[int], set[int]]:
    """(calendar minutes, available minutes) of an operator."""
    person = shop.operators[operator_id]
    exceptions = [
        e for e in shop.exceptions if person.calendar_id == e.calendar_id or e.operator_id == operator_id
    ]
    away = [(a.start, a.end) for a in shop.absences if a.operator_id == operator_id]
    active = (person.active_from, person.active_to)
    return _resource(shop, person.calendar_id, exceptions, active=active, away=away, window=window)


def _resource(
    shop: Shop,
    calendar_id: str,
    exceptions: Sequence[CalendarException],
    *,
    active: tuple[int | None, int | None],
    away: Sequence[tuple[int, int | None]],
    window: Interval,
) -> tuple[set[int], set[int]]:
    opened = open_minutes(
        shop.calendars[calendar_id],
        exceptions,
        window,
        shop.settings.timezone,
        shop.settings.standard_overtime,
    )
    begin, finish = active
    opened = {m for m in opened if (begin is None or m >= begin) and (finish is None or m < finish)}
    available = {m for m in opened if not any(start <= m and (end is None or m < end) for start, end in away)}
    return opened, available


@dataclass(frozen=True)
class NaiveFigures:
    """Minutes; `utilization` in percent, None without capacity."""

    calendar: int
    available: int
    load: int
    outside: int
    busy: int
    double_booked: int
    blocked_idle: int
    free: int
    utilization: Fraction | None
    overloaded: bool


def figures(
    calendar: set[int],
    available: set[int],
    segments: Sequence[Interval],
    envelopes: Sequence[Interval],
    window: Interval,
    *,
    max_parallel: int = 1,
) -> NaiveFigures:
    inside = set(range(*window))
    a = available & inside
    pieces = [set(range(*segment)) & inside for segment in segments]
    worked = set[int]().union(*pieces)
    blocked = minutes_of(envelopes) & inside
    load = sum(len(piece) for piece in pieces)
    busy = len(worked & a)
    capacity = len(a) * max_parallel
    return NaiveFigures(
        calendar=len(calendar & inside),
        available=len(a),
        load=load,
        outside=sum(len(piece - a) for piece in pieces),
        busy=busy,
        double_booked=load - len(worked),
        blocked_idle=len(blocked & a) - busy,
        free=len(a - blocked),
        utilization=Fraction(100 * load, capacity) if capacity else None,
        overloaded=load > capacity,
    )


def first_fit(
    available: set[int], blocked: set[int], span: Interval, minutes: int, *, splittable: bool
) -> int | None:
    """Try every minute in turn, and from each walk on minute by minute until the work is done or blocked."""
    for start in range(*span):
        if start not in available or start in blocked:
            continue
        done, now = 0, start
        while done < minutes and now < span[1] and now not in blocked:
            if now in available:
                done += 1
            elif not splittable:
                break
            now += 1
        if done == minutes:
            return start
    return None


def without_operator(operation: Operation, booking: Booking) -> set[int]:
    """Minutes of a booking that need a person and have none."""
    setup = next(
        (a.setup_min for a in operation.alternatives if a.machine_id == booking.machine_id),
        operation.setup_min,
    )
    worked = 0
    found: set[int] = set()
    for segment in sorted(booking.segments, key=lambda s: s.start):
        for minute in range(segment.start, segment.end):
            needed = operation.attendance is Attendance.FULL or (
                operation.attendance is Attendance.SETUP and worked < setup
            )
            if needed and segment.operator_id is None:
                found.add(minute)
            worked += 1
    return found


def half_up(value: Fraction, places: int) -> float:
    """Schoolbook rounding of a value that is not negative."""
    scaled = value * 10**places
    whole = math.floor(scaled)
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return float(Fraction(whole, 10**places))
