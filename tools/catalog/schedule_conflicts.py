"""detect_schedule_conflicts: what is wrong in the plan, why, and what would mend each fault."""

import asyncio
from collections.abc import Sequence
from typing import cast

from pydantic import Field, field_validator

from leadhand.errors import JsonValue
from planning.conflict_desk import ConflictDesk
from planning.conflict_items import Conflict, ConflictType, Severity
from planning.conflicts import ConflictQuestion, Conflicts
from planning.data_trust import Check
from planning.date_phrases import span_text
from planning.shop import Minute, Shop
from planning.zones import MINUTES_PER_DAY, iso, to_minute
from tools.base import Evidence, Tool, ToolContext, ToolOutput
from tools.conflict_choice import ConflictChoice
from tools.conflict_views import ConflictRow, ConflictViews
from tools.conflict_wording import TITLES, Names
from tools.data_wording import warnings_about_data
from tools.names import MAX_NAME_CHARS, find_machines, find_work_center
from tools.order_names import find_order
from tools.views import MAX_CURSOR_CHARS, View, WindowView, count_of, evidence, load_to_horizon, page
from tools.windows import Window, WindowInput, read_window

MAX_NAMES = 100
# What keeps conflicts from being found.
_UNSURE = (Check.CIRCULAR_ROUTING, Check.NO_TIMES, Check.NOT_REPORTED)
# Where the row is that a conflict names; else it is a closure.
_TABLES = {
    ConflictType.MACHINE_DOWN: "downtime",
    ConflictType.OPERATOR_ABSENT: "absence",
    ConflictType.MATERIAL_MISSING: "material_requirement",
    ConflictType.MATERIAL_UNKNOWN: "material_requirement",
}


class ConflictsInput(WindowInput):
    machines: list[str] = Field(
        default_factory=list[str],
        max_length=MAX_NAMES,
        description="Only conflicts of work on these machines: codes or names as the person said them.",
    )
    work_center: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Instead of machines: all those of this work center, by its code or name.",
    )
    orders: list[str] = Field(
        default_factory=list[str],
        max_length=MAX_NAMES,
        description="Only conflicts of these orders, by their codes.",
    )
    types: list[ConflictChoice] = Field(
        default_factory=list[ConflictChoice],
        max_length=len(ConflictChoice),
        description=(
            "Only these types; empty: all. double_booked, outside_calendar, people and material stand for "
            "several."
        ),
    )
    severity: Severity | None = Field(
        default=None, description="error: what cannot be done as planned. warning: what needs attention."
    )
    cursor: str | None = Field(
        default=None,
        max_length=MAX_CURSOR_CHARS,
        description="next_cursor of an earlier answer, for more conflicts.",
    )

    @field_validator("types", mode="before")
    @classmethod
    def _small_letters(cls, given: JsonValue) -> JsonValue:
        """ "Double booked" and "MACHINE-DOWN" are meant as well."""
        if not isinstance(given, list):
            return given
        return [_small(part) for part in cast("list[JsonValue]", given)]


def _small(part: JsonValue) -> JsonValue:
    if not isinstance(part, str):
        return part
    text = part.strip().casefold().replace("-", "_").replace(" ", "_")
    return ConflictChoice(text) if text in set(ConflictChoice) else part


class TypeCount(View):
    type: ConflictType
    title: str
    severity: Severity
    count: int


class ConflictsOutput(ToolOutput):
    """Errors first, each severity in order of time."""

    window: WindowView
    total: int
    errors: int
    warnings_total: int = Field(description="How many of them are warnings.")
    next_cursor: str | None
    by_type: list[TypeCount] = Field(description="Most first.")
    items: list[ConflictRow]


async def run(asked: ConflictsInput, context: ToolContext) -> ConflictsOutput:
    now = to_minute(context.tenant.as_of)
    given = asked.window or asked.from_ or asked.to
    window = read_window(asked, context.tenant, default_days=1) if given else None
    start, end = (window.start_min, window.end_min) if window else (now, now)
    shop, horizon = await load_to_horizon(context.shops, context.tenant, min(now, start), end)
    return await asyncio.to_thread(_answer, asked, shop, window, (now, max(end, horizon)))


