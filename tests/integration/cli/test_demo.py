"""`leadhand demo`: there whole or not at all, and never over a real shop."""

import re
from dataclasses import replace
from datetime import date
from uuid import uuid4

import psycopg
import pytest

from leadhand.clock import utc_minute
from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import InvalidRequest
from planning.shop import Booking, OrderStatus
from storage.database import Database
from storage.demo.install import find_demo, install_demo
from storage.demo.shop import DemoShop, make_demo
from storage.demo.sizes import DemoSize
from storage.embedded import EmbeddedServer
from storage.shops import ShopReader
from tests.integration.cli.conftest import Leadhand

MONDAY = date(2026, 11, 23)
KEPT = 600


class Cancelled(Exception):
    """Ctrl-C in the middle, for a test."""


def new_shop() -> Principal:
    return Principal(f"demo-{uuid4().hex[:12]}", "tester", frozenset(Permission))


def demo_of(seed: int) -> DemoShop:
    """The small shop with a short past."""
    demo = make_demo(size=DemoSize.SMALL, seed=seed, today=MONDAY, name="Demo")
    return replace(demo, bookings_kept=KEPT)


async def install(
    database: Database, who: Principal, demo: DemoShop, *, stop_after: int | None = None
) -> int:
    def report(done: int, total: int) -> None:
        if stop_after is not None and done > stop_after:
            raise Cancelled(f"{done} of {total}")

    async with database.transaction(who) as connection:
        return await install_demo(connection, tenant_id=who.tenant_id, demo=demo, progress=report)


async def read_bookings(database: Database, who: Principal, demo: DemoShop) -> dict[str, Booking]:
    """All bookings of the plan's own window, by id, as the tools see them."""
    rows = demo.shop.bookings
    window = min(b.envelope_start for b in rows), max(b.envelope_end for b in rows)
    shop = await ShopReader(database).load(context(who), window)
    return {b.id: b for b in shop.bookings}


def context(who: Principal) -> TenantContext:
    return TenantContext(
        who.tenant_id, who.user_id, who.permissions, "America/Chicago", "en-US", as_of=utc_minute()
    )


async def test_what_is_written_is_what_the_tools_read(database: Database) -> None:
    who, demo = new_shop(), demo_of(7)
    written = await install(database, who, demo)
    assert KEPT <= written < KEPT + 10
    found = await read_bookings(database, who, demo)
    planned = {b.id: b for b in demo.shop.bookings}
    assert {key: found[key] for key in planned} == planned
    shop = await ShopReader(database).load(context(who), (demo.anchor, demo.anchor + 1))
    still_open = {o.id: o for o in shop.orders.values() if o.status is not OrderStatus.DONE}
    assert still_open == dict(demo.shop.orders)


async def test_queries_of_a_shop_expect_its_rows_from_the_first_turn_on(
    database: Database, server: EmbeddedServer
) -> None:
    await install(database, new_shop(), demo_of(7))
    with psycopg.connect(server.owner_url, autocommit=True) as owner:
        owner.execute("analyze booking")
    later = new_shop()
    await install(database, later, demo_of(8))
    async with database.transaction(later) as connection:
        explained = await connection.execute("explain select from booking")
        plan = str(await explained.fetchall())
    expected = re.search(r"rows=(\d+)", plan)
    assert expected is not None
    assert int(expected[1]) > KEPT / 2, plan


async def test_a_build_that_breaks_off_leaves_nothing(database: Database) -> None:
    who = new_shop()
    with pytest.raises(Cancelled):
        await install(database, who, demo_of(7), stop_after=400)
    async with database.transaction(who) as connection:
        assert await find_demo(connection, tenant_id=who.tenant_id) is None


async def test_a_replacement_that_breaks_off_leaves_the_old_shop(database: Database) -> None:
    who, old = new_shop(), demo_of(7)
    await install(database, who, old)
    before = await read_bookings(database, who, old)
    with pytest.raises(Cancelled):
        await install(database, who, demo_of(8), stop_after=400)
    assert await read_bookings(database, who, old) == before
    async with database.transaction(who) as connection:
        record = await find_demo(connection, tenant_id=who.tenant_id)
    assert record is not None
    assert record.seed == 7


async def test_a_real_shop_is_never_taken_for_a_demo(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    async with database.transaction(two_shops[0]) as connection:
        with pytest.raises(InvalidRequest, match="not a demo shop"):
            await find_demo(connection, tenant_id=two_shops[0].tenant_id)


async def test_two_who_make_the_same_shop_do_not_mix(database: Database) -> None:
    who = new_shop()
    async with database.transaction(who) as first:
        assert await find_demo(first, tenant_id=who.tenant_id) is None
        async with database.transaction(who) as second:
            with pytest.raises(InvalidRequest, match="another process"):
                await find_demo(second, tenant_id=who.tenant_id)


def test_the_command_makes_it_once_and_again_only_when_told(
    leadhand_process: Leadhand, leadhand: Leadhand
) -> None:
    name = new_shop().tenant_id
    made = leadhand_process("demo", "--shop", name, "--today", "2026-11-23")
    assert (made.returncode, made.stderr) == (0, f"Making the shop {name}…\n")
    assert made.stdout.startswith(f"Made the shop {name}: small, seed 7, around 2026-11-23.\n")
    assert "       12   documents of the shop's handbook " in made.stdout
    assert "\x1b" not in made.stdout

    again = leadhand("demo", "--shop", name, "--seed", "8")
    assert again.returncode == 0
    assert again.stdout.startswith(f"The shop {name} is already there: small, seed 7, around 2026-11-23.")

    anew = leadhand("demo", "--shop", name, "--seed", "8", "--today", "2026-11-30", "--replace")
    assert anew.stdout.startswith(f"Made the shop {name}: small, seed 8, around 2026-11-30.")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--today", "30.11.2026"),
        ("--today", "2026-02-30"),
        ("--size", "huge"),
        ("--seed", "-1"),
        ("--shop", "É"),
    ],
)
def test_wrong_arguments_are_wrong_usage(leadhand: Leadhand, arguments: tuple[str, str]) -> None:
    done = leadhand("demo", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
