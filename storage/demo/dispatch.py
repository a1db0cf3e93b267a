"""Gives work to machines and people in the order in which they come free.

A simulation of the shop floor, quicker and plainer than `planning.insertion`, which finds the best place for
one order in a given plan: here a whole plan is made from nothing. Nothing is placed outside a machine's or a
person's available time, twice on one machine, or beyond what a person can tend.

Run on mirrored time (every instant negated) it fills the past backwards from today; `attended_first` says
whether the minutes that need a person come first in the time it runs on.
"""

import heapq
from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from planning.shop import Intervals, Minute

MIN_PIECE_MIN = 15  # nobody is called to a machine for less, unless less is left to do


class Lane:
    """One thing at a time that a person can tend: available time less what was given to them."""

    __slots__ = ("_busy_ends", "_busy_starts", "_ends", "_open", "load_min", "operator_id")

    def __init__(self, operator_id: str, available: Intervals, ends: Sequence[Minute]) -> None:
        self.operator_id = operator_id
        self.load_min = 0
        self._open = available
        self._ends = ends
        self._busy_starts: list[Minute] = []
        self._busy_ends: list[Minute] = []

    def next_free(self, t: Minute) -> tuple[Minute, Minute] | None:
        """The first free stretch that ends after `t`, cut to start no earlier."""
        index = bisect_right(self._ends, t)
        while index < len(self._open):
            start, end = self._open[index]
            start = max(start, t)
            busy = bisect_right(self._busy_ends, start)
            if busy == len(self._busy_starts):
                return start, end
            if self._busy_starts[busy] > start:
                return start, min(end, self._busy_starts[busy])
            t = self._busy_ends[busy]
            if t >= end:
                index = bisect_right(self._ends, t)
        return None

    def take(self, start: Minute, end: Minute) -> None:
        insort(self._busy_starts, start)
        insort(self._busy_ends, end)
        self.load_min += end - start

    def forget(self, before: Minute) -> None:
        """Drop what ended before the front of the simulation."""
        index = bisect_right(self._busy_ends, before)
        del self._busy_starts[:index], self._busy_ends[:index]


@dataclass(slots=True)
class Member:
    """A lane that may serve a machine until the skill runs out."""

    lane: Lane
    until: Minute | None = None


@dataclass(slots=True)
class Station:
    """A machine: its available time, when it is next free, and who can run it."""

    machine_id: str
    open: Intervals
    ends: tuple[Minute, ...]
    crew: tuple[Member, ...]
    free_from: Minute


@dataclass(frozen=True, slots=True)
class Option:
    """One machine that can do a step: minutes with a person and minutes without."""

    machine_id: str
    attended_min: int
    alone_min: int


