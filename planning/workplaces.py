"""Machines as places for new work: open time, bookings in the way, people; and where a block fits first."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TypeAlias

from planning.crew import NOBODY, Crew
from planning.intervals import WorkTime, clip, subtract
from planning.shop import Interval, Intervals, Minute

# The open minutes of a machine within an interval in which a person is there.
Attended: TypeAlias = Callable[[Interval], Intervals]
_end: Callable[[Interval], Minute] = itemgetter(1)
_FIRST_LOOK_MIN = 4 * 24 * 60


@dataclass(frozen=True, slots=True)
class Workplace:
    """A machine as insertion sees it: open time, envelopes of bookings, people who may attend it.

    Times in normal form. `crew` holds the time in which each qualified person is free; unused where operators
    are ignored. Built once and used for any number of insertions.
    """

    machine_id: str
    code: str
    available: Intervals
    envelopes: Intervals
    crew: Crew = NOBODY
    time: WorkTime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", WorkTime(self.available))

    def beside(self, envelopes: Intervals) -> "Workplace":
        """The same machine with other bookings; its working time is not counted again."""
        other = copy(self)
        object.__setattr__(other, "envelopes", envelopes)
        return other

    def staffed_by(self, crew: Crew) -> "Workplace":
        """The same machine with these people."""
        other = copy(self)
        object.__setattr__(other, "crew", crew)
        return other

    def gaps(self, start: Minute, end: Minute, at_least: int = 1) -> Iterator[Interval]:
        """The stretches of [start, end) between envelopes, in order; closed time is part of them.

        Shorter ones than `at_least` minutes are left out.
        """
        cursor = start
        for index in range(bisect_right(self.envelopes, start, key=_end), len(self.envelopes)):
            blocked_from, blocked_to = self.envelopes[index]
            if blocked_from >= end:
                break
            if cursor + at_least <= blocked_from:
                yield cursor, blocked_from
            cursor = blocked_to
        if cursor + at_least <= end:
            yield cursor, end

    def open_gaps(self, start: Minute, end: Minute) -> Intervals:
        """The open stretches of [start, end) outside envelopes: where work without a pause can be."""
        window = (start, end)
        return subtract(clip(self.available, window), clip(self.envelopes, window))


@dataclass(frozen=True, slots=True)
class Block:
    """Work without a booking in between: attended until `turn`, unattended from there to `end`."""

    start: Minute
    turn: Minute
    end: Minute


@dataclass(frozen=True, slots=True)
class Need:
    """Minutes with a person, then minutes without."""

    attended_min: int
    alone_min: int
    splittable: bool


def first_block(
    workplace: Workplace, attended: Attended, need: Need, ready: Minute, horizon_end: Minute
) -> Block | None:
    """The block in the first stretch that holds the work; an earlier stretch always means an earlier end."""
    span = (ready, horizon_end)
    minutes = need.attended_min + need.alone_min
    stretches = workplace.gaps(*span, max(minutes, 1)) if need.splittable else workplace.open_gaps(*span)
    for stretch in stretches:
        if stretch[1] - stretch[0] < minutes or workplace.time.work_between(*stretch) < minutes:
            continue
        if not need.attended_min:
            return _alone(workplace.time, need.alone_min, stretch[0])
        for part in _growing(stretch):
            staffed = attended(part)
            block = _paused(workplace.time, staffed, need, part[1]) if need.splittable else None
            block = block if need.splittable else _unbroken(staffed, need, part[1])
            if block is not None:
                return block
    return None


def last_block(
    workplace: Workplace, attended: Attended, need: Need, ready: Minute, over_by: Minute
) -> Block | None:
    """The block in [ready, over_by) that starts last; the last stretch that holds the work has it."""
    span = (ready, over_by)
    stretches = tuple(workplace.gaps(*span)) if need.splittable else workplace.open_gaps(*span)
    minutes = need.attended_min + need.alone_min
    for stretch in reversed(stretches):
        if stretch[1] - stretch[0] < minutes or workplace.time.work_between(*stretch) < minutes:
            continue
        if not need.attended_min:
            return _alone_last(workplace.time, need.alone_min, stretch[1])
        for part in _growing_back(stretch):
            staffed = attended(part)
            block = (
                _paused_last(workplace.time, staffed, need, stretch[1])
                if need.splittable
                else _unbroken_last(staffed, need, stretch[1])
            )
            if block is not None:
                return block
    return None


def _alone_last(time: WorkTime, minutes: int, over_by: Minute) -> Block | None:
    done = time.work_before(over_by)
    start, end = time.start_at(done - minutes), time.end_at(done)
    return None if start is None or end is None else Block(start, start, end)


def _paused_last(time: WorkTime, staffed: Intervals, need: Need, over_by: Minute) -> Block | None:
    """The last attended minutes that leave time for those without a person."""
    turn_by = over_by
    if need.alone_min:
        last_turn = time.start_at(time.work_before(over_by) - need.alone_min)
        if last_turn is None:
            return None
        turn_by = last_turn
    people = WorkTime(staffed)
    done = people.work_before(turn_by)
    start, turn = people.start_at(done - need.attended_min), people.end_at(done)
    if start is None or turn is None:
        return None
    end = time.end_at(time.work_before(turn) + need.alone_min) if need.alone_min else turn
    return None if end is None else Block(start, turn, end)


def _unbroken_last(staffed: Intervals, need: Need, over_by: Minute) -> Block | None:
    """Work without a pause, inside one open stretch that ends at `over_by`."""
    for staffed_from, staffed_to in reversed(staffed):
        turn = min(staffed_to, over_by - need.alone_min)
        start = turn - need.attended_min
        if start >= staffed_from:
            return Block(start, turn, turn + need.alone_min)
    return None


def _growing_back(stretch: Interval) -> Iterator[Interval]:
    """The stretch's end, then more of it."""
    start, end = stretch
    length = _FIRST_LOOK_MIN
    while end - length > start:
        yield end - length, end
        length *= 4
    yield stretch


def _growing(stretch: Interval) -> Iterator[Interval]:
    """The stretch's beginning, then more of it: people's time is only put together as far as it is needed."""
    start, end = stretch
    length = _FIRST_LOOK_MIN
    while start + length < end:
        yield start, start + length
        length *= 4
    yield stretch


def _alone(time: WorkTime, minutes: int, start: Minute) -> Block | None:
    before = time.work_before(start)
    opening, end = time.start_at(before), time.end_at(before + minutes)
    return None if opening is None or end is None else Block(opening, opening, end)


def _paused(time: WorkTime, staffed: Intervals, need: Need, end: Minute) -> Block | None:
    """Work that pauses over closed time, within one gap."""
    people = WorkTime(staffed)
    start, turn = people.start_at(0), people.end_at(need.attended_min)
    if start is None or turn is None:
        return None
    if not need.alone_min:
        return Block(start, turn, turn)
    if time.work_between(turn, end) < need.alone_min:
        return None
    done = time.end_at(time.work_before(turn) + need.alone_min)
    return None if done is None else Block(start, turn, done)


def _unbroken(staffed: Intervals, need: Need, end: Minute) -> Block | None:
    """Work without a pause, inside one open stretch that ends at `end`."""
    for staffed_from, staffed_to in staffed:
        turn = staffed_from + need.attended_min
        if turn <= staffed_to and turn + need.alone_min <= end:
            return Block(staffed_from, turn, turn + need.alone_min)
    return None
