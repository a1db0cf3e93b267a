"""How an order stands by the plan alone, at any minute: its finish, and what that says of the due date.

What depends on the present minute too (work left, critical ratio, next operation) is `planning.order_status`.
"""

from dataclasses import dataclass

from planning.order_status import Outlook
from planning.routings import Routings
from planning.shop import Minute, Order, OrderStatus


@dataclass(frozen=True, slots=True)
class OrderStanding:
    """`finish` None: an operation has no booking. `slack`: due date less finish, in minutes.

    A closed order waits for no booking: its finish is the end of the last one known.
    """

    order: Order
    outlook: Outlook
    finish: Minute | None
    slack: int | None


def standing_of(order: Order, routings: Routings, buffer_min: int) -> OrderStanding:
    """Of an open order as `OrderReports` gives them; less slack than `buffer_min` is at risk.

    Raises:
        InvalidRouting: its operations wait for one another.
    """
    ends = [operation.end for operation in routings.planned(order)]
    known = [end for end in ends if end is not None]
    whole = len(known) == len(ends) or order.status in (OrderStatus.DONE, OrderStatus.CANCELLED)
    finish = max(known) if known and whole else None
    slack = None if finish is None or order.due_at is None else order.due_at - finish
    return OrderStanding(order, _outlook(order, finish, slack, buffer_min), finish, slack)


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
