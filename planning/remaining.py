"""What is left of an operation at one instant (planning-domain section 4, "remaining work").

What the floor reports comes before what was planned: once something is reported, what is left follows from
the open pieces; before that, from the plan. Reports after the instant do not count.
"""

from dataclasses import dataclass

from planning.attendance import setup_minutes
from planning.intervals import total
from planning.routings import PlannedOperation, needs_no_machine, op_minutes
from planning.shop import Booking, BookingStatus, Minute, Operation, Order, ProgressReport


@dataclass(frozen=True, slots=True)
class Reported:
    """Pieces reported up to an instant, and when the last report was made."""

    good: int
    scrap: int
    last_at: Minute

    def open_pieces(self, quantity: int) -> int:
        """Pieces still to make: scrap has to be made again, more than was ordered leaves nothing."""
        return max(0, quantity - self.good)


def reported(reports: tuple[ProgressReport, ...], as_of: Minute) -> Reported | None:
    """What is reported by `as_of`; None where nothing is."""
    rows = [row for row in reports if row.at <= as_of]
    if not rows:
        return None
    return Reported(sum(r.good for r in rows), sum(r.scrap for r in rows), max(r.at for r in rows))


def is_over(planned: PlannedOperation, order: Order, as_of: Minute) -> bool:
    """Whether nothing of it is left at `as_of`.

    Its bookings are done, or all its pieces are reported good; with nothing reported, its time has passed.
    """
    if planned.bookings and all(b.status is BookingStatus.DONE for b in planned.bookings):
        return True
    found = reported(planned.reports, as_of)
    if found is not None:
        return not found.open_pieces(order.quantity)
    return planned.end is not None and planned.end <= as_of


def remaining_minutes(planned: PlannedOperation, order: Order, as_of: Minute) -> int:
    """Work of the operation after `as_of`.

    With something reported: setup left and the run of the open pieces, rounded up once. Else the segments of
    its bookings after `as_of`, and all of it where it has no booking.
    """
    if needs_no_machine(planned.operation):
        return 0
    open_bookings = [b for b in planned.bookings if b.status is not BookingStatus.DONE]
    if planned.bookings and not open_bookings:
        return 0
    found = reported(planned.reports, as_of)
    if found is not None:
        return _by_pieces(planned.operation, order, found, open_bookings, as_of)
    if not planned.bookings:
        return op_minutes(planned.operation, order.quantity)
    return sum(
        total([(max(s.start, as_of), s.end) for s in booking.segments if s.end > as_of])
        for booking in open_bookings
    )


def _by_pieces(
    operation: Operation, order: Order, found: Reported, bookings: list[Booking], as_of: Minute
) -> int:
    """On the machine of its first open booking. The setup is over with the first piece; each further
    machine that has not begun needs its own.
    """
    pieces = found.open_pieces(order.quantity)
    if not pieces:
        return 0
    machine_id = bookings[0].machine_id if bookings else ""
    setup = setup_minutes(operation, machine_id)
    left = 0 if found.good or found.scrap else setup
    left += sum(setup_minutes(operation, b.machine_id) for b in bookings[1:] if b.envelope_start >= as_of)
    return left + op_minutes(operation, pieces, machine_id) - setup
