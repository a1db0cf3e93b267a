"""Who attends: free time of people, and which of them takes which stretch of work."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter

from planning.intervals import clip, contains, normalize, subtract, union
from planning.shop import Interval, Intervals, Minute, Operator, Segment

# What is put together at once of the time in which anybody is free.
_STRETCH_MIN = 7 * 24 * 60
# Later than any end.
_FOREVER = 2**62


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
    # The crew that it was, and of whom it has changed: before and after.
    _was: "Crew | None" = field(default=None, repr=False, compare=False)
    _changes: tuple[tuple[CrewMember, CrewMember], ...] = field(default=(), repr=False, compare=False)

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

    def changed(self, changes: Iterable[tuple[CrewMember, CrewMember]]) -> "Crew":
        """The crew with other free time of some (before, after); what is known of the others is kept."""
        pairs = tuple((before, after) for before, after in changes if before.free != after.free)
        if not pairs:
            return self
        others = {member.operator_id: member for member in self.members}
        others |= {after.operator_id: after for _, after in pairs}
        return Crew(tuple(member for member in others.values() if member.free), self, pairs)

    @staticmethod
    def _of(member: CrewMember, number: int) -> Intervals:
        return clip(member.free, (number * _STRETCH_MIN, (number + 1) * _STRETCH_MIN))

    def _stretch(self, number: int) -> Intervals:
        if number not in self._known:
            known = self._as_it_was(number)
            if known is None:
                known = union(*(self._of(member, number) for member in self.members))
            self._known[number] = known
        return self._known[number]

    def _as_it_was(self, number: int) -> Intervals | None:
        """From the stretch of the crew that it was; None where somebody has less free time in it now."""
        if self._was is None:
            return None
        gained: list[Intervals] = []
        for before, after in self._changes:
            had, has = self._of(before, number), self._of(after, number)
            if subtract(had, has):
                return None
            gained.append(has)
        return union(self._was._stretch(number), *gained)


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


def held(operator: Operator, skill_id: str | None, window: Interval) -> Intervals:
    """When in the window the person holds the skill, there or not; None: whenever."""
    if skill_id is None:
        return (window,)
    valid = (
        (window[0] if s.valid_from is None else s.valid_from, window[1] if s.valid_to is None else s.valid_to)
        for s in operator.skills
        if s.skill_id == skill_id
    )
    return clip(normalize(valid), window)


def assign(work: Intervals, crew: Iterable[CrewMember]) -> tuple[Segment, ...]:
    """The work cut into one person's segments each.

    Who is on the job stays while free, over pauses too; at a handover the one who can stay
    longest takes over, then the lowest code. Each minute of `work` must have somebody free.
    """
    members = sorted(crew, key=attrgetter("code", "operator_id"))
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


def _who_stays_longest(members: Sequence[CrewMember], minute: Minute) -> CrewMember:
    best, longest = members[0], minute
    for member in members:  # crews are large: written out, it takes half the time
        index = bisect_right(member.free, (minute, _FOREVER)) - 1
        if index >= 0 and member.free[index][1] > longest:
            best, longest = member, member.free[index][1]
    return best


def _stays_until(member: CrewMember, minute: Minute) -> Minute:
    """The end of the free stretch that holds `minute`; `minute` itself when the person is not free."""
    index = bisect_right(member.free, (minute, _FOREVER)) - 1
    return minute if index < 0 else max(minute, member.free[index][1])
