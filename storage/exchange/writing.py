"""Writes what is laid out into the tables of the shop: what is new and what differs, nothing else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from storage.exchange.cells import Header
from storage.exchange.differing import RowChange, changes_of
from storage.exchange.entities import WRITE_ORDER, Entity
from storage.exchange.kinds import Place
from storage.named_queries import named_queries
from storage.rows import execute, fetch_one, fetch_value
from storage.shop_writer import broken_table_rules
from storage.transactions import Connection

_SQL = named_queries("exchange")
# Of a booking that only its segments change.
_FOLLOWS_SEGMENTS = ("envelope_start", "envelope_end", "waived_conflict")
# Seconds and offset of a time as the database writes it.
_OFFSET = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d(?:\.\d+)?[+-]\d\d(?::\d\d)*")


@dataclass(frozen=True, slots=True)
class FileCounts:
    """What became of a file's rows. `missing`: stored and not in the file, left as they are.

    `removed`: stored parts (shifts, segments) of parents that the file names, and no longer has. `differing`:
    the first of the changed rows, where that is asked for.
    """

    file: str
    new: int
    changed: int
    unchanged: int
    missing: int
    missing_keys: tuple[str, ...]
    removed: int
    differing: tuple[RowChange, ...] = ()

    @property
    def changes(self) -> bool:
        return bool(self.new or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class _Count:
    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Clock:
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class _Missing:
    total: int
    examples: list[str]


async def write_all(
    connection: Connection,
    headers: Mapping[str, Header],
    progress: Callable[[str, int, int], None],
    place: Place,
    *,
    with_changes: bool = False,
) -> tuple[FileCounts, ...]:
    """Write the files whose headers are given, and the bookings that follow from segments. `place`: where
    times are told; `with_changes`: what the changed rows say otherwise is told too.

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
                given = _decided(header)
                differing = await changes_of(connection, entity, given, place) if with_changes else ()
                found = await _write(connection, entity, given, place)
                counts.append(replace(found, differing=differing))
            elif entity.name == "booking" and "booking_segment" in headers:
                await _write(connection, entity, _FOLLOWS_SEGMENTS, place)
        await execute(connection, _SQL["end_writing"], {})
    return tuple(counts)


def _decided(header: Header) -> tuple[str, ...]:
    """The columns that the import writes into rows that are there already."""
    if header.entity.name != "booking":
        return header.given
    return tuple(dict.fromkeys((*header.given, *_FOLLOWS_SEGMENTS)))


async def _missing(connection: Connection, parts: Mapping[str, object], place: Place) -> _Missing | None:
    """Stored rows that the file does not have; times among their keys as the shop's clock shows them."""
    clock = await fetch_one(connection, _SQL["time_zone"], {"zone": place.zone.key}, _Clock)
    assert clock is not None, "one row"  # noqa: S101
    missing = await fetch_one(connection, _SQL["missing"], parts, _Missing)
    await fetch_one(connection, _SQL["time_zone"], {"zone": clock.before}, _Clock)
    return missing and replace(missing, examples=[_OFFSET.sub(r"\1", key) for key in missing.examples])


async def _write(connection: Connection, entity: Entity, given: tuple[str, ...], place: Place) -> FileCounts:
    table: dict[str, object] = {"entity": entity.name, "keys": list(entity.keys), "given": list(given)}
    parts = {**table, "part_of": entity.part_of}
    # New rows are told where they come from, whether the file says so or not.
    added = list(dict.fromkeys((*given, *(("source",) if entity.has_id else ()))))
    updated = [] if entity.append_only else list(given)
    count = await fetch_one(connection, _SQL["count"], table, _Count)
    missing = await _missing(connection, parts, place)
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
