"""Single dates: which year, month or week a phrase means that does not say it."""

from datetime import UTC, date, datetime, timedelta

from leadhand.errors import InvalidDate
from planning.date_phrases.clock import GRACE_DAYS, Clock, Lean, checked_date, first_day
from planning.date_phrases.phrases import (
    CalendarDay,
    DayOfMonth,
    IsoWeek,
    Month,
    SlashedDay,
    Stamp,
    Unit,
    Weekday,
)
from planning.date_phrases.vocabulary import slash_regions
from planning.date_phrases.wording import MONTHS, WEEKDAYS, day_text
from planning.shop import Minute
from planning.zones import to_minute

_WEEK = timedelta(days=7)


def calendar_day(node: CalendarDay, clock: Clock) -> date:
    """The date; without a year the occurrence that the clock leans to.

    Raises:
        InvalidDate: no such day, or it is another weekday than was said.
    """
    year = _year_of((node.month, node.day), clock) if node.year is None else node.year
    if node.year is None and (node.month, node.day) != (2, 29):
        checked_date(2001, node.month, node.day, in_any_year=True)
    day = checked_date(year, node.month, node.day)
    if node.weekday is not None and day.isoweekday() != node.weekday:
        raise InvalidDate(
            f"{day_text(day)} is not a {WEEKDAYS[node.weekday - 1]}.", details={"right": day_text(day)}
        )
    return day


def _year_of(month_day: tuple[int, int], clock: Clock) -> int:
    anchor = clock.anchor
    if clock.lean is Lean.PAST:
        return anchor.year if month_day <= (anchor.month, anchor.day) else anchor.year - 1
    earliest = anchor - timedelta(days=GRACE_DAYS) if clock.lean is Lean.NEAR else anchor
    return earliest.year if month_day >= (earliest.month, earliest.day) else earliest.year + 1


def unslashed(node: SlashedDay, locale: str | None) -> CalendarDay:
    """Day and month of 12/3 as the shop's locale writes them; a number over 12 decides by itself.

    Raises:
        InvalidDate: the locale does not tell; the message names both readings.
    """
    first, second = node.first, node.second
    month_first = second > 12 if (first > 12) != (second > 12) else _month_first(locale)
    if month_first is None and first != second:
        readings = [f"{second} {MONTHS[first - 1]}", f"{first} {MONTHS[second - 1]}"]
        raise InvalidDate(
            f"{first}/{second} can be {readings[0]} or {readings[1]}. Write the month as a word, or the date "
            "like 2026-12-03.",
            details={"choices": [*readings]},
        )
    return CalendarDay(second, first, node.year) if month_first else CalendarDay(first, second, node.year)


def _month_first(locale: str | None) -> bool | None:
    language, _, region = (locale or "").replace("_", "-").partition("-")
    month_first, either = slash_regions()
    region = region.rpartition("-")[2].upper()
    if region in month_first:
        return True
    if region in either or (not region and language.lower() in {"", "en"}):
        return None
    return False


def day_of_month(node: DayOfMonth, clock: Clock) -> date:
    """The next (or, leaning to the past, the latest) month that has such a day."""
    if not 1 <= node.day <= 31:
        raise InvalidDate(f"There is no day {node.day} in a month.", details={"right": "1 to 31"})
    past = clock.lean is Lean.PAST
    month = clock.anchor.replace(day=1)
    while True:
        day = month + timedelta(days=node.day - 1)
        if day.month == month.month and (day <= clock.anchor if past else day >= clock.anchor):
            return day
        month = (month - timedelta(days=1) if past else month + timedelta(days=31)).replace(day=1)


def weekday(node: Weekday, clock: Clock, week_start: date | None) -> date:
    """The day in `week_start`'s week, or as `which` says."""
    days = timedelta(days=node.weekday - 1)
    today = clock.today
    if week_start is not None:
        return week_start + days
    if node.which == -1:
        return latest(node.weekday, today - timedelta(days=1))
    if node.which is not None:
        return first_day(today, Unit.WEEK) + node.which * _WEEK + days
    if clock.lean is Lean.PAST:
        return latest(node.weekday, clock.anchor)
    return clock.anchor + timedelta(days=(node.weekday - clock.anchor.isoweekday()) % 7)


def latest(weekday_no: int, day: date) -> date:
    """The last such weekday on or before `day`."""
    return day - timedelta(days=(day.isoweekday() - weekday_no) % 7)


def iso_monday(node: IsoWeek, clock: Clock) -> date:
    """The Monday of the week; without a year the one that the clock leans to.

    Raises:
        InvalidDate: the year has no such week.
    """
    if not 1 <= node.week <= 53:
        raise InvalidDate(
            f"There is no week {node.week}: calendar weeks are 1 to 52, in some years 53.",
            details={"right": "1 to 53"},
        )
    if node.weekday is not None and not 1 <= node.weekday <= 7:
        raise InvalidDate("Days of a week are 1 (Monday) to 7 (Sunday).", details={"right": "1 to 7"})
    year = _iso_year(node.week, clock) if node.year is None else node.year
    checked_date(year, 1, 1)
    weeks = date(year, 12, 28).isocalendar().week
    if node.week > weeks:
        raise InvalidDate(
            f"{year} has no week {node.week}: its last is {weeks}.", details={"right": f"1 to {weeks}"}
        )
    return _monday(year, node.week)


def _iso_year(week: int, clock: Clock) -> int:
    this = clock.anchor.isocalendar().year
    if clock.lean is Lean.PAST:
        return this if _monday(this, week) <= clock.anchor else this - 1
    earliest = clock.anchor - timedelta(days=GRACE_DAYS if clock.lean is Lean.NEAR else 0)
    return next(year for year in (this - 1, this, this + 1) if _monday(year, week) + _WEEK > earliest)


def _monday(year: int, week: int) -> date:
    return first_day(date(year, 1, 4), Unit.WEEK) + (week - 1) * _WEEK


def month_start(node: Month, clock: Clock) -> date:
    """The first of the month; without a year the running one or the next."""
    today = clock.today
    if node.year is not None:
        return checked_date(node.year, node.month, 1)
    if node.which is None:
        return date(yearly(node.month, clock.anchor.month, clock), node.month, 1)
    if node.which == 0:
        return date(today.year, node.month, 1)
    if node.which > 0:
        first = today.year if node.month > today.month else today.year + 1
        return checked_date(first + node.which - 1, node.month, 1)
    last = today.year if node.month < today.month else today.year - 1
    return checked_date(last + node.which + 1, node.month, 1)


def yearly(number: int, current: int, clock: Clock) -> int:
    """The year of month or quarter `number` where `current` is the anchor's: the running one or the next."""
    if clock.lean is Lean.PAST:
        return clock.anchor.year if number <= current else clock.anchor.year - 1
    return clock.anchor.year if number >= current else clock.anchor.year + 1


def stamp(node: Stamp, clock: Clock) -> Minute:
    """The minute nearest to the timestamp, so that 23:59:59 is the end of the day."""
    day = checked_date(node.year, node.month, node.day)
    if node.hour > 24 or node.minute > 59 or node.second > 59 or (node.hour == 24 and node.minute):
        raise InvalidDate("Clock times are 00:00 to 24:00.", details={"right": "00:00 to 24:00"})
    minute = node.hour * 60 + node.minute + (node.second >= 30)
    if node.offset_min is None:
        return clock.at(day, minute)
    return to_minute(datetime.combine(day, datetime.min.time(), UTC)) + minute - node.offset_min
