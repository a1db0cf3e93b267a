"""Making room for a more important order: which bookings give way, and where they go instead.

Only planned, unlocked work of lower priority outside the frozen zone gives way. What gave way is put back by
forward insertion, the most important order first, on whichever of its machines it ends first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from planning.board import Board
from planning.calendars import ShopTimes
from planning.conflict_items import Conflict
from planning.insertion import InsertedStep
from planning.intervals import overlap
from planning.plan_difference import (
    OrderEffect,
    Shift,
    conflicts_between,
    is_late,
    orders_between,
    shifts_between,
)
from planning.retiming import Policy, Rank, Retiming, may_move
from planning.shop import Booking, Interval, Minute, Shop

_NO_DUE = 1 << 60


@dataclass(frozen=True, slots=True)
class Displacement:
    """`displaced`: ids of bookings that gave way; further ones of `shifts` only follow them.

    `faults`: what the moved work now collides with, where that may not move (locked work after it, say).
    """

    shop: Shop
    displaced: frozenset[str]
    shifts: tuple[Shift, ...]
    orders: tuple[OrderEffect, ...]
    faults: tuple[Conflict, ...]

    @property
    def newly_late(self) -> tuple[OrderEffect, ...]:
        return tuple(o for o in self.orders if is_late(o.after) and not is_late(o.before))

    @property
    def unplaced(self) -> tuple[Shift, ...]:
        return tuple(s for s in self.shifts if s.after is None)


def giving_way(shop: Shop, priority: int, as_of: Minute) -> frozenset[str]:
    """Ids of the bookings that an order of this priority may displace."""
    earliest = as_of + shop.settings.frozen_hours * 60
    return frozenset(
        b.id
        for b in shop.bookings
        if may_move(b, earliest) and b.operation_id is not None and _rank(b, shop)[0] > -priority
    )


def displace(
    shop: Shop, placed: Sequence[InsertedStep], movable: Collection[str], span: Interval
) -> Displacement:
    """The plan with the new order's steps in it, the work that was in their way put back elsewhere.

    span = [now, horizon).
    """
    new = [_booking(index, step) for index, step in enumerate(placed) if step.machine_id is not None]
    window = _covering(shop, new, span)
    full = replace(shop, bookings=(*shop.bookings, *new))
    displaced = _in_the_way(ShopTimes(shop, window), new, movable)
    retimed = Retiming(ShopTimes(full, window), span[0]).reinsert(
        displaced, Policy.ALTERNATIVES, lambda booking: _rank(booking, full)
    )
    after = replace(shop, bookings=retimed.bookings)
    shifts = shifts_between(shop, after)
    was, is_now = (_of_orders(plan, shifts, shop) for plan in (shop, after))
    new_faults, _ = conflicts_between(ShopTimes(was, window), ShopTimes(is_now, window), span[0])
    return Displacement(
        shop=after,
        displaced=displaced,
        shifts=shifts,
        orders=orders_between(was, is_now, window, span[0]),
        faults=tuple(c for c in new_faults if c.type.value == "PRECEDENCE"),
    )


def _booking(index: int, step: InsertedStep) -> Booking:
    """The step as a booking that nothing moves."""
    return Booking(
        f"new-{index}",
        None,
        step.machine_id or "",
        step.start,
        step.end,
        locked=True,
        segments=step.segments,
    )


def _in_the_way(times: ShopTimes, new: Sequence[Booking], movable: Collection[str]) -> frozenset[str]:
    """Movable bookings on a machine's new envelope, or whose people are needed for new work."""
    board = Board(times, [*(b for b in times.shop.bookings if b.id not in movable), *new])
    found: set[str] = set()
    rows = (b for b in times.shop.bookings if b.id in movable)
    for booking in sorted(rows, key=lambda b: (_rank(b, times.shop), b.envelope_start, b.id)):
        if _shares_machine(booking, new) or (_shares_people(booking, new) and not board.can_stand(booking)):
            found.add(booking.id)
        else:
            board.put(booking)
    return frozenset(found)


def _shares_machine(booking: Booking, new: Sequence[Booking]) -> bool:
    span = booking.envelope_start, booking.envelope_end
    return any(
        booking.machine_id == other.machine_id and overlap(span, (other.envelope_start, other.envelope_end))
        for other in new
    )


def _shares_people(booking: Booking, new: Sequence[Booking]) -> bool:
    return any(
        mine.operator_id is not None
        and mine.operator_id == theirs.operator_id
        and overlap((mine.start, mine.end), (theirs.start, theirs.end))
        for other in new
        for theirs in other.segments
        for mine in booking.segments
    )


def _rank(booking: Booking, shop: Shop) -> Rank:
    """Highest priority first, then the earliest due date."""
    operation = shop.operations.get(booking.operation_id or "")
    if operation is None:
        return 0, _NO_DUE, ""
    order = shop.orders[operation.order_id]
    return -order.priority, _NO_DUE if order.due_at is None else order.due_at, order.code


def _covering(shop: Shop, new: Sequence[Booking], span: Interval) -> Interval:
    """All that may still move, and the horizon."""
    rows = [b for b in shop.bookings if b.envelope_end > span[0]]
    first = min([span[0], *(b.envelope_start for b in rows)])
    return first, max([span[1], *(b.envelope_end for b in (*rows, *new))])


def _of_orders(plan: Shop, shifts: Sequence[Shift], shop: Shop) -> Shop:
    """The plan as far as the orders whose work moves."""
    ids = {shop.operations[s.before.operation_id or ""].order_id for s in shifts if s.before.operation_id}
    mine = {key for key, operation in shop.operations.items() if operation.order_id in ids}
    return replace(
        plan,
        orders={key: shop.orders[key] for key in shop.orders if key in ids},
        bookings=tuple(b for b in plan.bookings if b.operation_id in mine),
    )
