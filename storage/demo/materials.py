"""What open orders are made of, and when it is there: mostly in time, sometimes late, unknown or not told."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random

from planning.shop import Booking, BookingStatus, MaterialRequirement, Minute, Order
from planning.zones import MINUTES_PER_DAY, local_day, local_minute
from storage.demo.dates import PlanDates
from storage.demo.draw import Ids, chance
from storage.demo.orders import OpenOrder

NOT_TOLD_EVERY = 12  # orders of which nobody said what they need
LATE_EVERY, UNKNOWN_EVERY = 14, 9  # of the orders that have yet to begin
JUST_IN_TIME_PERCENT = 20  # come after the release, before the start
SPARE_PERCENT = 4


def materials(
    orders: Sequence[OpenOrder],
    dated: Mapping[str, Order],
    by_operation: Mapping[str, Booking],
    rng: Random,
    *,
    ids: Ids,
    dates: PlanDates,
) -> dict[str, tuple[MaterialRequirement, ...]]:
    """By operation: the stock of each first operation. `dated`: the orders with their final release."""
    made: dict[str, tuple[MaterialRequirement, ...]] = {}
    to_begin = 0
    for place, open_order in enumerate(orders):
        order, first = dated[open_order.order.id], open_order.operations[0]
        booking = by_operation.get(first.id)
        available = _in_time(order, booking, rng, dates)
        if booking is not None and booking.status is BookingStatus.PLANNED:
            to_begin += 1
            if booking.envelope_start > dates.settled and to_begin % LATE_EVERY == LATE_EVERY // 2:
                available = _day_end(booking.envelope_start, rng.randint(0, 2), dates)
            elif to_begin % UNKNOWN_EVERY == UNKNOWN_EVERY // 2:
                available = None
        if place % NOT_TOLD_EVERY == NOT_TOLD_EVERY // 2:
            continue
        qty = order.quantity + order.quantity * SPARE_PERCENT // 100
        key = ids.of("material", open_order.number)
        made[first.id] = (MaterialRequirement(key, open_order.material, Decimal(qty), available),)
    return made


def _in_time(order: Order, booking: Booking | None, rng: Random, dates: PlanDates) -> Minute:
    """The end of a local day before the release, or between release and start."""
    release = order.release_at or dates.anchor
    before = _day_end(release, -rng.randint(1, 6), dates)
    just_in_time = chance(rng, JUST_IN_TIME_PERCENT)
    if booking is None or booking.status is not BookingStatus.PLANNED or not just_in_time:
        return before
    # The last midnight before the work begins.
    latest = _day_end(booking.envelope_start - MINUTES_PER_DAY, 0, dates)
    return latest if latest > release else before


def _day_end(minute: Minute, days: int, dates: PlanDates) -> Minute:
    day = local_day(minute, dates.zone) + timedelta(days=days)
    return local_minute(day, 24 * 60, dates.zone)
