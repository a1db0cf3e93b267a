"""Who could take work that has nobody, or that somebody has too much of: concrete moves between operators.

Each move is checked against the plan as it would be after the moves before it, so that all can be made.
The receiver holds the needed skill for the whole work, is there for all of it, and has a hand free.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from planning.attendance import work_without_operator
from planning.calendars import ShopTimes
from planning.crew import fully_booked
from planning.intervals import clip, normalize, overlap, subtract, total
from planning.shop import Booking, BookingStatus, Interval, Intervals, Minute, Operator, Shop

MAX_MOVES = 10
# Pieces of work looked at; a plan with more to move needs re-planning, not suggestions.
MAX_TRIES = 100


class MoveKind(StrEnum):
    ASSIGN = "assign"
    HAND_OVER = "hand_over"
    OTHER_MACHINE = "other_machine"


@dataclass(frozen=True, slots=True)
class Move:
    """`spans`: when, after the move. Ids are of operators, or of machines for `other_machine`."""

    kind: MoveKind
    booking: Booking
    from_id: str | None
    to_id: str
    spans: Intervals
    minutes: int


@dataclass(frozen=True, slots=True)
class MoveQuestion:
    """Work that starts in `window`, not before `as_of`; planned work only from the frozen zone's end on."""

    window: Interval
    as_of: Minute
    limit: int = MAX_MOVES

    def movable_from(self, shop: Shop) -> Minute:
        return self.as_of + shop.settings.frozen_hours * 60


def is_movable(booking: Booking) -> bool:
    """Locked work and work that has begun never moves."""
    return not booking.locked and booking.status is BookingStatus.PLANNED


class _Crew:
    """Every operator's work, changed by each move that is suggested."""

    def __init__(self, times: ShopTimes, window: Interval) -> None:
        self.times = times
        self.window = window
        self.work: dict[str, list[Interval]] = defaultdict(list)
        self._free: dict[str, Intervals] = {}
        self._capacity: dict[str, int] = {}
        self._load: dict[str, int] = {}
        self._skilled: dict[str | None, tuple[Operator, ...]] = {}
        for booking in times.shop.bookings:
            for segment in booking.segments:
                if segment.operator_id is not None:
                    self.work[segment.operator_id].append((segment.start, segment.end))

    def free(self, operator: Operator) -> Intervals:
        if operator.id not in self._free:
            full = fully_booked(self.work.get(operator.id, ()), operator.max_parallel)
            self._free[operator.id] = subtract(self.times.operator(operator.id).available, full)
        return self._free[operator.id]

    def capacity(self, operator: Operator) -> int:
        if operator.id not in self._capacity:
            available = clip(self.times.operator(operator.id).available, self.window)
            self._capacity[operator.id] = total(available) * operator.max_parallel
        return self._capacity[operator.id]

    def load(self, operator: Operator) -> int:
        if operator.id not in self._load:
            self._load[operator.id] = sum(overlap(w, self.window) for w in self.work.get(operator.id, ()))
        return self._load[operator.id]

    def in_conflict(self, operator: Operator, pieces: Intervals) -> bool:
        """Whether some of it is outside the operator's time, or more than one person can do at once."""
        too_much = fully_booked(self.work.get(operator.id, ()), operator.max_parallel + 1)
        return bool(
            not is_within(pieces, self.times.operator(operator.id).available)
            or clip(too_much, (pieces[0][0], pieces[-1][1]))
        )

    def skilled(self, skill_id: str | None) -> tuple[Operator, ...]:
        if skill_id not in self._skilled:
            rows = self.times.shop.operators.values()
            self._skilled[skill_id] = tuple(
                operator
                for operator in sorted(rows, key=lambda o: (o.code, o.id))
                if skill_id is None or any(s.skill_id == skill_id for s in operator.skills)
            )
        return self._skilled[skill_id]

    def receiver(self, skill_id: str | None, pieces: Intervals, but: str | None = None) -> Operator | None:
        """Who can take all of `pieces`: the least utilized afterwards, then the lowest code."""
        minutes = total(pieces)
        best: tuple[Fraction, Operator] | None = None
        for operator in self.skilled(skill_id):
            if operator.id == but or not _qualified(operator, skill_id, pieces):
                continue
            if not self.capacity(operator) or not is_within(pieces, self.free(operator)):
                continue
            after = Fraction(self.load(operator) + minutes, self.capacity(operator))
            if after <= 1 and (best is None or after < best[0]):
                best = after, operator
        return best[1] if best else None

    def move(self, pieces: Intervals, giver: Operator | None, taker: Operator) -> None:
        if giver is not None:
            rest = [part for work in self.work[giver.id] for part in subtract((work,), pieces)]
            self.work[giver.id] = rest
        self.work[taker.id] += pieces
        for changed in (giver, taker):
            if changed is not None:
                self._free.pop(changed.id, None)
                self._load.pop(changed.id, None)


