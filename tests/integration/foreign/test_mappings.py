"""How a file is read is asked, confirmed and kept; what was confirmed is never stretched to another file."""

import json
from pathlib import Path

import pytest

from leadhand.context import Principal
from leadhand.errors import InvalidRequest, MappingUnconfirmed, NotFound
from storage.database import Database
from storage.foreign.profile import read_profile
from tests.integration.foreign.conftest import Bring, ask, asked, decided, told

JOBS = (
    "Job,Qty,Due,Op,Machine,Setup min,Run min/pc\n"
    "A-1,10,2026-12-04,10,Mill,30,5\n"
    "A-1,10,2026-12-04,20,Mill,0,2\n"
)
NEW = {"new_machines": "new"}
OPERATIONS = b"select id, setup_min, run_s_per_piece from operation order by id"


async def test_a_mapping_that_nobody_confirmed_imports_nothing(
    bring: Bring, database: Database, who: Principal
) -> None:
    with pytest.raises(MappingUnconfirmed, match="Nobody has confirmed"):
        await bring(JOBS, NEW, confirm=False)
    assert await ask(database, who, OPERATIONS) == []


async def test_a_dry_run_shows_the_rows_and_keeps_neither_them_nor_the_mapping(
    bring: Bring, database: Database, who: Principal
) -> None:
    preview = await bring(JOBS, NEW, dry_run=True)
    assert [row.cells["code"] for row in preview.canonical.of("production_order")] == ["A-1"]
    assert preview.report is not None
    assert await ask(database, who, OPERATIONS) == []
    with pytest.raises(MappingUnconfirmed):
        await bring(JOBS, NEW, confirm=False)


async def test_a_later_file_with_the_same_headers_in_another_order_needs_no_word(
    bring: Bring, database: Database, who: Principal
) -> None:
    await bring(JOBS, NEW)
    later = "Qty,Job,Due,Op,Machine,Run min/pc,Setup min\n10,A-1,2026-12-04,10,Mill,6,30\n"
    preview = await bring(later, confirm=False)
    assert (told(preview), preview.known) == ([], True)
    assert await ask(database, who, OPERATIONS) == [("A-1/10", 30, 360), ("A-1/20", 0, 120)]
    assert preview.report is not None
    assert [(f.file, f.changed, f.missing) for f in preview.report.files if f.missing] == [
        ("operation.csv", 1, 1),
        ("operation_alternative.csv", 1, 1),
    ]


async def test_a_file_with_another_header_is_asked_about_again(bring: Bring) -> None:
    await bring(JOBS, NEW)
    with pytest.raises(MappingUnconfirmed):
        await bring(JOBS.replace("Due,", "Need by,"), confirm=False)


async def test_a_machine_that_is_new_is_asked_about_whatever_was_confirmed(bring: Bring) -> None:
    await bring(JOBS, NEW)
    preview = await bring(JOBS.replace(",20,Mill", ",20,Lathe"), confirm=False)
    assert (asked(preview), preview.report) == (["new_machines"], None)


async def test_a_machine_of_the_shop_is_known_by_code_name_or_an_answer(
    bring: Bring, database: Database, who: Principal
) -> None:
    machines = "Machine,Name,Dept,Shift\nM-1,Mill,Milling,1st\nM-2,Lathe,Turning,1st\n"
    await bring(machines, {"calendar.1st": "day"}, name="machines.csv")
    jobs = JOBS.replace(",20,Mill", ",20,Big turner").replace(",10,Mill", ",10,m-1")
    preview = await bring(jobs, {"machine.Big turner": "Lathe"})
    assert (told(preview), asked(preview)) == ([], [])
    query = b"select operation_id, machine_id from operation_alternative order by 1"
    assert await ask(database, who, query) == [("A-1/10", "M-1"), ("A-1/20", "M-2")]


async def test_a_work_center_of_the_shop_stands_for_its_machines(
    bring: Bring, database: Database, who: Principal
) -> None:
    machines = "Machine,Dept,Shift\nM-1,Milling,1st\nM-2,Milling,1st\n"
    await bring(machines, {"calendar.1st": "day"}, name="machines.csv")
    preview = await bring("Job,Qty,Op,Work center,Setup h,Pcs/h\nB-1,4,10,milling,0.5,8\n")
    assert (told(preview), asked(preview)) == ([], [])
    query = b"select machine_id, setup_min, run_s_per_piece from operation_alternative order by 1"
    assert await ask(database, who, query) == [("M-1", 30, 450), ("M-2", 30, 450)]


