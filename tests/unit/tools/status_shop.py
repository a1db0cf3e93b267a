"""Orders of every outlook in the shop of `plan`, for the tests of get_order_status."""

from dataclasses import replace

from leadhand.errors import (
    JsonValue,
)
from planning.shop import (
    Booking,
    Operation,
    Order,
    OrderStatus,
    Segment,
    Shop,
)
from tests.unit.tools.shops import at, call, plan
from tools.catalog.order_status import OrderStatusOutput

NAME = "get_order_status"


def order(code: str, due: int | None, status: OrderStatus = OrderStatus.RELEASED, **more: object) -> Order:
    row = Order(code, f"WO-{code}", "Acme Pumps", 60, status, due_at=due, release_at=at(1, 6))
    return replace(row, **more)  # pyright: ignore[reportArgumentType] - the fields of Order


def step(code: str, seq: int, **more: object) -> Operation:
    row = Operation(f"{code}-{seq}", code, seq, 30, 60, "Turn" if seq == 10 else "Grind")
    return replace(row, **more)  # pyright: ignore[reportArgumentType] - the fields of Operation


def booked(code: str, seq: int, machine: str, *spans: tuple[int, int], who: str | None = "ann") -> Booking:
    segments = tuple(Segment(start, end, who) for start, end in spans)
    key = f"{code}-{seq}"
    return Booking(f"b-{key}", key, machine, spans[0][0], spans[-1][1], segments=segments)


def shop(orders: list[Order], operations: list[Operation], bookings: list[Booking]) -> Shop:
    """The shop of `plan` (6:00 to 14:00, break 10:00 to 10:30) with a site calendar and these orders."""
    base = plan()
    return replace(
        base,
        settings=replace(base.settings, site_calendar_id="cal"),
        orders={row.id: row for row in orders},
        operations={row.id: row for row in operations},
        bookings=tuple(bookings),
    )


# Tuesday 1 December, 07:00. 4001 is late, 4002 at risk, 4003 on time, 4004 half scheduled and overdue,
# 4005 without a due date and on hold, 4006 done.
SHOP = shop(
    [
        order("4001", at(3, 0)),
        order("4002", at(4, 14), customer="Brandt"),
        order("4003", at(20, 0)),
        order("4004", at(1, 0)),
        order("4005", None, OrderStatus.HOLD),
        order("4006", at(1, 0), OrderStatus.DONE),
    ],
    [
        step("4001", 10),
        step("4001", 20, min_wait_after_min=0),
        step("4002", 10),
        step("4003", 10),
        step("4004", 10),
        step("4004", 20),
        step("4005", 10),
        step("4006", 10),
    ],
    [
        booked("4001", 10, "puma", (at(2, 6), at(2, 10)), (at(2, 10, 30), at(2, 12))),
        booked("4001", 20, "puma2", (at(3, 6), at(3, 8)), who="bob"),
        booked("4002", 10, "puma", (at(4, 6), at(4, 8))),
        booked("4003", 10, "puma", (at(1, 6), at(1, 10)), (at(1, 10, 30), at(1, 12))),
        booked("4004", 10, "puma2", (at(2, 6), at(2, 8))),
        booked("4005", 10, "puma2", (at(4, 6), at(4, 8))),
        booked("4006", 10, "puma2", (at(1, 6), at(1, 6, 30))),
    ],
)


async def ask(of: Shop = SHOP, **tool_input: JsonValue) -> OrderStatusOutput:
    return await call(NAME, {**tool_input}, of, OrderStatusOutput)
