"""What the floor has reported by the anchor: pieces of work that is over, and of most work under way."""

from collections.abc import Iterable, Mapping
from random import Random

from planning.intervals import clip, total
from planning.shop import Booking, BookingStatus, Minute, Operation, Order, ProgressReport
from storage.demo.draw import chance

SILENT_PERCENT = 15  # of the work under way
SCRAP_PERCENT = 20  # of what is over had scrap
SLOW_PERCENT, FAST_PERCENT = 80, 112  # pace on the floor, of the planned one
MAX_AGO_MIN = 50


def reports(
    bookings: Iterable[Booking],
    operations: Mapping[str, Operation],
    orders: Mapping[str, Order],
    rng: Random,
    *,
    anchor: Minute,
) -> dict[str, tuple[ProgressReport, ...]]:
    """By operation; every report lies before the anchor."""
    made: dict[str, tuple[ProgressReport, ...]] = {}
    for booking in bookings:
        operation = operations[booking.operation_id or ""]
        quantity = orders[operation.order_id].quantity
        scrap = rng.randint(1, 2) if chance(rng, SCRAP_PERCENT) else 0
        pace = rng.randint(SLOW_PERCENT, FAST_PERCENT)
        ago = rng.randint(5, MAX_AGO_MIN)
        silent = chance(rng, SILENT_PERCENT)
        if booking.status is BookingStatus.DONE:
            made[operation.id] = (ProgressReport(booking.envelope_end, quantity, scrap),)
        elif booking.status is BookingStatus.IN_PROGRESS and not silent:
            at = anchor - ago
            good = _pieces(booking, operation, at) * pace // 100
            if good > 0:
                made[operation.id] = (ProgressReport(at, min(good, quantity - 1)),)
    return made


def _pieces(booking: Booking, operation: Operation, at: Minute) -> int:
    """How many the plan would have made by then."""
    times = next(a for a in operation.alternatives if a.machine_id == booking.machine_id)
    worked = total(clip(tuple((s.start, s.end) for s in booking.segments), (booking.envelope_start, at)))
    return max(0, worked - times.setup_min) * 60 // times.run_s_per_piece
