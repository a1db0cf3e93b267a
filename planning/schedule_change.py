"""What a change does to the plan (planning-domain section 5, tool 7); nothing is written."""

from dataclasses import dataclass, replace

from planning.calendars import ShopTimes
from planning.changes import Change, MachineDown, OperatorAbsent, Overtime, hits, with_change
from planning.conflict_items import Conflict
from planning.conflicts import ConflictQuestion, conflicts
from planning.intervals import clip, total
from planning.order_status import OrderReport, OrderReports, Outlook
from planning.retiming import Policy, Retimed, Retiming, may_move
from planning.shop import Booking, Interval, Minute, Shop


@dataclass(frozen=True, slots=True)
class Shift:
    """A booking before and after; `after` None: it finds no place, or its order is cancelled."""

    before: Booking
    after: Booking | None


@dataclass(frozen=True, slots=True)
class OrderEffect:
    """An order whose finish or outlook the change alters; minutes of finish, later is positive."""

    order_id: str
    before: OrderReport
    after: OrderReport

    @property
    def later_by(self) -> int | None:
        """None while it is not wholly scheduled before or after."""
        old, new = self.before.figures.finish, self.after.figures.finish
        return None if old is None or new is None else new - old


@dataclass(frozen=True, slots=True)
class ChangeEffect:
    """Everything that the change does. Nothing affected: empty, and no error.

    `lost`: working minutes that the change takes from a machine or a person. `touched`: bookings that the
    change itself hits and that may move; `stuck`: those that may not (locked, begun, frozen), so that a
    person must decide. `new` and `solved`: conflicts that appear and that are gone.
    """

    shop: Shop
    lost: int
    touched: tuple[Booking, ...]
    stuck: tuple[Booking, ...]
    shifts: tuple[Shift, ...]
    orders: tuple[OrderEffect, ...]
    new: tuple[Conflict, ...]
    solved: tuple[Conflict, ...]

    @property
    def newly_late(self) -> tuple[OrderEffect, ...]:
        return tuple(o for o in self.orders if _is_late(o.after) and not _is_late(o.before))

    @property
    def no_longer_late(self) -> tuple[OrderEffect, ...]:
        return tuple(o for o in self.orders if _is_late(o.before) and not _is_late(o.after))


def schedule_change(times: ShopTimes, change: Change, policy: Policy, as_of: Minute) -> ChangeEffect:
    """The plan after `change`, put right by `policy`, set against the plan before.

    `times.shop` holds every booking of its open orders, and `times` covers them and the horizon. Overtime is
    seen by pulling both plans forward, with and without it, so that only what it brings is told.

    Raises:
        InvalidRouting: the operations of an order wait for one another.
    """
    before = times.shop
    changed = ShopTimes(with_change(before, change), times.window)
    earliest = as_of + before.settings.frozen_hours * 60
    hit = [b for b in changed.shop.bookings if b.envelope_end > as_of and hits(b, change, before)]
    touched = [b for b in hit if may_move(b, earliest)]
    if isinstance(change, Overtime):
        before = replace(before, bookings=Retiming(times, as_of).pull_left().bookings)
        retimed = Retiming(changed, as_of).pull_left()
    else:
        retimed = _put_right(changed, {b.id for b in touched}, policy, as_of)
    after = replace(changed.shop, bookings=retimed.bookings)
    new, solved = _conflicts_between(ShopTimes(before, times.window), ShopTimes(after, times.window), as_of)
    return ChangeEffect(
        shop=after,
        lost=_lost(times, changed, change, as_of),
        touched=tuple(touched),
        stuck=tuple(b for b in hit if not may_move(b, earliest)),
        shifts=_shifts(before, after),
        orders=_orders(before, after, times.window, as_of),
        new=new,
        solved=solved,
    )


def _put_right(times: ShopTimes, touched: set[str], policy: Policy, as_of: Minute) -> Retimed:
    retiming = Retiming(times, as_of)
    return retiming.push_right(touched) if policy is Policy.PUSH_RIGHT else retiming.reinsert(touched, policy)


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


def _shifts(before: Shop, after: Shop) -> tuple[Shift, ...]:
    now = {b.id: b for b in after.bookings}
    rows = sorted(before.bookings, key=lambda b: (b.envelope_start, b.id))
    return tuple(Shift(b, now.get(b.id)) for b in rows if now.get(b.id) != b)


def _orders(before: Shop, after: Shop, window: Interval, as_of: Minute) -> tuple[OrderEffect, ...]:
    """Orders whose finish or outlook differ, by order code."""
    old, new = (OrderReports(ShopTimes(shop, window), as_of) for shop in (before, after))
    found: list[OrderEffect] = []
    for order in sorted(before.orders.values(), key=lambda o: (o.code, o.id)):
        was, is_now = old.of(order), new.of(after.orders[order.id])
        if (was.figures.finish, was.outlook) != (is_now.figures.finish, is_now.outlook):
            found.append(OrderEffect(order.id, was, is_now))
    return tuple(found)


def _is_late(report: OrderReport) -> bool:
    return report.outlook is Outlook.LATE


def _conflicts_between(
    before: ShopTimes, after: ShopTimes, as_of: Minute
) -> tuple[tuple[Conflict, ...], tuple[Conflict, ...]]:
    """Conflicts that are only in the one plan after the change, and only in the one before it."""
    question = ConflictQuestion((as_of, before.window[1]))
    old = {_key(c): c for c in conflicts(before, question).items}
    new = {_key(c): c for c in conflicts(after, question).items}
    return (
        tuple(c for key, c in new.items() if key not in old),
        tuple(c for key, c in old.items() if key not in new),
    )


def _key(item: Conflict) -> tuple[str, ...]:
    """The same conflict in two plans, wherever it lies."""
    return (
        item.type,
        item.machine_id or "",
        item.operator_id or "",
        item.order_id or "",
        *item.booking_ids,
        *item.operation_ids,
    )
