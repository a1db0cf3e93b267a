"""Whether a date alone that becomes a time is the start of its day, the end of it, or a time of it."""

import re

from storage.exchange.kinds import Refused
from storage.foreign.decisions import Choice, Question
from storage.foreign.fields import FIELDS
from storage.foreign.moments import Moment
from storage.foreign.reading import RowReader
from storage.foreign.times_of_day import clock_of

START, END = _EDGES = ("start", "end")
LAST_IN_USE = "active_to"
# Of these a date alone is one of the two, and no time of the day.
_NO_TIMES = (LAST_IN_USE, "reported")
# Words by which a header says that its day is included.
_UNTIL = re.compile(
    r"(?i)\b(?:until|till?|to|through|thru|last|bis|letzte\w*|jusqu\w*|derni\w+|hasta|[uú]ltim\w+|fino|tot|"
    r"t/m|laatste|do|ostatni\w*|sidst\w*|sist\w*|utols\w+)\b"
)
# What such dates mean unless somebody says otherwise; of the others it is asked.
_USUAL = {
    "release": (START, "a date alone: no work before that day"),
    "material_due": (END, "a date alone: it comes in the course of that day"),
    "quote_expires": (END, "a date alone: that day is included"),
}


def at_edge(reader: RowReader, field: str, moment: Moment) -> str | None:
    """The time of a field as the canonical import takes it; None while it is asked."""
    if moment.minute is not None:
        return moment.canonical
    question = _question(field, moment)
    value = reader.layout.scope.settle(
        question,
        proven=_USUAL.get(field) or _as_header(reader, field),
        fits=lambda text: text in _EDGES or (field not in _NO_TIMES and _minute(text) is not None),
    )
    if value is None:
        return None
    minute = None if value in _EDGES else _minute(value)
    at = moment if minute is None else Moment(moment.day).later(minute)
    return at.after if value == END else at.canonical


def _minute(text: str) -> int | None:
    """The minute of the day of 08:00; None: it is no such time."""
    try:
        return clock_of(text) if ":" in text else None
    except Refused:
        return None


def _question(field: str, moment: Moment) -> Question:
    if field == LAST_IN_USE:
        return Question(
            f"{field}.day",
            f"Is a date such as {moment.day} the last day of use, or the first day out of use?",
            (
                Choice(END, "the last day of use: it is in use until the end of that day"),
                Choice(START, "the first day out of use: it is in use until that day begins"),
            ),
            why="the header does not say which of the two it is",
        )
    times = () if field in _NO_TIMES else (Choice("08:00", "such a time of that day"),)
    return Question(
        f"{field}.day",
        f"A date alone says {FIELDS[field].about} ({moment.day}): is it the start or the end of that day?",
        (Choice(START, "00:00 of that day"), Choice(END, "24:00 of that day"), *times),
        why="the file has no time of the day",
    )


def _as_header(reader: RowReader, field: str) -> tuple[str, str] | None:
    """Of the last day in use, what the header says of it; a fixed value and a column of its name are it."""
    header = reader.layout.header(field) or ""
    if field != LAST_IN_USE:
        return None
    if header.startswith("=") or _UNTIL.search(header) or header == field:
        return END, "a date alone: that day is included"
    return None
