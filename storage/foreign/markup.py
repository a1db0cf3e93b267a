"""Tables of web pages and of XML workbooks (SpreadsheetML 2003), which many systems export under a workbook's
name."""

from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser

from storage.foreign.grid import EMPTY, MAX_COLUMNS, MAX_ROWS, Cell, Sheet, cell_of

_SHEETS, _ROWS, _CELLS = {"table", "worksheet"}, {"tr", "row"}, {"td", "th", "cell"}
_UNREAD = {"script", "style", "head"}
_BREAKS = {"br", "p", "div", "li"}


def has_tables(text: str) -> bool:
    """Whether a text is a web page, or an XML workbook, with a table in it."""
    start = text.lstrip()[:2000].lower()
    if not start.startswith(("<html", "<!doctype html", "<table", "<meta", "<?xml", "<workbook", "<head")):
        return False
    plain = text[:5_000_000].lower()
    return "<table" in plain and ("<tr" in plain or "<row" in plain or ":row" in plain)


@dataclass(slots=True)
class _Drawn:
    """A table as it is read: cells by row and column, and which of them are merged."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict[tuple[int, int], Cell])
    merged: list[tuple[int, int, int, int]] = field(default_factory=list[tuple[int, int, int, int]])
    taken: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    row: int = -1
    column: int = 0

    def place(self, down: int, across: int, index: int | None) -> tuple[int, int]:
        """Where the next cell stands, after those that reach into its row."""
        self.column = index if index is not None else self.column
        while (self.row, self.column) in self.taken:
            self.column += 1
        at = (self.row, self.column)
        if down or across:
            last = (min(at[0] + down, MAX_ROWS), min(at[1] + across, MAX_COLUMNS))
            self.merged.append((*at, *last))
            self.taken |= {(r, c) for r in range(at[0], last[0] + 1) for c in range(at[1], last[1] + 1)}
        self.column += 1 + across
        return at

    def sheet(self) -> Sheet:
        height = max((row for row, _ in self.cells), default=-1) + 1
        width = max((column for _, column in self.cells), default=-1) + 1
        rows = [
            tuple(self.cells.get((row, column), EMPTY) for column in range(width)) for row in range(height)
        ]
        return Sheet(self.name, rows, merged=tuple(self.merged))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.drawn: list[_Drawn] = []
        self._open: list[_Drawn] = []
        self._cell: tuple[_Drawn, tuple[int, int]] | None = None
        self._kind = ""
        self._unread = 0
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name, said = tag.rpartition(":")[2], {key.rpartition(":")[2]: value or "" for key, value in attrs}
        self._unread += name in _UNREAD
        if name in _SHEETS and not (name == "table" and self._open and self._open[-1].row < 0):
            self._open.append(_Drawn(said.get("name") or f"Table {len(self.drawn) + 1}"))
            self.drawn.append(self._open[-1])
        elif name in _ROWS and self._open:
            self._end_cell()
            table = self._open[-1]
            table.row = _number(said.get("index"), table.row + 2) - 1
            table.column = 0
        elif name in _CELLS and self._open and self._open[-1].row >= 0:
            self._begin_cell(said)
        elif name == "data":
            self._kind = said.get("type", "")
        elif name in _BREAKS:
            self._text += "\n"

    def _begin_cell(self, said: dict[str, str]) -> None:
        # A page need not close its cells: the next one does.
        self._end_cell()
        down = _number(said.get("mergedown"), 0) or _number(said.get("rowspan"), 1) - 1
        across = _number(said.get("mergeacross"), 0) or _number(said.get("colspan"), 1) - 1
        index = _number(said["index"], 1) - 1 if "index" in said else None
        table = self._open[-1]
        self._cell = table, table.place(max(0, down), max(0, across), index)
        self._text, self._kind = "", ""

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        table, (row, column) = self._cell
        if row < MAX_ROWS + 1 and column < MAX_COLUMNS + 1:
            table.cells[row, column] = _typed(self._text.strip(), self._kind)
        self._cell = None

    def handle_endtag(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        self._unread -= name in _UNREAD and self._unread > 0
        if name in _CELLS or name in _ROWS:
            self._end_cell()
        elif name in _SHEETS and self._open and not (name == "table" and self._in_worksheet()):
            self._end_cell()
            self._open.pop()

    def _in_worksheet(self) -> bool:
        return not self._open[-1].name.startswith("Table ")

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._unread:
            self._text += data


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 7 else default


def _typed(text: str, kind: str) -> Cell:
    try:
        if kind == "Number":
            return Cell(Decimal(text))
        if kind == "DateTime":
            value = datetime.fromisoformat(text)
            return cell_of(value.date() if value.time() == time() else value)
    except (InvalidOperation, ValueError):
        return cell_of(text)
    return cell_of(text)


def marked_up_sheets(text: str) -> tuple[Sheet, ...]:
    """The tables of a page, those of one cell or row left away; of an XML workbook its sheets."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    sheets = [drawn.sheet() for drawn in reader.drawn]
    return tuple(sheet for sheet in sheets if len(sheet.rows) > 1 and len(sheet.rows[0]) > 1)
