"""Tables within sheets: where the header is, which rows are rows, and which were left out and why."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from storage.foreign.grid import EMPTY, Cell, Grid, Sheet, cell_of
from storage.foreign.headers import header_at, headers_of, known_in
from storage.foreign.vocabulary import folded, key_of, words

# Columns that no file has: the sheet's name, and the line of text above a row.
SHEET, LINE = "(sheet)", "(line above)"
# What the names of columns begin with that lines of a text name.
OF_DESCRIPTION = "Description: "
_SKIPPED_TOLD = 10
_LINE_OF_TEXT = "a line of text"
_MERGED_DOWN = 2
MAX_TABLES = 50
# What a total is of may stand behind it: "Summe (25 Aufträge)".
_IN_BRACKETS = re.compile(r"\s*[(\[].*[)\]]")
_COUNTED = re.compile(r"(\d+)\s+[^\W\d]{3,}")
_NUMBER = re.compile(r"\W*\d[\d\s.,:'’%/+-]*(?:[^\W\d]{1,4}\.?)?")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: `number` as a spreadsheet counts, and which sheet it is of."""

    sheet: str
    number: int
    cells: tuple[Cell, ...]
    # of cells merged over several columns: the first and the last of these
    spans: Mapping[int, int] = field(default_factory=dict[int, int])
    # of cells merged over several rows: their first column, and the number of their first row
    blocks: Mapping[int, int] = field(default_factory=dict[int, int])

    def cell(self, index: int) -> Cell:
        return self.cells[index] if index < len(self.cells) else EMPTY


@dataclass(frozen=True, slots=True)
class Table:
    """All sheets of a file with the same header. `label` names it in keys and messages.

    `hidden_rows`: sheet and number of each row that the workbook does not show. `skipped`: rows that are none
    (titles, totals, lines of text), with the reason. `wide`: rows with more cells than headers; what is
    beyond is not read.
    """

    label: str
    sheets: tuple[str, ...]
    headers: tuple[str, ...]
    header_row: int
    rows: tuple[TableRow, ...]
    hidden: bool = False
    skipped: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    hidden_rows: frozenset[tuple[str, int]] = frozenset()
    # where its first header stands, counted from 0
    first_column: int = 0
    # rows that are none because of what a person said of their cells, in the order of the file
    left_out: tuple[TableRow, ...] = ()
    # why its headers cannot say what its rows are
    unsaid: str = ""

    def texts(self, index: int) -> Iterator[str]:
        """The text of every text cell of a column."""
        for row in self.rows:
            value = row.cell(index).value
            if isinstance(value, str):
                yield value

    def filled(self, index: int) -> list[Cell]:
        return [cell for row in self.rows if not (cell := row.cell(index)).empty]


@dataclass(slots=True)
class _Reading:
    sheet: Sheet
    header_at: int
    headers: tuple[str, ...]
    rows: list[TableRow] = field(default_factory=list[TableRow])
    skipped: list[str] = field(default_factory=list[str])
    wide: list[str] = field(default_factory=list[str])
    # the line of text above each row, as the rows
    lines: list[str] = field(default_factory=list[str])


def tables_of(grid: Grid, known: Mapping[str, Sequence[str]] | None = None) -> tuple[Table, ...]:
    """The tables of a file; sheets with the same header are one. `known`: labels of headers seen before."""
    readings = [reading for sheet in grid.sheets for reading in _read_all(sheet)]
    groups: dict[tuple[tuple[str, ...], bool], list[_Reading]] = {}
    for reading in readings:
        groups.setdefault((reading.headers, reading.sheet.hidden), []).append(reading)
    labels = {
        tuple(header for header in headers if header not in (SHEET, LINE)): label
        for label, headers in (known or {}).items()
    }
    taken: Counter[str] = Counter()
    tables: list[Table] = []
    for (headers, hidden), found in groups.items():
        name = found[0].sheet.name
        taken[name] += 1
        label = labels.get(headers) or (name if taken[name] == 1 else f"{name} ({taken[name]})")
        tables.append(_table(label, headers, found, hidden=hidden))
    return tuple(tables)


