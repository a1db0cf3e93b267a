"""Dates and times as people of different countries write them. Whether day or month comes first, which year
a date without one is of, and which day a week stands for, is decided for a file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from storage.exchange.kinds import Refused
from storage.foreign.decisions import Undecided
from storage.foreign.digit_dates import Digits, digits_in, readings
from storage.foreign.vocabulary import folded, key_of

Order: TypeAlias = Literal["dmy", "mdy", "ymd"]
MAX_DATE_CHARS = 60
_DAY_MINUTES = 24 * 60
# Which day a number of a spreadsheet is counted from, and the numbers of the years 2000 to 2099.
EPOCHS = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}
_DAY_NUMBERS = range(35_064, 73_051)
# Years that a plan may speak of, by their last two figures.
_YEARS = range(20, 60)

_CLOCK = (
    r"(?P<hour>\d{1,2})(?:\s?[:.h]\s?(?P<minute>\d{2}))?(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?|uhr|h)?"
)
_TAIL = rf"(?:[T,\s]+(?:at\s+|um\s+)?{_CLOCK}\s*(?P<offset>z|[+-]\d{{2}}:?\d{{2}})?)?"
_CLOCK_ALONE = re.compile(_CLOCK, re.IGNORECASE)
_BARE_CLOCK = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d", re.ASCII)
_WEEKDAY = r"(?:(?P<wd>[^\W\d]{2,14})(?:-[^\W\d]{4,6})?\.?,?\s+)?"
# Between a day and its month: `4 de diciembre de 2026`.
_OF = r"[.\s-]*(?:(?:de|di)\s+|d['’]\s*)?"
_FLAGS = re.IGNORECASE
_NUMERIC = re.compile(
    rf"{_WEEKDAY}(?P<a>\d{{1,4}})\s?(?P<sign>[./-])\s?(?P<b>\d{{1,2}})\s?(?P=sign)\s?"
    rf"(?P<c>'?\d{{2}}|\d{{4}})\.?{_TAIL}",
    _FLAGS,
)
_COMPACT = re.compile(rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_TAIL}", _FLAGS)
_DAY_MONTH = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}}){_OF}(?P<name>[^\W\d]{{3,12}})[.,]?{_OF}(?P<year>\d{{4}}|'?\d{{2}}){_TAIL}",
    _FLAGS,
)
# Without a year: `07.12.`, `7 Dec`, `Dec 7`.
_YEARLESS = (
    re.compile(rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.{_TAIL}", _FLAGS),
    re.compile(rf"{_WEEKDAY}(?P<day>\d{{1,2}})[.\s-]+(?P<name>[^\W\d]{{3,12}})\.?{_TAIL}", _FLAGS),
    re.compile(
        rf"{_WEEKDAY}(?P<name>[^\W\d]{{3,12}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_TAIL}", _FLAGS
    ),
)
_NAME_FIRST = _YEARLESS[2]
_WEEK_WORD = r"(?:kw|cw|wk|week|woche|sem|semaine|semana|sett|settimana|uke|w)"
_WEEKS = (
    re.compile(rf"{_WEEK_WORD}[\s.]*(?P<week>\d{{1,2}})(?:\s*[/.\s-]\s*(?P<year>\d{{4}}|\d{{2}}))?", _FLAGS),
    re.compile(rf"(?P<week>\d{{1,2}})\.?\s*{_WEEK_WORD}(?:\s*[/.\s-]?\s*(?P<year>\d{{4}}|\d{{2}}))?", _FLAGS),
    re.compile(
        rf"(?P<year>\d{{4}})\s*[/-]?\s*(?:{_WEEK_WORD}|s)[\s-]*(?P<week>\d{{1,2}})(?:-?(?P<weekday>[1-7]))?",
        _FLAGS,
    ),
    # One letter says week only where a year follows: `S51/26`.
    re.compile(r"s\s?(?P<week>\d{1,2})\s?(?:/\s?|-(?=\s?\d{4}))\s?(?P<year>20\d{2}|\d{2})", _FLAGS),
)
_MONTH_DAY = re.compile(
    rf"{_WEEKDAY}(?P<name>[^\W\d]{{3,10}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
    rf"(?P<year>\d{{4}}){_TAIL}",
    _FLAGS,
)


# `2026. december 4.`, and `2026年12月4日`, of which an era may say the year.
_YEAR_MONTH = re.compile(
    rf"{_WEEKDAY}(?P<year>\d{{4}})[.\s-]+(?P<name>[^\W\d]{{3,12}})\.?[\s-]+(?P<day>\d{{1,2}})\.?{_TAIL}",
    _FLAGS,
)
_SIGNS = re.compile(
    rf"(?P<era>令和|平成)?(?P<year>\d{{1,4}}|元)年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日(?:\(.\))?{_TAIL}",
    _FLAGS,
)
_ERAS = {"令和": 2018, "平成": 1988}
_NAMED = (_DAY_MONTH, _MONTH_DAY, _YEAR_MONTH)
_FULL = (_NUMERIC, *_NAMED, _COMPACT, _SIGNS)
_CHECKED_CHARS = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """A local date, with the minute of the day (up to 1440) and the offset as written when there are such."""

    day: date
    minute: int | None = None
    offset: str = ""

    @property
    def canonical(self) -> str:
        """ISO text as the canonical import takes it; without a time 00:00 of the day."""
        return (
            f"{self.day.isoformat()} {self.clock}{self.offset}"
            if not self.offset
            else f"{self.day.isoformat()}T{self.clock}{self.offset}"
        )

    @property
    def after(self) -> str:
        """As `canonical`, where a date alone is the whole of that day: the end of it."""
        if self.minute is None:
            return Moment(self.day + timedelta(days=1)).canonical
        return self.canonical

    def later(self, minutes: int) -> "Moment":
        """So many minutes of the wall clock later."""
        days, minute = divmod((self.minute or 0) + minutes, _DAY_MINUTES)
        return Moment(self.day + timedelta(days=days), minute, self.offset)

    @property
    def clock(self) -> str:
        minute = self.minute or 0
        return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """What the texts of a file say about day and month: an example of each reading. `day_or_year`: one with
    points, beside others of the file that begin with their year."""

    dmy: str | None = None
    mdy: str | None = None
    ymd: str | None = None
    either: str | None = None
    day_or_year: str | None = None


@dataclass(frozen=True, slots=True)
class DateStyle:
    """What was decided about dates. `year`: 2026, or 2026-07 for the twelve months from then. `weekday`: the
    day that a week stands for, 1 is Monday. `digits`: what comes first where a date is digits alone.
    `months`: of words that are not known, None while they are asked."""

    order: Order | None = None
    year: str | None = None
    weekday: int | None = None
    digits: Digits | None = None
    months: Mapping[str, int | None] = field(default_factory=dict[str, int | None])

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


def looks_like_date(text: str) -> bool:
    if len(text) > MAX_DATE_CHARS:
        return False
    if _is_full(text):
        return True
    return _yearless(text) is not None or week_in(text) is not None


def date_evidence(texts: Iterable[str]) -> DateEvidence:
    """The first text that proves each order, and the first that could be read both ways."""
    found: dict[str, str] = {}
    for text in texts:
        order = _order_of(text)
        if order is not None:
            found.setdefault(order, text)
    return DateEvidence(
        found.get("dmy"),
        found.get("mdy"),
        found.get("ymd"),
        found.get("either"),
        found.get("points") if "year first" in found else None,
    )


def _order_of(text: str) -> Literal["dmy", "mdy", "ymd", "either", "points", "year first"] | None:
    form = _NUMERIC.fullmatch(text) if len(text) <= MAX_DATE_CHARS else None
    if form is None:
        return None
    if len(form["a"]) > 2:
        return "year first"
    if _begins_with_year(form):
        return "ymd"
    if form["sign"] == ".":
        return "points" if _may_begin_with_year(form) else None
    first, second = int(form["a"]), int(form["b"])
    if first == second or max(first, second) > 31 or min(first, second) > 12:
        return None
    return "dmy" if first > 12 else "mdy" if second > 12 else "either"


def _begins_with_year(form: re.Match[str]) -> bool:
    """Whether of `26/12/07` only the first number can be a year that is planned for."""
    if len(form["c"].lstrip("'")) > 2 or int(form["c"].lstrip("'")) in _YEARS:
        return False
    return int(form["a"]) in _YEARS and 1 <= int(form["b"]) <= 12 and 1 <= int(form["c"].lstrip("'")) <= 31


def _may_begin_with_year(form: re.Match[str]) -> bool:
    """`26.11.30` among dates that begin with their year; elsewhere points are written where the day does."""
    return (
        len(form["c"].lstrip("'")) == 2 and int(form["a"]) in _YEARS and 1 <= int(form["c"].lstrip("'")) <= 31
    )


def week_in(text: str) -> tuple[str | None, int, int | None] | None:
    """The year, the week and its day that a text such as `KW 48` names; year and day may be missing."""
    form = next((found for pattern in _WEEKS if (found := pattern.fullmatch(text))), None)
    if form is None or not 1 <= int(form["week"]) <= 53:
        return None
    day = form.groupdict().get("weekday")
    return form["year"], int(form["week"]), int(day) if day else None


def lacks_year(text: str) -> bool:
    """Whether a date or a week is written without its year."""
    week = week_in(text)
    return week[0] is None if week is not None else not _is_full(text) and _yearless(text) is not None


def _is_full(text: str) -> bool:
    return any(form.fullmatch(text) for form in _FULL)


def _yearless(text: str) -> re.Match[str] | None:
    """A date without a year, whose month is a number or a word that may be one."""
    for pattern in _YEARLESS:
        form = pattern.fullmatch(text)
        named = form.groupdict().get("name") if form is not None else None
        known = named is None or any(key_of(kind, named) is not None for kind in ("months", "months_asked"))
        if form is not None and known and (pattern is not _NAME_FIRST or _may_stand_first(named or "")):
            return form
    return None


def _may_stand_first(name: str) -> bool:
    """Whether `Dec 7` may be a day: not of short words that say something else too, such as `Pro 1`."""
    return len(name) > _CHECKED_CHARS or key_of("months_first", name) is not None


def month_word(text: str) -> str | None:
    """The word that names the month in a date; None: it has none."""
    if len(text) > MAX_DATE_CHARS:
        return None
    form = next((found for pattern in _NAMED if (found := pattern.fullmatch(text))), None) or _yearless(text)
    return None if form is None else form.groupdict().get("name")


def parse_date(text: str, style: DateStyle) -> Moment:
    """The date, with its time if it has one.

    Raises:
        Refused: no date, no day of the calendar, or nobody has decided what comes first.
    """
    order = style.order
    if len(text) > MAX_DATE_CHARS:
        raise Refused("is not a date", "such as 2026-12-07")
    form = _NUMERIC.fullmatch(text)
    if form is not None:
        year, month, day = _by_order(form, order)
        return _moment(form, year, month, day)
    if (found := readings(text)) or (style.digits is not None and digits_in(text) is not None):
        return _in_digits(found, style)
    for pattern in _NAMED:
        form = pattern.fullmatch(text)
        name = None if form is None else style.month(form["name"])
        if form is not None and name is not None:
            return _moment(form, _year(form["year"]), name, int(form["day"]))
    form = _COMPACT.fullmatch(text) or _SIGNS.fullmatch(text)
    if form is not None:
        return _moment(form, _year_in_signs(form), int(form["month"]), int(form["day"]))
    week, yearless = week_in(text), _yearless(text)
    if week is not None:
        return _day_of_week(week, style)
    month = _month_of(yearless, style) if yearless is not None else None
    if yearless is not None and month is not None:
        return _moment(yearless, _year_of(month, style), month, int(yearless["day"]))
    raise Refused("is not a date", "such as 2026-12-07")


def _month_of(form: re.Match[str], style: DateStyle) -> int | None:
    named = form.groupdict().get("name")
    return style.month(named) if named else int(form["month"])


def _year_in_signs(form: re.Match[str]) -> int:
    era = form.groupdict().get("era")
    year = 1 if form["year"] == "元" else int(form["year"])
    return year + _ERAS[era] if era else year


def _in_digits(found: Mapping[Digits, date], style: DateStyle) -> Moment:
    if len(found) == 1 and style.digits is None:
        return Moment(next(iter(found.values())))
    if style.digits is None:
        raise Undecided("is a date of digits alone", "an answer to digits")
    if style.digits not in found:
        raise Refused("is no day of the calendar", "digits in the order that was decided for this file")
    return Moment(found[style.digits])


def moment_of(value: date | datetime) -> Moment:
    """A typed cell; a spreadsheet's midnight is a date.

    Raises:
        Refused: it is not on the minute.
    """
    if not isinstance(value, datetime):
        return Moment(value)
    rounded = value + timedelta(milliseconds=500)
    if rounded.second:
        raise Refused("is not on the minute", f"{value:%Y-%m-%d %H:%M}")
    minute = rounded.hour * 60 + rounded.minute
    return Moment(rounded.date(), minute or None)


def is_day_number(number: Decimal) -> bool:
    """Whether a spreadsheet may mean a day by it."""
    return int(number) in _DAY_NUMBERS


def day_of_number(number: Decimal, epoch: str) -> Moment:
    """The day, with its time, that a spreadsheet counts by this number; `epoch` is one of EPOCHS.

    Raises:
        Refused: it is no day of this century, or not on the minute.
    """
    if not is_day_number(number):
        raise Refused("is a number, not a date", "cells with the format of a date")
    first = datetime.combine(EPOCHS[epoch], time())
    return moment_of(first + timedelta(days=int(number), seconds=round(number % 1 * 86_400)))


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
    minute = _minute_of(form)
    if minute == _DAY_MINUTES:
        return Moment(found + timedelta(days=1), 0)
    return Moment(found, minute, (form["offset"] or "").upper())


def _check_weekday(form: re.Match[str], day: date) -> None:
    """A day of the week beside a date proves it, or shows that one of the two is wrong."""
    word = form.groupdict().get("wd") or ""
    said = key_of("weekdays", word) if len(word) >= _CHECKED_CHARS and folded(word) != "tor" else None
    if said is not None and int(said) != day.isoweekday():
        raise Refused(f"is a {day:%A} ({day})", f"a date on the day of the week that it says, {word}")


def _minute_of(form: re.Match[str]) -> int:
    """The minute of the day, up to 1440, that the clock of a text says."""
    half = (form["half"] or "").lower()
    if form["minute"] is None and not half:
        raise Refused("is not a time of the day", "such as 06:00")
    hour, minute = int(form["hour"]), int(form["minute"] or 0)
    if half[:1] in {"a", "p"}:
        if not 1 <= hour <= 12:
            raise Refused("is no time of the day", "1:00 to 12:59 with am or pm")
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    if minute > 59 or hour * 60 + minute > _DAY_MINUTES or int(form["second"] or 0):
        raise Refused("is no minute of the day", "00:00 to 24:00, without seconds")
    return hour * 60 + minute


def clock_of(value: time | Decimal | str) -> int | None:
    """The minute of the day, up to 1440, of a cell that is a time without a date; None: it is no such cell.

    A number below 1 is a spreadsheet's part of the day; `0600` and `1430` are hours and minutes.

    Raises:
        Refused: it looks like a time, and there is none such.
    """
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    if isinstance(value, Decimal):
        if 0 < value < 1:
            return round(value * _DAY_MINUTES)
        value = f"{int(value):04}" if value == int(value) and 0 <= value <= 2400 else ""
    if _BARE_CLOCK.fullmatch(value):
        return int(value[:2]) * 60 + int(value[2:]) if int(value[2:]) < 60 else None
    form = _CLOCK_ALONE.fullmatch(value)
    return None if form is None or (form["minute"] is None and not form["half"]) else _minute_of(form)
