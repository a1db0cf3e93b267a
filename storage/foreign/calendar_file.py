"""iCalendar files: their events, each a series of times within a window, whatever its rules of repetition."""

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vDDDTypes
from recurring_ical_events import of as recurrences_of

from leadhand.clock import utc_minute
from leadhand.errors import ForeignFileUnreadable, InvalidRequest
from storage.exchange.problems import Findings, shown
from storage.foreign.calendar_parts import (
    APART,
    INSTEAD_OF,
    apart,
    is_cancelled,
    is_free,
    is_tentative,
    last_day,
    tidied,
    told_others,
    with_last_day,
)
from storage.foreign.decisions import Decisions

CALENDAR_HEADERS = ("iCalendar",)
MAX_EVENTS = 5_000
MAX_OCCURRENCES = 20_000
MAX_DAYS = 3 * 366
DEFAULT_DAYS = 400
_TOLD_DAYS = 5
# Finer rules than these are no calendar of a shop, and could be told for ever.
_RULES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


@dataclass(frozen=True, slots=True)
class Window:
    """Local days: the first, and the one after the last."""

    first: date
    after: date

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range((self.after - self.first).days))


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days; `after` is the day after the last. `of`: by which time its series knows it, wherever it
    was moved to; empty: it does not repeat."""

    first: date
    after: date
    of: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to an instant, in UTC and on the minute; to the same: it does not say how long it is.
    `of`: as of days."""

    start: datetime
    end: datetime
    of: str = field(default="", compare=False)

    @property
    def endless(self) -> bool:
        return self.end == self.start


@dataclass(frozen=True, slots=True)
class Series:
    """An event with its changed occurrences. `summary` is what people call it; `calendar` the name of the
    calendar that it stands in."""

    uid: str
    summary: str
    categories: tuple[str, ...]
    cancelled: bool
    main: Event
    parts: tuple[Event, ...]
    calendar: str = ""
    # the event's own UID, where `uid` has more
    event_uid: str = ""

    @property
    def all_day(self) -> bool:
        return not isinstance(self.main.start, datetime)

    @property
    def tentative(self) -> bool:
        return is_tentative(self.main)

    @property
    def first_day(self) -> date:
        """The day on which it begins, by its own clock."""
        start = self.main.start
        return start.date() if isinstance(start, datetime) else start

    @property
    def people(self) -> tuple[str, ...]:
        """Those who called for it, and those who are asked to it and have not declined."""
        asked = cast("list[vCalAddress]", self.main.attendees)
        going = [who for who in asked if str(who.params.get("PARTSTAT") or "").upper() != "DECLINED"]
        called = self.main.get("ORGANIZER")
        said = [*([called] if called is not None else []), *going]
        return tuple(dict.fromkeys(str(who.params.get("CN") or who).strip("\"' ") for who in said))

    @property
    def resources(self) -> tuple[str, ...]:
        """What it takes up: its resources, and the names and mailboxes of those that are asked to it."""
        said = self.main.get("RESOURCES")
        lists = cast("list[object]", said if isinstance(said, list) else [said] if said is not None else [])
        listed = [part for text in lists for part in re.split(r"\\?[,;]", str(text))]
        asked = cast("list[vCalAddress]", self.main.attendees)
        going = [who for who in asked if str(who.params.get("PARTSTAT") or "").upper() != "DECLINED"]
        named = [str(who.params.get("CN") or "").strip("\"' ") for who in going]
        mailboxes = [re.sub(r"(?i)^mailto:", "", str(who)).partition("@")[0] for who in going]
        return tuple(dict.fromkeys(filter(None, (text.strip() for text in (*listed, *named, *mailboxes)))))

    @property
    def repeats(self) -> bool:
        """Whether it is one of several times, or has them."""
        return len(self.parts) > 1 or any(
            self.main.get(name) is not None for name in ("RRULE", "RDATE", "RECURRENCE-ID")
        )

    def key_of(self, when: Days | Span, zone: ZoneInfo) -> str:
        """The key of one of its times: the event's UID, and by which time its series knows it."""
        instead = self.main.get(INSTEAD_OF)
        of = when.of if instead is None else _time_key(cast("vDDDTypes", instead).dt, zone)
        return "/".join(filter(None, (self.event_uid or self.uid, of)))

    @property
    def last_day(self) -> date | None:
        """The last day of its rule, where it is on some day and the rule does not say until when."""
        day = last_day(self.main)
        if day is None:
            return None
        more = self.with_last_day(day)
        calendar = Calendar()
        calendar.add_component(more.main)
        return day if recurrences_of(calendar).between(day, day + timedelta(days=1)) else None

    def with_last_day(self, day: date) -> "Series":
        """The series, until that day is over."""
        main = with_last_day(self.main, day)
        return replace(self, main=main, parts=tuple(main if p is self.main else p for p in self.parts))

    @property
    def location(self) -> str:
        """Where it is, on one line; empty: it does not say."""
        return " ".join(str(self.main.get("LOCATION") or "").split())[:200]

    @property
    def description(self) -> str:
        """What is written in it besides its summary."""
        return " ".join(str(self.main.get("DESCRIPTION") or "").split())[:2_000]

    @property
    def marked_free(self) -> bool:
        """Whether its time is marked as free; of whole days many programs do so by themselves."""
        return is_free(self.main)

    @property
    def rule(self) -> dict[str, list[object]]:
        return dict(cast("dict[str, list[object]]", self.main.get("RRULE") or {}))


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """`faults`: (summary, reason, what would be right) of events that cannot be taken. `others`: what it
    holds besides events. `zones`: those that calendars name for times that name none, where there are
    such."""

    product: str
    series: tuple[Series, ...]
    faults: tuple[tuple[str, str, str], ...] = field(default=())
    others: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()


