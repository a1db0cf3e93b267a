"""Reads a shop's plan, and keeps what is asked for again while its data version stands."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from psycopg.rows import tuple_row

from leadhand.context import TenantContext
from leadhand.errors import NotFound
from planning.shop import Interval, Minute, OrderStatus, Shop, ShopSettings
from planning.zones import to_minute
from storage.database import Database
from storage.named_queries import named_queries
from storage.pipeline import Statement
from storage.round_trip import one_trip
from storage.shop_rows import ReadShop, Rows, ShopRows, build_settings, next_shop
from storage.transactions import Connection

MAX_SHOPS = 64
# About 50 MB for each 100,000 rows.
MAX_ROWS = 600_000

_SQL = named_queries("shops")
_IN_WINDOW = (
    "calendars", "shifts", "exceptions", "skills", "work_centers", "machines", "downtimes", "operators",
    "operator_skills", "absences", "bookings", "segments", "orders", "holds",
)  # fmt: skip
_OVER = {OrderStatus.DONE.value, OrderStatus.CANCELLED.value}
# A few milliseconds of the event loop's time.
_ROWS_AT_ONCE = 5_000


class ShopKey(NamedTuple):
    """One state of one shop, in a window of whole UTC months; `created_at` tells it from its successor.

    `expired_by`: the newest expiry of a hold that is past: a state ends with each of them.
    """

    tenant_id: str
    created_at: datetime
    data_version: int
    expired_by: Minute | None
    window: Interval


class ShopReader:
    """The tools' source of shops (`tools.base.ShopSource`)."""

    def __init__(self, database: Database, *, max_shops: int = MAX_SHOPS, max_rows: int = MAX_ROWS) -> None:
        self._database = database
        self._max_shops = max_shops
        self._max_rows = max_rows
        self._kept: OrderedDict[ShopKey, tuple[ReadShop, int]] = OrderedDict()
        self._loading: dict[ShopKey, asyncio.Task[Shop]] = {}

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        """All master data, open orders with all their bookings, and every booking that touches `window`
        (UTC minutes), or more; held capacity as far as it is held at `tenant.as_of`.

        Raises:
            NotFound: there is no such shop.
            DatabaseUnavailable: the database is away.
        """
        key, last_import_at = await self._current_key(tenant, whole_months(window))
        if key in self._kept:
            read, rows = self._kept.pop(key)
            if read.shop.last_import_at != last_import_at:  # an import that changed nothing
                read = replace(read, shop=read.shop.imported_at(last_import_at))
            self._kept[key] = (read, rows)
            return read.shop
        task = self._loading.get(key)
        if task is None:
            task = asyncio.create_task(self._read(tenant, key.window))
            self._loading[key] = task
            task.add_done_callback(lambda done: self._settle(key, done))
        # One caller that leaves does not take the load from the others.
        return await asyncio.shield(task)

    async def _current_key(self, tenant: TenantContext, window: Interval) -> tuple[ShopKey, Minute | None]:
        version = Statement(_SQL["shop_version"], (tenant.tenant_id, tenant.as_of))
        found = (await one_trip(self._database.pool, tenant, version))[0].rows
        if not found:
            raise NotFound("There is no such shop.")
        created_at, data_version, expired_by, last_import_at = found[0]
        return ShopKey(tenant.tenant_id, created_at, data_version, expired_by, window), last_import_at

    def _settle(self, key: ShopKey, done: asyncio.Task[Shop]) -> None:
        self._loading.pop(key, None)
        if not done.cancelled():
            done.exception()  # seen here, in case every caller has left

    async def _read(self, tenant: TenantContext, window: Interval) -> Shop:
        async with self._database.transaction(tenant, snapshot=True) as connection:
            rows = await read_rows(connection, tenant_id=tenant.tenant_id, window=window)
        now = to_minute(tenant.as_of)
        before = self._earlier(tenant.tenant_id, rows.settings[-1], window)
        read = await asyncio.to_thread(next_shop, rows, now, before)
        expired_by = max((row[2] for row in rows.tables["holds"] if row[2] <= now), default=None)
        version = read.shop.settings.data_version
        key = ShopKey(tenant.tenant_id, rows.settings[-1], version, expired_by, window)
        self._keep(key, read, rows.count)
        return read.shop

    def _earlier(self, tenant_id: str, created_at: datetime, window: Interval) -> ReadShop | None:
        """The state of the same shop that was asked for last, in this window if there is one."""
        of_shop = [k for k in self._kept if (k.tenant_id, k.created_at) == (tenant_id, created_at)]
        in_window = [k for k in of_shop if k.window == window]
        last = (in_window or of_shop)[-1:]
        return self._kept[last[0]][0] if last else None

    def _keep(self, key: ShopKey, read: ReadShop, rows: int) -> None:
        # States that have passed are never asked for again.
        passed = [k for k in self._kept if k.tenant_id == key.tenant_id and k[:4] != key[:4]]
        for old in (*passed, key):
            self._let_go(old)
        self._kept[key] = (read, rows)
        while len(self._kept) > 1 and (
            len(self._kept) > self._max_shops
            or sum(count for _, count in self._kept.values()) > self._max_rows
        ):
            others = [k for k in self._kept if k != key]
            # Who asks about many windows makes room for them among its own before any other shop's.
            self._let_go(next((k for k in others if k.tenant_id == key.tenant_id), others[0]))

    def _let_go(self, key: ShopKey) -> None:
        """Of the plan and of all that was worked out from it."""
        read, _ = self._kept.pop(key, (None, 0))
        if read is not None:
            read.shop.views.close()


