"""Lays the rows of one file out in the database, a chunk at a time: who they are, and what they refer to.

Rows of files that come earlier in the order are there already, so every reference can be followed at once.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson
from psycopg.types.json import Jsonb

from leadhand.errors import JsonValue
from storage.exchange.cells import Header, ReadRow
from storage.exchange.entities import Column, Entity
from storage.exchange.problems import Findings, nearest, shown
from storage.named_queries import named_queries
from storage.rows import fetch_all, fetch_one
from storage.transactions import Connection

ROWS_A_CHUNK = 2_000
_MOST_KNOWN = 5_000

_SQL = named_queries("exchange")


@dataclass(frozen=True, slots=True)
class _Identity:
    line: int
    stored_id: str | None
    id_taken: bool


@dataclass(frozen=True, slots=True)
class _Found:
    cell: str
    id: str | None
    matches: int


@dataclass(frozen=True, slots=True)
class _Line:
    line: int


@dataclass(frozen=True, slots=True)
class _Id:
    id: str


@dataclass(frozen=True, slots=True)
class _Before:
    key: str
    line: int
    external_id: str


@dataclass(slots=True)
class LayingOut:
    """The connection of one import, and the ids that were looked up for near misses."""

    connection: Connection
    tenant_id: str
    findings: Findings
    _known: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    async def lay_out(self, header: Header, rows: list[ReadRow]) -> None:
        """Lay out a chunk; what is wrong with it goes to the findings.

        Raises:
            TooManyProblems: the file has had its fill.
        """
        entity = header.entity
        for column in (*header.columns, *header.implied):
            # A routing refers to rows of its own file: see `routings`.
            if column.refers_to is not None and column.refers_to != entity.name:
                await self.follow(entity, column, rows)
        if entity.has_id:
            await self._identify(entity, rows)
        elif entity.name == "tenant_settings":
            for row in rows:
                row.record["tenant_id"] = self.tenant_id
        await self._insert(entity, [row for row in rows if _key(entity, row) is not None])

    async def follow(self, entity: Entity, column: Column, rows: Iterable[ReadRow]) -> None:
        """Put the id of what is meant in the place of what the cells of a column say."""
        assert column.refers_to is not None  # noqa: S101 - asked for such columns only
        target = column.refers_to
        cells = {str(row.record[column.name]) for row in rows if row.record.get(column.name) is not None}
        if not cells or f"{target}.csv" in self.findings.given_up:
            return
        params = {"entity": target, "cells": sorted(cells)}
        found = {
            match.cell: match for match in await fetch_all(self.connection, _SQL["resolve"], params, _Found)
        }
        for row in rows:
            cell = row.record.get(column.name)
            if cell is None:
                continue
            match = found[str(cell)]
            if match.matches == 1:
                row.record[column.name] = match.id
                continue
            reason, right = await self.unknown(target, match)
            self.findings.problem(entity.file, row.number, reason, right, column=column.name, value=str(cell))
            row.bad = True

    async def unknown(self, target: str, match: _Found) -> tuple[str, str]:
        what = target.replace("_", " ")
        if match.matches > 1:
            return (
                f"is the external_id of {match.matches} rows of {target}.csv",
                "the id of the one that is meant",
            )
        near = nearest(match.cell, await self._ids(target))
        there = f"the id or external_id of a row of {target}.csv, or of one that the shop has"
        return f"there is no such {what}", shown(near) if near else there

    async def _ids(self, entity: str) -> list[str]:
        if entity not in self._known:
            params = {"entity": entity, "most": _MOST_KNOWN}
            rows = await fetch_all(self.connection, _SQL["known"], params, _Id)
            self._known[entity] = [row.id for row in rows]
        return self._known[entity]

    async def _identify(self, entity: Entity, rows: list[ReadRow]) -> None:
        external = [row for row in rows if row.record.get("external_id") is not None]
        asked = [
            {"line": row.number, "source": row.record["source"], "external_id": row.record["external_id"]}
            for row in external
        ]
        if not asked:
            return
        params = {"entity": entity.name, "rows": Jsonb(asked, dumps=orjson.dumps)}
        found = {
            row.line: row for row in await fetch_all(self.connection, _SQL["identify"], params, _Identity)
        }
        for row in external:
            self._take_id(entity, row, found[row.number])

    def _take_id(self, entity: Entity, row: ReadRow, identity: _Identity) -> None:
        given, external_id = row.record.get("id"), row.record["external_id"]
        if given is None:
            # An id that somebody else's row has is not taken over silently.
            other = f"{row.record['source']}:{external_id}" if identity.id_taken else external_id
            row.record["id"] = identity.stored_id or other
        elif identity.stored_id is not None and identity.stored_id != given:
            self.findings.problem(
                entity.file,
                row.number,
                f'external_id "{shown(str(external_id))}" is stored as the row with another id',
                f"{shown(identity.stored_id)}, or an empty cell",
                column="id",
                value=str(given),
            )
            row.bad = True

    async def _insert(self, entity: Entity, rows: list[ReadRow]) -> None:
        laid_out = [
            {
                "key": _key(entity, row),
                "line": row.number,
                "source": row.record.get("source") if entity.has_id else None,
                "external_id": row.record.get("external_id") if entity.has_id else None,
                "bad": row.bad,
                "record": row.record,
            }
            for row in rows
        ]
        params = {"entity": entity.name, "rows": Jsonb(laid_out, dumps=orjson.dumps)}
        inserted = {row.line for row in await fetch_all(self.connection, _SQL["lay_out"], params, _Line)}
        for row in rows:
            if row.number not in inserted:
                await self._tell_duplicate(entity, row)

    async def _tell_duplicate(self, entity: Entity, row: ReadRow) -> None:
        key = _key(entity, row)
        params = {
            "entity": entity.name,
            "key": key,
            "external_id": row.record.get("external_id"),
            "source": row.record.get("source"),
        }
        before = await fetch_one(self.connection, _SQL["laid_out_before"], params, _Before)
        assert before is not None, "the row that was in the way"  # noqa: S101
        if entity.name == "tenant_settings":
            self.findings.problem(entity.file, row.number, "a shop has one row", "this row in another folder")
            return
        names = entity.keys if before.key == key else ("source", "external_id")
        values = " ".join(str(row.record.get(name) or "-") for name in names)
        self.findings.problem(
            entity.file,
            row.number,
            f"the same {', '.join(names)} as row {before.line}",
            "one row for each",
            column=names[-1],
            value=values,
        )


def _key(entity: Entity, row: ReadRow) -> str | None:
    """The row's identity as text, as the query of milestones forms it too; None when it has none."""
    values: list[JsonValue] = [row.record.get(name) for name in entity.keys]
    if any(value is None and name != "valid_from" for name, value in zip(entity.keys, values, strict=True)):
        return None
    return str(values[0]) if len(values) == 1 else json.dumps(values, ensure_ascii=False)
