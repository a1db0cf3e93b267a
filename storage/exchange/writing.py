"""Writes what is laid out into the tables of the shop: what is new and what differs, nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from storage.exchange.cells import Header
from storage.exchange.entities import WRITE_ORDER, Entity
from storage.named_queries import named_queries
from storage.rows import execute, fetch_one, fetch_value
from storage.shop_writer import broken_table_rules
from storage.transactions import Connection

_SQL = named_queries("exchange")
# Of a booking that only its segments change.
_FOLLOWS_SEGMENTS = ("envelope_start", "envelope_end", "waived_conflict")


@dataclass(frozen=True, slots=True)
class FileCounts:
    """What became of a file's rows. `missing`: stored and not in the file, left as they are.

    `removed`: stored parts (shifts, segments) of parents that the file names, and no longer has.
    """

    file: str
    new: int
    changed: int
    unchanged: int
    missing: int
    missing_keys: tuple[str, ...]
    removed: int

    @property
    def changes(self) -> bool:
        return bool(self.new or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class _Count:
    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Missing:
    total: int
    examples: list[str]


async def write_all(
    connection: Connection, headers: Mapping[str, Header], progress: Callable[[str, int, int], None]
) -> tuple[FileCounts, ...]:
    """Write the files whose headers are given, and the bookings that follow from segments.

    Raises:
        InvalidRequest: a rule of a table that no check of ours has told of; nothing may be kept.
    """
    counts: list[FileCounts] = []
    with broken_table_rules():
        await execute(connection, _SQL["begin_writing"], {})
        for entity in WRITE_ORDER:
            header = headers.get(entity.name)
            if header is not None:
                progress(entity.file, 1, 1)
                counts.append(await _write(connection, entity, _decided(header)))
            elif entity.name == "booking" and "booking_segment" in headers:
                await _write(connection, entity, _FOLLOWS_SEGMENTS)
        await execute(connection, _SQL["end_writing"], {})
    return tuple(counts)


def _decided(header: Header) -> tuple[str, ...]:
    """The columns that the import writes into rows that are there already."""
    if header.entity.name != "booking":
        return header.given
    return tuple(dict.fromkeys((*header.given, *_FOLLOWS_SEGMENTS)))


async def _write(connection: Connection, entity: Entity, given: tuple[str, ...]) -> FileCounts:
    table: dict[str, object] = {"entity": entity.name, "keys": list(entity.keys), "given": list(given)}
    parts = {**table, "part_of": entity.part_of}
    # New rows are told where they come from, whether the file says so or not.
    added = list(dict.fromkeys((*given, *(("source",) if entity.has_id else ()))))
    updated = [] if entity.append_only else list(given)
    count = await fetch_one(connection, _SQL["count"], table, _Count)
    missing = await fetch_one(connection, _SQL["missing"], parts, _Missing)
    assert count is not None and missing is not None, "one row each"  # noqa: S101, PT018
    await execute(connection, _SQL["forget_plans"], {})
    removed = 0
    if entity.part_of is not None:
        removed = await fetch_value(connection, _SQL["remove"], parts, int) or 0
    if count.added or count.changed or entity.name == "booking":
        await fetch_value(connection, _SQL["write"], {**table, "added": added, "given": updated}, int)
    is_shop = entity.name == "tenant_settings"
    return FileCounts(
        entity.file,
        count.added,
        count.changed,
        count.unchanged,
        0 if is_shop else missing.total,
        () if is_shop else tuple(missing.examples),
        removed,
    )
