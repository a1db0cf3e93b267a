"""What a person says about the cells of a table before it is asked what its columns are: names of columns,
rows that are none, cells of which the one above is meant, and columns made of others."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from fnmatch import fnmatchcase

from leadhand.errors import InvalidRequest
from storage.exchange.problems import nearest, shown
from storage.foreign.areas import PARENT, column_letters, column_number, rows_in
from storage.foreign.decisions import Scoped
from storage.foreign.grid import EMPTY, Cell, cell_of
from storage.foreign.looking_up import LOOKUP, looked_up, own_columns
from storage.foreign.made_columns import keys_of, missing, with_columns
from storage.foreign.rewording import refuse_lone_sign, wording_of
from storage.foreign.splitting import template_of
from storage.foreign.tables import Table, TableRow

HEADER, CARRY, REPLACE, SPLIT, JOIN = "header.", "carry_down", "replace.", "split.", "join."
LEAVE_OUT, ONLY, LEAVE_OUT_ROWS = "leave_out", "only", "leave_out_rows"
ABOVE, NOTHING = "(above) ", "none"
# Between the levels of heads, the outermost first.
_LEVELS = " | "
_TOLD = 5
_MOST_COLUMNS, _NAMED_COLUMNS = 250, 12
_NAMED = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class _Condition:
    """A row whose cell in the column is the text, whatever its case; `*` is any text, nothing is an empty
    cell."""

    index: int
    text: str

    def holds(self, row: TableRow) -> bool:
        return fnmatchcase(row.cell(self.index).text.casefold(), self.text.casefold())


def shaped(table: Table, scope: Scoped, *, late: bool = False, others: Sequence[Table] = ()) -> Table:
    """The table with all that is said about its cells. What speaks of columns that only come from going
    across waits until `late`. `others`: all tables of the file, in which something may be looked up.

    Raises:
        InvalidRequest: it speaks of a column that is not there, or is no answer.
    """
    if not late:
        table = _renamed(table, scope)
        table = _less_rows(table, scope)
    table = _carried(_parents(table, scope, late), scope, late)
    table = _made(table, scope, others)
    if late:
        _refuse_missing(table, scope)
    return less_left_out(table, scope, late)


def _renamed(table: Table, scope: Scoped) -> Table:
    """`header.C=Machine`: the name of column C, whatever its header says."""
    headers = list(table.headers)
    for letters, name in keys_of(scope, HEADER):
        alphabetic = letters.isalpha() and letters.isascii()
        index = column_number(letters) - table.first_column if alphabetic else -1
        if not 0 <= index < _MOST_COLUMNS:
            raise _no_letters(letters, name, table)
        headers += [""] * (index + 1 - len(headers))
        headers[index] = name.strip()
        scope.optional(f"{HEADER}{letters}")
    return replace(table, headers=tuple(headers))


def _no_letters(said: str, name: str, table: Table) -> InvalidRequest:
    """That a column is named by its letters, with those of the one that is meant, or of all."""
    letters = {
        header: column_letters(table.first_column + index)
        for index, header in enumerate(table.headers)
        if header and not header.startswith("(")
    }
    meant = said if said in letters else nearest(said, list(letters))
    right = (
        f"{HEADER}{letters[meant]}={name.strip()}"
        if meant is not None
        else ", ".join(
            f"{HEADER}{at} ({shown(header)})" for header, at in list(letters.items())[:_NAMED_COLUMNS]
        )
    )
    return InvalidRequest(
        f"{HEADER}{shown(said)}: columns are named by their letters, as in a spreadsheet; right would be: "
        f"{right}."
    )


def _less_rows(table: Table, scope: Scoped) -> Table:
    said = scope.optional(LEAVE_OUT_ROWS)
    if said is None:
        return table
    rows = rows_in(said)
    if rows is None:
        raise InvalidRequest(f"{LEAVE_OUT_ROWS}={shown(said)} names no rows; right would be: 12, 40-42.")
    return replace(table, rows=tuple(row for row in table.rows if row.number not in rows))


def _conditions(key: str, text: str, table: Table) -> list[_Condition] | str:
    """`Status=Storniert; Nr=`, or the first column of it that is not there."""
    found: list[_Condition] = []
    for part in text.split(";"):
        cuts = [place for place, sign in enumerate(part) if sign == "="]
        at = next((place for place in cuts if part[:place].strip() in table.headers), None)
        if not cuts:
            raise InvalidRequest(f"{key}={shown(text)} is no answer; right would be: COLUMN=TEXT; COLUMN=.")
        if at is None:
            return part[: cuts[0]].strip()
        found.append(_Condition(table.headers.index(part[:at].strip()), part[at + 1 :].strip()))
    return found


def _conditions_of(key: str, scope: Scoped, table: Table, *, late: bool) -> list[_Condition] | None:
    """The conditions under a key; None: there are none, or they are of columns that come later."""
    text = scope.decisions.given.get(scope.key(key))
    if text is None:
        return None
    if text.strip() == NOTHING:
        scope.optional(key)  # what an earlier import said is taken back
        return None
    found = _conditions(key, text, table)
    if isinstance(found, str):
        if late:
            raise missing(key, found, table)
        return None
    scope.optional(key)
    return found


def less_left_out(table: Table, scope: Scoped, late: bool = True) -> Table:
    """The table without the rows that are left out by a cell, or with only those that are taken by one."""
    out, only = (_conditions_of(key, scope, table, late=late) for key in (LEAVE_OUT, ONLY))
    if not out and not only:
        return table
    # What is said of several columns holds of each of them, as a filter does.
    taken = [[c for c in only or () if c.index == index] for index in {c.index for c in only or ()}]

    def stays(row: TableRow) -> bool:
        left_out = any(c.holds(row) for c in out or ())
        return not left_out and all(any(c.holds(row) for c in of_one) for of_one in taken)

    gone = tuple(row for row in table.rows if not stays(row))
    rows = tuple(row for row in table.rows if stays(row))
    told = (_left_out(table, gone, scope),) if gone else ()
    return replace(table, rows=rows, left_out=(*table.left_out, *gone), wide=(*table.wide, *told))


def _left_out(table: Table, gone: Sequence[TableRow], scope: Scoped) -> str:
    """How many rows are left out, by which answers, and one of them: an answer that is kept cuts later files
    too."""
    by = [
        f"{key}={shown(said)}"
        for key in (LEAVE_OUT, ONLY)
        if (said := scope.decisions.given.get(scope.key(key)))
    ]
    cells = " | ".join(gone[0].cell(n).text for n in range(len(table.headers)) if gone[0].cell(n).text)
    count = f"{len(gone)} rows are" if len(gone) > 1 else "1 row is"
    return f"{count} left out by {' and '.join(by)}, such as row {gone[0].number}: {shown(cells)}"


def _parents(table: Table, scope: Scoped, late: bool) -> Table:
    """`parent=Type=H`: such a row is none of its own; each row below it has its cells as columns. Of several
    levels, `Type=C | Type=H`, the innermost is `(above) `, the one around it `(above 2) `."""
    if not table.headers or f"{ABOVE}{table.headers[0]}" in table.headers:
        return table
    levels = _levels_of(scope, table, late=late)
    if levels is None:
        return table
    width = len(table.headers)
    nothing: tuple[Cell, ...] = (EMPTY,) * width
    above = [nothing for _ in levels]
    rows: list[TableRow] = []
    lone: list[TableRow] = []
    for row in table.rows:
        cells = tuple(row.cell(index) for index in range(width))
        at = next((n for n, found in enumerate(levels) if any(c.holds(row) for c in found)), None)
        if at is not None:
            above[at:] = [cells, *(nothing for _ in levels[at + 1 :])]
            continue
        lone += [row] if nothing in above else []
        rows.append(replace(row, cells=(*cells, *(cell for level in reversed(above) for cell in level))))
    names = [ABOVE, *(f"(above {number}) " for number in range(2, len(levels) + 1))]
    headers = (*table.headers, *(f"{begin}{n}" if n else "" for begin in names for n in table.headers))
    told = _without_head(len(table.rows) - len(rows), lone)
    return replace(table, headers=headers, rows=tuple(rows), wide=(*table.wide, *told))


def _levels_of(scope: Scoped, table: Table, *, late: bool) -> list[list[_Condition]] | None:
    """The conditions of each level of heads, the outermost first; None: there are none, or they are of
    columns that come later."""
    text = scope.decisions.given.get(scope.key(PARENT))
    if text is None or _LEVELS not in text:
        found = _conditions_of(PARENT, scope, table, late=late)
        return None if found is None else [found]
    levels: list[list[_Condition]] = []
    for part in text.split(_LEVELS):
        found = _conditions(PARENT, part, table)
        if isinstance(found, str):
            if late:
                raise missing(PARENT, found, table)
            return None
        levels.append(found)
    scope.optional(PARENT)
    return levels


def _without_head(heads: int, rows: Sequence[TableRow]) -> tuple[str, ...]:
    if not rows:
        return ()
    return (f"{PARENT}: of {heads} such rows none is above {len(rows)} others, such as row {rows[0].number}",)


def _carried(table: Table, scope: Scoped, late: bool) -> Table:
    """`carry_down=Machine; Day`: an empty cell of these columns says what the one above it says."""
    said = scope.decisions.given.get(scope.key(CARRY))
    if said is None or late:
        return table
    if said.strip() == NOTHING and NOTHING not in table.headers:
        scope.optional(CARRY)
        return table
    indexes: list[int] = []
    for name in [said.strip()] if said.strip() in table.headers else [p.strip() for p in said.split(";")]:
        if name not in table.headers:
            raise missing(CARRY, name, table)
        indexes.append(table.headers.index(name))
    scope.optional(CARRY)
    before: dict[int, Cell] = {}
    rows: list[TableRow] = []
    for row in table.rows:
        cells = [row.cell(index) for index in range(len(table.headers))]
        for index in indexes:
            before[index] = cells[index] = before.get(index, EMPTY) if cells[index].empty else cells[index]
        rows.append(replace(row, cells=tuple(cells)))
    return replace(table, rows=tuple(rows))


def _made(table: Table, scope: Scoped, others: Sequence[Table]) -> Table:
    """The table with all that can be made of its columns: each is said in other words before it is parted,
    and both before it is joined or looked up, columns that one answer makes for another too."""
    made = scope.decisions.made
    before = -1
    while before < len(made):
        before = len(made)
        table = _split(_replaced(table, scope), scope)
        if len(made) == before:
            table = _joined(table, scope)
        if len(made) == before:
            table = looked_up(table, scope, others)
    return table


def _refuse_missing(table: Table, scope: Scoped) -> None:
    """Answers about columns that nothing has made."""
    for prefix in (REPLACE, SPLIT, JOIN, LOOKUP):
        for name, said in keys_of(scope, prefix):
            if scope.key(f"{prefix}{name}") not in scope.decisions.made:
                used = _columns_named(said, table.headers) if prefix == JOIN else [name]
                used = own_columns(said) if prefix == LOOKUP else used
                lacking = next((header for header in used if header not in table.headers), name)
                raise missing(f"{prefix}{name}", lacking, table)


def _each(table: Table, scope: Scoped, prefix: str, change: Callable[[Table, int, str], Table]) -> Table:
    """The table changed by each key of a prefix that names one of its columns."""
    for header, said in keys_of(scope, prefix):
        if scope.key(f"{prefix}{header}") in scope.decisions.made:
            continue
        if said.strip() == NOTHING:
            scope.optional(f"{prefix}{header}")  # what an earlier import said is taken back
        elif header in table.headers:
            scope.optional(f"{prefix}{header}")
            table = change(table, table.headers.index(header), said)
    return table


def _replaced(table: Table, scope: Scoped) -> Table:
    """`replace.Status=L -> Released; X ->`: cells of a column that say something in other words."""

    def change(table: Table, index: int, said: str) -> Table:
        other, key = wording_of(said), scope.key(f"{REPLACE}{table.headers[index]}")
        if key not in scope.decisions.kept:  # a later file may have no such cell
            refuse_lone_sign(key, said, (row.cell(index).text for row in table.rows))

        def cell(row: TableRow) -> Cell:
            found = row.cell(index)
            new = other(found.text)
            return found if new is None else cell_of(new)

        return with_columns(table, {index: [cell(row) for row in table.rows]}, ())

    return _each(table, scope, REPLACE, change)


def _split(table: Table, scope: Scoped) -> Table:
    """`split.Job={order}/{operation}`: columns of the parts of a cell; a cell that is not written so gives
    none, and is told."""

    def change(table: Table, index: int, said: str) -> Table:
        template = template_of(said)
        columns: list[list[Cell]] = [[] for _ in template.names]
        unlike: list[str] = []
        for row in table.rows:
            text = row.cell(index).text
            parts = template.parts(text)
            if text and parts is None:
                unlike.append(f'row {row.number}: "{text[:40]}" is not written as {said}')
            for column, name in zip(columns, template.names, strict=True):
                column.append(cell_of((parts or {}).get(name, "")))
        more = [f"and {len(unlike) - _TOLD} more are not"] if len(unlike) > _TOLD else []
        told = replace(table, wide=(*table.wide, *unlike[:_TOLD], *more))
        return with_columns(told, {}, list(zip(template.names, columns, strict=True)))

    return _each(table, scope, SPLIT, change)


def _joined(table: Table, scope: Scoped) -> Table:
    """`join.Start={Date} {Time}`: a column of the cells of others; where all of them are empty, nothing. One
    at a time, since the next may be made of what is made of it."""
    for name, said in keys_of(scope, JOIN):
        if scope.key(f"{JOIN}{name}") in scope.decisions.made:
            continue
        if said.strip() == NOTHING:
            scope.optional(f"{JOIN}{name}")
            continue
        named = {part: columns_in(part, table.headers) for part in _NAMED.findall(said)}
        if any(header not in table.headers for headers in named.values() for header in headers):
            continue
        scope.optional(f"{JOIN}{name}")
        indexes = {part: [table.headers.index(header) for header in found] for part, found in named.items()}

        def cell(row: TableRow, said: str = said, indexes: dict[str, list[int]] = indexes) -> Cell:
            cells = {part: _first_of(row, found) for part, found in indexes.items()}
            if cells and all(found.empty for found in cells.values()):
                return EMPTY
            if said.strip() == f"{{{next(iter(cells), '')}}}":
                return next(iter(cells.values()))
            return cell_of(_NAMED.sub(lambda found: _plain(cells[found[1]]), said))

        return with_columns(table, {}, [(name, [cell(row) for row in table.rows])])
    return table


def columns_in(part: str, headers: Sequence[str]) -> list[str]:
    """The columns that a part of `join` names: one, or of several (`{Arrived|Confirmed}`) the first that says
    something."""
    return [part] if part in headers else [name.strip() for name in part.split("|")]


def _columns_named(said: str, headers: Sequence[str]) -> list[str]:
    return [header for part in _NAMED.findall(said) for header in columns_in(part, headers)]


def _first_of(row: TableRow, indexes: Sequence[int]) -> Cell:
    return next((cell for index in indexes if not (cell := row.cell(index)).empty), EMPTY)


def _plain(cell: Cell) -> str:
    """A cell as part of a text: of a date without a time, the date."""
    value = cell.value
    return str(value.date()) if isinstance(value, datetime) and value.time() == time() else cell.text
