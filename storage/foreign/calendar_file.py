"""iCalendar files: their events, each a series of times within a window, whatever its rules of repetition."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from recurring_ical_events import of as recurrences_of

from leadhand.clock import utc_minute
from leadhand.errors import ForeignFileUnreadable, InvalidRequest
from storage.exchange.problems import Findings
from storage.foreign.decisions import Decisions

CALENDAR_HEADERS = ("iCalendar",)
MAX_EVENTS = 5_000
MAX_OCCURRENCES = 20_000
MAX_DAYS = 3 * 366
DEFAULT_DAYS = 400
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
    """Whole days; `after` is the day after the last."""

    first: date
    after: date


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to an instant, in UTC and on the minute."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Series:
    """An event with its changed occurrences. `summary` is what people call it."""

    uid: str
    summary: str
    categories: tuple[str, ...]
    cancelled: bool
    main: Event
    parts: tuple[Event, ...]

    @property
    def all_day(self) -> bool:
        return not isinstance(self.main.start, datetime)

    @property
    def marked_free(self) -> bool:
        """Whether its time is marked as free; of whole days many programs do so by themselves."""
        return str(self.main.get("TRANSP") or "").upper() == "TRANSPARENT"

    @property
    def marked_busy(self) -> bool:
        return str(self.main.get("TRANSP") or "").upper() == "OPAQUE"

    @property
    def rule(self) -> dict[str, list[object]]:
        return dict(cast("dict[str, list[object]]", self.main.get("RRULE") or {}))


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """`faults`: (summary, reason, what would be right) of events that cannot be taken."""

    product: str
    series: tuple[Series, ...]
    faults: tuple[tuple[str, str, str], ...] = field(default=())


def is_calendar(raw: bytes) -> bool:
    return raw.lstrip(b"\xef\xbb\xbf\r\n\t ")[:15].upper() == b"BEGIN:VCALENDAR"


def read_calendar(raw: bytes, name: str) -> CalendarFile:
    """The file's events by their series.

    Raises:
        ForeignFileUnreadable: it is broken, or has too many events.
    """
    try:
        calendar = Calendar.from_ical(raw)
        events = [event for event in calendar.subcomponents if isinstance(event, Event)]
    except (ValueError, KeyError, IndexError, TypeError):
        raise ForeignFileUnreadable(
            f"{name} is a broken iCalendar file; export it anew and try again."
        ) from None
    if not events:
        raise ForeignFileUnreadable(f"{name} has no event.")
    if len(events) > MAX_EVENTS:
        raise ForeignFileUnreadable(f"{name} has {len(events):,} events; at most {MAX_EVENTS:,} can be read.")
    faults: list[tuple[str, str, str]] = []
    by_uid: dict[str, list[Event]] = {}
    for number, event in enumerate(events, 1):
        fault = _fault(event)
        if fault is not None:
            faults.append((_summary(event), *fault))
        else:
            by_uid.setdefault(str(event.get("UID") or f"event {number}"), []).append(event)
    series = tuple(_series(uid, parts) for uid, parts in by_uid.items())
    return CalendarFile(str(calendar.get("PRODID") or ""), series, tuple(faults))


def _series(uid: str, parts: list[Event]) -> Series:
    main = next((event for event in parts if event.get("RECURRENCE-ID") is None), parts[0])
    categories = tuple(str(category) for category in main.categories)
    cancelled = str(main.get("STATUS") or "").upper() == "CANCELLED"
    return Series(uid, _summary(main), categories, cancelled, main, tuple(parts))


def _summary(event: Event) -> str:
    return " ".join(str(event.get("SUMMARY") or "event without a summary").split())[:200]


def _fault(event: Event) -> tuple[str, str] | None:
    """Why an event cannot be taken."""
    broken = [name for name, _ in event.errors if name]
    if broken or event.get("DTSTART") is None:
        return f"its {', '.join(broken) or 'DTSTART'} cannot be read", "an iCalendar date or time"
    for name in ("DTSTART", "DTEND"):
        said = event.get(name)
        zone = said.params.get("TZID") if said is not None else None
        moment = said.dt if said is not None else None
        if zone is not None and isinstance(moment, datetime) and moment.tzinfo is None:
            return f"its time zone {zone} is not known", "an IANA name, or a VTIMEZONE in the file"
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
    """When an event happens within the window, its exceptions left out; its wall clock is `zone`'s where it
    has none."""
    calendar = Calendar()
    for part in series.parts:
        calendar.add_component(part)
    found: list[Days | Span] = []
    between = cast("list[Event]", recurrences_of(calendar).between(window.first, window.after))
    for event in islice(between, MAX_OCCURRENCES + 1):
        start, end = event.start, event.end
        if isinstance(start, datetime):
            span = Span(_utc(start, zone), _utc(cast("datetime", end), zone))
            if span.end <= span.start:
                findings.problem(
                    place, None, "does not end after its start", "a later end", column=series.summary
                )
            else:
                found.append(span)
        else:
            found.append(Days(start, max(cast("date", end), start + timedelta(days=1))))
    if len(found) > MAX_OCCURRENCES:
        raise ForeignFileUnreadable(
            f"{series.summary} happens more than {MAX_OCCURRENCES:,} times; take a "
            "shorter window with until=DATE."
        )
    return found


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
