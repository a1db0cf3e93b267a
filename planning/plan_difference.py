"""What differs between two plans of a shop: bookings, orders, conflicts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from planning.calendars import ShopTimes
from planning.conflict_items import Conflict, ConflictType
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


_IN_TIME = frozenset({Outlook.ON_TIME, Outlook.AT_RISK, Outlook.NO_DUE_DATE})


def newly_late(effects: Iterable[OrderEffect]) -> tuple[OrderEffect, ...]:
    """Orders that finish after their due date now and did not before."""
    return tuple(o for o in effects if is_late(o.after) and not is_late(o.before))


def no_longer_late(effects: Iterable[OrderEffect]) -> tuple[OrderEffect, ...]:
    """In time now; an order that is cancelled, or whose work finds no place, is not."""
    return tuple(o for o in effects if is_late(o.before) and o.after.outlook in _IN_TIME)


def is_late(report: OrderReport) -> bool:
    """Whether its finish is after its due date."""
    return report.outlook is Outlook.LATE


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a change can concern: only there do the two plans differ."""

    machine_ids: frozenset[str]
    operator_ids: frozenset[str]
    order_ids: frozenset[str]

    def of(self, shop: Shop) -> Shop:
        """The shop with those orders, and the bookings that any of them has a part in."""
        orders = {key: shop.orders[key] for key in shop.orders if key in self.order_ids}
        rows = tuple(b for b in shop.bookings if self._concerns(b, shop))
        return replace(shop, orders=orders, bookings=rows)

    def _concerns(self, booking: Booking, shop: Shop) -> bool:
        if booking.machine_id in self.machine_ids or order_of(booking, shop) in self.order_ids:
            return True
        return any(segment.operator_id in self.operator_ids for segment in booking.segments)


def order_of(booking: Booking, shop: Shop) -> str | None:
    """The id of its order; None for held capacity."""
    operation = shop.operations.get(booking.operation_id or "")
    return None if operation is None else operation.order_id


def conflicts_between(
    before: ShopTimes, after: ShopTimes, as_of: Minute, until: Minute | None = None
) -> tuple[tuple[Conflict, ...], tuple[Conflict, ...]]:
    """Conflicts that are only in the one plan after the change, and only in the one before it.

    `until`: where one stops to look; None: where the calendars of `before` end.
    """
    question = ConflictQuestion((as_of, before.window[1] if until is None else until))
    old = {conflict_key(c): c for c in conflicts(before, question).items}
    new = {conflict_key(c): c for c in conflicts(after, question).items}
    appear = [c for key, c in new.items() if key not in old]
    vanish = [c for key, c in old.items() if key not in new]
    return (
        tuple(c for c in appear if not _was_wider(c, vanish)),
        tuple(c for c in vanish if not _goes_on(c, appear)),
    )


# Which operation ends last may change; late is late.
_OF_THE_ORDER = frozenset({ConflictType.LATE, ConflictType.AT_RISK})


def conflict_key(item: Conflict) -> tuple[str, ...]:
    """The same conflict in two plans, wherever it lies and whichever of a pair comes first."""
    return (
        item.type,
        item.machine_id or "",
        item.operator_id or "",
        item.order_id or "",
        *sorted(item.booking_ids),
        *(() if item.type in _OF_THE_ORDER else item.operation_ids),
    )


def _was_wider(item: Conflict, vanish: Iterable[Conflict]) -> bool:
    """Whether its order lacked as many bookings before: one more that is booked brings no conflict."""
    return any(_goes_on(old, [item]) and set(item.operation_ids) <= set(old.operation_ids) for old in vanish)


def _goes_on(item: Conflict, appear: Iterable[Conflict]) -> bool:
    """Whether an order that lacked bookings still lacks some."""
    kind = ConflictType.NOT_FULLY_SCHEDULED
    return item.type is kind and any(c.type is kind and c.order_id == item.order_id for c in appear)
