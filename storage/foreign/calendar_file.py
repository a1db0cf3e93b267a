"""iCalendar files: their events by their series, and their tasks."""

import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from icalendar import Calendar, Event

from leadhand.errors import ForeignFileUnreadable
from storage.foreign.calendar_parts import INSTEAD_OF, apart, is_cancelled, tidied, told_others
from storage.foreign.calendar_rules import fault_of_rule, said_twice
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_tasks import Task, tasks_of, unzoned

CALENDAR_HEADERS = ("iCalendar",)
MAX_EVENTS = 5_000
# Finer rules than these are no calendar of a shop, and could be told for ever.


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """`faults`: (summary, reason, what would be right) of events that cannot be taken. `others`: what it
    holds besides events and tasks. `zones`: those that calendars name for times of events that name none,
    where there are such."""

    product: str
    series: tuple[Series, ...]
    faults: tuple[tuple[str, str, str], ...] = field(default=())
    others: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    zones_of_tasks: tuple[str, ...] = ()


def is_calendar(raw: bytes) -> bool:
    return raw.lstrip(b"\xef\xbb\xbf\r\n\t ")[:15].upper() == b"BEGIN:VCALENDAR"


def read_calendar(raw: bytes, name: str, *, zone_said: bool = False) -> CalendarFile:
    """The events of all calendars of the file by their series, and their tasks. `zone_said`: whether a person
    says of which zone times are whose own is not known.

    Raises:
        ForeignFileUnreadable: it is broken, or has too many events.
    """
    calendars = _calendars(raw, name)
    events = [(calendar, event) for calendar in calendars for event in _events(calendar)]
    others, tasks = told_others(calendars), tasks_of(calendars, zone_said=zone_said)
    if not events and not tasks:
        raise ForeignFileUnreadable(f"{name} has no event." + "".join(f" {text}." for text in others))
    if len(events) > MAX_EVENTS:
        raise ForeignFileUnreadable(f"{name} has {len(events):,} events; at most {MAX_EVENTS:,} can be read.")
    faults: list[tuple[str, str, str]] = []
    by_uid: dict[tuple[str, str], list[Event]] = {}
    zones: dict[str, None] = {}
    withdrawn: set[tuple[str, str]] = set()
    for number, (calendar, event) in enumerate(events, 1):
        fault = _fault(event, zone_said=zone_said)
        if fault is not None:
            faults.append((_summary(event), *fault))
            continue
        key = (_name(calendar), str(event.get("UID") or f"event {number}"))
        by_uid.setdefault(key, []).append(tidied(event))
        if str(calendar.get("METHOD") or "").upper() == "CANCEL":
            withdrawn.add(key)
        start, zone = event.start, str(calendar.get("X-WR-TIMEZONE") or "").strip()
        if zone and isinstance(start, datetime) and start.tzinfo is None:
            zones[zone] = None
    in_calendars = Counter(uid for _, uid in by_uid)
    series = [
        found
        for (of, uid), parts in by_uid.items()
        for found in _series(
            f"{uid}/{of}" if in_calendars[uid] > 1 else uid, parts, of, withdrawn=(of, uid) in withdrawn
        )
    ]
    return CalendarFile(
        str(calendars[0].get("PRODID") or ""), tuple(series), tuple(faults), tuple(others), tuple(zones),
        tasks, tuple(dict.fromkeys(unzoned(calendars))),
    )  # fmt: skip


def _calendars(raw: bytes, name: str) -> list[Calendar]:
    """One or more, one after the other."""
    try:
        with warnings.catch_warnings():
            # Of names of zones that are guessed the preview shows what comes of them.
            warnings.simplefilter("ignore")
            found = Calendar.from_ical(raw, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError):
        found = []
    if not found or any(component.name != "VCALENDAR" for component in found):
        raise ForeignFileUnreadable(f"{name} is a broken iCalendar file; export it anew and try again.")
    if any(str(component.get("VERSION") or "").strip() == "1.0" for component in found):
        raise ForeignFileUnreadable(
            f"{name} is a vCalendar file of version 1.0, which is not read; export it as iCalendar (2.0)."
        )
    return found


def _events(calendar: Calendar) -> list[Event]:
    return [event for event in calendar.subcomponents if isinstance(event, Event)]


def _name(calendar: Calendar) -> str:
    """What the calendar is called, on one line; empty: it does not say."""
    return " ".join(str(calendar.get("X-WR-CALNAME") or "").split())[:200]


def _series(uid: str, parts: list[Event], calendar: str, *, withdrawn: bool) -> list[Series]:
    """An event with its changed times, and those of them that are events of their own. Of several versions
    the last one counts; several of one version are events that were given the same name."""
    whole = [event for event in parts if event.get("RECURRENCE-ID") is None]
    changed = [event for event in parts if event.get("RECURRENCE-ID") is not None]
    newest = max(map(_version, whole), default=0)
    mains = _different(event for event in whole if _version(event) == newest)
    main = mains[0] if mains else next((event for event in parts if not is_cancelled(event)), parts[0])
    own = [*mains[1:], *apart(main, changed)]
    made = [(uid, main, [main, *changed] if mains else parts)]
    made += [(f"{uid}/{number}", part, [part]) for number, part in enumerate(own, 1)]
    return [
        Series(
            name,
            _summary(event),
            tuple(str(category) for category in event.categories),
            withdrawn or is_cancelled(event),
            event,
            tuple(of),
            calendar,
            uid if event.get(INSTEAD_OF) is not None else name,
        )
        for name, event, of in made
    ]


def _version(event: Event) -> int:
    return int(cast("int", event.get("SEQUENCE") or 0))


def _different(events: Iterable[Event]) -> list[Event]:
    """Those that begin at another time or are called otherwise than those before."""
    return list({(str(event.start), _summary(event)): event for event in events}.values())


def _summary(event: Event) -> str:
    return " ".join(str(event.get("SUMMARY") or "event without a summary").split())[:200]


def _fault(event: Event, *, zone_said: bool) -> tuple[str, str] | None:
    """Why an event cannot be taken."""
    if (fault := said_twice(event) or fault_of_rule(event)) is not None:
        return fault
    broken = [name for name, _ in event.errors if name]
    if broken or event.get("DTSTART") is None:
        return f"its {', '.join(broken) or 'DTSTART'} cannot be read", "an iCalendar date or time"
    for name in ("DTSTART", "DTEND"):
        said = event.get(name)
        zone = said.params.get("TZID") if said is not None else None
        moment = said.dt if said is not None else None
        if zone is not None and not zone_said and isinstance(moment, datetime) and moment.tzinfo is None:
            return (
                f"its time zone {zone} is not known",
                "an IANA name, a VTIMEZONE in the file, or an answer to time_zone",
            )
    try:
        start, end = event.start, event.end
    except (ValueError, TypeError, KeyError, AttributeError):
        return "its start and end do not belong together", "both dates, or both times"
    if isinstance(start, datetime) and (start.second or (isinstance(end, datetime) and end.second)):
        return "it is not on the minute", "times without seconds"
    return None
