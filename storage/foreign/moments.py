"""A day of the calendar with its time, and what a spreadsheet counts as one."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from storage.exchange.kinds import Refused

_DAY_MINUTES = 24 * 60
# Which day a number of a spreadsheet is counted from, and the numbers of the years 2000 to 2099.
EPOCHS = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}
_DAY_NUMBER = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
_DAY_NUMBERS = range(35_064, 73_051)


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


def number_of_day(value: object) -> Decimal | None:
    """The number of a cell that a spreadsheet may have counted a day by, as text too; None: it is none."""
    if isinstance(value, str) and _DAY_NUMBER.fullmatch(value):
        value = Decimal(value.replace(",", "."))
    return value if isinstance(value, Decimal) and is_day_number(value) else None


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
