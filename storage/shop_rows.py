"""Rows of the shop's tables as the planning core's values. Pure: it runs in a thread of its own."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter, itemgetter
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from planning import shop as values
from planning.capacity_hold import without_expired
from planning.plan_following import following
from planning.zones import MINUTES_PER_DAY, local_minute
from storage.local_times import clock_minutes

Rows = Sequence[tuple[Any, ...]]
Value = TypeVar("Value")


class _Pause(TypedDict):
    start_local: str
    end_local: str


class _Slot(_Pause):
    weekday: int
    ends_next_day: bool


_PAUSES = TypeAdapter(list[_Pause])
_SLOTS = TypeAdapter(list[_Slot])
_ATTENDANCE = {kind.value: kind for kind in values.Attendance}
_BOOKING_STATUS = {status.value: status for status in values.BookingStatus}


@dataclass(slots=True)
class ShopRows:
    """One state of one shop as fetched, table by table, in the column order of queries/shops.sql."""

    settings: tuple[Any, ...]
    tables: dict[str, Rows] = field(default_factory=dict[str, Rows])

    @property
    def count(self) -> int:
        return sum(len(rows) for rows in self.tables.values())


@dataclass(frozen=True, slots=True)
class ReadShop:
    """A shop and the rows that it was made of, by which its next state tells what stands."""

    shop: values.Shop
    rows: ShopRows


def build_shop(rows: ShopRows, as_of: values.Minute) -> values.Shop:
    """The shop as values, without the holds that are over at `as_of`; mappings in the order of the rows."""
    return _shop(rows, as_of, None)


def next_shop(rows: ShopRows, as_of: values.Minute, before: ReadShop | None) -> ReadShop:
    """As `build_shop`; of an earlier state of the same shop what is the same is kept."""
    shop = _shop(rows, as_of, before)
    return ReadShop(following(shop, before.shop) if before else shop, rows)


def _shop(rows: ShopRows, as_of: values.Minute, before: ReadShop | None) -> values.Shop:
    settings = build_settings(rows.settings)
    zone = ZoneInfo(settings.timezone)
    tables = rows.tables
    due_at = _due_minutes(zone, settings.due_cutoff_local_min)
    every_hold = {row[0]: values.CapacityHold(*row) for row in tables["holds"]}
    holds, bookings = without_expired(every_hold, _every_booking(tables, before), as_of)
    return values.Shop(
        settings=settings,
        calendars=_calendars(tables["calendars"], tables["shifts"]),
        exceptions=tuple(_exception(row) for row in tables["exceptions"]),
        work_centers={row[0]: values.WorkCenter(*row) for row in tables["work_centers"]},
        machines={row[0]: values.Machine(*row) for row in tables["machines"]},
        skills={row[0]: values.Skill(*row) for row in tables["skills"]},
        operators=_operators(tables["operators"], tables["operator_skills"]),
        absences=tuple(_absence(row, zone) for row in tables["absences"]),
        downtimes=tuple(_downtime(row) for row in tables["downtimes"]),
        orders={row[0]: _order(row, due_at) for row in tables["orders"]},
        operations=_every_operation(tables, before),
        materials=_group(tables["materials"], values.MaterialRequirement),
        progress=_group(tables["progress"], values.ProgressReport),
        bookings=bookings,
        holds=holds,
        last_import_at=rows.settings[-2],
    )


def build_settings(row: tuple[Any, ...]) -> values.ShopSettings:
    """The shop's settings from the columns of queries/shops.sql."""
    (name, timezone, locale, data_version, overtime, at_risk_buffer_h, site_calendar_id, due_cutoff,
     threshold, frozen_hours, horizon_days, _last_import_at, _created_at) = row  # fmt: skip
    return values.ShopSettings(
        name=name,
        timezone=timezone,
        locale=locale,
        data_version=data_version,
        standard_overtime=tuple(
            values.OvertimeSlot(
                slot["weekday"],
                clock_minutes(slot["start_local"]),
                clock_minutes(slot["end_local"]),
                slot["ends_next_day"],
            )
            for slot in _SLOTS.validate_python(overtime)
        ),
        at_risk_buffer_h=at_risk_buffer_h,
        site_calendar_id=site_calendar_id,
        due_cutoff_local_min=due_cutoff,
        utilization_threshold_pct=threshold,
        frozen_hours=frozen_hours,
        horizon_days=horizon_days,
    )


def _due_minutes(zone: ZoneInfo, cutoff_local_min: int) -> Callable[[date], values.Minute]:
    """Local due dates as the UTC minute at which they are over; few dates, many orders."""
    known: dict[date, values.Minute] = {}

    def due_at(day: date) -> values.Minute:
        if day not in known:
            known[day] = local_minute(day, cutoff_local_min, zone)
        return known[day]

    return due_at


def _group(
    rows: Iterable[tuple[Any, ...]],
    make: Callable[..., Value],
    order: Callable[[Value], Any] | None = None,
) -> dict[str, tuple[Value, ...]]:
    """Children by the parent's id, which is the first column; in `order`, else in that of the rows."""
    grouped: defaultdict[str, list[Value]] = defaultdict(list)
    for parent, *columns in rows:
        grouped[parent].append(make(*columns))
    if order is not None:
        for children in grouped.values():
            children.sort(key=order)
    return {parent: tuple(children) for parent, children in grouped.items()}


def _calendars(calendars: Rows, shifts: Rows) -> dict[str, values.Calendar]:
    of_calendar = _group(shifts, _shift)
    return {id_: values.Calendar(id_, name, of_calendar.get(id_, ())) for id_, name in calendars}


