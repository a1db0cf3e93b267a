"""What a file of rows holds before anybody knows what it means: sheets of cells, each as text and as
typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias
from unicodedata import normalize

from leadhand.errors import ForeignFileUnreadable
from storage.foreign.scripts import plain_signs

MAX_FILE_BYTES = 50 * 1024**2
MAX_ROWS = 100_000
MAX_COLUMNS = 250
MAX_CELLS = 3_000_000
MAX_CELL_CHARS = 32_767
MAX_SHEETS = 60
_WORD = re.compile(r"\w+")

Value: TypeAlias = "str | Decimal | bool | date | datetime | time | timedelta | None"


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` None: empty. Text is stripped; a number is exact; `text` is what a person would see."""

    value: Value

    @property
    def empty(self) -> bool:
        return self.value is None

    @property
    def text(self) -> str:
        return shown_value(self.value)


EMPTY = Cell(None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet, or all of a text file. `rows[0]` is row `first_row` as a spreadsheet counts."""

    name: str
    rows: Sequence[tuple[Cell, ...]]
    first_row: int = 1
    hidden: bool = False
    # (top, left, bottom, right), counted from 0 as `rows` and their cells are
    merged: tuple[tuple[int, int, int, int], ...] = ()
    # numbers of the rows that are not shown
    hidden_rows: frozenset[int] = frozenset()
    # what a person says: its first column, counted from 0, the first and last header row within `rows`, and
    # the numbers of rows that are rows whatever they look like
    first_column: int = 0
    header: tuple[int, int] | None = None
    kept_rows: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grid:
    """A file: what it is in words, its sheets, and what a reader of it should know."""

    kind: str
    sheets: tuple[Sheet, ...]
    remarks: tuple[str, ...] = field(default=())


def cell_of(value: object) -> Cell:
    """A cell from a reader's value: spaces around text go, 10.0 is 10, what only looks empty is empty."""
    if isinstance(value, str):
        text = " ".join(composed(value).replace("\xa0", " ").split(" ")).strip()
        return Cell(text) if text else EMPTY
    if isinstance(value, bool) or value is None:
        return Cell(value)
    if isinstance(value, int | float):
        return Cell(_exact(value))
    if isinstance(value, date | time | timedelta):
        return Cell(value)
    return Cell(str(value))


def composed(text: str) -> str:
    """Letters with their accents as one sign each, as people type them and plans hold them; some systems
    write them as two (windows-1258, files of a Mac). Digits are 0 to 9, whatever the script."""
    return plain_signs(normalize("NFC", text))


def _exact(number: float) -> Decimal:
    """A binary number as a person typed it: 15 digits are what a spreadsheet keeps."""
    exact = Decimal(f"{number:.15g}")
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() and abs(exact) < 10**15 else exact


def shown_value(value: Value) -> str:  # noqa: PLR0911 - one line a type
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes" if not value.second else "seconds")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")
    if isinstance(value, time):
        return value.isoformat("minutes" if not value.second else "seconds")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def bounded(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The sheets, if they are within the bounds.

    Raises:
        ForeignFileUnreadable: too many sheets, rows, columns or cells, or a cell far too long.
    """
    if len(sheets) > MAX_SHEETS:
        raise ForeignFileUnreadable(f"The file has {len(sheets)} sheets; at most {MAX_SHEETS} can be read.")
    cells = 0
    for sheet in sheets:
        if len(sheet.rows) > MAX_ROWS:
            raise ForeignFileUnreadable(
                f"{sheet.name} has more than {MAX_ROWS:,} rows; split it and import the parts."
            )
        for number, row in enumerate(sheet.rows, sheet.first_row):
            cells += len(row)
            if len(row) > MAX_COLUMNS:
                raise ForeignFileUnreadable(
                    f"{sheet.name} row {number} has {len(row)} columns; at most {MAX_COLUMNS} can be read."
                )
            for cell in row:
                if isinstance(cell.value, str) and len(cell.value) > MAX_CELL_CHARS:
                    raise ForeignFileUnreadable(
                        f"{sheet.name} row {number} has a cell of {len(cell.value):,} characters; "
                        f"at most {MAX_CELL_CHARS:,} can be read."
                    )
    if cells > MAX_CELLS:
        raise ForeignFileUnreadable(f"The file has {cells:,} cells; at most {MAX_CELLS:,} can be read.")
    return tuple(sheets)


def words_of(grid: Grid | None) -> set[str]:
    """The cells of a file, and their words, folded."""
    texts = {
        cell.text.casefold()
        for sheet in (grid.sheets if grid is not None else ())
        for row in sheet.rows
        for cell in row
        if isinstance(cell.value, str)
    }
    return texts | {word for text in texts for word in _WORD.findall(text)}
