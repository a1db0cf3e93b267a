"""An order's planned work put elsewhere by insertion: from an instant on, on other machines, or earlier."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from planning.calendars import ShopTimes
from planning.plan_difference import Shift, order_of, shifts_between
from planning.retiming import Policy, Retiming
from planning.shop import Booking, Minute


@dataclass(frozen=True, slots=True)
class MoveAsked:
    """`booking_ids` of one order go not before `start` (None: as early as can be).

    `machines`: by booking, where it may go; else it keeps its machine, or with `anywhere` may change it.
    """

    order_id: str
    booking_ids: Collection[str]
    start: Minute | None
    machines: Mapping[str, tuple[str, ...]]
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class OrderMoved:
    """What is elsewhere now, and which bookings found no place before the horizon ends."""

    shifts: tuple[Shift, ...]
    unplaced: tuple[Booking, ...]


def move_order(times: ShopTimes, asked: MoveAsked, as_of: Minute) -> OrderMoved:
    """Each piece of work in the order of the routing, where it ends first; other orders stay as they are.

    Work of the order that was not asked for moves only where it would begin before what precedes it is over.
    `times` covers all bookings and the planning horizon.
    """
    shop = times.shop
    order = shop.orders[asked.order_id]
    release = max(order.release_at or 0, asked.start or 0)
    released = replace(shop, orders={**shop.orders, order.id: replace(order, release_at=release)})
    retiming = Retiming(ShopTimes(released, times.window), as_of)
    policy = Policy.ALTERNATIVES if asked.anywhere else Policy.SAME_MACHINE
    retimed = retiming.reinsert(asked.booking_ids, policy, machines=asked.machines)
    after = replace(shop, bookings=retimed.bookings)
    shifts = tuple(s for s in shifts_between(shop, after) if order_of(s.before, shop) == order.id)
    unplaced = tuple(s.before for s in shifts if s.after is None)
    return OrderMoved(shifts, unplaced)
