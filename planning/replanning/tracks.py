"""A machine's time while a plan is decoded: envelopes in real time and, beside them, in working minutes.

Counted in working minutes, work that pauses over closed time is one unbroken stretch, so that looking for a
gap compares integers only.
"""

from bisect import bisect_right
from collections.abc import Iterable

from planning.intervals import normalize
from planning.shop import Interval, Intervals, Minute
from planning.workplaces import Workplace


class Track:
    """One machine. Envelopes between which no working minute lies are kept as one."""

    __slots__ = ("_done", "_ends", "_starts", "_work_ends", "_work_starts", "workplace")

    def __init__(self, workplace: Workplace, taken: Iterable[Interval] = ()) -> None:
        self.workplace = workplace
        self._starts: list[Minute] = []
        self._ends: list[Minute] = []
        self._work_starts: list[int] = []
        self._work_ends: list[int] = []
        done = [0]
        for start, end in workplace.available:
            done.append(done[-1] + end - start)
        self._done = done
        for start, end in normalize(taken):
            self.block(start, end)

    def copy(self) -> "Track":
        other = Track.__new__(Track)
        other.workplace, other._done = self.workplace, self._done
        other._starts, other._ends = self._starts.copy(), self._ends.copy()
        other._work_starts, other._work_ends = self._work_starts.copy(), self._work_ends.copy()
        return other

    @property
    def envelopes(self) -> Intervals:
        return tuple(zip(self._starts, self._ends, strict=True))

    def first(self, ready: Minute, minutes: int, *, splittable: bool) -> Interval | None:
        """Where so many minutes (at least one) of work end first; None: nowhere within the compiled time."""
        time = self.workplace.time
        index = bisect_right(self._ends, ready)
        cursor = time.work_before(ready)
        count = len(self._starts)
        if index < count and self._starts[index] <= ready:
            cursor = self._work_ends[index]
            index += 1
        while True:
            limit = self._work_starts[index] if index < count else self._done[-1]
            if limit - cursor >= minutes:
                at = cursor if splittable else self._unbroken(cursor, limit, minutes)
                if at is not None:
                    start, end = time.start_at(at), time.end_at(at + minutes)
                    return None if start is None or end is None else (start, end)
            if index >= count:
                return None
            cursor = self._work_ends[index]
            index += 1

    def turn(self, start: Minute, minutes: int) -> Minute:
        """When so many working minutes from `start` on are done."""
        time = self.workplace.time
        end = time.end_at(time.work_before(start) + minutes)
        return start if end is None else end

    def is_free(self, start: Minute, end: Minute) -> bool:
        """Whether no envelope touches the stretch."""
        index = bisect_right(self._ends, start)
        return index == len(self._starts) or self._starts[index] >= end

    def block(self, start: Minute, end: Minute) -> None:
        """Put an envelope on, where nothing is."""
        time = self.workplace.time
        work_start, work_end = time.work_before(start), time.work_before(end)
        at = bisect_right(self._starts, start)
        joins_left = at > 0 and self._work_ends[at - 1] == work_start
        joins_right = at < len(self._starts) and self._work_starts[at] == work_end
        if joins_left and joins_right:
            self._ends[at - 1], self._work_ends[at - 1] = self._ends[at], self._work_ends[at]
            del self._starts[at], self._ends[at], self._work_starts[at], self._work_ends[at]
        elif joins_left:
            self._ends[at - 1], self._work_ends[at - 1] = end, work_end
        elif joins_right:
            self._starts[at], self._work_starts[at] = start, work_start
        else:
            self._starts.insert(at, start)
            self._ends.insert(at, end)
            self._work_starts.insert(at, work_start)
            self._work_ends.insert(at, work_end)

    def _unbroken(self, cursor: int, limit: int, minutes: int) -> int | None:
        """The first working minute of an open stretch, or `cursor`, from which no pause breaks the work."""
        index = bisect_right(self._done, cursor)
        while index < len(self._done):
            if cursor + minutes > limit:
                return None
            if cursor + minutes <= self._done[index]:
                return cursor
            cursor = self._done[index]
            index += 1
        return None