def operator_moves(times: ShopTimes, bookings: Sequence[Booking], question: MoveQuestion) -> tuple[Move, ...]:
    """At most `question.limit` moves of the work on `bookings`: first what has nobody, then what is too much.

    `times` covers the window; work that reaches beyond what it covers is never moved.
    """
    crew = _Crew(times, question.window)
    without = times.shop.view(work_without_operator)
    moves: list[Move] = []
    tries = 0
    for booking in bookings:
        missing = _starting_within(without.get(booking.id, ()), question.window, question.as_of)
        if not missing:
            continue
        tries += 1
        if tries > MAX_TRIES or len(moves) >= question.limit:
            break
        moves += _shared_out(crew, booking, missing)
    givers = sorted(
        {s.operator_id for b in bookings for s in b.segments if s.operator_id is not None},
        key=lambda key: times.shop.operators[key].code,
    )
    for operator_id in givers:
        if len(moves) >= question.limit:
            break
        moves += _relieve(crew, times.shop.operators[operator_id], bookings, question)
    return tuple(moves[: question.limit])


def _shared_out(crew: _Crew, booking: Booking, missing: Intervals) -> list[Move]:
    """One person for all of it if there is one, else one for each stretch."""
    skill = skill_for(crew.times.shop, booking)
    whole = crew.receiver(skill, missing)
    found: list[Move] = []
    for pieces in [missing] if whole else [(stretch,) for stretch in missing]:
        taker = whole or crew.receiver(skill, pieces)
        if taker is not None:
            crew.move(pieces, None, taker)
            found.append(Move(MoveKind.ASSIGN, booking, None, taker.id, pieces, total(pieces)))
    return found


def _relieve(
    crew: _Crew, giver: Operator, bookings: Iterable[Booking], question: MoveQuestion
) -> Iterable[Move]:
    """Work of an overloaded operator, that in conflict first, until it is no longer too much."""
    earliest = question.movable_from(crew.times.shop)
    owned: list[tuple[bool, Minute, str, Booking, Intervals]] = []
    for booking in bookings:
        own = normalize((s.start, s.end) for s in booking.segments if s.operator_id == giver.id)
        pieces = _starting_within(own, question.window, earliest)
        if pieces and pieces == own and pieces[-1][1] <= crew.times.window[1] and is_movable(booking):
            calm = not crew.in_conflict(giver, pieces)
            owned.append((calm, pieces[0][0], booking.id, booking, pieces))
    found: list[Move] = []
    for _, _, _, booking, pieces in sorted(owned, key=lambda entry: entry[:3])[:MAX_TRIES]:
        too_much = crew.load(giver) > crew.capacity(giver)
        if not too_much and not crew.in_conflict(giver, pieces):
            continue
        taker = crew.receiver(skill_for(crew.times.shop, booking), pieces, but=giver.id)
        if taker is not None:
            crew.move(pieces, giver, taker)
            found.append(Move(MoveKind.HAND_OVER, booking, giver.id, taker.id, pieces, total(pieces)))
    return found


def skill_for(shop: Shop, booking: Booking) -> str | None:
    """The skill that the booking's work center asks for."""
    return shop.work_centers[shop.machines[booking.machine_id].work_center_id].skill_id


def is_within(pieces: Intervals, free: Intervals) -> bool:
    """Whether every minute of `pieces`, which is not empty, is in `free`."""
    return not subtract(pieces, clip(free, (pieces[0][0], pieces[-1][1])))


def _qualified(operator: Operator, skill_id: str | None, pieces: Intervals) -> bool:
    if skill_id is None:
        return True
    start, end = pieces[0][0], pieces[-1][1]
    return any(
        skill.skill_id == skill_id
        and (skill.valid_from is None or skill.valid_from <= start)
        and (skill.valid_to is None or skill.valid_to >= end)
        for skill in operator.skills
    )


def _starting_within(pieces: Intervals, window: Interval, earliest: Minute) -> Intervals:
    start = max(window[0], earliest)
    return tuple(piece for piece in pieces if start <= piece[0] < window[1])
