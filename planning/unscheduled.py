"""Work that is released and stands nowhere in the plan: figures of load do not know it."""

from collections.abc import Iterator

from planning.routings import Routings
from planning.shop import Operation, OrderStatus, Shop

_OPEN = (OrderStatus.RELEASED, OrderStatus.IN_PROGRESS)


def unscheduled(shop: Shop, machine_ids: frozenset[str]) -> Iterator[Operation]:
    """Operations of open orders that one of the machines could do and that surely have no booking.

    `shop` may lack bookings that ended before its window. So an operation with a booked one after it in its
    order is taken as done, and nothing is said of an order that has begun and shows no booking at all.
    """
    for operation in shop.view(_without_booking):
        if any(a.machine_id in machine_ids for a in operation.alternatives):
            yield operation


def _without_booking(shop: Shop) -> tuple[Operation, ...]:
    found: list[Operation] = []
    bookings = shop.view(Routings).booked
    booked: dict[str, int] = {}
    for operation in shop.operations.values():
        if operation.id in bookings and operation.seq > booked.get(operation.order_id, -1):
            booked[operation.order_id] = operation.seq
    for operation in shop.operations.values():
        order = shop.orders.get(operation.order_id)
        if order is None or order.status not in _OPEN:
            continue
        last = booked.get(order.id)
        if last is None and order.status is not OrderStatus.RELEASED:
            continue
        if last is not None and operation.seq <= last:
            continue
        found.append(operation)
    return tuple(found)
