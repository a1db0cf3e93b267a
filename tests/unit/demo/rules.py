"""What a plan must obey, checked row by row and independently of how the generator works."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from planning.calendars import ShopTimes
from planning.intervals import clip, total
from planning.shop import (
    Alternative,
    Attendance,
    Booking,
    Interval,
    Intervals,
    Machine,
    MaterialRequirement,
    Minute,
    Operation,
    Operator,
    Order,
    Shop,
)

FAR = 1 << 40


def span(bookings: Iterable[Booking]) -> Interval:
    """A window that holds all of them."""
    rows = list(bookings)
    return min(b.envelope_start for b in rows) - 1, max(b.envelope_end for b in rows) + 1


def inside(available: Intervals, start: Minute, end: Minute) -> bool:
    return total(clip(available, (start, end))) == end - start


def outside_machine_time(times: ShopTimes, bookings: Iterable[Booking]) -> set[str]:
    return {
        b.id
        for b in bookings
        if not all(inside(times.machine(b.machine_id).available, s.start, s.end) for s in b.segments)
    }


def outside_operator_time(times: ShopTimes, bookings: Iterable[Booking]) -> set[str]:
    return {
        b.id
        for b in bookings
        for s in b.segments
        if s.operator_id is not None and not inside(times.operator(s.operator_id).available, s.start, s.end)
    }


def overlapping_pairs(bookings: Iterable[Booking]) -> set[tuple[str, str]]:
    """Pairs of bookings that block one machine at once."""
    by_machine: defaultdict[str, list[Booking]] = defaultdict(list)
    for row in bookings:
        by_machine[row.machine_id].append(row)
    pairs: set[tuple[str, str]] = set()
    for rows in by_machine.values():
        rows.sort(key=lambda b: b.envelope_start)
        open_rows: list[Booking] = []
        for row in rows:
            open_rows = [b for b in open_rows if b.envelope_end > row.envelope_start]
            pairs |= {(other.id, row.id) for other in open_rows}
            open_rows.append(row)
    return pairs


def overcommitted_operators(operators: Mapping[str, Operator], bookings: Iterable[Booking]) -> set[str]:
    """Operators who have more at once than they can tend."""
    edges: defaultdict[str, list[tuple[Minute, int]]] = defaultdict(list)
    for row in bookings:
        for s in row.segments:
            if s.operator_id is not None:
                edges[s.operator_id] += [(s.start, 1), (s.end, -1)]
    found: set[str] = set()
    for operator_id, marks in edges.items():
        at_once = 0
        for _, change in sorted(marks):
            at_once += change
            if at_once > operators[operator_id].max_parallel:
                found.add(operator_id)
    return found


def unqualified(shop: Shop, bookings: Iterable[Booking]) -> set[str]:
    """Bookings on which somebody works without the work center's skill for all of the time."""
    found: set[str] = set()
    for row in bookings:
        skill_id = shop.work_centers[shop.machines[row.machine_id].work_center_id].skill_id
        for s in row.segments:
            if skill_id is None or s.operator_id is None:
                continue
            held = [k for k in shop.operators[s.operator_id].skills if k.skill_id == skill_id]
            if not any((k.valid_from or 0) <= s.start and s.end <= (k.valid_to or FAR) for k in held):
                found.add(row.id)
    return found


def alternative_of(operation: Operation, machine: Machine) -> Alternative:
    return next(a for a in operation.alternatives if a.machine_id == machine.id)


def wrong_durations(
    machines: Mapping[str, Machine],
    operations: Mapping[str, Operation],
    orders: Mapping[str, Order],
    bookings: Iterable[Booking],
) -> set[str]:
    """Bookings whose segments are not the operation's minutes there, or do not fill the envelope."""
    found: set[str] = set()
    for row in bookings:
        operation = operations[row.operation_id or ""]
        quantity = orders[operation.order_id].quantity
        chosen = alternative_of(operation, machines[row.machine_id])
        wanted = chosen.setup_min + -(-quantity * chosen.run_s_per_piece // 60)
        worked = sum(s.end - s.start for s in row.segments)
        disjoint = all(a.end <= b.start for a, b in pairwise(row.segments))
        envelope = (row.segments[0].start, row.segments[-1].end)
        if worked != wanted or not disjoint or envelope != (row.envelope_start, row.envelope_end):
            found.add(row.id)
    return found


def unattended(
    operations: Mapping[str, Operation], machines: Mapping[str, Machine], bookings: Iterable[Booking]
) -> set[str]:
    """Bookings with fewer attended minutes, counted from the start, than the operation needs."""
    found: set[str] = set()
    for row in bookings:
        operation = operations[row.operation_id or ""]
        left = {
            Attendance.FULL: sum(s.end - s.start for s in row.segments),
            Attendance.SETUP: alternative_of(operation, machines[row.machine_id]).setup_min,
            Attendance.NONE: 0,
        }[operation.attendance]
        for s in row.segments:
            if left > 0 and s.operator_id is None:
                found.add(row.id)
            left -= s.end - s.start
    return found


def too_early(operations: Iterable[Operation], bookings: Iterable[Booking]) -> set[str]:
    """Operations that start before the one before them is done, waited for, or back from outside."""
    booked = {b.operation_id: b for b in bookings}
    routings: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        routings[operation.order_id].append(operation)
    found: set[str] = set()
    for routing in routings.values():
        ready = 0
        for operation in sorted(routing, key=lambda o: o.seq):
            row = booked.get(operation.id)
            if row is None:
                ready += operation.subcontract_minutes or 0
                continue
            if row.envelope_start < ready:
                found.add(operation.id)
            ready = row.envelope_end + operation.min_wait_after_min
    return found


def interrupted(
    operations: Mapping[str, Operation], times: ShopTimes, bookings: Sequence[Booking]
) -> set[str]:
    """Bookings of operations that must not pause, and do."""
    return {
        b.id
        for b in bookings
        if not operations[b.operation_id or ""].splittable
        and not inside(times.machine(b.machine_id).available, b.envelope_start, b.envelope_end)
    }


def before_material(
    materials: Mapping[str, tuple[MaterialRequirement, ...]], bookings: Iterable[Booking]
) -> tuple[set[str], set[str]]:
    """Bookings that start before their material is there, and those of which nobody knows."""
    early: set[str] = set()
    unknown: set[str] = set()
    for row in bookings:
        for needed in materials.get(row.operation_id or "", ()):
            if needed.available_at is None:
                unknown.add(row.id)
            elif needed.available_at > row.envelope_start:
                early.add(row.id)
    return early, unknown
