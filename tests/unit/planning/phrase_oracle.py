"""What date phrases mean, worked out by walking over days: the second opinion of the property tests.

Shares nothing with the product: no grammar, no arithmetic on months, only dates looked at one by one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MONTHS = [date(2000, month, 1).strftime("%B") for month in range(1, 13)]
_GERMAN_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
GERMAN_MONTHS = _GERMAN_MONTHS.split()
WEEKDAYS = [(date(2001, 1, 1) + i * DAY).strftime("%A") for i in range(7)]
GERMAN_WEEKDAYS = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
PERIODS: dict[str, Callable[[date], tuple[int, ...]]] = {
    "week": lambda day: (day.isocalendar().year, day.isocalendar().week),
    "month": lambda day: (day.year, day.month),
    "quarter": lambda day: (day.year, (day.month + 2) // 3),
    "year": lambda day: (day.year,),
}


@dataclass(frozen=True)
class Moment:
    """The clock of one question."""

    as_of: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.as_of.astimezone(self.zone).date()

    @property
    def now(self) -> int:
        return minutes(self.as_of)

    def midnight(self, day: date) -> int:
        return minutes(datetime(day.year, day.month, day.day, tzinfo=self.zone))

    def days(self, first: date, last: date) -> tuple[int, int]:
        """Both days included."""
        return self.midnight(first), self.midnight(last + DAY)

    def same_time(self, day: date) -> int:
        """The wall-clock time of now on another day."""
        wall = self.as_of.astimezone(self.zone)
        return minutes(datetime(day.year, day.month, day.day, wall.hour, wall.minute, tzinfo=self.zone))

    def period(self, unit: str, shift: int) -> tuple[int, int]:
        """This (0), the next (1), the last (-1) period, by walking day by day."""
        of = PERIODS[unit]
        day = self.today
        step = DAY if shift >= 0 else -DAY
        changes = 0
        while changes < abs(shift):
            following = day + step
            changes += of(following) != of(day)
            day = following
        return self.days(*ends(day, of))

    def next_day(self, fits: Callable[[date], bool], start: date | None = None) -> date:
        """The first day on or after `start` (today) that fits."""
        return next(day for day in walk(start or self.today) if fits(day))


def minutes(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp()) // 60


def walk(day: date, step: timedelta = DAY) -> Iterator[date]:
    while True:
        yield day
        day += step


def ends(day: date, of: Callable[[date], tuple[int, ...]]) -> tuple[date, date]:
    """First and last day of the period that holds `day`."""
    first = next(d for d in walk(day, -DAY) if of(d - DAY) != of(day))
    last = next(d for d in walk(day) if of(d + DAY) != of(day))
    return first, last
