"""When the events of a calendar happen, whatever their rules of repetition."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDDDTypes
from recurring_ical_events import of as recurrences_of

from leadhand.errors import ForeignFileUnreadable
from storage.exchange.problems import Findings, shown
from storage.foreign.calendar_parts import APART, is_cancelled
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_times import Days, Span, Window, as_utc, time_key

MAX_OCCURRENCES = 20_000
_TOLD_DAYS = 5


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time of an event, with what the event says of it then."""

    when: Days | Span
    event: Event


def occurrences(
    series: Series, window: Window, zone: ZoneInfo, findings: Findings, place: str
) -> list[Occurrence]:
    """When an event happens within the window, its exceptions and cancelled times left out; its wall clock is
    `zone`'s where it has none."""
    found: list[Occurrence] = []
    cancelled: list[str] = []
    repeats = series.repeats
    for event in _between(series, window, findings, place):
        start, end = event.start, event.end
        said = cast("vDDDTypes | None", event.get("RECURRENCE-ID"))
        of = time_key(start if said is None else said.dt, zone) if repeats else ""
        if event.get(APART) is not None:
            continue  # it is an event of its own
        if is_cancelled(event):
            day = as_utc(start, zone).astimezone(zone) if isinstance(start, datetime) else start
            cancelled.append(f"{day:%Y-%m-%d}")
        elif isinstance(start, datetime):
            span = Span(as_utc(start, zone), as_utc(cast("datetime", end), zone), of)
            if span.end < span.start:
                findings.problem(
                    place, None, "does not end after its start", "a later end, or event.…=ignore",
                    column=series.summary,
                )  # fmt: skip
            else:
                found.append(Occurrence(span, event))
        else:
            days = Days(start, max(cast("date", end), start + timedelta(days=1)), of)
            found.append(Occurrence(days, event))
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
