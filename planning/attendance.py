"""Which minutes of a booking need a person, and which of them have nobody (planning-domain section 4)."""

from collections.abc import Mapping

from planning.intervals import normalize, total
from planning.shop import Attendance, Booking, Interval, Intervals, Operation, Segment, Shop


def setup_minutes(operation: Operation, machine_id: str) -> int:
    """Setup on this machine: the alternative's own, else the operation's."""
    for alternative in operation.alternatives:
        if alternative.machine_id == machine_id:
            return alternative.setup_min
    return operation.setup_min


def without_operator(shop: Shop, booking: Booking) -> Intervals:
    """Minutes of the booking that need a person and have none; held capacity needs nobody yet.

    `setup` attendance: only the first setup minutes of work need a person.
    """
    operation = None if booking.operation_id is None else shop.operations.get(booking.operation_id)
    if operation is None or operation.attendance is Attendance.NONE:
        return ()
    if operation.attendance is Attendance.SETUP and booking.segments:
        first, setup = booking.segments[0], setup_minutes(operation, booking.machine_id)
        earliest = first.start == booking.envelope_start
        if earliest and first.operator_id is not None and first.end - first.start >= setup:  # as mostly
            return ()
    alone = [(s.start, s.end) for s in booking.segments if s.operator_id is None]
    if not alone:
        return ()
    if operation.attendance is Attendance.FULL:
        return normalize(alone)
    return normalize(_first_minutes(booking.segments, setup_minutes(operation, booking.machine_id)))


def work_without_operator(shop: Shop) -> Mapping[str, Intervals]:
    """Of each booking that has any, by its id: see `without_operator`. For `Shop.view`."""
    alone = ((booking.id, without_operator(shop, booking)) for booking in shop.bookings)
    return {booking_id: minutes for booking_id, minutes in alone if minutes}


def _first_minutes(segments: tuple[Segment, ...], setup: int) -> list[Interval]:
    """Stretches without operator among the first `setup` minutes of work."""
    found: list[Interval] = []
    left = setup
    for segment in sorted(segments, key=lambda s: s.start):
        if left <= 0:
            break
        attended = segment.start, min(segment.end, segment.start + left)
        if segment.operator_id is None:
            found.append(attended)
        left -= total([attended])
    return found
