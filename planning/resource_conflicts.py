"""Rules of planning-domain 6.3 about machines and people: taken twice, away, closed, or not qualified.

A plan has few faults and many bookings. So each rule first asks of every booking, by a bisection, whether it
can be broken at all; only what is suspect is then worked out minute by minute.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from itertools import pairwise
from operator import attrgetter
from typing import TypeAlias

from planning.attendance import without_operator
from planning.booking_groups import by_machine, by_person
from planning.calendars import ClosedReason, ResourceTime, ShopTimes
from planning.conflict_items import Conflict, ConflictCause, ConflictType
from planning.intervals import clip, intersect, normalize, subtract, total
from planning.moves import skill_for
from planning.shop import (
    Absence,
    Booking,
    BookingStatus,
    Downtime,
    Interval,
    Intervals,
    Minute,
    Operator,
    Segment,
    Shop,
)

# Later than any instant of a plan.
FOREVER = 2**40
_CAUSES = {
    ClosedReason.HOLIDAY: ConflictCause.HOLIDAY,
    ClosedReason.CLOSED: ConflictCause.CLOSURE,
    ClosedReason.INACTIVE: ConflictCause.INACTIVE,
}
# One person's segments, each with its booking.
Tasks: TypeAlias = list[tuple[Segment, Booking]]
Edges: TypeAlias = tuple[list[Minute], list[Minute]]

_start = attrgetter("envelope_start")


def machine_conflicts(times: ShopTimes) -> Iterator[Conflict]:
    """What is wrong with the work of machines, their want of people included."""
    edges, operations = _Edges(), times.shop.operations
    for machine_id, rows in by_machine(times.shop).items():
        source = rows, [operations.get(b.operation_id or "") for b in rows], times.of_machine(machine_id)
        make = partial(_on_machine, times, machine_id, rows, edges)
        yield from times.shop.parts.of("machine_conflicts", machine_id, source, make)


def _on_machine(
    times: ShopTimes, machine_id: str, booked: Iterable[Booking], edges: "_Edges"
) -> tuple[Conflict, ...]:
    rows = _undone(booked)
    found = list(_double_bookings(times, machine_id, rows))
    for booking in _not_within(edges.of(times.machine(machine_id).available), rows):
        found += _machine_closed(times, booking)
    for booking in rows:
        for segment in booking.segments:
            if segment.operator_id is None:
                found += _operator_missing(times.shop, booking)
                break
    return tuple(found)


def operator_conflicts(times: ShopTimes) -> Iterator[Conflict]:
    """What is wrong with the work of people."""
    shop = times.shop
    skills = shop.parts.of("skills", "", (shop.machines, shop.work_centers), partial(_skills, shop))
    edges = _Edges()
    for operator_id, rows in by_person(shop).items():
        source = rows, times.of_operator(operator_id), skills
        make = partial(_of_person, times, shop.operators[operator_id], rows, (skills, edges))
        yield from shop.parts.of("operator_conflicts", operator_id, source, make)


def _of_person(
    times: ShopTimes,
    operator: Operator,
    booked: Iterable[Booking],
    known: tuple[Mapping[str, str | None], "_Edges"],
) -> tuple[Conflict, ...]:
    (skills, edges), tasks = known, _tasks_of(operator.id, _undone(booked))
    found = list(_too_many_at_once(operator, tasks))
    for booking in _away(edges.of(times.operator(operator.id).available), tasks):
        found += _operator_closed(times, operator.id, booking)
    for booking in _unskilled(operator, tasks, skills):
        found += _operator_unqualified(times.shop, operator, booking)
    return tuple(found)


def _skills(shop: Shop) -> dict[str, str | None]:
    """The skill that each machine asks for."""
    return {machine_id: _skill_of(shop, machine_id) for machine_id in shop.machines}


def _skill_of(shop: Shop, machine_id: str) -> str | None:
    return shop.work_centers[shop.machines[machine_id].work_center_id].skill_id


def _double_bookings(times: ShopTimes, machine_id: str, rows: list[Booking]) -> Iterator[Conflict]:
    """Each two envelopes of one machine that overlap; minutes of available time, else elapsed."""
    filled = sorted((b for b in rows if b.envelope_end > b.envelope_start), key=_start)
    if all(first.envelope_end <= second.envelope_start for first, second in pairwise(filled)):
        return
    for first, second in _overlapping(filled):
        span = second.envelope_start, min(first.envelope_end, second.envelope_end)
        available = clip(times.machine(machine_id).available, span)
        yield Conflict(
            ConflictType.MACHINE_DOUBLE_BOOKED,
            total(available) or span[1] - span[0],
            (span,),
            (first.id, second.id),
            machine_id=machine_id,
        )


def _overlapping(rows: list[Booking]) -> Iterator[tuple[Booking, Booking]]:
    """Pairs, the one that starts first before the other; a sweep in O(n log n + k)."""
    running: list[tuple[Minute, str, Booking]] = []
    for row in sorted(rows, key=lambda b: (b.envelope_start, b.id)):
        while running and running[0][0] <= row.envelope_start:
            heappop(running)
        yield from ((other, row) for _, _, other in sorted(running, key=_by_start))
        heappush(running, (row.envelope_end, row.id, row))


def _by_start(entry: tuple[Minute, str, Booking]) -> tuple[Minute, str]:
    return entry[2].envelope_start, entry[1]


class _Edges:
    """Starts and ends of intervals, taken apart once for all resources that share a calendar."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Intervals, Edges]] = {}

    def of(self, intervals: Intervals) -> Edges:
        known = self._known.get(id(intervals))
        if known is None:
            known = intervals, ([start for start, _ in intervals], [end for _, end in intervals])
            self._known[id(intervals)] = known
        return known[1]


