"""The routing side of a fix: when work may start, and which rules of its order a change would break."""

from collections.abc import Sequence
from dataclasses import replace

from leadhand.errors import InvalidRouting
from planning.conflict_items import Conflict, ConflictType, Severity
from planning.order_conflicts import conflicts_of_order
from planning.routings import PlannedOperation, Routings, needs_no_machine
from planning.shop import Booking, Minute, Order, Shop


class FixOrders:
    """A shop's routings, and how long each order can wait as far as it was asked."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.routings = shop.view(Routings)
        self.slack: dict[str, int | None] = {}


class FixRoutes:
    """Orders of one shop; `as_of` plus the frozen zone is the first minute to which work may move."""

    def __init__(self, orders: FixOrders, as_of: Minute) -> None:
        self.shop = orders.shop
        self.earliest = as_of + orders.shop.settings.frozen_hours * 60
        self._routings, self._slack = orders.routings, orders.slack

    def order_of(self, booking: Booking) -> Order | None:
        operation = self.shop.operations.get(booking.operation_id or "")
        return None if operation is None else self.shop.orders.get(operation.order_id)

    def planned(self, order: Order) -> tuple[PlannedOperation, ...]:
        """The order's operations; none where its routing is a circle."""
        try:
            return self._routings.planned(order)
        except InvalidRouting:
            return ()

    def ready(self, operation_id: str | None) -> Minute | None:
        """When the work may start at the earliest; None while something before it is not scheduled."""
        operation = self.shop.operations.get(operation_id or "")
        if operation is None:
            return self.earliest
        order = self.shop.orders[operation.order_id]
        for planned in self.planned(order):
            if planned.operation.id == operation_id:
                ready = planned.ready_at(order)
                return None if ready is None else max(self.earliest, ready)
        return None

    def bookings(self, operation_id: str) -> Sequence[Booking]:
        """The operation's bookings by start."""
        return self._routings.bookings(operation_id)

    def slack(self, order: Order) -> int | None:
        """Minutes from its finish to its due date."""
        if order.id not in self._slack:
            finish = self.finish(self.planned(order))
            due = order.due_at
            self._slack[order.id] = None if finish is None or due is None else due - finish
        return self._slack[order.id]

    @staticmethod
    def finish(operations: Sequence[PlannedOperation]) -> Minute | None:
        ends = [o.end for o in operations if o.end is not None]
        return max(ends) if ends and len(ends) == len(operations) else None

    def would_break(self, order: Order, *changed: Booking) -> tuple[Conflict, ...]:
        """Errors of the order that are new, or longer than they were, once these bookings are as given."""
        before = {self._key(c): c.minutes for c in self._errors(order, self.planned(order))}
        after = self._errors(order, self.with_changes(order, changed))
        return tuple(c for c in after if c.minutes > before.get(self._key(c), 0))

    def with_changes(self, order: Order, changed: Sequence[Booking]) -> tuple[PlannedOperation, ...]:
        """The order's operations with these bookings put in, those of the same id replaced."""
        mine = {o.id: o for o in self._routings.operations(order.id)}
        rows = {b.id: b for key in mine for b in self._routings.bookings(key)}
        rows |= {b.id: b for b in changed}
        small = replace(self.shop, orders={order.id: order}, operations=mine, bookings=tuple(rows.values()))
        try:
            return Routings(small).planned(order)
        except InvalidRouting:
            return ()

    def unbooked(self, order: Order) -> list[PlannedOperation]:
        """Operations that need a booking and have none, in the order of the routing."""
        found = (o for o in self.planned(order) if not o.bookings)
        return [o for o in found if not needs_no_machine(o.operation)]

    def _errors(self, order: Order, operations: Sequence[PlannedOperation]) -> list[Conflict]:
        buffer_min = self.shop.settings.at_risk_buffer_h * 60
        found = conflicts_of_order(order, operations, buffer_min)
        return [c for c in found if c.severity is Severity.ERROR]

    @staticmethod
    def _key(item: Conflict) -> tuple[str, ...]:
        # Which operation ends last may change; late is late.
        return (item.type, *(() if item.type is ConflictType.LATE else item.operation_ids))
