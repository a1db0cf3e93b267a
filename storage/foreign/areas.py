"""Where on the sheets of a file its tables are, as far as a person says so: which sheets, which cells, which
rows are the header."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from leadhand.errors import InvalidRequest
from storage.exchange.problems import shown
from storage.foreign.decisions import Decisions
from storage.foreign.grid import EMPTY, Cell, Grid, Sheet

# Keys of the whole file, and of each sheet.
SHEETS = "sheets"
AREA, HEADER_ROWS, LAST_ROW, TRANSPOSE, KEEP_ROWS = (
    "area",
    "header_rows",
    "last_row",
    "transpose",
    "keep_rows",
)
# Of a table, but its heads may be lines of text, which are rows then.
PARENT = "parent"
OF_SHEETS = (AREA, HEADER_ROWS, LAST_ROW, TRANSPOSE, KEEP_ROWS)
NO_HEADER = "none"
_AREA = re.compile(r"([A-Z]{1,3})(\d{1,6}):([A-Z]{1,3})(\d{1,6})?", re.IGNORECASE)
_MAX_HEADER_ROWS = 5
_MAX_AREAS = 20
_LOOKED_AT, _NAMED = 40, 4


def places_said(given: Mapping[str, str]) -> bool:
    """Whether decisions say where tables are."""
    return any(key == SHEETS or key.rpartition("!")[2] in {*OF_SHEETS, PARENT} for key in given)


def column_number(letters: str) -> int:
    """The column that a spreadsheet calls A, B … AA, counted from 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def column_letters(number: int) -> str:
    """What a spreadsheet calls a column, counted from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def rows_in(text: str) -> frozenset[int] | None:
    """The rows that `3-5, 9` names; None: it is no such text."""
    found: set[int] = set()
    for part in re.split(r"[,;]", text):
        form = re.fullmatch(r"\s*(\d{1,6})\s*(?:[-–]\s*(\d{1,6}))?\s*", part)
        if form is None or int(form[2] or form[1]) < int(form[1]):
            return None
        found |= set(range(int(form[1]), int(form[2] or form[1]) + 1))
    return frozenset(found)


def placed_tables(grid: Grid, decisions: Decisions) -> Grid:
    """The sheets as a person says that they are to be read.

    Raises:
        InvalidRequest: it speaks of sheets, cells or rows that are not there.
    """
    if not places_said(decisions.given):
        return grid
    taken = _chosen(grid, decisions)
    several = len(taken) > 1
    return replace(
        grid, sheets=tuple(part for sheet in taken for part in _parts(sheet, decisions, several=several))
    )


def _chosen(grid: Grid, decisions: Decisions) -> list[Sheet]:
    said = decisions.optional(SHEETS)
    if said is None:
        return list(grid.sheets)
    by_name = {sheet.name: sheet for sheet in grid.sheets}
    names = [said] if said in by_name else [part.strip() for part in said.split(";")]
    missing = [name for name in names if name not in by_name]
    if missing:
        raise InvalidRequest(
            f"{SHEETS}: there is no sheet {shown(missing[0])}; right would be: {'; '.join(by_name)}."
        )
    return [replace(by_name[name], hidden=False) for name in names]


def _parts(sheet: Sheet, decisions: Decisions, *, several: bool) -> list[Sheet]:
    """The sheet's areas, each a sheet of its own with the same name."""

    def said(key: str) -> str | None:
        value = decisions.optional(f"{sheet.name}!{key}")
        return decisions.optional(key) if value is None and not several else value

    if (last := said(LAST_ROW)) is not None:
        if not last.isdecimal() or int(last) < sheet.first_row:
            raise InvalidRequest(f"{LAST_ROW}={shown(last)} is no row of {shown(sheet.name)}.")
        sheet = _cut(sheet, sheet.first_row, int(last), 0, None)
    if said(TRANSPOSE) == "yes":
        sheet = _transposed(sheet)
    if (kept := said(KEEP_ROWS)) is not None:
        rows = rows_in(kept)
        if rows is None:
            raise InvalidRequest(f"{KEEP_ROWS}={shown(kept)} names no rows; right would be: 12, 40-42.")
        sheet = replace(sheet, kept_rows=sheet.kept_rows | rows)
    heads = " | ".join(text for key, text in decisions.given.items() if key.rpartition("!")[2] == PARENT)
    if heads:
        sheet = replace(sheet, kept_rows=sheet.kept_rows | _lines_that_fit(sheet, heads))
    areas = said(AREA)
    parts = [_area(sheet, text) for text in areas.split(";")[:_MAX_AREAS]] if areas else [sheet]
    own = {n: decisions.optional(f"{sheet.name} ({n})!{HEADER_ROWS}") for n in range(2, len(parts) + 1)}
    header = said(HEADER_ROWS)
    if len(parts) == 1 or header in {None, NO_HEADER}:
        texts = [own.get(n) or header for n in range(1, len(parts) + 1)]
    else:
        within = _headers_within(sheet, parts, header or "")
        texts = [own.get(n) or text for n, text in enumerate(within, 1)]
    return [
        _with_header(part, text) if text is not None else part
        for part, text in zip(parts, texts, strict=True)
    ]


