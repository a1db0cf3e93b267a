"""What limits a finish: machines on which one more hour would bring it forward, else the longest wait.

Exact: the same option is placed again with the hour added, and the new finish is compared. The hour is the
first 60 closed, unbooked minutes of the machine from when its work is ready, or from when its own part
begins, whichever helps more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from planning.capacity_options import Option, PlacedWork, Work, place
from planning.intervals import WorkTime, clip, subtract, union
from planning.shop import Interval, Intervals, Minute
from planning.workplaces import Workplace

HOUR = 60
# An hour that is not to be had within this time brings nothing forward that a planner would plan by.
_SEARCH_MIN = 28 * 24 * 60


class LimitKind(StrEnum):
    MACHINE_HOURS = "machine_hours"
    WAIT_BUSY = "wait_machine_busy"
    WAIT_CLOSED = "wait_closed"


@dataclass(frozen=True, slots=True)
class Limit:
    """`gain_min`: by what one more hour brings the finish forward; `wait_min`: elapsed, before the work."""

    kind: LimitKind
    machine_id: str
    gain_min: int = 0
    wait_min: int = 0


def limits(option: Option, works: Sequence[Work], quantity: int, ready: Minute) -> tuple[Limit, ...]:
    """What limits `option`, largest gain first; empty when it starts at once and no hour could be added."""
    # Only a finish before the present one counts, so nothing later has to be looked at.
    works = with_time(works, {}, (ready, option.finish))
    found: list[Limit] = []
    for workplace in _machines(works):
        gain = _gain(workplace, option, works, quantity, ready)
        if gain:
            found.append(Limit(LimitKind.MACHINE_HOURS, workplace.machine_id, gain_min=gain))
    return tuple(sorted(found, key=lambda limit: -limit.gain_min)) or _longest_wait(option.works)


def with_time(works: Sequence[Work], extra: Mapping[str, Intervals], span: Interval) -> tuple[Work, ...]:
    """The works with machines open in addition in `extra`, by machine id, their time cut to `span`."""

    def opened(workplace: Workplace) -> Workplace:
        time = clip(union(workplace.available, extra.get(workplace.machine_id, ())), span)
        return workplace if time == workplace.available else replace(workplace, available=time)

    return tuple(
        replace(work, workplaces=tuple(opened(workplace) for workplace in work.workplaces)) for work in works
    )


def _machines(works: Sequence[Work]) -> list[Workplace]:
    """Every machine once, by code."""
    places = {place.machine_id: place for work in works for place in work.workplaces}
    return sorted(places.values(), key=lambda workplace: (workplace.code, workplace.machine_id))


def _gain(workplace: Workplace, option: Option, works: Sequence[Work], quantity: int, ready: Minute) -> int:
    best = option.finish
    for since in _moments(workplace, option, works):
        hour = _first_closed_hour(workplace, (since, option.finish))
        if not hour:
            continue
        span = (ready, option.finish)
        again = place(
            option.kind, with_time(works, {workplace.machine_id: hour}, span), quantity, span, option.lots
        )
        if again is not None:
            best = min(best, again.finish)
    return option.finish - best


def _moments(workplace: Workplace, option: Option, works: Sequence[Work]) -> list[Minute]:
    """From when on an hour is looked for."""
    moments: set[Minute] = set()
    for work, placed in zip(works, option.works, strict=True):
        if any(w.machine_id == workplace.machine_id for w in work.workplaces):
            moments.add(placed.ready)
            moments.update(p.start for p in placed.parts if p.machine_id == workplace.machine_id)
    return sorted(moments)


def _first_closed_hour(workplace: Workplace, span: Interval) -> Intervals:
    """The first 60 minutes within span in which the machine is neither open nor booked, or what there is."""
    start, end = span[0], min(span[1], span[0] + _SEARCH_MIN)
    taken = union(clip(workplace.available, (start, end)), clip(workplace.envelopes, (start, end)))
    closed = WorkTime(subtract(((start, end),) if start < end else (), taken))
    until = closed.end_at(min(HOUR, closed.minutes))
    return () if until is None else clip(closed.intervals, (start, until))


def _longest_wait(works: Sequence[PlacedWork]) -> tuple[Limit, ...]:
    waits = [(work.start - work.ready, work) for work in works if work.parts and work.start > work.ready]
    if not waits:
        return ()
    wait_min, work = max(waits, key=lambda wait: wait[0])
    first = min(work.parts, key=lambda part: (part.start, part.code))
    kind = LimitKind.WAIT_BUSY if work.busy else LimitKind.WAIT_CLOSED
    return (Limit(kind, first.machine_id, wait_min=wait_min),)