def _shift(weekday: int, start: int, end: int, ends_next_day: bool, breaks: object) -> values.Shift:
    pauses = tuple(
        values.Break(clock_minutes(pause["start_local"]), clock_minutes(pause["end_local"]))
        for pause in _PAUSES.validate_python(breaks)
    )
    return values.Shift(weekday, start, end, ends_next_day, pauses)


def _exception(row: tuple[Any, ...]) -> values.CalendarException:
    id_, kind, name, calendar_id, machine_id, operator_id, production_date, start, end = row
    interval = None if start is None else (start, end)
    return values.CalendarException(
        id_, values.ExceptionKind(kind), name, calendar_id, machine_id, operator_id, production_date, interval
    )


def _operators(operators: Rows, skills: Rows) -> dict[str, values.Operator]:
    of_operator = _group(skills, values.OperatorSkill)
    return {
        id_: values.Operator(
            id_, code, name, calendar_id, max_parallel, of_operator.get(id_, ()), active_from, active_to
        )
        for id_, code, name, calendar_id, max_parallel, active_from, active_to in operators
    }


def _absence(row: tuple[Any, ...], zone: ZoneInfo) -> values.Absence:
    id_, operator_id, start, end, start_date, end_date, kind = row
    if start_date is not None:
        start = local_minute(start_date, 0, zone)
        end = None if end_date is None else local_minute(end_date, MINUTES_PER_DAY, zone)
    return values.Absence(id_, operator_id, start, end, kind)


def _downtime(row: tuple[Any, ...]) -> values.Downtime:
    id_, machine_id, start, end, kind, note = row
    return values.Downtime(id_, machine_id, start, end, values.DowntimeKind(kind), note)


def _order(row: tuple[Any, ...], due_minute: Callable[[date], values.Minute]) -> values.Order:
    id_, code, customer, quantity, status, due_date, due_at, release_at, priority = row
    if due_date is not None:
        due_at = due_minute(due_date)
    return values.Order(
        id_, code, customer, quantity, values.OrderStatus(status), due_at, release_at, priority
    )


def _every_operation(tables: Mapping[str, Rows], before: ReadShop | None) -> Mapping[str, values.Operation]:
    names = "operations", "alternatives"
    if before is not None and all(before.rows.tables[name] == tables[name] for name in names):
        return before.shop.operations
    return _operations(tables["operations"], tables["alternatives"])


def _every_booking(tables: Mapping[str, Rows], before: ReadShop | None) -> tuple[values.Booking, ...]:
    """By start; those of which no row is another than before are not made again."""
    bookings, segments = tables["bookings"], tables["segments"]
    if before is None:
        return _bookings(bookings, segments)
    old, changed = before.rows.tables, set[str]()
    for name in ("bookings", "segments"):
        changed |= {row[0] for row in set(old[name]) ^ set(tables[name])}
    stands = {booking.id: booking for booking in before.shop.bookings if booking.id not in changed}
    made = _bookings(
        [row for row in bookings if row[0] not in stands], [row for row in segments if row[0] not in stands]
    )
    kept = (stands[row[0]] for row in bookings if row[0] in stands)
    return tuple(sorted((*made, *kept), key=attrgetter("envelope_start", "id")))


def _operations(operations: Rows, alternatives: Rows) -> dict[str, values.Operation]:
    of_operation = _alternatives(alternatives)
    nothing: tuple[values.Alternative, ...] = ()
    return {
        id_: values.Operation(
            id_, order_id, seq, setup_min, run_s, name,
            None if predecessors is None else tuple(predecessors),
            _ATTENDANCE[attendance], splittable, wait_min, milestone, subcontract_min,
            of_operation.get(id_, nothing),
        )
        for id_, order_id, seq, setup_min, run_s, name, predecessors, attendance, splittable, wait_min,
            milestone, subcontract_min in operations
    }  # fmt: skip


def _alternatives(rows: Rows) -> dict[str, tuple[values.Alternative, ...]]:
    """By operation, the preferred one first."""
    alternative = values.Alternative
    grouped: defaultdict[str, list[values.Alternative]] = defaultdict(list)
    for operation_id, machine_id, setup_min, run_s, preference in rows:
        grouped[operation_id].append(alternative(machine_id, setup_min, run_s, preference))
    return _in_order(grouped, attrgetter("preference", "machine_id"))


def _bookings(bookings: Rows, segments: Rows) -> tuple[values.Booking, ...]:
    of_booking = _segments(segments)
    nothing: tuple[values.Segment, ...] = ()
    return tuple([
        values.Booking(
            id_, operation_id, machine_id, start, end, _BOOKING_STATUS[status], locked, waived,
            of_booking.get(id_, nothing), quote_id,
        )
        for id_, operation_id, machine_id, start, end, status, locked, waived, quote_id in sorted(
            bookings, key=itemgetter(3, 0)
        )
    ])  # fmt: skip


def _segments(rows: Rows) -> dict[str, tuple[values.Segment, ...]]:
    """By booking, in order of time."""
    segment = values.Segment
    grouped: defaultdict[str, list[values.Segment]] = defaultdict(list)
    for booking_id, start, end, operator_id in rows:
        grouped[booking_id].append(segment(start, end, operator_id))
    return _in_order(grouped, attrgetter("start"))


def _in_order(grouped: dict[str, list[Value]], order: Callable[[Value], Any]) -> dict[str, tuple[Value, ...]]:
    return {parent: tuple(sorted(own, key=order) if len(own) > 1 else own) for parent, own in grouped.items()}
