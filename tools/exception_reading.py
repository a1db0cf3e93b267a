"""The rows of a calendar entry, from what a person asked for, in a shop's own names and dates."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias, assert_never

from leadhand.context import TenantContext
from leadhand.errors import BeyondHorizon, EmptyWindow, InvalidToolInput, JsonValue, WriteRefused
from planning.calendars import ShopTimes
from planning.date_phrases import instant_text, span_text
from planning.overtime_hour import Attending, who_comes
from planning.shop import (
    Absence,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Interval,
    Machine,
    Minute,
    Operator,
)
from planning.zones import local_day, local_minute, to_minute
from tools.exception_input import CalendarExceptionInput, EntryKind, check_fields
from tools.names import find_machine, find_operator
from tools.overtime_slot import overtime_slot
from tools.windows import Window, read_window

# A window without an end is not taken: what is entered must have been said.
_NO_DEFAULT_DAYS = 1

EntryRow: TypeAlias = CalendarException | Downtime | Absence
_PREFIXES: Mapping[type[EntryRow], str] = {
    CalendarException: "exception",
    Downtime: "downtime",
    Absence: "absence",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """`rows`: those that the shop has not got yet. `text` says it as done, without its end."""

    rows: tuple[EntryRow, ...]
    text: str
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class When:
    """`span` with the end None: until further notice. `window`: as it was said, where it was."""

    span: tuple[Minute, Minute | None]
    window: Window | None

    @property
    def interval(self) -> Interval:
        """Raises ValueError without an end; only downtime and absence may have none."""
        start, end = self.span
        if end is None:
            raise ValueError("no end")
        return start, end


def when_asked(asked: CalendarExceptionInput, tenant: TenantContext) -> When:
    """When the entry holds.

    Raises:
        InvalidToolInput: fields missing or too many, no end.
        InvalidDate, EmptyWindow, WindowTooLong: as `read_window`; EmptyWindow too where it is over.
    """
    check_fields(asked)
    now = to_minute(tenant.as_of)
    said = any(text and text.strip() for text in (asked.from_, asked.to, asked.window))
    if asked.until_further_notice and not said:
        return When((now, None), None)
    if not asked.until_further_notice and not _has_end(asked):
        wrong: JsonValue = {
            "field": "to",
            "problem": "no end",
            "right": "an end, or `until_further_notice` for a downtime or absence",
        }
        raise InvalidToolInput("Say until when it is.", details={"fields": [wrong]})
    window = read_window(asked, tenant, default_days=_NO_DEFAULT_DAYS)
    if asked.until_further_notice:
        return When((window.start_min, None), window)
    if window.end_min <= now:
        raise EmptyWindow(f"That is over: {window.sentence}. Only what is still to come can be entered.")
    return When(window.interval, window)


def _has_end(asked: CalendarExceptionInput) -> bool:
    return any(text and text.strip() for text in (asked.to, asked.window))


class EntryReader:
    """Reads one entry in one shop; `span` = [now, horizon)."""

    def __init__(self, asked: CalendarExceptionInput, times: ShopTimes, span: Interval) -> None:
        self._asked, self._times, self._shop, self._span = asked, times, times.shop, span
        self._told: list[str] = []
        self._warned: list[str] = []

    def read(self, when: When) -> Entry:
        """The rows of the entry.

        Raises:
            NotFound, Ambiguous: a name.
            BeyondHorizon: it begins after the planning horizon.
            InvalidToolInput: overtime without hours.
            WriteRefused: the shop has it already (reason already_there).
        """
        if when.span[0] >= self._span[1]:
            days = self._shop.settings.horizon_days
            raise BeyondHorizon(
                f"The shop plans {days} days ahead; that lies beyond it.", details={"horizon_days": days}
            )
        rows, text = self._rows(when)
        new = tuple(row for row in rows if not self._is_there(row))
        if not new:
            raise WriteRefused(f"That is entered already: {text}.", details={"reason": "already_there"})
        if len(new) < len(rows):
            self._told.append("What is entered already was left out.")
        return Entry(new, text, tuple(dict.fromkeys(self._told)), tuple(self._warned))

    def _rows(self, when: When) -> tuple[Sequence[EntryRow], str]:
        match self._asked.kind:
            case EntryKind.DOWNTIME:
                return self._downtime(when)
            case EntryKind.ABSENCE:
                return self._absence(when)
            case EntryKind.OVERTIME:
                return self._overtime(when)
            case EntryKind.CLOSURE:
                return self._closure(when)
            case _:  # pragma: no cover
                assert_never(self._asked.kind)

    def _downtime(self, when: When) -> tuple[Sequence[EntryRow], str]:
        machine, (start, end) = self._machine(), when.span
        kind = DowntimeKind.MAINTENANCE if self._asked.maintenance else DowntimeKind.BREAKDOWN
        row = Downtime("", machine.id, start, end, kind, self._reason())
        is_what = "is under maintenance" if self._asked.maintenance else "is down"
        return [_named(row)], f"{_name(machine)} {is_what} ({self._when(when)})"

    def _absence(self, when: When) -> tuple[Sequence[EntryRow], str]:
        person, (start, end) = self._person(), when.span
        row = Absence("", person.id, start, end, self._reason() or "absent")
        return [_named(row)], f"{_name(person)} is absent ({self._when(when)})"

    def _overtime(self, when: When) -> tuple[Sequence[EntryRow], str]:
        machine = self._machine() if self._is_said(self._asked.machine) else None
        person = self._person() if self._is_said(self._asked.operator) else None
        assert when.window is not None, "overtime always has a window"  # noqa: S101
        span, sentence = overtime_slot(self._shop, when.window, self._span[0])
        self._told.append(sentence)
        who = [row for row in (machine, person) if row is not None]
        if machine is not None and person is None:
            self._who_attends(machine, span)
        name = self._reason() or "Overtime"
        rows = [
            _named(
                CalendarException(
                    "",
                    ExceptionKind.OVERTIME,
                    name,
                    machine_id=row.id if isinstance(row, Machine) else None,
                    operator_id=row.id if isinstance(row, Operator) else None,
                    interval=span,
                )
            )
            for row in who
        ]
        verb = "work" if len(who) > 1 else "works"
        when_text = span_text(*span, self._times.zone)
        return rows, f"{' and '.join(_name(row) for row in who)} {verb} overtime ({when_text})"

    def _who_attends(self, machine: Machine, span: Interval) -> None:
        """Overtime of a machine is no overtime of a person: whom it still needs is said, not entered."""
        coming = who_comes(self._times, machine.id, span)
        if coming.attending is Attending.NOBODY:
            self._warned.append("Work there needs people, and nobody qualified could come then.")
        elif coming.attending is Attending.COMES and coming.operator is not None:
            self._warned.append(
                f"Work there needs people, and nobody qualified is on shift then; {_name(coming.operator)} "
                "could come. Overtime of a person is an entry of its own, or both together."
            )

    def _closure(self, when: When) -> tuple[Sequence[EntryRow], str]:
        name = self._reason() or "Closed"
        if self._is_said(self._asked.machine):
            machine = self._machine()
            who, owners = (
                _name(machine),
                [CalendarException("", ExceptionKind.CLOSURE, name, machine_id=machine.id)],
            )
        elif self._is_said(self._asked.operator):
            person = self._person()
            who, owners = (
                _name(person),
                [CalendarException("", ExceptionKind.CLOSURE, name, operator_id=person.id)],
            )
        else:
            who = "The whole shop"
            owners = [
                CalendarException("", ExceptionKind.CLOSURE, name, calendar_id=key)
                for key in sorted(self._shop.calendars)
            ]
            self._told.append(
                "No machine and no person was named, so it holds for every calendar of the shop."
            )
        return [
            _named(row) for row in self._on(owners, when.interval)
        ], f"{who} is closed ({self._when(when)})"

    def _on(self, owners: Iterable[CalendarException], span: Interval) -> list[CalendarException]:
        """For whole days a row each, which takes the shifts that begin on it; else one for the minutes."""
        zone = self._times.zone
        first, last = local_day(span[0], zone), local_day(span[1] - 1, zone)
        whole = (local_minute(first, 0, zone), local_minute(last + timedelta(days=1), 0, zone)) == span
        if not whole:
            return [replace(owner, interval=span) for owner in owners]
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self._told.append("A closed day takes away the shifts that begin on it.")
        return [replace(owner, production_date=day) for owner in owners for day in days]

    def _is_there(self, row: EntryRow) -> bool:
        """Whether the shop has the same entry, whatever it calls it."""
        match row:
            case Downtime():
                return any(
                    (d.machine_id, d.start, d.end) == (row.machine_id, row.start, row.end)
                    for d in self._shop.downtimes
                )
            case Absence():
                return any(
                    (a.operator_id, a.start, a.end) == (row.operator_id, row.start, row.end)
                    for a in self._shop.absences
                )
            case CalendarException():
                return any(replace(e, id=row.id, name=row.name) == row for e in self._shop.exceptions)

    def _when(self, when: When) -> str:
        start, end = when.span
        if start < self._span[0]:
            self._told.append("It began in the past; what it costs counts from now.")
        if end is None:
            self._told.append("It has no known end; hours count to the planning horizon.")
            return f"from {instant_text(start, self._times.zone)} until further notice"
        assert when.window is not None, "who names an end says when"  # noqa: S101
        self._told.append(when.window.assumption)
        return when.window.sentence

    def _machine(self) -> Machine:
        found = find_machine(self._shop, self._asked.machine or "")
        self._told += [] if found.assumption is None else [found.assumption]
        return found.row

    def _person(self) -> Operator:
        found = find_operator(self._shop, self._asked.operator or "")
        self._told += [] if found.assumption is None else [found.assumption]
        return found.row

    def _reason(self) -> str:
        return (self._asked.reason or "").strip()

    def _is_said(self, name: str | None) -> bool:
        return bool(name and name.strip())


def _name(row: Machine | Operator) -> str:
    return row.name or row.code


def _named(row: EntryRow) -> EntryRow:
    """With an id that says what it is: the same entry asked for again is the same row."""
    digest = hashlib.sha256(repr(row).encode()).hexdigest()[:16]
    return replace(row, id=f"{_PREFIXES[type(row)]}-{digest}")
