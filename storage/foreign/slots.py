"""Boards whose columns are days, or parts of days such as shifts: from when to when a cell is."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta

from leadhand.errors import InvalidRequest
from storage.exchange.problems import shown
from storage.foreign.date_forms import looks_like_date
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.grid import EMPTY, Cell, cell_of
from storage.foreign.merged import covered_again
from storage.foreign.shift_patterns import Slot, clock_text, pattern_of
from storage.foreign.tables import Table, TableRow

# Columns that the file does not have: the day and the part of the day of a cell, from when to when it is, and
# the cell.
DAY, PART, START, END, CONTENT = "(day)", "(part)", "(start)", "(end)", "(content)"
SLOT, NO_TIMES = "slot", "none"


def day_and_part(header: str) -> tuple[str, str] | None:
    """`2026-11-23 F` as its day and the part of it; None: it is no day."""
    if not any(sign.isdigit() for sign in header):
        return None
    if looks_like_date(header):
        return header, ""
    words = header.split()
    for cut in range(len(words) - 1, 0, -1):
        if looks_like_date(" ".join(words[:cut])):
            return " ".join(words[:cut]), " ".join(words[cut:])
    return None


@dataclass(frozen=True, slots=True)
class _Board:
    """`columns`: day and part by index. `slots`: the times of each part; empty where no times are said."""

    columns: Mapping[int, tuple[str, str]]
    slots: Mapping[str, Slot]


def days_down(table: Table, across: Sequence[int], scope: Scoped) -> Table:
    """A row for each cell of the columns that are days. A cell merged over several of them is one row where
    times are known, else it is in each of them; one merged over several rows of a machine is in the first of
    these. An empty one is kept, since it may say that there is nothing."""
    columns = {index: found for index in across if (found := day_and_part(table.headers[index])) is not None}
    board = _Board(columns, _slots(sorted({part for _, part in columns.values()}), scope))
    kept = [index for index in range(len(table.headers)) if index not in columns]
    rows: list[TableRow] = []
    for row, covered in zip(table.rows, covered_again(table, columns, scope), strict=True):
        before = [row.cell(index) for index in kept]
        found = _cells(row, board, covered)
        rows += [replace(row, cells=(*before, *cells), spans={}, blocks={}) for cells in found]
    parted = any(part for _, part in columns.values())
    names = [DAY, *([PART] if parted else []), *([START, END] if board.slots else []), CONTENT]
    return replace(table, headers=(*(table.headers[index] for index in kept), *names), rows=tuple(rows))


def _slots(parts: Sequence[str], scope: Scoped) -> dict[str, Slot]:
    """From when to when each part of a day is: asked where days have parts, else only if somebody says it."""
    found: dict[str, Slot] = {}
    for part in parts:
        key = f"{SLOT}.{part}" if part else SLOT
        if not part and scope.key(key) not in scope.decisions.given:
            continue
        proven = pattern_of(part) if part else None
        question = Question(
            key,
            f'From when to when is "{shown(part)}" of a day?',
            (Choice("06:00-14:00", "such times"), Choice(NO_TIMES, "its cells are no times of work")),
            why="the columns are parts of days",
        )
        value = scope.settle(
            question,
            proven=(proven[0].times, "its header says so") if proven and len(proven) == 1 else None,
            fits=lambda text: text == NO_TIMES or len(pattern_of(text) or ()) == 1,
        )
        slots = pattern_of(value) if value and value != NO_TIMES else None
        if slots:
            found[part] = slots[0]
    return found


def _cells(row: TableRow, board: _Board, of_row_above: Set[int]) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    covered: dict[int, Cell] = {}
    parted = any(part for _, part in board.columns.values())
    for index, (day, part) in board.columns.items():
        if index in of_row_above or (board.slots and index in covered):
            continue  # it is the cell that was merged over it
        cell = covered.get(index, row.cell(index))
        last = row.spans.get(index, index)
        covered |= {other: cell for other in range(index + 1, last + 1) if other in board.columns}
        times = _times(board, index, max(o for o in board.columns if o <= last), empty=cell.empty)
        found.append([cell_of(day), *([cell_of(part)] if parted else []), *times, cell])
    return found


def _times(board: _Board, first: int, last: int, *, empty: bool) -> list[Cell]:
    """The start and the end of a cell, as times of the day where it is of one day; an empty cell has none."""
    if not board.slots:
        return []
    start, end = board.slots.get(board.columns[first][1]), board.slots.get(board.columns[last][1])
    if empty or start is None or end is None:
        return [EMPTY, EMPTY]
    day, until = board.columns[first][0], board.columns[last][0]
    begins = cell_of(clock_text(start.start))
    if day == until:
        return [begins, cell_of(clock_text(end.end))]
    if end.end <= end.start:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", until):
            raise InvalidRequest(
                f"A cell is merged to {shown(until)}, whose last part ends on the next day: write its days "
                "with their years, such as 2026-12-07."
            )
        until = str(date.fromisoformat(until) + timedelta(days=1))
    return [begins, cell_of(f"{until} {clock_text(end.end)}")]
