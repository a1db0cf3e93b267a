"""What an import changes, what it leaves, and what it tells."""

from pathlib import Path
from uuid import uuid4

import pytest

from leadhand.context import Principal
from leadhand.errors import InvalidRequest, NotFound
from storage.database import Database
from storage.exchange import importing
from storage.shop_writer import write_shop
from storage.shops import ShopReader
from tests.integration.exchange.conftest import (
    PLANT,
    Take,
    asking,
    counts,
    exported,
    laid_down,
    notes,
    told,
    version,
)
from tests.integration.storage.small_shop import chicago, small_shop
from tools.registry import ToolRegistry

WEEK = (chicago(7, 0), chicago(12, 0))


async def test_a_folder_with_the_shops_own_row_makes_the_shop(
    database: Database, who: Principal, take: Take
) -> None:
    report = await take(PLANT)
    assert told(report) == []
    assert report.created
    assert report.data_version == await version(database, who)
    shop = await ShopReader(database).load(asking(who), WEEK)
    assert (shop.settings.name, set(shop.machines), len(shop.bookings)) == ("North", {"puma", "haas"}, 1)
    assert (shop.bookings[0].envelope_start, shop.bookings[0].envelope_end) == (
        chicago(7, 6),
        chicago(7, 7, 30),
    )


async def test_a_folder_without_it_makes_none(database: Database, who: Principal, take: Take) -> None:
    with pytest.raises(NotFound, match=r"no tenant_settings\.csv that would make it"):
        await take({"skill": PLANT["skill"]})
    assert await version(database, who) is None


async def test_the_same_folder_again_changes_nothing_and_moves_no_version(
    database: Database, who: Principal, take: Take
) -> None:
    first = await take(PLANT)
    again = await take(PLANT)
    assert not again.changes
    assert again.data_version == first.data_version
    assert counts(again)["machine"] == (0, 0, 2, 0, 0)
    assert counts(again)["booking_segment"] == (0, 0, 1, 0, 0)
    assert [row["row_version"] for row in await rows(database, who, b"select row_version from machine")] == [
        1,
        1,
    ]


async def test_a_dry_run_counts_and_keeps_nothing(database: Database, who: Principal, take: Take) -> None:
    report = await take(PLANT, dry_run=True)
    assert report.created
    assert counts(report)["machine"] == (2, 0, 0, 0, 0)
    assert await version(database, who) is None


async def test_only_what_differs_is_written_and_what_vanished_is_told_and_kept(
    database: Database, who: Principal, take: Take
) -> None:
    await take(PLANT)
    before = await version(database, who)
    report = await take(
        {"machine": "id,code,name,work_center_id,calendar_id\npuma,PUMA,Puma 4100,lathes,day\n"}
    )
    assert counts(report) == {"machine": (0, 1, 0, 1, 0)}
    assert report.files[0].missing_keys == ("haas",)
    assert before is not None
    assert report.data_version == before + 1
    found = await rows(database, who, b"select id, name, row_version from machine order by id")
    assert [tuple(row.values()) for row in found] == [("haas", "Haas ST-20", 1), ("puma", "Puma 4100", 2)]


async def test_a_column_that_is_left_out_stays_as_it_is_and_an_empty_cell_empties(
    database: Database, who: Principal, take: Take
) -> None:
    await take(PLANT)
    await take({"machine": "id,code,work_center_id,calendar_id\npuma,PUMA,lathes,day\n"})
    names = b"select name from machine where id = 'puma'"
    assert (await rows(database, who, names))[0]["name"] == "Puma 3100"
    await take({"machine": "id,code,name,work_center_id,calendar_id\npuma,PUMA,,lathes,day\n"})
    assert (await rows(database, who, names))[0]["name"] == ""


async def test_rows_are_known_again_by_the_external_id_of_their_source(
    database: Database, who: Principal, take: Take
) -> None:
    await take(PLANT)
    header = "external_id,source,code,name,work_center_id,calendar_id\n"
    first = await take({"machine": f"{header}M-1,erp,NLX,NLX 2500,lathes,day\nhaas,erp,HAAS2,,lathes,day\n"})
    assert counts(first)["machine"] == (2, 0, 0, 0, 0)
    again = await take({"machine": f"{header}M-1,erp,NLX,NLX 3000,lathes,day\n"})
    assert counts(again)["machine"] == (0, 1, 0, 1, 0)
    assert again.files[0].missing_keys == ("erp:haas",)
    found = await rows(database, who, b"select id, source, name from machine order by id")
    # An id that another row has is not taken over.
    assert [tuple(row.values()) for row in found] == [
        ("M-1", "erp", "NLX 3000"),
        ("erp:haas", "erp", ""),
        ("haas", "import", "Haas ST-20"),
        ("puma", "import", "Puma 3100"),
    ]


