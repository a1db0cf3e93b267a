"""What the plan has already of the operations that a file names is not there twice after an import."""

from pathlib import Path

import pytest_asyncio

from leadhand.context import Principal
from storage.database import Database
from tests.integration.foreign.conftest import Bring, ask, asked, open_shop

SHOP = {
    "calendar": "id,name\nday,Day\n",
    "work_center": "id,code\nwc,WC\n",
    "machine": "id,code,work_center_id,calendar_id\nm1,M1,wc,day\nm2,M2,wc,day\n",
    "production_order": "id,code,quantity,due_date,status\no-1,A,5,2026-12-11,released\n",
    "operation": "id,order_id,seq,setup_min,run_s_per_piece\no-1-10,o-1,10,10,60\no-1-20,o-1,20,10,60\n",
    "operation_alternative": (
        "operation_id,machine_id,setup_min,run_s_per_piece\no-1-10,m1,10,60\no-1-20,m1,10,60\n"
    ),
    "operator": "id,code,name,calendar_id\nada,P1,Ada,day\n",
    "absence": (
        "id,operator_id,start_date,end_date,kind\nab,ada,2026-12-07,2026-12-08,sick\n"
        "a2,ada,2026-12-16,2026-12-17,sick\n"
    ),
    "downtime": (
        "id,machine_id,start,end,kind,source,external_id\n"
        "d1,m1,2026-12-14 06:00,2026-12-14 10:00,maintenance,cmms,W-1\n"
        "d2,m2,2026-12-14 06:00,,breakdown,cmms,W-2\n"
    ),
    "material_requirement": ("id,operation_id,item,qty,available_at\nmat,o-1-10,Bar 40,5,2026-11-27 06:00\n"),
    "booking": (
        "id,operation_id,machine_id,status,locked\nb1,o-1-10,m2,planned,false\nb2,o-1-20,m1,planned,true\n"
        "b0,o-1-10,m1,done,false\n"
    ),
    "booking_segment": (
        "booking_id,start,end\nb1,2026-12-08 06:00,2026-12-08 08:00\nb2,2026-12-09 06:00,2026-12-09 08:00\n"
        "b0,2026-11-20 06:00,2026-11-20 07:00\n"
    ),
}
BOARD = (
    "Job,Op,Machine,Start,End,Status\n"
    "A,10,M1,2026-12-07 06:00,2026-12-07 08:00,WIP\n"
    "A,20,M1,2026-12-09 06:00,2026-12-09 08:00,Planned\n"
)
BOOKED = b"select id, machine_id, status, locked from booking order by envelope_start"


@pytest_asyncio.fixture
async def planned(database: Database, tmp_path: Path, shop_name: str) -> Principal:
    """A person of a shop that has work planned already, from another system."""
    return await open_shop(database, f"{shop_name}-w", "America/Chicago", SHOP, tmp_path / "planned")


async def test_bookings_that_the_plan_has_of_the_same_operations_go_only_when_it_is_said(
    bring: Bring, database: Database, planned: Principal
) -> None:
    answers = {"rows": "bookings"}
    preview = await bring(BOARD, answers, whose=planned)
    assert asked(preview) == ["replace_bookings"]
    assert "A/10 on M2 from 2026-12-08 06:00" in preview.questions[0].text
    preview = await bring(BOARD, answers | {"replace_bookings": "no"}, whose=planned, dry_run=True)
    assert "booked more than once" in str(preview.notices)
    preview = await bring(BOARD, answers | {"replace_bookings": "yes"}, whose=planned)
    assert preview.report is not None
    counts = next(found for found in preview.report.files if found.file == "booking.csv")
    assert (counts.changed, counts.unchanged, counts.removed) == (1, 1, 0)
    after = [
        ("b0", "m1", "done", False),
        ("b1", "m1", "in_progress", False),
        ("b2", "m1", "planned", True),
    ]
    assert await ask(database, planned, BOOKED) == after
    preview = await bring(BOARD, answers, whose=planned, confirm=False)
    assert preview.report is not None
    assert not preview.report.changes


async def test_a_material_that_an_operation_has_already_is_the_same_one(
    bring: Bring, database: Database, planned: Principal
) -> None:
    text = "Job,Op,Item,Qty,Available\nA,10,bar 40,6,2026-12-04 06:00\nA,10,Plate,1,2026-12-04 06:00\n"
    answers = {
        "rows": "materials", "order": "Job", "operation": "Op", "item": "Item", "needed": "Qty",
        "available": "Available",
    }  # fmt: skip
    preview = await bring(text, answers, whose=planned)
    assert asked(preview) == []
    assert await ask(
        database, planned, b"select id, item, qty::int from material_requirement order by id"
    ) == [
        ("import:A/10/Plate", "Plate", 1),
        ("mat", "bar 40", 6),
    ]