def _answer(
    asked: ConflictsInput, shop: Shop, window: Window | None, span: tuple[Minute, Minute]
) -> ConflictsOutput:
    now, horizon = span
    question, assumptions = _question(asked, shop, window.interval if window else span)
    start, end = question.window
    # Whole UTC days, so that questions of one day share what was found.
    first, last = min(now, start) // MINUTES_PER_DAY, -(-horizon // MINUTES_PER_DAY)
    desk = shop.view(ConflictDesk, (first * MINUTES_PER_DAY, last * MINUTES_PER_DAY))
    found = desk.everything.asked_for(shop, question)
    if asked.severity is not None:
        found = Conflicts(tuple(item for item in found.items if item.severity is asked.severity))
    shown = page(found.items, asked.cursor)
    fixes = desk.fixes(shown.rows, now)
    views = ConflictViews(Names(desk.times))
    concerned = question.order_ids or None
    zone = desk.times.zone
    text = window.sentence if window else f"from now to the planning horizon: {span_text(start, end, zone)}"
    said = window.assumption if window else f"No window was named, so it is {text}."
    return ConflictsOutput(
        data_version=shop.settings.data_version,
        as_of=iso(now, zone),
        timezone=shop.settings.timezone,
        assumptions=[said, *assumptions],
        warnings=[*_warnings(found), *warnings_about_data(shop, now, _UNSURE, order_ids=concerned)],
        evidence=_evidence(shown.rows),
        window=WindowView(start=iso(start, zone), end=iso(end, zone), text=text),
        total=shown.total,
        errors=found.count_by_severity[Severity.ERROR],
        warnings_total=found.count_by_severity[Severity.WARNING],
        next_cursor=shown.next_cursor,
        by_type=_counts(found),
        items=[views.row(item, fix) for item, fix in zip(shown.rows, fixes, strict=True)],
    )


def _question(
    asked: ConflictsInput, shop: Shop, window: tuple[Minute, Minute]
) -> tuple[ConflictQuestion, list[str]]:
    told: list[str] = []
    machine_ids: set[str] = set()
    if asked.machines:
        machines = find_machines(shop, asked.machines)
        machine_ids |= {m.id for m in machines.rows}
        told += machines.assumptions
        if asked.work_center:
            told.append("Machines were named, so the work center was left aside.")
    elif asked.work_center is not None:
        center = find_work_center(shop, asked.work_center)
        # A work center without machines has no conflicts, rather than those of all.
        machine_ids |= {m.id for m in shop.machines.values() if m.work_center_id == center.row.id} or {""}
        told += [center.assumption] if center.assumption else []
    if machine_ids:
        told.append("Only conflicts of work booked on these machines are counted, not those of whole orders.")
    order_ids: set[str] = set()
    for name in asked.orders:
        order = find_order(shop, name)
        order_ids.add(order.order.id)
        told += [order.assumption] if order.assumption else []
    types = frozenset(type_ for choice in asked.types for type_ in choice.types)
    return ConflictQuestion(window, frozenset(machine_ids), frozenset(order_ids), types), told


def _warnings(found: Conflicts) -> list[str]:
    waiting = sum(item.type is ConflictType.NOT_FULLY_SCHEDULED for item in found.items)
    if not waiting:
        return []
    return [f"{count_of(waiting, 'order')} not fully scheduled: whether they are late is not known yet."]


def _counts(found: Conflicts) -> list[TypeCount]:
    counted = sorted(found.count_by_type.items(), key=lambda pair: (-pair[1], pair[0]))
    severity = {item.type: item.severity for item in found.items}
    return [TypeCount(type=t, title=TITLES[t], severity=severity[t], count=n) for t, n in counted]


def _evidence(rows: Sequence[Conflict]) -> list[Evidence]:
    rules: dict[str, list[str]] = {
        "downtime": [], "absence": [], "calendar_exception": [], "material_requirement": []
    }  # fmt: skip
    for item in rows:
        if item.row_id is None:
            continue
        rules[_TABLES.get(item.type, "calendar_exception")].append(item.row_id)
    return evidence(
        booking=(key for item in rows for key in item.booking_ids),
        machine=(item.machine_id for item in rows if item.machine_id),
        operator=(item.operator_id for item in rows if item.operator_id),
        production_order=(item.order_id for item in rows if item.order_id is not None),
        operation=(key for item in rows for key in item.operation_ids),
        **rules,
    )


TOOL = Tool(
    name="detect_schedule_conflicts",
    label="Looking for conflicts in the plan…",
    description=(
        "What is wrong in the plan, why, and what would fix it: machines or people booked twice, work on "
        "holidays, after a shift, during downtime or absence, people without the skill, nobody assigned, "
        "operations out of sequence, work before its material is there, late or at-risk orders, operations "
        "without a booking. Use it for “are there conflicts next week”, “which machines are double-booked”, "
        "“what clashes on the Puma”, “which orders lack material”, “is the plan feasible”. Pass names and "
        "dates on as the person said them. Without dates: from now to the planning horizon. Not for how one "
        "order stands (get_order_status) nor for how busy anybody is (analyze_workload_distribution)."
    ),
    input_model=ConflictsInput,
    output_model=ConflictsOutput,
    run=run,
)
