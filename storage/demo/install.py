"""Puts a demo shop into the database, in the caller's transaction."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from leadhand.errors import InvalidRequest
from storage.demo.history import DoneOrder
from storage.demo.shop import DemoShop
from storage.named_queries import named_queries
from storage.rows import execute, fetch_one, fetch_value
from storage.shop_writer import add_orders, count_rows, write_shop
from storage.tenants import read_tenant
from storage.transactions import Connection

# Bookings a write: few, so that the next ones are soon ready to be written.
CHUNK = 1_000

# Called with the bookings written so far and about how many there will be.
Progress: TypeAlias = Callable[[int, int], None]

_SQL = named_queries("demo")


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """How an existing demo shop was made."""

    size: str
    seed: int
    today: date


async def find_demo(connection: Connection, *, tenant_id: str) -> DemoRecord | None:
    """The demo shop that is there; None when the name is free.

    Locks the name for this transaction.

    Raises:
        InvalidRequest: the shop is a real one, or another process is making it.
    """
    if not await fetch_value(connection, _SQL["try_lock"], {"tenant_id": tenant_id}, bool):
        raise InvalidRequest(f"The shop {tenant_id} is being made by another process right now.")
    if await read_tenant(connection, tenant_id=tenant_id) is None:
        return None
    found = await fetch_one(connection, _SQL["read_demo"], {"tenant_id": tenant_id}, DemoRecord)
    if found is None:
        raise InvalidRequest(
            f"The shop {tenant_id} is not a demo shop and is left alone; choose another name."
        )
    return found


async def install_demo(
    connection: Connection, *, tenant_id: str, demo: DemoShop, progress: Progress | None = None
) -> int:
    """Make the transaction's shop `demo`, history included; the number of its bookings.

    What the shop held before is gone. The history is written as it is made, so memory stays flat.
    """
    total = demo.bookings_kept
    report = progress or _silent
    report(0, total)
    await write_shop(connection, tenant_id=tenant_id, shop=demo.shop, source="app")
    await execute(
        connection,
        _SQL["record_demo"],
        {"tenant_id": tenant_id, "size": demo.size.value, "seed": demo.seed, "today": demo.today},
    )
    written = len(demo.shop.bookings)
    report(written, total)
    async with aclosing(_made_ahead(_chunks(demo.history()))) as chunks:
        async for chunk in chunks:
            await add_orders(
                connection,
                settings=demo.shop.settings,
                orders=[done.order for done in chunk],
                operations=[operation for done in chunk for operation in done.operations],
                bookings=[booking for done in chunk for booking in done.bookings],
                source="app",
            )
            written += sum(len(done.bookings) for done in chunk)
            report(written, total)
    await count_rows(connection)
    return written


async def _made_ahead(chunks: Iterator[list[DoneOrder]]) -> AsyncGenerator[list[DoneOrder]]:
    """The chunks; while one is written, a thread makes the next: the database and this process both work."""
    coming = asyncio.create_task(asyncio.to_thread(next, chunks, None))
    try:
        while (chunk := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(next, chunks, None))
            yield chunk
    finally:
        await asyncio.wait({coming})


def _chunks(orders: Iterator[DoneOrder]) -> Iterator[list[DoneOrder]]:
    chunk: list[DoneOrder] = []
    size = 0
    for done in orders:
        chunk.append(done)
        size += len(done.bookings)
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _silent(done: int, total: int) -> None:
    del done, total
