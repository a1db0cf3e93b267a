"""Bookings with what they are for, chosen by time, machine, order or operator and told page by page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from planning.intervals import overlap
from planning.shop import Booking, Interval, Minute, OrderStatus, Shop

# The order of pages: end and start of the envelope, then id.
WorkKey: TypeAlias = tuple[Minute, Minute, str]


@dataclass(frozen=True, slots=True)
class BookedFor:
    """The operation that a booking is for, and its order."""

    seq: int
    operation: str
    order_id: str
    order_code: str
    customer: str
    status: OrderStatus


@dataclass(frozen=True, slots=True)
class BookedWork:
    """`purpose` None: held capacity of a quote."""

    booking: Booking
    purpose: BookedFor | None

    @property
    def key(self) -> WorkKey:
        return work_key(self.booking)


@dataclass(frozen=True, slots=True)
class StoredWork:
    """`rows` in the order of their keys, at `data_version`."""

    data_version: int
    rows: Sequence[BookedWork]


@dataclass(frozen=True, slots=True)
class WorkAsked:
    """Bookings that share a minute with `window`; None: whatever machine, order or operator.

    Of an operator: those with a segment of theirs in the window.
    """

    window: Interval
    machine_ids: frozenset[str] | None = None
    order_id: str | None = None
    operator_id: str | None = None


def work_key(booking: Booking) -> WorkKey:
    return booking.envelope_end, booking.envelope_start, booking.id


def work_of(shop: Shop, bookings: Iterable[Booking]) -> Sequence[BookedWork]:
    """Bookings of a shop with their purpose."""
    return [BookedWork(booking, _purpose(shop, booking)) for booking in bookings]


def is_asked(shop: Shop, booking: Booking, asked: WorkAsked) -> bool:
    """Whether the booking of the shop is one that `asked` means."""
    start, end = booking.envelope_start, booking.envelope_end
    low, high = asked.window
    # A milestone takes no time: it lies in the window or not.
    if start >= high or end < low or (end == low and start != end):
        return False
    if asked.machine_ids is not None and booking.machine_id not in asked.machine_ids:
        return False
    if asked.order_id is not None:
        operation = shop.operations.get(booking.operation_id or "")
        if operation is None or operation.order_id != asked.order_id:
            return False
    return asked.operator_id is None or any(
        s.operator_id == asked.operator_id and overlap((s.start, s.end), asked.window)
        for s in booking.segments
    )


def _purpose(shop: Shop, booking: Booking) -> BookedFor | None:
    operation = shop.operations.get(booking.operation_id or "")
    order = None if operation is None else shop.orders.get(operation.order_id)
    if operation is None or order is None:
        return None
    return BookedFor(operation.seq, operation.name, order.id, order.code, order.customer, order.status)
