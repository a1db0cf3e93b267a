"""What is kept of simulations: once each, so many of a shop, for that shop alone, with its plan's version."""

from dataclasses import replace
from datetime import UTC, datetime

from leadhand.context import Principal
from storage.database import Database
from storage.shop_writer import write_shop
from storage.simulations import KEEP, MAX_WHAT_CHARS, KeptSimulation, Simulation, SimulationShelf
from tests.integration.storage.small_shop import small_shop

AT = datetime(2026, 12, 7, 12, tzinfo=UTC)
FIRST = Simulation(
    "sim-" + "a" * 16, "new_order", "an order", AT, 1, AT, True, 14.0, 0.0, None, 1, 2, 3, None, 5, 6
)


async def test_a_simulation_is_found_again_as_it_was_kept(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shelf, who = SimulationShelf(database), two_shops[0]
    await shelf.keep(who, FIRST)
    [found] = await shelf.kept(who)
    version = found.data_version_now
    kept = KeptSimulation(
        "sim-" + "a" * 16,
        "new_order",
        "an order",
        AT,
        1,
        AT,
        True,
        14.0,
        0.0,
        None,
        1,
        2,
        3,
        None,
        5,
        6,
        version,
    )
    assert found == kept


async def test_it_is_kept_once_and_is_new_again_when_it_is_asked_again(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shelf, who = SimulationShelf(database), two_shops[0]
    second = replace(FIRST, sim_id="sim-" + "b" * 16)
    for simulation in (FIRST, second, FIRST):
        await shelf.keep(who, simulation)
    assert [row.sim_id for row in await shelf.kept(who)] == [FIRST.sim_id, second.sim_id]


async def test_a_shop_keeps_its_newest_ones_and_no_more(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shelf, (who, other) = SimulationShelf(database), two_shops
    await shelf.keep(other, FIRST)
    async with database.transaction(who) as connection:
        await connection.execute(
            b"insert into simulation (sim_id, kept_at, kind, what, as_of, data_version, orders_affected,"
            b" bookings_affected, newly_late, unplaced, stuck)"
            b" select 'sim-' || lpad(to_hex(n), 16, '0'), clock_timestamp() - make_interval(secs => n),"
            b" 'new_order', 'an order', now(), 1, 0, 0, 0, 0, 0 from generate_series(1, %s) n",
            (KEEP,),
        )
    await shelf.keep(who, FIRST)
    kept = [row.sim_id for row in await shelf.kept(who)]
    assert len(kept) == KEEP
    assert (kept[0], kept[1], kept[-1]) == (FIRST.sim_id, f"sim-{1:016x}", f"sim-{KEEP - 1:016x}")
    assert len(await shelf.kept(other)) == 1


async def test_another_shop_has_none_of_it(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shelf, (who, other) = SimulationShelf(database), two_shops
    await shelf.keep(who, FIRST)
    assert await shelf.kept(other) == ()


async def test_keeping_one_leaves_the_plan_as_it_is_and_a_change_of_the_plan_makes_it_stale(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shelf, who = SimulationShelf(database), two_shops[0]
    await shelf.keep(who, FIRST)
    [before] = await shelf.kept(who)
    second = replace(FIRST, sim_id="sim-" + "b" * 16, data_version=before.data_version_now)
    await shelf.keep(who, second)
    assert [row.stale for row in await shelf.kept(who)][:1] == [False]
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=small_shop())
    assert [row.stale for row in await shelf.kept(who)][:1] == [True]


async def test_words_that_the_database_cannot_hold_are_made_so(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shelf, who = SimulationShelf(database), two_shops[0]
    await shelf.keep(who, replace(FIRST, what="a\x00b" + "x" * 400))
    [found] = await shelf.kept(who)
    assert "\x00" not in found.what
    assert len(found.what) == MAX_WHAT_CHARS
