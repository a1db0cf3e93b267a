"""A second ten files of strangers, whose author has seen neither the program nor its pages nor the first ten.

What is right stands beside them in expected.toml, what their people answer in answers.toml.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeAlias, cast
from zoneinfo import ZoneInfo

import pytest

from leadhand.context import Principal
from leadhand.errors import JsonValue
from storage.database import Database
from storage.foreign.importing import Preview
from tests.integration.foreign.conftest import Bring, Rows, ask, asked, open_shop, told

Truth: TypeAlias = "dict[str, JsonValue]"

STRANGERS = Path(__file__).parents[2] / "fixtures" / "foreign_files_2"
TRUTHS: dict[str, Truth] = {
    str(file["name"])[:2]: file
    for file in cast("list[Truth]", tomllib.loads((STRANGERS / "expected.toml").read_text("utf-8"))["file"])
}
ANSWERS = cast("dict[str, Truth]", tomllib.loads((STRANGERS / "answers.toml").read_text("utf-8")))
# The people and machines that the wall calendar names are the shop's already.
WINDOW = {"from": "2026-11-23", "until": "2027-06-30"}
NAMED: Mapping[str, str] = {
    "operator": "code,external_id,name,calendar_id\n"
    "1,1,Novak Petra,day\n2,2,Gruber Stefan,day\n3,3,Yilmaz Deniz,day\n4,4,Hofer Karin,day\n",
    "work_center": "code,external_id,name\nCNC,CNC,CNC\n",
    "machine": "code,external_id,name,work_center_id,calendar_id\n"
    "C42,C42,Hermle C42,CNC,day\nH65,H65,EMCO Hyperturn 65,CNC,day\nS41,S41,Studer S41,CNC,day\n",
}
STATUSES = {
    "freigegeben": "released", "gesperrt": "hold", "in Arbeit": "in_progress", "Open": "released",
    "Quoted": "draft", "released": "released", "in progress": "in_progress",
}  # fmt: skip
PRIORITIES = {1: 5, 2: 4, 3: 3, "low": 2, "normal": 3, "high": 4, "A": 5, "B": 3, "C": 1}
# What the plan has no place for, or what stands in another of its tables.
NO_PLACE = {
    "part", "delivered", "wish", "run_hours_total", "setup_hours", "run_sec_per_piece", "skill",
    "hours_per_day", "efficiency_percent", "next_maintenance", "hours_per_week",
}  # fmt: skip


def path_of(number: str) -> Path:
    return STRANGERS / str(TRUTHS[number]["name"])


def answers(number: str, name: str) -> dict[str, str]:
    return cast("dict[str, str]", ANSWERS[number].get(name, {}))


async def shop_of(number: str, database: Database, name: str, folder: Path) -> Principal:
    files = {"calendar": "id,name\nday,Day\n", **(NAMED if number == "09" else {})}
    return await open_shop(database, f"{name}-{number}", str(ANSWERS[number]["zone"]), files, folder)


async def answered(number: str, bring: Bring, whose: Principal) -> tuple[Preview, set[str]]:
    """The import of a file, asked step by step as a person is; with the keys of all that was asked."""
    given = dict(WINDOW) if number == "09" else {}
    seen: set[str] = set()
    while (preview := await bring(path_of(number), given, whose=whose)).questions:
        assert preview.report is None, "nothing is kept before all is answered"
        keys = set(asked(preview))
        assert keys - set(given), f"nobody can answer {keys}"
        seen |= keys
        before = dict(given)
        given |= {key: value for key, value in answers(number, "asked").items() if key in keys}
        if "rows" not in keys:  # what a row is comes before what its columns are
            given |= answers(number, "said")
        assert given != before, f"nobody answers {keys}"
    return preview, seen


@pytest.mark.parametrize("number", [n for n in TRUTHS if n != "07"])
async def test_a_file_of_the_second_set_gives_the_rows_that_are_in_it_and_nothing_is_guessed(
    number: str, bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    shop = await shop_of(number, database, shop_name, tmp_path / "own")
    preview, seen = await answered(number, bring, shop)
    assert told(preview) == []
    assert preview.report is not None
    assert seen == set(answers(number, "asked")), "all of it was asked, nothing guessed"
    await check_file(number, database, shop)


async def test_people_with_named_skills_are_read_the_same_way_again_without_a_word(
    bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    shop = await shop_of("05", database, shop_name, tmp_path / "own")
    given = {**answers("05", "asked"), **answers("05", "said")}
    assert told(await bring(path_of("05"), given, whose=shop)) == []
    again = await bring(path_of("05"), whose=shop, confirm=False)
    assert (told(again), asked(again), again.known) == ([], [], True)
    assert again.report is not None
    assert not again.report.changes


async def check_file(number: str, database: Database, who: Principal) -> None:
    """The counts of a file and each of the values that its author looked at."""
    for query, count in COUNTS[number].items():
        assert await ask(database, who, query.encode()) == [(count,)], query
    for spot in cast("list[Truth]", TRUTHS[number]["check"]):
        expected = cast("Truth", spot["expect"])
        found = await FINDERS[str(spot["kind"])](spot, database, who, ZoneInfo(str(ANSWERS[number]["zone"])))
        compared = set(expected) - NO_PLACE
        assert compared <= set(found), spot["text"]
        assert {key: found[key] for key in compared} == {key: _said(key, expected[key]) for key in compared}


COUNTS: Mapping[str, Mapping[str, int]] = {
    "01": {"select count(*) from production_order": 25, "select sum(quantity) from production_order": 16_232},
    "02": {
        "select count(*) from production_order": 10,
        "select count(*) from operation": 41,
        "select count(*) from operation where subcontract_minutes in (7 * 1440, 10 * 1440)": 5,
        "select count(*) from machine where code = 'OSP'": 0,
    },
    "03": {"select count(*) from production_order": 12, "select count(*) from operation": 38},
    "04": {
        "select count(*) from machine": 14,
        "select count(*) from machine where active_to is not null": 1,
    },
    "05": {
        "select count(*) from operator": 15,
        "select count(*) from operator_skill": 21,  # of 26, five are in training
        "select count(*) from operator_skill where valid_to is not null": 13,
    },
    "06": {
        "select count(*) from production_order": 15,
        "select count(*) from booking": 44,
        "select count(*) from booking where locked": 28,
        "select count(*) from booking where waived_conflict": 0,
    },
    "07": {"select count(*) from production_order": 29},
    "08": {
        "select count(*) from production_order": 12,
        "select sum(quantity) from production_order": 2010,
        "select count(*) from operation": 35,
        "select count(*) from machine where code = 'Extern'": 0,
    },
    "09": {
        "select count(*) from calendar_exception where calendar_id is not null": 13,
        "select count(*) from calendar_exception where machine_id is not null": 6,
        "select count(*) from calendar_exception where name = 'Weihnachtsfeier / Christmas party'": 0,
        "select count(*) from absence": 5,
    },
    "10": {
        # 30 shifts, each parted by its break; those of Saturday have none.
        "select count(*) from calendar_exception where kind = 'overtime'": 58,
        "select count(*) from calendar_exception where kind = 'overtime' and name = 'Nuit'"
        " and start = '2026-12-04 21:00+00'": 0,
        "select count(*) from calendar_exception where kind = 'closure' and name = 'closed'": 2,
    },
}  # fmt: skip


def _said(key: str, value: JsonValue) -> JsonValue:
    """What the author wrote, in the product's words."""
    if key == "priority":
        return PRIORITIES[cast("int | str", value)]
    if key == "status":
        return STATUSES[str(value)]
    return value