async def test_bookings_of_operations_that_the_shop_has_are_taken_alone(
    bring: Bring, database: Database, who: Principal
) -> None:
    await bring(JOBS, NEW)
    board = "Job,Op,Machine,Start,End\nA-1,10,Mill,2026-12-01 06:00,2026-12-01 07:20\n"
    preview = await bring(board, {"rows": "bookings"}, name="board.csv")
    assert told(preview) == []
    found = await ask(database, who, b"select operation_id, machine_id from booking")
    assert found == [("A-1/10", "Mill")]
    unknown = await bring(board.replace("A-1,10", "A-1,30"), {"rows": "bookings"}, name="board.csv")
    assert told(unknown) == [
        'board.csv row 2, Op "30": the shop has no operation 30 of A-1; right would be: an operation'
        " that it has, or rows=operations, which makes them"
    ]


@pytest.mark.parametrize(
    ("jobs", "key"),
    [
        (JOBS.replace("2026-12-04", "03/04/2026"), "date_order"),
        (JOBS.replace(",5\n", ',"1,234"\n').replace(",2\n", ',"1,234"\n'), "decimal"),
        (JOBS.replace("Run min/pc", "Run"), "run.unit"),
        (JOBS.replace("Run min/pc", "Run hours"), "run.unit"),
        (JOBS.replace("Setup min", "Setup"), "setup.unit"),
        (JOBS.replace("Machine,", "Spindle,"), "machine"),
        (JOBS.replace(",Op,", ",Nummer des Schritts,"), "operation"),
        (JOBS.replace("A-1,10,2026-12-04,20", ",,,20"), "fill_down"),
        (JOBS.replace("Due", "Prio").replace("2026-12-04", "1"), "priority.order"),
        (JOBS.replace("Due", "Status").replace("2026-12-04", "Zz"), "status.Zz"),
    ],
)
async def test_what_has_two_readings_is_asked_and_never_guessed(jobs: str, key: str, bring: Bring) -> None:
    preview = await bring(jobs, {} if key == "machine" else NEW)
    assert asked(preview) == [key]
    assert preview.report is None


async def test_an_encoding_that_was_answered_is_known_again_unless_the_bytes_prove_another(
    bring: Bring, database: Database, who: Principal
) -> None:
    jobs = "Auftrag,Menge,AG,Maschine,Rüsten min,Stückzeit min\nÄ-1,10,10,Fräse,30,5\n"
    assert asked(await bring(jobs.encode("cp1252"))) == ["encoding"]
    await bring(jobs.encode("cp1252"), {**NEW, "encoding": "cp1252"})
    again = await bring(jobs.replace("Ä-1", "Ö-2").encode("cp1252"), confirm=False)
    assert (asked(again), again.known) == ([], True)
    unicode = await bring(jobs.replace("Ä-1", "Ü-3").encode(), confirm=False)
    assert decided(unicode)["encoding"] == "utf-8"
    query = b'select code from production_order order by code collate "C"'
    assert await ask(database, who, query) == [("Ä-1",), ("Ö-2",), ("Ü-3",)]
    icelandic = jobs.replace("min\n", "min,Þ\n").replace(",5\n", ",5,\n").encode("cp861")  # nobody offers it
    await bring(icelandic, {**NEW, "encoding": "cp861"})
    again = await bring(icelandic, confirm=False)
    assert (asked(again), again.known, decided(again)["encoding"]) == ([], True, "cp861")


async def test_a_mapping_is_a_document_that_can_be_edited(
    bring: Bring, database: Database, who: Principal, tmp_path: Path
) -> None:
    preview = await bring(JOBS, NEW, dry_run=True)
    assert preview.profile is not None
    document = json.loads(preview.profile.document())
    document["decisions"]["run.unit"] = "min_total"
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    await bring(JOBS, NEW, mapping=read_profile(path))
    assert await ask(database, who, OPERATIONS) == [("A-1/10", 30, 30), ("A-1/20", 0, 12)]
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="is no mapping"):
        read_profile(path)


async def test_an_answer_to_nothing_and_an_answer_that_is_none_are_told(bring: Bring) -> None:
    with pytest.raises(InvalidRequest, match=r"date_ordr is nothing .* right would be: date_order"):
        await bring(JOBS.replace("2026-12-04", "03/04/2026"), {**NEW, "date_ordr": "dmy"})
    with pytest.raises(InvalidRequest, match="date_order=iso is no answer; right would be: dmy, mdy"):
        await bring(JOBS.replace("2026-12-04", "03/04/2026"), {**NEW, "date_order": "iso"})


async def test_one_wrong_cell_keeps_all_of_a_file_out(
    bring: Bring, database: Database, who: Principal
) -> None:
    preview = await bring(JOBS.replace(",20,Mill,0,2", ",20,Mill,0,soon"), NEW)
    assert told(preview) == [
        'jobs.csv row 3, Run min/pc "soon": is not a number in min; right would be: digits, such as 12'
    ]
    assert await ask(database, who, b"select count(*) from machine") == [(0,)]


