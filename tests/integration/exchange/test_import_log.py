"""Every finished import is logged with what it brought, and the tools know how old the newest is."""

from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from leadhand.context import Permission, Principal
from leadhand.errors import NotFound
from storage.booked_work import BookedWorkReader
from storage.database import Database
from storage.exchange import import_log
from storage.exchange.importing import import_folder
from storage.foreign.importing import Request, import_foreign
from storage.shops import ShopReader
from tests.integration.exchange.conftest import PLANT, Take, asking, exported, laid_down, version

WINDOW = (0, 1)
HOLIDAY = "id,kind,name,calendar_id,production_date\nxmas,closure,Christmas,day,2026-12-25\n"


async def logged(database: Database, who: Principal, columns: bytes) -> list[tuple[object, ...]]:
    async with database.transaction(who) as connection:
        rows = await connection.execute(b"select " + columns + b" from import_log order by at, id")
        return [tuple(row.values()) for row in await rows.fetchall()]


async def backdate(database: Database, who: Principal, days: int) -> None:
    """The same imports, as if they had been so many days ago."""
    copy = (
        b"with gone as (delete from import_log returning *) insert into import_log (id, at, what, name,"
        b" sources, files, rows_new, rows_changed, rows_unchanged, rows_missing, rows_removed)"
        b" select id, at - %s * interval '1 day', what, name, sources, files, rows_new, rows_changed,"
        b" rows_unchanged, rows_missing, rows_removed from gone"
    )
    async with database.transaction(who) as connection:
        await connection.execute(copy, (days,))


async def test_an_import_is_logged_with_its_folder_its_sources_and_its_rows(
    database: Database, who: Principal, take: Take, tmp_path: Path
) -> None:
    folder = laid_down(tmp_path / "plan of monday", PLANT)
    await import_folder(database, who, folder)
    machines = "id,code,work_center_id,calendar_id,source\npuma,PUMA,lathes,day,erp\nnew,NEW,lathes,day,erp\n"
    await take({"machine": machines, "calendar_exception": HOLIDAY})
    first, second = await logged(
        database, who, b"what, name, sources, rows_new, rows_changed, rows_unchanged, rows_missing, of_plan"
    )
    total = sum(len(text.splitlines()) - 1 for text in PLANT.values())
    assert first == ("folder", "plan of monday", ["import"], total, 0, 0, 0, True)
    assert (second[2], second[3], second[-1]) == (["erp", "import"], 2, False)
    (files,) = (await logged(database, who, b"files"))[1]
    assert files == ["calendar_exception", "machine"]


async def test_an_import_that_changes_nothing_is_logged_and_leaves_the_data_version(
    database: Database, who: Principal, take: Take
) -> None:
    await take(PLANT)
    before = await version(database, who)
    await take(PLANT)
    assert await version(database, who) == before
    assert [row[:2] for row in await logged(database, who, b"rows_new, rows_changed")][1] == (0, 0)


async def test_a_dry_run_and_an_import_with_a_wrong_row_are_not_logged(
    database: Database, who: Principal, take: Take, tmp_path: Path
) -> None:
    await take(PLANT)
    await take(PLANT, dry_run=True)
    assert (await take({**PLANT, "skill": "id,code\nturn,\n"})).problems
    assert len(await logged(database, who, b"id")) == 1
    stranger = Principal(f"shop-{uuid4().hex[:12]}", "tester", frozenset(Permission))
    with pytest.raises(NotFound):
        await import_folder(database, stranger, laid_down(tmp_path / "no shop", {"skill": PLANT["skill"]}))
    assert await logged(database, stranger, b"id") == []


async def test_an_import_that_breaks_off_is_not_logged(
    database: Database, who: Principal, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take(PLANT)

    class Cancelled(Exception):
        pass

    async def break_off(self: object) -> None:
        raise Cancelled

    monkeypatch.setattr("storage.exchange.importing._Import.clear", break_off)
    with pytest.raises(Cancelled):
        await take({"machine": PLANT["machine"].replace("Puma 3100", "Puma 4100")})
    assert len(await logged(database, who, b"id")) == 1


async def test_a_file_of_another_system_is_logged_by_its_own_name(
    database: Database, who: Principal, take: Take, tmp_path: Path
) -> None:
    await take(PLANT)
    path = tmp_path / "orders of the ERP.csv"
    path.write_text("Order No,Part,Qty,Due Date\nA-1,Shaft,5,2026-12-18\nA-2,Shaft,6,2026-12-21\n")
    request = Request(str(path), {}, None, confirm=True)
    preview = await import_foreign(database, who, request)
    assert preview.report is not None, (preview.questions, preview.problems)
    assert (await logged(database, who, b"what, name, of_plan"))[-1] == ("file", path.name, True)


async def test_another_shop_sees_nothing_of_an_import(database: Database, who: Principal, take: Take) -> None:
    other = Principal(f"shop-{uuid4().hex[:12]}", "tester", frozenset(Permission))
    await take(PLANT)
    await take(PLANT, whose=other)
    assert len(await logged(database, who, b"id")) == 1
    await backdate(database, who, 9)
    mine = await ShopReader(database).load(asking(who), WINDOW)
    theirs = await ShopReader(database).load(asking(other), WINDOW)
    assert mine.last_import_at is not None
    assert theirs.last_import_at is not None
    assert theirs.last_import_at - mine.last_import_at >= 9 * 24 * 60


async def test_only_the_last_imports_are_kept(
    database: Database, who: Principal, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_log, "KEPT_IMPORTS", 2)
    await take(PLANT)
    for name in ("a", "b", "c"):
        await take({"skill": f"id,code,name\nturn,TURN,{name}\n"})
    assert await logged(database, who, b"files") == [(["skill"],), (["skill"],)]


async def test_the_shop_that_is_kept_learns_of_an_import_that_changed_nothing(
    database: Database, who: Principal, take: Take
) -> None:
    await take(PLANT)
    await backdate(database, who, 9)
    reader = ShopReader(database)
    before = await reader.load(asking(who), WINDOW)
    worked_out = before.view(_Once)
    await take(PLANT)
    after = await reader.load(asking(who), WINDOW)
    ((at,),) = (await logged(database, who, b"at"))[1:]
    assert isinstance(at, datetime)
    assert after.last_import_at == int(at.timestamp()) // 60
    assert after.view(_Once) is worked_out
    assert (await BookedWorkReader(database).orders(asking(who), ["wo-1"])).last_import_at == (
        after.last_import_at
    )


class _Once:
    def __init__(self, shop: object) -> None: ...


async def test_holidays_and_people_do_not_make_the_plan_any_newer(
    database: Database, who: Principal, take: Take
) -> None:
    await take({name: text for name, text in PLANT.items() if name in {"tenant_settings", "calendar"}})
    reader = ShopReader(database)
    assert (await reader.load(asking(who), WINDOW)).last_import_at is None
    await take(PLANT)
    await backdate(database, who, 9)
    old = (await reader.load(asking(who), WINDOW)).last_import_at
    await take({"calendar_exception": HOLIDAY, "operator": PLANT["operator"]})
    assert old is not None
    assert (await reader.load(asking(who), WINDOW)).last_import_at == old


async def test_an_export_says_nothing_of_imports(
    database: Database, who: Principal, take: Take, tmp_path: Path
) -> None:
    await take(PLANT)
    files = await exported(database, who, tmp_path / "first")
    other = Principal(f"shop-{uuid4().hex[:12]}", "tester", frozenset(Permission))
    await take(files, whose=other)
    assert await exported(database, other, tmp_path / "second") == files
