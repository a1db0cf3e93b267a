"""A shop's values as records of its tables, in the order in which they can be inserted.

Columns and fields share their names, so most records are a choice of fields. Records hold what orjson takes:
enums, dates and tuples as they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias
from zoneinfo import ZoneInfo

from planning.plan_writes import Row
from planning.shop import (
    Absence,
    Booking,
    CalendarException,
    CapacityHold,
    Downtime,
    MaterialRequirement,
    Operation,
    Order,
    ProgressReport,
    Shift,
    Shop,
    ShopSettings,
)
from planning.zones import local_day, local_minute
from storage.local_times import clock_text

Record: TypeAlias = Mapping[str, object]

_CALENDAR = ("id", "name")
_SKILL = ("id", "code", "name")
_WORK_CENTER = ("id", "code", "name", "skill_id")
_MACHINE = ("id", "code", "name", "work_center_id", "calendar_id", "active_from", "active_to")
_DOWNTIME = ("id", "machine_id", "start", "end", "kind", "note")
_OPERATOR = ("id", "code", "name", "calendar_id", "max_parallel", "active_from", "active_to")
_OPERATOR_SKILL = ("skill_id", "valid_from", "valid_to")
_ABSENCE = ("id", "operator_id", "start", "end", "kind")
_EXCEPTION = ("id", "kind", "name", "calendar_id", "machine_id", "operator_id", "production_date")
_ORDER = ("id", "code", "customer", "quantity", "release_at", "priority", "status")
_OPERATION = (
    "id", "order_id", "seq", "name", "predecessor_ids", "setup_min", "run_s_per_piece", "attendance",
    "splittable", "min_wait_after_min", "milestone", "subcontract_minutes",
)  # fmt: skip
_ALTERNATIVE = ("machine_id", "setup_min", "run_s_per_piece", "preference")
_MATERIAL = ("id", "item", "available_at")
_PROGRESS = ("at", "good", "scrap")
_BOOKING = (
    "id", "operation_id", "quote_id", "machine_id", "envelope_start", "envelope_end", "status", "locked",
    "waived_conflict",
)  # fmt: skip
_HOLD = ("id", "name", "customer", "expires_at")
_SEGMENT = ("start", "end", "operator_id")
_PLAN_ROWS: Mapping[type[Row], tuple[str, ...]] = {
    Booking: _BOOKING,
    Downtime: _DOWNTIME,
    Absence: _ABSENCE,
    CapacityHold: _HOLD,
}


def master_records(shop: Shop) -> Iterator[tuple[str, list[Record]]]:
    """Table by table (named as in queries/shop_writer.sql): everything but orders and plan."""
    yield "calendars", _records(shop.calendars.values(), _CALENDAR)
    yield "shifts", [_shift(c.id, shift) for c in shop.calendars.values() for shift in c.shifts]
    yield "skills", _records(shop.skills.values(), _SKILL)
    yield "work_centers", _records(shop.work_centers.values(), _WORK_CENTER)
    yield "machines", _records(shop.machines.values(), _MACHINE)
    yield "downtimes", _records(shop.downtimes, _DOWNTIME)
    yield "operators", _records(shop.operators.values(), _OPERATOR)
    yield (
        "operator_skills",
        [
            {"operator_id": operator.id, **_record(skill, _OPERATOR_SKILL)}
            for operator in shop.operators.values()
            for skill in operator.skills
        ],
    )
    yield "absences", _records(shop.absences, _ABSENCE)
    yield "exceptions", [_exception(exception) for exception in shop.exceptions]
    yield "holds", _records(shop.holds.values(), _HOLD)


def plan_records(
    settings: ShopSettings,
    orders: Iterable[Order],
    operations: Iterable[Operation],
    bookings: Iterable[Booking],
) -> Iterator[tuple[str, list[Record]]]:
    """Table by table: orders, their operations, and what is booked."""
    operations, bookings = tuple(operations), tuple(bookings)
    yield "orders", [_order(order, settings) for order in orders]
    yield "operations", _records(operations, _OPERATION)
    yield (
        "alternatives",
        [
            {"operation_id": operation.id, **_record(alternative, _ALTERNATIVE)}
            for operation in operations
            for alternative in operation.alternatives
        ],
    )
    yield "bookings", _records(bookings, _BOOKING)
    yield (
        "segments",
        [record for booking in bookings for record in segment_records(booking)],
    )


def floor_records(
    materials: Mapping[str, Sequence[MaterialRequirement]], progress: Mapping[str, Sequence[ProgressReport]]
) -> Iterator[tuple[str, list[Record]]]:
    """Table by table: what operations need, and what was reported of them; both keyed by operation."""
    yield (
        "materials",
        [
            # As text: JSON numbers are no decimals.
            {"operation_id": operation_id, **_record(row, _MATERIAL), "qty": str(row.qty)}
            for operation_id, rows in materials.items()
            for row in rows
        ],
    )
    yield (
        "progress",
        [
            {"operation_id": operation_id, **_record(row, _PROGRESS)}
            for operation_id, rows in progress.items()
            for row in rows
        ],
    )


def plan_row_record(row: Row, settings: ShopSettings) -> Record:
    """A row of one of the tables that writes change; without what has a table of its own."""
    match row:
        case Order():
            return _order(row, settings)
        case CalendarException():
            return _exception(row)
        case _:
            return _record(row, _PLAN_ROWS[type(row)])


def segment_records(booking: Booking) -> list[Record]:
    return [{"booking_id": booking.id, **_record(segment, _SEGMENT)} for segment in booking.segments]


def _record(value: object, names: tuple[str, ...]) -> Record:
    return {name: getattr(value, name) for name in names}


def _records(rows: Iterable[object], names: tuple[str, ...]) -> list[Record]:
    return [_record(row, names) for row in rows]


def _shift(calendar_id: str, shift: Shift) -> Record:
    return {
        "calendar_id": calendar_id,
        "weekday": shift.weekday,
        "start_local": clock_text(shift.start_local_min),
        "end_local": clock_text(shift.end_local_min),
        "ends_next_day": shift.ends_next_day,
        "breaks": [
            {"start_local": clock_text(b.start_local_min), "end_local": clock_text(b.end_local_min)}
            for b in shift.breaks
        ],
    }


def _exception(exception: CalendarException) -> Record:
    start, end = exception.interval or (None, None)
    return {**_record(exception, _EXCEPTION), "start": start, "end": end}


def _order(order: Order, settings: ShopSettings) -> Record:
    due_date = _due_date(order.due_at, settings)
    return {
        **_record(order, _ORDER),
        "due_date": due_date,
        "due_at": order.due_at if due_date is None else None,
    }


def _due_date(due_at: int | None, settings: ShopSettings) -> str | None:
    """The local date whose end (the shop's cutoff) `due_at` is, if it is one: dates stay dates."""
    if due_at is None:
        return None
    zone = ZoneInfo(settings.timezone)
    # The last minute of the day tells it: an order due at 24:00 ends with the next day's first minute.
    day = local_day(due_at - 1, zone)
    is_end = local_minute(day, settings.due_cutoff_local_min, zone) == due_at
    return day.isoformat() if is_end else None
