"""A third ten files of strangers, whose author has not seen the program.

Three came in right before the program was changed. What is right stands beside them in expected.toml, what
their people answer in answers.toml. These five do after general mends, one of them after two rows that are
told as wrong are taken out. The others (a board of days and shifts, a calendar with breaks, machines with
their downtimes, a matrix of levels, a schedule of a week) can be told; they are not held by tests.
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

STRANGERS = Path(__file__).parents[2] / "fixtures" / "foreign_files_3"
TRUTHS: dict[str, Truth] = {
    str(file["name"]): file
    for file in cast("list[Truth]", tomllib.loads((STRANGERS / "expected.toml").read_text("utf-8"))["file"])
}
ANSWERS = cast("dict[str, Truth]", tomllib.loads((STRANGERS / "answers.toml").read_text("utf-8")))
CALENDAR, ABSENCES = "ShopFloor_shared_calendar.ics", "assenze_dicembre_2026.csv"
KEPT = b"select (select count(*) from production_order) + (select count(*) from absence)"
WINDOW = {"from": "2026-11-22", "until": "2027-06-30"}
# The people and machines that the shared calendar names are the shop's already.
NAMED: Mapping[str, str] = {
    "operator": "code,external_id,name,calendar_id\n1,1,Alvarez Jorge,day\n2,2,Whitfield Dana,day\n"
    "3,3,Lindqvist Sven,day\n4,4,Okoye Blessing,day\n5,5,Tran Minh,day\n",
    "work_center": "code,external_id,name\nCNC,CNC,CNC\n",
    "machine": "code,external_id,name,work_center_id,calendar_id\nG210,G210,Gleason 210 hobber,CNC,day\n"
    "QTN,QTN,Mazak QTN-250,CNC,day\nH400,H400,Hofler 400 grinder,CNC,day\n",
}
STATUSES: dict[str, JsonValue] = {"Lancé": "released", "Soldé": "done", "Suspendu": "hold"}
PRIORITIES: dict[str, JsonValue] = {"1": 5, "2": 4, "3": 3, "5": 1, "": 3, "**": 4, "normaal": 3, "laag": 2}
KINDS: dict[str, JsonValue] = {
    "Malattia": "sick",
    "Infortunio": "sick",
    "Permesso": "other",
    "Congedo parentale": "other",
}
# What the plan has no place for. An operation has no status, an order without operations no material.
NO_PLACE = {
    "part", "description", "open_quantity", "material", "vendor", "hours_per_day", "lead_working_days"
}  # fmt: skip
NO_PLACE_OF: Mapping[str, set[str]] = {"operation": {"status", "done"}}


def answers(name: str, which: str) -> dict[str, str]:
    return cast("dict[str, str]", ANSWERS[name].get(which, {}))


async def answered(name: str, bring: Bring, whose: Principal) -> tuple[Preview, set[str]]:
    """The import of a file, asked step by step as a person is; with the keys of all that was asked."""
    given = dict(WINDOW) if name == CALENDAR else {}
    seen: set[str] = set()
    while (preview := await bring(STRANGERS / name, given, whose=whose)).questions:
        assert preview.report is None, "nothing is kept before all is answered"
        keys = set(asked(preview))
        assert keys - set(given), f"nobody can answer {keys}"
        seen |= keys
        before = dict(given)
        given |= {key: value for key, value in answers(name, "asked").items() if key in keys}
        if not any(key.endswith("rows") for key in keys):  # what a row is comes before its columns
            given |= answers(name, "said")
        assert given != before, f"nobody answers {keys}"
    return preview, seen


def put_right(name: str, folder: Path) -> Path:
    """The file as the person leaves it who was told what is wrong with it."""
    wrong, source, path = cast("list[int]", ANSWERS[name]["told"]), STRANGERS / name, folder / name
    lines = source.read_bytes().decode("cp1252").split("\r\n")
    kept = [line for number, line in enumerate(lines, 1) if number not in wrong]
    path.write_bytes("\r\n".join(kept).encode("cp1252"))
    return path


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_file_of_the_third_set_gives_the_rows_that_are_in_it_and_nothing_is_guessed(
    name: str, bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    files = {"calendar": "id,name\nday,Day\n", **(NAMED if name == CALENDAR else {})}
    folder = tmp_path / "own"
    shop = await open_shop(database, shop_name, str(ANSWERS[name]["zone"]), files, folder)
    preview, seen = await answered(name, bring, shop)
    if "told" in ANSWERS[name]:
        assert [problem.row for problem in preview.problems] == ANSWERS[name]["told"]
        assert preview.report is None
        assert await ask(database, shop, KEPT) == [(0,)]
        given = {**answers(name, "asked"), **answers(name, "said")}
        preview = await bring(put_right(name, folder), given, whose=shop)
    assert told(preview) == []
    assert preview.report is not None
    assert seen == set(answers(name, "asked")), "all of it was asked, nothing guessed"
    await check_file(name, database, shop)


async def check_file(name: str, database: Database, who: Principal) -> None:
    """The counts of a file and each of the values that its author looked at."""
    for query, count in COUNTS[name].items():
        assert await ask(database, who, query.encode()) == [(count,)], query
    zone = ZoneInfo(str(ANSWERS[name]["zone"]))
    for spot in cast("list[Truth]", TRUTHS[name]["check"]):
        kind, expected = str(spot["kind"]), cast("Truth", spot["expect"])
        found = await FINDERS[kind](spot, database, who, zone)
        compared = set(expected) - NO_PLACE - NO_PLACE_OF.get(kind, set())
        assert compared <= set(found), spot["text"]
        assert {key: found[key] for key in compared} == {key: _said(key, expected[key]) for key in compared}


COUNTS: Mapping[str, Mapping[str, int]] = {
    "carnet_OF.csv": {
        "select count(*) from production_order": 36,
        "select sum(quantity) from production_order": 34_691,
        "select count(*) from production_order where status = 'done'": 2,
        "select count(*) from production_order where due_date in ('2026-12-11', '2026-12-18', '2027-01-15')"
        " and code in ('OF26922', 'OF26971', 'OF27027', 'OF27069')": 4,
    },
    "Job_Routing_Dump.xls": {
        "select count(*) from production_order": 14,
        "select count(*) from operation": 41,
        "select count(*) from operation where subcontract_minutes is not null": 5,
        "select count(*) from machine where code = 'OSP'": 0,
    },
    CALENDAR: {
        "select count(*) from absence": 5,
        "select count(*) from calendar_exception where production_date is not null": 5,
        "select count(*) from calendar_exception where name like 'OT %'": 2,
        "select count(*) from calendar_exception where machine_id is not null": 5,
        # The night to 26 November is none, though the day before is worked.
        "select count(*) from calendar_exception where name = '3rd shift'"
        " and start between '2026-11-26' and '2026-11-27'": 0,
        # After the clocks have changed the day still begins at six.
        "select count(*) from calendar_exception where name = 'Day shift'"
        " and start = '2027-03-15 11:00+00'": 1,
    },
    ABSENCES: {
        "select count(*) from operator": 10,
        "select count(*) from absence": 22,
        "select count(*) from absence where start is not null": 7,
        "select count(*) from absence a join operator o on o.id = a.operator_id where o.code = '00140'": 2,
    },
    "Productieorders_open.xlsx": {
        "select count(*) from production_order": 16,
        "select sum(quantity) from production_order": 677,
        "select count(*) from operation": 64,
        "select count(*) from operation where subcontract_minutes is not null": 10,
        "select count(*) from operation where subcontract_minutes = 7 * 1440": 4,
        "select count(*) from machine": 11,
    },
}  # fmt: skip


def _said(key: str, value: JsonValue) -> JsonValue:
    """What the author wrote, in the product's words."""
    words = {"priority": PRIORITIES, "status": STATUSES, "reason": KINDS}
    return words[key][str(value)] if key in words else value