def _table(label: str, headers: tuple[str, ...], found: list[_Reading], *, hidden: bool) -> Table:
    """One table of all its readings. Where they are of several sheets, or lines of text stand between rows,
    these are columns too."""
    sheets = tuple(dict.fromkeys(reading.sheet.name for reading in found))
    rows = [row for reading in found for row in reading.rows]
    lines = [line for reading in found for line in reading.lines]
    extra: list[tuple[str, list[str]]] = []
    if len(sheets) > 1:
        extra.append((SHEET, [row.sheet for row in rows]))
    if len(set(lines)) > 1:
        extra.append((LINE, lines))
    width = len(headers)
    for number, row in enumerate(rows if extra else ()):
        cells = (
            *row.cells,
            *[EMPTY] * (width - len(row.cells)),
            *(cell_of(text[number]) for _, text in extra),
        )
        rows[number] = replace(row, cells=cells)
    return Table(
        label, sheets, (*headers, *(name for name, _ in extra)),
        found[0].sheet.first_row + found[0].header_at, tuple(rows), hidden,
        tuple(text for reading in found for text in reading.skipped),
        tuple(text for reading in found for text in reading.wide),
        frozenset((reading.sheet.name, row) for reading in found for row in reading.sheet.hidden_rows),
        found[0].sheet.first_column,
    )  # fmt: skip


def _read_all(sheet: Sheet) -> list[_Reading]:
    """The tables of a sheet, one below the other: each begins with a header that is another one."""
    if sheet.header is not None:
        return [_read(sheet, sheet.header[0])[0]]
    readings: list[_Reading] = []
    rest: int | None = 0
    while rest is not None and len(readings) < MAX_TABLES:
        found = header_at(sheet.rows[rest:])
        if found is None:
            break
        reading, rest = _read(sheet, rest + found)
        readings.append(reading)
    return readings


def _read(sheet: Sheet, at: int) -> tuple[_Reading, int | None]:
    """The table below a header, and where the next one begins."""
    last, headers = headers_of(sheet, at)
    reading = _Reading(sheet, at, headers)
    rows = _merged_down(sheet, last + 1)
    shown = {folded(cell.text) for row in sheet.rows[at : last + 1] for cell in row}
    width, line = len([h for h in headers if h]), _line_above(sheet, at)
    spans, blocks = _merges(sheet)
    for index in range(last + 1, len(rows)):
        cells, number = rows[index], sheet.first_row + index
        filled = [cell for cell in cells[: len(headers)] if not cell.empty]
        if not filled:
            continue
        if sheet.header is None and _is_other_header(sheet.rows, index, shown):
            return reading, index
        why = _no_row(filled, sheet.rows[index], width, shown) or _sum_of(reading, index)
        if why is not None and number not in sheet.kept_rows:
            line = filled[0].text if why == _LINE_OF_TEXT else line
            reading.skipped.append(f"row {number} is {why} ({filled[0].text[:40]})")
            continue
        if any(not cell.empty for cell in cells[len(headers) :]):
            extra = next(cell for cell in cells[len(headers) :] if not cell.empty)
            reading.wide.append(
                f"row {number} has a cell beyond the last header ({extra.text[:40]}); it is not read"
            )
        reading.rows.append(
            TableRow(sheet.name, number, cells[: len(headers)], spans.get(index, {}), blocks.get(index, {}))
        )
        reading.lines.append(line)
    return reading, None


def _line_above(sheet: Sheet, at: int) -> str:
    """The line of text right above a header."""
    cells = [cell.text for cell in sheet.rows[at - 1] if not cell.empty] if at else []
    return cells[0] if len(cells) == 1 else ""


def _is_other_header(rows: Sequence[tuple[Cell, ...]], index: int, header: set[str]) -> bool:
    """Whether another table begins: below an empty row or a title, words that are known as headers."""
    row = rows[index]
    filled = [cell for cell in row if not cell.empty]
    above = [cell for cell in rows[index - 1] if not cell.empty]
    if len(filled) < 2 or len(above) > 1 or not all(isinstance(cell.value, str) for cell in filled):
        return False
    if any(sign.isdigit() for cell in filled for sign in cell.text):
        return False
    known, texts = known_in(row)
    return known >= max(2, texts * 0.6) and not {folded(cell.text) for cell in filled} <= header


