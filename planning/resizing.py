"""An order of another size: how long its bookings are then; where they lie is found anew."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from planning.retiming import may_move
from planning.routings import Routings, op_minutes
from planning.shop import Booking, Minute, Operation, Segment, Shop


def with_quantity(shop: Shop, order_id: str, quantity: int, earliest: Minute) -> Shop:
    """The shop with so many pieces of the order, its bookings that may move as long as that takes.

    What has begun, is locked or lies before `earliest` keeps its length. Of several bookings of an operation
    the last one differs, and those before it where it is too short to make up for it.
    """
    rows: defaultdict[str, list[Booking]] = defaultdict(list)
    routings = shop.view(Routings)
    for operation in routings.operations(order_id):
        for booking in routings.bookings(operation.id):
            if may_move(booking, earliest) and booking.segments:
                rows[operation.id].append(booking)
    resized = {
        booking.id: booking
        for key, pieces in rows.items()
        for booking in _resized(pieces, difference(shop.operations[key], shop, quantity))
    }
    order = replace(shop.orders[order_id], quantity=quantity)
    bookings = tuple(resized.get(b.id, b) for b in shop.bookings)
    return replace(shop, orders={**shop.orders, order_id: order}, bookings=bookings)


def difference(operation: Operation, shop: Shop, quantity: int) -> int:
    """By how many minutes an operation that is booked takes longer, with so many pieces of its order: the run
    of its first booking's machine counts, as in the check of durations."""
    machine_id = shop.view(Routings).bookings(operation.id)[0].machine_id
    old = op_minutes(operation, shop.orders[operation.order_id].quantity, machine_id)
    return op_minutes(operation, quantity, machine_id) - old


def _resized(pieces: Sequence[Booking], minutes: int) -> Iterator[Booking]:
    """The pieces with so many minutes more or less all together, from the last one on; each keeps one."""
    for booking in reversed(pieces):
        if minutes == 0:
            return
        worked = sum(segment.end - segment.start for segment in booking.segments)
        part = max(minutes, 1 - worked)
        minutes -= part
        segments = _longer(booking.segments, part) if part > 0 else _first(booking.segments, worked + part)
        yield replace(booking, segments=segments, envelope_end=segments[-1].end)


def _longer(segments: Sequence[Segment], minutes: int) -> tuple[Segment, ...]:
    *kept, last = segments
    return *kept, replace(last, end=last.end + minutes)


def _first(segments: Sequence[Segment], minutes: int) -> tuple[Segment, ...]:
    """The first so many minutes of the work."""
    kept: list[Segment] = []
    for segment in segments:
        length = min(minutes, segment.end - segment.start)
        if length > 0:
            kept.append(replace(segment, end=segment.start + length))
        minutes -= length
    return tuple(kept)
