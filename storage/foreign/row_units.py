"""Units and bases that columns say row by row: `min` or `h` beside a time, and for how many pieces it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from storage.exchange.kinds import Refused
from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question, Scoped, Undecided
from storage.foreign.durations import SETUP_UNITS, Unit, days_in, is_run_unit, unit_named, unit_of_header
from storage.foreign.numbers import Sign, bare_number, parse_number
from storage.foreign.tables import Table, TableRow
from storage.foreign.vocabulary import folded, key_of, words

BASE = "run.base"
PIECE, TOTAL = "piece", "total"
_COLUMN = re.compile(r"\{([^{}]+)\}")
_NUMBER = re.compile(r"(?:per|je|pro|/|à|a)?\s*(\d{1,7})(?:\s*[^\W\d]{1,10}\.?)?", re.IGNORECASE)
_DAYS = {"d": "days of 24 hours", "wd": "working days, five a week: 5 are 7 days as the calendar runs"}
# Fields of time that elapses, closed or not.
ELAPSED = ("elsewhere_time", "length", "wait_after")
_BASES = ("h", "min", "s", "h/100", "min/100", "hh:mm", "mm:ss")


@dataclass(frozen=True, slots=True)
class RowUnits:
    """How the unit of a row is found. `fixed` or the words of column `unit_at`; `base`, a number of pieces or
    `total`, or what column `base_at` says."""

    fixed: Unit | None
    unit_at: int | None
    words: Mapping[str, str | None]
    base: str | None
    base_at: int | None
    # which sign parts the decimals of the base
    decimal: Sign | None = None

    def of(self, row: TableRow) -> Unit | None:
        """The unit of a row.

        Raises:
            Refused: a cell names none.
            Undecided: it is asked.
        """
        unit = self.fixed
        if self.unit_at is not None:
            text = row.cell(self.unit_at).text
            if not text:
                raise Refused("has no unit in its row", "a unit such as min")
            name = self.words.get(text)
            if name is None:
                raise Undecided("has a unit that is asked about", "an answer to unit")
            unit = unit_named(name)
        base = self.base
        if self.base_at is not None:
            text = row.cell(self.base_at).text
            base = _base_in(text) or _whole_in(text, self.decimal)
            if base is None and text:
                raise Refused(
                    f'is for a number of pieces that its row says as "{shown(text)}"', "such as 1, 100 or lot"
                )
            if base is None:
                raise Refused("is for a number of pieces that its row does not say", "such as 1, 100 or lot")
        return unit if unit is None or base is None or unit.basis == "rate" else _with_base(unit, base)


def column_said(value: str | None, table: Table) -> int | None:
    """The column that `{ZE}` names."""
    form = _COLUMN.fullmatch(value.strip()) if value else None
    return table.headers.index(form[1]) if form is not None and form[1] in table.headers else None


def unit_columns(table: Table, *, elapsed: bool = False) -> list[str]:
    """Columns whose cells are all units of time, as an answer names them; days too of time that elapses."""
    return [
        f"{{{header}}}"
        for index, header in enumerate(table.headers)
        if header
        and (cells := table.filled(index))
        and all(isinstance(cell.value, str) and _is_unit(cell.text, elapsed=elapsed) for cell in cells)
    ]


def row_units(
    table: Table, scope: Scoped, of: tuple[str, str], value: str | None, fixed: Unit | None
) -> RowUnits | None:
    """How the units of a field's rows are found, where columns say them; None: all rows have one unit. `of`:
    the field and the header of its column."""
    field, header = of
    unit_at = column_said(value, table)
    learned = _learned(table, scope, unit_at, field) if unit_at is not None else {}
    needs_base = any(found in _BASES for found in learned.values())
    said = _base_said(table, scope, header, needed=needs_base) if field == "run" else None
    if unit_at is None and said is None:
        return None
    base_at = column_said(said, table)
    return RowUnits(fixed, unit_at, learned, None if base_at is not None else said, base_at)


def _learned(table: Table, scope: Scoped, index: int, field: str) -> dict[str, str | None]:
    """The unit that each word of a column is. Days, of time that elapses, are asked about as everywhere."""
    learned: dict[str, str | None] = {}
    run, units = field == "run", (*_BASES, *(_DAYS if field in ELAPSED else ()))
    for text in dict.fromkeys(cell.text for cell in table.filled(index)):
        known = (unit_of_header(text, run=True) if run else None) or _unit_in(text)
        question = Question(
            f"unit.{text}",
            f'Which unit is "{shown(text)}" in the column "{shown(table.headers[index])}"?',
            tuple(Choice(name, _DAYS.get(name, "")) for name in units),
            why="its word is not known"
            if (day := _day_in(text, field)) is None
            else "days may be working days",
            suggested=day,
        )
        learned[text] = scope.settle(
            question,
            proven=(known, "a word that is known") if known else None,
            fits=lambda name: name in {*SETUP_UNITS, *units} or (run and is_run_unit(name)),
        )
    return learned


def _is_unit(text: str, *, elapsed: bool) -> bool:
    return _unit_in(text) is not None or (elapsed and days_in(text) in _DAYS)


def _day_in(text: str, field: str) -> str | None:
    found = days_in(text) if field in ELAPSED else None
    return found if found in _DAYS else None


def _unit_in(text: str) -> str | None:
    return key_of("units", text) if key_of("units", text) in _BASES else unit_of_header(text, run=False)


def _base_said(table: Table, scope: Scoped, run: str, *, needed: bool) -> str | None:
    """For how many pieces the times of work are, where a column seems to say it or the units do not."""
    columns = [f"{{{header}}}" for index, header in enumerate(table.headers) if _is_base(table, index, run)]
    if not columns and not needed:
        return scope.optional(BASE)
    question = Question(
        BASE,
        "For how many pieces is the time of a row?",
        (
            *(Choice(column, "as its row says") for column in columns),
            Choice(PIECE, "one piece"),
            Choice(TOTAL, "the whole quantity"),
            Choice("100", "a hundred pieces; or any other number"),
        ),
        why="a column seems to say it" if columns else "the units do not say it",
        suggested=columns[0] if columns else None,
    )
    return scope.settle(
        question, fits=lambda text: column_said(text, table) is not None or _base_in(text) == text
    )


def _is_base(table: Table, index: int, run: str) -> bool:
    """Whether a column is called the base of times, or has the numbers that an element of the run time says
    of itself (`te.Bezug` beside `te`), and says anything but one piece."""
    header = folded(table.headers[index])
    texts = {cell.text for cell in table.filled(index)}
    named = any(f" {phrase} " in f" {header} " for phrase in words("bases")["quantity"])
    own = table.headers[index].startswith(f"{run}.") and all(text.isdecimal() for text in texts)
    return (named or own) and not texts <= {"1", ""}


def _base_in(text: str) -> str | None:
    plain = text.strip()
    if plain in {PIECE, TOTAL}:
        return plain
    form = _NUMBER.fullmatch(plain)
    if form is not None and int(form[1]) > 0:
        return str(Decimal(form[1]))
    tokens = set(folded(plain).split())
    if tokens & words("units")["total"]:
        return TOTAL
    return PIECE if tokens & words("units")["piece"] else None


def _whole_in(text: str, decimal: Sign | None) -> str | None:
    """The pieces that a number with decimals says, such as 1.000, if they are whole.

    Raises:
        Undecided: which sign parts the decimals is asked.
    """
    try:
        number = parse_number(bare_number(text), decimal)
    except Undecided:
        raise
    except Refused:
        return None
    return str(int(number)) if number == int(number) and number > 0 else None


def _with_base(unit: Unit, base: str) -> Unit:
    if base == TOTAL:
        return Unit(unit.base, "total")
    return Unit(unit.base, "piece", 1 if base == PIECE else int(base))
