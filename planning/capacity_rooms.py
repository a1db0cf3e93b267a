"""How much of a work the free stretches of its machines hold by some instant.

A stretch lies between two bookings (or, for work that may not pause, in one open time between them). One
setup goes off its minutes, the rest holds whole pieces. Counted once for a machine, then asked by bisection.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from planning.shop import Attendance, Interval, Minute
from planning.workplaces import Workplace


@dataclass(frozen=True, slots=True)
class Work:
    """One operation of the order asked about; `elapsed_min` instead of workplaces: a subcontract."""

    work_center_id: str | None
    workplaces: tuple[Workplace, ...]
    setup_min: int
    run_s_per_piece: int
    splittable: bool = True
    wait_after_min: int = 0
    attendance: Attendance = Attendance.FULL
    elapsed_min: int | None = None

    def run_min(self, pieces: int) -> int:
        """Run time of one block of `pieces`, rounded up once."""
        return -(-pieces * self.run_s_per_piece // 60)

    def minutes(self, pieces: int) -> int:
        """`op_minutes` of one block."""
        return self.setup_min + self.run_min(pieces)

    def pieces_within(self, minutes: int, at_most: int) -> int:
        """Pieces that one setup and these minutes allow."""
        if minutes < self.setup_min or minutes < 1:
            return 0
        if self.run_s_per_piece == 0:
            return at_most
        pieces = (minutes - self.setup_min) * 60 // self.run_s_per_piece
        return pieces if pieces < at_most else at_most


@dataclass(frozen=True, slots=True)
class Stretch:
    """A free stretch of one machine from `start` on, and the pieces that it holds up to some instant."""

    workplace: Workplace
    start: Minute
    pieces: int

    @property
    def by_size(self) -> tuple[int, Minute, str, str]:
        """Sort key: large ones first, so that as few setups are made as the finish allows."""
        return -self.pieces, self.start, self.workplace.code, self.workplace.machine_id


class Room:
    """What one machine holds of at most `quantity` pieces of a work within span = [ready, horizon)."""

    def __init__(self, workplace: Workplace, work: Work, quantity: int, span: Interval) -> None:
        self._workplace, self._work, self._quantity = workplace, work, quantity
        worked = workplace.time.work_before
        at_least = max(1, work.minutes(1))  # for one piece
        stretches = workplace.gaps(*span, at_least) if work.splittable else workplace.open_gaps(*span)
        self._starts: list[Minute] = []
        self._ends: list[Minute] = []
        self._worked: list[int] = []
        self._full: list[int] = []
        for start, end in stretches:
            before = worked(start)
            pieces = work.pieces_within(worked(end) - before, quantity)
            if pieces:
                self._starts.append(start)
                self._ends.append(end)
                self._worked.append(before)
                self._full.append(pieces)
        self._sums = list(accumulate(self._full, initial=0))
        self._most = list(accumulate(self._full, max, initial=0))

    def _last(self, until: Minute) -> tuple[int, int]:
        """The last stretch that begins before `until` (-1: none) and the pieces that it holds by then."""
        index = bisect_left(self._starts, until) - 1
        if index < 0:
            return -1, 0
        if until >= self._ends[index]:
            return index, self._full[index]
        minutes = self._workplace.time.work_before(until) - self._worked[index]
        return index, self._work.pieces_within(minutes, self._quantity)

    def sum_by(self, until: Minute) -> int:
        """Pieces by `until` in all stretches together."""
        index, pieces = self._last(until)
        return self._sums[index] + pieces if index >= 0 else 0

    def most_by(self, until: Minute) -> int:
        """Pieces by `until` in the stretch that holds most."""
        index, pieces = self._last(until)
        return max(self._most[index], pieces) if index >= 0 else 0

    def stretches_by(self, until: Minute) -> list[Stretch]:
        """Every stretch that holds a piece by `until`."""
        index, last = self._last(until)
        counts = [*self._full[:index], last] if index >= 0 else []
        pairs = zip(self._starts, counts, strict=False)
        return [Stretch(self._workplace, start, count) for start, count in pairs if count]


def held_by(rooms: Sequence[Room], until: Minute, lots: int | None) -> int:
    """Pieces by `until`: in all stretches of all machines, or in one of each of at most `lots` machines."""
    return held(counts_by(rooms, until, lots), lots)


def counts_by(rooms: Sequence[Room], until: Minute, lots: int | None) -> list[int]:
    """Pieces by `until` on each machine: in all its stretches, or with lots in the one that holds most."""
    if lots is None:
        return [room.sum_by(until) for room in rooms]
    return [room.most_by(until) for room in rooms]


def held(counts: Sequence[int], lots: int | None) -> int:
    """What these machines hold together, or the best of them with lots."""
    return sum(counts) if lots is None else sum(sorted(counts, reverse=True)[:lots])


def first_end(rooms: Sequence[Room], quantity: int, span: Interval, lots: int | None) -> Minute | None:
    """The first instant of span by which `quantity` is held; None when that is never."""
    ready, horizon = span
    minutes = max(0, horizon - ready)
    if held_by(rooms, ready + minutes, lots) < quantity:
        return None
    fits = bisect_left(
        range(minutes), True, key=lambda after: held_by(rooms, ready + after, lots) >= quantity
    )
    return ready + fits


def chosen_by(rooms: Sequence[Room], until: Minute, lots: int | None) -> list[Stretch]:
    """The stretches that `held_by` counts, largest first."""
    if lots is None:
        return sorted((s for room in rooms for s in room.stretches_by(until)), key=lambda s: s.by_size)
    best = (min(room.stretches_by(until), key=lambda s: s.by_size, default=None) for room in rooms)
    return sorted((s for s in best if s is not None), key=lambda s: s.by_size)[:lots]
