"""Whether a date alone that becomes a time is the start of its day or the end of it."""

import re

from storage.foreign.decisions import Choice, Question
from storage.foreign.fields import FIELDS
from storage.foreign.moments import Moment
from storage.foreign.reading import RowReader

START, END = "start", "end"
LAST_IN_USE = "active_to"
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
    value = reader.layout.scope.settle(question, proven=_USUAL.get(field) or _as_header(reader, field))
    return None if value is None else moment.canonical if value == START else moment.after


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
    return Question(
        f"{field}.day",
        f"A date alone says {FIELDS[field].about} ({moment.day}): is it the start or the end of that day?",
        (Choice(START, "00:00 of that day"), Choice(END, "24:00 of that day")),
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
