"""The plan's years behind, as far as a question needs them: read by index, never whole."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from psycopg.rows import tuple_row

from leadhand.context import TenantContext
from leadhand.errors import NotFound
from planning.booked_work import BookedFor, BookedWork, StoredWork, WorkAsked, WorkKey
from planning.shop import Booking, BookingStatus, Minute, OrderStatus, Segment, Shop
from planning.zones import to_minute
from storage.database import Database
from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.shop_rows import Rows, ShopRows, build_shop
from storage.transactions import Connection

_SQL = {**named_queries("shops"), **named_queries("booked_work")}
# What a plan holds of open orders and of its window only, by table: here of any order.
_WHOLE = {"orders": "whole_orders", "progress": "whole_progress", "bookings": "whole_bookings"}
_BEFORE_ALL: WorkKey = (0, 0, "")


class BookedWorkReader:
    """Bookings and orders of any time, straight from the tables (`tools.boards.boards.WorkSource`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, tenant: TenantContext, asked: WorkAsked, after: WorkKey | None, limit: int
    ) -> StoredWork:
        """The first `limit` (at least 1) of the bookings that `asked` means, after `after`.

        Raises:
            NotFound: there is no such shop.
            DatabaseUnavailable: the database is away.
        """
        async with self._database.transaction(tenant, snapshot=True) as connection:
            fetch = _Fetch(connection)
            version = (await _settings(fetch, tenant))[3]
            now = to_minute(tenant.as_of)
            rows = await _page(fetch, asked, after or _BEFORE_ALL, (limit, now))
            segments = await fetch("segments_of", booking_ids=[row[0] for row in rows])
        return StoredWork(version, _work(rows, segments))

    async def order_id(self, tenant: TenantContext, name: str) -> str | None:
        """The id of the order, closed or not, that has this id or else this code."""
        async with self._database.transaction(tenant) as connection:
            found = await _Fetch(connection)("order_named", name=storable_text(name))
        return found[0][0] if found else None

    async def orders(self, tenant: TenantContext, order_ids: Sequence[str]) -> Shop:
        """A shop that holds nothing but these orders, each of them whole.

        Raises:
            NotFound: there is no such shop.
            DatabaseUnavailable: the database is away.
        """
        async with self._database.transaction(tenant, snapshot=True) as connection:
            fetch = _Fetch(connection)
            settings = await _settings(fetch, tenant)
            tables = defaultdict[str, Rows](tuple)
            for table in ("operations", "alternatives"):
                tables[table] = await fetch(table, order_ids=order_ids)
            for table, query in _WHOLE.items():
                tables[table] = await fetch(query, order_ids=order_ids)
            booking_ids = [row[0] for row in tables["bookings"]]
            tables["segments"] = await fetch("segments_of", booking_ids=booking_ids)
        return build_shop(ShopRows(settings, tables), to_minute(tenant.as_of))


class _Fetch:
    """Runs named queries on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __call__(self, query: str, /, **params: object) -> Rows:
        async with self._connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            await cursor.execute(_SQL[query], params)
            return await cursor.fetchall()


async def _settings(fetch: _Fetch, tenant: TenantContext) -> tuple[Any, ...]:
    found = await fetch("settings", tenant_id=tenant.tenant_id)
    if not found:
        raise NotFound("There is no such shop.")
    return found[0]


async def _page(fetch: _Fetch, asked: WorkAsked, after: WorkKey, most: tuple[int, Minute]) -> Rows:
    """At most so many rows; what holds capacity no more at that minute is none of them."""
    limit, now = most
    params: dict[str, object] = {
        "now": now,
        "window_start": asked.window[0],
        "window_end": asked.window[1],
        "first_end": max(asked.window[0], after[0]),
        "after_end": after[0],
        "after_start": after[1],
        "after_id": after[2],
        "machine_ids": None if asked.machine_ids is None else sorted(asked.machine_ids),
    }
    if asked.order_id is not None or asked.operator_id is not None:
        one = {"order_id": asked.order_id, "operator_id": asked.operator_id}
        return await fetch("of_one", row_limit=limit, **one, **params)
    rows = list(await fetch("ended_in_window", row_limit=limit, **params))
    if len(rows) < limit:
        del params["window_start"], params["first_end"]
        rows += await fetch("running_on", row_limit=limit - len(rows), **params)
    return rows


def _work(rows: Rows, segments: Rows) -> list[BookedWork]:
    of_booking: defaultdict[str, list[Segment]] = defaultdict(list)
    for booking_id, *columns in segments:
        of_booking[booking_id].append(Segment(*columns))
    found: list[BookedWork] = []
    for row in rows:
        id_, operation_id, machine_id, start, end, status, locked, waived, quote_id, *purpose = row
        booking = Booking(
            id_, operation_id, machine_id, start, end, BookingStatus(status), locked, waived,
            tuple(of_booking.get(id_, ())), quote_id,
        )  # fmt: skip
        *names, order_status = purpose
        if order_status is None:  # held capacity has no operation
            found.append(BookedWork(booking, None))
        else:
            found.append(BookedWork(booking, BookedFor(*names, status=OrderStatus(order_status))))
    return found
