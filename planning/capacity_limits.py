"""What limits a finish: machines on which one more hour would bring it forward, else the longest wait.

Exact: the same option is placed again with the hour added, and the new finish is compared. The hour is the
first 60 closed, unbooked minutes of the machine from when its work is ready, or from when its own part
begins, whichever helps more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from planning.capacity_options import Option, PlacedWork, Placer
from planning.capacity_rooms import Work
from planning.intervals import WorkTime, clip, subtract, total, union
from planning.shop import Interval, Intervals, Minute
from planning.workplaces import Workplace

HOUR = 60
# An hour that is not to be had within the last of these brings nothing forward that a planner would plan by.
_LOOKS_MIN = (2 * 24 * 60, 28 * 24 * 60)


class LimitKind(StrEnum):
    MACHINE_HOURS = "machine_hours"
    WAIT_BUSY = "wait_busy"
    WAIT_CLOSED = "wait_closed"


@dataclass(frozen=True, slots=True)
class Limit:
    """`gain_min`: by what one more hour brings the finish forward; `wait_min`: elapsed, before the work."""

    kind: LimitKind
    machine_id: str
    gain_min: int = 0
    wait_min: int = 0


def limits(option: Option, placer: Placer) -> tuple[Limit, ...]:
    """What limits `option`, largest gain first; empty when it starts at once and no hour could be added."""
    found: list[Limit] = []
    for workplace in _machines(placer.works):
        gain = max(
            (_gain(hour, workplace, option, placer) for hour in _hours(workplace, option, placer)), default=0
        )
        if gain:
            found.append(Limit(LimitKind.MACHINE_HOURS, workplace.machine_id, gain_min=gain))
    return tuple(sorted(found, key=lambda limit: -limit.gain_min)) or _longest_wait(option.works)


def _machines(works: Sequence[Work]) -> list[Workplace]:
    """Every machine once, by code."""
    places = {place.machine_id: place for work in works for place in work.workplaces}
    return sorted(places.values(), key=lambda workplace: (workplace.code, workplace.machine_id))


def _gain(hour: Intervals, workplace: Workplace, option: Option, placer: Placer) -> int:
    """By how much `hour` on the machine brings the finish forward."""
    near = clip(workplace.available, (placer.span[0], option.finish))
    finish = placer.finish_with(
        replace(workplace, available=union(near, hour)), option.lots, until=option.finish - 1
    )
    return 0 if finish is None else option.finish - finish


def _hours(workplace: Workplace, option: Option, placer: Placer) -> set[Intervals]:
    """Hours that might help: the first since a work is ready, and since the machine's last part begins."""
    moments: set[Minute] = set()
    for work, placed in zip(placer.works, option.works, strict=True):
        if any(w.machine_id == workplace.machine_id for w in work.workplaces):
            moments.add(placed.ready)
            own = [part.start for part in placed.parts if part.machine_id == workplace.machine_id]
            moments.update([max(own)] if own else [])
    hours = {first_closed_hour(workplace, (moment, option.finish)) for moment in moments}
    return {hour for hour in hours if hour}


def first_closed_hour(workplace: Workplace, span: Interval) -> Intervals:
    """The first 60 minutes within span in which the machine is neither open nor booked, or what there is."""
    closed: Intervals = ()
    for look in _LOOKS_MIN:
        near = span[0], min(span[1], span[0] + look)
        taken = union(clip(workplace.available, near), clip(workplace.envelopes, near))
        closed = subtract((near,), taken) if near[0] < near[1] else ()
        if total(closed) >= HOUR:
            break
    time = WorkTime(closed)
    until = time.end_at(min(HOUR, time.minutes))
    return () if until is None else clip(closed, (span[0], until))


def _longest_wait(works: Sequence[PlacedWork]) -> tuple[Limit, ...]:
    waits = [(work.start - work.ready, work) for work in works if work.parts and work.start > work.ready]
    if not waits:
        return ()
    wait_min, work = max(waits, key=lambda wait: wait[0])
    first = min(work.parts, key=lambda part: (part.start, part.code))
    kind = LimitKind.WAIT_BUSY if work.busy else LimitKind.WAIT_CLOSED
    return (Limit(kind, first.machine_id, wait_min=wait_min),)
