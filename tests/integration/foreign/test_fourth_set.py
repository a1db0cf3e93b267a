"""A fourth ten files of strangers, whose author has not seen the program.

What is right stands beside them in truth/, as facts; what their planners answer, or say of the file, in
answers.toml. Each is imported into a shop of its own, and what is written is compared with the facts, all of
them. The segments of a booking are compared one by one: each row of a board is a booking of its own.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeAlias, cast
from zoneinfo import ZoneInfo

import pytest

from leadhand.errors import JsonValue
from storage.database import Database
from storage.foreign.canonical import Canonical
from tests.integration.foreign.conftest import Bring, open_shop, told

Fact: TypeAlias = "dict[str, JsonValue]"
Row: TypeAlias = "Mapping[str, str]"
Set: TypeAlias = "set[tuple[str, ...]]"

STRANGERS = Path(__file__).parents[2] / "fixtures" / "foreign_files_4"
FILES = sorted(path.name for path in STRANGERS.glob("[01]?_*"))
ANSWERS = cast(
    "dict[str, dict[str, JsonValue]]", tomllib.loads((STRANGERS / "answers.toml").read_text("utf-8"))
)
KINDS = {"vacation", "sick", "training"}
IN_STORE = "2026-11-23 00:00"


def facts_of(name: str) -> list[Fact]:
    document = cast("dict[str, JsonValue]", json.loads((STRANGERS / "truth" / f"{name}.json").read_text()))
    return cast("list[Fact]", document["facts"])


@pytest.mark.parametrize("name", FILES)
async def test_a_file_of_the_fourth_set_gives_what_is_in_it_once_its_planner_has_said_what_it_is(
    name: str, bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    said, facts = ANSWERS[name[:2]], facts_of(name)
    shop_files = {"calendar": "id,name\nday,Day\n", **_operations(facts)}
    shop = await open_shop(database, shop_name, str(said["zone"]), shop_files, tmp_path / "own")
    preview = await bring(STRANGERS / name, cast("dict[str, str]", said["answers"]), whose=shop)
    assert (list(preview.questions), told(preview)) == ([], [])
    assert preview.report is not None
    for entity in dict.fromkeys(str(fact["entity"]) for fact in facts):
        own = [fact for fact in facts if fact["entity"] == entity]
        right, optional = (
            _wanted(entity, [f for f in own if bool(f.get("optional")) is o]) for o in (False, True)
        )
        found = FOUND[entity](preview.canonical, ZoneInfo(str(said["zone"])))
        assert (right - found, found - right - optional) == (set(), set()), entity


def _operations(facts: Iterable[Fact]) -> dict[str, str]:
    """The operations that materials are for are the shop's already."""
    needed = {(str(f["order"]), str(f["seq"])) for f in facts if f["entity"] == "material_requirement"}
    if not needed:
        return {}
    orders = "".join(f"{order},{order},{order},1,released\n" for order in sorted({o for o, _ in needed}))
    rows = "".join(f"{o}/{seq},{o}/{seq},{o},{seq},0,0,true\n" for o, seq in sorted(needed))
    return {
        "production_order": f"id,external_id,code,quantity,status\n{orders}",
        "operation": f"id,external_id,order_id,seq,setup_min,run_s_per_piece,milestone\n{rows}",
    }


def _text(value: JsonValue) -> str:
    return "" if value is None else str(value).replace("T", " ") if _is_moment(str(value)) else str(value)


def _is_moment(text: str) -> bool:
    return len(text) == 16 and text[10] == "T"


def _after(day: JsonValue) -> str:
    return "" if day is None else f"{date.fromisoformat(str(day)) + timedelta(days=1)} 00:00"


def _wanted(entity: str, facts: Iterable[Fact]) -> Set:
    return {row for fact in facts for row in WANTED[entity](fact)}


def _absence(f: Fact) -> Set:
    kind = str(f["kind"]) if f["kind"] in KINDS else "other"
    first, last = (
        _text(f.get(a) or f.get(b)) for a, b in (("first_day", "start_local"), ("last_day", "end_local"))
    )
    return {(str(f["operator"]), first, last, kind)}


def _booking(f: Fact) -> Set:
    of = f"{f['order']}/{f['seq']}" if f["seq"] is not None else str(f["quote"])
    return {
        (
            of,
            str(f["machine"]),
            _text(s["start_local"]),
            _text(s["end_local"]),
            _text(s["operator"]),
            str(f["locked"]),
        )
        for s in cast("list[Fact]", f["segments"])
    }


def _exception(f: Fact) -> Set:
    if "first_day" not in f:
        return {(str(f["name"]), _text(f["start_local"]), _text(f["end_local"]))}
    first, last = (date.fromisoformat(str(f[key])) for key in ("first_day", "last_day"))
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {(str(f["name"]), str(day), "") for day in days}


