"""Dates and times as people of different countries write them. Whether day or month comes first, which year
a date without one is of, and which day a week stands for, is decided for a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, TypeAlias

from storage.exchange.kinds import Refused
from storage.foreign.date_forms import (
    CHECKED_CHARS,
    COMPACT,
    MAX_DATE_CHARS,
    NAMED,
    NUMERIC,
    SIGNS,
    short_date,
    week_in,
    yearless,
)
from storage.foreign.decisions import Undecided
from storage.foreign.digit_dates import Digits, digits_in, readings, timed_digits
from storage.foreign.moments import Moment
from storage.foreign.times_of_day import DAY_MINUTES, less_next_day, minute_in
from storage.foreign.vocabulary import folded, key_of

Order: TypeAlias = Literal["dmy", "mdy", "ymd"]
_ERAS = {"令和": 2018, "平成": 1988}
_OF_AN_ERA = re.compile(
    r"^1\d\d(?:\D|\d{4}(?!\d))|(?<!\d)2[56]\d\d(?!\d)|^(?:2[56]\d{6}|\d{4}2[56]\d\d)$", re.ASCII
)


@dataclass(frozen=True, slots=True)
class DateStyle:
    """What was decided about dates. `year`: 2026, or 2026-07 for the twelve months from then. `weekday`: the
    day that a week stands for, 1 is Monday. `digits`: what comes first where a date is digits alone.
    `months`: of words that are not known, None while they are asked. `era_asked`: whether it is asked from
    when a year such as 115 or 2569 is counted."""

    order: Order | None = None
    year: str | None = None
    weekday: int | None = None
    digits: Digits | None = None
    months: Mapping[str, int | None] = field(default_factory=dict[str, int | None])
    era_asked: bool = False

    def month(self, word: str) -> int | None:
        """The month of a word; None: it is none.

        Raises:
            Undecided: it is asked.
        """
        if folded(word) in self.months:
            month = self.months[folded(word)]
            if month is None:
                raise Undecided("names a month that is asked about", "an answer to month")
            return month
        known = key_of("months", word)
        return None if known is None else int(known)


def parse_date(text: str, style: DateStyle) -> Moment:
    """The date, with its time if it has one.

    Raises:
        Refused: no date, no day of the calendar, or nobody has decided what comes first.
    """
    if len(text) > MAX_DATE_CHARS:
        raise Refused("is not a date", "such as 2026-12-07")
    if style.era_asked and _OF_AN_ERA.search(text):
        raise Undecided("has a year that is counted otherwise", "an answer to era")
    at, later = less_next_day(text)
    if not later:
        return _parsed(text, style)
    moment = _parsed(at, style)
    if moment.minute is None:
        raise Refused("is not a date", "such as 2026-12-07 06:00 +1")
    return moment.later(later)


def _parsed(text: str, style: DateStyle) -> Moment:
    order = style.order
    form = NUMERIC.fullmatch(text)
    if form is not None:
        year, month, day = _by_order(form, order)
        return _moment(form, year, month, day)
    timed = timed_digits(text)
    if timed is not None and (found := readings(timed[0])):
        return _in_digits(found, style).later(timed[1])
    if (found := readings(text)) or (style.digits is not None and digits_in(text) is not None):
        return _in_digits(found, style)
    for pattern in NAMED:
        form = pattern.fullmatch(text)
        name = None if form is None else style.month(form["name"])
        if form is not None and name is not None:
            return _moment(form, _year(form["year"]), name, int(form["day"]))
    form = COMPACT.fullmatch(text) or SIGNS.fullmatch(text)
    if form is not None:
        return _moment(form, _year_in_signs(form), int(form["month"]), int(form["day"]))
    week = week_in(text)
    found = _day_of_week(week, style) if week is not None else _without_year(text, style)
    if found is None:
        raise Refused("is not a date", "such as 2026-12-07")
    return found


def _without_year(text: str, style: DateStyle) -> Moment | None:
    form = yearless(text)
    month = _month_of(form, style) if form is not None else None
    if form is not None and month is not None:
        return _moment(form, _year_of(month, style), month, int(form["day"]))
    if (form := short_date(text)) is not None:
        month, day = _month_and_day(form, style.order)
        return _moment(form, _year_of(month, style), month, day)
    return None


def _month_and_day(form: re.Match[str], order: Order | None) -> tuple[int, int]:
    """Of `07/12`; a date that begins with its year has the month next."""
    first, second = int(form["a"]), int(form["b"])
    if form["sign"] == "." or first > 12 or (order == "dmy" and second <= 12):
        return second, first
    if second > 12 or first == second or order is not None:
        return first, second
    raise Undecided("could be day/month or month/day", "an answer to date_order")


def _month_of(form: re.Match[str], style: DateStyle) -> int | None:
    named = form.groupdict().get("name")
    return style.month(named) if named else int(form["month"])


def _year_in_signs(form: re.Match[str]) -> int:
    era = form.groupdict().get("era")
    year = 1 if form["year"] == "元" else int(form["year"])
    if era is None and len(form["year"]) == 3:
        raise _no_year()
    return year + _ERAS[era] if era else year


def _no_year() -> Refused:
    return Refused("has a year of three digits", "such as 2026-12-07, or an answer to era")


def _in_digits(found: Mapping[Digits, date], style: DateStyle) -> Moment:
    if len(found) == 1 and style.digits is None:
        return Moment(next(iter(found.values())))
    if style.digits is None:
        raise Undecided("is a date of digits alone", "an answer to digits")
    if style.digits not in found:
        raise Refused("is no day of the calendar", "digits in the order that was decided for this file")
    return Moment(found[style.digits])


def _year_of(month: int, style: DateStyle) -> int:
    if style.year is None:
        raise Undecided("has no year", "an answer to year")
    year, _, first = style.year.partition("-")
    return int(year) + (1 if first and month < int(first) else 0)


def _day_of_week(found: tuple[str | None, int, int | None], style: DateStyle) -> Moment:
    written, week, day = found
    weekday = day or style.weekday
    if weekday is None:
        raise Undecided("is a week, not a day", "an answer to week_day")
    # A week in the year's last month or first one is told apart by the month in which it begins.
    month = min(12, (week * 7 - 3) // 30 + 1)
    year = _year(written) if written else _year_of(month, style)
    try:
        return Moment(date.fromisocalendar(year, week, weekday))
    except ValueError:
        raise Refused("is no week of its year", "a week that the year has") from None


def _by_order(form: re.Match[str], order: Order | None) -> tuple[int, int, int]:
    a, b, c = form["a"], form["b"], form["c"]
    if len(a) == 4:
        return int(a), int(b), int(c.lstrip("'"))
    if len(a) == 3:
        raise _no_year()
    if order == "ymd" and len(c) < 4:
        return _year(a), int(b), int(c.lstrip("'"))
    # Points are written where the day comes first.
    if form["sign"] == "." or order == "dmy":
        return _year(c), int(b), int(a)
    if order == "mdy":
        return _year(c), int(a), int(b)
    if a == b:
        return _year(c), int(a), int(b)
    raise Undecided("could be day/month or month/day", "an answer to date_order")


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text.lstrip("'"))


def _moment(form: re.Match[str], year: int, month: int, day: int) -> Moment:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Refused(
            "is no day of the calendar", "a date that exists, written as decided for this file"
        ) from None
    _check_weekday(form, found)
    if form["hour"] is None:
        return Moment(found)
    minute = minute_in(form)
    if minute == DAY_MINUTES:
        return Moment(found + timedelta(days=1), 0)
    return Moment(found, minute, (form["offset"] or "").upper())


def _check_weekday(form: re.Match[str], day: date) -> None:
    """A day of the week beside a date proves it, or shows that one of the two is wrong."""
    for name in ("wd", "behind"):
        word = form.groupdict().get(name) or ""
        known = key_of("weekdays", word) if word else None
        if name == "behind" and word and known is None:
            raise Refused("is not a date", "such as 2026-12-07")
        # Short names in Latin letters are other days in other languages.
        is_sure = len(word) >= CHECKED_CHARS or not word.isascii()
        said = known if is_sure and folded(word) != "tor" else None
        if said is not None and int(said) != day.isoweekday():
            raise Refused(f"is a {day:%A} ({day})", f"a date on the day of the week that it says, {word}")