async def _order(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> dict[str, JsonValue]:
    query = (
        b"select customer, quantity, due_date, priority, status, release_at from production_order"
        b" where code = %s"
    )
    ((customer, quantity, due, priority, status, release),) = await _ask(database, who, query, spot["id"])
    start = release.astimezone(zone).date() if isinstance(release, datetime) else None
    return {
        "customer": str(customer), "quantity": cast("int", quantity), "due": str(due),
        "priority": cast("int", priority), "status": str(status), "earliest_start": str(start),
    }  # fmt: skip


async def _operation(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> dict[str, JsonValue]:
    query = (
        b"select o.code, p.seq, p.setup_min, p.run_s_per_piece, o.quantity, m.code as machine,"
        b" c.code as center, p.subcontract_minutes is not null as outside"
        b" from operation p join production_order o on o.id = p.order_id"
        b" left join operation_alternative a on a.operation_id = p.id"
        b" left join machine m on m.id = a.machine_id"
        b" left join work_center c on c.id = m.work_center_id where o.code || '/' || p.seq = %s"
    )
    ((order, seq, setup, run, quantity, machine, center, outside),) = await _ask(
        database, who, query, spot["id"]
    )
    said = cast("Truth", spot["expect"])
    if outside:  # work done elsewhere is on no machine and in no work center of the shop
        assert (machine, center) == (None, None)
        machine, center = said.get("machine"), said.get("work_center")
    minutes = float(str(said["run_min_per_piece"]))
    # Times of a piece are whole seconds, rounded half up; 312.5 s is told, and stored as 313.
    assert run == int(round(minutes * 60, 1) + 0.5)
    return {
        "order": str(order), "operation": cast("int", seq), "setup_min": cast("int", setup),
        "run_min_per_piece": minutes, "quantity": cast("int", quantity), "outside": bool(outside),
        "machine": cast("str", machine), "work_center": cast("str", center),
    }  # fmt: skip


async def _machine(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> dict[str, JsonValue]:
    query = (
        b"select m.name, c.code, k.name as shifts, m.active_to is null as runs from machine m"
        b" join work_center c on c.id = m.work_center_id"
        b" join calendar k on k.id = m.calendar_id where m.code = %s"
    )
    ((name, center, shifts, runs),) = await _ask(database, who, query, spot["id"])
    word = next(key for key, value in answers("04", "asked").items() if value == shifts)
    return {
        "name": str(name), "workshop": str(center), "shifts": word.removeprefix("calendar."),
        "in_service": bool(runs),
    }  # fmt: skip


async def _employee(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> dict[str, JsonValue]:
    query = (
        b"select w.name, k.name as shift, s.code, x.valid_to from operator w"
        b" join calendar k on k.id = w.calendar_id join operator_skill x on x.operator_id = w.id"
        b" join skill s on s.id = x.skill_id where w.code = %s"
    )
    rows = await _ask(database, who, query, spot["id"])
    held = {(str(row[2]), _last_day(row[3], zone)) for row in rows}
    said = cast("list[str]", cast("Truth", spot["expect"])["skills"])
    # Who is in training (level 1) does not hold the skill yet.
    assert held == {_skill(text) for text in said if " level 1" not in text}
    word = next(key for key, value in answers("05", "asked").items() if value == rows[0][1])
    return {"name": str(rows[0][0]), "shift": word.removeprefix("calendar."), "skills": list(said)}


def _last_day(end: object, zone: ZoneInfo) -> str:
    return str((end.astimezone(zone) - timedelta(days=1)).date()) if isinstance(end, datetime) else ""


def _skill(text: str) -> tuple[str, str]:
    """`Haas VF-2 level 3 until 2027-06-30`: its name and its last day."""
    name, _, rest = text.partition(" level ")
    return name, rest.partition(" until ")[2]


async def _booking(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> dict[str, JsonValue]:
    said = cast("Truth", spot["expect"])
    query = (
        b"select o.code, p.seq, m.code as machine, s.start, s.end, coalesce(w.name, '') as who, b.locked"
        b" from booking_segment s join booking b on b.id = s.booking_id"
        b" join operation p on p.id = b.operation_id join production_order o on o.id = p.order_id"
        b" join machine m on m.id = b.machine_id left join operator w on w.id = s.operator_id"
        b" where o.code || '/' || p.seq = %s"
    )
    ((order, seq, machine, start, end, person, locked),) = await _ask(
        database, who, query, f"{said['order']}/{said['operation']}"
    )
    return {
        "order": str(order), "operation": cast("int", seq), "machine": str(machine),
        "start": _local(start, zone), "end": _local(end, zone), "operator": str(person), "firm": bool(locked),
    }  # fmt: skip


async def _closure(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> dict[str, JsonValue]:
    query = (
        b"select min(production_date), max(production_date), count(*) from calendar_exception"
        b" where external_id like %s and calendar_id = 'day'"
    )
    ((first, last, count),) = await _ask(database, who, query, f"{spot['id']}@%")
    assert isinstance(first, date)
    assert isinstance(last, date)
    assert count == (last - first).days + 1
    return {"first_day": str(first), "last_day": str(last), "who": "whole shop"}


async def _absence(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> dict[str, JsonValue]:
    query = (
        b"select o.name, a.start_date, a.end_date from absence a join operator o on o.id = a.operator_id"
        b" where a.external_id like %s"
    )
    ((person, first, last),) = await _ask(database, who, query, f"{spot['id']}@%")
    return {"person": str(person), "first_day": str(first), "last_day": str(last)}


async def _machine_down(
    spot: Truth, database: Database, who: Principal, zone: ZoneInfo
) -> dict[str, JsonValue]:
    query = (
        b'select m.name, e.start, e."end" from calendar_exception e join machine m on m.id = e.machine_id'
        b" where e.external_id like %s order by e.start"
    )
    rows = await _ask(database, who, query, f"{spot['id']}@%")
    start, end = cast("tuple[datetime, datetime]", rows[0][1:])
    return {
        "machine": str(rows[0][0]), "start_local": _local(start, zone), "end_local": _local(end, zone),
        "occurrences": [_local(row[1], zone) for row in rows],
        "minutes": int((end - start).total_seconds() // 60),
    }  # fmt: skip


async def _shift(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> dict[str, JsonValue]:
    query = (
        b"select start, \"end\" from calendar_exception where kind = 'overtime'"
        b" and split_part(external_id, ' ', 3) || ' ' || name = %s order by start"
    )
    parts = await _ask(database, who, query, spot["id"])
    gap = cast("datetime", parts[-1][0]) - cast("datetime", parts[0][1]) if len(parts) > 1 else timedelta()
    return {
        "start": _local(parts[0][0], zone), "end": _local(parts[-1][1], zone),
        "break_min": gap // timedelta(minutes=1),
    }  # fmt: skip


async def _holiday(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> dict[str, JsonValue]:
    query = (
        b"select count(*) from calendar_exception where kind = 'closure' and name = 'closed'"
        b" and production_date = %s::date"
    )
    return {"closed": await _ask(database, who, query, spot["id"]) == [(1,)]}


FINDERS = {
    "shift": _shift, "holiday": _holiday,
    "order": _order, "operation": _operation, "machine": _machine, "employee": _employee, "booking": _booking,
    "closure": _closure, "absence": _absence, "machine_down": _machine_down,
}  # fmt: skip


def _local(moment: object, zone: ZoneInfo) -> str:
    return cast("datetime", moment).astimezone(zone).strftime("%Y-%m-%dT%H:%M")


async def _ask(database: Database, who: Principal, query: bytes, value: JsonValue) -> Rows:
    async with database.transaction(who) as connection:
        found = await connection.execute(query, (str(value),))
        return [tuple(row.values()) for row in await found.fetchall()]


async def test_five_bad_rows_are_told_by_line_and_the_rest_is_taken_without_them(
    bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    shop = await shop_of("07", database, shop_name, tmp_path / "own")
    preview = await bring(path_of("07"), whose=shop)
    wrong = [int(str(bad["line"])) for bad in cast("list[Truth]", TRUTHS["07"]["bad_row"])]
    assert [problem.row for problem in preview.problems] == wrong
    assert [(problem.column, problem.value) for problem in preview.problems] == [
        ("due_date", "2026-02-30"), ("qty", "-15"), ("order_no", None), ("qty", "twelve"),
        ("due_date", "2026-13-07"),
    ]  # fmt: skip
    assert preview.report is None
    assert await ask(database, shop, b"select count(*) from production_order") == [(0,)]
    lines = path_of("07").read_text("utf-8").splitlines(keepends=True)
    right = "".join(line for number, line in enumerate(lines, 1) if number not in wrong)
    assert told(await bring(right, {"unused": "leave"}, whose=shop)) == []
    await check_file("07", database, shop)
