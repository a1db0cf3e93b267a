"""What a change does to the plan (planning-domain section 5, tool 7); nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter

from planning.availability import bookings_by_machine
from planning.calendars import ShopTimes
from planning.changes import (
    Change,
    MachineDown,
    OperatorAbsent,
    OrderMove,
    Overtime,
    hits,
    with_change,
)
from planning.conflict_items import Conflict
from planning.intervals import clip, total
from planning.operator_availability import work_by_operator
from planning.order_status import Outlook
from planning.plan_difference import (
    OrderEffect,
    Reach,
    Shift,
    conflicts_between,
    newly_late,
    no_longer_late,
    order_of,
    orders_between,
    shifts_between,
)
from planning.replanning.after_change import replanned
from planning.retiming import Policy, Retimed, Retiming, may_move
from planning.routings import Routings
from planning.shop import Booking, Minute, Shop

_by_start = attrgetter("envelope_start", "id")


@dataclass(frozen=True, slots=True)
class ChangeEffect:
    """Everything that the change does. Nothing affected: empty, and no error.

    `lost`: working minutes that the change takes from a machine or a person. `touched`: bookings that the
    change itself hits and that may move; `stuck`: those that may not (locked, begun, frozen), so that a
    person must decide. `new` and `solved`: conflicts that appear and that are gone. `cut_short`: the
    policy's search was ended by its time.
    """

    shop: Shop
    lost: int
    touched: tuple[Booking, ...]
    stuck: tuple[Booking, ...]
    shifts: tuple[Shift, ...]
    orders: tuple[OrderEffect, ...]
    new: tuple[Conflict, ...]
    solved: tuple[Conflict, ...]
    cut_short: bool = False

    @property
    def newly_late(self) -> tuple[OrderEffect, ...]:
        return newly_late(self.orders)

    @property
    def no_longer_late(self) -> tuple[OrderEffect, ...]:
        """In time now; an order that is cancelled, or whose work finds no place, is not."""
        return no_longer_late(self.orders)

    @property
    def no_longer_scheduled(self) -> tuple[OrderEffect, ...]:
        """Orders with a finish before and none after, since work of theirs finds no place."""
        return tuple(
            o
            for o in self.orders
            if o.before.figures.finish is not None and o.after.outlook is Outlook.UNSCHEDULED
        )


def schedule_change(times: ShopTimes, change: Change, policy: Policy, as_of: Minute) -> ChangeEffect:
    """The plan after `change`, put right by `policy`, set against the plan before.

    `times.shop` holds every booking of its open orders, and `times` covers them and the horizon. Overtime is
    seen by pulling forward, with and without it, all work of the orders that could use it, so that only what
    it brings is told.

    Raises:
        InvalidRouting: the operations of an order wait for one another.
    """
    before = times.shop
    earliest = as_of + before.settings.frozen_hours * 60
    changed = ShopTimes(with_change(before, change, earliest), times.window)
    hit = [b for b in changed.shop.bookings if b.envelope_end > as_of and hits(b, change, before)]
    touched = [b for b in hit if may_move(b, earliest)]
    if isinstance(change, Overtime):
        chosen = could_use(change, before)
        before = replace(before, bookings=Retiming(times, as_of).pull_left(chosen).bookings)
        retimed = Retiming(changed, as_of).pull_left(chosen)
    else:
        retimed = _put_right(changed, before, (change, policy), {b.id for b in touched}, as_of)
    after = replace(changed.shop, bookings=retimed.bookings)
    shifts = shifts_between(before, after)
    reach = _reach(before, change, shifts)
    new, solved = conflicts_between(
        ShopTimes(reach.of(before), times.window), ShopTimes(reach.of(after), times.window), as_of
    )
    return ChangeEffect(
        shop=after,
        lost=_lost(times, changed, change, as_of),
        touched=tuple(touched),
        stuck=tuple(sorted((b for b in hit if not may_move(b, earliest)), key=_by_start)),
        shifts=shifts,
        orders=orders_between(reach.of(before), reach.of(after), times.window, as_of),
        new=new,
        solved=solved,
        cut_short=retimed.cut_short,
    )


def _put_right(
    times: ShopTimes, before: Shop, asked: tuple[Change, Policy], touched: set[str], as_of: Minute
) -> Retimed:
    change, policy = asked
    retiming = Retiming(times, as_of)
    if policy is Policy.REPLAN:
        return _replan(times, change, touched, before, as_of)
    if policy is Policy.PUSH_RIGHT:
        return retiming.push_right(touched, let_pass=isinstance(change, OrderMove))
    return retiming.reinsert(touched, policy)


def _replan(times: ShopTimes, change: Change, touched: set[str], before: Shop, as_of: Minute) -> Retimed:
    """The work near the change planned anew; near is what shares a machine with it."""
    match change:
        case MachineDown():
            return replanned(times, touched, (), {change.machine_id}, as_of)
        case OperatorAbsent() | Overtime():
            return replanned(times, touched, (), (), as_of)
        case _:
            own = (b for b in before.bookings if order_of(b, before) == change.order_id)
            near = {b.machine_id for b in own if b.envelope_end > as_of}
            return replanned(times, touched, {change.order_id}, near, as_of)


def could_use(change: Overtime, shop: Shop) -> set[str]:
    """Bookings of the orders that have work after the overtime begins, on its machine or by its person."""
    rows = [*shop.view(bookings_by_machine).get(change.machine_id or "", ())]
    rows += [own.booking for own in shop.view(work_by_operator).get(change.operator_id or "", ())]
    orders = {order_of(b, shop) for b in rows if b.envelope_end > change.span[0]}
    routings = shop.view(Routings)
    operations = (o for order_id in orders if order_id is not None for o in routings.operations(order_id))
    return {booking.id for operation in operations for booking in routings.bookings(operation.id)}


def _reach(before: Shop, change: Change, shifts: Iterable[Shift]) -> Reach:
    rows = [row for shift in shifts for row in (shift.before, shift.after) if row is not None]
    machines: set[str | None] = {row.machine_id for row in rows}
    operators = {segment.operator_id for row in rows for segment in row.segments}
    orders = {order_of(row, before) for row in rows}
    match change:
        case MachineDown() | OperatorAbsent() | Overtime():
            machines.add(None if isinstance(change, OperatorAbsent) else change.machine_id)
            operators.add(None if isinstance(change, MachineDown) else change.operator_id)
        case _:
            orders.add(change.order_id)
    return Reach(_known(machines), _known(operators), _known(orders))


def _known(ids: Iterable[str | None]) -> frozenset[str]:
    return frozenset(key for key in ids if key is not None)


def _lost(before: ShopTimes, after: ShopTimes, change: Change, as_of: Minute) -> int:
    """Working minutes from `as_of` on that a machine or a person no longer has."""
    match change:
        case MachineDown():
            old, new = before.machine(change.machine_id), after.machine(change.machine_id)
        case OperatorAbsent():
            old, new = before.operator(change.operator_id), after.operator(change.operator_id)
        case _:
            return 0
    rest = as_of, before.window[1]
    return total(clip(old.available, rest)) - total(clip(new.available, rest))
