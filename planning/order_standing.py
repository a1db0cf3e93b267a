"""How an order stands by the plan alone, at any minute: its finish, and what that says of the due date.

What depends on the present minute too (work left, critical ratio, next operation) is `planning.order_status`.
"""

from dataclasses import dataclass

from leadhand.errors import InvalidRouting
from planning.order_status import Outlook
from planning.routings import Routings, needs_no_machine
from planning.shop import Minute, Order, OrderStatus, Shop


@dataclass(frozen=True, slots=True)
class OrderStanding:
    """`finish` None: an operation has no booking. `slack`: due date less finish, in minutes.

    A closed order waits for no booking: its finish is the end of the last one known.
    """

    order: Order
    outlook: Outlook
    finish: Minute | None
    slack: int | None


class Standings:
    """How every order of a plan stands; `Shop.view(Standings)` keeps it.

    `of`: by order id. `circles`: of the orders whose operations wait for one another, what is wrong.
    """

    def __init__(self, shop: Shop) -> None:
        self.of: dict[str, OrderStanding] = {}
        self.circles: dict[str, InvalidRouting] = {}
        routings, buffer_min = shop.view(Routings), shop.settings.at_risk_buffer_h * 60
        for order in shop.orders.values():
            try:
                self.of[order.id] = standing_of(order, routings, buffer_min)
            except InvalidRouting as error:
                self.circles[order.id] = error


def standing_of(order: Order, routings: Routings, buffer_min: int) -> OrderStanding:
    """Of an open order as `OrderReports` gives them; less slack than `buffer_min` is at risk.

    Raises:
        InvalidRouting: its operations wait for one another.
    """
    finish = _finish(order, routings)
    slack = None if finish is None or order.due_at is None else order.due_at - finish
    return OrderStanding(order, _outlook(order, finish, slack, buffer_min), finish, slack)


def _finish(order: Order, routings: Routings) -> Minute | None:
    is_closed = order.status in (OrderStatus.DONE, OrderStatus.CANCELLED)
    operations = routings.operations(order.id)
    if not is_closed and all(o.predecessor_ids is None for o in operations):
        # A chain, as most are: where each of it needs a machine, its times follow from nothing but bookings.
        booked = [routings.bookings(o.id) for o in operations if not needs_no_machine(o)]
        if not all(booked):
            return None
        if booked and len(booked) == len(operations):
            return max(booking.envelope_end for bookings in booked for booking in bookings)
    ends = [operation.end for operation in routings.planned(order)]
    known = [end for end in ends if end is not None]
    return max(known) if known and (is_closed or len(known) == len(ends)) else None


def _outlook(order: Order, finish: Minute | None, slack: int | None, buffer_min: int) -> Outlook:
    if order.status is OrderStatus.DONE:
        return Outlook.DONE
    if order.status is OrderStatus.CANCELLED:
        return Outlook.CANCELLED
    if finish is None:
        return Outlook.UNSCHEDULED
    if slack is None:
        return Outlook.NO_DUE_DATE
    if slack < 0:
        return Outlook.LATE
    return Outlook.AT_RISK if slack < buffer_min else Outlook.ON_TIME