async def test_cells_refer_to_rows_by_external_id_too(database: Database, who: Principal, take: Take) -> None:
    await take(PLANT)
    await take({"machine": "id,external_id,code,work_center_id,calendar_id\nnlx,M-7,NLX,lathes,day\n"})
    report = await take({"downtime": "id,machine_id,start,kind\nd-1,M-7,2026-12-08 06:00,breakdown\n"})
    assert told(report) == []
    assert (await rows(database, who, b"select machine_id from downtime"))[0]["machine_id"] == "nlx"


async def test_an_external_id_that_belongs_to_another_row_is_an_error(take: Take) -> None:
    await take(PLANT)
    header = "id,external_id,code\n"
    await take({"skill": f"{header}mill,S-1,MILL\n"})
    report = await take({"skill": f"{header}saw,S-1,SAW\n"})
    assert told(report) == [
        'skill.csv row 2, id "saw": external_id "S-1" is stored as the row with another id; '
        "right would be: mill, or an empty cell"
    ]


async def test_two_rows_may_swap_their_codes(database: Database, who: Principal, take: Take) -> None:
    await take(PLANT)
    report = await take(
        {"machine": "id,code,work_center_id,calendar_id\npuma,HAAS,lathes,day\nhaas,PUMA,lathes,day\n"}
    )
    assert (told(report), counts(report)["machine"]) == ([], (0, 2, 0, 0, 0))


async def test_the_week_of_a_calendar_is_replaced_and_the_parts_that_go_are_counted(take: Take) -> None:
    nights = {
        "calendar": "id,name\nday,Day\nnight,Night\n",
        "calendar_shift": f"{PLANT['calendar_shift']}night,1,22:00,23:00\n",
    }
    await take({**PLANT, **nights})
    header = "calendar_id,weekday,start_local,end_local\n"
    report = await take({"calendar_shift": f"{header}day,1,05:00,14:00\nday,2,06:00,14:30\n"})
    assert counts(report) == {"calendar_shift": (1, 1, 0, 1, 4)}


async def test_a_booking_that_moves_takes_its_envelope_along(
    database: Database, who: Principal, take: Take
) -> None:
    await take(PLANT)
    segments = "booking_id,start,end,operator_id\nb-1,2026-12-08 06:00,2026-12-08 07:00,anna\n"
    moved = await take({"booking_segment": segments + "b-1,2026-12-08 07:30,2026-12-08 08:00,anna\n"})
    assert counts(moved) == {"booking_segment": (2, 0, 0, 0, 1)}
    shop = await ShopReader(database).load(asking(who), WEEK)
    assert (shop.bookings[0].envelope_start, shop.bookings[0].envelope_end) == (chicago(8, 6), chicago(8, 8))


async def test_what_takes_no_time_becomes_a_milestone(database: Database, who: Principal, take: Take) -> None:
    report = await take(PLANT)
    assert "operation.csv row 3: takes no time and is stored as a milestone" in notes(report)
    found = await rows(database, who, b"select id, milestone from operation order by id")
    assert [tuple(row.values()) for row in found] == [("op-1", False), ("op-2", True)]


OVERLAPPING = {
    **PLANT,
    "booking": PLANT["booking"] + "b-2,op-1,puma\nb-3,op-1,haas\n",
    "booking_segment": PLANT["booking_segment"]
    + "b-2,2026-12-07 07:00,2026-12-07 08:00,\nb-3,2026-12-07 06:00,2026-12-07 08:00,\n",
}


async def test_bookings_that_overlap_are_stored_as_waived_conflicts_and_told(
    database: Database, who: Principal, take: Take
) -> None:
    report = await take(OVERLAPPING)
    assert told(report) == []
    assert "booking.csv row 2: b-1 overlaps b-2 on puma; both are kept, as a waived conflict" in notes(report)
    waived = b"select id from booking where waived_conflict order by id"
    assert [row["id"] for row in await rows(database, who, waived)] == ["b-2"]
    again = await take(OVERLAPPING)
    assert not again.changes


async def test_a_booking_that_overlaps_a_stored_one_is_the_one_that_is_waived(
    database: Database, who: Principal, take: Take
) -> None:
    await take(PLANT)
    report = await take(
        {
            "booking": "id,operation_id,machine_id,envelope_start,envelope_end\n"
            "b-0,op-1,puma,2026-12-07 05:00,2026-12-07 06:30\n"
        }
    )
    assert notes(report) == [
        "booking.csv row 2: b-0 overlaps b-1 on puma; both are kept, as a waived conflict"
    ]
    waived = b"select id from booking where waived_conflict"
    assert [row["id"] for row in await rows(database, who, waived)] == ["b-0"]


