"""One shop's flood of slow work leaves connections to the others."""

import asyncio

import pytest

from leadhand.context import Principal
from leadhand.errors import DatabaseUnavailable
from leadhand.settings import Settings
from storage.database import Database
from storage.shared_pool import MAX_WAITING_OF_SHOP, ShopShares, places_of_shop
from storage.tenants import read_tenant


async def hold(database: Database, who: Principal, until: asyncio.Event, begun: asyncio.Semaphore) -> None:
    async with database.transaction(who):
        begun.release()
        await until.wait()


@pytest.mark.parametrize("pool_max", [2, 4])
async def test_a_shop_is_served_while_another_waits_for_its_own_slow_work(
    settings: Settings, two_shops: tuple[Principal, Principal], pool_max: int
) -> None:
    flooding, other = two_shops
    done, begun = asyncio.Event(), asyncio.Semaphore(0)
    async with Database.open(settings.model_copy(update={"database_pool_max": pool_max})) as database:
        flood = [asyncio.create_task(hold(database, flooding, done, begun)) for _ in range(20)]
        for _ in range(pool_max // 2):
            await begun.acquire()
        async with database.transaction(other) as connection:
            found = await read_tenant(connection, other.tenant_id)
        assert found is not None
        # Half of the pool works for the shop that floods, the rest of its work still waits.
        assert begun.locked()
        assert not any(task.done() for task in flood)
        done.set()
        await asyncio.gather(*flood)
        await database.ping()


async def test_a_shop_that_finds_no_place_in_time_is_told_to_try_again(
    settings: Settings, two_shops: tuple[Principal, Principal]
) -> None:
    flooding, other = two_shops
    done, begun = asyncio.Event(), asyncio.Semaphore(0)
    changed = {"database_pool_max": 2, "database_pool_timeout_s": 0.1}
    async with Database.open(settings.model_copy(update=changed)) as database:
        holder = asyncio.create_task(hold(database, flooding, done, begun))
        await begun.acquire()
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction(flooding):
                pass
        async with database.transaction(other):
            pass
        done.set()
        await holder
        async with database.transaction(flooding):
            pass


async def test_places_are_given_in_order_and_given_back_by_whoever_stops_waiting() -> None:
    shares = ShopShares(places_per_shop=1, timeout_s=60)
    await shares.take("north")
    first, second = (asyncio.create_task(shares.take("north")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert (first.cancelled(), second.done()) == (True, False)
    shares.give_back("north")
    async with asyncio.timeout(10):
        await second
    shares.give_back("north")


async def test_a_burst_beyond_the_queue_of_a_shop_is_refused_at_once() -> None:
    shares = ShopShares(places_per_shop=1, timeout_s=60)
    waiting = [asyncio.create_task(shares.take("north")) for _ in range(1 + MAX_WAITING_OF_SHOP)]
    await asyncio.sleep(0)
    with pytest.raises(DatabaseUnavailable):
        await shares.take("north")
    await shares.take("south")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def test_a_shop_gets_a_quarter_of_a_pool_and_of_a_small_one_no_more_than_half() -> None:
    assert [places_of_shop(size) for size in (1, 2, 4, 6, 12, 20, 80)] == [1, 1, 2, 3, 3, 5, 20]
