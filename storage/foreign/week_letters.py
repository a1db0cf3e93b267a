"""Weeks behind one letter, as some languages write them: `M49` (minggu), `V49` (vecka), `T49` (týden). A
letter and a number are many things; where other cells of the column are dates it is asked."""

import re
from dataclasses import replace
from datetime import date, datetime

from storage.exchange.problems import shown
from storage.foreign.date_forms import looks_like_date, week_in
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.fields import of_weeks
from storage.foreign.grid import Cell
from storage.foreign.tables import Table

WEEK = "week"
_YES, _NO = "yes", "no"
# W and S, for which a year must follow, are read without being asked.
_FORM = re.compile(r"(?P<letter>[^\W\dWwSs_])[\s.]?(?P<week>\d{1,2})(?P<year>\s?/\s?(?:20)?\d{2})?")
_WEEKS = range(1, 54)
# So many of the cells are dates: one of three.
_PART = 3


def by_week_words(table: Table, scope: Scoped) -> Table:
    """The table with `KW 49` for the weeks behind a letter, where that is answered."""
    changed: dict[int, dict[str, str]] = {}
    for index, header in enumerate(table.headers):
        found = _letters_in(table, index) if header else {}
        said = {letter: _is_week(letter, text, header, scope) for letter, text in found.items()}
        # Until it is answered, rows are shown as if they were weeks.
        if any(said.values()):
            changed[index] = {letter: "KW " for letter, is_week in said.items() if is_week}
    if not changed:
        return table
    rows = list(table.rows)
    for number, row in enumerate(rows):
        cells = list(row.cells)
        for index, words in changed.items():
            form = _week(row.cell(index))
            if form is not None and form["letter"].upper() in words:
                cells[index] = Cell(f"KW {form['week']}{(form['year'] or '').replace(' ', '')}")
        rows[number] = replace(row, cells=tuple(cells))
    return replace(table, rows=tuple(rows))


def _letters_in(table: Table, index: int) -> dict[str, str]:
    """The letters before weeks of a column, each with such a cell, where its header speaks of weeks or others
    of its cells are dates."""
    cells = table.filled(index)
    forms = [(form, cell.text) for cell in cells if (form := _week(cell)) is not None]
    found = {form["letter"].upper(): text for form, text in reversed(forms)}
    # Codes of machines have several letters, and no dates among them.
    dated = sum(map(_is_date, cells)) * _PART >= len(cells)
    return found if len(found) == 1 and (dated or of_weeks(table.headers[index])) else {}


def _week(cell: Cell) -> re.Match[str] | None:
    form = _FORM.fullmatch(cell.value) if isinstance(cell.value, str) else None
    return form if form is not None and int(form["week"]) in _WEEKS else None


def _is_date(cell: Cell) -> bool:
    if isinstance(cell.value, str):
        return looks_like_date(cell.value) and week_in(cell.value) is None
    return isinstance(cell.value, date | datetime)


def _is_week(letter: str, text: str, header: str, scope: Scoped) -> bool:
    question = Question(
        f"{WEEK}.{letter}",
        f'Is "{shown(text)}" in the column "{shown(header)}" a week?',
        (Choice(_YES, "the number behind the letter is that of the week"), Choice(_NO, "it is what it says")),
        why="it stands in a column of dates",
        suggested=_YES,
    )
    return scope.settle(question) != _NO
