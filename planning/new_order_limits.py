"""What limits the finish of a new order: the resources of which one more hour brings it forward, else a wait.

Exact: the order is fitted in again with the hour added, and the finishes are compared. The hour of a machine
is the first 60 closed, unbooked minutes from when an operation is ready, or from when its own work there
begins; where people are needed, they are there too. The hour of people is the first 60 minutes in which the
machine is open and not booked, but nobody qualified is free.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from leadhand.errors import BeyondHorizon
from planning.capacity_limits import HOUR, first_closed_hour
from planning.crew import Crew, CrewMember
from planning.insertion import (
    InsertedStep,
    Insertion,
    InsertionRequest,
    Operators,
    ReadyReason,
    WaitReason,
    earliest_end,
    need_of,
    outline,
)
from planning.intervals import WorkTime, clip, subtract, union
from planning.shop import Intervals, Minute
from planning.workplaces import Workplace

_LOOK_MIN = 14 * 24 * 60


class LimitKind(StrEnum):
    MACHINE_HOURS = "machine_hours"
    OPERATOR_HOURS = "operator_hours"
    WAIT_BUSY = "wait_busy"
    WAIT_OPERATOR = "wait_operator"
    WAIT_CLOSED = "wait_closed"
    WAIT_MATERIAL = "wait_material"


_WAITS = {
    WaitReason.MACHINE_BUSY: LimitKind.WAIT_BUSY,
    WaitReason.OPERATOR: LimitKind.WAIT_OPERATOR,
    WaitReason.CLOSED: LimitKind.WAIT_CLOSED,
}


@dataclass(frozen=True, slots=True)
class OrderLimit:
    """`gain_min`: by what one more hour brings the finish forward; `wait_min`: elapsed, before `step`."""

    kind: LimitKind
    machine_id: str | None
    gain_min: int = 0
    wait_min: int = 0
    step: int | None = None


def limits_of(insertion: Insertion, request: InsertionRequest) -> tuple[OrderLimit, ...]:
    """What limits the finish, largest gain first; empty when it starts at once and no hour could help."""
    found: list[OrderLimit] = []
    for place in _places(request):
        for kind, hours in _hours(place, insertion, request).items():
            gain = max((_gain(place, hour, insertion, request) for hour in hours), default=0)
            if gain:
                found.append(OrderLimit(kind, place.machine_id, gain_min=gain))
    return tuple(sorted(found, key=lambda limit: -limit.gain_min)) or _longest_wait(insertion, request)


def _places(request: InsertionRequest) -> list[Workplace]:
    """Every machine once, by code."""
    places = {c.workplace.machine_id: c.workplace for step in request.steps for c in step.choices}
    return sorted(places.values(), key=lambda place: (place.code, place.machine_id))


def _hours(
    place: Workplace, insertion: Insertion, request: InsertionRequest
) -> dict[LimitKind, set[Intervals]]:
    """Hours that might help, by whose they are."""
    moments: set[Minute] = set()
    attended = False
    for step, placed in zip(request.steps, insertion.steps, strict=True):
        choice = next((c for c in step.choices if c.workplace.machine_id == place.machine_id), None)
        if choice is not None:
            moments.add(placed.ready)
            if placed.machine_id == place.machine_id:
                moments.add(placed.start)
            attended = attended or need_of(step, choice, request.operators).attended_min > 0
    closed = {first_closed_hour(place, (moment, insertion.finish)) for moment in moments}
    found = {LimitKind.MACHINE_HOURS: {hour for hour in closed if hour}}
    if attended:
        alone = {_without_people(place, moment, insertion.finish) for moment in moments}
        found[LimitKind.OPERATOR_HOURS] = {hour for hour in alone if hour}
    return found


def _without_people(place: Workplace, start: Minute, end: Minute) -> Intervals:
    """The first 60 minutes in which the machine could run, but nobody is free."""
    near = start, min(end, start + _LOOK_MIN)
    if near[0] >= near[1]:
        return ()
    taken = union(clip(place.envelopes, near), place.crew.free_within(near))
    empty = subtract(clip(place.available, near), taken)
    time = WorkTime(empty)
    until = time.end_at(min(HOUR, time.minutes))
    return () if until is None else clip(empty, (start, until))


def _gain(place: Workplace, hour: Intervals, insertion: Insertion, request: InsertionRequest) -> int:
    """By how much the finish comes forward with `hour` on the machine, and people there."""
    near = clip(place.available, (request.release, insertion.finish))
    longer = replace(place, available=union(near, hour))
    if request.operators is Operators.REQUIRED:
        longer = longer.staffed_by(_with_hour(place.crew, hour, insertion, request))
    if not _is_used(longer, insertion, request):
        return 0
    changed = replace(_with_place(request, longer), horizon_end=insertion.finish - 1)
    try:
        return max(0, insertion.finish - outline(changed, _before(place, insertion, request)).finish)
    except BeyondHorizon:
        return 0


def _before(place: Workplace, insertion: Insertion, request: InsertionRequest) -> tuple[InsertedStep, ...]:
    """The steps before the first one that could use the machine: nothing changes for them."""
    for index, step in enumerate(request.steps):
        if any(choice.workplace.machine_id == place.machine_id for choice in step.choices):
            return insertion.steps[:index]
    return insertion.steps


def _with_hour(crew: Crew, hour: Intervals, insertion: Insertion, request: InsertionRequest) -> Crew:
    """The crew with somebody there in the hour: one more person, or where one must do it alone, anyone."""
    if request.handover:
        return crew.joined_by(CrewMember("", "", hour))
    near = request.release, insertion.finish
    return Crew(tuple(replace(m, free=union(clip(m.free, near), hour)) for m in crew.members))


def _is_used(place: Workplace, insertion: Insertion, request: InsertionRequest) -> bool:
    """Whether any step that is ready when it was would now end earlier there; if none, nothing changes."""
    for step, placed in zip(request.steps, insertion.steps, strict=True):
        choices = tuple(
            replace(c, workplace=place) for c in step.choices if c.workplace.machine_id == place.machine_id
        )
        if choices:
            there = replace(request, release=placed.ready, horizon_end=placed.end)
            found = earliest_end(replace(step, choices=choices), there)
            if found is not None and found[::-1] < (placed.end, placed.start):
                return True
    return False


def _with_place(request: InsertionRequest, place: Workplace) -> InsertionRequest:
    steps = tuple(
        replace(
            step,
            choices=tuple(
                replace(c, workplace=place) if c.workplace.machine_id == place.machine_id else c
                for c in step.choices
            ),
        )
        for step in request.steps
    )
    return replace(request, steps=steps)


def _longest_wait(insertion: Insertion, request: InsertionRequest) -> tuple[OrderLimit, ...]:
    waits = [*_waits(insertion.steps), *_material_waits(insertion, request)]
    longest = max(waits, key=lambda limit: limit.wait_min, default=None)
    return () if longest is None else (longest,)


def _waits(steps: Iterable[InsertedStep]) -> Iterator[OrderLimit]:
    for index, step in enumerate(steps):
        if step.wait_reason in _WAITS and step.wait_min:
            yield OrderLimit(_WAITS[step.wait_reason], step.machine_id, wait_min=step.wait_min, step=index)


def _material_waits(insertion: Insertion, request: InsertionRequest) -> Iterator[OrderLimit]:
    """How long operations wait for material alone."""
    for index, step in enumerate(insertion.steps):
        if step.ready_reason is ReadyReason.MATERIAL:
            awaited = (index - 1,) if request.before is None else request.before[index]
            others = [insertion.steps[i].end + request.steps[i].wait_after_min for i in awaited if i >= 0]
            wait = step.ready - max([request.release, *others])
            yield OrderLimit(LimitKind.WAIT_MATERIAL, step.machine_id, wait_min=wait, step=index)