def _headers_within(sheet: Sheet, parts: Sequence[Sheet], text: str) -> list[str | None]:
    """Of `5-6; 15-16`, the header rows of each of several areas: those that lie in it. The header of an area
    of which none is said is looked for."""
    found: list[str | None] = [None] * len(parts)
    for group in text.split(";"):
        rows = rows_in(group)
        at = [
            number
            for number, part in enumerate(parts)
            if rows is not None
            and part.first_row <= min(rows)
            and max(rows) < part.first_row + len(part.rows)
        ]
        if not at:
            _with_header(sheet, group.strip())  # rows that are not there at all
            raise InvalidRequest(
                f"{HEADER_ROWS}={shown(text)}: rows {group.strip()} lie in no area of {shown(sheet.name)}; "
                "right would be rows of each area, such as 5-6; 15-16."
            )
        found = [group.strip() if number in at else before for number, before in enumerate(found)]
    return found


def _lines_that_fit(sheet: Sheet, heads: str) -> frozenset[int]:
    """The rows of one text that heads of others are said to be: they are no titles."""
    texts = [part.partition("=")[2].strip().casefold() for part in re.split(r";| \| ", heads)]
    wanted = [text for text in texts if text.strip("*?")]
    found: set[int] = set()
    for number, row in enumerate(sheet.rows, sheet.first_row):
        filled = [cell.text.casefold() for cell in row if not cell.empty]
        if len(filled) == 1 and any(fnmatchcase(filled[0], text) for text in wanted):
            found.add(number)
    return frozenset(found)


def _area(sheet: Sheet, text: str) -> Sheet:
    form = _AREA.fullmatch(text.strip())
    if form is None:
        raise InvalidRequest(f"{AREA}={shown(text)} is no area; right would be: A4:H, or A4:H40; J4:M40.")
    left, right = column_number(form[1]), column_number(form[3])
    last = int(form[4]) if form[4] else sheet.first_row + len(sheet.rows) - 1
    if right < left or last < int(form[2]):
        raise InvalidRequest(f"{AREA}={shown(text)} has its end before its beginning.")
    return _cut(sheet, int(form[2]), last, left, right)


def _cut(sheet: Sheet, first: int, last: int, left: int, right: int | None) -> Sheet:
    """The sheet from row to row, as a spreadsheet counts, and from column to column, counted from 0."""
    top = max(0, first - sheet.first_row)
    bottom = last - sheet.first_row + 1
    end = None if right is None else right + 1
    rows = [row[left:end] for row in sheet.rows[top:bottom]]
    merged = tuple(
        (max(a, top) - top, max(b, left) - left, c - top, (d if right is None else min(d, right)) - left)
        for a, b, c, d in sheet.merged
        if top <= c and a < bottom and left <= d and (right is None or b <= right)
    )
    return replace(
        sheet,
        rows=rows,
        first_row=sheet.first_row + top,
        first_column=sheet.first_column + left,
        merged=merged,
    )


def _transposed(sheet: Sheet) -> Sheet:
    """Its rows as columns; a message then counts columns as rows."""
    width = max((len(row) for row in sheet.rows), default=0)
    rows = [tuple(row[index] if index < len(row) else EMPTY for row in sheet.rows) for index in range(width)]
    merged = tuple((left, top, right, bottom) for top, left, bottom, right in sheet.merged)
    return replace(sheet, rows=rows, first_row=1, first_column=0, merged=merged, hidden_rows=frozenset())


def _with_header(sheet: Sheet, text: str) -> Sheet:
    """The sheet with its header rows said; without a header, its columns are called A, B, C."""
    if text == NO_HEADER:
        width = max((len(row) for row in sheet.rows), default=0)
        names = tuple(Cell(column_letters(sheet.first_column + index)) for index in range(width))
        merged = tuple((a + 1, b, c + 1, d) for a, b, c, d in sheet.merged)
        return replace(
            sheet, rows=[names, *sheet.rows], first_row=sheet.first_row - 1, merged=merged, header=(0, 0)
        )
    rows = rows_in(text)
    if rows is None or len(rows) != max(rows) - min(rows) + 1 or len(rows) > _MAX_HEADER_ROWS:
        raise InvalidRequest(
            f"{HEADER_ROWS}={shown(text)} is no answer; right would be: {_likely_header(sheet)}, two to five "
            f"rows such as 4-5, none, or of several areas rows of each, such as 5-6; 15-16."
        )
    first, last = min(rows) - sheet.first_row, max(rows) - sheet.first_row
    if first < 0 or last >= len(sheet.rows):
        end = sheet.first_row + len(sheet.rows) - 1
        raise InvalidRequest(
            f"{HEADER_ROWS}={shown(text)}: {shown(sheet.name)} has no such rows, but {sheet.first_row} to "
            f"{end}; right would be: {_likely_header(sheet)}."
        )
    return replace(sheet, header=(first, last))


def _likely_header(sheet: Sheet) -> str:
    """The first row with the most texts, such as `3 (Job, Qty, Due)`."""
    rows = list(enumerate(sheet.rows[:_LOOKED_AT]))
    if not rows:
        return "4"
    at, row = max(rows, key=lambda found: sum(isinstance(cell.value, str) for cell in found[1]))
    names = [cell.text for cell in row if not cell.empty]
    told = ", ".join(shown(name) for name in names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
    return f"{sheet.first_row + at} ({told})"


def names_of(sheet: Sheet, groups: Sequence[Mapping[int, str]]) -> list[str]:
    """The names of the columns below a header that was said: its rows joined, each heading over all columns
    that it stands for. `groups`: the headings of each row that stand for several columns."""
    first, last = sheet.header or (0, 0)
    rows = sheet.rows[first : last + 1]
    names: list[str] = []
    for index in range(max(len(row) for row in rows)):
        texts = [
            found[index] if index in found else row[index].text if index < len(row) else ""
            for row, found in zip(rows, groups, strict=True)
        ]
        names.append(" ".join(dict.fromkeys(text for text in texts if text)))
    return names
