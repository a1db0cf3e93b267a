"""Years that are counted from another beginning than ours: 115 of the Republic of China and 2569 of the
Buddhist era are 2026. Their dates are read as of our years where the file proves it, else it is asked."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal

from storage.exchange.problems import shown
from storage.foreign.date_forms import MAX_DATE_CHARS, looks_like_date
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.digit_dates import is_digit_date
from storage.foreign.grid import Cell
from storage.foreign.tables import Table

MINGUO, BUDDHIST, NONE = "minguo", "buddhist", "none"
_BEFORE, _AFTER = 1911, 543
# Years that a plan may speak of: 2020 to 2059.
_YEAR = r"1(?:09|[1-3]\d|4[0-8])"
_NAME = r"(?P<named>(?:中華|中华)?民[國国]\s?)?"
_DAY = r"(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
_IN_SIGNS = re.compile(
    rf"{_NAME}(?P<year>{_YEAR})(?P<rest>\s?(?:[./-]\s?\d{{1,2}}\s?[./-]\s?\d{{1,2}}\b|年).*)"
)
_IN_DIGITS = re.compile(rf"{_NAME}(?P<year>{_YEAR}){_DAY}(?P<rest>(?:\s.*)?)")
_OF_BUDDHA = re.compile(r"(?:พ\.ศ\.\s*)?(?<!\d)(?P<year>25(?:6[3-9]|[7-9]\d)|260[0-2])(?!\d)")
_BUDDHA_IN_DIGITS = re.compile(
    r"(?P<before>\d{4})?(?P<year>25(?:6[3-9]|[7-9]\d)|260[0-2])(?(before)|(?P<after>\d{4}))"
)
_OURS = re.compile(r"(?<!\d)20[2-5]\d(?!\d)")


def _text_of(value: object) -> str | None:
    """What a cell says; a whole number as its digits. None: it is neither."""
    if isinstance(value, Decimal) and value == int(value) and value > 0:
        return str(int(value))
    return value if isinstance(value, str) and len(value) <= MAX_DATE_CHARS else None


def minguo_in(value: object) -> tuple[str, bool] | None:
    """A date of the Republic of China as one of our years, and whether it names its era; None: it is none."""
    text = _text_of(value)
    form = None if text is None else _IN_SIGNS.fullmatch(text) or _IN_DIGITS.fullmatch(text)
    if form is None:
        return None
    year, parts = int(form["year"]) + _BEFORE, form.groupdict()
    found = f"{year}-{parts['month']}-{parts['day']}" if parts.get("month") else str(year)
    found += form["rest"]
    return (found, form["named"] is not None) if looks_like_date(found) else None


def buddhist_in(value: object) -> str | None:
    """A date of the Buddhist era as one of our years; None: it is none."""
    text = _text_of(value)
    if text is None:
        return None
    digits = _BUDDHA_IN_DIGITS.fullmatch(text)
    if digits is not None:
        found = f"{digits['before'] or ''}{int(digits['year']) - _AFTER}{digits['after'] or ''}"
        return found if is_digit_date(found) else None
    found, count = _OF_BUDDHA.subn(lambda form: str(int(form["year"]) - _AFTER), text)
    return found if count == 1 and looks_like_date(found) else None


def is_of_era(value: object) -> bool:
    return minguo_in(value) is not None or buddhist_in(value) is not None


def era_of(scope: Scoped, headers: Iterable[str], values: Iterable[object]) -> str | None:
    """Which years the dates of a table are of: `minguo`, `buddhist` or `none`; None: of ours, or asked."""
    minguo = buddhist = named = ours = None
    for value in values:
        text = _text_of(value) or ""
        if (found := minguo_in(value)) is not None:
            minguo = minguo or text
            named = named or (text if found[1] else None)
        elif buddhist_in(value) is not None:
            buddhist = buddhist or text
        elif _OURS.search(text) and looks_like_date(text):
            ours = ours or text
    if minguo is None and buddhist is None:
        return None
    named = named or next((header for header in headers if re.search("民[國国]", header)), None)
    example = minguo or buddhist or ""
    question = Question(
        "era",
        f'From when is the year of "{shown(example)}" counted?',
        (
            *([Choice(MINGUO, "of the Republic of China: 115 is 2026")] if minguo else []),
            *([Choice(BUDDHIST, "of the Buddhist era: 2569 is 2026")] if buddhist else []),
            Choice(NONE, "as ours: it is as it is written"),
        ),
        why=f'"{shown(ours)}" is of our years' if ours and buddhist else "nothing in the table names its era",
    )
    proven: tuple[str, str] | None = None
    if minguo and named and not buddhist:
        proven = (MINGUO, f'"{shown(named)}" says so')
    elif buddhist and not minguo and not ours:
        proven = (BUDDHIST, f'"{shown(buddhist)}" can be no other year, and no date is of ours')
    return scope.settle(question, proven=proven)


def is_asked_of_era(scope: Scoped) -> bool:
    return scope.key("era") in scope.decisions.questions


def in_our_years(table: Table, columns: Collection[int], era: str | None) -> Table:
    """The table with its dates of an era as of our years, which is told; those that name it themselves are of
    it whatever is said. `era` None: it is asked, or there are none."""
    told: list[tuple[str, str]] = []

    def read(cell: Cell) -> Cell:
        found = _our_year(cell, era)
        if found is None:
            return cell
        told.append((cell.text, found))
        return Cell(found)

    rows = tuple(
        replace(row, cells=tuple(read(cell) if n in columns else cell for n, cell in enumerate(row.cells)))
        for row in table.rows
    )
    if not told:
        return table
    text = f'{len(told)} dates are counted from another year: "{shown(told[0][0])}" is {told[0][1]}'
    return replace(table, rows=rows, wide=(*table.wide, text))


def _our_year(cell: Cell, era: str | None) -> str | None:
    minguo = minguo_in(cell.value)
    if minguo is not None and (era == MINGUO or minguo[1]):
        return minguo[0]
    return buddhist_in(cell.value) if era == BUDDHIST else None
