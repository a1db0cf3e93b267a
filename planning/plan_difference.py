"""What differs between two plans of a shop: bookings, orders, conflicts."""

from dataclasses import dataclass

from planning.calendars import ShopTimes
from planning.conflict_items import Conflict
from planning.conflicts import ConflictQuestion, conflicts
from planning.order_status import OrderReport, OrderReports, Outlook
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


def shifts_between(before: Shop, after: Shop) -> tuple[Shift, ...]:
    """The bookings of `before` that are other ones, or none, after it; by start."""
    now = {b.id: b for b in after.bookings}
    rows = sorted(before.bookings, key=lambda b: (b.envelope_start, b.id))
    return tuple(Shift(b, now.get(b.id)) for b in rows if now.get(b.id) != b)


def orders_between(before: Shop, after: Shop, window: Interval, as_of: Minute) -> tuple[OrderEffect, ...]:
    """Orders whose finish or outlook differ, by order code."""
    old, new = (OrderReports(ShopTimes(shop, window), as_of) for shop in (before, after))
    found: list[OrderEffect] = []
    for order in sorted(before.orders.values(), key=lambda o: (o.code, o.id)):
        was, is_now = old.of(order), new.of(after.orders[order.id])
        if (was.figures.finish, was.outlook) != (is_now.figures.finish, is_now.outlook):
            found.append(OrderEffect(order.id, was, is_now))
    return tuple(found)


def is_late(report: OrderReport) -> bool:
    """Whether its finish is after its due date."""
    return report.outlook is Outlook.LATE


def conflicts_between(
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
