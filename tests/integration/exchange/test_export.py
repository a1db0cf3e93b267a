"""A folder that is exported makes the same shop elsewhere, and is there whole or not at all."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from leadhand.context import Permission, Principal
from leadhand.errors import InvalidRequest, NotFound
from planning.shop import Interval, Shop
from storage.database import Database
from storage.demo.install import install_demo
from storage.demo.shop import make_demo
from storage.demo.sizes import DemoSize
from storage.embedded import EmbeddedServer
from storage.exchange.entities import FILES
from storage.exchange.exporting import export_folder
from storage.exchange.importing import import_folder
from storage.shop_writer import write_shop
from storage.shops import ShopReader
from tests.integration.exchange.conftest import asking, exported, read_back, told
from tests.integration.storage.small_shop import chicago, small_shop

DECEMBER: Interval = (chicago(1, 0), chicago(31, 0))


def another() -> Principal:
    return Principal(f"shop-{uuid4().hex[:12]}", "tester", frozenset(Permission))


async def put(database: Database, who: Principal, shop: Shop) -> None:
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=shop)


async def read(database: Database, who: Principal, window: Interval) -> Shop:
    """The shop as the tools see it, less what the database counts for itself."""
    shop = await ShopReader(database).load(asking(who), window)
    machines = {key: replace(machine, no=0) for key, machine in shop.machines.items()}
    return replace(shop, settings=replace(shop.settings, data_version=0), machines=machines)


async def test_the_demo_shop_comes_back_row_for_row(
    database: Database, who: Principal, tmp_path: Path
) -> None:
    demo = make_demo(size=DemoSize.SMALL, seed=7, today=date(2026, 11, 23), name="Demo")
    async with database.transaction(who) as connection:
        await install_demo(connection, tenant_id=who.tenant_id, demo=replace(demo, bookings_kept=600))
    files = await exported(database, who, tmp_path / "first")
    copy = another()
    assert told(await import_folder(database, copy, tmp_path / "first")) == []
    assert await exported(database, copy, tmp_path / "second") == files
    window = (demo.anchor - 400 * 1440, demo.anchor + 200 * 1440)
    assert await read(database, copy, window) == await read(database, who, window)
    assert not (await import_folder(database, copy, tmp_path / "first")).changes


async def test_a_shop_with_a_row_in_every_table_comes_back(
    database: Database, who: Principal, tmp_path: Path
) -> None:
    await put(database, who, small_shop())
    async with database.transaction(who) as connection:
        for statement in (
            b"insert into material_requirement (id, operation_id, item, qty, available_at)"
            b" values ('mr-1', 'o1-10', 'Bar 40', 1.5, null), ('mr-2', 'o1-10', 'Bar 50', 2, '2026-12-01')",
            b"insert into progress (operation_id, at, good, scrap) values ('o1-10', '2026-12-07', 3, 1)",
            b"insert into absence (id, operator_id, start_date, end_date, kind, source, external_id)"
            b" values ('ab-2', 'op-anna', '2026-12-24', '2026-12-31', 'vacation', 'hr', '4711')",
            b"update production_order set quote_expires_at = '2026-12-24 12:00:30.25+00' where id = 'ord-2'",
            b"update operation set predecessor_ids = '{}' where id = 'o1-30'",
        ):
            await connection.execute(statement)
    files = await exported(database, who, tmp_path / "first")
    assert {f"{name}.csv" for name in files} == set(FILES)
    assert all(text.count("\n") > 1 for text in files.values())
    copy = another()
    assert told(await import_folder(database, copy, tmp_path / "first")) == []
    assert await exported(database, copy, tmp_path / "second") == files
    assert await read(database, copy, DECEMBER) == await read(database, who, DECEMBER)


# What a spreadsheet would compute, what is escaped already, and what ends lines or cells.
NAMES = [
    "=1+1",
    "'=1+1",
    "''x",
    "'s-Hertogenbosch",
    "-5",
    "＝1",
    "\tx",
    "\r",
    "\n",
    'a "b", c; d',
    " x ",
    "\u2028ü",
]


def customers(folder: Path) -> list[str]:
    """The cells as a spreadsheet gets them."""
    with (folder / "production_order.csv").open(encoding="utf-8", newline="") as file:
        return [row["customer"] for row in csv.DictReader(file)]


async def test_any_name_comes_back_and_none_is_a_formula(
    database: Database, who: Principal, tmp_path: Path
) -> None:
    shop = small_shop()
    orders = {
        f"o-{n}": replace(shop.orders["ord-1"], id=f"o-{n}", code=f"WO-9{n}", customer=name)
        for n, name in enumerate(NAMES)
    }
    await put(database, who, replace(shop, orders={**shop.orders, **orders}))
    await export_folder(database, who, tmp_path / "plan")
    cells = customers(tmp_path / "plan")
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r\n＝＋－＠")] == []
    copy = another()
    assert told(await import_folder(database, copy, tmp_path / "plan")) == []
    found = (await read(database, copy, DECEMBER)).orders
    assert [found[key].customer for key in orders] == NAMES


async def test_a_negative_number_stays_a_number(database: Database, who: Principal, tmp_path: Path) -> None:
    await put(database, who, small_shop())
    async with database.transaction(who) as connection:
        await connection.execute(b"update operation_alternative set preference = -5")
    files = await exported(database, who, tmp_path / "plan")
    assert files["operation_alternative"].splitlines()[1].endswith(",-5")


async def test_a_folder_that_holds_something_is_not_touched(
    database: Database, who: Principal, tmp_path: Path
) -> None:
    await put(database, who, small_shop())
    (tmp_path / "plan").mkdir()
    await export_folder(database, who, tmp_path / "plan")
    before = read_back(tmp_path / "plan")
    for taken, said in ((tmp_path / "plan", "is not empty"), (tmp_path / "plan" / "skill.csv", "is a file")):
        with pytest.raises(InvalidRequest, match=said):
            await export_folder(database, who, taken)
    assert read_back(tmp_path / "plan") == before


async def test_an_export_that_fails_leaves_nothing(
    database: Database, who: Principal, tmp_path: Path
) -> None:
    await put(database, who, small_shop())

    class Cancelled(Exception):
        pass

    def stop(file: str, rows: int) -> None:
        if file == "booking.csv":
            raise Cancelled

    with pytest.raises(Cancelled):
        await export_folder(database, who, tmp_path / "plan", progress=stop)
    with pytest.raises(NotFound):
        await export_folder(database, another(), tmp_path / "plan")
    assert read_back(tmp_path) == {}


async def test_all_files_are_of_one_moment(
    database: Database, who: Principal, tmp_path: Path, server: EmbeddedServer
) -> None:
    await put(database, who, small_shop())
    before = await exported(database, who, tmp_path / "before")

    def change_meanwhile(file: str, rows: int) -> None:
        if file == "calendar.csv":  # the first of them; bookings come last
            with psycopg.connect(server.runtime_url) as connection:
                connection.execute(b"select set_config('app.tenant', %s, true)", [who.tenant_id])
                assert connection.execute(b"update booking set locked = not locked").rowcount == 4

    await export_folder(database, who, tmp_path / "during", progress=change_meanwhile)
    assert read_back(tmp_path / "during") == before
    assert await exported(database, who, tmp_path / "after") != before
