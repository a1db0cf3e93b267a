"""Capacity held for a quote: the hours of an order that is not there yet, where that order would be planned.

A hold is an entry of its own with the instant at which it expires; its bookings carry its id. Once expired,
none of them counts any more: `without_expired` is the one place that says so.
"""

from collections.abc import Iterable, Mapping

from leadhand.errors import BeyondHorizon
from planning.floor import Floor
from planning.insertion import Insertion, insert
from planning.new_order import NewOrder, Rules, plan_of
from planning.shop import Booking, BookingStatus, CapacityHold, Minute


def place_hold(floor: Floor, order: NewOrder, over_by: Minute) -> Insertion | None:
    """Each operation in one block where it ends first, from the order's release on; None: not by `over_by`.

    Machines alone are held: who attends them is not decided yet.

    Raises:
        InvalidRouting, InvalidDuration, NoEligibleMachine: as `plan_of`.
    """
    request = plan_of(order).request(floor, Rules(), over_by)
    try:
        return insert(request)
    except BeyondHorizon:
        return None


def held_bookings(hold_id: str, placed: Insertion) -> tuple[Booking, ...]:
    """The bookings of the hold; what needs no machine of the shop holds none."""
    on_machines = (step for step in placed.steps if step.machine_id is not None and step.segments)
    return tuple(
        Booking(
            f"{hold_id}-{number}",
            None,
            step.machine_id or "",
            step.start,
            step.end,
            BookingStatus.HELD,
            segments=step.segments,
            quote_id=hold_id,
        )
        for number, step in enumerate(on_machines, start=1)
    )


def without_expired(
    holds: Mapping[str, CapacityHold], bookings: Iterable[Booking], as_of: Minute
) -> tuple[dict[str, CapacityHold], tuple[Booking, ...]]:
    """What is still held at `as_of`, and the bookings without those of expired holds.

    A hold expires at the beginning of its minute `expires_at`. Held bookings without a hold stay.
    """
    expired = {key for key, hold in holds.items() if hold.expires_at <= as_of}
    if not expired:
        return dict(holds), tuple(bookings)
    kept = {key: hold for key, hold in holds.items() if key not in expired}
    return kept, tuple(b for b in bookings if b.quote_id not in expired)
