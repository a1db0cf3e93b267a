"""The forward plan of the open orders: bookings, due dates, statuses."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from planning.shop import Booking, BookingStatus, Minute, Order, OrderStatus, Segment
from planning.zones import MINUTES_PER_DAY, local_day, local_minute
from storage.demo.dates import PlanDates
from storage.demo.dispatch import Piece
from storage.demo.draw import Ids, chance
from storage.demo.orders import OpenOrder

LATE_EVERY = 11
SLACK_DAYS = (0, 1, 1, 2, 3, 3, 4, 5, 7, 10, 14)
LOCKED_PERCENT = 40  # of what starts within a day


def booking(
    ids: Ids, operation_id: str, machine_id: str, pieces: Sequence[Piece], *, anchor: Minute
) -> Booking:
    """A booking whose status is what the clock says at the anchor; what is under way is locked."""
    start, end = pieces[0].start, pieces[-1].end
    status = BookingStatus.PLANNED
    if start < anchor:
        status = BookingStatus.DONE if end <= anchor else BookingStatus.IN_PROGRESS
    return Booking(
        ids.of("booking", operation_id),
        operation_id,
        machine_id,
        start,
        end,
        status,
        locked=status is BookingStatus.IN_PROGRESS,
        segments=tuple(Segment(p.start, p.end, p.lane.operator_id if p.lane else None) for p in pieces),
    )


def lock_some(bookings: Iterable[Booking], rng: Random, *, anchor: Minute) -> list[Booking]:
    """Part of what starts within a day is settled already."""
    return [
        replace(b, locked=True)
        if anchor <= b.envelope_start < anchor + MINUTES_PER_DAY and chance(rng, LOCKED_PERCENT)
        else b
        for b in bookings
    ]


def dated(
    orders: Sequence[OpenOrder], by_operation: dict[str, Booking], rng: Random, dates: PlanDates
) -> tuple[dict[str, Order], tuple[str, ...]]:
    """The orders with due date, release and status as their bookings say, and the ids of the late ones."""
    made: dict[str, Order] = {}
    late: list[str] = []
    for place, open_order in enumerate(orders):
        booked = [by_operation[o.id] for o in open_order.operations if o.id in by_operation]
        complete = all(o.id in by_operation for o in open_order.operations if o.alternatives)
        order = open_order.order
        slack = rng.choice(SLACK_DAYS)
        if complete:
            finish = max(b.envelope_end for b in booked)
            if place % LATE_EVERY == LATE_EVERY // 2:
                slack = -rng.randint(1, 6)
                late.append(order.id)
            due = local_day(finish - 1, dates.zone) + timedelta(days=slack)
        else:
            due = local_day(order.release_at or dates.anchor, dates.zone) + timedelta(days=20 + slack)
        order = replace(order, due_at=local_minute(due, 24 * 60, dates.zone))
        if booked and (first := min(b.envelope_start for b in booked)) < dates.anchor:
            released = local_day(first, dates.zone) - timedelta(days=rng.randint(1, 6))
            order = replace(
                order, status=OrderStatus.IN_PROGRESS, release_at=local_minute(released, 0, dates.zone)
            )
        made[order.id] = order
    return made, tuple(late)
