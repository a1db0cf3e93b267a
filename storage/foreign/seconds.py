"""Times of clocks that count seconds, as the minutes that the plan knows."""

import re
from dataclasses import replace
from datetime import datetime

from storage.foreign.grid import Cell
from storage.foreign.tables import Table

_SECONDS = re.compile(r"(?<!\d)(\d{1,2}:\d{2}):\d{2}(?:[.,]\d+)?(?!\d)")


def less_seconds(table: Table) -> Table:
    """The table with its times on the minute: what was reported within a minute is of that minute."""
    rows = tuple(replace(row, cells=tuple(map(_on_the_minute, row.cells))) for row in table.rows)
    if rows == table.rows:
        return table
    return replace(table, rows=rows, wide=(*table.wide, "seconds of times are left away"))


def _on_the_minute(cell: Cell) -> Cell:
    value = cell.value
    if isinstance(value, datetime) and (value.second or value.microsecond):
        return Cell(value.replace(second=0, microsecond=0))
    if isinstance(value, str) and _SECONDS.search(value):
        return Cell(_SECONDS.sub(r"\1", value))
    return cell
