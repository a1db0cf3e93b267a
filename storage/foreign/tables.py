"""Tables within sheets: where the header is, which rows are rows, and which were left out and why."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from storage.foreign.grid import EMPTY, Cell, Grid, Sheet
from storage.foreign.vocabulary import folded, key_of, key_within, words

_HEADER_WITHIN_ROWS = 40
_SKIPPED_TOLD = 10
# What a total is of may stand behind it: "Summe (25 Aufträge)".
_IN_BRACKETS = re.compile(r"\s*[(\[].*[)\]]")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: `number` as a spreadsheet counts, and which sheet it is of."""

    sheet: str
    number: int
    cells: tuple[Cell, ...]

    def cell(self, index: int) -> Cell:
        return self.cells[index] if index < len(self.cells) else EMPTY


@dataclass(frozen=True, slots=True)
class Table:
    """All sheets of a file with the same header. `label` names it in keys and messages.

    `skipped`: rows that are none (titles, totals, lines of text), with the reason. `wide`: rows with more
    cells than headers; what is beyond is not read.
    """

    label: str
    sheets: tuple[str, ...]
    headers: tuple[str, ...]
    header_row: int
    rows: tuple[TableRow, ...]
    hidden: bool = False
    skipped: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()

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


def tables_of(grid: Grid, known: Mapping[str, Sequence[str]] | None = None) -> tuple[Table, ...]:
    """The tables of a file; sheets with the same header are one. `known`: labels of headers seen before."""
    readings = [reading for sheet in grid.sheets if (reading := _read(sheet)) is not None]
    groups: dict[tuple[tuple[str, ...], bool], list[_Reading]] = {}
    for reading in readings:
        groups.setdefault((reading.headers, reading.sheet.hidden), []).append(reading)
    labels = {tuple(headers): label for label, headers in (known or {}).items()}
    return tuple(
        Table(
            labels.get(headers, found[0].sheet.name),
            tuple(reading.sheet.name for reading in found),
            headers,
            found[0].sheet.first_row + found[0].header_at,
            tuple(row for reading in found for row in reading.rows),
            hidden,
            tuple(text for reading in found for text in reading.skipped),
            tuple(text for reading in found for text in reading.wide),
        )
        for (headers, hidden), found in groups.items()
    )


def _read(sheet: Sheet) -> _Reading | None:
    at = _header_at(sheet.rows)
    if at is None:
        return None
    last, headers = _headers(sheet, at)
    reading = _Reading(sheet, at, headers)
    rows = _merged_down(sheet, last + 1)
    shown = {folded(cell.text) for cell in sheet.rows[at]}
    for index in range(last + 1, len(rows)):
        cells, number = rows[index], sheet.first_row + index
        filled = [cell for cell in cells[: len(headers)] if not cell.empty]
        if not filled:
            continue
        why = _no_row(filled, sheet.rows[index], len([h for h in headers if h]), shown)
        if why is not None:
            reading.skipped.append(f"row {number} is {why} ({filled[0].text[:40]})")
            continue
        if any(not cell.empty for cell in cells[len(headers) :]):
            extra = next(cell for cell in cells[len(headers) :] if not cell.empty)
            reading.wide.append(
                f"row {number} has a cell beyond the last header ({extra.text[:40]}); it is not read"
            )
        reading.rows.append(TableRow(sheet.name, number, cells[: len(headers)]))
    return reading


def _header_at(rows: Sequence[tuple[Cell, ...]]) -> int | None:
    """The row with the most known headers; with none known, the first full row of texts."""
    best, most = None, 1
    filled = [sum(not cell.empty for cell in row) for row in rows[:200]]
    usual = Counter(count for count in filled if count > 1).most_common(1)
    for index, row in enumerate(rows[:_HEADER_WITHIN_ROWS]):
        texts = [cell.value for cell in row if isinstance(cell.value, str)]
        known = sum(_is_known(text) for text in dict.fromkeys(texts))
        if known > most and known * 2 >= len(texts) * 0.5:
            best, most = index, known
    if best is not None or not usual:
        return best
    wide = usual[0][0]
    for index, row in enumerate(rows[:_HEADER_WITHIN_ROWS]):
        cells = [cell for cell in row if not cell.empty]
        if len(cells) >= max(2, wide * 0.6) and all(isinstance(cell.value, str) for cell in cells):
            return index
    return None


def _is_known(text: str) -> bool:
    if len(text) > 60:
        return False
    return key_within("fields", text) is not None or key_of("ignored", text) is not None


def _headers(sheet: Sheet, at: int) -> tuple[int, tuple[str, ...]]:
    """The last row of the header, and its names: a row of units below joins in, groups above tell doubles
    apart."""
    row, last = sheet.rows[at], at
    names = [cell.text for cell in row]
    below = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else ()
    units = [cell.text for cell in below]
    if any(units) and all(not text or _is_unit(text) for text in units):
        last = at + 1
        names = [
            f"{name} [{unit.strip('[]() ')}]" if unit else name
            for name, unit in zip(names, units + [""] * len(names), strict=False)
        ]
    doubled = {name for name, count in Counter(name for name in names if name).items() if count > 1}
    groups = _groups_above(sheet, at)
    seen: Counter[str] = Counter()
    told: list[str] = []
    for index, name in enumerate(names):
        group = groups.get(index, "")
        full = f"{group} {name}" if name in doubled and group else name
        seen[full] += bool(full)
        told.append(f"{full} ({seen[full]})" if full and seen[full] > 1 else full)
    while told and not told[-1]:
        told.pop()
    return last, tuple(told)


def _is_unit(text: str) -> bool:
    plain = folded(text)
    units = {word for found in words("units").values() for word in found} | {
        "h mm",
        "hh mm",
        "mm ss",
        "pcs",
        "no",
        "per",
    }
    return bool(plain) and all(token in units for token in plain.split())


def _groups_above(sheet: Sheet, at: int) -> dict[int, str]:
    """The heading over each column, from cells of the row above that are merged over several."""
    if at == 0:
        return {}
    groups: dict[int, str] = {}
    for top, left, bottom, right in sheet.merged:
        if top <= at - 1 <= bottom and right > left and top < len(sheet.rows) and left < len(sheet.rows[top]):
            groups.update(dict.fromkeys(range(left, right + 1), sheet.rows[top][left].text))
    return groups


def _merged_down(sheet: Sheet, first: int) -> list[tuple[Cell, ...]]:
    """The rows with what a cell merged over several of them says in each of them."""
    rows = list(sheet.rows)
    for top, left, bottom, right in sheet.merged:
        if top < first or bottom == top or right != left:
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
    sums = any(key_of("totals", _IN_BRACKETS.sub("", text).rstrip(": ")) for text in texts[:2])
    if sums or texts[0].startswith(("Σ", "∑")):
        return "a total"
    own = [cell for cell in written if not cell.empty]
    if len(own) == 1 and width >= 3:
        return "a line of text"
    if all(set(text) <= set("-=_*. ") for text in texts):
        return "a rule"
    return None


def told_skipped(table: Table) -> list[str]:
    """What was left out, a few rows by name."""
    more = len(table.skipped) - _SKIPPED_TOLD
    return [*table.skipped[:_SKIPPED_TOLD], *([f"and {more} more"] if more > 0 else [])]
