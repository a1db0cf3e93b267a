"""A fifth ten files of strangers, brought in by planners who knew only the documentation and their files.

What is right stands beside them in truth/, as facts; what the planners said in answers.toml, one or several
imports a file. What the imports of a file write is compared with the facts, all of them. What the facts call
optional and does not come from the file itself is in the shop already.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
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

STRANGERS = Path(__file__).parents[2] / "fixtures" / "foreign_files_5"
FILES = sorted(path.name for path in STRANGERS.glob("[01]?_*"))
SAID = cast("dict[str, dict[str, JsonValue]]", tomllib.loads((STRANGERS / "answers.toml").read_text("utf-8")))
_DAY = timedelta(days=1)


def facts_of(name: str) -> list[Fact]:
    document = cast("dict[str, JsonValue]", json.loads((STRANGERS / "truth" / f"{name}.json").read_text()))
    return cast("list[Fact]", document["facts"])


@pytest.mark.parametrize("name", FILES)
async def test_a_file_of_the_fifth_set_gives_what_is_in_it_once_its_planner_has_said_what_it_is(
    name: str, bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    said, facts = SAID[name[:2]], facts_of(name)
    zone = ZoneInfo(str(said["zone"]))
    shop = await open_shop(database, shop_name, zone.key, _shop(facts), tmp_path / "own")
    written: list[Canonical] = []
    for answers in cast("list[dict[str, str]]", said["import"]):
        preview = await bring(STRANGERS / name, answers, whose=shop)
        assert (list(preview.questions), told(preview)) == ([], [])
        written.append(preview.canonical)
    for entity in WANTED:
        own = [fact for fact in facts if fact["entity"] == entity]
        right, optional = (
            _wanted(entity, [f for f in own if bool(f.get("optional")) is o]) for o in (False, True)
        )
        found = FOUND[entity](written, zone) if right else set[tuple[str, ...]]()
        assert (right - found, found - right - optional) == (set(), set()), entity


def _shop(facts: Sequence[Fact]) -> dict[str, str]:
    """What the shop has before: operations of bookings and materials, and what the facts call optional."""

    def there(entity: str) -> list[Fact]:
        return [fact for fact in facts if fact["entity"] == entity and fact.get("optional")]

    of = sorted(
        {(str(f["order"]), str(f["operation"])) for f in facts if f["entity"] in {"booking", "material"}}
    )
    orders = "".join(f"{order},{order},{order},1,released\n" for order in sorted({order for order, _ in of}))
    rows = "".join(f"{o}/{seq},{o}/{seq},{o},{seq},0,0,true\n" for o, seq in of)
    calendars = {str(f["code"]) for f in there("calendar")} | {
        str(f["calendar"]) for f in facts if f["entity"] == "calendar_exception" and f["calendar"] != "*"
    }
    machines = "".join(f"{f['code']},{f['code']},{f['name']},all,day\n" for f in there("machine"))
    people = "".join(f'{f["code"]},{f["code"]},"{f["name"]}",day\n' for f in there("operator"))
    files = {
        "calendar": "id,name\n" + "".join(f"{name},{name}\n" for name in sorted(calendars or {"day"})),
        "work_center": "id,code\nall,all\n" if machines else "",
        "machine": f"id,code,name,work_center_id,calendar_id\n{machines}" if machines else "",
        "operator": f"id,code,name,calendar_id\n{people}" if people else "",
        "production_order": f"id,external_id,code,quantity,status\n{orders}" if of else "",
        "operation": f"id,external_id,order_id,seq,setup_min,run_s_per_piece,milestone\n{rows}" if of else "",
    }
    return {name: text for name, text in files.items() if text}


def _text(value: JsonValue) -> str:
    return "" if value is None else str(value)


def _wanted(entity: str, facts: Iterable[Fact]) -> Set:
    return {row for fact in facts for row in WANTED[entity](fact)}


def _clock(text: str) -> str:
    return "00:00" if text == "24:00" else text


def _operation(f: Fact) -> Set:
    days = f.get("subcontract_days")
    away = "" if days is None else str(int(cast("int", days)) * 24 * 60)
    place = "" if away else _text(f.get("machine") or f.get("work_center"))
    times = ("0", "0") if away else (_text(f["setup_min"]), _text(f["run_s_per_piece"]))
    return {(str(f["order"]), _seq(f["operation"]), _text(f.get("name")), *times, place, away)}


def _seq(text: JsonValue) -> str:
    return str(int(str(text)))


def _exception(f: Fact) -> Set:
    kind = {"closed": "closure", "open": "overtime"}[str(f["kind"])]
    calendars = ["TORNOS", "FRESAS", "RECT"] if f["calendar"] == "*" else [str(f["calendar"])]
    times = (str(f["start_at"]), str(f["end_at"])) if "start_at" in f else (str(f["date"]), "")
    return {(kind, calendar, *times) for calendar in calendars}


WANTED: Mapping[str, Callable[[Fact], Set]] = {
    "order": lambda f: {(
        *(_text(f[key]) for key in ("key", "customer", "quantity", "due_date")),
        str(f["status"]).removeprefix("on_"),
        str(6 - cast("int", f.get("priority", 3))),
    )},
    "operation": _operation,
    "booking": lambda f: {
        (f"{f['order']}/{f['operation']}", str(f["machine"]), *segment, str(f["locked"]))
        for segment in cast("list[list[str]]", f["segments"])
    },
    "machine": lambda f: {tuple(
        _text(f.get(key)) for key in ("key", "name", "work_center", "calendar", "first_day", "last_day")
    )},
    "calendar_shift": lambda f: {(
        str(f["calendar"]), str(f["weekday"]), str(f["start"]), _clock(str(f["end"]))
    )},
    "operator": lambda f: {(str(f["key"]), str(f["name"]), _text(f.get("calendar")))},
    "operator_skill": lambda f: {(
        str(f["operator"]), _text(f.get("machine") or f.get("skill")), _text(f["last_valid_day"])
    )},
    "absence": lambda f: {tuple(_text(f[key]) for key in ("operator", "start", "end", "kind"))},
    "dated_shift": lambda f: {tuple(_text(f[key]) for key in ("operator", "start_at", "end_at"))},
    "downtime": lambda f: {tuple(_text(f[key]) for key in ("machine", "start", "end", "kind", "title"))},
    "material": lambda f: {(
        f"{f['order']}/{_seq(f['operation'])}",
        "" if f["available_at"] == "unknown" else _text(f["available_at"]),
    )},
    "calendar_exception": _exception,
}  # fmt: skip


def _rows(written: Iterable[Canonical], entity: str) -> list[Row]:
    return [row.cells for canonical in written for row in canonical.of(entity)]


def _local(text: str, zone: ZoneInfo) -> str:
    moment = datetime.fromisoformat(text) if text else None
    if moment is None:
        return ""
    return (moment.astimezone(zone) if moment.tzinfo else moment).strftime("%Y-%m-%dT%H:%M")


def _last_day(text: str, zone: ZoneInfo) -> str:
    return str((datetime.fromisoformat(_local(text, zone)) - timedelta(minutes=1)).date()) if text else ""


def _orders(written: Sequence[Canonical], _: ZoneInfo) -> Set:
    names = ("code", "customer", "quantity", "due_date", "status")
    return {(*(r[n] for n in names), r.get("priority") or "3") for r in _rows(written, "production_order")}


def _operations(written: Sequence[Canonical], _: ZoneInfo) -> Set:
    places = {r["operation_id"]: r["machine_id"] for r in _rows(written, "operation_alternative")}
    return {
        (
            *r["external_id"].rsplit("/", 1), r.get("name", ""), r["setup_min"], r["run_s_per_piece"],
            places.get(r["external_id"], ""), r.get("subcontract_minutes", ""),
        )
        for r in _rows(written, "operation")
    }  # fmt: skip


def _bookings(written: Sequence[Canonical], zone: ZoneInfo) -> Set:
    bookings = {r["external_id"]: r for r in _rows(written, "booking")}
    return {
        (
            b["operation_id"], b["machine_id"], _local(s["start"], zone), _local(s["end"], zone),
            (b.get("locked") or "false").capitalize(),
        )
        for s in _rows(written, "booking_segment")
        for b in [bookings[s["booking_id"]]]
    }  # fmt: skip


def _shifts(written: Sequence[Canonical], _: ZoneInfo) -> Set:
    """Pieces of work between the breaks."""
    found: Set = set()
    names = {r["external_id"]: r["name"] for r in _rows(written, "calendar")}
    for r in _rows(written, "calendar_shift"):
        edges = [r["start_local"], *(t for part in r["breaks"].split("; ") if part for t in part.split("-"))]
        edges.append(_clock(r["end_local"]))
        whose = (names[r["calendar_id"]], r["weekday"])
        found |= {(*whose, a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)}
    return found


def _absences(written: Sequence[Canonical], zone: ZoneInfo) -> Set:
    return {
        (
            r["operator_id"],
            f"{r['start_date']}T00:00" if r.get("start_date") else _local(r["start"], zone),
            f"{date.fromisoformat(r['end_date']) + _DAY}T00:00"
            if r.get("end_date")
            else _local(r["end"], zone),
            {"sick": "sickness"}.get(r["kind"], r["kind"]),
        )
        for r in _rows(written, "absence")
    }


def _dated_shifts(written: Sequence[Canonical], zone: ZoneInfo) -> Set:
    return {
        (r["operator_id"], _local(r["start"], zone), _local(r["end"], zone))
        for r in _rows(written, "calendar_exception")
        if r["kind"] == "overtime"
    }


def _exceptions(written: Sequence[Canonical], zone: ZoneInfo) -> Set:
    return {
        (
            r["kind"], r["calendar_id"], r.get("production_date") or _local(r["start"], zone),
            _local(r.get("end", ""), zone),
        )
        for r in _rows(written, "calendar_exception")
    }  # fmt: skip


def _materials(written: Sequence[Canonical], zone: ZoneInfo) -> Set:
    """From when on all that an operation needs is there; of one that nobody knows, nobody knows it."""
    days: dict[str, list[str]] = {}
    for r in _rows(written, "material_requirement"):
        days.setdefault(r["operation_id"], []).append(_local(r["available_at"], zone)[:10])
    return {(operation, "" if "" in found else max(found)) for operation, found in days.items()}


FOUND: Mapping[str, Callable[[Sequence[Canonical], ZoneInfo], Set]] = {
    "order": _orders,
    "operation": _operations,
    "booking": _bookings,
    "machine": lambda written, zone: {
        (
            r["code"], r["name"], r["work_center_id"], r["calendar_id"],
            _local(r["active_from"], zone)[:10], _last_day(r["active_to"], zone),
        )
        for r in _rows(written, "machine")
    },
    "calendar_shift": _shifts,
    "operator": lambda written, _: {
        (r["code"], r["name"], r["calendar_id"]) for r in _rows(written, "operator")
    },
    "operator_skill": lambda written, zone: {
        (r["operator_id"], r["skill_id"], _last_day(r.get("valid_to", ""), zone))
        for r in _rows(written, "operator_skill")
    },
    "absence": _absences,
    "dated_shift": _dated_shifts,
    "downtime": lambda written, zone: {
        (r["machine_id"], _local(r["start"], zone), _local(r["end"], zone), r["kind"], r["note"])
        for r in _rows(written, "downtime")
    },
    "material": _materials,
    "calendar_exception": _exceptions,
}  # fmt: skip
