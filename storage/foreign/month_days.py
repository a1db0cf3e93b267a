"""Headers that are a day of a month beside its day of the week, such as `23 MO`: which month they begin in is
asked, of each file, and the days of the week prove it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.tables import Table
from storage.foreign.vocabulary import key_of
from storage.foreign.weekday_sets import weekday_names

YEAR = "year"
_LEAST, _MONTHS, _CHOICES = 3, 12, 6
_FORM = re.compile(
    r"(?:(?P<day>\d{1,2})\.?\s*(?P<word>[^\W\d_]{1,12})\.?"
    r"|(?P<before>[^\W\d_]{1,12})[.,]*\s*(?P<after>\d{1,2})\.?)(?:\s\(\d+\))?"
)
_SAID = re.compile(r"(?P<year>20\d\d)(?:-(?P<month>0[1-9]|1[0-2]))?")
_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Every way in which days of the month and of the week go together comes within these years.
_EVER = range(2020, 2048)


@dataclass(frozen=True, slots=True)
class MonthDay:
    """`weekday`: 1 is Monday."""

    header: str
    day: int
    weekday: int


def month_days(headers: Sequence[str]) -> list[MonthDay]:
    """The headers that are such days, where they follow one another as days of a calendar do."""
    forms = [(header, form) for header in headers if (form := _FORM.fullmatch(header)) is not None]
    words = {header: form["word"] or form["before"] for header, form in forms}
    named = weekday_names(list(dict.fromkeys(words.values())))
    found: list[MonthDay] = []
    for header, form in forms:
        word = words[header]
        weekday = _WEEK.index(named[word]) + 1 if word in named else int(key_of("weekdays", word) or 0)
        if weekday:
            found.append(MonthDay(header, int(form["day"] or form["after"]), weekday))
    if len(found) < _LEAST or not any(_dates(found, y, m) for y in _EVER for m in range(1, 13)):
        return []
    return found


def dated(table: Table, found: Sequence[MonthDay], scope: Scoped) -> Table | None:
    """The table with these headers as dates; None: it is asked in which month they begin."""
    names = ", ".join(shown(day.header) for day in found[:3])
    question = Question(
        YEAR,
        f"{names} … are days of a month: in which month of which year does the first of them lie?",
        tuple(Choice(month, "each is on its day of the week") for month in _fitting(found)),
        why="they say neither, and the days of the week fit several months",
    )
    said = [key for key in (scope.key(YEAR), YEAR) if key in scope.decisions.given]
    if said and said[0] in scope.decisions.kept:  # the next file's days are others
        scope.decisions.questions.setdefault(said[0], replace(question, key=said[0]))
        return None
    value = scope.settle(question, fits=lambda text: _of(text, found) is not None)
    dates = _of(value, found) if value is not None else None
    if dates is None:
        return None
    written = {day.header: at.isoformat() for day, at in zip(found, dates, strict=True)}
    return replace(table, headers=tuple(written.get(header, header) for header in table.headers))


def _of(said: str, found: Sequence[MonthDay]) -> list[date] | None:
    """The dates of the first month that fits, of the twelve from a month; of a year the only one."""
    form = _SAID.fullmatch(said)
    if form is None:
        return None
    first = int(form["month"] or 1) - 1
    months = ((int(form["year"]) + at // 12, at % 12 + 1) for at in range(first, first + _MONTHS))
    fitting = [dates for year, month in months if (dates := _dates(found, year, month))]
    return fitting[0] if fitting and (form["month"] or len(fitting) == 1) else None


def _dates(found: Sequence[MonthDay], year: int, month: int) -> list[date]:
    """Each day's date, where the first is in this month; none where one is on another day of the week."""
    dates: list[date] = []
    for said in found:
        start = dates[-1] + timedelta(days=1) if dates else date(year, month, 1)
        near = (start + timedelta(days=days) for days in range(31))
        at = next((day for day in near if day.day == said.day), None)
        if at is None or at.isoweekday() != said.weekday or (not dates and at.month != month):
            return []
        dates.append(at)
    return dates


def _fitting(found: Sequence[MonthDay]) -> list[str]:
    """The months about now that fit."""
    today = datetime.now(tz=UTC).date()
    around = [
        ((today.month - 3 + at) // 12 + today.year, (today.month - 3 + at) % 12 + 1) for at in range(18)
    ]
    return [f"{year}-{month:02}" for year, month in around if _dates(found, year, month)][:_CHOICES]
