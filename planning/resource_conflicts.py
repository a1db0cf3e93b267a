"""Rules of planning-domain 6.3 about machines and people: taken twice, away, closed, or not qualified."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from planning.attendance import without_operator
from planning.calendars import ClosedReason, ResourceTime, ShopTimes
from planning.conflict_items import Conflict, ConflictCause, ConflictType
from planning.intervals import clip, intersect, normalize, subtract, total
from planning.moves import skill_for
from planning.shop import Absence, Booking, Downtime, Interval, Intervals, Minute, Segment, Shop

# Later than any instant of a plan.
FOREVER = 2**40
_CAUSES = {
    ClosedReason.HOLIDAY: ConflictCause.HOLIDAY,
    ClosedReason.CLOSED: ConflictCause.CLOSURE,
    ClosedReason.INACTIVE: ConflictCause.INACTIVE,
}


def machine_double_bookings(times: ShopTimes, bookings: Sequence[Booking]) -> Iterator[Conflict]:
    """Each two envelopes of one machine that overlap; minutes of available time, else elapsed."""
    by_machine: defaultdict[str, list[Booking]] = defaultdict(list)
    for booking in bookings:
        if booking.envelope_end > booking.envelope_start:
            by_machine[booking.machine_id].append(booking)
    for machine_id, rows in by_machine.items():
        for first, second in _overlapping(rows):
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


def operator_double_bookings(shop: Shop, bookings: Sequence[Booking]) -> Iterator[Conflict]:
    """Each set of bookings that need one person at once, where they are more than the person can attend."""
    starts = {b.id: (b.envelope_start, b.id) for b in bookings}
    for operator_id, work in _work_by_operator(bookings).items():
        most = shop.operators[operator_id].max_parallel
        at_once: defaultdict[frozenset[str], list[Interval]] = defaultdict(list)
        for span, booking_ids in _stretches(work):
            if len(booking_ids) > most:
                at_once[booking_ids].append(span)
        for booking_ids, spans in at_once.items():
            merged = normalize(spans)
            yield Conflict(
                ConflictType.OPERATOR_DOUBLE_BOOKED,
                total(merged),
                merged,
                tuple(sorted(booking_ids, key=starts.__getitem__)),
                operator_id=operator_id,
            )


def _work_by_operator(bookings: Iterable[Booking]) -> dict[str, list[tuple[Segment, str]]]:
    work: defaultdict[str, list[tuple[Segment, str]]] = defaultdict(list)
    for booking in bookings:
        for segment in booking.segments:
            if segment.operator_id is not None and segment.end > segment.start:
                work[segment.operator_id].append((segment, booking.id))
    return work


def _stretches(work: Iterable[tuple[Segment, str]]) -> Iterator[tuple[Interval, frozenset[str]]]:
    """Between each two neighbouring edges: the bookings whose segments run."""
    edges: list[tuple[Minute, int, str]] = []
    for segment, booking_id in work:
        edges += [(segment.start, 1, booking_id), (segment.end, 0, booking_id)]
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


def machine_closed(times: ShopTimes, bookings: Iterable[Booking]) -> Iterator[Conflict]:
    """Work while its machine is down, or outside the machine's calendar."""
    for booking in bookings:
        work = normalize((s.start, s.end) for s in booking.segments)
        time = times.machine(booking.machine_id)
        if not subtract(work, time.available):
            continue
        for hit in _hits(work, time, times.downtimes(booking.machine_id)):
            type_ = ConflictType.MACHINE_DOWN if hit.away else ConflictType.OUTSIDE_MACHINE_CALENDAR
            yield Conflict(
                type_,
                total(hit.spans),
                hit.spans,
                (booking.id,),
                machine_id=booking.machine_id,
                cause=hit.cause,
                row_id=hit.row_id,
            )


def operator_closed(times: ShopTimes, bookings: Iterable[Booking]) -> Iterator[Conflict]:
    """A person's work while they are absent, or outside their calendar."""
    for booking in bookings:
        for operator_id, work in _work_of_booking(booking).items():
            time = times.operator(operator_id)
            if not subtract(work, time.available):
                continue
            for hit in _hits(work, time, times.absences(operator_id)):
                type_ = ConflictType.OPERATOR_ABSENT if hit.away else ConflictType.OUTSIDE_OPERATOR_CALENDAR
                yield Conflict(
                    type_,
                    total(hit.spans),
                    hit.spans,
                    (booking.id,),
                    operator_id=operator_id,
                    cause=hit.cause,
                    row_id=hit.row_id,
                )


def operator_unqualified(shop: Shop, bookings: Iterable[Booking]) -> Iterator[Conflict]:
    """A person's work on a machine whose skill they lack, or hold only for a part of the segment."""
    for booking in bookings:
        skill_id = skill_for(shop, booking)
        if skill_id is None:
            continue
        for operator_id, work in _work_of_booking(booking).items():
            valid = [
                (s.valid_from or 0, FOREVER if s.valid_to is None else s.valid_to)
                for s in shop.operators[operator_id].skills
                if s.skill_id == skill_id
            ]
            unqualified = subtract(work, normalize(valid))
            if unqualified:
                yield Conflict(
                    ConflictType.OPERATOR_UNQUALIFIED,
                    total(unqualified),
                    unqualified,
                    (booking.id,),
                    operator_id=operator_id,
                    cause=ConflictCause.SKILL_NOT_VALID if valid else ConflictCause.NO_SKILL,
                )


def operator_missing(shop: Shop, bookings: Iterable[Booking]) -> Iterator[Conflict]:
    """Work that needs a person and has none."""
    for booking in bookings:
        alone = without_operator(shop, booking)
        if alone:
            yield Conflict(
                ConflictType.OPERATOR_MISSING,
                total(alone),
                alone,
                (booking.id,),
                machine_id=booking.machine_id,
            )


@dataclass(frozen=True, slots=True)
class _Hit:
    """Work where the resource is not there: `away` by a downtime or absence, else by its calendar."""

    away: bool
    spans: Intervals
    cause: ConflictCause = ConflictCause.NONE
    row_id: str | None = None


def _hits(work: Intervals, time: ResourceTime, rows: Iterable[Downtime | Absence]) -> Iterator[_Hit]:
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


def _work_of_booking(booking: Booking) -> dict[str, Intervals]:
    """Each person's own work on it."""
    work: defaultdict[str, list[Interval]] = defaultdict(list)
    for segment in booking.segments:
        if segment.operator_id is not None:
            work[segment.operator_id].append((segment.start, segment.end))
    return {operator_id: normalize(spans) for operator_id, spans in work.items()}
