"""What a shop comes to: facts by codes and effects, whatever rows and identifiers say them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast

from leadhand.errors import JsonValue
from tests.integration.foreign.open_time import OpenTime
from tests.integration.foreign.shop_state import Known, Row, ShopState, plain
from tests.integration.foreign.spans import Span, merged, without
from tests.integration.foreign.work_effects import Facts, work_effects

# With what the shop does where it says nothing.
_SETTINGS = {
    "name": "",
    "timezone": "",
    "locale": "en-US",
    "standard_overtime": "",
    "at_risk_buffer_h": "8",
    "due_cutoff_local": "24:00",
    "utilization_threshold": "85",
    "frozen_hours": "0",
    "horizon_days": "180",
}
_NAMED = ("skill", "work_center", "machine", "operator")
_DAY = timedelta(days=1)
_OPEN = "until further notice"


def effects(folder: Path, rules: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """The facts of an exported shop.

    `rules`: `window`, the first and the last day of open time; `known`, codes by entity, each with other
    names; `absence_mode`, which is `days` where it is days that count, not how absences are cut.
    """
    shop = ShopState(folder, cast("Known", rules.get("known", {})))
    first, last = (date.fromisoformat(str(day)) for day in cast("list[JsonValue]", rules["window"]))
    facts, times = Facts(), OpenTime(shop, first, last)
    for name, default in _SETTINGS.items():
        facts.put(f"tenant|{name}", plain(shop.settings.get(name)) or default)
    _places(shop, times, facts)
    _people(shop, times, facts, by_day=rules.get("absence_mode") == "days")
    _skills(shop, facts)
    _downtimes(shop, facts)
    work_effects(shop, facts)
    return facts.found


def _places(shop: ShopState, times: OpenTime, facts: Facts) -> None:
    for row in shop.of("skill"):
        facts.put(f"skill|{shop.label('skill', row)}", "there")
    for row in shop.of("work_center"):
        key = f"work_center|{shop.label('work_center', row)}"
        facts.put(f"{key}|skill", shop.code("skill", row.get("skill_id")))
        facts.put(f"{key}|name", plain(row.get("name")) or None)
    for row in shop.of("machine"):
        code = shop.label("machine", row)
        facts.put(f"machine|{code}|work_center", shop.code("work_center", row["work_center_id"]))
        _name_and_use(shop, facts, f"machine|{code}", row)
        for day, spans in times.by_date(times.of(row, "machine_id")):
            facts.put(f"machine_open|{code}|{day}", spans)
    for entity in _NAMED:
        labels = [shop.label(entity, row) for row in shop.of(entity)]
        for label in {label for label in labels if labels.count(label) > 1}:
            facts.put(f"DUPLICATE|{entity}|{label}", f"{labels.count(label)} rows")


def _name_and_use(shop: ShopState, facts: Facts, key: str, row: Row) -> None:
    facts.put(f"{key}|name", plain(row.get("name")) or None)
    facts.put(f"{key}|active_from", shop.instant(row.get("active_from")))
    facts.put(f"{key}|active_to", shop.instant(row.get("active_to")))


def _people(shop: ShopState, times: OpenTime, facts: Facts, *, by_day: bool) -> None:
    away: dict[str, list[tuple[Span, str]]] = {}
    for row in shop.of("absence"):
        kind = plain(row["kind"]).casefold()
        away.setdefault(row["operator_id"], []).append((_absence(shop, row), kind))
    for row in shop.of("operator"):
        code, absences = shop.label("operator", row), away.get(row["id"], [])
        _name_and_use(shop, facts, f"operator|{code}", row)
        facts.put(f"operator|{code}|max_parallel", int(row.get("max_parallel") or 1))
        present = without(times.of(row, "operator_id"), [span for span, _ in absences])
        for day, spans in times.by_date(present):
            facts.put(f"operator_present|{code}|{day}", spans)
        if by_day:
            _absent_days(shop, times, facts, code, absences)
        else:
            _absences(shop, facts, code, absences)


def _absence(shop: ShopState, row: Row) -> Span:
    """Whole days, the last one included, or an exact span."""
    if not row.get("start_date"):
        return shop.since(row["start"]), shop.until(row.get("end"))
    last = row.get("end_date")
    return (
        shop.on(date.fromisoformat(row["start_date"]), "00:00"),
        shop.on(date.fromisoformat(last), "24:00") if last else shop.until(None),
    )


def _absences(shop: ShopState, facts: Facts, code: str, absences: Sequence[tuple[Span, str]]) -> None:
    for kind in {kind for _, kind in absences}:
        for span in merged(span for span, its_kind in absences if its_kind == kind):
            facts.put(f"absence|{code}|{_from_to(shop, span)}", kind)


def _absent_days(
    shop: ShopState, times: OpenTime, facts: Facts, code: str, absences: Sequence[tuple[Span, str]]
) -> None:
    for (start, end), kind in absences:
        for day in times.days():
            if start < shop.on(day, "24:00") and end > shop.on(day, "00:00"):
                facts.found[f"absent_day|{code}|{day}"] = kind


def _skills(shop: ShopState, facts: Facts) -> None:
    valid: dict[tuple[str | None, str | None], list[Span]] = {}
    for row in shop.of("operator_skill"):
        whose = (shop.code("operator", row["operator_id"]), shop.code("skill", row["skill_id"]))
        span = shop.since(row.get("valid_from")), shop.until(row.get("valid_to"))
        valid.setdefault(whose, []).append(span)
    for (operator, skill), spans in valid.items():
        shown: list[JsonValue] = [[shop.shown(start), shop.shown(end)] for start, end in merged(spans)]
        facts.put(f"operator_skill|{operator}|{skill}", shown)


def _downtimes(shop: ShopState, facts: Facts) -> None:
    down: dict[tuple[str | None, str], list[Span]] = {}
    for row in shop.of("downtime"):
        span = shop.since(row["start"]), shop.until(row.get("end"))
        down.setdefault((shop.code("machine", row["machine_id"]), row["kind"]), []).append(span)
    for (machine, kind), spans in down.items():
        for span in merged(spans):
            facts.put(f"downtime|{machine}|{_from_to(shop, span)}", kind)


def _from_to(shop: ShopState, span: tuple[datetime, datetime]) -> str:
    return f"{shop.shown(span[0])}|{shop.shown(span[1]) or _OPEN}"
