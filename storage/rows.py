"""Typed rows from named queries: one place that touches cursors."""

from collections.abc import Mapping
from typing import TypeVar

from psycopg.rows import class_row, scalar_row

from storage.transactions import Connection

Row = TypeVar("Row")
Params = Mapping[str, object]


async def fetch_one(connection: Connection, sql: bytes, params: Params, row: type[Row]) -> Row | None:
    """The only row as `row` (a dataclass with the query's columns), or None."""
    async with connection.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(sql, params)
        return await cursor.fetchone()


async def fetch_all(connection: Connection, sql: bytes, params: Params, row: type[Row]) -> tuple[Row, ...]:
    async with connection.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(sql, params)
        return tuple(await cursor.fetchall())


async def fetch_value(connection: Connection, sql: bytes, params: Params, kind: type[Row]) -> Row | None:
    """The first column of the only row, or None without a row or value."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(sql, params)
        value: object = await cursor.fetchone()
    if value is None:
        return None
    assert isinstance(value, kind), f"{kind.__name__} expected"  # noqa: S101
    return value


async def execute(connection: Connection, sql: bytes, params: Params) -> int:
    """Run a statement; the number of rows it touched."""
    async with connection.cursor() as cursor:
        await cursor.execute(sql, params)
        return cursor.rowcount
