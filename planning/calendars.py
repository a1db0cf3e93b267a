"""Shift calendars compiled to UTC minutes, and why time is closed.

Rules, from the weakest to the strongest (planning-domain sections 2 and 3):

1. Weekly shifts less their breaks. A shift belongs to the local date on which it starts.
2. Exceptions by production date. A closure removes the shifts that start on the date, and only those: last
   night's shift runs to its end. Overtime adds the shop's standard overtime slots that start on the date.
   Both on one date: closure.
3. Exceptions by interval. Overtime adds exactly its minutes, also over a break or on a holiday; a closure
   removes exactly its minutes. Both on one minute: closure.

Exceptions of a machine or an operator and those of its calendar are pooled level by level: the site's closure
of 24 December beats a machine's overtime on the same date, while a machine's overtime by interval beats it.
A resource has calendar time only while it is active. Downtime and absence come off last.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from planning.intervals import clip, normalize, subtract, union
from planning.shop import (
    Absence,
    Break,
    Calendar,
    CalendarException,
    Downtime,
    ExceptionKind,
    Interval,
    Intervals,
    Minute,
    OvertimeSlot,
    Shift,
    Shop,
)
from planning.zones import MINUTES_PER_DAY, LocalDays, local_day, local_days, local_minute


class ClosedReason(StrEnum):
    HOLIDAY = "holiday"
    CLOSED = "closed"
    DOWNTIME = "downtime"
    ABSENCE = "absence"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class ClosedTime:
    """Working time that a row took away: the minutes lost to it, never the nights it also covers.

    `row_id` is the id of the exception, downtime or absence; None for `inactive`.
    """

    reason: ClosedReason
    name: str
    row_id: str | None
    intervals: Intervals


@dataclass(frozen=True, slots=True)
class CalendarTime:
    """A calendar compiled for a window: open minutes, and what exceptions took from its shifts."""

    window: Interval
    open: Intervals
    closed: tuple[ClosedTime, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceTime:
    """A machine's or operator's time in a window.

    `calendar`: shifts incl. overtime less holidays and closures. `available`: that less downtime or absence.
    `closed`: each row that took working time away, in order of time.
    """

    window: Interval
    calendar: Intervals
    available: Intervals
    closed: tuple[ClosedTime, ...] = ()

    def reasons(self, within: Interval | None = None) -> tuple[ClosedReason, ...]:
        """Why nothing is available: the rows that took time in `within`, or `closed` where no shift was."""
        found = {c.reason for c in self.closed if within is None or clip(c.intervals, within)}
        return tuple(reason for reason in ClosedReason if reason in found) or (ClosedReason.CLOSED,)


@dataclass(frozen=True, slots=True)
class _Weekly:
    """A shift or overtime slot as minutes after its day's midnight."""

    start: int
    end: int
    breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Weekday:
    """The rules of a weekday, and their working stretches after midnight where no clock changes."""

    rules: Sequence[_Weekly]
    stretches: Intervals


