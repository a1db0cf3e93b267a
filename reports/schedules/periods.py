"""The local periods of a schedule, and which of them are due. Pure: the clock is an argument.

A period is named by its local wall-clock time. Where the clocks go back that time comes twice, and the first
one counts; where they go forward over it, it is due the moment after.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from croniter import croniter

from reports.schedules.timing import LOOKED_AHEAD_YEARS, cron_of

# Of the periods that an outage has passed over so many are written down as skipped, the latest ones.
MAX_SKIPPED: Final = 400
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """`key`: local wall-clock time, `2026-11-23T06:00`. `at`: when it is due, aware, UTC."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """`run`: the latest period that is due, if any; `skipped`: those before it, oldest first; `next_at`: when
    to look again."""

    run: Period | None
    skipped: tuple[Period, ...]
    next_at: datetime


def next_period(when: str, timezone: str, *, after: datetime) -> Period:
    """The first period that is due later than `after`."""
    return next(periods_after(when, timezone, after=after))


def periods_after(when: str, timezone: str, *, after: datetime) -> Iterator[Period]:
    """All periods that are due later than `after`; they never end."""
    return (one for one in _from(when, timezone, after) if one.at > after)


@lru_cache(maxsize=100)  # many shops have the same time
def due(when: str, timezone: str, *, since: datetime, now: datetime) -> Due:
    """What is due from `since` to `now`, both included."""
    passed: deque[Period] = deque(maxlen=MAX_SKIPPED + 1)
    for period in _from(when, timezone, since - _SECOND):
        if period.at > now:
            run = passed.pop() if passed else None
            return Due(run, tuple(passed), period.at)
        if period.at >= since:
            passed.append(period)
    raise AssertionError("a cron line that was checked never ends")


def _from(when: str, timezone: str, start: datetime) -> Iterator[Period]:
    """Every period from about `start` on; `at` never decreases."""
    zone = ZoneInfo(timezone)
    # On wall-clock times without a zone: what the zone does to them is ours to say.
    wall = start.astimezone(zone).replace(tzinfo=None)
    walls = croniter(cron_of(when), wall, max_years_between_matches=LOOKED_AHEAD_YEARS)
    while True:
        found = walls.get_next(datetime)
        yield Period(found.isoformat(timespec="minutes"), _instant(found, zone))


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    local = wall.replace(tzinfo=zone, fold=0)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # The clocks leap over it: find the leap, which lies between the two readings of this time.
    before, after = local.replace(fold=1).astimezone(UTC), instant
    while after - before > _SECOND:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
