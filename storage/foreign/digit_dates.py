"""Dates that are digits alone: 261204, 041226, 20261204 or 04122026, with a time too."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from storage.exchange.kinds import Refused
from storage.foreign.times_of_day import CLOCK, clock_of, minute_in

Digits: TypeAlias = Literal["ymd", "dmy", "mdy"]
DIGITS: tuple[Digits, ...] = ("ymd", "dmy", "mdy")
# Years that a plan may speak of.
_YEARS = range(2020, 2060)
_FORM = re.compile(r"\d{6}|\d{8}", re.ASCII)
# Eight digits that begin with their year are a date with a time anyway, as long as the time has a sign.
_TIMED = re.compile(rf"(?P<date>\d{{6}}|(?!20\d\d[01])\d{{8}})[T\s]+{CLOCK}", re.ASCII | re.IGNORECASE)
_TIMED_IN_DIGITS = re.compile(r"(\d{6}|\d{8})[T\s]+(\d{4})", re.ASCII | re.IGNORECASE)
_SHORT, _LONG = 6, 8


def digits_in(value: object) -> str | None:
    """The digits of a cell that may be such a date; a number has lost its first zero."""
    if isinstance(value, Decimal) and value == int(value) and value > 0:
        text = str(int(value))
        return text.zfill(len(text) + len(text) % 2) if len(text) > _SHORT - 2 else None
    if not isinstance(value, str):
        return None
    timed = timed_digits(value)
    return timed[0] if timed is not None else value if _FORM.fullmatch(value) else None


def timed_digits(text: str) -> tuple[str, int] | None:
    """Six or eight digits with a time of the day behind them, 041226 08:00 or 041226 0800, and the minute of
    that day."""
    bare = _TIMED_IN_DIGITS.fullmatch(text)
    if bare is not None:
        minute = clock_of(bare[2])
        return None if minute is None else (bare[1], minute)
    form = _TIMED.fullmatch(text)
    try:
        return None if form is None or form["minute"] is None else (form["date"], minute_in(form))
    except Refused:
        return None


def readings(text: str) -> dict[Digits, date]:
    """The dates that six or eight digits can be, each by what comes first."""
    if not _FORM.fullmatch(text):
        return {}
    found: dict[Digits, date] = {}
    for order in DIGITS:
        day = _read(text, order)
        if day is not None:
            found[order] = day
    return found


def _read(text: str, order: Digits) -> date | None:
    years = len(text) - 4
    first = {"ymd": (0, years, years + 2), "dmy": (4, 2, 0), "mdy": (4, 0, 2)}[order]
    year, month, day = (int(text[at : at + n]) for at, n in zip(first, (years, 2, 2), strict=True))
    year += 2000 if years == 2 else 0
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def is_digit_date(value: object) -> bool:
    text = digits_in(value)
    if text is None or (isinstance(value, Decimal) and len(str(int(value))) < _SHORT):
        return False  # five digits alone are rather a day that a spreadsheet counts
    return bool(readings(text))


def orders_of(values: Iterable[object]) -> tuple[str | None, list[Digits]]:
    """An example of such dates, and the orders in which all of them can be read; None: there are none."""
    texts = [text for value in values if (text := digits_in(value)) is not None]
    if not any(is_digit_date(text) for text in texts):
        return None, []
    found: list[Mapping[Digits, date]] = [readings(text) for text in texts]
    return texts[0], [order for order in DIGITS if all(order in reading for reading in found)]
