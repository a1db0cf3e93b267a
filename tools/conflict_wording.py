"""Conflicts and their fixes in sentences: what collides with what, why, and what could be done."""

from zoneinfo import ZoneInfo

from planning.calendars import ResourceTime, ShopTimes
from planning.conflict_items import Conflict, ConflictCause, ConflictType
from planning.date_phrases import instant_text, span_text
from planning.fix_items import Fix, FixKind, Why
from planning.moves import skill_for
from planning.rounding import hours
from planning.shop import (
    Booking,
    Interval,
    Machine,
    MaterialRequirement,
    Minute,
    Operation,
    Operator,
    Shop,
)
from tools.views import count_of, listed

TITLES = {
    ConflictType.MACHINE_DOUBLE_BOOKED: "machine booked twice",
    ConflictType.OPERATOR_DOUBLE_BOOKED: "person booked twice",
    ConflictType.OUTSIDE_MACHINE_CALENDAR: "work while the machine is closed",
    ConflictType.OUTSIDE_OPERATOR_CALENDAR: "work outside a person's shift",
    ConflictType.MACHINE_DOWN: "work while the machine is down",
    ConflictType.OPERATOR_ABSENT: "work while the person is absent",
    ConflictType.OPERATOR_UNQUALIFIED: "person without the skill",
    ConflictType.OPERATOR_MISSING: "nobody assigned",
    ConflictType.PRECEDENCE: "operations out of sequence",
    ConflictType.MATERIAL_MISSING: "material not there yet",
    ConflictType.MATERIAL_UNKNOWN: "nobody knows when the material comes",
    ConflictType.LATE: "order late",
    ConflictType.AT_RISK: "order at risk",
    ConflictType.NOT_FULLY_SCHEDULED: "operations without a booking",
    ConflictType.DURATION_MISMATCH: "booked time does not fit the operation",
}
_T = ConflictType
_OF_ORDERS = {
    _T.LATE, _T.AT_RISK, _T.NOT_FULLY_SCHEDULED, _T.PRECEDENCE, _T.DURATION_MISMATCH, _T.MATERIAL_MISSING,
    _T.MATERIAL_UNKNOWN,
}  # fmt: skip


class Names:
    """Names and local times of one shop."""

    def __init__(self, times: ShopTimes) -> None:
        self.times = times
        self.shop: Shop = times.shop
        self.zone: ZoneInfo = times.zone
        self.bookings = {b.id: b for b in times.shop.bookings}
        self.materials = {row.id: row for rows in times.shop.materials.values() for row in rows}

    def at(self, minute: Minute) -> str:
        return instant_text(minute, self.zone)

    def span(self, span: Interval) -> str:
        return span_text(*span, self.zone)

    def resource(self, row: Machine | Operator) -> str:
        return row.name or row.code

    def machine(self, machine_id: str) -> str:
        return self.resource(self.shop.machines[machine_id])

    def operator(self, operator_id: str) -> str:
        return self.resource(self.shop.operators[operator_id])

    def operation(self, operation: Operation) -> str:
        return f"{operation.seq} {operation.name}".strip()

    def work(self, booking: Booking) -> str:
        """ "WO-17 op 20"."""
        operation = self.shop.operations.get(booking.operation_id or "")
        if operation is None:
            return "held capacity"
        return f"{self.shop.orders[operation.order_id].code} op {operation.seq}"

    def operations(self, ids: tuple[str, ...]) -> list[str]:
        return [self.operation(self.shop.operations[key]) for key in ids]


def work_text(item: Conflict, names: Names) -> str:
    """The orders and operations that it is about."""
    if item.booking_ids and item.type is not _T.DURATION_MISMATCH:
        return ", ".join(names.work(names.bookings[key]) for key in item.booking_ids)
    code = names.shop.orders[item.order_id or ""].code
    return ", ".join(f"{code} op {names.shop.operations[key].seq}" for key in item.operation_ids)


