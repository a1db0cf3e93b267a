"""Cells merged over several rows or columns of a board: how often such a cell counts."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.tables import Table, TableRow
from storage.foreign.vocabulary import key_of

ROWS, COLUMNS = "merged_rows", "merged_columns"
EACH, ONCE = "each", "once"
_TOLD = 5


def covered_again(table: Table, across: Collection[int], scope: Scoped) -> list[frozenset[int]]:
    """For each row, the columns that go across whose cell is that of a row above. Rows that say the same
    besides are of one machine or person: there a cell merged over them is one. Of others it is asked."""
    kept = [index for index in range(len(table.headers)) if index not in across]
    first: dict[tuple[str, int, int], TableRow] = {}
    found: list[frozenset[int]] = []
    for row in table.rows:
        covered: set[int] = set()
        for index, top in row.blocks.items():
            if index not in across:
                continue
            above = first.setdefault((row.sheet, top, index), row)
            if above is not row and _counts_once(row, above, index, kept, scope):
                covered |= set(range(index, row.spans.get(index, index) + 1))
        found.append(frozenset(covered))
    return found


def _counts_once(row: TableRow, above: TableRow, index: int, kept: Sequence[int], scope: Scoped) -> bool:
    differing = next(
        (n for n in kept if not row.cell(n).empty and row.cell(n).text != above.cell(n).text), None
    )
    if differing is None:
        return True
    question = Question(
        ROWS,
        f'"{shown(row.cell(index).text)}" is merged over rows that are not the same, such as '
        f"{above.number} ({shown(above.cell(differing).text)}) and {row.number} "
        f"({shown(row.cell(differing).text)}): is it something on each of them?",
        (Choice(EACH, "it is on each of its rows"), Choice(ONCE, "it is on its first row only")),
        why="a cell is merged over several rows",
    )
    # Until it is answered, it is shown on each of them.
    return scope.settle(question) == ONCE


def said_of_each(table: Table, scope: Scoped) -> Table:
    """The table with a cell that is merged over several columns in each of them, where a person says so: also
    for what parts and joins them. On a board whose columns have times such a cell is one booking."""
    given = scope.decisions.given
    timed = any(key.removeprefix(scope.prefix).split(".")[0] == "slot" for key in given)
    if timed or given.get(scope.key(COLUMNS), "").strip() != EACH:
        return table
    rows = [_filled(row) for row in table.rows]
    if rows == list(table.rows):
        return table
    scope.optional(COLUMNS)
    return replace(table, rows=tuple(rows))


def _filled(row: TableRow) -> TableRow:
    cells = list(row.cells)
    for index, last in row.spans.items():
        for covered in range(index + 1, min(last + 1, len(cells))):
            cells[covered] = cells[index] if cells[covered].empty else cells[covered]
    return replace(row, cells=tuple(cells))


def spread(row: TableRow, table: Table, across: Sequence[int], scope: Scoped) -> dict[int, int]:
    """Of columns that go across by their headers, those whose cell is merged from another, with that one.
    Over days of the week it counts for each of them; of others it is asked."""
    found: dict[int, int] = {}
    for index, last in row.spans.items():
        covered = [n for n in across if index < n <= last]
        if index not in across or not covered or row.cell(index).empty:
            continue
        names = [table.headers[n] for n in (index, *covered)]
        if all(key_of("weekdays", name) for name in names) or _is_of_each(row, index, names, scope):
            found |= dict.fromkeys(covered, index)
    return found


def _is_of_each(row: TableRow, index: int, names: Sequence[str], scope: Scoped) -> bool:
    question = Question(
        COLUMNS,
        f'"{shown(row.cell(index).text)}" in row {row.number} is merged over {", ".join(map(shown, names))}: '
        "is it said of each of them?",
        (Choice(EACH, "it is in each of its columns"), Choice(ONCE, "it is in its first column only")),
        why="a cell is merged over several columns",
    )
    return scope.settle(question) != ONCE


def told_merged(table: Table, used: Collection[int]) -> list[str]:
    """Rows in which a cell is merged over several columns that are used: it counts for the first only."""
    told: list[str] = []
    for row in table.rows:
        for index, last in row.spans.items():
            names = [n for n in used if index <= n <= last]
            each = any(not row.cell(n).empty for n in names if n > index)
            if len(names) > 1 and not each and not row.cell(index).empty:
                over = ", ".join(shown(table.headers[n]) for n in sorted(names))
                told.append(
                    f'row {row.number}: "{shown(row.cell(index).text)}" is merged over {over}; '
                    f"it is read as {shown(table.headers[min(names)])} only ({COLUMNS}={EACH}: as each)"
                )
    more = [f"and {len(told) - _TOLD} more such cells"] if len(told) > _TOLD else []
    return [*told[:_TOLD], *more]
