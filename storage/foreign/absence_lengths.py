"""The end of an absence of which a row says how long it is."""

from datetime import date, timedelta
from fractions import Fraction

from storage.foreign.moments import Moment
from storage.foreign.reading import RowReader

_DAY_MINUTES = 24 * 60
_MOST_MINUTES = 10 * 366 * _DAY_MINUTES
_ONE_DAY = timedelta(days=1)
# Five working days are a week of the calendar.
_WORKING, _WEEK = 5, 7


def says_length(reader: RowReader) -> bool:
    """Whether a row says how long it is, and nothing says its end."""
    said = any(reader.layout.has(field) and not reader.cell(field).empty for field in ("end", "back"))
    return not said and reader.layout.has("length") and not reader.cell("length").empty


def end_of_length(reader: RowReader, start: Moment) -> Moment | None:
    """Of days the last one, which counts; of hours when they are over. None: wrong and told, or asked."""
    minutes = reader.minutes("length", needed=True)
    if minutes is None:
        return None
    unit = reader.unit("length")
    working = unit is not None and unit.base == "wd"
    if not 0 < minutes <= _MOST_MINUTES or (working and start.minute is not None):
        right = "up to ten years; of working days, a start without a time"
        reader.problem("length", "is no length", right)
        return None
    if start.minute is not None:
        return start.later(round(minutes))
    days = minutes / _DAY_MINUTES * (Fraction(_WORKING, _WEEK) if working else 1)
    if days.denominator != 1:
        right = "whole days, or a time of the day in the start"
        reader.problem("length", "is no number of whole days, and the start has no time", right)
        return None
    return Moment(_last_working(start, int(days)) if working else start.day + _ONE_DAY * (int(days) - 1))


def _last_working(start: Moment, days: int) -> date:
    """The last of so many days from Monday to Friday."""
    day = start.day
    while day.isoweekday() > _WORKING:
        day += _ONE_DAY
    weeks, rest = divmod(days - 1, _WORKING)
    day += timedelta(weeks=weeks)
    for _ in range(rest):
        day += _ONE_DAY if day.isoweekday() < _WORKING else 3 * _ONE_DAY
    return day