@dataclass(frozen=True, slots=True)
class Step:
    """`outside_min`: elapsed minutes at a subcontractor instead of options. `whole`: no pause inside."""

    operation_id: str
    options: tuple[Option, ...]
    whole: bool = False
    wait_min: int = 0
    outside_min: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """An order's steps in the order in which the simulation meets them."""

    order_id: str
    release: Minute
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    start: Minute
    end: Minute
    lane: Lane | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A step with its place; `pieces` None: no room in the time known, and the later steps never come."""

    job: Job
    step: Step
    machine_id: str
    pieces: tuple[Piece, ...] | None
    last: bool


class Floor:
    def __init__(self, stations: Mapping[str, Station], *, attended_first: bool, thorough: bool) -> None:
        """`thorough` tries every option of a step and takes the earliest end; else the machine free first."""
        self._stations = stations
        self._attended_first = attended_first
        self._thorough = thorough
        self._lanes = {id(m.lane): m.lane for s in stations.values() for m in s.crew}
        self._placed = 0

    def run(self, jobs: Iterator[Job], at_once: int | None = None) -> Iterator[Placed]:
        """Place the steps of `jobs` (by release), each as soon as its machine could begin it.

        `at_once` bounds the jobs under way: with an endless source, the work in progress stays flat.
        """
        queue: list[tuple[Minute, int, Minute, Job, int]] = []  # earliest start, tie, ready, job, step index
        upcoming = next(jobs, None)
        tie = count()
        while queue or upcoming:
            room = at_once is None or len(queue) < at_once
            if upcoming and room and (not queue or upcoming.release <= queue[0][0]):
                heapq.heappush(queue, (upcoming.release, next(tie), upcoming.release, upcoming, 0))
                upcoming = next(jobs, None)
                continue
            earliest, _, ready, job, index = heapq.heappop(queue)
            step = job.steps[index]
            begin = self._earliest(step, ready)
            if begin > earliest:
                heapq.heappush(queue, (begin, next(tie), ready, job, index))
                continue
            last = index + 1 == len(job.steps)
            if step.outside_min is not None:
                done = ready + step.outside_min
            else:
                placed = self._place(job, step, ready, last=last)
                yield placed
                if placed.pieces is None:
                    continue
                done = placed.pieces[-1].end + step.wait_min
            if not last:
                begin = self._earliest(job.steps[index + 1], done)
                heapq.heappush(queue, (begin, next(tie), done, job, index + 1))

    def _earliest(self, step: Step, ready: Minute) -> Minute:
        if not step.options:
            return ready
        return max(ready, min(self._stations[o.machine_id].free_from for o in step.options))

    def _place(self, job: Job, step: Step, ready: Minute, *, last: bool) -> Placed:
        options = step.options
        if not self._thorough:
            options = (min(options, key=lambda o: self._stations[o.machine_id].free_from),)
        best: tuple[Minute, Option, list[Piece]] | None = None
        for option in options:
            pieces = self._fit(self._stations[option.machine_id], option, ready, whole=step.whole)
            if pieces and (best is None or pieces[-1].end < best[0]):
                best = pieces[-1].end, option, pieces
        if best is None:
            return Placed(job, step, options[0].machine_id, None, last)
        end, option, pieces = best
        self._stations[option.machine_id].free_from = end
        for piece in pieces:
            if piece.lane is not None:
                piece.lane.take(piece.start, piece.end)
        self._placed += 1
        if self._placed % 5_000 == 0:
            for lane in self._lanes.values():
                lane.forget(ready)
        return Placed(job, step, option.machine_id, tuple(pieces), last)

    def _fit(self, station: Station, option: Option, ready: Minute, *, whole: bool) -> list[Piece] | None:
        begin = max(ready, station.free_from)
        parts = [(option.attended_min, True), (option.alone_min, False)]
        if not self._attended_first:
            parts.reverse()
        work = [part for part in parts if part[0] > 0]
        return fit_whole(station, work, begin) if whole else fit_split(station, work, begin)


def fit_split(station: Station, work: Sequence[tuple[int, bool]], t: Minute) -> list[Piece] | None:
    """Work that may pause: over breaks, nights, downtime, and while nobody is there."""
    pieces: list[Piece] = []
    index = bisect_right(station.ends, t)
    for minutes, attended in work:
        left = minutes
        lane: Lane | None = None
        while left:
            if index == len(station.open):
                return None
            start, end = station.open[index]
            t = max(t, start)
            if t >= end:
                index += 1
                continue
            until = min(end, t + left)
            if attended:
                free = _who(station.crew, t, left, lane)
                if free is None:
                    return None
                lane, begin, stop = free
                if begin > t:
                    t = begin
                    index = bisect_right(station.ends, t)
                    continue
                until = min(until, stop)
            pieces.append(Piece(t, until, lane))
            left -= until - t
            t = until
    return _joined(pieces)


def _who(
    crew: Sequence[Member], t: Minute, left: int, current: Lane | None
) -> tuple[Lane, Minute, Minute] | None:
    """Who is there first from `t` on; whoever is at it stays; among equals the one with least to do."""
    need = min(left, MIN_PIECE_MIN)
    best: tuple[Minute, int, int] | None = None
    found: tuple[Lane, Minute, Minute] | None = None
    for place, member in enumerate(crew):
        free = member.lane.next_free(t)
        while free is not None and free[1] - free[0] < need:
            free = member.lane.next_free(free[1])
        if free is None:
            continue
        start, end = free
        if member.until is not None:
            end = min(end, member.until)
            if end - start < need:
                continue
        rank = (start, -1 if member.lane is current else member.lane.load_min, place)
        if best is None or rank < best:
            best, found = rank, (member.lane, start, end)
    return found


def fit_whole(station: Station, work: Sequence[tuple[int, bool]], t: Minute) -> list[Piece] | None:
    """Work without a pause: one open stretch of the machine, one person for the attended part."""
    total = sum(minutes for minutes, _ in work)
    for start, end in station.open[bisect_right(station.ends, t) :]:
        begin = max(start, t)
        while end - begin >= total:
            pieces: list[Piece] = []
            cursor, later = begin, begin
            for minutes, attended in work:
                lane: Lane | None = None
                if attended:
                    free = _who(station.crew, cursor, minutes, None)
                    if free is None:
                        return None
                    lane = free[0]
                    if free[1] > cursor or free[2] - cursor < minutes:
                        later = max(free[1], begin + MIN_PIECE_MIN)
                        break
                pieces.append(Piece(cursor, cursor + minutes, lane))
                cursor += minutes
            if later == begin:
                return pieces
            begin = later
    return None


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].end == piece.start and joined[-1].lane is piece.lane:
            joined[-1] = Piece(joined[-1].start, piece.end, piece.lane)
        else:
            joined.append(piece)
    return joined
