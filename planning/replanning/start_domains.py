"""Where a job may start on a machine, exactly, and for how long it then pauses.

Between two edges (of an open stretch, at the start or at the end of the work) the pause is the same for every
start. So the starts with one length of pause are a few stretches, found by one walk along the open time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from planning.shop import Interval, Intervals, Minute


@dataclass(frozen=True, slots=True)
class Starts:
    """Starts from `first` to `last`, both possible; work from each ends `minutes` + `pause` later."""

    first: Minute
    last: Minute
    pause: int


class OpenTime:
    """Open minutes of a machine, or of a machine and anybody who can attend it."""

    def __init__(self, intervals: Intervals) -> None:
        self._intervals = intervals
        self._opens = [start for start, _ in intervals]
        self._done = list(accumulate((end - start for start, end in intervals), initial=0))

    def starts(self, minutes: int, gaps: Iterable[Interval], *, splittable: bool) -> Sequence[Starts]:
        """Every start from which `minutes` (at least one) of work end within the same gap, in order."""
        found: list[Starts] = []
        for gap_start, gap_end in gaps:
            work, last = self._work_before(gap_start), self._work_before(gap_end) - minutes
            while work <= last:
                index = bisect_right(self._done, work) - 1
                end_index = bisect_left(self._done, work + minutes) - 1
                start = self._opens[index] + work - self._done[index]
                end = self._opens[end_index] + work + minutes - self._done[end_index]
                same = min(
                    self._done[index + 1] - work,
                    self._done[end_index + 1] - work - minutes + 1,
                    last - work + 1,
                )
                pause = end - start - minutes
                if splittable or not pause:
                    found.append(Starts(start, start + same - 1, pause))
                work += same
        return found

    def _work_before(self, minute: Minute) -> int:
        index = bisect_right(self._opens, minute) - 1
        if index < 0:
            return 0
        start, end = self._intervals[index]
        return self._done[index] + min(minute, end) - start


def first_start(starts: Sequence[Starts], ready: Minute) -> tuple[Minute, int] | None:
    """The first possible start from `ready` on, and its pause."""
    index = bisect_left(starts, ready, key=_last)
    if index == len(starts):
        return None
    return max(ready, starts[index].first), starts[index].pause


def gaps_between(envelopes: Intervals, span: Interval) -> list[Interval]:
    """The stretches of `span` between envelopes."""
    found: list[Interval] = []
    cursor, end = span
    for blocked_from, blocked_to in envelopes:
        if blocked_to <= cursor:
            continue
        if blocked_from >= end:
            break
        if blocked_from > cursor:
            found.append((cursor, blocked_from))
        cursor = blocked_to
    return [*found, (cursor, end)] if cursor < end else found


def _last(starts: Starts) -> Minute:
    return starts.last