def _not_within(available: Edges, rows: Iterable[Booking]) -> Iterator[Booking]:
    """Bookings that work in minutes which are not available."""
    starts, ends = available
    for booking in rows:
        for segment in booking.segments:
            index = bisect_right(starts, segment.start) - 1
            if (index < 0 or ends[index] < segment.end) and segment.end > segment.start:
                yield booking
                break


def _machine_closed(times: ShopTimes, booking: Booking) -> Iterator[Conflict]:
    """Work while its machine is down, or outside the machine's calendar."""
    work = normalize((s.start, s.end) for s in booking.segments)
    time = times.machine(booking.machine_id)
    for hit in _hits(work, time, times.downtimes(booking.machine_id)):
        yield Conflict(
            ConflictType.MACHINE_DOWN if hit.away else ConflictType.OUTSIDE_MACHINE_CALENDAR,
            total(hit.spans),
            hit.spans,
            (booking.id,),
            machine_id=booking.machine_id,
            cause=hit.cause,
            row_id=hit.row_id,
        )


def _operator_missing(shop: Shop, booking: Booking) -> Iterator[Conflict]:
    """Work that needs a person and has none."""
    alone = without_operator(shop, booking)
    if alone:
        yield Conflict(
            ConflictType.OPERATOR_MISSING, total(alone), alone, (booking.id,), machine_id=booking.machine_id
        )


def _undone(bookings: Iterable[Booking]) -> list[Booking]:
    """What is done is history and breaks no rule any more."""
    return [b for b in bookings if b.status is not BookingStatus.DONE]


def _tasks_of(operator_id: str, bookings: Iterable[Booking]) -> Tasks:
    return [(s, b) for b in bookings for s in b.segments if s.operator_id == operator_id and s.end > s.start]


def _too_many_at_once(operator: Operator, tasks: Tasks) -> Iterator[Conflict]:
    """Each set of bookings that need one person at once, where they are more than the person can attend."""
    spans = sorted([(segment.start, segment.end) for segment, _ in tasks])
    if all(first[1] <= second[0] for first, second in pairwise(spans)):
        return
    rows = {booking.id: booking for _, booking in tasks}
    at_once: defaultdict[frozenset[str], list[Interval]] = defaultdict(list)
    for span, booking_ids in _stretches(tasks):
        if len(booking_ids) > operator.max_parallel:
            at_once[booking_ids].append(span)
    for booking_ids, spans_ in at_once.items():
        merged = normalize(spans_)
        yield Conflict(
            ConflictType.OPERATOR_DOUBLE_BOOKED,
            total(merged),
            merged,
            tuple(sorted(booking_ids, key=lambda key: (rows[key].envelope_start, key))),
            operator_id=operator.id,
        )