def whole_months(window: Interval) -> Interval:
    """The UTC months that `window` touches, so that neighbouring questions share what was read."""
    start = datetime.fromtimestamp(window[0] * 60, UTC)
    end = datetime.fromtimestamp(max(window[0], window[1] - 1) * 60, UTC)
    first = datetime(start.year, start.month, 1, tzinfo=UTC)
    after = datetime(end.year + end.month // 12, end.month % 12 + 1, 1, tzinfo=UTC)
    return int(first.timestamp()) // 60, int(after.timestamp()) // 60


async def read_settings(connection: Connection, *, tenant_id: str) -> ShopSettings:
    """Raises NotFound when there is no such shop."""
    async with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(_SQL["settings"], {"tenant_id": tenant_id})
        row = await cursor.fetchone()
    if row is None:
        raise NotFound("There is no such shop.")
    return build_settings(row)


async def read_rows(connection: Connection, *, tenant_id: str, window: Interval) -> ShopRows:
    """Fetch one state of the shop in the connection's transaction, which should be a snapshot."""
    within = {"window_start": window[0], "window_end": window[1]}
    async with connection.cursor(row_factory=tuple_row, binary=True) as cursor:

        async def fetch(name: str, params: Mapping[str, object]) -> Rows:
            await cursor.execute(_SQL[name], params)
            rows: list[tuple[Any, ...]] = []
            while part := await cursor.fetchmany(_ROWS_AT_ONCE):
                rows += part
                await asyncio.sleep(0)  # let others run between parts of big results
            return rows

        settings = await fetch("settings", {"tenant_id": tenant_id})
        if not settings:
            raise NotFound("There is no such shop.")
        tables = {name: await fetch(name, within) for name in _IN_WINDOW}
        every = {"order_ids": _text_array(row[0] for row in tables["orders"])}
        open_ones = {"order_ids": _text_array(row[0] for row in tables["orders"] if row[4] not in _OVER)}
        for name in ("operations", "alternatives"):
            tables[name] = await fetch(name, every)
        for name in ("materials", "progress"):
            tables[name] = await fetch(name, open_ones)
    return ShopRows(settings=settings[0], tables=tables)


def _text_array(texts: Iterable[str]) -> str:
    """A literal of Postgres's text[]: one parameter, where a list would be taken apart text by text."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"
