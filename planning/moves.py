"""Who could take work that has nobody, or that somebody has too much of: concrete moves between operators.

Each move is checked against the plan as it would be after the moves before it, so that all can be made.
The receiver holds the needed skill for the whole work, is there for all of it, and has a hand free.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from planning.attendance import work_without_operator
from planning.calendars import ShopTimes
from planning.crew import fully_booked
from planning.intervals import clip, intersect, normalize, overlap, subtract, total
from planning.plan_work import plan_work
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
    """Every operator's work, changed by each move that is suggested; figures of the window in minutes."""

    def __init__(self, times: ShopTimes, window: Interval) -> None:
        self.times = times
        self.window = window
        self._work: dict[str, list[Interval]] = {}
        self._skilled: dict[str | None, tuple[Operator, ...]] = {}
        people, (low, high) = list(times.shop.operators.values()), times.window
        edges = sorted({low, max(low, window[0]), min(high, window[1]), high})
        inside = edges.index(max(low, window[0]))
        figures = plan_work(times.shop).operators(times, people, edges)
        self._capacity = {o.id: parts[inside].capacity for o, parts in zip(people, figures, strict=True)}
        self._load = {o.id: parts[inside].load for o, parts in zip(people, figures, strict=True)}
        # Too much to do in the window, two things at once, or work outside their time. Nobody else comes to
        # it by a move: who takes work has a hand free for it.
        self.in_trouble = frozenset(
            operator.id
            for operator, parts in zip(people, figures, strict=True)
            if parts[inside].overloaded or any(part.outside or part.double_booked for part in parts)
        )

    def work(self, operator_id: str) -> list[Interval]:
        if operator_id not in self._work:
            self._work[operator_id] = plan_work(self.times.shop).work_of(operator_id)
        return self._work[operator_id]

    def overloaded(self, operator: Operator) -> bool:
        return self._load[operator.id] > self._capacity[operator.id]

    def can_take(self, operator: Operator, pieces: Intervals) -> bool:
        """Whether the operator is there for all of it, with a hand free."""
        if not is_within(pieces, self.times.operator(operator.id).available):
            return False
        start, end = pieces[0][0], pieces[-1][1]
        beside = [work for work in self.work(operator.id) if work[0] < end and work[1] > start]
        return not intersect(pieces, fully_booked(beside, operator.max_parallel))

    def in_conflict(self, operator: Operator, pieces: Intervals) -> bool:
        """Whether some of it is outside the operator's time, or more than one person can do at once."""
        too_much = fully_booked(self.work(operator.id), operator.max_parallel + 1)
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
            capacity = self._capacity[operator.id]
            if not capacity:
                continue
            after = Fraction(self._load[operator.id] + minutes, capacity)
            if after <= 1 and (best is None or after < best[0]) and self.can_take(operator, pieces):
                best = after, operator
        return best[1] if best else None

    def move(self, pieces: Intervals, giver: Operator | None, taker: Operator) -> None:
        if giver is not None:
            rest = [part for work in self.work(giver.id) for part in subtract((work,), pieces)]
            self._work[giver.id] = rest
        self.work(taker.id).extend(pieces)
        for changed in (giver, taker):
            if changed is not None:
                own = self.work(changed.id)
                self._load[changed.id] = sum(overlap(work, self.window) for work in own)


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
    if len(moves) >= question.limit:
        return tuple(moves[: question.limit])
    owned = _owned(bookings, crew.in_trouble)
    for operator_id in sorted(owned, key=lambda key: times.shop.operators[key].code):
        if len(moves) >= question.limit:
            break
        moves += _relieve(crew, times.shop.operators[operator_id], owned[operator_id], question)
    return tuple(moves[: question.limit])


def _owned(bookings: Iterable[Booking], operator_ids: frozenset[str]) -> Mapping[str, list[Booking]]:
    """Of these people, what each works on."""
    found: defaultdict[str, list[Booking]] = defaultdict(list)
    for booking in bookings:
        for segment in booking.segments:
            if segment.operator_id in operator_ids:
                own = found[segment.operator_id]
                if not own or own[-1] is not booking:
                    own.append(booking)
    return found


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
        if not crew.overloaded(giver) and not crew.in_conflict(giver, pieces):
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
