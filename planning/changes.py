"""Changes to a shop that a simulation can ask about, and what each does to its rows."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from planning.intervals import overlap
from planning.resizing import difference, with_quantity
from planning.resource_conflicts import FOREVER
from planning.shop import (
    Absence,
    Booking,
    BookingStatus,
    CalendarException,
    Downtime,
    DowntimeKind,
    ExceptionKind,
    Interval,
    Minute,
    Order,
    OrderStatus,
    Shop,
)

# Rows that a simulation adds; no row of a shop is called so.
SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class MachineDown:
    """`end` None: until further notice."""

    machine_id: str
    start: Minute
    end: Minute | None


@dataclass(frozen=True, slots=True)
class OperatorAbsent:
    """`end` None: until further notice."""

    operator_id: str
    start: Minute
    end: Minute | None


@dataclass(frozen=True, slots=True)
class Overtime:
    """More time for a machine, an operator, or both together; at least one of them."""

    span: Interval
    machine_id: str | None = None
    operator_id: str | None = None


@dataclass(frozen=True, slots=True)
class OrderMove:
    """The order's planned work not before `start`, where it may still move."""

    order_id: str
    start: Minute


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    order_id: str


@dataclass(frozen=True, slots=True)
class QuantityChanged:
    order_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PriorityChanged:
    """1 to 5, 5 the most pressing."""

    order_id: str
    priority: int


@dataclass(frozen=True, slots=True)
class DueDateChanged:
    """`due_at` None: no due date."""

    order_id: str
    due_at: Minute | None


Change: TypeAlias = (
    MachineDown
    | OperatorAbsent
    | Overtime
    | OrderMove
    | OrderCancelled
    | QuantityChanged
    | PriorityChanged
    | DueDateChanged
)


def with_change(shop: Shop, change: Change, earliest: Minute = 0) -> Shop:  # noqa: PLR0911 - one return for each kind
    """The shop with the change in its rows; its plan is not put right yet.

    `earliest`: the end of the frozen zone, before which no work changes its length.
    """
    match change:
        case MachineDown():
            row = Downtime(SIMULATED, change.machine_id, change.start, change.end, DowntimeKind.BREAKDOWN)
            return replace(shop, downtimes=(*shop.downtimes, row))
        case OperatorAbsent():
            absence = Absence(SIMULATED, change.operator_id, change.start, change.end, SIMULATED)
            return replace(shop, absences=(*shop.absences, absence))
        case Overtime():
            extra = CalendarException(
                SIMULATED,
                ExceptionKind.OVERTIME,
                SIMULATED,
                machine_id=change.machine_id,
                operator_id=change.operator_id,
                interval=change.span,
            )
            return replace(shop, exceptions=(*shop.exceptions, extra))
        case OrderMove():
            return _with_order(shop, replace(shop.orders[change.order_id], release_at=change.start))
        case OrderCancelled():
            cancelled = replace(shop.orders[change.order_id], status=OrderStatus.CANCELLED)
            kept = (b for b in shop.bookings if not _belongs(b, change.order_id, shop) or _has_begun(b))
            return replace(_with_order(shop, cancelled), bookings=tuple(kept))
        case QuantityChanged():
            return with_quantity(shop, change.order_id, change.quantity, earliest)
        case PriorityChanged():
            return _with_order(shop, replace(shop.orders[change.order_id], priority=change.priority))
        case DueDateChanged():
            return _with_order(shop, replace(shop.orders[change.order_id], due_at=change.due_at))


def _with_order(shop: Shop, order: Order) -> Shop:
    return replace(shop, orders={**shop.orders, order.id: order})


def _belongs(booking: Booking, order_id: str, shop: Shop) -> bool:
    operation = shop.operations.get(booking.operation_id or "")
    return operation is not None and operation.order_id == order_id


def _has_begun(booking: Booking) -> bool:
    return booking.status in {BookingStatus.IN_PROGRESS, BookingStatus.DONE} or not booking.segments


def hits(booking: Booking, change: Change, before: Shop) -> bool:
    """Whether the change takes the ground from under the booking."""
    match change:
        case MachineDown():
            return booking.machine_id == change.machine_id and any(
                overlap((s.start, s.end), _span(change)) for s in booking.segments
            )
        case OperatorAbsent():
            return any(
                s.operator_id == change.operator_id and overlap((s.start, s.end), _span(change))
                for s in booking.segments
            )
        case OrderMove():
            return _belongs(booking, change.order_id, before) and booking.envelope_start < change.start
        case QuantityChanged():
            mine = _belongs(booking, change.order_id, before) and not _has_begun(booking)
            operation = before.operations[booking.operation_id or ""] if mine else None
            return operation is not None and difference(operation, before, change.quantity) != 0
        case Overtime() | OrderCancelled() | PriorityChanged() | DueDateChanged():
            return False


def _span(change: MachineDown | OperatorAbsent) -> Interval:
    return change.start, FOREVER if change.end is None else change.end
