"""Who attends: free time of people, and which of them takes which stretch of work."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from planning.intervals import clip, contains, normalize, union
from planning.shop import Interval, Intervals, Minute, Segment


@dataclass(frozen=True, slots=True)
class CrewMember:
    """A person and the time in which one more job may be theirs: there, qualified, not fully booked."""

    operator_id: str
    code: str
    free: Intervals


@dataclass(frozen=True, slots=True)
class Crew:
    """The people who may attend a machine, in any order."""

    members: tuple[CrewMember, ...] = ()

    def free_within(self, window: Interval) -> Intervals:
        """When anybody of them is free; put together only as far as it is asked for."""
        return union(*(clip(member.free, window) for member in self.members))


NOBODY = Crew()


def fully_booked(work: Iterable[Interval], max_parallel: int) -> Intervals:
    """The minutes in which `max_parallel` or more of the stretches run at once."""
    if max_parallel == 1:
        return normalize(work)
    spans = sorted(work)
    if all(first[1] <= second[0] for first, second in pairwise(spans)):
        return ()
    edges: list[tuple[Minute, int]] = []
    for start, end in spans:
        if end > start:
            edges += [(start, 1), (end, -1)]
    full: list[Interval] = []
    running, since = 0, 0
    for minute, change in sorted(edges):
        before, running = running, running + change
        if before < max_parallel <= running:
            since = minute
        elif running < max_parallel <= before:
            full.append((since, minute))
    return normalize(full)


def assign(work: Intervals, crew: Iterable[CrewMember]) -> tuple[Segment, ...]:
    """The work cut into one person's segments each.

    Who is on the job stays while free, over pauses too; at a handover the one who can stay
    longest takes over, then the lowest code. Each minute of `work` must have somebody free.
    """
    members = sorted(crew, key=lambda m: (m.code, m.operator_id))
    segments: list[Segment] = []
    current: CrewMember | None = None
    for start, end in work:
        minute = start
        while minute < end:
            if current is None or not contains(current.free, minute):
                current = _who_stays_longest(members, minute)
            until = min(end, _stays_until(current, minute))
            segments.append(Segment(minute, until, current.operator_id))
            minute = until
    return tuple(segments)


def _who_stays_longest(members: Iterable[CrewMember], minute: Minute) -> CrewMember:
    return max(members, key=lambda member: _stays_until(member, minute))


def _stays_until(member: CrewMember, minute: Minute) -> Minute:
    """The end of the free stretch that holds `minute`; `minute` itself when the person is not free."""
    index = bisect_right(member.free, minute, key=_end)
    if index == len(member.free) or member.free[index][0] > minute:
        return minute
    return member.free[index][1]


def _end(interval: Interval) -> Minute:
    return interval[1]
