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
    routings = shop.view(Routings)
    booked, found = routings.booked, list[Operation]()
    for order in shop.orders.values():
        if order.status not in _OPEN:
            continue
        operations = routings.operations(order.id)
        last = next((o.seq for o in reversed(operations) if o.id in booked), None)
        if last is not None:
            found += [o for o in operations if o.seq > last] if operations[-1].seq > last else ()
        elif order.status is OrderStatus.RELEASED:
            found += operations
    return tuple(found)
