"""The edge between local wall-clock time and the engine's integer UTC minutes.

The only module of `planning` that does arithmetic with datetimes: subtracting two aware datetimes of one
zone gives the wall-clock difference, wrong by the shift of the clocks, so every instant goes to UTC first.

A local time that exists twice means the first of the two (fold=0). A local time that the clocks jump over is
read with the offset before the jump (fold=0 as well): 02:30 becomes the instant half an hour after the jump.
Since that holds for starts and ends alike, shifts that touch on the wall clock touch in UTC.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from planning.shop import Interval, Minute

MINUTES_PER_DAY = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


def to_minute(moment: datetime) -> Minute:
    """The UTC minute of an aware datetime; seconds are cut off.

    Raises:
        ValueError: `moment` is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no instant")
    return (moment.astimezone(UTC) - _EPOCH) // _MINUTE


def from_minute(minute: Minute, zone: ZoneInfo) -> datetime:
    """The aware local datetime of a UTC minute."""
    return (_EPOCH + timedelta(minutes=minute)).astimezone(zone)


def iso(minute: Minute, zone: ZoneInfo) -> str:
    """ISO 8601 in the zone with its offset: "2026-12-01T06:00:00-06:00"."""
    return from_minute(minute, zone).isoformat()


def local_minute(day: date, local_min: int, zone: ZoneInfo) -> Minute:
    """The UTC minute of the wall-clock time `local_min` of `day`; 1440 (24:00) and more are later days."""
    days, minute = divmod(local_min, MINUTES_PER_DAY)
    wall = datetime.combine(day + timedelta(days=days), datetime.min.time(), zone)
    return to_minute(wall.replace(hour=minute // 60, minute=minute % 60, fold=0))


def local_day(minute: Minute, zone: ZoneInfo) -> date:
    """The local date that contains the instant."""
    return from_minute(minute, zone).date()


def day_window(day: date, zone: ZoneInfo) -> Interval:
    """A local day, midnight to midnight: 23, 24 or 25 hours."""
    return local_minute(day, 0, zone), local_minute(day, MINUTES_PER_DAY, zone)


def week_window(iso_year: int, iso_week: int, zone: ZoneInfo) -> Interval:
    """An ISO week from Monday 00:00 local. Raises ValueError where the year has no such week."""
    monday = date.fromisocalendar(iso_year, iso_week, 1)
    return local_minute(monday, 0, zone), local_minute(monday, 7 * MINUTES_PER_DAY, zone)


def whole_days(span: Interval) -> Interval:
    """The UTC days that `span` touches, so that questions of one day share what is compiled for it."""
    return span[0] // MINUTES_PER_DAY * MINUTES_PER_DAY, -(-span[1] // MINUTES_PER_DAY) * MINUTES_PER_DAY


def month_window(year: int, month: int, zone: ZoneInfo) -> Interval:
    """A calendar month, first to first."""
    first = date(year, month, 1)
    return local_minute(first, 0, zone), local_minute(next_month(first), 0, zone)


def next_month(day: date) -> date:
    """The first of the month after `day`'s."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


class BucketSize(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A local day ("2026-12-01"), ISO week ("2026-W49") or month ("2026-12"), cut to the window asked for."""

    label: str
    start: Minute
    end: Minute

    @property
    def window(self) -> Interval:
        return self.start, self.end


def buckets(size: BucketSize, window: Interval, zone: ZoneInfo) -> tuple[Bucket, ...]:
    """The buckets that cover `window`, in order, the first and last one cut to it."""
    start, end = window
    found: list[Bucket] = []
    day = bucket_first_day(size, local_day(start, zone))
    opening = local_minute(day, 0, zone)
    while opening < end:
        following = next_bucket(size, day)
        closing = local_minute(following, 0, zone)
        if closing > start:
            found.append(Bucket(bucket_label(size, day), max(opening, start), min(closing, end)))
        day, opening = following, closing
    return tuple(found)


def bucket_first_day(size: BucketSize, day: date) -> date:
    """The first local day of the bucket that holds `day`."""
    if size is BucketSize.WEEK:
        return day - timedelta(days=day.isoweekday() - 1)
    return day.replace(day=1) if size is BucketSize.MONTH else day


def next_bucket(size: BucketSize, first_day: date) -> date:
    """The first day of the bucket after the one that starts on `first_day`."""
    if size is BucketSize.MONTH:
        return next_month(first_day)
    return first_day + timedelta(days=7 if size is BucketSize.WEEK else 1)


def bucket_label(size: BucketSize, first_day: date) -> str:
    if size is BucketSize.WEEK:
        year, week, _ = first_day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return first_day.isoformat()[:7] if size is BucketSize.MONTH else first_day.isoformat()


@dataclass(frozen=True, slots=True)
class LocalDays:
    """Consecutive local days with their UTC midnights: what calendars are compiled along.

    `even[i]`: no clock change from 00:00 of day i for 48 hours, so that a wall-clock time there is simply
    midnight plus its minutes.
    """

    zone: ZoneInfo
    days: tuple[date, ...]
    midnights: tuple[Minute, ...]
    even: tuple[bool, ...]

    def index_at(self, minute: Minute) -> int:
        """Index of the day that contains the instant; -1 before the first."""
        return bisect_right(self.midnights, minute) - 1


@lru_cache(maxsize=32)
def local_days(first: date, last: date, zone: ZoneInfo) -> LocalDays:
    """All local days from `first` to `last`, both included."""
    count = last.toordinal() - first.toordinal() + 1
    days = tuple(first + timedelta(days=i) for i in range(count))
    noons = [local_minute(first, i * MINUTES_PER_DAY + MINUTES_PER_DAY // 2, zone) for i in range(count + 2)]
    midnights = [local_minute(first, i * MINUTES_PER_DAY, zone) for i in range(count + 2)]
    half = MINUTES_PER_DAY // 2
    even = tuple(
        midnights[i + 1] - midnights[i] == MINUTES_PER_DAY == midnights[i + 2] - midnights[i + 1]
        and noons[i] - midnights[i] == half == noons[i + 1] - midnights[i + 1]
        for i in range(count)
    )
    return LocalDays(zone, days, tuple(midnights[:count]), even)
