"""The ways to fit an order in (planning-domain 6.4, step 3), and the earliest finish of each.

An order is a quantity that goes through works in turn; each work may be done on any machine of its group.
Hours without a routing are one work whose pieces last a minute. Three options:

- one block: each work in one block on one machine, with one setup (forward insertion);
- lots in parallel: at most k machines, one block on each, every block with its own setup;
- pieces in gaps: whole pieces wherever there is a gap, on any machine, every gap used with its own setup.

Splitting never ends later: one block is one lot, and lots are pieces. In a routing all lots of a work are
done before the next work begins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from leadhand.errors import BeyondHorizon
from planning.capacity_rooms import Room, Stretch, Work, chosen_by, counts_by, first_end, held, held_by
from planning.insertion import Choice, InsertionRequest, Step, insert
from planning.intervals import clip
from planning.shop import Interval, Intervals, Minute
from planning.workplaces import Workplace


class OptionKind(StrEnum):
    ONE_BLOCK = "one_block"
    LOTS = "lots_in_parallel"
    PIECES = "pieces_in_gaps"


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


class Placer:
    """Places an order in every way within span = [ready, horizon), counting each machine's room once.

    Once it is known when one block a work is over, room is counted only until then: nothing ends later.
    """

    def __init__(self, works: Sequence[Work], quantity: int, span: Interval) -> None:
        self.works, self.quantity, self.span = tuple(works), quantity, span
        self._over_by = span[1]
        self._rooms: dict[tuple[int, Minute], list[Room]] = {}
        self._counts: dict[tuple[int, Interval, int | None], list[int]] = {}

    def one_block(self) -> Option | None:
        """The earliest finish in one block a work; None: it does not fit."""
        steps = tuple(
            Step(
                tuple(Choice(w, work.setup_min, work.run_min(self.quantity)) for w in work.workplaces),
                splittable=work.splittable,
                wait_after_min=work.wait_after_min,
                elapsed_min=work.elapsed_min,
            )
            for work in self.works
        )
        try:
            found = insert(InsertionRequest(steps, release=self.span[0], horizon_end=self.span[1]))
        except BeyondHorizon:
            return None
        self._over_by = found.finish
        placed: list[PlacedWork] = []
        for work, step in zip(self.works, found.steps, strict=True):
            parts: tuple[Part, ...] = ()
            workplace = next((w for w in work.workplaces if w.machine_id == step.machine_id), None)
            if workplace is not None:
                minutes = tuple((s.start, s.end) for s in step.segments)
                code, machine_id = workplace.code, workplace.machine_id
                parts = (Part(machine_id, code, self.quantity, step.start, step.end, minutes),)
            placed.append(_placed(work, step.ready, step.end, parts))
        return Option(OptionKind.ONE_BLOCK, 1, tuple(placed), found.finish)

    def split(self, lots: int | None, until: Minute | None = None) -> Option | None:
        """The earliest finish in at most `lots` lots, or in pieces (None), by `until` (default: horizon)."""
        ready, horizon = self.span[0], self._over_by if until is None else until
        placed: list[PlacedWork] = []
        for index, work in enumerate(self.works):
            rooms = self._rooms_of(index, ready)
            end = self._end(work, rooms, (ready, horizon), lots)
            if end is None:
                return None
            stretches = chosen_by(rooms, end, lots) if rooms else []
            placed.append(_placed(work, ready, end, tuple(_fill(stretches, work, self.quantity))))
            ready = end + work.wait_after_min
        return Option(
            OptionKind.PIECES if lots is None else OptionKind.LOTS, lots, tuple(placed), placed[-1].end
        )

    def again(self, option: Option) -> Option | None:
        """The same kind of option, as early as it gets here."""
        return self.one_block() if option.kind is OptionKind.ONE_BLOCK else self.split(option.lots)

    def finish_with(self, changed: Workplace, lots: int | None, until: Minute) -> Minute | None:
        """The finish of `split` by `until` with one machine changed; None: not by then.

        `changed` needs to be right only up to `until`.
        """
        ready = end = self.span[0]
        for index, work in enumerate(self.works):
            rooms = self._rooms_of(index, ready)
            ids = [w.machine_id for w in work.workplaces]
            if changed.machine_id in ids and work.minutes(self.quantity):
                place = ids.index(changed.machine_id)
                room = Room(changed, work, self.quantity, (ready, until))
                counts = list(self._counts_by(index, (ready, until), lots))
                [counts[place]] = counts_by([room], until, lots)
                if held(counts, lots) < self.quantity:
                    return None
                rooms = [*rooms[:place], room, *rooms[place + 1 :]]
            found = self._end(work, rooms, (ready, until), lots)
            if found is None or found > until:
                return None
            end = found
            ready = end + work.wait_after_min
        return end

    def held_by(self, until: Minute, lots: int | None) -> int:
        """How much of the quantity the first work's machines can do by `until`, before one block is over."""
        return min(self.quantity, held_by(self._rooms_of(0, self.span[0]), until, lots))

    def _end(self, work: Work, rooms: Sequence[Room], span: Interval, lots: int | None) -> Minute | None:
        if work.elapsed_min is not None:
            return span[0] + work.elapsed_min
        return first_end(rooms, self.quantity, span, lots) if work.minutes(self.quantity) else span[0]

    def _counts_by(self, index: int, span: Interval, lots: int | None) -> list[int]:
        """What each machine holds by the end of span = [ready, until)."""
        key = index, span, lots
        if key not in self._counts:
            self._counts[key] = counts_by(self._rooms_of(index, span[0]), span[1], lots)
        return self._counts[key]

    def _rooms_of(self, index: int, ready: Minute) -> list[Room]:
        key = index, ready
        if key not in self._rooms:
            work, span = self.works[index], (ready, self._over_by)
            self._rooms[key] = [Room(w, work, self.quantity, span) for w in work.workplaces]
        return self._rooms[key]


def _fill(stretches: Sequence[Stretch], work: Work, quantity: int) -> Iterator[Part]:
    left = quantity
    for stretch in stretches:
        if left == 0:
            return
        pieces = min(left, stretch.pieces)
        left -= pieces
        workplace = stretch.workplace
        before = workplace.time.work_before(stretch.start)
        start = workplace.time.start_at(before)
        end = workplace.time.end_at(before + work.minutes(pieces))
        if start is not None and end is not None:
            minutes = clip(workplace.available, (start, end))
            yield Part(workplace.machine_id, workplace.code, pieces, start, end, minutes)


def _placed(work: Work, ready: Minute, end: Minute, parts: tuple[Part, ...]) -> PlacedWork:
    """`busy` looks at the machine that begins first."""
    if not parts:
        return PlacedWork(ready, end, parts)
    first = min(parts, key=lambda part: (part.start, part.code))
    workplace = next(w for w in work.workplaces if w.machine_id == first.machine_id)
    return PlacedWork(ready, end, parts, bool(clip(workplace.envelopes, (ready, first.start))))
