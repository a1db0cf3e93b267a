"""From when to when a row of a table is."""

from datetime import datetime, timedelta

from storage.foreign.moments import Moment
from storage.foreign.reading import RowReader


def window_in(reader: RowReader) -> tuple[Moment, Moment] | None:
    """From when to when a row says: to its end, or without one for as long as it takes. An end that is only a
    time of day and not after the start is on the next day; one that is a date alone, of a start with a time
    or of one that is written as a date alone too, is that day's end."""
    start = reader.moment("start", needed=True)
    if not reader.layout.has("end") or (reader.cell("end").empty and not reader.cell("length").empty):
        length = reader.minutes("length", needed=True)
        return None if start is None or length is None else (start, start.later(int(length)))
    end = reader.moment("end", needed=True)
    if start is None or end is None:
        return None
    if reader.is_clock("end") and (end.day, end.minute or 0) <= (start.day, start.minute or 0):
        end = end.later(24 * 60)
    if end.minute is None and _is_included(reader, start):
        end = Moment(end.day + timedelta(days=1), 0)
    return start, end


def _is_included(reader: RowReader, start: Moment) -> bool:
    """Whether an end that is a date alone is the last day; a workbook's midnight is a date alone too."""
    first, last = (reader.cell(name).value for name in ("start", "end"))
    if start.minute is None:
        return isinstance(first, str) and isinstance(last, str)
    return not isinstance(last, datetime)