async def test_absences_and_downtimes_that_the_plan_has_are_the_same_ones_and_others_are_told(
    bring: Bring, database: Database, planned: Principal
) -> None:
    away = "Employee,From,To,Reason\nP1,2026-12-07,2026-12-11,Sick\nP1,2026-12-15,2026-12-16,Training\n"
    preview = await bring(away, {"rows": "absences"}, whose=planned)
    assert asked(preview) == []
    query = b"select id, end_date::text from absence order by start_date"
    assert await ask(database, planned, query) == [
        ("ab", "2026-12-11"), ("import:ada 2026-12-15", "2026-12-16"), ("a2", "2026-12-17"),
    ]  # fmt: skip
    assert "overlaps what the plan has of P1 from 2026-12-16 00:00" in str(preview.notices)
    down = (
        "Machine,Work order,Start,End,Reason\nM1,W-1,2026-12-15 06:00,2026-12-15 09:00,Maintenance\n"
        "M2,W-3,2026-12-14 06:00,2026-12-14 08:00,Maintenance\n"
    )
    preview = await bring(down, {"rows": "downtimes"}, whose=planned)
    assert asked(preview) == []
    query = b"select id, extract(day from start::timestamptz)::int from downtime order by id"
    assert await ask(database, planned, query) == [("W-3", 14), ("d1", 15), ("d2", 14)]
    assert "overlaps what the plan has of M2 from 2026-12-14 06:00 until further notice (cmms, W-2)" in str(
        preview.notices
    )


async def test_a_dry_run_tells_what_of_the_plan_changes_and_rows_keep_what_their_table_does_not_say(
    bring: Bring, database: Database, planned: Principal
) -> None:
    """An order by the number that it has in its own system too, in the columns of two tables."""
    first = "Order,Qty,Customer,Prio\nB,2,Bolt,5\n\n"
    text = f"{first}Job no,Pieces,Due date\nA,7,\nB,2,2026-12-18\n"
    answers = {"jobs.csv!priority.order": "5_is_urgent"}
    preview = await bring(text, answers, whose=planned, dry_run=True)
    assert preview.report is not None
    [told] = [change for found in preview.report.files for change in found.differing]
    assert (told.row, told.name, told.columns) == (
        5, "A", (("quantity", "5", "7"), ("due_date", "2026-12-11", "")),
    )  # fmt: skip
    await bring(text, answers, whose=planned)
    orders = b"select code, quantity, priority, status, due_date::text from production_order order by code"
    assert await ask(database, planned, orders) == [
        ("A", 7, 3, "released", None), ("B", 2, 5, "released", "2026-12-18"),
    ]  # fmt: skip
    more = "Order,Qty,Due\nB,3,2026-12-18\n"
    preview = await bring(more, {"rows": "orders"}, whose=planned, name="more.csv")
    assert await ask(database, planned, orders) == [
        ("A", 7, 3, "released", None), ("B", 3, 5, "released", "2026-12-18"),
    ]  # fmt: skip


async def test_a_dry_run_tells_how_the_last_day_of_a_skill_changes(bring: Bring, planned: Principal) -> None:
    answers = {"rows": "operators", "skill_named": "Can", "skill_until": "Until"}
    for until, told in (
        ("2026-12-31", []),
        ("2027-01-31", [("valid_to", "2027-01-01T00:00-06:00", "2027-02-01T00:00-06:00")]),
        ("", [("valid_to", "2027-02-01T00:00-06:00", "")]),
    ):
        text = f"Operator,Can,Until\nP1,Crane,{until}\n"
        preview = await bring(text, answers, whose=planned, name="skills.csv", dry_run=True)
        await bring(text, answers, whose=planned, name="skills.csv")
        assert preview.report is not None
        changes = [change for found in preview.report.files for change in found.differing]
        assert [(c.name, column) for c in changes for column in c.columns] == [("P1 Crane", t) for t in told]


async def test_a_machine_and_a_person_with_numbers_beside_their_codes_are_known_by_either_later(
    bring: Bring, database: Database, planned: Principal
) -> None:
    machines = "Machine,Asset number,Group\nM1,10601,WC\nM9,10611,WC\n"
    people = "Sign,Personnel no,Name,Can\nP1,137,Ada,Crane\nIB,138,Ida Berg,Crane\n"
    of_people = {"rows": "operators", "operator": "Sign", "operator_name": "Name", "skill_named": "Can"}
    for machine, sign in (("M9", "IB"), ("Saw", "IDA")):
        text = machines.replace("M9", machine)
        await bring(text, {"rows": "machines", "work_center": "Group"}, whose=planned, name="m.csv")
        await bring(people.replace("IB", sign), of_people, whose=planned, name="p.csv")
        query = b"select code, external_id from machine union all select code, external_id from operator"
        assert sorted(await ask(database, planned, query)) == [
            ("IB", "138"), ("M1", None), ("M2", None), ("M9", "10611"), ("P1", None),
        ]  # fmt: skip
    held = b"select count(*)::int from operator_skill"
    assert await ask(database, planned, held) == [(2,)]


async def test_an_order_that_a_file_names_by_its_external_id_is_that_of_the_plan(
    bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    head = "id,code,quantity,status,source,external_id\n"
    files = {**SHOP, "production_order": f"{head}o-1,A,5,draft,ERP,700\n"}
    whose = await open_shop(database, f"{shop_name}-n", "America/Chicago", files, tmp_path / "named")
    text = "Order,Qty,Due\n700,6,2026-12-18\n"
    codes = b"select code, quantity, status from production_order order by code"
    preview = await bring(text, whose=whose, dry_run=True)
    assert "700 is A" in str(preview.notices)
    board = BOARD.replace("\nA,", "\n700,")
    booked = await bring(board, {"rows": "bookings", "replace_bookings": "yes"}, whose=whose, name="b.csv")
    assert (booked.questions, booked.problems) == ([], ())
    await bring(text, {"order_numbers": "codes"}, whose=whose)
    assert await ask(database, whose, codes) == [("700", 6, "released"), ("A", 5, "draft")]
