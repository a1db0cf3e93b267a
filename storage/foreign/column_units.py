"""In which unit a column of times counts: as its header or its cells say, or as it is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta

from storage.exchange.problems import shown
from storage.foreign.columns import Column
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.durations import (
    ASKED,
    ELAPSED_UNITS,
    RUN_UNITS,
    SETUP_UNITS,
    Unit,
    is_bare,
    is_of_piece,
    is_run_unit,
    says_unit,
    unit_named,
    unit_of_header,
)
from storage.foreign.grid import Cell
from storage.foreign.row_units import ELAPSED, column_said, unit_columns
from storage.foreign.shift_patterns import pattern_of
from storage.foreign.tables import Table
from storage.foreign.vocabulary import key_of

TIMES = (
    "setup", "run", "alternative_setup", "alternative_run", "wait_after", "elsewhere_time", "length",
    "break_time",
)  # fmt: skip
# Numbers without a unit among others that say theirs.
BARE = "(bare)"
_DAYS_OF = {True: ("d", "wd"), False: ()}
_RUNS = ("run", "alternative_run")
_MEANINGS = {
    "d": "days as the calendar runs",
    "wd": "working days, five a week: 5 are 7 days as the calendar runs",
    "h_total": "hours for the whole quantity",
    "min_total": "minutes for the whole quantity",
    "hh:mm_total": "hours:minutes for the whole quantity",
    "h_per_piece": "hours for one piece",
    "min_per_piece": "minutes for one piece",
    "hh:mm_per_piece": "hours:minutes for one piece",
    "mm:ss_per_piece": "minutes:seconds for one piece",
    "pieces_per_h": "pieces in one hour",
    "h_per_100": "hours for 100 pieces; min_per_50 and such for any number",
    "h/100": "hundredths of an hour: 150 is 1:30",
    "min/100": "hundredths of a minute",
    "day_part": "parts of 24 hours, as a spreadsheet counts: 0.0625 is 1:30",
    "h/100_per_piece": "hundredths of an hour for one piece",
    "min/100_per_piece": "hundredths of a minute for one piece",
    "h/100_total": "hundredths of an hour for the whole quantity",
    "min/100_total": "hundredths of a minute for the whole quantity",
    "written": "each cell says its own, such as 1 h 30 min; 0:45 is hours:minutes",
    "written_per_piece": "for one piece; each cell says its unit",
    "written_total": "for the whole quantity; each cell says its unit",
}


def unit_of(
    table: Table, scope: Scoped, columns: Mapping[str, tuple[Column, ...]], field: str
) -> Unit | None:
    """The unit of a field's column; None: it has none of its own, or it is asked."""
    if field not in columns:
        return None
    column = columns[field][0]
    if column.constant == "0":
        return unit_named("min_per_piece" if field in _RUNS else "min")
    run = field in _RUNS
    if field == "break_time" and all(_says_when(text) for text in _texts_of(table, column)):
        return None
    named = unit_of_header(column.header, run=run)
    cells = table.filled(column.index) if column.index is not None else []
    proven = (named, f'the header says "{shown(column.header)}"') if named is not None else None
    if named is None and not run and cells:
        if all(isinstance(cell.value, time | timedelta) for cell in cells):
            proven = ("hh:mm", "its cells are times of the spreadsheet")
        elif all(says_unit(cell.text) or cell.text == "0" for cell in cells):
            proven = ("written", f'its cells say it, such as "{shown(cells[0].text)}"')
    if run and cells and all(says_unit(cell.text) for cell in cells) and is_of_piece(column.header):
        proven = ("written_per_piece", f'"{shown(column.header)}" is of a piece, and its cells say the unit')
    units = RUN_UNITS if run else ELAPSED_UNITS if field in ELAPSED else SETUP_UNITS
    choices = _likely(units, unit_of_header(column.header, run=False) if run else None, cells)
    by_row = unit_columns(table, elapsed=field in ELAPSED)
    question = Question(
        f"{field}.unit",
        f'In which unit is "{shown(column.header)}" (such as {shown(_examples(cells))})?',
        (
            *(Choice(name, "each row's own, which this column says") for name in by_row),
            *(Choice(name, _MEANINGS.get(name, "")) for name in choices),
        ),
        why="the header does not say what it is for" if run else "the header names no unit",
        suggested=by_row[0] if by_row else None,
    )

    def fits(text: str) -> bool:
        known = is_run_unit(text) if run else text in units
        return known or column_said(text, table) is not None

    value = scope.settle(question, proven=proven, fits=fits)
    if value is None or column_said(value, table) is not None:
        return None
    return unit_named(value)


def with_bare(unit: Unit, scope: Scoped, cell: Cell, field: str, header: str) -> Unit:
    """The unit of a cell; of a number without one among others that say theirs, what is answered."""
    if unit.base != "written" or not is_bare(cell):
        return unit
    question = Question(
        f"unit.{BARE}",
        f'In which unit is "{shown(cell.text)}" in "{shown(header)}", where others say theirs?',
        tuple(
            Choice(name, _MEANINGS.get(name, "")) for name in ("min", "h", "s", *_DAYS_OF[field in ELAPSED])
        ),
        why="it is a number without a unit",
    )
    return replace(unit, bare=scope.settle(question) or ASKED)


def _texts_of(table: Table, column: Column) -> list[str]:
    if column.index is None:
        return [column.constant or ""]
    return [cell.text for cell in table.filled(column.index)]


def _says_when(text: str) -> bool:
    return pattern_of(text) is not None or key_of("blank", text) == "yes"


def _likely(units: Sequence[str], base: str | None, cells: Sequence[Cell]) -> list[str]:
    """All units, those of the base that the header names first."""
    clock = bool(cells) and all(":" in cell.text for cell in cells)
    written = bool(cells) and any(says_unit(cell.text) for cell in cells)
    first = base or ("written" if written else "hh:mm" if clock else None)
    if first is None:
        return list(units)
    return sorted(units, key=lambda name: not name.startswith(first))


def _examples(cells: Sequence[Cell]) -> str:
    return ", ".join(dict.fromkeys(cell.text for cell in cells[:20] if cell.text != "0")) or "0"
