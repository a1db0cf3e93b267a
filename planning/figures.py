"""The exact figures of planning-domain section 4, in integer minutes and fractions.

For a resource in a window: A = available time, S = its segments, V = union of its envelopes (of an operator:
union of the operator's own segments). Every figure but the percentages is a sum over minutes, so buckets of a
window add up to the window, and machines add up to their group.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from planning.intervals import clip, intersect, normalize, subtract, total
from planning.shop import Interval, Intervals, Minute


@dataclass(frozen=True, slots=True)
class Figures:
    """Minutes. `capacity` is what load is measured against: available x max_parallel for an operator."""

    calendar: int = 0
    available: int = 0
    capacity: int = 0
    load: int = 0
    outside: int = 0
    busy: int = 0
    double_booked: int = 0
    blocked_idle: int = 0
    free: int = 0

    @property
    def utilization(self) -> Fraction | None:
        """Percent, may exceed 100; None without capacity."""
        return Fraction(100 * self.load, self.capacity) if self.capacity else None

    @property
    def overloaded(self) -> bool:
        """More load than capacity; without capacity: any load."""
        return self.load > self.capacity


def combine(parts: Iterable[Figures]) -> Figures:
    """A group: sums of loads and of available time, never the mean of percentages."""
    calendar = available = capacity = load = outside = busy = double_booked = blocked_idle = free = 0
    for part in parts:
        calendar += part.calendar
        available += part.available
        capacity += part.capacity
        load += part.load
        outside += part.outside
        busy += part.busy
        double_booked += part.double_booked
        blocked_idle += part.blocked_idle
        free += part.free
    return Figures(calendar, available, capacity, load, outside, busy, double_booked, blocked_idle, free)


def figures(
    calendar: Intervals,
    available: Intervals,
    segments: Sequence[Interval],
    envelopes: Iterable[Interval],
    window: Interval,
    *,
    max_parallel: int = 1,
) -> Figures:
    """All figures of one resource in `window`; segments and envelopes may overlap and reach beyond it.

    Of many resources, or by bucket: `planning.figure_columns`.
    """
    a = clip(available, window)
    inside = _cut(segments, window)
    worked = normalize(inside)
    blocked = worked if envelopes is segments else normalize(_cut(envelopes, window))
    load, open_, once = total(inside), total(a), total(worked)
    busy = total(intersect(worked, a))
    in_time = busy if once == load else sum(total(clip(a, piece)) for piece in inside)
    clamped = busy if blocked is worked else total(intersect(blocked, a))
    return Figures(
        calendar=open_ if calendar is available else total(clip(calendar, window)),
        available=open_,
        capacity=open_ * max_parallel,
        load=load,
        outside=load - in_time,
        busy=busy,
        double_booked=load - once,
        blocked_idle=clamped - busy,
        free=open_ - clamped,
    )


def load_by_edges(segments: Iterable[Interval], edges: Sequence[Minute]) -> list[int]:
    """Minutes of work, each counted where it overlaps, between each two neighbours of `edges`."""
    return _minutes(_cut(segments, (edges[0], edges[-1])), edges)


def _minutes(inside: Sequence[Interval], edges: Sequence[Minute]) -> list[int]:
    """Minutes of intervals that lie between the first and the last edge, by bucket."""
    if len(edges) == 2:
        return [total(inside)]
    found = [0] * (len(edges) - 1)
    for begin, end in inside:
        start = begin
        index = bisect_right(edges, start) - 1
        while start < end:
            stop = min(end, edges[index + 1])
            found[index] += stop - start
            start = stop
            index += 1
    return found


def _cut(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """Each interval's part in the window, still one by one."""
    low, high = window
    return [
        (max(start, low), min(end, high))
        for start, end in intervals
        if start < end and start < high and end > low
    ]


@dataclass(frozen=True, slots=True)
class Spread:
    """How unevenly a group is loaded, over its members with capacity; None where there are none.

    `spread` is highest less lowest utilization in percentage points; `cv_square` the square of population
    standard deviation over mean (the root is taken at the output), None as well where nobody has any load.
    """

    spread: Fraction | None
    cv_square: Fraction | None


def spread(members: Iterable[Figures]) -> Spread:
    """Spread and coefficient of variation of the members' utilizations."""
    values = [member.utilization for member in members]
    utilizations = [value for value in values if value is not None]
    if not utilizations:
        return Spread(None, None)
    mean = sum(utilizations, Fraction(0)) / len(utilizations)
    wide = max(utilizations) - min(utilizations)
    if not mean:
        return Spread(wide, None)
    mean_square = sum((value * value for value in utilizations), Fraction(0)) / len(utilizations)
    return Spread(wide, mean_square / (mean * mean) - 1)


def share(load: int, total_load: int) -> Fraction | None:
    """Percent of the group's load; None while the group has none."""
    return Fraction(100 * load, total_load) if total_load else None


def first_fit(
    available: Intervals,
    blocked: Intervals,
    span: Interval,
    minutes: int,
    *,
    splittable: bool,
) -> Interval | None:
    """The first of `fits`."""
    return next(fits(available, blocked, span, minutes, splittable=splittable), None)


def fits(
    available: Intervals,
    blocked: Intervals,
    span: Interval,
    minutes: int,
    *,
    splittable: bool,
) -> Iterator[Interval]:
    """The free slots in `span`, in order, that hold `minutes` (at least 1) of work before the next block.

    Gives [start, end) of each: work can start at `start` and go on until `end`, which is the last closing
    before the next block (or the end of `span`). Splittable work may pause over closed time in between; other
    work needs its minutes in one open stretch, and each slot then is such a stretch.
    """
    if not splittable:
        stretches = subtract(clip(available, span), blocked)
        yield from ((start, end) for start, end in stretches if end - start >= minutes)
        return
    for gap in subtract((span,), clip(blocked, span)):
        inside = clip(available, gap)
        if _holds(inside, minutes):
            yield inside[0][0], inside[-1][1]


def _holds(intervals: Intervals, minutes: int) -> bool:
    """Whether they add up to `minutes`, without adding up more than needed."""
    left = minutes
    for start, end in intervals:
        left += start - end
        if left <= 0:
            return True
    return False
