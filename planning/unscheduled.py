"""Work that is released and stands nowhere in the plan: figures of load do not know it."""

from collections.abc import Iterator

from planning.shop import Operation, OrderStatus, Shop

_OPEN = frozenset({OrderStatus.RELEASED, OrderStatus.IN_PROGRESS})


def unscheduled(shop: Shop, machine_ids: frozenset[str]) -> Iterator[Operation]:
    """Operations of open orders that one of the machines could do and that have no booking.

    `shop` holds every booking of its open orders.
    """
    booked = {booking.operation_id for booking in shop.bookings}
    for operation in shop.operations.values():
        order = shop.orders.get(operation.order_id)
        if (
            operation.id not in booked
            and order is not None
            and order.status in _OPEN
            and any(a.machine_id in machine_ids for a in operation.alternatives)
        ):
            yield operation
