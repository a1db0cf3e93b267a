"""A hold is over at exactly its minute, for everybody, without anything being run."""

from dataclasses import replace

import pytest

from leadhand.context import Principal, TenantContext
from planning.booked_work import WorkAsked
from planning.shop import Booking, BookingStatus, CapacityHold, Segment, Shop
from planning.zones import from_minute
from runs.upkeep import remove_expired_holds
from storage.booked_work import BookedWorkReader
from storage.database import Database
from storage.shops import ShopReader
from tests.integration.storage.small_shop import CHICAGO, booked, chicago, small_shop
from tests.integration.storage.test_plan_written_and_read import DECEMBER, asking, put

EXPIRES = chicago(9, 12)
SPAN = chicago(16, 6), chicago(16, 10)
HOLD = CapacityHold("hold-1", "Miller", EXPIRES, "Miller Inc")
HELD = Booking(
    "hold-1-1", None, "m-haas", *SPAN, BookingStatus.HELD, segments=(Segment(*SPAN),), quote_id="hold-1"
)


def holding_shop(expires: int = EXPIRES) -> Shop:
    shop = small_shop()
    hold = replace(HOLD, expires_at=expires)
    return replace(shop, bookings=(*shop.bookings, HELD), holds={hold.id: hold})


def at_minute(who: Principal, minute: int) -> TenantContext:
    return replace(asking(who), as_of=from_minute(minute, CHICAGO))


async def test_a_hold_counts_until_the_minute_before_it_expires_and_not_in_that_minute(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who = two_shops[0]
    await put(database, who, holding_shop())
    reader = ShopReader(database)
    before = await reader.load(at_minute(who, EXPIRES - 1), DECEMBER)
    after = await reader.load(at_minute(who, EXPIRES), DECEMBER)
    assert before.holds == {"hold-1": HOLD}
    assert HELD in before.bookings
    assert after.holds == {}
    assert {b.id for b in before.bookings} - {b.id for b in after.bookings} == {"hold-1-1"}
    assert after.settings.data_version == before.settings.data_version


async def test_between_two_expiries_the_plan_is_read_once(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who = two_shops[0]
    await put(database, who, holding_shop())
    reader = ShopReader(database)
    first = await reader.load(at_minute(who, EXPIRES), DECEMBER)
    assert await reader.load(at_minute(who, EXPIRES + 600), DECEMBER) is first


async def test_a_page_of_bookings_from_the_tables_ends_with_the_hold_too(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who = two_shops[0]
    await put(database, who, holding_shop())
    reader, asked = BookedWorkReader(database), WorkAsked((chicago(16, 0), chicago(17, 0)))
    held = await reader.page(at_minute(who, EXPIRES - 1), asked, None, 10)
    over = await reader.page(at_minute(who, EXPIRES), asked, None, 10)
    assert [row.booking.id for row in held.rows] == ["hold-1-1"]
    assert over.rows == []


@pytest.mark.parametrize(("expired", "left"), [(True, {"b-9"}), (False, {"b-9", "hold-1-1"})])
async def test_where_a_hold_has_expired_other_work_can_be_booked_and_removes_it(
    database: Database, two_shops: tuple[Principal, Principal], expired: bool, left: set[str]
) -> None:
    who = two_shops[0]
    await put(database, who, holding_shop(chicago(1, 0, month=1) + 365 * 1440 * 20))
    new = booked("b-9", "o1-20", "m-haas", *SPAN) if expired else booked("b-9", "o1-20", "m-puma", *SPAN)
    async with database.transaction(who) as connection:
        if expired:
            await connection.execute(
                b"update capacity_hold set expires_at = date_trunc('minute', now()) - interval '1 hour'"
            )
        await connection.execute(
            b"insert into booking (id, operation_id, machine_id, machine_no, envelope_start, envelope_end)"
            b" select %s, %s, m.id, m.no, minute_utc(%s), minute_utc(%s) from machine m where m.id = %s",
            (new.id, new.operation_id, new.envelope_start, new.envelope_end, new.machine_id),
        )
        found = await connection.execute(
            b"select id from booking where envelope_start = minute_utc(%s)", (SPAN[0],)
        )
        rows = await found.fetchall()
        holds = await (await connection.execute(b"select id from capacity_hold")).fetchall()
    assert {row["id"] for row in rows} == left
    assert bool(holds) is not expired


async def test_one_shops_expiry_changes_nothing_of_another(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    mine, theirs = two_shops
    await put(database, mine, holding_shop())
    await put(database, theirs, holding_shop(EXPIRES + 60))
    reader, later = ShopReader(database), EXPIRES + 1
    assert (await reader.load(at_minute(mine, later), DECEMBER)).holds == {}
    assert set((await reader.load(at_minute(theirs, later), DECEMBER)).holds) == {"hold-1"}


async def test_quotes_that_have_expired_leave_the_tables_of_every_shop_and_no_others_do(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    over, _ = two_shops
    for shop in two_shops:
        await put(database, shop, holding_shop(chicago(1, 0, month=1) + 365 * 1440 * 20))
    async with database.transaction(over) as connection:
        await connection.execute(
            b"update capacity_hold set expires_at = date_trunc('minute', now()) - interval '1 hour'"
        )
    await remove_expired_holds(database)
    left: list[list[int]] = []
    for shop in two_shops:
        async with database.transaction(shop) as connection:
            cursor = await connection.execute(
                b"select (select count(*)::int from capacity_hold) as holds,"
                b" (select count(*)::int from booking where quote_id = 'hold-1') as held"
            )
            left += [[int(str(row["holds"])), int(str(row["held"]))] for row in await cursor.fetchall()]
    assert left == [[0, 0], [1, 1]]
