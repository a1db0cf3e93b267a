"""The instant and zone in which phrases are read, and checked dates."""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from leadhand.errors import InvalidDate
from planning.date_phrases.phrases import Unit
from planning.date_phrases.reading import FIRST_YEAR, LAST_YEAR
from planning.date_phrases.windows import Grain
from planning.date_phrases.wording import MONTHS
from planning.shop import Minute
from planning.zones import MINUTES_PER_DAY, from_minute, local_day, local_minute

# A date without a year that was said up to so many days ago still means that one, later than that the next.
GRACE_DAYS = 31
_MAX_COUNT = 10_000


class Lean(StrEnum):
    """Which of the yearly, monthly or weekly occurrences is meant where the phrase does not say."""

    NEAR = "near"  # the next one, or one of the last GRACE_DAYS
    NEXT = "next"  # on or after the anchor
    PAST = "past"  # on or before the anchor


@dataclass(frozen=True, slots=True)
class Span:
    """A resolved node. `end` may be before `start`: the caller says that the window is empty."""

    start: Minute
    end: Minute
    grain: Grain = Grain.SPAN
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` and, in the second half of a range, the day from which to look for the next occurrence."""

    now: Minute
    zone: ZoneInfo
    locale: str | None
    default_days: int
    lean: Lean = Lean.NEAR
    anchor_day: date | None = None

    @property
    def today(self) -> date:
        return local_day(self.now, self.zone)

    @property
    def anchor(self) -> date:
        return self.anchor_day or self.today

    def leaning(self, lean: Lean, anchor: date | None = None) -> "Clock":
        return replace(self, lean=lean, anchor_day=anchor)

    def at(self, day: date, local_min: int = 0) -> Minute:
        """Raises InvalidDate outside the years that are understood."""
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise InvalidDate(
                f"Dates from {FIRST_YEAR} to {LAST_YEAR} are understood.",
                details={"first_year": FIRST_YEAR, "last_year": LAST_YEAR},
            )
        return local_minute(day, local_min, self.zone)

    def day(self, day: date) -> Span:
        return Span(self.at(day), self.at(day, MINUTES_PER_DAY), Grain.DAY)

    def days(self, first: date, after: date) -> Span:
        """From `first` to `after`, which is no part of it."""
        return Span(self.at(first), self.at(after - timedelta(days=1), MINUTES_PER_DAY))

    def shifted(self, count: int, unit: Unit) -> Minute:
        """Now, so many units later on the wall clock; hours are hours."""
        if unit is Unit.HOUR:
            return self.now + checked_count(count) * 60
        local = from_minute(self.now, self.zone)
        return self.at(add(local.date(), count, unit), local.hour * 60 + local.minute)


def checked_count(count: int) -> int:
    if abs(count) > _MAX_COUNT:
        raise InvalidDate(f"{abs(count)} is too far away.", details={"at_most": _MAX_COUNT})
    return count


def add(day: date, count: int, unit: Unit) -> date:
    """So many days, weeks, months, quarters or years later; the 31st becomes the last of a shorter month."""
    checked_count(count)
    if unit in {Unit.DAY, Unit.WEEK}:
        return day + timedelta(days=count * (7 if unit is Unit.WEEK else 1))
    months = day.month - 1 + count * {Unit.MONTH: 1, Unit.QUARTER: 3}.get(unit, 12)
    year, month = day.year + months // 12, months % 12 + 1
    checked_date(year, 1, 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def first_day(day: date, unit: Unit) -> date:
    """The first day of the week, month, quarter or year that holds `day`."""
    match unit:
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case Unit.YEAR:
            return date(day.year, 1, 1)
        case _:
            return day


def checked_date(year: int, month: int, day: int, *, in_any_year: bool = False) -> date:
    """The date, or InvalidDate that says what would be right; `in_any_year` leaves the year unsaid."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidDate(
            f"Dates from {FIRST_YEAR} to {LAST_YEAR} are understood, not in {year}.",
            details={"first_year": FIRST_YEAR, "last_year": LAST_YEAR},
        )
    if not 1 <= month <= 12:
        raise InvalidDate(f"There is no month {month}: months are 1 to 12.", details={"right": "1 to 12"})
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        name = MONTHS[month - 1]
        shown = f"{name} {year}" if month == 2 and not in_any_year else name
        last = 29 if month == 2 and in_any_year else last
        raise InvalidDate(
            f"There is no {day} {shown}: {shown} has {last} days.", details={"right": f"1 to {last} {shown}"}
        )
    return date(year, month, day)
