"""Dates and times as people of different countries write them. Whether day or month comes first is decided
for a file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from storage.exchange.kinds import Refused
from storage.foreign.decisions import Undecided
from storage.foreign.vocabulary import key_of

Order: TypeAlias = Literal["dmy", "mdy"]
MAX_DATE_CHARS = 60
_DAY_MINUTES = 24 * 60
# Which day a number of a spreadsheet is counted from, and the numbers of the years 2000 to 2099.
EPOCHS = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}
_DAY_NUMBERS = range(35_064, 73_051)

_CLOCK = (
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[ap]\.?m\.?|uhr)?"
)
_TAIL = rf"(?:[T,\s]+(?:at\s+|um\s+)?{_CLOCK}\s*(?P<offset>z|[+-]\d{{2}}:?\d{{2}})?)?"
_WEEKDAY = r"(?:[^\W\d]{2,10}\.?,?\s+)?"
_FLAGS = re.IGNORECASE
_NUMERIC = re.compile(
    rf"{_WEEKDAY}(?P<a>\d{{1,4}})(?P<sign>[./-])(?P<b>\d{{1,2}})(?P=sign)(?P<c>\d{{2,4}}){_TAIL}", _FLAGS
)
_COMPACT = re.compile(rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_TAIL}", _FLAGS)
_DAY_MONTH = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})[.\s-]*(?P<name>[^\W\d]{{3,10}})[.,\s-]*(?P<year>\d{{4}}|\d{{2}}){_TAIL}",
    _FLAGS,
)
_MONTH_DAY = re.compile(
    rf"{_WEEKDAY}(?P<name>[^\W\d]{{3,10}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
    rf"(?P<year>\d{{4}}){_TAIL}",
    _FLAGS,
)


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

    @property
    def clock(self) -> str:
        minute = self.minute or 0
        return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """What the texts of a file say about day and month: an example of each reading."""

    dmy: str | None = None
    mdy: str | None = None
    either: str | None = None


def looks_like_date(text: str) -> bool:
    if len(text) > MAX_DATE_CHARS:
        return False
    return any(form.fullmatch(text) for form in (_NUMERIC, _DAY_MONTH, _MONTH_DAY, _COMPACT))


def date_evidence(texts: Iterable[str]) -> DateEvidence:
    """The first text that proves each order, and the first that could be read both ways."""
    found: dict[str, str] = {}
    for text in texts:
        order = _order_of(text)
        if order is not None:
            found.setdefault(order, text)
    return DateEvidence(found.get("dmy"), found.get("mdy"), found.get("either"))


def _order_of(text: str) -> Literal["dmy", "mdy", "either"] | None:
    form = _NUMERIC.fullmatch(text) if len(text) <= MAX_DATE_CHARS else None
    if form is None or form["sign"] == "." or len(form["a"]) > 2:
        return None
    first, second = int(form["a"]), int(form["b"])
    if first == second or max(first, second) > 31 or min(first, second) > 12:
        return None
    if first > 12:
        return "dmy"
    return "mdy" if second > 12 else "either"


def parse_date(text: str, order: Order | None) -> Moment:
    """The date, with its time if it has one.

    Raises:
        Refused: no date, no day of the calendar, or nobody has decided what comes first.
    """
    if len(text) > MAX_DATE_CHARS:
        raise Refused("is not a date", "such as 2026-12-07")
    form = _NUMERIC.fullmatch(text)
    if form is not None:
        year, month, day = _by_order(form, order)
        return _moment(form, year, month, day)
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        form = pattern.fullmatch(text)
        name = None if form is None else key_of("months", form["name"])
        if form is not None and name is not None:
            return _moment(form, _year(form["year"]), int(name), int(form["day"]))
    form = _COMPACT.fullmatch(text)
    if form is not None:
        return _moment(form, int(form["year"]), int(form["month"]), int(form["day"]))
    raise Refused("is not a date", "such as 2026-12-07")


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
    first = datetime.combine(EPOCHS[epoch], datetime.min.time())
    return moment_of(first + timedelta(days=int(number), seconds=round(number % 1 * 86_400)))


def _by_order(form: re.Match[str], order: Order | None) -> tuple[int, int, int]:
    a, b, c = form["a"], form["b"], form["c"]
    if len(a) == 4:
        return int(a), int(b), int(c)
    # Points are written where the day comes first.
    if form["sign"] == "." or order == "dmy":
        return _year(c), int(b), int(a)
    if order == "mdy":
        return _year(c), int(a), int(b)
    if a == b:
        return _year(c), int(a), int(b)
    raise Undecided("could be day/month or month/day", "an answer to date_order")


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _moment(form: re.Match[str], year: int, month: int, day: int) -> Moment:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Refused(
            "is no day of the calendar", "a date that exists, written as decided for this file"
        ) from None
    if form["hour"] is None:
        return Moment(found)
    hour, minute, half = int(form["hour"]), int(form["minute"]), (form["half"] or "").lower()
    if half[:1] in {"a", "p"}:
        if not 1 <= hour <= 12:
            raise Refused("is no time of the day", "1:00 to 12:59 with am or pm")
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    if minute > 59 or hour * 60 + minute > _DAY_MINUTES or int(form["second"] or 0):
        raise Refused("is no minute of the day", "00:00 to 24:00, without seconds")
    if hour * 60 + minute == _DAY_MINUTES:
        return Moment(found + timedelta(days=1), 0)
    return Moment(found, hour * 60 + minute, (form["offset"] or "").upper())
