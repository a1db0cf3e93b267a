"""Machines as places for new work: open time, bookings in the way, people; and where a block fits first."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from planning.crew import CrewMember
from planning.intervals import WorkTime, clip, subtract
from planning.shop import Interval, Intervals, Minute


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
    crew: tuple[CrewMember, ...] = ()
    time: WorkTime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", WorkTime(self.available))

    def gaps(self, start: Minute, end: Minute) -> Iterator[Interval]:
        """The stretches of [start, end) between envelopes, in order; closed time is part of them."""
        cursor = start
        for index in range(bisect_right(self.envelopes, start, key=_end), len(self.envelopes)):
            blocked_from, blocked_to = self.envelopes[index]
            if blocked_from >= end:
                break
            if cursor < blocked_from:
                yield cursor, blocked_from
            cursor = blocked_to
        if cursor < end:
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
    workplace: Workplace, attended: WorkTime, need: Need, ready: Minute, horizon_end: Minute
) -> Block | None:
    """The first gap that holds the work; an earlier gap always means an earlier end."""
    if need.splittable:
        return _paused(workplace.gaps(ready, horizon_end), workplace.time, attended, need)
    return _unbroken(workplace.open_gaps(ready, horizon_end), attended, need)


def _paused(gaps: Iterator[Interval], time: WorkTime, attended: WorkTime, need: Need) -> Block | None:
    """Work that pauses over closed time, but over no envelope."""
    for gap_start, gap_end in gaps:
        start, turn = None, gap_start
        if need.attended_min:
            before = attended.work_before(gap_start)
            if attended.work_before(gap_end) - before < need.attended_min:
                continue
            start, turn = attended.start_at(before), attended.end_at(before + need.attended_min)
        end = turn
        if need.alone_min and turn is not None:
            before = time.work_before(turn)
            if time.work_before(gap_end) - before < need.alone_min:
                continue
            start = time.start_at(before) if start is None else start
            end = time.end_at(before + need.alone_min)
        if start is not None and turn is not None and end is not None:
            return Block(start, max(start, turn), end)
    return None


def _unbroken(open_gaps: Intervals, attended: WorkTime, need: Need) -> Block | None:
    """Work without a pause, inside one open stretch."""
    for start, end in open_gaps:
        if not need.attended_min:
            if end - start >= need.alone_min:
                return Block(start, start, start + need.alone_min)
            continue
        for staffed_from, staffed_to in clip(attended.intervals, (start, end)):
            turn = staffed_from + need.attended_min
            if turn <= staffed_to and turn + need.alone_min <= end:
                return Block(staffed_from, turn, turn + need.alone_min)
    return None


def _end(interval: Interval) -> Minute:
    return interval[1]
