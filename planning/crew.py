"""Who attends: free time of people, and which of them takes which stretch of work."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from planning.intervals import clip, contains, normalize, union
from planning.shop import Interval, Intervals, Minute, Segment

# What is put together at once of the time in which anybody is free.
_STRETCH_MIN = 7 * 24 * 60


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
    _known: dict[int, Intervals] = field(
        default_factory=dict[int, Intervals], init=False, repr=False, compare=False, hash=False
    )

    def free_within(self, window: Interval) -> Intervals:
        """When anybody of them is free; put together only as far as it is asked for, and then kept."""
        if window[0] >= window[1]:
            return ()
        first, last = window[0] // _STRETCH_MIN, (window[1] - 1) // _STRETCH_MIN
        return clip(union(*(self._stretch(number) for number in range(first, last + 1))), window)

    def joined_by(self, member: CrewMember) -> "Crew":
        """The crew with one more; what is known of the others is kept."""
        other = Crew((*self.members, member))
        other._known.update(self._known)
        for start, end in member.free:
            for number in range(start // _STRETCH_MIN, (end - 1) // _STRETCH_MIN + 1):
                other._known[number] = union(self._stretch(number), self._of(member, number))
        return other

    @staticmethod
    def _of(member: CrewMember, number: int) -> Intervals:
        return clip(member.free, (number * _STRETCH_MIN, (number + 1) * _STRETCH_MIN))

    def _stretch(self, number: int) -> Intervals:
        if number not in self._known:
            self._known[number] = union(*(self._of(member, number) for member in self.members))
        return self._known[number]


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