async def test_reports_from_the_floor_are_added_and_never_changed(take: Take) -> None:
    await take(PLANT)
    first = "operation_id,at,good,scrap\nop-1,2026-12-07 10:00,4,0\n"
    assert counts(await take({"progress": first})) == {"progress": (1, 0, 0, 0, 0)}
    more = await take({"progress": first + "op-1,2026-12-07 11:00,2,1\n"})
    assert counts(more) == {"progress": (1, 0, 1, 0, 0)}
    changed = await take({"progress": first.replace(",4,", ",5,")})
    assert [text.split("; ")[0] for text in told(changed)] == [
        "progress.csv row 2: says something else than the stored row, and such rows are never changed"
    ]


async def test_an_import_that_breaks_off_in_the_middle_of_writing_leaves_the_shop_as_it_was(
    database: Database, who: Principal, take: Take, tmp_path: Path
) -> None:
    await take(PLANT)
    before = await exported(database, who, tmp_path / "before")

    class Cancelled(Exception):
        pass

    def stop_at_segments(file: str, done: int, total: int) -> None:
        if (file, done, total) == ("booking_segment.csv", 1, 1):  # all other files are written
            raise Cancelled

    changed = {
        name: text.replace("Puma 3100", "Puma 4100").replace("07:30", "08:30") for name, text in PLANT.items()
    }
    folder = laid_down(tmp_path / "changed", changed)
    with pytest.raises(Cancelled):
        await importing.import_folder(database, who, folder, progress=stop_at_segments)
    assert await exported(database, who, tmp_path / "after") == before


async def test_one_wrong_row_keeps_all_others_out(
    database: Database, who: Principal, take: Take, tmp_path: Path
) -> None:
    await take(PLANT)
    before = await exported(database, who, tmp_path / "before")
    report = await take(
        {
            **PLANT,
            "machine": PLANT["machine"].replace("Puma 3100", "Puma 4100"),
            "skill": "id,code\nturn,TURN\nmill,\n",
        }
    )
    assert len(report.problems) == 1
    assert await exported(database, who, tmp_path / "after") == before


async def test_another_shop_neither_sees_nor_feels_an_import(
    database: Database, two_shops: tuple[Principal, Principal], take: Take, tmp_path: Path
) -> None:
    for shop in two_shops:
        async with database.transaction(shop) as connection:
            await write_shop(connection, tenant_id=shop.tenant_id, shop=small_shop())
    before = await exported(database, two_shops[1], tmp_path / "before")
    moved = await version(database, two_shops[1])
    refers = {"downtime": "id,machine_id,start,kind\nd-9,m-puma,2026-12-08 06:00,breakdown\n"}
    assert told(await take(refers, whose=two_shops[0])) == []
    assert await exported(database, two_shops[1], tmp_path / "after") == before
    assert await version(database, two_shops[1]) == moved
    # Ids of another shop are as unknown as ids of none.
    await take(PLANT)
    assert [text.split(":")[1] for text in told(await take(refers))] == [
        " there is no such machine; right would be"
    ]


async def test_a_demo_shop_that_takes_an_import_is_a_demo_shop_no_more(
    database: Database, who: Principal, take: Take
) -> None:
    await take(PLANT)
    marked = b"insert into demo_shop (size, seed, today) values ('small', 7, '2026-11-23')"
    async with database.transaction(who) as connection:
        await connection.execute(marked)
    assert not (await take(PLANT)).was_demo
    report = await take({"skill": "id,code\nmill,MILL\n"})
    assert report.was_demo
    assert await rows(database, who, b"select * from demo_shop") == []


async def test_two_imports_of_one_shop_do_not_mix(database: Database, who: Principal, take: Take) -> None:
    async with database.transaction(who) as connection:
        lock = b"select pg_advisory_xact_lock(hashtextextended('leadhand demo ' || %s, 0))"
        await connection.execute(lock, [who.tenant_id])
        with pytest.raises(InvalidRequest, match="filled by another process"):
            await take(PLANT)


async def test_a_planner_is_answered_from_the_plan_as_imported(
    database: Database, who: Principal, take: Take
) -> None:
    registry, shops = ToolRegistry.discover(), ShopReader(database)

    async def work_of_puma() -> str:
        answer = await registry.run(
            "get_machine_availability",
            {"machines": ["Puma 3100"], "from": "2026-12-07", "to": "2026-12-07"},
            asking(who),
            shops,
            call_id=uuid4().hex,
        )
        return answer.model_dump_json()

    await take(PLANT)
    assert '"load_h":1.5' in await work_of_puma()
    await take({"booking_segment": PLANT["booking_segment"].replace("07:30", "08:00")})
    assert '"load_h":2.0' in await work_of_puma()


async def rows(database: Database, who: Principal, query: bytes) -> list[dict[str, object]]:
    async with database.transaction(who) as connection:
        return [dict(row) for row in await (await connection.execute(query)).fetchall()]
