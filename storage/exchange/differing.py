"""What rows of a folder say otherwise than the shop: which columns, from what to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadhand.errors import JsonValue
from storage.exchange.entities import Entity
from storage.exchange.kinds import Place
from storage.named_queries import named_queries
from storage.rows import fetch_all
from storage.transactions import Connection

_SQL = named_queries("exchange")
_STORED = named_queries("exchange_stored")


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that is stored and says something else: where it stands, what it is called, and by column what
    the shop says and what it is to say; an empty text is nothing."""

    file: str
    row: int | None
    name: str
    columns: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    key: str
    record: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class _Stored:
    key: str
    record: dict[str, JsonValue]


async def changes_of(
    connection: Connection, entity: Entity, given: Sequence[str], place: Place
) -> tuple[RowChange, ...]:
    """The first rows that change what the shop says; none of tables whose rows are parts of others."""
    if entity.name not in _STORED:
        return ()
    asked = {"entity": entity.name, "keys": list(entity.keys), "given": list(given)}
    rows = await fetch_all(connection, _SQL["changed_rows"], asked, _Row)
    if not rows:
        return ()
    keys: dict[str, object] = {"ids": [row.key for row in rows], "sources": [], "external_ids": []}
    found = await fetch_all(connection, _STORED[entity.name], keys, _Stored)
    stored = {row.key: row.record for row in found}
    changes = (_change(entity, row, stored.get(row.key), given, place) for row in rows)
    return tuple(change for change in changes if change is not None and change.columns)


def _change(
    entity: Entity, row: _Row, before: Mapping[str, JsonValue] | None, given: Sequence[str], place: Place
) -> RowChange | None:
    if before is None:
        return None
    texts = [(name, *(_text(entity, name, said, place) for said in (before, row.record))) for name in given]
    name = str(before.get("code") or " ".join(str(before[key]) for key in entity.keys))
    return RowChange(
        entity.file, row.line, name, tuple((column, old, new) for column, old, new in texts if old != new)
    )


def _text(entity: Entity, column: str, record: Mapping[str, JsonValue], place: Place) -> str:
    value = record.get(column)
    return "" if value is None else entity.column(column).kind.write(value, place)