def _stretches(tasks: Tasks) -> Iterator[tuple[Interval, frozenset[str]]]:
    """Between each two neighbouring edges: the bookings whose segments run."""
    edges: list[tuple[Minute, int, str]] = []
    for segment, booking in tasks:
        edges += [(segment.start, 1, booking.id), (segment.end, 0, booking.id)]
    running: dict[str, int] = {}
    since = 0
    for minute, starts, booking_id in sorted(edges):
        if minute > since and len(running) > 1:
            yield (since, minute), frozenset(running)
        since = minute
        count = running.get(booking_id, 0) + (1 if starts else -1)
        if count:
            running[booking_id] = count
        else:
            del running[booking_id]


def _away(available: Edges, tasks: Tasks) -> Iterable[Booking]:
    """Bookings with work of a person in minutes in which that one is not there."""
    starts, ends = available
    found: dict[str, Booking] = {}
    for segment, booking in tasks:
        index = bisect_right(starts, segment.start) - 1
        if index < 0 or ends[index] < segment.end:
            found[booking.id] = booking
    return found.values()


def _operator_closed(times: ShopTimes, operator_id: str, booking: Booking) -> Iterator[Conflict]:
    """A person's work while they are absent, or outside their calendar."""
    work = work_of(operator_id, booking)
    for hit in _hits(work, times.operator(operator_id), times.absences(operator_id)):
        yield Conflict(
            ConflictType.OPERATOR_ABSENT if hit.away else ConflictType.OUTSIDE_OPERATOR_CALENDAR,
            total(hit.spans),
            hit.spans,
            (booking.id,),
            operator_id=operator_id,
            cause=hit.cause,
            row_id=hit.row_id,
        )


def _unskilled(operator: Operator, tasks: Tasks, skills: Mapping[str, str | None]) -> Iterable[Booking]:
    """Bookings with work that no one stretch of the person's skill covers."""
    held: defaultdict[str | None, list[Interval]] = defaultdict(list, {None: [(0, FOREVER)]})
    for skill in operator.skills:
        until = FOREVER if skill.valid_to is None else skill.valid_to
        held[skill.skill_id].append((skill.valid_from or 0, until))
    found: dict[str, Booking] = {}
    for segment, booking in tasks:
        for start, end in held[skills[booking.machine_id]]:
            if start <= segment.start and segment.end <= end:
                break
        else:
            found[booking.id] = booking
    return found.values()


def _operator_unqualified(shop: Shop, operator: Operator, booking: Booking) -> Iterator[Conflict]:
    """A person's work on a machine whose skill they lack, or hold only for a part of the segment."""
    skill_id = skill_for(shop, booking)
    valid = [
        (s.valid_from or 0, FOREVER if s.valid_to is None else s.valid_to)
        for s in operator.skills
        if s.skill_id == skill_id
    ]
    unqualified = subtract(work_of(operator.id, booking), normalize(valid))
    if unqualified:
        yield Conflict(
            ConflictType.OPERATOR_UNQUALIFIED,
            total(unqualified),
            unqualified,
            (booking.id,),
            operator_id=operator.id,
            cause=ConflictCause.SKILL_NOT_VALID if valid else ConflictCause.NO_SKILL,
        )


@dataclass(frozen=True, slots=True)
class _Hit:
    """Work where the resource is not there: `away` by a downtime or absence, else by its calendar."""

    away: bool
    spans: Intervals
    cause: ConflictCause = ConflictCause.NONE
    row_id: str | None = None


def _hits(work: Intervals, time: ResourceTime, rows: Sequence[Downtime | Absence]) -> Iterator[_Hit]:
    """The work outside `time`, row by row; what a downtime or absence takes is not told again as outside."""
    rest = work
    for row in rows:
        taken = clip(rest, (row.start, FOREVER if row.end is None else row.end))
        if taken:
            yield _Hit(True, taken, row_id=row.id)
            rest = subtract(rest, taken)
    rest = subtract(rest, time.calendar)
    for closed in time.closed:
        taken = intersect(rest, closed.intervals)
        if taken and closed.reason in _CAUSES:
            yield _Hit(False, taken, _CAUSES[closed.reason], closed.row_id)
            rest = subtract(rest, taken)
    if rest:
        yield _Hit(False, rest, ConflictCause.AFTER_SHIFT)


def work_of(operator_id: str, booking: Booking) -> Intervals:
    """The person's own work on the booking."""
    return normalize((s.start, s.end) for s in booking.segments if s.operator_id == operator_id)
