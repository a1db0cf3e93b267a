"""Work that is released and stands nowhere in the plan: figures of load do not know it."""

from collections import defaultdict
from collections.abc import Iterator

from planning.shop import Operation, OrderStatus, Shop


def unscheduled(shop: Shop, machine_ids: frozenset[str]) -> Iterator[Operation]:
    """Operations of open orders that one of the machines could do and that surely have no booking.

    `shop` may lack bookings that ended before its window. So an operation with a booked one after it in its
    order is taken as done, and nothing is said of an order that has begun and shows no booking at all.
    """
    booked: dict[str, int] = defaultdict(lambda: -1)
    for booking in shop.bookings:
        operation = shop.operations.get(booking.operation_id or "")
        if operation is not None:
            booked[operation.order_id] = max(booked[operation.order_id], operation.seq)
    for operation in shop.operations.values():
        order = shop.orders.get(operation.order_id)
        if order is None or not any(a.machine_id in machine_ids for a in operation.alternatives):
            continue
        last = booked.get(order.id)
        begun = order.status is OrderStatus.IN_PROGRESS
        if (order.status is OrderStatus.RELEASED and last is None) or (
            (begun or order.status is OrderStatus.RELEASED) and last is not None and operation.seq > last
        ):
            yield operation
