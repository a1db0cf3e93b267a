"""A shop written whole and read back is the same shop."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from knowledge.handbook import shelve_handbook
from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import InvalidRequest, NotFound
from planning.calendars import ShopTimes
from planning.shop import Alternative, Interval, Operation, Order, OrderStatus, Shop
from storage.database import Database
from storage.knowledge import list_documents, read_index
from storage.shop_writer import WriteProgress, add_orders, delete_shop, write_shop
from storage.shops import ShopReader, whole_months
from storage.tenants import read_tenant
from tests.integration.storage.small_shop import booked, chicago, small_shop

DECEMBER: Interval = (chicago(1, 0), chicago(31, 0))


def asking(who: Principal) -> TenantContext:
    rights = frozenset({Permission.PLANNING_READ})
    now = datetime(2026, 12, 7, 12, tzinfo=UTC)
    return TenantContext(who.tenant_id, who.user_id, rights, "America/Chicago", "en-US", now)


def as_written(read: Shop, written: Shop) -> Shop:
    """`read` with what the database gives itself (version, machine numbers) as in `written`."""
    return replace(
        read,
        settings=replace(read.settings, data_version=written.settings.data_version),
        machines={key: replace(machine, no=0) for key, machine in read.machines.items()},
    )


async def put(database: Database, who: Principal, shop: Shop) -> None:
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=shop)


async def version(database: Database, who: Principal) -> int:
    async with database.transaction(who) as connection:
        found = await read_tenant(connection, who.tenant_id)
    assert found is not None
    return found.data_version


async def test_a_shop_is_read_back_exactly_as_it_was_written(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shop = small_shop()
    await put(database, two_shops[0], shop)
    read = await ShopReader(database).load(asking(two_shops[0]), DECEMBER)
    assert as_written(read, shop) == shop


async def test_a_due_date_is_stored_as_a_local_date_and_an_odd_instant_as_an_instant(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    await put(database, two_shops[0], small_shop())
    async with database.transaction(two_shops[0]) as connection:
        found = await connection.execute(
            b"select code, due_date::text, due_at from production_order order by code"
        )
        rows = await found.fetchall()
    assert [(row["due_date"], row["due_at"] is None) for row in rows] == [("2026-12-18", True), (None, False)]


async def test_writing_again_replaces_the_whole_plan(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    first = small_shop()
    await put(database, two_shops[0], first)
    second = replace(small_shop("Renamed"), bookings=first.bookings[:1], absences=())
    await put(database, two_shops[0], second)
    read = await ShopReader(database).load(asking(two_shops[0]), DECEMBER)
    assert as_written(read, second) == second


async def test_progress_ends_with_every_row_of_every_table_written(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    seen: list[WriteProgress] = []
    async with database.transaction(two_shops[0]) as connection:
        await write_shop(
            connection, tenant_id=two_shops[0].tenant_id, shop=small_shop(), progress=seen.append
        )
    last = {step.table: step for step in seen}
    assert {table: step.done for table, step in last.items() if table in {"machines", "segments"}} == {
        "machines": 2,
        "segments": 4,
    }
    assert all(step.done == step.total for step in last.values())


async def test_a_plan_that_breaks_a_rule_is_refused_and_nothing_of_it_is_stored(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shop = small_shop()
    clash = booked("b-5", "o1-20", "m-puma", chicago(7, 8), chicago(7, 11))
    with pytest.raises(InvalidRequest) as refused:
        await put(database, two_shops[0], replace(shop, bookings=(*shop.bookings, clash)))
    assert refused.value.details == {"table": "booking", "constraint": "booking_one_at_a_time"}
    read = await ShopReader(database).load(asking(two_shops[0]), DECEMBER)
    assert (read.machines, read.bookings) == ({}, ())


async def test_orders_can_be_added_to_a_shop(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shop = small_shop()
    await put(database, two_shops[0], shop)
    order = replace(shop.orders["ord-1"], id="ord-9", code="WO-9")
    operation = replace(shop.operations["o1-20"], id="o9-10", order_id="ord-9", predecessor_ids=None)
    async with database.transaction(two_shops[0]) as connection:
        await add_orders(
            connection,
            settings=shop.settings,
            orders=[order],
            operations=[operation],
            bookings=[booked("b-9", "o9-10", "m-puma", chicago(9, 6), chicago(9, 8))],
        )
    read = await ShopReader(database).load(asking(two_shops[0]), DECEMBER)
    assert (read.orders["ord-9"], read.operations["o9-10"]) == (order, operation)


async def test_outside_the_asked_months_only_the_bookings_of_open_orders_are_read(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shop = small_shop()
    spring: Interval = (chicago(1, 0, month=3), chicago(2, 0, month=3))
    over = {key: replace(order, status=OrderStatus.DONE) for key, order in shop.orders.items()}
    for orders, expected in (
        (shop.orders, {b.id for b in shop.bookings if b.operation_id}),
        (over, set[str]()),
    ):
        await put(database, two_shops[0], replace(shop, orders=orders))
        read = await ShopReader(database).load(asking(two_shops[0]), spring)
        assert {booking.id for booking in read.bookings} == expected
        assert set(shop.orders) - set(read.orders) == (set() if expected else set(over))


async def test_of_an_order_that_is_done_neither_material_nor_progress_is_read(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shop = small_shop()
    done = {key: replace(order, status=OrderStatus.DONE) for key, order in shop.orders.items()}
    await put(database, two_shops[0], replace(shop, orders=done))
    read = await ShopReader(database).load(asking(two_shops[0]), DECEMBER)
    assert set(read.operations) == set(shop.operations)
    assert (read.materials, read.progress) == ({}, {})


async def test_the_same_plan_asked_for_again_is_not_read_again(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    await put(database, two_shops[0], small_shop())
    reader = ShopReader(database)
    first = await reader.load(asking(two_shops[0]), DECEMBER)
    again = await reader.load(asking(two_shops[0]), (chicago(8, 0), chicago(9, 0)))
    assert again is first


async def test_a_changed_plan_is_read_anew(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    await put(database, two_shops[0], small_shop())
    reader = ShopReader(database)
    before = await reader.load(asking(two_shops[0]), DECEMBER)
    async with database.transaction(two_shops[0]) as connection:
        await connection.execute(b"update machine set name = 'Puma 4100' where code = 'PUMA'")
    after = await reader.load(asking(two_shops[0]), DECEMBER)
    assert (before.machines["m-puma"].name, after.machines["m-puma"].name) == ("Puma 3100", "Puma 4100")
    assert after.settings.data_version == before.settings.data_version + 1


@pytest.mark.parametrize(
    "change",
    [
        b"update booking_segment set operator_id = null",
        b"update booking set locked = not locked where id = (select min(id) from booking)",
        b"delete from booking_segment where booking_id = (select min(id) from booking)",
        b"delete from booking where id = (select min(id) from booking)",
        b"update operation set setup_min = setup_min + 1 where id = (select min(id) from operation)",
        b"update operation_alternative set setup_min = setup_min + 1",
        b"update production_order set priority = 1",
    ],
)
async def test_what_is_kept_of_the_state_before_is_as_a_reader_finds_it_who_knows_nothing(
    database: Database, two_shops: tuple[Principal, Principal], change: bytes
) -> None:
    await put(database, two_shops[0], small_shop())
    reader = ShopReader(database)
    before = await reader.load(asking(two_shops[0]), DECEMBER)
    async with database.transaction(two_shops[0]) as connection:
        await connection.execute(change)
    after = await reader.load(asking(two_shops[0]), DECEMBER)
    assert after == await ShopReader(database).load(asking(two_shops[0]), DECEMBER)
    assert after != replace(before, settings=after.settings)
    assert all(after.machines[key] is machine for key, machine in before.machines.items())


async def test_a_shop_made_anew_under_the_same_name_is_not_mistaken_for_the_old_one(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who = two_shops[0]
    reader = ShopReader(database)
    for name in ("First", "Second"):
        async with database.transaction(who) as connection:
            await delete_shop(connection, tenant_id=who.tenant_id)
        await put(database, who, small_shop(name))
        read = await reader.load(asking(who), DECEMBER)
        assert (read.settings.name, read.settings.data_version) == (name, await version(database, who))


async def test_callers_at_once_share_one_load_and_one_that_leaves_does_not_end_it(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    await put(database, two_shops[0], small_shop())
    reader = ShopReader(database)
    loads = [asyncio.create_task(reader.load(asking(two_shops[0]), DECEMBER)) for _ in range(5)]
    await asyncio.sleep(0)
    loads[0].cancel()
    first, *others = await asyncio.gather(*loads, return_exceptions=True)
    assert isinstance(first, asyncio.CancelledError)
    assert len({id(shop) for shop in others}) == 1


async def test_the_cache_gives_up_the_shop_that_was_not_asked_for_longest(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    for who in two_shops:
        await put(database, who, small_shop())
    reader = ShopReader(database, max_shops=1)
    first = await reader.load(asking(two_shops[0]), DECEMBER)
    second = await reader.load(asking(two_shops[1]), DECEMBER)
    assert await reader.load(asking(two_shops[1]), DECEMBER) is second
    assert await reader.load(asking(two_shops[0]), DECEMBER) is not first


async def test_a_shop_that_asks_about_many_windows_makes_room_among_its_own_first(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    for who in two_shops:
        await put(database, who, small_shop())
    reader = ShopReader(database, max_shops=2)
    other = await reader.load(asking(two_shops[1]), DECEMBER)
    december = await reader.load(asking(two_shops[0]), DECEMBER)
    march = await reader.load(asking(two_shops[0]), (chicago(1, 0, month=3), chicago(2, 0, month=3)))
    assert await reader.load(asking(two_shops[1]), DECEMBER) is other
    assert await reader.load(asking(two_shops[0]), (chicago(1, 0, month=3), chicago(2, 0, month=3))) is march
    assert await reader.load(asking(two_shops[0]), DECEMBER) is not december


async def test_what_was_worked_out_from_one_shop_is_never_found_for_another(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    for who in two_shops:
        await put(database, who, small_shop())
    reader = ShopReader(database)
    first, second = [await reader.load(asking(who), DECEMBER) for who in two_shops]
    assert first.view(ShopTimes, DECEMBER).shop is first
    assert second.view(ShopTimes, DECEMBER).shop is second


async def test_a_change_of_one_shop_lets_go_of_its_own_plan_and_views_alone(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    for who in two_shops:
        await put(database, who, small_shop())
    reader = ShopReader(database)
    before, other = [await reader.load(asking(who), DECEMBER) for who in two_shops]
    times = other.view(ShopTimes, DECEMBER)
    before.view(ShopTimes, DECEMBER)
    async with database.transaction(two_shops[0]) as connection:
        await connection.execute(b"update machine set name = 'Puma 4100' where code = 'PUMA'")
    after = await reader.load(asking(two_shops[0]), DECEMBER)
    assert (len(before.views), len(after.views)) == (0, 0)
    assert await reader.load(asking(two_shops[1]), DECEMBER) is other
    assert other.view(ShopTimes, DECEMBER) is times


async def test_orders_with_odd_ids_are_read_with_their_operations(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shop = small_shop()
    ids = ('a"b', "c\\d", "e,f", "{g}", " h ", "null")
    orders = {id_: Order(id_, f"ODD-{number}", "", 1, OrderStatus.RELEASED) for number, id_ in enumerate(ids)}
    operations = {
        f"op of {id_}": Operation(
            f"op of {id_}", id_, 10, 5, 60, alternatives=(Alternative("m-puma", 5, 60),)
        )
        for id_ in ids
    }
    odd = replace(shop, orders={**shop.orders, **orders}, operations={**shop.operations, **operations})
    await put(database, two_shops[0], odd)
    read = await ShopReader(database).load(asking(two_shops[0]), DECEMBER)
    assert {key: read.operations[key] for key in operations} == operations


async def test_the_cache_is_bounded_by_rows_too(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    await put(database, two_shops[0], small_shop())
    reader = ShopReader(database, max_rows=10)
    december = await reader.load(asking(two_shops[0]), DECEMBER)
    await reader.load(asking(two_shops[0]), (chicago(1, 0, month=3), chicago(2, 0, month=3)))
    assert await reader.load(asking(two_shops[0]), DECEMBER) is not december


async def test_a_shop_that_does_not_exist_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        await ShopReader(database).load(asking(Principal("nowhere", "nobody", frozenset())), DECEMBER)


async def test_deleting_a_shop_says_whether_there_was_one_and_takes_its_documents_along(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who = two_shops[0]
    await put(database, who, small_shop())
    async with database.transaction(who) as connection:
        await shelve_handbook(connection, embedder=None, timezone="UTC", uploaded_by=who.user_id)
    async with database.transaction(who) as connection:
        assert await delete_shop(connection, tenant_id=who.tenant_id)
    async with database.transaction(who) as connection:
        assert not await delete_shop(connection, tenant_id=who.tenant_id)
        assert await read_tenant(connection, who.tenant_id) is None
        assert await list_documents(connection, permissions=frozenset(Permission), limit=1) == ()
        assert await read_index(connection) is None


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ((0, 1), (0, 31 * 1440)),
        ((31 * 1440 - 1, 31 * 1440 + 1), (0, 59 * 1440)),
        ((0, 31 * 1440), (0, 31 * 1440)),
        ((334 * 1440, 365 * 1440), (334 * 1440, 365 * 1440)),
    ],
)
def test_a_window_is_widened_to_the_utc_months_it_touches(window: Interval, expected: Interval) -> None:
    assert whole_months(window) == expected
