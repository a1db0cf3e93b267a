"""Columns whose cells another table of the file says, found by what stands in this one:
`lookup.Machine=Resource: UID=Resource UID -> Initials`."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from leadhand.errors import InvalidRequest
from storage.exchange.problems import nearest, shown
from storage.foreign.decisions import Scoped
from storage.foreign.grid import EMPTY, Cell
from storage.foreign.made_columns import keys_of, missing, with_columns
from storage.foreign.tables import Table, TableRow

LOOKUP, NOTHING = "lookup.", "none"
_ARROW = re.compile(r"\s*->\s*")
_SAMPLES = 3
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Lookup:
    """`pairs`: a column of the other table, and one of this table; `fixed`: one of it, and the text that it
    has."""

    source: Table
    pairs: tuple[tuple[str, str], ...]
    fixed: tuple[tuple[str, str], ...]
    wanted: str


def looked_up(table: Table, scope: Scoped, others: Sequence[Table]) -> Table:
    """The table with the next column that can be looked up: one at a time, since the next may be found by
    it."""
    for name, said in keys_of(scope, LOOKUP):
        key = f"{LOOKUP}{name}"
        if scope.key(key) in scope.decisions.made or not others:
            continue
        if said.strip() == NOTHING:
            scope.optional(key)
            continue
        lookup = _parsed(scope.key(key), said, others)
        if any(own not in table.headers for _, own in lookup.pairs):
            continue
        scope.optional(key)
        cells, told = _found(lookup, table)
        made = with_columns(table, {}, [(name, cells)])
        return replace(made, wide=(*made.wide, *(f"{key}: {text}" for text in told)))
    return table


def own_columns(said: str) -> list[str]:
    """The columns of this table by which something is looked up."""
    conditions = _ARROW.split(said)[0].partition(":")[2]
    parts = [part.partition("=")[2].strip() for part in conditions.split(";")]
    return [part for part in parts if part and not part.startswith("=")]


def _parsed(key: str, said: str, others: Sequence[Table]) -> _Lookup:
    """Raises:
    InvalidRequest: it is no lookup, or speaks of a table or a column that is not there.
    """
    before, *behind = _ARROW.split(said)
    named = [table for table in others if before.startswith(f"{table.label}:")]
    source = max(named, key=lambda table: len(table.label), default=None)
    if len(behind) != 1 or ":" not in before:
        raise InvalidRequest(
            f"{shown(key)}={shown(said)} is no answer; right would be: TABLE: COLUMN=COLUMN HERE -> COLUMN."
        )
    if source is None:
        name, labels = before.partition(":")[0], [table.label for table in others]
        right = nearest(name, labels) or ", ".join(map(shown, labels))
        raise InvalidRequest(f"{shown(key)}: the file has no table {shown(name)}; right would be: {right}.")
    conditions = [_condition(key, part, source) for part in before[len(source.label) + 1 :].split(";")]
    if behind[0].strip() not in source.headers:
        raise missing(key, behind[0].strip(), source)
    return _Lookup(
        source,
        tuple((column, text) for column, text in conditions if not text.startswith("=")),
        tuple((column, text[1:].strip()) for column, text in conditions if text.startswith("=")),
        behind[0].strip(),
    )


def _condition(key: str, part: str, source: Table) -> tuple[str, str]:
    """A column of the other table with what it must say: a column of this one, or `=` and a text."""
    column, _, text = part.partition("=")
    if column.strip() not in source.headers:
        raise missing(key, column.strip(), source)
    return column.strip(), text.strip()


def _found(lookup: _Lookup, table: Table) -> tuple[list[Cell], list[str]]:
    """What is found for each row, and what is told: rows for which nothing is there, or different things."""
    known = _known(lookup)
    key_in = _key([table.headers.index(own) for _, own in lookup.pairs])
    cells: list[Cell] = []
    without: list[str] = []
    differing: list[str] = []
    for row in table.rows:
        key = key_in(row)
        found = known.get(key, {}) if all(key) else {}
        cells.append(next(iter(found.values())) if len(found) == 1 else EMPTY)
        if len(found) > 1:
            different = ", ".join(shown(cell.text) for cell in list(found.values())[:_SAMPLES])
            differing.append(f"row {row.number} ({different})")
        elif not found and all(key):
            without.append(f"row {row.number} ({shown(', '.join(key))})")
    where = shown(lookup.source.label)
    told = [f"{_counted(without)} nothing in {where}"] if without else []
    if differing:
        told.append(f"{_counted(differing)} several in {where} that differ, of which none is taken")
    return cells, told


def _counted(rows: Sequence[str]) -> str:
    return f"{len(rows)} rows find, such as {rows[0]}," if len(rows) > 1 else f"{rows[0]} finds"


def _known(lookup: _Lookup) -> dict[_Key, dict[str, Cell]]:
    """What the other table says, by its keys: different things by their texts."""
    headers = lookup.source.headers
    fixed = [(headers.index(column), text.casefold()) for column, text in lookup.fixed]
    key_in, wanted = _key([headers.index(column) for column, _ in lookup.pairs]), headers.index(lookup.wanted)
    known: dict[_Key, dict[str, Cell]] = defaultdict(dict)
    for row in lookup.source.rows:
        cell = row.cell(wanted)
        if not cell.empty and all(row.cell(index).text.casefold() == text for index, text in fixed):
            known[key_in(row)].setdefault(cell.text, cell)
    return known


def _key(indexes: Sequence[int]) -> Callable[[TableRow], _Key]:
    return lambda row: tuple(row.cell(index).text.casefold() for index in indexes)
