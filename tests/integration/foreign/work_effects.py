"""What the orders of a shop come to, their operations, materials, progress and bookings, as facts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from leadhand.errors import JsonValue
from tests.integration.foreign.shop_state import Row, ShopState, plain
from tests.integration.foreign.spans import Span

# An operation by its row: the code of its order and its number.
Operations: TypeAlias = "Mapping[str, str]"


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts by what they are of."""

    found: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    def put(self, key: str, value: JsonValue) -> None:
        """A second, different fact of the same is one more."""
        own, number = key, 2
        if key in self.found and self.found[key] != value:
            while (own := f"{key}#{number}") in self.found:
                number += 1
        self.found[own] = value


def work_effects(shop: ShopState, facts: Facts) -> None:
    for row in shop.of("production_order"):
        _order(shop, facts, row)
    orders = shop.by_id("production_order")
    operations: dict[str, str] = {}
    by_order: dict[str, list[Row]] = {}
    for row in shop.of("operation"):
        order = orders.get(row["order_id"])
        code = f"?{row['order_id']}" if order is None else plain(order["code"])
        operations[row["id"]] = f"{code}/{int(row['seq'])}"
        by_order.setdefault(row["order_id"], []).append(row)
    machines = _grouped(shop.of("operation_alternative"), "operation_id")
    for rows in by_order.values():
        before: list[JsonValue] = []
        for row in sorted(rows, key=lambda row: int(row["seq"])):
            key = operations[row["id"]]
            _operation(shop, facts, row, key, before, on_machines=row["id"] in machines)
            _alternatives(shop, facts, key, machines.get(row["id"], []))
            before = [int(row["seq"])]
    _materials(shop, facts, operations)
    _progress(shop, facts, operations)
    _bookings(shop, facts, operations)


def _grouped(rows: Sequence[Row], column: str) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _order(shop: ShopState, facts: Facts, row: Row) -> None:
    cutoff = shop.settings.get("due_cutoff_local") or "24:00"
    day = row.get("due_date")
    due = shop.on(date.fromisoformat(day), cutoff) if day else shop.moment(row.get("due_at"))
    told: dict[str, JsonValue] = {
        "customer": plain(row.get("customer")) or None,
        "quantity": int(row["quantity"]),
        "due": shop.shown(due),
        "release_at": shop.instant(row.get("release_at")),
        "priority": int(row.get("priority") or 3),
        "status": row.get("status") or "draft",
        "quote_expires_at": shop.instant(row.get("quote_expires_at")),
    }
    for name, value in told.items():
        facts.put(f"order|{plain(row['code'])}|{name}", value)


def _operation(
    shop: ShopState, facts: Facts, row: Row, key: str, before: list[JsonValue], *, on_machines: bool
) -> None:
    outside = row.get("subcontract_minutes")
    named = row.get("predecessor_ids")
    told: dict[str, JsonValue] = {
        "name": plain(row.get("name")) or None,
        "after": _predecessors(shop, named) if named else before,
        "attendance": row.get("attendance") or "full",
        "splittable": (row.get("splittable") or "true").lower(),
        "wait_after_min": int(row.get("min_wait_after_min") or 0),
        "milestone": (row.get("milestone") or "false").lower(),
        "subcontract_minutes": int(outside) if outside else None,
    }
    if not on_machines and not outside:
        told["setup/run"] = [int(row["setup_min"] or 0), int(row["run_s_per_piece"] or 0)]
    for name, value in told.items():
        facts.put(f"operation|{key}|{name}", value)


def _predecessors(shop: ShopState, cell: str) -> list[JsonValue]:
    """Numbers of the operations before; identifiers may hold what parts them."""
    operations = shop.by_id("operation")
    for parting in (r"(?!)", r";", r",", r"[;,\s]+"):
        named = [part.strip() for part in re.split(parting, cell) if part.strip()]
        if all(name in operations for name in named):
            return [*sorted(int(operations[name]["seq"]) for name in named)]
    return [f"?{cell}"]


def _alternatives(shop: ShopState, facts: Facts, operation: str, rows: Sequence[Row]) -> None:
    """Ranks count: the preferred machine is the first, whatever the number."""
    ranks = sorted({int(row.get("preference") or 0) for row in rows})
    for row in rows:
        key = f"alternative|{operation}|{shop.code('machine', row['machine_id'])}"
        facts.put(f"{key}|setup_min", int(row["setup_min"]))
        facts.put(f"{key}|run_s_per_piece", int(row["run_s_per_piece"]))
        facts.put(f"{key}|rank", ranks.index(int(row.get("preference") or 0)) + 1)


def _materials(shop: ShopState, facts: Facts, operations: Operations) -> None:
    needed: dict[str, list[JsonValue]] = {}
    for row in shop.of("material_requirement"):
        key = f"material|{operations.get(row['operation_id'], '?')}|{plain(row['item'])}"
        needed.setdefault(key, []).append([float(row["qty"]), shop.instant(row.get("available_at"))])
    for key, found in needed.items():
        facts.put(key, sorted(found, key=str))


def _progress(shop: ShopState, facts: Facts, operations: Operations) -> None:
    made: dict[str, tuple[int, int]] = {}
    for row in shop.of("progress"):
        key = operations.get(row["operation_id"], "?")
        good, scrap = made.get(key, (0, 0))
        made[key] = (good + int(row["good"]), scrap + int(row.get("scrap") or 0))
    for key, pieces in made.items():
        facts.put(f"progress|{key}|good/scrap", [*pieces])


def _bookings(shop: ShopState, facts: Facts, operations: Operations) -> None:
    segments = _grouped(shop.of("booking_segment"), "booking_id")
    for row in shop.of("booking"):
        what = operations.get(row["operation_id"], f"quote {row.get('quote_id') or '?'}")
        work = _work(shop, segments.get(row["id"], []))
        first = shop.shown(work[0][0][0]) if work else shop.instant(row.get("envelope_start"))
        key = f"booking|{what}|{shop.code('machine', row['machine_id'])}|{first}"
        told: list[JsonValue] = [
            f"{shop.shown(start)} to {shop.shown(end)} by {who or 'nobody'}" for (start, end), who in work
        ]
        facts.put(f"{key}|segments", told)
        facts.put(f"{key}|status", row.get("status") or "planned")
        facts.put(f"{key}|locked", (row.get("locked") or "false").lower())


def _work(shop: ShopState, segments: Sequence[Row]) -> list[tuple[Span, str | None]]:
    """Segments in order; those of the same person that touch as one."""
    found: list[tuple[Span, str | None]] = []
    told = [
        ((shop.since(s["start"]), shop.since(s["end"])), shop.code("operator", s.get("operator_id")))
        for s in segments
    ]
    for (start, end), who in sorted(told, key=lambda segment: segment[0]):
        if found and found[-1][0][1] == start and found[-1][1] == who:
            found[-1] = ((found[-1][0][0], end), who)
        else:
            found.append(((start, end), who))
    return found
