"""A shop's plan read straight from its tables, past the product's own reader, for the minute oracle."""

from collections import defaultdict
from datetime import date, datetime

from leadhand.errors import JsonValue
from planning.shop import (
    Absence,
    Booking,
    Break,
    Calendar,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Interval,
    Machine,
    Operator,
    OvertimeSlot,
    Segment,
    Shift,
    Shop,
    ShopSettings,
)
from tests.acceptance.json_access import at, items_at, number_at, text_at
from tests.acceptance.shop_database import ShopDatabase
from tests.unit.planning import oracle


def utc_minute(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp()) // 60


def stored_shop(database: ShopDatabase, shop: str, window: Interval) -> Shop:
    """What the figures of section 4 need: resources with their calendars, and the bookings in `window`."""
    [settings] = database.rows("tenant_settings", shop)
    zone = text_at(settings, "timezone")
    return Shop(
        settings=ShopSettings(
            name=text_at(settings, "name"),
            timezone=zone,
            standard_overtime=tuple(_overtime(slot) for slot in items_at(settings, "standard_overtime")),
        ),
        calendars=_calendars(database, shop),
        exceptions=tuple(_exception(row) for row in database.rows("calendar_exception", shop)),
        machines={text_at(row, "id"): _machine(row) for row in database.rows("machine", shop)},
        operators={text_at(row, "id"): _operator(row) for row in database.rows("operator", shop)},
        absences=tuple(_absence(row, zone) for row in database.rows("absence", shop)),
        downtimes=tuple(_downtime(row) for row in database.rows("downtime", shop)),
        bookings=tuple(_bookings(database, shop, window)),
    )


def _calendars(database: ShopDatabase, shop: str) -> dict[str, Calendar]:
    shifts: defaultdict[str, list[Shift]] = defaultdict(list)
    for row in database.rows("calendar_shift", shop):
        shifts[text_at(row, "calendar_id")].append(
            Shift(
                weekday=int(number_at(row, "weekday")),
                start_local_min=_wall(row, "start_local"),
                end_local_min=_wall(row, "end_local"),
                ends_next_day=at(row, "ends_next_day") is True,
                breaks=tuple(
                    Break(_wall(pause, "start_local"), _wall(pause, "end_local"))
                    for pause in items_at(row, "breaks")
                ),
            )
        )
    rows = database.rows("calendar", shop)
    return {
        text_at(row, "id"): Calendar(
            text_at(row, "id"), text_at(row, "name"), tuple(shifts[text_at(row, "id")])
        )
        for row in rows
    }


def _bookings(database: ShopDatabase, shop: str, window: Interval) -> list[Booking]:
    segments: defaultdict[str, list[Segment]] = defaultdict(list)
    for row in database.rows("booking_segment", shop):
        segment = Segment(_instant(row, "start"), _instant(row, "end"), _maybe_text(row, "operator_id"))
        segments[text_at(row, "booking_id")].append(segment)
    found: list[Booking] = []
    for row in database.rows("booking", shop):
        start, end = _instant(row, "envelope_start"), _instant(row, "envelope_end")
        if start < window[1] and end > window[0]:
            booking_id = text_at(row, "id")
            found.append(
                Booking(
                    id=booking_id,
                    operation_id=_maybe_text(row, "operation_id"),
                    machine_id=text_at(row, "machine_id"),
                    envelope_start=start,
                    envelope_end=end,
                    segments=tuple(sorted(segments[booking_id], key=lambda piece: piece.start)),
                )
            )
    return found


def _overtime(row: JsonValue) -> OvertimeSlot:
    return OvertimeSlot(
        weekday=int(number_at(row, "weekday")),
        start_local_min=_wall(row, "start_local"),
        end_local_min=_wall(row, "end_local"),
        ends_next_day=at(row, "ends_next_day") is True,
    )


def _exception(row: JsonValue) -> CalendarException:
    day = _maybe_text(row, "production_date")
    start = _maybe_instant(row, "start")
    return CalendarException(
        id=text_at(row, "id"),
        kind=ExceptionKind(text_at(row, "kind")),
        name=text_at(row, "name"),
        calendar_id=_maybe_text(row, "calendar_id"),
        machine_id=_maybe_text(row, "machine_id"),
        operator_id=_maybe_text(row, "operator_id"),
        production_date=date.fromisoformat(day) if day else None,
        interval=None if start is None else (start, _instant(row, "end")),
    )


def _machine(row: JsonValue) -> Machine:
    return Machine(
        id=text_at(row, "id"),
        code=text_at(row, "code"),
        name=text_at(row, "name"),
        work_center_id=text_at(row, "work_center_id"),
        calendar_id=text_at(row, "calendar_id"),
        active_from=_maybe_instant(row, "active_from"),
        active_to=_maybe_instant(row, "active_to"),
    )


def _operator(row: JsonValue) -> Operator:
    return Operator(
        id=text_at(row, "id"),
        code=text_at(row, "code"),
        name=text_at(row, "name"),
        calendar_id=text_at(row, "calendar_id"),
        max_parallel=int(number_at(row, "max_parallel")),
        active_from=_maybe_instant(row, "active_from"),
        active_to=_maybe_instant(row, "active_to"),
    )


def _absence(row: JsonValue, zone: str) -> Absence:
    """Dates are whole local days, both included."""
    first, last = _maybe_text(row, "start_date"), _maybe_text(row, "end_date")
    start, end = _maybe_instant(row, "start"), _maybe_instant(row, "end")
    if first is not None:
        start = oracle.instant(date.fromisoformat(first), 0, zone)
        end = None if last is None else oracle.instant(date.fromisoformat(last), oracle.DAY, zone)
    assert start is not None
    return Absence(text_at(row, "id"), text_at(row, "operator_id"), start, end, text_at(row, "kind"))


def _downtime(row: JsonValue) -> Downtime:
    kind = DowntimeKind(text_at(row, "kind"))
    start, end = _instant(row, "start"), _maybe_instant(row, "end")
    return Downtime(text_at(row, "id"), text_at(row, "machine_id"), start, end, kind)


def _wall(row: JsonValue, name: str) -> int:
    """ "14:30:00" as minutes of the day; "24:00:00" is the day's end."""
    hours, minutes, *_ = text_at(row, name).split(":")
    return int(hours) * 60 + int(minutes)


def _instant(row: JsonValue, name: str) -> int:
    return utc_minute(text_at(row, name))


def _maybe_instant(row: JsonValue, name: str) -> int | None:
    text = _maybe_text(row, name)
    return None if text is None else utc_minute(text)


def _maybe_text(row: JsonValue, name: str) -> str | None:
    found = at(row, name)
    return None if found is None else text_at(row, name)
