"""What rows of one file say in different columns: a column that a row of the plan does not have says nothing
of it, though rows of another table have that column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from leadhand.errors import JsonValue
from storage.exchange.entities import BY_NAME, IMPORTED, Entity
from storage.exchange.kinds import Place
from storage.foreign.canonical import Canonical, CanonicalRow
from storage.named_queries import named_queries
from storage.rows import fetch_all
from storage.transactions import Connection

_SQL = named_queries("exchange_stored")
_IDENTITY = frozenset({"id", "source", "external_id"})


@dataclass(frozen=True, slots=True)
class _Stored:
    key: str
    record: dict[str, JsonValue]


async def keep_unsaid(connection: Connection, canonical: Canonical, zone: ZoneInfo) -> None:
    """Give rows of the plan what the plan says in the columns that they themselves do not have."""
    for name, rows in canonical.rows.items():
        entity = BY_NAME[name]
        if name not in _SQL or not entity.has_id:
            continue
        columns = canonical.columns(name)
        short = [(n, missing) for n, row in enumerate(rows) if (missing := _missing(entity, columns, row))]
        stored = await _stored(connection, entity, [rows[n] for n, _ in short]) if short else {}
        for number, missing in short:
            record = stored.get(_key(rows[number]))
            if record is not None:
                cells = {column: _written(entity, column, record, zone) for column in missing}
                rows[number] = replace(rows[number], cells={**cells, **rows[number].cells})


def _missing(entity: Entity, columns: Sequence[str], row: CanonicalRow) -> list[str]:
    """The columns of other rows that a row does not have; of columns that are said together, none where it
    has one."""
    said = {name for group in entity.together if set(group) & row.cells.keys() for name in group}
    return [name for name in columns if name not in row.cells and name not in said | _IDENTITY]


def _key(row: CanonicalRow) -> tuple[str, str]:
    return ("", row.cells["id"]) if row.cells.get("id") else _external(row.cells)


def _external(cells: Mapping[str, object]) -> tuple[str, str]:
    return str(cells.get("source") or IMPORTED), str(cells.get("external_id") or "")


async def _stored(
    connection: Connection, entity: Entity, rows: Iterable[CanonicalRow]
) -> dict[tuple[str, str], dict[str, JsonValue]]:
    keys = {_key(row) for row in rows}
    others = [key for key in keys if key[0]]
    asked = {
        "ids": [name for source, name in keys if not source],
        "sources": [source for source, _ in others],
        "external_ids": [name for _, name in others],
    }
    found = await fetch_all(connection, _SQL[entity.name], asked, _Stored)
    by_id = {("", row.key): row.record for row in found}
    return by_id | {_external(row.record): row.record for row in found}


def _written(entity: Entity, column: str, record: Mapping[str, JsonValue], zone: ZoneInfo) -> str:
    value = record[column]
    return "" if value is None else entity.column(column).kind.write(value, Place(zone))
