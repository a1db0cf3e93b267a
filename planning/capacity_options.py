"""The ways to fit an order in (planning-domain 6.4, step 3), and the earliest finish of each.

An order is a quantity that goes through works in turn; each work may be done on any machine of its group.
Hours without a routing are one work whose pieces last a minute. Three options:

- one block: each work in one block on one machine, with one setup (forward insertion);
- lots in parallel: at most k machines, one block on each, every block with its own setup;
- pieces in gaps: whole pieces wherever there is a gap, on any machine, every gap used with its own setup.

Splitting never ends later: one block is one lot, and lots are pieces. In a routing all lots of a work are
done before the next work begins.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from leadhand.errors import BeyondHorizon
from planning.insertion import Choice, InsertionRequest, Step, insert
from planning.intervals import clip
from planning.shop import Attendance, Interval, Intervals, Minute
from planning.workplaces import Workplace


class OptionKind(StrEnum):
    ONE_BLOCK = "one_block"
    LOTS = "lots_in_parallel"
    PIECES = "pieces_in_gaps"


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
        return -(-pieces * self.run_s_per_piece // 60)

    def minutes(self, pieces: int) -> int:
        """`op_minutes` of one block: setup and run, rounded up once."""
        return self.setup_min + self.run_min(pieces)

    def pieces_within(self, minutes: int, at_most: int) -> int:
        """Pieces that one setup and these minutes allow."""
        if minutes < max(self.setup_min, 1):
            return 0
        if self.run_s_per_piece == 0:
            return at_most
        return min(at_most, (minutes - self.setup_min) * 60 // self.run_s_per_piece)


@dataclass(frozen=True, slots=True)
class Part:
    """One booking of an option: `work` are its working minutes within [start, end)."""

    machine_id: str
    code: str
    pieces: int
    start: Minute
    end: Minute
    work: Intervals


@dataclass(frozen=True, slots=True)
class PlacedWork:
    """A work as an option places it; no parts: a subcontract. `busy`: a booking was in the way."""

    ready: Minute
    end: Minute
    parts: tuple[Part, ...]
    busy: bool = False

    @property
    def start(self) -> Minute:
        return min((part.start for part in self.parts), default=self.ready)


@dataclass(frozen=True, slots=True)
class Option:
    """`lots`: machines used at most for one work; None: no limit."""

    kind: OptionKind
    lots: int | None
    works: tuple[PlacedWork, ...]
    finish: Minute

    @property
    def start(self) -> Minute:
        return self.works[0].start

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for work in self.works for part in work.parts)

    @property
    def is_split(self) -> bool:
        return any(len(work.parts) > 1 for work in self.works)


def place(
    kind: OptionKind, works: Sequence[Work], quantity: int, span: Interval, lots: int | None = None
) -> Option | None:
    """The earliest finish of one kind of option within span = [ready, horizon); None: it does not fit."""
    if kind is OptionKind.ONE_BLOCK:
        return _one_block(works, quantity, span)
    ready, end = span
    placed: list[PlacedWork] = []
    for work in works:
        done = _split(work, quantity, (ready, end), None if kind is OptionKind.PIECES else lots)
        if done is None:
            return None
        placed.append(done)
        ready = done.end + work.wait_after_min
    return Option(kind, lots, tuple(placed), placed[-1].end)


def pieces_by(work: Work, quantity: int, span: Interval, lots: int | None = None) -> int:
    """How many of `quantity` pieces can be done within span: in whatever gaps, or in at most `lots` lots."""
    return min(quantity, _held([_Room(w, work, quantity, span) for w in work.workplaces], span[1], lots))


def _held(rooms: Sequence["_Room"], until: Minute, lots: int | None) -> int:
    if lots is None:
        return sum(room.by(until) for room in rooms)
    return sum(sorted((room.most_by(until) for room in rooms), reverse=True)[:lots])


def _one_block(works: Sequence[Work], quantity: int, span: Interval) -> Option | None:
    steps = tuple(
        Step(
            tuple(Choice(place, work.setup_min, work.run_min(quantity)) for place in work.workplaces),
            splittable=work.splittable,
            wait_after_min=work.wait_after_min,
            elapsed_min=work.elapsed_min,
        )
        for work in works
    )
    try:
        found = insert(InsertionRequest(steps, release=span[0], horizon_end=span[1]))
    except BeyondHorizon:
        return None
    placed: list[PlacedWork] = []
    for work, step in zip(works, found.steps, strict=True):
        parts: tuple[Part, ...] = ()
        busy = False
        for workplace in work.workplaces:
            if workplace.machine_id == step.machine_id:
                minutes = tuple((s.start, s.end) for s in step.segments)
                parts = (Part(workplace.machine_id, workplace.code, quantity, step.start, step.end, minutes),)
                busy = _was_busy(workplace, step.ready, step.start)
        placed.append(PlacedWork(step.ready, step.end, parts, busy))
    return Option(OptionKind.ONE_BLOCK, 1, tuple(placed), found.finish)


def _split(work: Work, quantity: int, span: Interval, lots: int | None) -> PlacedWork | None:
    """The earliest end of one work in lots (at most `lots`) or in pieces (None)."""
    ready, horizon_end = span
    if work.elapsed_min is not None:
        return PlacedWork(ready, ready + work.elapsed_min, ())
    if work.minutes(quantity) == 0:
        return PlacedWork(ready, ready, ())
    rooms = [_Room(workplace, work, quantity, span) for workplace in work.workplaces]

    def fits(after: int) -> bool:
        return _held(rooms, ready + after, lots) >= quantity

    span_min = max(0, horizon_end - ready)
    if not fits(span_min):
        return None
    end = ready + bisect_left(range(span_min), True, key=fits)
    held = [pair for room in rooms for pair in (room.held_by(end) if lots is None else room.best_by(end))]
    parts = tuple(_fill(sorted(held, key=_by_size), work, quantity))
    first = min(parts, key=lambda part: (part.start, part.code))
    workplace = next(w for w in work.workplaces if w.machine_id == first.machine_id)
    return PlacedWork(ready, end, parts, _was_busy(workplace, ready, first.start))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of one machine without a booking, and the pieces that it holds up to some instant."""

    workplace: Workplace
    start: Minute
    pieces: int