async def test_a_fault_that_only_the_shops_rules_know_is_told_of_the_strangers_row(bring: Bring) -> None:
    preview = await bring(JOBS.replace("2026-12-04", "5026-12-04"), NEW)
    assert [text.split(";")[0] for text in told(preview)] == [
        'jobs.csv row 2, Due "5026-12-04": is out of range'
    ]


async def test_a_mapping_is_of_one_shop_alone(
    bring: Bring, two_shops: tuple[Principal, Principal], database: Database
) -> None:
    await bring(JOBS, {**NEW, "calendar": "1-5 06:00-14:00"}, whose=two_shops[0])
    with pytest.raises(MappingUnconfirmed):
        await bring(JOBS, {**NEW, "calendar": "1-5 06:00-14:00"}, whose=two_shops[1], confirm=False)
    assert await ask(database, two_shops[1], b"select count(*) from import_mapping") == [(0,)]


async def test_a_shop_that_is_not_there_is_told_how_it_is_made(bring: Bring) -> None:
    nobody = Principal("nowhere", "planner", frozenset())
    with pytest.raises(NotFound, match=r"tenant_settings\.csv makes one"):
        await bring(JOBS, whose=nobody)


async def test_several_sheets_with_one_header_are_one_table_and_hidden_ones_are_left_out(
    bring: Bring, workbook: bytes
) -> None:
    preview = await bring(workbook, NEW, name="weeks.xlsx", dry_run=True)
    assert [(table.label, len(table.rows), table.hidden) for table in preview.tables] == [
        ("Week 49", 2, False),
        ("Old", 1, True),
    ]
    assert decided(preview)["Old!rows"] == "ignore"
    assert [row.cells["code"] for row in preview.canonical.of("production_order")] == ["A-1", "A-2"]
    with pytest.raises(InvalidRequest, match=r"header_rows is of a sheet; right would be: .*!header_rows"):
        await bring(workbook, NEW | {"header_rows": "1", "across": "Nothing; None"}, name="weeks.xlsx")


async def test_public_holidays_are_proposed_and_only_ticked_days_are_closed(
    bring: Bring, database: Database, who: Principal
) -> None:
    window = {"from": "2026-11-01", "until": "2026-12-31"}
    source = Path("holidays:US-IL")
    preview = await bring(source, window)
    assert asked(preview) == ["closed"]
    assert ("2026-11-26", "Thanksgiving Day") in {(c.value, c.meaning) for c in preview.questions[0].choices}
    await bring(source, {**window, "closed": "2026-11-26; 2026-12-25"})
    query = b"select name, production_date::text from calendar_exception order by 2"
    assert await ask(database, who, query) == [
        ("Thanksgiving Day", "2026-11-26"),
        ("Christmas Day", "2026-12-25"),
    ]
    with pytest.raises(InvalidRequest, match="US has no part IX; right would be"):
        await bring(Path("holidays:US-IX"))


async def test_work_elsewhere_that_a_column_marks_is_on_no_machine_and_takes_the_time_beside_it(
    bring: Bring, database: Database, who: Principal
) -> None:
    jobs = (
        "Job,Qty,Op,Machine,Setup min,Run min/pc,Subcontract,Outside days\n"
        "A-1,10,10,Mill,30,5,N,0\nA-1,10,20,Vendor,0,0,Y,5\nA-1,10,30,Vendor,0,0,Y,0\n"
    )
    preview = await bring(jobs, NEW)
    assert asked(preview) == ["elsewhere_time.unit"]
    preview = await bring(jobs, {**NEW, "elsewhere_time.unit": "d"})
    assert asked(preview) == ["outside"], "no days are no time: for how long is asked"
    await bring(jobs, {**NEW, "elsewhere_time.unit": "d", "outside.A-1/30": "40h"})
    query = b"select id, subcontract_minutes from operation order by id"
    assert await ask(database, who, query) == [("A-1/10", None), ("A-1/20", 7200), ("A-1/30", 2400)]
    assert await ask(database, who, b"select code from machine") == [("Mill",)]


async def test_an_event_that_says_absence_or_names_a_machine_closes_no_shop_by_itself(
    bring: Bring, database: Database, who: Principal
) -> None:
    await bring("Machine,Dept,Shift\nM-1,Milling,1st\n", {"calendar.1st": "day"}, name="machines.csv")
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART;VALUE=DATE:20261208\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\n"
        for n, summary in enumerate(("Absent: Ada King", "Repair of M-1", "Holiday"))
    )
    calendar = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n"
    shop = {"events": "shop", "from": "2026-11-23", "until": "2026-12-31"}
    preview = await bring(calendar, shop, name="wall.ics")
    assert asked(preview) == ["event.Absent: Ada King", "whole_days"]
    answers = {**shop, "event.Absent: Ada King": "ignore", "whole_days": "closure"}
    assert asked(await bring(calendar, answers, name="wall.ics")) == ["for.Repair of M-1"]
    answers["for.Repair of M-1"] = "M-1"
    await bring(calendar, answers, name="wall.ics")
    query = b"select name, machine_id is null from calendar_exception order by name"
    assert await ask(database, who, query) == [("Holiday", True), ("Repair of M-1", False)]


