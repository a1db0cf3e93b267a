"""Columns that answers make of others: their keys, and the table with them."""

from collections.abc import Sequence
from dataclasses import replace

from leadhand.errors import InvalidRequest
from storage.exchange.problems import nearest, shown
from storage.foreign.decisions import Scoped
from storage.foreign.grid import Cell
from storage.foreign.tables import Table, TableRow


def keys_of(scope: Scoped, prefix: str) -> list[tuple[str, str]]:
    """The rest of each key with a prefix, and what is given for it, in the order in which it was given."""
    full = scope.key(prefix)
    return [(key[len(full) :], value) for key, value in scope.decisions.given.items() if key.startswith(full)]


def missing(key: str, header: str, table: Table) -> InvalidRequest:
    near = nearest(header, [name for name in table.headers if name])
    right = near or ", ".join(shown(name) for name in table.headers if name)
    return InvalidRequest(
        f"{shown(key)}: {shown(table.label)} has no column {shown(header)}; right would be: {right}."
    )


def with_columns(
    table: Table, changed: dict[int, list[Cell]], added: Sequence[tuple[str, list[Cell]]]
) -> Table:
    """The table with other cells in some columns, and with more columns; one of a name that is there takes
    its place."""
    headers = list(table.headers)
    columns = dict(changed)
    for name, cells in added:
        if name not in headers:
            headers.append(name)
        columns[headers.index(name)] = cells
    rows: list[TableRow] = []
    for number, row in enumerate(table.rows):
        cells = [row.cell(index) for index in range(len(headers))]
        for index, column in columns.items():
            cells[index] = column[number]
        rows.append(replace(row, cells=tuple(cells)))
    return replace(table, headers=tuple(headers), rows=tuple(rows))