def _by_size(stretch: _Stretch) -> tuple[int, Minute, str]:
    """Large stretches first: as few setups as the earliest finish allows."""
    return -stretch.pieces, stretch.start, stretch.workplace.code


def _fill(stretches: Sequence[_Stretch], work: Work, quantity: int) -> Iterator[Part]:
    left = quantity
    for stretch in stretches:
        if left == 0:
            return
        pieces = min(left, stretch.pieces)
        left -= pieces
        time = stretch.workplace.time
        before = time.work_before(stretch.start)
        start, end = time.start_at(before), time.end_at(before + work.minutes(pieces))
        if start is not None and end is not None:
            minutes = clip(stretch.workplace.available, (start, end))
            yield Part(stretch.workplace.machine_id, stretch.workplace.code, pieces, start, end, minutes)


class _Room:
    """What one machine holds of a work within a span, counted along its stretches."""

    def __init__(self, workplace: Workplace, work: Work, quantity: int, span: Interval) -> None:
        self.workplace, self.work, self.quantity = workplace, work, quantity
        worked = workplace.time.work_before
        stretches = workplace.gaps(*span) if work.splittable else workplace.open_gaps(*span)
        self.starts: list[Minute] = []
        self.ends: list[Minute] = []
        self.worked: list[int] = []
        full: list[int] = []
        for start, end in stretches:
            before = worked(start)
            pieces = work.pieces_within(worked(end) - before, quantity)
            if pieces:
                self.starts.append(start)
                self.ends.append(end)
                self.worked.append(before)
                full.append(pieces)
        self.full = full
        self.sums = list(accumulate(full, initial=0))
        self.most = list(accumulate(full, max, initial=0))

    def _last(self, until: Minute) -> tuple[int, int]:
        """The last stretch that begins before `until` (-1: none) and the pieces that it holds by then."""
        index = bisect_left(self.starts, until) - 1
        if index < 0:
            return -1, 0
        if until >= self.ends[index]:
            return index, self.full[index]
        minutes = self.workplace.time.work_before(until) - self.worked[index]
        return index, self.work.pieces_within(minutes, self.quantity)

    def by(self, until: Minute) -> int:
        """Pieces by `until` in all stretches together."""
        index, pieces = self._last(until)
        return self.sums[index] + pieces if index >= 0 else 0

    def most_by(self, until: Minute) -> int:
        """Pieces by `until` in the stretch that holds most."""
        index, pieces = self._last(until)
        return max(self.most[index], pieces) if index >= 0 else 0

    def held_by(self, until: Minute) -> list[_Stretch]:
        """Every stretch that holds a piece by `until`."""
        index, pieces = self._last(until)
        if index < 0:
            return []
        counts = [*self.full[:index], pieces]
        return [
            _Stretch(self.workplace, start, count)
            for start, count in zip(self.starts, counts, strict=False)
            if count
        ]

    def best_by(self, until: Minute) -> list[_Stretch]:
        """The first of the stretches that hold most by `until`."""
        return sorted(self.held_by(until), key=_by_size)[:1]


def _was_busy(workplace: Workplace, ready: Minute, start: Minute) -> bool:
    """Whether a booking lay between the instant when work was ready and its start."""
    return bool(clip(workplace.envelopes, (ready, start)))
