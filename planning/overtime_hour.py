"""An hour of overtime: where the next one could be, and who would come in for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from planning.calendars import ShopTimes
from planning.changes import Overtime, with_change
from planning.intervals import clip, normalize, subtract, total
from planning.moves import is_movable
from planning.shop import Booking, Interval, Minute, Operator

HOUR = 60
# Hours that a closure forbids are passed over; a machine closed for longer has none to offer.
_MAX_TRIES = 50


class Attending(StrEnum):
    """Who is there in a machine's overtime."""

    NOBODY_NEEDED = "nobody_needed"
    THERE_ANYWAY = "there_anyway"
    COMES = "comes"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Coming:
    """`operator` is somebody only where `attending` is `comes`."""

    attending: Attending
    operator: Operator | None = None


def next_hour(times: ShopTimes, machine_id: str, since: Minute, movable_from: Minute) -> Interval | None:
    """The first 60 closed minutes from `since` on that follow working time and could be worked.

    Work that pauses then may go on in them; work that may not move, or starts before `movable_from`, bars
    them. A machine without working time ahead gets the first closed hour of all. None: there is no such hour.
    """
    time = times.machine(machine_id)
    rest = since, times.window[1]
    down = normalize((d.start, rest[1] if d.end is None else d.end) for d in times.downtimes(machine_id))
    rows = (b for b in times.shop.bookings if b.machine_id == machine_id)
    booked = normalize(span for b in rows for span in _barred(b, movable_from))
    closed = subtract(subtract(subtract((rest,), clip(time.calendar, rest)), down), booked)
    ends = {end for _, end in clip(time.available, (0, rest[1]))}
    starts = [start for start, end in closed if end - start >= HOUR]
    behind_work = [start for start in starts if start in ends]
    for start in (behind_work or starts)[:_MAX_TRIES]:
        span = start, start + HOUR
        more = ShopTimes(with_change(times.shop, Overtime(span, machine_id=machine_id)), span)
        if total(more.machine(machine_id).available) == HOUR:
            return span
    return None


def _barred(booking: Booking, movable_from: Minute) -> Iterator[Interval]:
    if is_movable(booking) and booking.envelope_start >= movable_from:
        yield from ((s.start, s.end) for s in booking.segments)
    else:
        yield booking.envelope_start, booking.envelope_end


def who_comes(times: ShopTimes, machine_id: str, span: Interval) -> Coming:
    """Who attends the machine in `span`: nobody if its work needs nobody, whoever is there, else the first
    by code of those who are qualified and not absent.
    """
    shop = times.shop
    skill_id = shop.work_centers[shop.machines[machine_id].work_center_id].skill_id
    attended = any(
        segment.operator_id is not None
        for booking in shop.bookings
        if booking.machine_id == machine_id
        for segment in booking.segments
    )
    if not attended:
        return Coming(Attending.NOBODY_NEEDED)
    able = [o for o in shop.operators.values() if _may_run(o, skill_id, span)]
    if any(total(clip(times.operator(o.id).available, span)) == span[1] - span[0] for o in able):
        return Coming(Attending.THERE_ANYWAY)
    free = [o for o in able if not any(_meets(a.start, a.end, span) for a in times.absences(o.id))]
    if not free:
        return Coming(Attending.NOBODY)
    return Coming(Attending.COMES, min(free, key=lambda o: (o.code, o.id)))


def _may_run(operator: Operator, skill_id: str | None, span: Interval) -> bool:
    active = (operator.active_from or 0) <= span[0] and (
        operator.active_to is None or operator.active_to >= span[1]
    )
    return active and (
        skill_id is None
        or any(
            s.skill_id == skill_id
            and (s.valid_from or 0) <= span[0]
            and (s.valid_to is None or s.valid_to >= span[1])
            for s in operator.skills
        )
    )


def _meets(start: Minute, end: Minute | None, span: Interval) -> bool:
    return start < span[1] and (end is None or end > span[0])