def _merges(sheet: Sheet) -> tuple[dict[int, dict[int, int]], dict[int, dict[int, int]]]:
    """By row, the columns that a merged cell spans, and the first row of one that spans several."""
    spans: dict[int, dict[int, int]] = {}
    blocks: dict[int, dict[int, int]] = {}
    for top, left, bottom, right in sheet.merged:
        for index in range(top, min(bottom + 1, len(sheet.rows))):
            if right > left:
                spans.setdefault(index, {})[left] = right
            if bottom > top:
                blocks.setdefault(index, {})[left] = sheet.first_row + top
    return spans, blocks


def _merged_down(sheet: Sheet, first: int) -> list[tuple[Cell, ...]]:
    """The rows with what a cell merged over several of them says in each of them. One merged over columns
    too is a line of text where it stands alone."""
    rows = list(sheet.rows)
    for top, left, bottom, right in sorted(sheet.merged, key=lambda cell: cell[3] > cell[1]):
        if top < first or bottom == top:
            continue
        if right > left and sum(not cell.empty for cell in rows[top]) == 1:
            continue
        for index in range(top + 1, min(bottom + 1, len(rows))):
            row = list(rows[index])
            if left < len(row) and row[left].empty and left < len(rows[top]):
                row[left] = rows[top][left]
                rows[index] = tuple(row)
    return rows


def _no_row(filled: Sequence[Cell], written: Sequence[Cell], width: int, header: set[str]) -> str | None:
    """Why a row is none: the header again, a total, a rule, or a line of text."""
    texts = [cell.text for cell in filled]
    if {folded(text) for text in texts} <= header and len(texts) > 1:
        return "the header again"
    said = [key_of("totals", _IN_BRACKETS.sub("", text).rstrip(": ")) for text in texts[:2]]
    if "words" in said or texts[0].startswith(("Σ", "∑")):
        return "a total"
    if said[0] == "legends":
        return "a legend"
    own = [cell for cell in written if not cell.empty]
    # Of several cells that are merged down, or of one before it, a row goes on.
    merged_down = len(filled) - len(own)
    if len(own) == 1 and width >= 3 and merged_down < _MERGED_DOWN and own[0] is filled[0]:
        return _LINE_OF_TEXT
    if all(set(text) <= set("-=_*. ") for text in texts):
        return "a rule"
    return None


def _sum_of(reading: _Reading, index: int) -> str | None:
    """Why a row with one text and numbers is none: its text begins or ends with a word for totals, it counts
    the rows above, or it is the last one, below an empty row and with far fewer cells than any other."""
    rows, width = reading.sheet.rows, len(reading.headers)
    own = [cell for cell in rows[index][:width] if not cell.empty]
    texts = [cell.text for cell in own if not _is_number(cell)]
    if len(texts) != 1 or len(own) < 2:
        return None
    plain, counted = folded(texts[0]), _COUNTED.fullmatch(texts[0])
    # A full row is one only where its first column, by which rows are known, is empty.
    without_key = rows[index][0].empty and own[0].text == texts[0]
    if len(own) * 2 > width and not without_key:
        return None
    if any(plain.startswith(f"{word} ") or plain.endswith(f" {word}") for word in words("totals")["words"]):
        return "a total"
    if len(own) * 2 > width:
        return None
    if counted is not None and int(counted[1]) == len(reading.rows):
        return "a total"
    fewest = min((sum(not cell.empty for cell in row.cells) for row in reading.rows), default=0)
    apart = not any(not cell.empty for cell in rows[index - 1])
    last = all(sum(not cell.empty for cell in row) < 2 for row in rows[index + 1 :])
    return "taken for a total, below an empty row" if apart and len(own) * 2 < fewest and last else None


def _is_number(cell: Cell) -> bool:
    return isinstance(cell.value, Decimal) or _NUMBER.fullmatch(cell.text) is not None


def told_skipped(table: Table) -> list[str]:
    """What was left out, a few rows by name."""
    more = len(table.skipped) - _SKIPPED_TOLD
    return [*table.skipped[:_SKIPPED_TOLD], *([f"and {more} more"] if more > 0 else [])]
