"""Arithmetic of half-open minute intervals: every function takes and gives `Intervals` in normal form.

Normal form: sorted, disjoint, not touching, none empty. All functions are linear in their input, apart from
`normalize`, which sorts (linear on input that is already sorted), and the bisections of `WorkTime`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from itertools import accumulate, chain
from operator import itemgetter, sub

from planning.shop import Interval, Intervals, Minute

_start: Callable[[Interval], Minute] = itemgetter(0)
_end: Callable[[Interval], Minute] = itemgetter(1)
# Later than any minute of a plan.
_NEVER = 2**62


def normalize(intervals: Iterable[Interval]) -> Intervals:
    """Any intervals, in any order, overlapping or empty, in normal form."""
    merged: list[Interval] = []
    last_start = last_end = -_NEVER
    for start, end in sorted(intervals):
        if start > last_end:
            if end > start:
                if last_end > last_start:
                    merged.append((last_start, last_end))
                last_start, last_end = start, end
        elif end > last_end:
            last_end = end
    if last_end > last_start:
        merged.append((last_start, last_end))
    return tuple(merged)


def union(*parts: Intervals) -> Intervals:
    """Minutes in any of the parts."""
    filled = [part for part in parts if part]
    return filled[0] if len(filled) == 1 else normalize(chain.from_iterable(filled))


def intersect(a: Intervals, b: Intervals) -> Intervals:
    """Minutes in both."""
    if not a or not b:
        return ()
    if len(b) == 1:  # as where somebody holds a skill for good
        return clip(a, b[0])
    if len(a) == 1:
        return clip(b, a[0])
    common: list[Interval] = []
    # The inner loop of nearly every figure: written out, it takes half the time.
    rest_of_a, rest_of_b = iter(a), iter(b)
    a_start, a_end = next(rest_of_a)
    b_start, b_end = next(rest_of_b)
    while True:
        start = a_start if a_start > b_start else b_start
        if a_end <= b_end:
            if start < a_end:
                common.append((start, a_end))
            following = next(rest_of_a, None)
            if following is None:
                return tuple(common)
            a_start, a_end = following
        else:
            if start < b_end:
                common.append((start, b_end))
            following = next(rest_of_b, None)
            if following is None:
                return tuple(common)
            b_start, b_end = following


def subtract(a: Intervals, b: Intervals) -> Intervals:
    """Minutes in `a` and not in `b`."""
    if not a or not b:
        return a
    left: list[Interval] = []
    rest, none_left = iter(b), (_NEVER, _NEVER)
    b_start, b_end = next(rest)
    for interval in a:
        cursor, end = interval
        while b_end <= cursor:
            b_start, b_end = next(rest, none_left)
        if b_start >= end:
            left.append(interval)
            continue
        while b_start < end:
            if cursor < b_start:
                left.append((cursor, b_start))
            cursor = b_end
            if cursor >= end:  # it may reach into the next of `a`
                break
            b_start, b_end = next(rest, none_left)
        if cursor < end:
            left.append((cursor, end))
    return tuple(left)


def total(intervals: Collection[Interval]) -> int:
    """Minutes in all of them; overlapping ones count each."""
    return sum(map(_end, intervals)) - sum(map(_start, intervals))


def clip(intervals: Intervals, window: Interval) -> Intervals:
    """The part within `window`, in O(log n + k)."""
    start, end = window
    if not intervals or start >= end:
        return ()
    first = bisect_right(intervals, start, key=_end)
    last = bisect_left(intervals, end, lo=first, key=_start)
    inside = intervals[first:last]
    if not inside:
        return ()
    (first_start, first_end), (last_start, last_end) = inside[0], inside[-1]
    if first_start >= start and last_end <= end:
        return inside
    if len(inside) == 1:
        return ((max(first_start, start), min(first_end, end)),)
    # Only the outer two can stick out.
    return ((max(first_start, start), first_end), *inside[1:-1], (last_start, min(last_end, end)))


def overlap(a: Interval, b: Interval) -> int:
    """Minutes that two intervals share."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def contains(intervals: Intervals, minute: Minute) -> bool:
    """Whether `minute` lies in one of them."""
    index = bisect_right(intervals, minute, key=_end)
    return index < len(intervals) and intervals[index][0] <= minute


def covers(intervals: Intervals, span: Interval) -> bool:
    """Whether all of `span`, which is not empty, lies in one of them."""
    index = bisect_right(intervals, span[0], key=_start) - 1
    return index >= 0 and intervals[index][1] >= span[1]


@dataclass(frozen=True, slots=True)
class WorkTime:
    """Working minutes counted along `intervals` (normal form), each question answered by one bisection.

    At a shift edge the two directions differ on purpose: work that starts takes the next opening, work that
    ends takes the previous closing (finished Friday 14:30, not Monday 06:00).
    """

    intervals: Intervals
    _starts: tuple[Minute, ...] = field(init=False, repr=False, compare=False)
    _done: tuple[int, ...] = field(init=False, repr=False, compare=False)  # minutes before each interval

    def __post_init__(self) -> None:
        starts = tuple(map(_start, self.intervals))
        lengths = map(sub, map(_end, self.intervals), starts)
        object.__setattr__(self, "_starts", starts)
        object.__setattr__(self, "_done", tuple(accumulate(lengths, initial=0)))

    @property
    def minutes(self) -> int:
        """All working minutes."""
        return self._done[-1]

    def work_before(self, t: Minute) -> int:
        """Working minutes before the instant `t`."""
        index = bisect_right(self._starts, t) - 1
        if index < 0:
            return 0
        start, end = self.intervals[index]
        return self._done[index] + (t if t < end else end) - start  # asked most: `min` takes as long again

    def work_between(self, start: Minute, end: Minute) -> int:
        """Working minutes in [start, end); 0 when end <= start."""
        return max(0, self.work_before(end) - self.work_before(start))

    def start_at(self, w: int) -> Minute | None:
        """The instant at which working minute `w` (counted from 0) begins; None when there are fewer."""
        if not 0 <= w < self.minutes:
            return None
        index = bisect_right(self._done, w) - 1
        return self.intervals[index][0] + w - self._done[index]

    def end_at(self, w: int) -> Minute | None:
        """The instant at which `w` working minutes are done; None when there are not so many.

        No work at all (`w` 0) is done at the first opening.
        """
        if w == 0:
            return self.start_at(0)
        if not 0 < w <= self.minutes:
            return None
        index = bisect_left(self._done, w) - 1
        return self.intervals[index][0] + w - self._done[index]
