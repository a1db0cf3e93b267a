"""Absences and downtimes of which a row says no end: how long they are, asked once for a table."""

import re
from datetime import date, datetime, timedelta

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question
from storage.foreign.moments import Moment
from storage.foreign.reading import RowReader

OPEN = "open"
NEVER = "without an end, nothing would ever be planned on the machine again"
_ONE_DAY = timedelta(days=1)
_ISO_DAY = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


def goes_on(reader: RowReader) -> bool:
    """Whether words say that nobody knows the end."""
    return reader.goes_on("end") or reader.goes_on("back")


def rest_of_day(start: Moment) -> Moment:
    return Moment(start.day) if start.minute is None else Moment(start.day + _ONE_DAY, 0)


def is_day_alone(reader: RowReader, name: str) -> bool:
    """Whether a cell is a date and nothing else; a spreadsheet's midnight may be a time."""
    return not isinstance(reader.cell(name).value, datetime)


def how_long(reader: RowReader, what: str, of: str, why: str) -> str | None:
    """What a row without an end is: `open`, `that_day` or its last day; None: that is asked. `what`: such as
    "absence", `of`: the field that names whose it is."""
    row = reader.row.number
    question = Question(
        "open_end",
        f"Some have no end, such as the {what} in row {row} from {shown(reader.text('start'))}: how long are "
        "they?",
        (
            Choice(OPEN, "until further notice"),
            Choice("that_day", "that day only"),
            Choice("2026-12-04", "until such a day, included"),
        ),
        why=why,
    )
    said = OPEN if goes_on(reader) else reader.layout.scope.settle(question, fits=is_open_end)
    if said == OPEN and not goes_on(reader):
        whose = shown(reader.text(of))
        reader.findings.notice(reader.place, row, f"the {what} of {whose} has no end: until further notice")
    return said


def end_said(start: Moment, lasts: str) -> Moment | None:
    """The end that an answer gives: that day, a day that it names, or none."""
    if lasts == OPEN:
        return None
    return rest_of_day(start) if lasts == "that_day" else rest_of_day(Moment(date.fromisoformat(lasts)))


def is_open_end(text: str) -> bool:
    return text in {OPEN, "that_day"} or _ISO_DAY.fullmatch(text) is not None