def _operation(f: Fact) -> Set:
    away = f.get("subcontract_minutes")
    place = "" if away is not None else _text(f.get("machine") or f.get("work_center"))
    times = ("0", "0") if away is not None else (_text(f["setup_min"]), _text(f["run_s_per_piece"]))
    return {(str(f["key"]), _text(f["description"]), *times, place, _text(away))}


WANTED: Mapping[str, Callable[[Fact], Set]] = {
    "order": lambda f: {tuple(
        _text(f.get(key)) for key in ("key", "customer", "quantity", "due_date", "status")
    )},
    "operation": _operation,
    "machine": lambda f: {(
        *(str(f[key]) for key in ("key", "name", "work_center")), f"{f['active_from']} 00:00",
        _after(f["last_day"]),
    )},
    "operator": lambda f: {(str(f["key"]), str(f["name"]))},
    "operator_skill": lambda f: {(str(f["operator"]), str(f["skill"]), _after(f["valid_to_inclusive"]))},
    "absence": _absence,
    "booking": _booking,
    "downtime": lambda f: {tuple(
        _text(f[key]) for key in ("machine", "start_local", "end_local", "kind", "reason")
    )},
    "calendar_shift": lambda f: {(
        *(str(f[key]) for key in ("calendar", "weekday", "start_local", "end_local", "ends_next_day")),
        "; ".join(cast("list[str]", f["breaks"])),
    )},
    "calendar_exception": _exception,
    "material_requirement": lambda f: {(
        f"{f['order']}/{f['seq']}", str(f["item"]), str(float(str(f["qty"]))),
        IN_STORE if f["in_stock"] else f"{f['available_at']} 00:00" if f["available_at"] else "",
    )},
}  # fmt: skip


def _rows(canonical: Canonical, entity: str) -> list[Row]:
    return [row.cells for row in canonical.of(entity)]


def _columns(entity: str, *names: str) -> Callable[[Canonical, ZoneInfo], Set]:
    return lambda canonical, _: {tuple(r.get(n, "") for n in names) for r in _rows(canonical, entity)}


def _found_operations(canonical: Canonical, _: ZoneInfo) -> Set:
    places = {r["operation_id"]: r["machine_id"] for r in _rows(canonical, "operation_alternative")}
    return {
        (
            r["external_id"], r.get("name", ""), r["setup_min"], r["run_s_per_piece"],
            places.get(r["external_id"], ""), r.get("subcontract_minutes", ""),
        )
        for r in _rows(canonical, "operation")
    }  # fmt: skip


def _found_absences(canonical: Canonical, _: ZoneInfo) -> Set:
    return {
        (r["operator_id"], r.get("start_date") or r["start"], r.get("end_date") or r["end"], r["kind"])
        for r in _rows(canonical, "absence")
    }


def _found_bookings(canonical: Canonical, _: ZoneInfo) -> Set:
    bookings = {r["external_id"]: r for r in _rows(canonical, "booking")}
    return {
        (
            b.get("operation_id") or b["quote_id"], b["machine_id"], s["start"], s["end"],
            s.get("operator_id", ""), (b.get("locked") or "false").capitalize(),
        )
        for s in _rows(canonical, "booking_segment")
        for b in [bookings[s["booking_id"]]]
    }  # fmt: skip


def _found_shifts(canonical: Canonical, _: ZoneInfo) -> Set:
    names = {r["external_id"]: r["name"] for r in _rows(canonical, "calendar")}
    return {
        (
            names[r["calendar_id"]], r["weekday"], r["start_local"], r["end_local"],
            r["ends_next_day"].capitalize(), r["breaks"],
        )
        for r in _rows(canonical, "calendar_shift")
    }  # fmt: skip


def _found_exceptions(canonical: Canonical, zone: ZoneInfo) -> Set:
    def local(moment: str) -> str:
        return datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""

    return {
        (r["name"], r.get("production_date") or local(r["start"]), local(r.get("end", "")))
        for r in _rows(canonical, "calendar_exception")
    }


def _found_materials(canonical: Canonical, _: ZoneInfo) -> Set:
    return {
        (r["operation_id"], r["item"], str(float(r["qty"])), r["available_at"])
        for r in _rows(canonical, "material_requirement")
    }


FOUND: Mapping[str, Callable[[Canonical, ZoneInfo], Set]] = {
    "order": _columns("production_order", "code", "customer", "quantity", "due_date", "status"),
    "operation": _found_operations,
    "machine": _columns("machine", "code", "name", "work_center_id", "active_from", "active_to"),
    "operator": _columns("operator", "code", "name"),
    "operator_skill": _columns("operator_skill", "operator_id", "skill_id", "valid_to"),
    "absence": _found_absences,
    "booking": _found_bookings,
    "downtime": _columns("downtime", "machine_id", "start", "end", "kind", "note"),
    "calendar_shift": _found_shifts,
    "calendar_exception": _found_exceptions,
    "material_requirement": _found_materials,
}
