"""The days that are looked at in a calendar, and the times of its events: whole days, or spans."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadhand.clock import utc_minute
from leadhand.errors import InvalidRequest
from storage.foreign.decisions import Decisions

MAX_DAYS = 3 * 366
DEFAULT_DAYS = 400


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


def time_key(moment: object, zone: ZoneInfo) -> str:
    """A time as a part of a key: a day, or an instant."""
    return f"{as_utc(moment, zone):%Y%m%dT%H%MZ}" if isinstance(moment, datetime) else str(moment)


def as_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
