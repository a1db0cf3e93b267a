"""Ten files of strangers are read as they are, with answers to what they leave open and nothing else.

What is right stands beside them, in expected.toml; its author has not seen the program.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, cast
from zoneinfo import ZoneInfo

import pytest

from leadhand.context import Principal
from leadhand.errors import JsonValue
from storage.database import Database
from storage.foreign.importing import Preview
from tests.integration.foreign.conftest import STRANGERS, Bring, ask, asked, decided, open_shop, told

Truth: TypeAlias = "dict[str, JsonValue]"

TRUTHS: dict[str, Truth] = {
    str(file["path"])[:2]: file
    for file in cast("list[Truth]", tomllib.loads((STRANGERS / "expected.toml").read_text("utf-8"))["file"])
}
NEW_MACHINES = {"new_machines": "new"}
NEW_GROUPS = {"new_work_centers": "new"}
# What a person of each shop answers, and what of it must have been asked.
ANSWERS: dict[str, dict[str, str]] = {
    "01": {"encoding": "cp1252", **NEW_MACHINES, "outside": "7d", "status.offen": "draft"},
    "02": NEW_GROUPS,
    "03": {"fill_down": "yes", **NEW_MACHINES},
    "04": {"calendar.1st": "1-5 06:00-14:00", "calendar.1st + 2nd": "1-5 06:00-22:00"},
    "05": {
        "rows": "operations", "quantity": "=1", "run": "booked", **NEW_MACHINES, "new_operators": "new",
        "segments": "apart",
    },
    "06": {"date_order": "dmy", "fill_down": "yes", "unused": "leave", **NEW_GROUPS},
    "07": NEW_MACHINES,
    "08": {
        "calendar.Früh": "1-5 06:00-14:00", "calendar.Spät": "1-5 14:00-22:00",
        "calendar.Nacht": "1-5 22:00-06:00", "calendar.Früh (Teilzeit)": "1-5 06:00-12:00", "mark.(x)": "no",
    },
    "09": {
        "events": "shop", "event.Weekend night crew": "shift", "for.Night shift": "new:Nights",
        "for.Weekend night crew": "new:Nights", "for.Overtime – Sunday, VMC cell only": "day",
        "whole_days": "closure",
    },
    "10": {"events": "absences"},
}  # fmt: skip
# The window that the counts of a calendar hold in.
WINDOW = {"from": "2026-11-23", "until": "2027-06-30"}
# What their `means` are called in a mapping.
FIELDS = {
    "production_order.code": "order",
    "production_order.customer": "customer",
    "production_order.quantity": "quantity",
    "production_order.due_date": "due",
    "production_order.status": "status",
    "operation.seq": "operation",
    "operation.name": "operation_name",
    "work_center.code": "work_center",
    "machine.code": "machine",
    "operation.setup_min": "setup",
    "operation.run_s_per_piece": "run",
    "material_requirement.available_at": "material_due",
    "booking_segment.start": "start",
    "booking_segment.end": "end",
    "operator.code": "operator",
    "operator_skill.skill_id": "skill",
    "machine.calendar_id": "calendar",
    "operator.calendar_id": "calendar",
}
PLAN = ("01", "02", "03", "04", "05", "06")
COUNTED = {
    "orders": b"select count(*) from production_order",
    "operations": b"select count(*) from operation",
    "machines": b"select count(*) from machine",
    "work_centers": b"select count(*) from work_center",
    "operators": b"select count(*) from operator",
    "skills": b"select count(*) from skill",
    "operator_skills": b"select count(*) from operator_skill",
    "bookings": b"select count(*) from booking",
    "absences": b"select count(*) from absence",
    "materials_known": b"select count(*) from material_requirement where available_at is not null",
    "materials_unknown": b"select count(*) from material_requirement where available_at is null",
}


def path_of(number: str) -> Path:
    return STRANGERS / str(TRUTHS[number]["path"])


def items(number: str, name: str) -> list[Truth]:
    return cast("list[Truth]", TRUTHS[number][name])


async def shop_of(number: str, database: Database, name: str, folder: Path) -> Principal:
    """A shop with the clock of the file, and one calendar."""
    files = {"calendar": "id,name\nday,Day\n"}
    return await open_shop(database, f"{name}-{number}", str(TRUTHS[number]["timezone"]), files, folder)


# One of each form: text, workbook, matrix, calendar.
@pytest.mark.parametrize("number", ["03", "05", "08", "09"])
async def test_nothing_of_a_strangers_file_is_kept_before_all_its_questions_are_answered(
    number: str, bring: Bring, database: Database, who: Principal
) -> None:
    seen: set[str] = set()
    given: dict[str, str] = {}
    answers = {**ANSWERS[number], **({"operator_calendar": "day"} if number == "05" else {})}
    preview = await bring(path_of(number), given)
    while preview.questions:
        assert preview.report is None
        before = len(given)
        seen |= set(asked(preview))
        given |= {key: answers[key] for key in asked(preview) if key in answers}
        assert len(given) > before, f"nobody can answer {asked(preview)}"
        preview = await bring(path_of(number), given)
    assert set(ANSWERS[number]) <= seen, "all of it was asked, nothing guessed"
    # Only the calendar of the new has an answer of its own: the shop has a single one.
    assert not seen - set(answers) - {"calendar"}
    assert await ask(database, who, b"select count(*) from import_mapping") == [(int(not preview.problems),)]


@pytest.mark.parametrize("number", PLAN)
async def test_each_column_is_proposed_for_what_its_shop_means_by_it(number: str, bring: Bring) -> None:
    preview = await bring(path_of(number), ANSWERS[number], dry_run=True)
    made = decided(preview)
    for column in items(number, "columns"):
        sheet, header = column.get("sheet"), str(column["header"])
        prefix = f"{sheet}!" if sheet else ""
        fields = [
            key.removeprefix(prefix)
            for key, value in made.items()
            if header == value and key.startswith(prefix) and key != "unused"
        ]
        means = str(column["means"])
        if means == "ignore":
            assert fields == [], f"{header} is nothing that the plan has"
        elif means != "operator.name":
            assert FIELDS[means] in fields, header
        unit = column.get("unit")
        if unit not in (None, "pieces"):
            assert made[f"{prefix}{FIELDS[means]}.unit"] == unit, header


@pytest.mark.parametrize("number", [n for n in TRUTHS if n not in ("07", "09", "10")])
async def test_a_strangers_file_gives_the_rows_that_are_in_it(
    number: str, bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    shop = await shop_of(number, database, shop_name, tmp_path / "own")
    preview = await bring(path_of(number), ANSWERS[number], whose=shop)
    assert (told(preview), asked(preview)) == ([], [])
    expected = cast("dict[str, int]", TRUTHS[number]["counts"])
    # A file without machines: each work center was made with one of its name.
    stand_ins = {"machines": expected.get("work_centers", 0)} if number in ("02", "06") else {}
    for what, query in COUNTED.items():
        if what in expected:
            assert await ask(database, shop, query) == [(stand_ins.get(what, expected[what]),)], what
    for spot in items(number, "spots"):
        await check_spot(spot, database, shop, ZoneInfo(str(TRUTHS[number]["timezone"])))


async def check_spot(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> None:
    """A single value of the shop, as its people know it."""
    if "booking" in spot:
        start, end = (_local(spot[key], zone) for key in ("start_local", "end_local"))
        query = (
            b"select s.start, s.end, o.code, p.seq, coalesce(w.name, '') as w from booking_segment s"
            b" join booking b on b.id = s.booking_id join operation p on p.id = b.operation_id"
            b" join production_order o on o.id = p.order_id join machine m on m.id = b.machine_id"
            b" left join operator w on w.id = s.operator_id where m.code = %s"
        )
        found = [row for row in await _ask(database, who, query, str(spot["booking"])) if row[0] == start]
        assert [(row[1], row[2], row[3]) for row in found] == [(end, spot["order"], spot["operation"])]
        assert found[0][4] == spot.get("operator", found[0][4])
    elif "operation" in spot:
        await _check_operation(spot, database, who)
    elif "order" in spot:
        await _check_order(spot, database, who, zone)
    elif "operator" in spot:
        query = (
            b"select k.code, w.name from operator w join operator_skill s on s.operator_id = w.id"
            b" join skill k on k.id = s.skill_id where w.code = %s"
        )
        rows = await _ask(database, who, query, str(spot["operator"]))
        assert sorted(str(row[0]) for row in rows) == sorted(cast("list[str]", spot["skills"]))
        assert rows[0][1] == spot.get("name", rows[0][1])
    elif "machine" in spot:
        query = (
            b"select c.code from machine m join work_center c on c.id = m.work_center_id where m.code = %s"
        )
        assert await _ask(database, who, query, str(spot["machine"])) == [(spot["work_center"],)]


async def _check_operation(spot: Truth, database: Database, who: Principal) -> None:
    query = (
        b"select p.seq, p.setup_min, p.run_s_per_piece, coalesce(m.code, '') as m, coalesce(c.code, '') as c,"
        b" p.subcontract_minutes"
        b" from operation p join production_order o on o.id = p.order_id"
        b" left join operation_alternative a on a.operation_id = p.id"
        b" left join machine m on m.id = a.machine_id"
        b" left join work_center c on c.id = m.work_center_id where o.code = %s"
    )
    rows = [
        row for row in await _ask(database, who, query, str(spot["order"])) if row[0] == spot["operation"]
    ]
    assert len(rows) == 1
    for index, key in ((1, "setup_min"), (2, "run_s_per_piece"), (3, "machine"), (4, "work_center")):
        assert rows[0][index] == spot.get(key, rows[0][index]), key
    assert (rows[0][5] is not None) == ("subcontract" in spot)


async def _check_order(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> None:
    query = (
        b"select o.quantity, o.due_date, o.customer, o.status, r.available_at from production_order o"
        b" left join operation p on p.order_id = o.id"
        b" left join material_requirement r on r.operation_id = p.id"
        b" where o.code = %s order by r.available_at nulls last limit 1"
    )
    row = (await _ask(database, who, query, str(spot["order"])))[0]
    for index, key in ((0, "quantity"), (2, "customer"), (3, "status")):
        assert row[index] == spot.get(key, row[index]), key
    assert str(row[1]) == spot.get("due_date", str(row[1]))
    if "material_available_at_local" in spot:
        assert row[4] == _local(spot["material_available_at_local"], zone)


async def _ask(database: Database, who: Principal, query: bytes, value: str) -> list[tuple[object, ...]]:
    async with database.transaction(who) as connection:
        return [tuple(row.values()) for row in await (await connection.execute(query, (value,))).fetchall()]


def _local(text: JsonValue, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(str(text)).replace(tzinfo=zone)


async def test_all_eleven_mistakes_of_a_backlog_are_told_and_none_of_it_is_taken(
    bring: Bring, database: Database, who: Principal
) -> None:
    preview = await bring(path_of("07"), {**ANSWERS["07"], "group": "own"})
    wrong = [(e["row"], e["column"], e["value"]) for e in items("07", "errors") if e["severity"] == "error"]
    assert [(p.row, p.column, p.value or "") for p in preview.problems] == wrong
    assert [n.text.split(";")[0] for n in preview.notices] == [
        "row 21 has a cell beyond the last header (spare cell)"
    ]
    assert preview.report is None
    assert await ask(database, who, b"select count(*) from production_order") == [(0,)]


async def test_what_is_right_in_the_backlog_can_be_taken_alone(
    bring: Bring, database: Database, who: Principal
) -> None:
    wrong = [e["row"] for e in items("07", "errors") if e["severity"] == "error"]
    lines = path_of("07").read_text("utf-8").splitlines(keepends=True)
    right = "".join(line for number, line in enumerate(lines, 1) if number not in wrong)
    preview = await bring(right, ANSWERS["07"])
    assert told(preview) == []
    expected = cast("Mapping[str, int]", TRUTHS["07"]["counts"])
    for what in ("orders", "operations", "machines"):
        assert await ask(database, who, COUNTED[what]) == [(expected[what],)], what
    for spot in items("07", "spots"):
        await check_spot(spot, database, who, ZoneInfo("Europe/London"))


async def test_work_that_lies_over_other_work_on_the_board_is_kept_and_told(bring: Bring) -> None:
    preview = await bring(path_of("05"), ANSWERS["05"])
    assert [n.text for n in preview.notices if "overlaps" in n.text] == [
        "import:J-2209/20/1 overlaps import:J-2213/10/1 on VMC #2; both are kept, as a waived conflict"
    ]


@pytest.fixture
async def wall_calendar(bring: Bring) -> Preview:
    preview = await bring(path_of("09"), {**ANSWERS["09"], **WINDOW})
    assert told(preview) == []
    return preview


async def test_a_wall_calendar_gives_its_closures_and_overtime(
    wall_calendar: Preview, database: Database, who: Principal
) -> None:
    query = (
        b"select name, kind, production_date, start from calendar_exception order by production_date, start"
    )
    rows = await ask(database, who, query)
    said = [row for row in rows if not str(row[0]).startswith("no ")]
    assert len(said) == cast("dict[str, int]", TRUTHS["09"]["counts"])["exceptions"]
    chicago = ZoneInfo("America/Chicago")
    for spot in items("09", "spots"):
        if "exception" in spot:
            mine = [row for row in said if row[0] == spot["exception"]]
            assert {str(row[1]) for row in mine} == {str(spot["kind"])}
            dates = [str(row[2]) for row in mine if row[2] is not None]
            assert dates == spot.get("production_dates", [])
            starts = spot.get("starts_local", [spot["start_local"]] if "start_local" in spot else [])
            assert [row[3] for row in mine if row[3] is not None] == [
                _local(start, chicago) for start in cast("list[str]", starts)
            ]


async def test_a_wall_calendar_gives_its_shifts_which_are_left_out_where_they_have_not_begun(
    wall_calendar: Preview, database: Database, who: Principal
) -> None:
    shifts = await ask(
        database,
        who,
        b"select weekday, start_local::text, ends_next_day from calendar_shift order by weekday",
    )
    assert [(row[0], str(row[1])[:5], row[2]) for row in shifts] == [
        *((day, "22:00", True) for day in (1, 2, 3, 4)),
        *((day, "18:00", True) for day in (5, 6)),
        (7, "22:00", True),
    ]  # fmt: skip
    not_yet = await ask(
        database,
        who,
        b"select count(*), max(start) from calendar_exception where name = 'no Weekend night crew'",
    )
    # Fridays and Saturdays from 27 November to 8 January; the crew begins on Saturday the 9th.
    assert not_yet == [(13, datetime(2027, 1, 8, 18, tzinfo=ZoneInfo("America/Chicago")))]


async def test_the_team_calendar_gives_the_absences_of_the_people_that_it_names(
    bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    shop = await shop_of("10", database, shop_name, tmp_path / "own")
    assert told(await bring(path_of("08"), ANSWERS["08"], whose=shop)) == []
    preview = await bring(path_of("10"), {**ANSWERS["10"], **WINDOW}, whose=shop)
    assert (told(preview), asked(preview)) == ([], [])
    assert any("Produktionsbesprechung names nobody" in notice.text for notice in preview.notices)
    rows = await ask(
        database,
        shop,
        b'select o.name, a.kind, a.start_date, a.end_date, a.start, a."end" from absence a'
        b" join operator o on o.id = a.operator_id order by a.start",
    )
    assert len(rows) == cast("dict[str, int]", TRUTHS["10"]["counts"])["absences"]
    berlin = ZoneInfo("Europe/Berlin")
    for spot in items("10", "spots"):
        mine = [
            row
            for row in rows
            if set(str(row[0]).replace(",", "").split()) == set(str(spot["absence"]).split())
        ]
        assert {str(row[1]) for row in mine} == {str(spot.get("kind", mine[0][1]))}
        if "start_date" in spot:
            assert [(str(row[2]), str(row[3])) for row in mine] == [(spot["start_date"], spot["end_date"])]
            continue
        starts = spot.get("starts_local", [spot.get("start_local")])
        assert [row[4] for row in mine] == [_local(start, berlin) for start in cast("list[str]", starts)]
        minutes = {(cast("datetime", row[5]) - cast("datetime", row[4])).total_seconds() / 60 for row in mine}
        assert minutes == {float(str(spot.get("minutes", 120)))}


@pytest.mark.parametrize("number", ["03", "05", "08", "10"])
async def test_a_strangers_file_again_changes_nothing_and_needs_no_word(
    number: str, bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    shop = await shop_of(number, database, shop_name, tmp_path / "own")
    window = WINDOW if number in ("09", "10") else {}
    if number == "10":
        await bring(path_of("08"), ANSWERS["08"], whose=shop)
    await bring(path_of(number), {**ANSWERS[number], **window}, whose=shop)
    again = await bring(path_of(number), window, whose=shop, confirm=False)
    assert (told(again), asked(again)) == ([], [])
    assert again.known
    assert again.report is not None
    assert not again.report.changes