async def _order(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> Truth:
    query = b"select customer, quantity, due_date, priority, status from production_order where code = %s"
    ((customer, quantity, due, priority, status),) = await _ask(database, who, query, spot["id"])
    return {
        "customer": str(customer), "quantity": cast("int", quantity), "due": str(due),
        "priority": cast("int", priority), "status": str(status),
    }  # fmt: skip


async def _operation(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> Truth:
    query = (
        b"select o.code, p.seq, p.setup_min, p.run_s_per_piece, m.code as machine, c.code as center,"
        b" p.subcontract_minutes from operation p join production_order o on o.id = p.order_id"
        b" left join operation_alternative a on a.operation_id = p.id"
        b" left join machine m on m.id = a.machine_id left join work_center c on c.id = m.work_center_id"
        b" where o.code || '/' || p.seq = %s"
    )
    ((order, seq, setup, run, machine, center, away),) = await _ask(database, who, query, spot["id"])
    said = cast("Truth", spot["expect"])
    if away is not None:  # work done elsewhere is in no work center of the shop
        assert center is None
        center = said.get("work_center")
    seconds = cast("int", run)
    return {
        "order": str(order), "operation": cast("int", seq), "setup_min": cast("int", setup),
        "run_min_per_piece": seconds / 60, "run_sec_per_piece": seconds, "outside": away is not None,
        "machine": str(machine or ""), "work_center": cast("str", center),
        "lead_days": cast("int", away or 0) // 1440,
    }  # fmt: skip


async def _machine(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> Truth:
    query = (
        b"select m.name, c.code from machine m join work_center c on c.id = m.work_center_id"
        b" where m.code = %s"
    )
    ((name, group),) = await _ask(database, who, query, spot["id"])
    return {"name": str(name), "group": str(group)}


async def _absence(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> Truth:
    """An absence by its person and first day, or by its event's name; one of hours with days of its own."""
    query = (
        b'select o.name, a.start_date, a.end_date, a.start, a."end", a.kind from absence a'
        b" join operator o on o.id = a.operator_id"
        b" where %s in (o.code || ' ' || coalesce(a.start_date, a.start::date),"
        b" split_part(a.external_id, '@', 1))"
    )
    ((person, first, last, start, end, kind),) = await _ask(database, who, query, spot["id"])
    if start is not None:
        begins, ends = _local(start, zone), _local(end, zone)
        first, last = begins[:10], ends[:10]
    else:
        begins = ends = ""
    return {
        "person": str(person), "first_day": str(first), "last_day": str(last or ""), "start": begins,
        "end": ends, "start_local": begins, "end_local": ends, "reason": str(kind),
    }  # fmt: skip


async def _shift(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> Truth:
    day, _, name = str(spot["id"]).partition(" ")
    # A time of a series that is called otherwise is an event of its own: "Day shift (out at noon)".
    query = b"select start, \"end\" from calendar_exception where kind = 'overtime' and starts_with(name, %s)"
    found = [(_local(a, zone), _local(b, zone)) for a, b in await _ask(database, who, query, name)]
    ((start, end),) = [times for times in found if times[0].startswith(day)]
    return {"start": start, "end": end}


async def _event(spot: Truth, database: Database, who: Principal, zone: ZoneInfo) -> Truth:
    """Overtime, a closure or a downtime by its event's name."""
    query = (
        b'select m.name, e.calendar_id, e.start, e."end", e.production_date from calendar_exception e'
        b" left join machine m on m.id = e.machine_id where split_part(e.external_id, '@', 1) = %s"
        b" order by e.start, e.production_date"
    )
    rows = await _ask(database, who, query, spot["id"])
    if rows[0][4] is not None:
        days = [cast("date", row[4]) for row in rows]
        assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
        whom = "whole shop" if rows[0][1] == "day" else ""
        return {"first_day": str(days[0]), "last_day": str(days[-1]), "who": whom}
    start, end = cast("tuple[datetime, datetime]", rows[0][2:4])
    return {
        "machine": str(rows[0][0]), "start": _local(start, zone), "end": _local(end, zone),
        "start_local": _local(start, zone), "end_local": _local(end, zone),
        "occurrences": [_local(row[2], zone) for row in rows],
        "minutes": (end - start) // timedelta(minutes=1),
    }  # fmt: skip


FINDERS = {
    "order": _order, "operation": _operation, "machine": _machine, "absence": _absence, "shift": _shift,
    "overtime": _event, "closure": _event, "machine_down": _event,
}  # fmt: skip


def _local(moment: object, zone: ZoneInfo) -> str:
    return cast("datetime", moment).astimezone(zone).strftime("%Y-%m-%dT%H:%M")


async def _ask(database: Database, who: Principal, query: bytes, value: JsonValue) -> Rows:
    async with database.transaction(who) as connection:
        found = await connection.execute(query, (str(value),))
        return [tuple(row.values()) for row in await found.fetchall()]