def is_calendar(raw: bytes) -> bool:
    return raw.lstrip(b"\xef\xbb\xbf\r\n\t ")[:15].upper() == b"BEGIN:VCALENDAR"


def read_calendar(raw: bytes, name: str, *, zone_said: bool = False) -> CalendarFile:
    """The events of all calendars of the file by their series. `zone_said`: whether a person says of which
    zone times are whose own is not known.

    Raises:
        ForeignFileUnreadable: it is broken, or has too many events.
    """
    calendars = _calendars(raw, name)
    events = [(calendar, event) for calendar in calendars for event in _events(calendar)]
    others = told_others(calendars)
    if not events:
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
        str(calendars[0].get("PRODID") or ""), tuple(series), tuple(faults), tuple(others), tuple(zones)
    )


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
    rule = cast("dict[str, list[object]] | None", event.get("RRULE"))
    if rule is not None and {str(name) for name in rule.get("FREQ", [])} - _RULES:
        return "it repeats more often than daily", "a daily, weekly, monthly or yearly rule"
    try:
        start, end = event.start, event.end
    except (ValueError, TypeError, KeyError, AttributeError):
        return "its start and end do not belong together", "both dates, or both times"
    if isinstance(start, datetime) and (start.second or (isinstance(end, datetime) and end.second)):
        return "it is not on the minute", "times without seconds"
    return None


def window_of(decisions: Decisions, zone: ZoneInfo, horizon_days: int) -> Window:
    """The days that are looked at: as answered (`from`, `until`, the last day), else from today on.

    Raises:
        InvalidRequest: an answer is no date, or the window is empty or too long.
    """
    today = utc_minute().astimezone(zone).date()
    first = _answered(decisions, "from") or today
    last = _answered(decisions, "until") or first + timedelta(
        days=max(DEFAULT_DAYS, min(horizon_days, MAX_DAYS - 1))
    )
    if not first <= last < first + timedelta(days=MAX_DAYS):
        raise InvalidRequest(f"from={first} until={last} must be 1 to {MAX_DAYS:,} days.")
    return Window(first, last + timedelta(days=1))


def _answered(decisions: Decisions, key: str) -> date | None:
    text = decisions.optional(key)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"{key}={text[:40]} is no date; right would be: 2026-12-07.") from None


def occurrences(
    series: Series, window: Window, zone: ZoneInfo, findings: Findings, place: str
) -> list[Days | Span]:
    """When an event happens within the window, its exceptions and cancelled times left out; its wall clock is
    `zone`'s where it has none."""
    found: list[Days | Span] = []
    cancelled: list[str] = []
    repeats = series.repeats
    for event in _between(series, window, findings, place):
        start, end = event.start, event.end
        said = cast("vDDDTypes | None", event.get("RECURRENCE-ID"))
        of = _time_key(start if said is None else said.dt, zone) if repeats else ""
        if event.get(APART) is not None:
            continue  # it is an event of its own
        if is_cancelled(event):
            day = _utc(start, zone).astimezone(zone) if isinstance(start, datetime) else start
            cancelled.append(f"{day:%Y-%m-%d}")
        elif isinstance(start, datetime):
            span = Span(_utc(start, zone), _utc(cast("datetime", end), zone), of)
            if span.end < span.start:
                findings.problem(
                    place, None, "does not end after its start", "a later end, or event.…=ignore",
                    column=series.summary,
                )  # fmt: skip
            else:
                found.append(span)
        else:
            found.append(Days(start, max(cast("date", end), start + timedelta(days=1)), of))
    if cancelled:
        days = ", ".join(cancelled[:_TOLD_DAYS]) + (
            f", … ({len(cancelled)} times)" if len(cancelled) > _TOLD_DAYS else ""
        )
        told = f"{shown(series.summary)} is cancelled on {days} and is left out then"
        findings.notice(place, None, told)
    if len(found) + len(cancelled) > MAX_OCCURRENCES:
        raise ForeignFileUnreadable(
            f"{series.summary} happens more than {MAX_OCCURRENCES:,} times; take a "
            "shorter window with until=DATE."
        )
    return found


def _between(series: Series, window: Window, findings: Findings, place: str) -> list[Event]:
    calendar = Calendar()
    for part in series.parts:
        calendar.add_component(part)
    try:
        between = cast("list[Event]", recurrences_of(calendar).between(window.first, window.after))
        return list(islice(between, MAX_OCCURRENCES + 1))
    except (ValueError, TypeError, KeyError, OverflowError):
        findings.problem(
            place, None, "its times cannot be worked out", "a rule that can be followed, or event.…=ignore",
            column=series.summary,
        )  # fmt: skip
        return []


def _time_key(moment: object, zone: ZoneInfo) -> str:
    """A time as a part of a key: a day, or an instant."""
    return f"{_utc(moment, zone):%Y%m%dT%H%MZ}" if isinstance(moment, datetime) else str(moment)


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