def compile_calendar(
    calendar: Calendar,
    exceptions: Iterable[CalendarException],
    window: Interval,
    zone: ZoneInfo,
    standard_overtime: Sequence[OvertimeSlot] = (),
) -> CalendarTime:
    """The open minutes of `calendar` in `window` under `exceptions`, which are already chosen by owner."""
    by_date: dict[ExceptionKind, dict[date, CalendarException]] = {kind: {} for kind in ExceptionKind}
    by_interval: dict[ExceptionKind, list[CalendarException]] = {kind: [] for kind in ExceptionKind}
    for exception in sorted(exceptions, key=lambda e: e.id):
        if exception.production_date is not None:
            by_date[exception.kind].setdefault(exception.production_date, exception)
        elif exception.interval is not None:
            by_interval[exception.kind].append(exception)
    # A shift may reach into the window from the day before; one day more covers any jump of the clocks.
    first = local_day(window[0], zone) - timedelta(days=2)
    days = local_days(first, local_day(window[1], zone), zone)

    # A shop keeps the holidays of many years; most lie outside the window.
    closures = {
        day: exception
        for day, exception in by_date[ExceptionKind.CLOSURE].items()
        if days.days[0] <= day <= days.days[-1]
    }
    shifts = _by_weekday(calendar.shifts)
    open_time = _expand(shifts, days, skip=closures)
    extra_days = by_date[ExceptionKind.OVERTIME].keys() - closures.keys()
    if extra_days:
        open_time += _expand(_by_weekday(tuple(standard_overtime)), days, only=extra_days)
    open_time += [e.interval for e in by_interval[ExceptionKind.OVERTIME] if e.interval]
    opened = clip(normalize(open_time), window)

    closed: list[ClosedTime] = []
    for day, exception in closures.items():
        lost = clip(normalize(_expand(shifts, days, only={day})), window)
        _note(closed, ClosedReason.HOLIDAY, exception.name, exception.id, subtract(lost, opened))
    for exception in by_interval[ExceptionKind.CLOSURE]:
        if exception.interval:
            lost = clip(opened, exception.interval)
            _note(closed, ClosedReason.CLOSED, exception.name, exception.id, lost)
    shut = normalize(e.interval for e in by_interval[ExceptionKind.CLOSURE] if e.interval)
    return CalendarTime(window, subtract(opened, shut), _in_order(closed))


@lru_cache(maxsize=256)  # calendars are few, and compiled for many machines and people
def _by_weekday(rules: tuple[Shift | OvertimeSlot, ...]) -> dict[int, _Weekday]:
    weekdays: dict[int, list[_Weekly]] = defaultdict(list)
    for rule in rules:
        end = rule.end_local_min + (MINUTES_PER_DAY if rule.ends_next_day else 0)
        pauses = rule.breaks if isinstance(rule, Shift) else ()
        breaks = tuple(_break(pause, rule.start_local_min) for pause in pauses)
        weekdays[rule.weekday].append(_Weekly(rule.start_local_min, end, breaks))
    return {weekday: _Weekday(own, _stretches(own)) for weekday, own in weekdays.items()}


def _break(pause: Break, shift_start: int) -> tuple[int, int]:
    start, end = pause.start_local_min, pause.end_local_min
    if start < shift_start:
        start += MINUTES_PER_DAY
    while end < start:
        end += MINUTES_PER_DAY
    return start, end


def _expand(
    weekdays: dict[int, _Weekday],
    days: LocalDays,
    *,
    skip: Iterable[date] = (),
    only: Iterable[date] | None = None,
) -> list[Interval]:
    """Every working stretch whose shift starts on one of `days` (or of `only`) and not on `skip`."""
    skipped = set(skip)
    found: list[Interval] = []
    weekday = days.days[0].isoweekday()
    indices: Iterable[int] = range(len(days.days))
    if only is not None:
        offsets = (day.toordinal() - days.days[0].toordinal() for day in sorted(only))
        indices = [offset for offset in offsets if 0 <= offset < len(days.days)]
    for index in indices:
        today = (weekday + index - 1) % 7 + 1
        if today not in weekdays or (skipped and days.days[index] in skipped):
            continue
        if days.even[index]:
            midnight = days.midnights[index]
            found += [(midnight + start, midnight + end) for start, end in weekdays[today].stretches]
        else:
            found += _through_clock_change(weekdays[today].rules, days.days[index], days.zone)
    return found


def _stretches(rules: Iterable[_Weekly]) -> Intervals:
    """A day's working stretches in minutes after midnight, where no clock changes."""
    return union(*(subtract(normalize([(rule.start, rule.end)]), normalize(rule.breaks)) for rule in rules))


def _through_clock_change(rules: Iterable[_Weekly], day: date, zone: ZoneInfo) -> Intervals:
    def at(local_min: int) -> Minute:
        return local_minute(day, local_min, zone)

    return union(
        *(
            subtract(
                normalize([(at(rule.start), at(rule.end))]),
                normalize((at(start), at(end)) for start, end in rule.breaks),
            )
            for rule in rules
        )
    )


