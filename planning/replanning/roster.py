"""People's free time while a plan is decoded, and who of them attends which stretch of work.

Who can attend several jobs at once has as many lanes; a minute is free when it is free in one of them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from planning.calendars import ShopTimes
from planning.intervals import clip, contains, intersect, normalize, subtract
from planning.shop import Booking, Interval, Intervals, Minute, Operator

_end = itemgetter(1)
# Later than any end.
_LAST = 2**62
# One stretch of attended work: from, to, by whom.
Attended: TypeAlias = tuple[Minute, Minute, str]


@dataclass(frozen=True, slots=True)
class Member:
    """Who holds a skill; `valid` None: for the whole window."""

    operator_id: str
    valid: Intervals | None


class Pools:
    """Who is qualified for what, by code; and when each is there at all."""

    def __init__(self, times: ShopTimes) -> None:
        self._times = times
        self._pools: dict[str | None, tuple[Member, ...]] = {}
        self._there: dict[str | None, Intervals] = {}

    def of(self, skill_id: str | None) -> tuple[Member, ...]:
        """Everybody with the skill (None: everybody)."""
        if skill_id not in self._pools:
            people = sorted(self._times.shop.operators.values(), key=lambda o: (o.code, o.id))
            members = (self._member(operator, skill_id) for operator in people)
            self._pools[skill_id] = tuple(m for m in members if m is not None)
        return self._pools[skill_id]

    def there(self, skill_id: str | None) -> Intervals:
        """When anybody of them is there, busy or not."""
        if skill_id not in self._there:
            spans: set[Interval] = set()
            for member in self.of(skill_id):
                available = self._times.operator(member.operator_id).available
                spans.update(available if member.valid is None else intersect(available, member.valid))
            self._there[skill_id] = normalize(spans)
        return self._there[skill_id]

    def _member(self, operator: Operator, skill_id: str | None) -> Member | None:
        if skill_id is None:
            return Member(operator.id, None)
        start, end = self._times.window
        valid = normalize(
            (start if s.valid_from is None else s.valid_from, end if s.valid_to is None else s.valid_to)
            for s in operator.skills
            if s.skill_id == skill_id
        )
        if not valid:
            return None
        return Member(operator.id, None if clip(valid, (start, end)) == ((start, end),) else valid)


class Roster:
    """Free lanes of every operator; a fork shares them until work is taken."""

    def __init__(self, times: ShopTimes) -> None:
        self._base: dict[str, tuple[list[Interval], ...]] = {
            operator.id: tuple(
                list(times.operator(operator.id).available) for _ in range(operator.max_parallel)
            )
            for operator in times.shop.operators.values()
        }
        self._own: dict[str, tuple[list[Interval], ...]] = {}

    def fork(self) -> "Roster":
        other = Roster.__new__(Roster)
        other._base = {**self._base, **self._own}
        other._own = {}
        return other

    def take_all(self, bookings: Iterable[Booking]) -> None:
        """The people of all bookings are busy with them."""
        for booking in bookings:
            for segment in booking.segments:
                if segment.operator_id is not None:
                    self.take(segment.operator_id, segment.start, segment.end)

    def take(self, operator_id: str, start: Minute, end: Minute) -> None:
        """One lane less in the stretch; minutes that are in no lane are let be."""
        lanes = self._own.get(operator_id)
        if lanes is None:
            lanes = self._own[operator_id] = tuple(lane.copy() for lane in self._base[operator_id])
        left: Intervals = ((start, end),)
        for lane in lanes:
            taken = tuple(part for span in left for part in _within(lane, span))
            for part in taken:
                _cut(lane, part)
            left = subtract(left, taken)
            if not left:
                return

    def free_until(self, member: Member, minute: Minute) -> Minute:
        """The end of the member's free stretch that holds `minute`; `minute` itself when not free."""
        lanes = self._own.get(member.operator_id) or self._base[member.operator_id]
        until = _until(lanes[0], minute)
        if len(lanes) > 1:
            until = _until_in_any(lanes, minute)
        if member.valid is None or until == minute:
            return until
        if not contains(member.valid, minute):
            return minute
        return min(until, member.valid[bisect_right(member.valid, minute, key=_end)][1])

    def free(self, members: Iterable[Member], window: Interval) -> Intervals:
        """When anybody of them is free within the window."""
        found: set[Interval] = set()
        for member in members:
            for lane in self._lanes(member.operator_id):
                spans = _within(lane, window)
                found.update(spans if member.valid is None else intersect(tuple(spans), member.valid))
        return normalize(found)

    def can_attend(self, member: Member, span: Interval) -> bool:
        return self.free_until(member, span[0]) >= span[1]

    def cover(self, members: Sequence[Member], work: Intervals) -> tuple[Attended, ...] | None:
        """Who attends which part; None where nobody is free.

        Who is on the job stays while free, over pauses too; then whoever can stay longest, to the end of the
        open stretch at least as good as any longer, takes over; of several the lowest code.
        """
        found: list[Attended] = []
        current: Member | None = None
        for start, end in work:
            minute = start
            while minute < end:
                until = minute if current is None else self.free_until(current, minute)
                if until <= minute:
                    current, until = self._who_stays(members, minute, end)
                    if current is None:
                        return None
                until = min(until, end)
                if current is not None:
                    found.append((minute, until, current.operator_id))
                minute = until
        return tuple(found)

    def _who_stays(
        self, members: Sequence[Member], minute: Minute, end: Minute
    ) -> tuple[Member | None, Minute]:
        best, best_until = None, minute
        for member in members:
            until = self.free_until(member, minute)
            if until > best_until:
                best, best_until = member, until
                if until >= end:
                    break
        return best, best_until

    def _lanes(self, operator_id: str) -> tuple[list[Interval], ...]:
        return self._own.get(operator_id) or self._base[operator_id]


def _until(lane: list[Interval], minute: Minute) -> Minute:
    """The end of the lane's stretch that holds `minute`, or `minute`."""
    index = bisect_right(lane, (minute, _LAST)) - 1  # a tuple compares faster than a key is asked for
    if index < 0:
        return minute
    end = lane[index][1]
    return end if end > minute else minute


def _until_in_any(lanes: tuple[list[Interval], ...], minute: Minute) -> Minute:
    """How long one lane or another is free from `minute` on without a break."""
    until = minute
    for _ in lanes:
        before = until
        for lane in lanes:
            until = _until(lane, until)
        if until == before:
            break
    return until


def _within(lane: list[Interval], window: Interval) -> list[Interval]:
    """The lane's parts within the window."""
    start, end = window
    found: list[Interval] = []
    for index in range(max(0, bisect_right(lane, (start, _LAST)) - 1), len(lane)):
        free_from, free_to = lane[index]
        if free_to <= start:
            continue
        if free_from >= end:
            break
        found.append((max(free_from, start), min(free_to, end)))
    return found


def _cut(lane: list[Interval], part: Interval) -> None:
    """Take a part, which is inside one free stretch, out of the lane."""
    index = bisect_right(lane, (part[0], _LAST)) - 1
    start, end = lane[index]
    rest = [span for span in ((start, part[0]), (part[1], end)) if span[1] > span[0]]
    lane[index : index + 1] = rest