def cause_of(item: Conflict, names: Names) -> str:
    """Why it is a conflict, in one sentence."""
    rows = [names.bookings[key] for key in item.booking_ids]
    if item.type in _OF_ORDERS:
        return _of_order(item, names)
    if item.type is _T.MACHINE_DOUBLE_BOOKED:
        both = " and ".join(names.work(b) for b in rows)
        return f"{both} both hold {names.machine(item.machine_id or '')} at that time."
    if item.type is _T.OPERATOR_DOUBLE_BOOKED:
        person = names.shop.operators[item.operator_id or ""]
        jobs = listed([names.work(b) for b in rows])
        most, who = person.max_parallel, names.resource(person)
        return f"{who} has {len(rows)} jobs at once ({jobs}) and can attend {most}."
    if item.type is _T.OPERATOR_MISSING:
        return f"{names.work(rows[0])} needs a person then, and nobody is assigned."
    if item.type is _T.OPERATOR_UNQUALIFIED:
        return _unqualified(item, rows[0], names)
    return f"{_closed(item, names)}, and {names.work(rows[0])} is planned."


def _unqualified(item: Conflict, booking: Booking, names: Names) -> str:
    skill = names.shop.skills.get(skill_for(names.shop, booking) or "")
    title = (skill.name or skill.code) if skill else "the skill"
    person = names.operator(item.operator_id or "")
    holds = "does not hold" if item.cause is ConflictCause.NO_SKILL else "does not hold for all of that time"
    return f"{person} {holds} the skill “{title}” that {names.work(booking)} needs."


def _of_material(item: Conflict, first: Booking, names: Names) -> str:
    row = names.materials[item.row_id or ""]
    needed = names.shop.materials[item.operation_ids[0]]
    rest = [other.item for other in needed if other.id != row.id and _as_late(other, first)]
    others = f" (and {listed(rest)})" if rest else ""
    start = names.at(first.envelope_start)
    if row.available_at is None:
        return (
            f"{names.work(first)} starts {start}; when its material comes is not known: {row.item}{others}."
        )
    return (
        f"{names.work(first)} starts {start}, {hours(item.minutes)} h before its material is there "
        f"({names.at(row.available_at)}): {row.item}{others}."
    )


def _as_late(material: MaterialRequirement, booking: Booking) -> bool:
    return material.available_at is None or material.available_at > booking.envelope_start


def _closed(item: Conflict, names: Names) -> str:
    if item.machine_id is not None:
        time, who = names.times.machine(item.machine_id), names.machine(item.machine_id)
        away = next((d for d in names.times.downtimes(item.machine_id) if d.id == item.row_id), None)
        what = "" if away is None else away.kind.value + (f" “{away.note}”" if away.note else "")
        since = None if away is None else (away.start, away.end)
    else:
        time, who = names.times.operator(item.operator_id or ""), names.operator(item.operator_id or "")
        gone = next((a for a in names.times.absences(item.operator_id or "") if a.id == item.row_id), None)
        what = "" if gone is None else gone.kind
        since = None if gone is None else (gone.start, gone.end)
    if since is not None:
        until = "until further notice" if since[1] is None else f"until {names.at(since[1])}"
        state = "is down" if item.machine_id is not None else "is absent"
        return f"{who} {state} ({what}) from {names.at(since[0])} {until}"
    row = next((c for c in time.closed if c.row_id is not None and c.row_id == item.row_id), None)
    if item.cause is ConflictCause.HOLIDAY and row is not None:
        return f"{who} does not work: holiday “{row.name}”"
    if item.cause is ConflictCause.CLOSURE and row is not None:
        return f"{who} is closed: “{row.name}”"
    if item.cause is ConflictCause.INACTIVE:
        return f"{who} is not active then"
    return f"{who} has no shift then{_nearest_shift(item, time, names)}"


def _nearest_shift(item: Conflict, time: ResourceTime, names: Names) -> str:
    """When the shift before the work ended."""
    start = item.spans[0][0]
    ended = max((end for _, end in time.calendar if end <= start), default=None)
    return "" if ended is None else f" (the shift ended {instant_text(ended, names.zone, closing=True)})"