def _note(
    closed: list[ClosedTime], reason: ClosedReason, name: str, row_id: str | None, lost: Intervals
) -> None:
    if lost:
        closed.append(ClosedTime(reason, name, row_id, lost))


def _in_order(closed: Iterable[ClosedTime]) -> tuple[ClosedTime, ...]:
    return tuple(sorted(closed, key=lambda c: (c.intervals, c.reason, c.row_id or "")))


class ShopTimes:
    """Compiled times of one shop's resources for one window, each compiled when first asked for.

    `Shop.view(ShopTimes, window)` keeps it for the next question. Resources without exceptions of their own
    share their calendar's compiled time, those with the same overtime alone share theirs.
    """

    def __init__(self, shop: Shop, window: Interval) -> None:
        self.shop = shop
        self.window = window
        self.zone = ZoneInfo(shop.settings.timezone)
        self._of_calendar: dict[str, list[CalendarException]] = defaultdict(list)
        self._of_machine: dict[str, list[CalendarException]] = defaultdict(list)
        self._of_operator: dict[str, list[CalendarException]] = defaultdict(list)
        for exception in shop.exceptions:
            if exception.calendar_id is not None:
                self._of_calendar[exception.calendar_id].append(exception)
            if exception.machine_id is not None:
                self._of_machine[exception.machine_id].append(exception)
            if exception.operator_id is not None:
                self._of_operator[exception.operator_id].append(exception)
        self._downtimes: dict[str, list[Downtime]] = defaultdict(list)
        for downtime in shop.downtimes:
            self._downtimes[downtime.machine_id].append(downtime)
        self._absences: dict[str, list[Absence]] = defaultdict(list)
        for absence in shop.absences:
            self._absences[absence.operator_id].append(absence)
        self._calendars: dict[str, CalendarTime] = {}
        self._with_overtime: dict[tuple[str, tuple[Interval, ...]], CalendarTime] = {}
        self._machines: dict[str, ResourceTime] = {}
        self._operators: dict[str, ResourceTime] = {}

    def calendar(self, calendar_id: str) -> CalendarTime:
        """A calendar alone, without any resource's exceptions."""
        if calendar_id not in self._calendars:
            self._calendars[calendar_id] = self._compile(calendar_id, [])
        return self._calendars[calendar_id]

    def machine(self, machine_id: str) -> ResourceTime:
        if machine_id not in self._machines:
            source, make = self.of_machine(machine_id), partial(self._time_of_machine, machine_id)
            self._machines[machine_id] = self.shop.parts.of("machine_time", machine_id, source, make)
        return self._machines[machine_id]

    def _time_of_machine(self, machine_id: str) -> ResourceTime:
        machine = self.shop.machines[machine_id]
        time = self._own(machine.calendar_id, self._of_machine.get(machine_id))
        return _resource(time, (machine.active_from, machine.active_to), self.downtimes(machine_id))

    def operator(self, operator_id: str) -> ResourceTime:
        if operator_id not in self._operators:
            source, make = self.of_operator(operator_id), partial(self._time_of_operator, operator_id)
            self._operators[operator_id] = self.shop.parts.of("operator_time", operator_id, source, make)
        return self._operators[operator_id]

    def _time_of_operator(self, operator_id: str) -> ResourceTime:
        operator = self.shop.operators[operator_id]
        time = self._own(operator.calendar_id, self._of_operator.get(operator_id))
        return _resource(time, (operator.active_from, operator.active_to), self.absences(operator_id))

    def of_machine(self, machine_id: str) -> tuple[object, ...]:
        """All rows that the machine's time follows from."""
        machine = self.shop.machines[machine_id]
        own = self._of_machine.get(machine_id), self._downtimes.get(machine_id)
        return machine, *own, *self._of_its_calendar(machine.calendar_id)

    def of_operator(self, operator_id: str) -> tuple[object, ...]:
        """All rows that the operator's time follows from."""
        operator = self.shop.operators[operator_id]
        own = self._of_operator.get(operator_id), self._absences.get(operator_id)
        return operator, *own, *self._of_its_calendar(operator.calendar_id)

    def _of_its_calendar(self, calendar_id: str) -> tuple[object, ...]:
        settings = self.shop.settings
        rows = self.shop.calendars[calendar_id], self._of_calendar.get(calendar_id)
        return *rows, settings.timezone, settings.standard_overtime, self.window

    def downtimes(self, machine_id: str) -> tuple[Downtime, ...]:
        """The machine's downtimes that touch the window, by start."""
        rows = (d for d in self._downtimes.get(machine_id, ()) if self._touches(d.start, d.end))
        return tuple(sorted(rows, key=lambda d: (d.start, d.id)))

    def absences(self, operator_id: str) -> tuple[Absence, ...]:
        """The operator's absences that touch the window, by start."""
        rows = (a for a in self._absences.get(operator_id, ()) if self._touches(a.start, a.end))
        return tuple(sorted(rows, key=lambda a: (a.start, a.id)))

    def is_absent(self, operator_id: str, span: Interval) -> bool:
        """Whether the operator is absent at some time in `span`, which lies in the window."""
        rows = self._absences.get(operator_id, ())
        return any(a.start < span[1] and (a.end is None or a.end > span[0]) for a in rows)

    def _touches(self, start: Minute, end: Minute | None) -> bool:
        return start < self.window[1] and (end is None or end > self.window[0])

    def _own(self, calendar_id: str, own: list[CalendarException] | None) -> CalendarTime:
        if not own:
            return self.calendar(calendar_id)
        slots = [e.interval for e in own if e.interval and _is_overtime_by_interval(e)]
        if len(slots) < len(own):
            return self._compile(calendar_id, own)
        # Overtime by interval leaves no trace of whose it is: those who work the same slots share the time.
        key = calendar_id, tuple(sorted(slots))
        if key not in self._with_overtime:
            self._with_overtime[key] = self._compile(calendar_id, own)
        return self._with_overtime[key]

    def _compile(self, calendar_id: str, own: list[CalendarException]) -> CalendarTime:
        return compile_calendar(
            self.shop.calendars[calendar_id],
            [*self._of_calendar.get(calendar_id, ()), *own],
            self.window,
            self.zone,
            self.shop.settings.standard_overtime,
        )


