"""Minutes of many resources at once, in columns of integers.

Each resource is a lane: a piece of one axis as long as the window, with a minute to spare before the next,
so that nothing of one lane touches another. What would be a loop over resources, stretches and buckets is
then one sorted search along the axis. Exact, like `planning.intervals`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from planning.shop import Interval, Minute

Column: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Stretches of time, each with the number of the resource whose it is; in any order, they may overlap."""

    lane: Column
    start: Column
    end: Column

    def where(self, wanted: npt.NDArray[np.bool_]) -> "Stretches":
        return Stretches(self.lane[wanted], self.start[wanted], self.end[wanted])


def stretches(rows: Sequence[Sequence[Interval]]) -> Stretches:
    """The intervals of each lane."""
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    flat = np.fromiter(chain.from_iterable(chain.from_iterable(rows)), np.int64, 2 * int(lengths.sum()))
    return Stretches(np.repeat(np.arange(len(rows)), lengths), flat[::2], flat[1::2])


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Stretches on the axis."""

    start: Column
    end: Column

    def merged(self) -> "Placed":
        """In normal form: sorted, disjoint, not touching."""
        if not self.start.size:
            return self
        order = np.argsort(self.start, kind="stable")
        start, until = self.start[order], np.maximum.accumulate(self.end[order])
        begins = np.concatenate(([True], start[1:] > until[:-1]))
        return Placed(start[begins], until[np.concatenate((begins[1:], [True]))])

    def within(self, normal: "Placed") -> "Placed":
        """The parts of each stretch that lie in `normal`, which is in normal form."""
        first = np.searchsorted(normal.end, self.start, side="right")
        count = np.maximum(np.searchsorted(normal.start, self.end) - first, 0)
        mine = np.repeat(np.arange(count.size), count)
        # Of the stretches met by one: the first, the second and so on.
        met = np.arange(mine.size) + np.repeat(first - np.cumsum(count) + count, count)
        return Placed(
            np.maximum(self.start[mine], normal.start[met]), np.minimum(self.end[mine], normal.end[met])
        )

    def minutes_before(self, keys: Column) -> Column:
        """Minutes of all stretches, overlapping ones each, before each key of the axis."""
        return _elapsed(self.start, keys) - _elapsed(self.end, keys)


def _elapsed(since: Column, keys: Column) -> Column:
    """The sum of what has passed at each key since those of `since` that lie before it."""
    ordered = np.sort(since)
    sums = np.concatenate(([0], np.cumsum(ordered)))
    count = np.searchsorted(ordered, keys)
    return count * keys - sums[count]


class Axis:
    """`lanes` resources over the buckets between each two neighbours of `edges` (ascending)."""

    def __init__(self, lanes: int, edges: Sequence[Minute]) -> None:
        self._window = edges[0], edges[-1]
        self._offsets = np.arange(lanes) * (edges[-1] - edges[0] + 1) - edges[0]
        self._keys: Column = self._offsets[:, None] + np.array(edges, np.int64)[None, :]

    def place(self, work: Stretches) -> Placed:
        """Each stretch's part in the window, empty ones left out."""
        low, high = self._window
        start, end = np.maximum(work.start, low), np.minimum(work.end, high)
        some, offset = start < end, self._offsets[work.lane]
        return Placed((start + offset)[some], (end + offset)[some])

    def minutes(self, placed: Placed) -> Column:
        """Minutes by lane and bucket; of stretches that overlap each."""
        return np.diff(placed.minutes_before(self._keys), axis=1)


def column(values: Iterable[int]) -> Column:
    return np.fromiter(values, np.int64)
