"""Ditto marks: cells that say that the cell above them is meant."""

from dataclasses import replace

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.grid import EMPTY, Cell
from storage.foreign.tables import Table, TableRow
from storage.foreign.vocabulary import key_of

DITTO, ABOVE, TEXT = "ditto", "above", "text"
_SIGNS = frozenset({'"', "''", '""', "″", "〃", "”", "“", "„", "´´", "``", "“”"})
_WORDS = frozenset(
    {"do.", "dto.", "dto", "ditto", "idem", "id.", "ebd.", "dito", "desgl.", "s.o.", "wie oben", "as above",
     "see above", "siehe oben", "same as above", "jw.", "j.w.", "jak wyżej", "viz výše", "idem supra"}
)  # fmt: skip
_TOLD = 3


def is_ditto(cell: Cell) -> bool:
    """`"`, `- " -`, `do.` and such, as all of a cell."""
    if not isinstance(cell.value, str):
        return False
    text = cell.value.casefold()
    return text in _WORDS or text.strip("-–—_. ") in _SIGNS


def without_dittos(table: Table, scope: Scoped) -> Table:
    """The table with the cell above in place of each ditto mark, where that is answered. One with nothing
    above it is empty, and told."""
    marked = {
        index: found
        for index in range(len(table.headers))
        if (found := [row for row in table.rows if is_ditto(row.cell(index))])
        and not any(key_of("weekdays", cell.text) for cell in table.filled(index) if not is_ditto(cell))
    }
    if not marked:
        scope.optional(DITTO)
        return table
    told = "; ".join(
        f"row {rows[0].number} {shown(table.headers[index])} ({shown(rows[0].cell(index).text)})"
        for index, rows in list(marked.items())[:_TOLD]
    )
    count = sum(map(len, marked.values()))
    question = Question(
        DITTO,
        f"{count} cells hold a mark that may mean the cell above: {told}. Do they?",
        (Choice(ABOVE, "each says what the cell above it says"), Choice(TEXT, "it is what it says")),
        why="people write it so by hand",
        suggested=ABOVE,
    )
    # Until it is answered, rows are shown as if the cells above were meant.
    return table if scope.settle(question) == TEXT else _filled(table, list(marked))


def _filled(table: Table, columns: list[int]) -> Table:
    above: dict[int, Cell] = {}
    rows: list[TableRow] = []
    lost: list[str] = []
    for row in table.rows:
        cells = [row.cell(index) for index in range(len(table.headers))]
        for index in columns:
            if is_ditto(cells[index]):
                cells[index] = above.get(index, EMPTY)
                if cells[index].empty:
                    lost.append(f"row {row.number}: nothing stands above the mark in {table.headers[index]}")
            above[index] = cells[index]
        rows.append(replace(row, cells=tuple(cells)))
    return replace(table, rows=tuple(rows), wide=(*table.wide, *lost[:_TOLD]))