async def test_what_is_done_is_reported_once_and_later_only_what_is_new(
    bring: Bring, database: Database, who: Principal
) -> None:
    text = "Job,Qty,Op,Machine,Run min/pc,Made\nA,20,10,Mill,1,{}\n"
    given = {"done": "Made", "done_at": "2026-12-07 06:00"}
    query = b"select good from progress order by at"
    assert told(await bring(text.format(5), {**given, **NEW})) == []
    assert told(await bring(text.format(5), {**given, "done_at": "2026-12-08 06:00"})) == []
    assert await ask(database, who, query) == [(5,)]
    assert told(await bring(text.format(12), {**given, "done_at": "2026-12-09 06:00"})) == []
    assert await ask(database, who, query) == [(5,), (7,)]


async def test_where_a_table_is_has_to_name_its_sheet_where_a_file_has_several(
    bring: Bring, workbook: bytes, tmp_path: Path
) -> None:
    (tmp_path / "plan.xlsx").write_bytes(workbook)
    for key in ("area", "header_rows", "transpose"):
        with pytest.raises(InvalidRequest, match=f"right would be: Week 49!{key}"):
            await bring(tmp_path / "plan.xlsx", {key: "A1:F2" if key == "area" else "1"})


async def test_an_answer_that_nothing_asks_for_yet_is_told_while_questions_are_open(bring: Bring) -> None:
    preview = await bring(JOBS, {"breaks": "middle"}, confirm=False)
    assert asked(preview) == ["new_machines"]
    assert "so far nothing asks for breaks" in [notice.text for notice in preview.notices]


async def test_a_file_can_be_read_without_what_an_earlier_import_of_it_said(
    bring: Bring, database: Database, who: Principal
) -> None:
    text = "Job,Qty,Due,Kind\nA-1,10,2026-12-04,x\nB-1,5,2026-12-04,y\n"
    first = {"only": "Kind=X", "replace.Kind": "x -> X", "status": "=hold"}
    await bring(text, first)
    again = await bring(text, {"only": "Kind=Y", "replace.Kind": "y -> Y"}, dry_run=True)
    assert {"status", "due"} <= set(again.kept)
    assert [row.cells["status"] for row in again.canonical.of("production_order")] == ["hold"]
    fresh = await bring(text, {"kept": "forget", "unused": "leave"}, dry_run=True)
    assert (fresh.kept, fresh.known) == ([], False)
    assert [row.cells["code"] for row in fresh.canonical.of("production_order")] == ["A-1", "B-1"]
    less = {"only": "forget", "replace.*": "forget", "unused": "leave"}
    with pytest.raises(MappingUnconfirmed):
        await bring(text, less, confirm=False)
    assert len((await bring(text, less)).canonical.of("production_order")) == 2
    query = b"select code, status from production_order order by code"
    assert await ask(database, who, query) == [("A-1", "hold"), ("B-1", "hold")]
    assert (await bring(text, confirm=False)).known
    told = await bring(text, {"onyl": "forget"}, dry_run=True)
    assert "nothing is kept of onyl" in [notice.text for notice in told.notices]
    with pytest.raises(InvalidRequest, match="kept=none is no answer; right would be: forget"):
        await bring(text, {"kept": "none"})


async def test_what_a_legend_in_the_file_says_is_taken_only_when_a_person_says_so(bring: Bring) -> None:
    text = (
        "Job,Qty,Due,Status\nA-1,10,2026-12-04,F\nB-1,5,2026-12-04,L\nC-1,5,2026-12-04,Q\n\n"
        '"F = finished; L = on hold; Q = ask Tom"\n'
    )
    preview = await bring(text)
    assert {question.key: question.suggested for question in preview.questions} == {
        "status.F": "done", "status.L": "hold", "status.Q": None,
    }  # fmt: skip
    assert asked(await bring(text, {"legend": "take"})) == ["status.Q"]
    preview = await bring(text, {"legend": "take", "status.L": "released", "status.Q": "draft"})
    statuses = [row.cells["status"] for row in preview.canonical.of("production_order")]
    assert (statuses, (await bring(text, confirm=False)).known) == (["done", "released", "draft"], True)