def _is_overtime_by_interval(exception: CalendarException) -> bool:
    return exception.kind is ExceptionKind.OVERTIME and exception.production_date is None


def _resource(
    time: CalendarTime,
    active: tuple[Minute | None, Minute | None],
    rows: Sequence[Downtime] | Sequence[Absence],
) -> ResourceTime:
    """Cut a calendar to the active range, then take downtime or absence off."""
    start, end = time.window
    active_from, active_to = active
    calendar, closed = time.open, list(time.closed)
    if (active_from is not None and active_from > start) or (active_to is not None and active_to < end):
        range_ = (start if active_from is None else active_from, end if active_to is None else active_to)
        calendar = clip(time.open, range_)
        closed = [ClosedTime(c.reason, c.name, c.row_id, clip(c.intervals, range_)) for c in closed]
        closed = [c for c in closed if c.intervals]
        gone = subtract(((start, end),), clip(((start, end),), range_))
        _note(closed, ClosedReason.INACTIVE, "not active", None, gone)
    spans: list[Interval] = []
    for row in rows:
        span = (row.start, end if row.end is None else row.end)
        reason = ClosedReason.DOWNTIME if isinstance(row, Downtime) else ClosedReason.ABSENCE
        name = (
            row.kind.value + (f": {row.note}" if row.note else "") if isinstance(row, Downtime) else row.kind
        )
        _note(closed, reason, name, row.id, clip(calendar, span))
        spans.append(span)
    available = subtract(calendar, normalize(spans)) if spans else calendar
    return ResourceTime(time.window, calendar, available, _in_order(closed))
