"""One order on one machine in a shop that works 06:00-14:00 UTC every day."""

from dataclasses import replace

from planning.shop import (
    Alternative,
    Booking,
    BookingStatus,
    Calendar,
    Machine,
    Operation,
    Order,
    OrderStatus,
    Segment,
    Shift,
    Shop,
    ShopSettings,
    WorkCenter,
)

H = 60
DAY = 24 * H
# Monday 2026-11-23 00:00 UTC; the site works 06:00-14:00 every day.
MONDAY = 29_923_200
WINDOW = (MONDAY - 30 * DAY, MONDAY + 60 * DAY)
EVERY_DAY = Calendar("cal", "Day shift", tuple(Shift(day, 6 * H, 14 * H) for day in range(1, 8)))


def booked(
    key: str, operation: str, start: int, end: int, status: BookingStatus = BookingStatus.PLANNED
) -> Booking:
    return Booking(key, operation, "m1", start, end, status, segments=(Segment(start, end),))


def step(seq: int, **changes: object) -> Operation:
    row = Operation(
        f"op{seq}", "o1", seq, setup_min=30, run_s_per_piece=90, alternatives=(Alternative("m1", 60, 120),)
    )
    return replace(row, **changes)  # pyright: ignore[reportArgumentType] - the fields of Operation


def shop(operations: list[Operation], bookings: list[Booking], **order: object) -> Shop:
    row = Order("o1", "WO-1", "Acme", 20, OrderStatus.RELEASED, due_at=MONDAY + 2 * DAY, release_at=MONDAY)
    row = replace(row, **order)  # pyright: ignore[reportArgumentType] - the fields of Order
    return Shop(
        settings=ShopSettings("Shop", "UTC", site_calendar_id="cal"),
        calendars={"cal": EVERY_DAY},
        work_centers={"wc": WorkCenter("wc", "WC")},
        machines={"m1": Machine("m1", "M1", "Mill", "wc", "cal")},
        orders={"o1": row},
        operations={o.id: o for o in operations},
        bookings=tuple(bookings),
    )


def at(day: int, hour: int) -> int:
    return MONDAY + day * DAY + hour * H
