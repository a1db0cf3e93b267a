"""One machine, six orders that cannot all be in time, planned in about the worst sequence."""

from datetime import UTC, datetime

from planning.shop import (
    Alternative,
    Attendance,
    Booking,
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
from planning.zones import to_minute

AS_OF = datetime(2026, 11, 30, 8, tzinfo=UTC)
NOW = to_minute(AS_OF)
DUE = NOW + 4 * 60
# Hours of work and priority, in the order in which they are planned.
WORK = ((9, 1), (7, 1), (5, 2), (3, 3), (2, 4), (1, 5))


def crowded_shop() -> Shop:
    """Its machine works day and night and needs nobody."""
    orders = [
        Order(f"o{n}", f"WO-{n}", "Acme", 1, OrderStatus.RELEASED, due_at=DUE, priority=priority)
        for n, (_, priority) in enumerate(WORK, start=1)
    ]
    operations = [
        Operation(
            f"o{n}-10",
            f"o{n}",
            10,
            hours * 60,
            0,
            name="Mill",
            attendance=Attendance.NONE,
            alternatives=(Alternative("m1", hours * 60, 0),),
        )
        for n, (hours, _) in enumerate(WORK, start=1)
    ]
    bookings: list[Booking] = []
    start = NOW + 60
    for n, (hours, _) in enumerate(WORK, start=1):
        end = start + hours * 60
        bookings.append(Booking(f"b{n}", f"o{n}-10", "m1", start, end, segments=(Segment(start, end),)))
        start = end
    shifts = tuple(Shift(day, 0, 0, ends_next_day=True) for day in range(1, 8))
    return Shop(
        settings=ShopSettings("Crowded", "UTC", horizon_days=30),
        calendars={"always": Calendar("always", "Always", shifts)},
        work_centers={"mill": WorkCenter("mill", "MILL", "Milling")},
        machines={"m1": Machine("m1", "M1", "Mill 1", "mill", "always")},
        orders={order.id: order for order in orders},
        operations={operation.id: operation for operation in operations},
        bookings=tuple(bookings),
    )
