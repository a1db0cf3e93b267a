"""Whether a date alone that becomes a time is the start of its day or the end of it."""

from storage.foreign.decisions import Choice, Question
from storage.foreign.fields import FIELDS
from storage.foreign.moments import Moment
from storage.foreign.reading import RowReader

START, END = "start", "end"
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
    question = Question(
        f"{field}.day",
        f"A date alone says {FIELDS[field].about} ({moment.day}): is it the start or the end of that day?",
        (Choice(START, "00:00 of that day"), Choice(END, "24:00 of that day")),
        why="the file has no time of the day",
    )
    value = reader.layout.scope.settle(question, proven=_USUAL.get(field))
    return None if value is None else moment.canonical if value == START else moment.after
