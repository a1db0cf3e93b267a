"""What is wrong in the shop on purpose, so that there is something to find, and a record of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from planning.shop import Attendance, Booking, BookingStatus, Minute, Operation, Segment, Shop
from storage.demo.dates import PlanDates
from storage.demo.dispatch import Piece, Station, fit_split
from storage.demo.draw import Ids
from storage.demo.floor import step_of
from storage.demo.orders import OpenOrder
from storage.demo.plan import booking

NOBODY_EVERY = 30  # attended bookings that have nobody yet


@dataclass(frozen=True, slots=True)
class Planted:
    """Ids of the rows that carry a fault: of bookings, but `late_orders` and `unscheduled_operations`.

    `overlapping`: lie over another booking of their machine (the other one is not listed).
    `on_broken_machine`, `on_absent_operator`: planned before this morning's breakdown and sick call.
    `without_operator`: need a person and have none. `before_material`: start before their material is there;
    `material_unknown`: nobody knows when it is. Everything else in the shop keeps all the rules.
    """

    overlapping: tuple[str, ...]
    late_orders: tuple[str, ...]
    unscheduled_operations: tuple[str, ...]
    without_operator: tuple[str, ...]
    on_broken_machine: tuple[str, ...]
    on_absent_operator: tuple[str, ...]
    before_material: tuple[str, ...]
    material_unknown: tuple[str, ...]


def imported_over(
    orders: Sequence[OpenOrder],
    by_operation: Mapping[str, Booking],
    stations: Mapping[str, Station],
    ids: Ids,
    dates: PlanDates,
) -> list[Booking]:
    """Bookings of an import that overlap what its machine does already: stored, with the conflict waived."""
    by_machine: defaultdict[str, list[Booking]] = defaultdict(list)
    for existing in by_operation.values():
        if existing.status is BookingStatus.PLANNED:
            by_machine[existing.machine_id].append(existing)
    made: list[Booking] = []
    for order in orders:
        before = [by_operation[o.id] for o in order.operations if o.id in by_operation]
        if not order.import_overlap or len(before) + 1 < sum(1 for o in order.operations if o.alternatives):
            continue
        ready = max(dates.settled, _ready(order.operations[:-1], by_operation))
        found = _place_over(order.operations[-1], order.order.quantity, ready, by_machine, stations)
        if found is None:
            continue
        machine_id, pieces = found
        for piece in pieces:
            if piece.lane is not None:
                piece.lane.take(piece.start, piece.end)
        row = booking(ids, order.operations[-1].id, machine_id, pieces, anchor=dates.anchor)
        made.append(replace(row, waived_conflict=True))
    return made


def _ready(operations: Sequence[Operation], by_operation: Mapping[str, Booking]) -> Minute:
    """When the work before is done, waited for and back from outside."""
    ready = 0
    for operation in operations:
        if operation.subcontract_minutes is not None:
            ready += operation.subcontract_minutes
        else:
            ready = by_operation[operation.id].envelope_end + operation.min_wait_after_min
    return ready


def _place_over(
    operation: Operation,
    quantity: int,
    ready: int,
    by_machine: Mapping[str, list[Booking]],
    stations: Mapping[str, Station],
) -> tuple[str, list[Piece]] | None:
    for option in step_of(operation, quantity).options:
        station = stations[option.machine_id]
        for other in sorted(by_machine[option.machine_id], key=lambda b: b.envelope_start):
            if other.envelope_start < ready:
                continue
            first = other.segments[0]
            work = [(m, a) for m, a in ((option.attended_min, True), (option.alone_min, False)) if m]
            pieces = fit_split(station, work, (first.start + first.end) // 2)
            if pieces and pieces[0].start < other.envelope_end:
                return option.machine_id, pieces
    return None


def nobody_yet(
    bookings: Sequence[Booking], operations: Mapping[str, Operation], rng: Random, dates: PlanDates
) -> list[Booking]:
    """The bookings, some of the attended future ones robbed of their operators."""
    phase = rng.randrange(NOBODY_EVERY)
    seen = 0
    made: list[Booking] = []
    for row in bookings:
        operation = operations[row.operation_id or ""]
        if operation.attendance is not Attendance.NONE and row.envelope_start > dates.settled:
            seen += 1
            if seen % NOBODY_EVERY == phase:
                row = replace(row, segments=tuple(Segment(s.start, s.end) for s in row.segments))  # noqa: PLW2901
        made.append(row)
    return made


def record(shop: Shop, late: tuple[str, ...]) -> Planted:
    """What the finished shop carries."""
    broken = {d.machine_id: d.start for d in shop.downtimes if d.end is None}
    sick = {a.operator_id: a.start for a in shop.absences if a.end is None}
    booked = {b.operation_id for b in shop.bookings}
    awaited = {
        key: [row.available_at for row in rows] for key, rows in shop.materials.items() if key in booked
    }
    return Planted(
        overlapping=tuple(b.id for b in shop.bookings if b.waived_conflict),
        late_orders=late,
        unscheduled_operations=tuple(
            o.id for o in shop.operations.values() if o.alternatives and o.id not in booked
        ),
        without_operator=tuple(
            b.id
            for b in shop.bookings
            if shop.operations[b.operation_id or ""].attendance is not Attendance.NONE
            and all(s.operator_id is None for s in b.segments)
        ),
        on_broken_machine=tuple(
            b.id for b in shop.bookings if b.machine_id in broken and b.envelope_end > broken[b.machine_id]
        ),
        on_absent_operator=tuple(
            b.id
            for b in shop.bookings
            if any(s.operator_id in sick and s.end > sick[s.operator_id] for s in b.segments if s.operator_id)
        ),
        before_material=tuple(
            b.id
            for b in shop.bookings
            if any(at is not None and at > b.envelope_start for at in awaited.get(b.operation_id or "", ()))
        ),
        material_unknown=tuple(b.id for b in shop.bookings if None in awaited.get(b.operation_id or "", ())),
    )