def _of_order(item: Conflict, names: Names) -> str:
    order = names.shop.orders[item.order_id or ""]
    steps, length = names.operations(item.operation_ids), f"{hours(item.minutes)} h"
    if item.type in {_T.MATERIAL_MISSING, _T.MATERIAL_UNKNOWN}:
        return _of_material(item, names.bookings[item.booking_ids[0]], names)
    if item.type is _T.PRECEDENCE:
        wait = names.shop.operations[item.operation_ids[0]].min_wait_after_min
        waited = f" and its wait of {wait} min" if wait else ""
        return (
            f"{order.code}: operation {steps[1]} starts {length} before operation {steps[0]}{waited} is over."
        )
    if item.type is _T.NOT_FULLY_SCHEDULED:
        count = count_of(len(steps), "operation")
        return f"{order.code}: {count} without a booking: {listed(steps)} ({length} of work)."
    if item.type is _T.DURATION_MISMATCH:
        rows = [names.bookings[key] for key in item.booking_ids]
        booked = sum(s.end - s.start for b in rows for s in b.segments)
        what = f"{hours(booked)} h are booked for operation {steps[0]}"
        return f"{order.code}: {what}, {length} off what it takes."
    due = names.shop.orders[order.id].due_at or 0
    due_text = instant_text(due, names.zone, closing=True)
    if item.type is _T.LATE:
        last = f"operation {listed(steps)} ends last"
        return f"{order.code} finishes {length} after its due date, {due_text}; {last}."
    buffer_h = names.shop.settings.at_risk_buffer_h
    return f"{order.code} finishes {length} before its due date, {due_text}; the shop wants {buffer_h} h."


_WHY = {
    Why.FIXED: "{work} cannot be moved here (locked, begun, held or about to start): somebody must decide.",
    Why.NO_PLACE: "No place was found for {work} before the planning horizon ends: somebody must decide.",
    Why.NOBODY: "Nobody qualified is free for {work}: somebody must decide.",
    Why.NO_MACHINE: "No machine is named for operation {steps}: its routing must be completed first.",
    Why.MATERIAL_EARLIER: "Have the material of {work} there by {start}.",
    Why.ASK_MATERIAL: "Find out when the material of {work} comes; it starts {start}.",
    Why.NO_SINGLE_CHANGE: "No single change found here brings it forward: overtime or re-planning may.",
}


def fix_text(fix: Fix, names: Names) -> str:
    """What to do, in one sentence."""
    before, after = fix.before, fix.after
    if fix.kind is FixKind.DECIDE:
        return _decide(fix, names)
    if fix.kind is FixKind.RELIEF and fix.held_by is not None:
        other = fix.held_by
        waited = hours(sum(end - start for start, end in fix.spans))
        return (
            f"Operation {listed(names.operations(fix.operation_ids))} waits {waited} h for "
            f"{names.machine(other.machine_id)}, held by {names.work(other)}, which has "
            f"{hours(fix.slack_min or 0)} h of slack: let it wait."
        )
    if fix.kind is FixKind.BOOK and after is not None:
        return f"Book {names.work(after)} on {_place(after, names)}."
    if fix.kind is FixKind.MOVE and before is not None and after is not None:
        order = "" if fix.finish is None else f"; the order is then finished {names.at(fix.finish)}"
        return f"Move {names.work(before)} to {_place(after, names)}{order}."
    if before is None:
        return ""
    when = listed([names.span(span) for span in fix.spans])
    verb = "Hand" if fix.kind is FixKind.HAND_OVER else "Assign"
    return f"{verb} {names.work(before)} to {names.operator(fix.to_id or '')}, {when}."


def _decide(fix: Fix, names: Names) -> str:
    rows = [names.bookings[key] for key in fix.booking_ids]
    if fix.why is Why.BREAKS_ANOTHER and fix.after is not None:
        broken = listed([TITLES[ConflictType(type_)] for type_ in fix.breaks])
        return (
            f"{names.work(fix.after)} has no place without another fault ({broken}); the earliest is "
            f"{_place(fix.after, names)}: somebody must decide."
        )
    text = _WHY[fix.why or Why.FIXED]
    steps = listed(names.operations(fix.operation_ids)) if fix.operation_ids else ""
    work = listed([names.work(b) for b in rows]) if rows else f"operation {steps}"
    start = names.at(min(b.envelope_start for b in rows)) if rows else ""
    return text.format(work=work, steps=steps, start=start)


def _place(after: Booking, names: Names) -> str:
    people = dict.fromkeys(names.operator(s.operator_id) for s in after.segments if s.operator_id is not None)
    who = f" with {listed(list(people))}" if people else ""
    return f"{names.machine(after.machine_id)}, {names.span((after.envelope_start, after.envelope_end))}{who}"
