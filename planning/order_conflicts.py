"""Rules of planning-domain 6.3 about orders: sequence of operations, completeness, material, due date."""

from collections.abc import Iterator, Sequence
from functools import partial

from leadhand.errors import InvalidRouting
from planning.attendance import setup_minutes
from planning.conflict_items import Conflict, ConflictType
from planning.material_conflicts import material_conflicts
from planning.routings import PlannedOperation, Routings, needs_no_machine, op_minutes
from planning.shop import Booking, BookingStatus, Minute, Operation, Order, OrderStatus, Shop

OPEN = frozenset({OrderStatus.RELEASED, OrderStatus.IN_PROGRESS, OrderStatus.HOLD})


def order_conflicts(shop: Shop) -> Iterator[Conflict]:
    """What is wrong with the open orders; one whose routing is a circle is left to the data checks."""
    routings = shop.view(Routings)
    buffer_min = shop.settings.at_risk_buffer_h * 60
    for order in shop.orders.values():
        if order.status in OPEN:
            source = routings.rows(order), buffer_min
            make = partial(_of_order, shop, order, routings, buffer_min)
            yield from shop.parts.of("order_conflicts", order.id, source, make)


def _of_order(shop: Shop, order: Order, routings: Routings, buffer_min: int) -> tuple[Conflict, ...]:
    last = _last_of_calm_chain(order, routings)
    if last is None:
        try:
            return tuple(conflicts_of_order(order, routings.planned(order), buffer_min))
        except InvalidRouting:
            return ()
    operation, finish = last
    found: list[Conflict] = []
    for row in routings.operations(order.id) if shop.materials else ():
        needed = shop.materials.get(row.id, ())
        if needed:
            found += material_conflicts(row, needed, routings.bookings(row.id))
    return (*found, *_due(order, (operation.id,), finish, buffer_min))


def conflicts_of_order(
    order: Order, operations: Sequence[PlannedOperation], buffer_min: int
) -> Iterator[Conflict]:
    """What is wrong with one order as its operations are planned."""
    yield from _precedence(order, operations)
    yield from _incomplete(order, operations)
    for planned in operations:
        yield from material_conflicts(planned.operation, planned.materials, planned.bookings)
    if operations and all(o.scheduled for o in operations):
        finish = max(o.end for o in operations if o.end is not None)
        last = tuple(o.operation.id for o in operations if o.end == finish)
        yield from _due(order, last, finish, buffer_min)


def _last_of_calm_chain(order: Order, routings: Routings) -> tuple[Operation, Minute] | None:
    """The last operation and its end, of an order that has nothing to find but its due date and material.

    Most orders are so: each operation waits for the one before, has one booking of the right length, and
    starts when that one is over. None: not known to be so.
    """
    over, previous, end = 0, None, 0
    quantity = order.quantity
    for operation in routings.operations(order.id):
        before, rows = operation.predecessor_ids, routings.bookings(operation.id)
        if len(rows) != 1 or operation.milestone or operation.subcontract_minutes is not None:
            return None
        if before is not None and before != (() if previous is None else (previous.id,)):
            return None
        booking = rows[0]
        if booking.envelope_start < over or booking.envelope_end <= end:
            return None
        if booking.status is BookingStatus.PLANNED:
            planned_min = 0
            for segment in booking.segments:
                planned_min += segment.end - segment.start
            if planned_min != op_minutes(operation, quantity, booking.machine_id):
                return None
        end, previous = booking.envelope_end, operation
        over = end + operation.min_wait_after_min
    return None if previous is None else (previous, end)


def _precedence(order: Order, operations: Sequence[PlannedOperation]) -> Iterator[Conflict]:
    """Each pair of which the later one starts before the earlier one is over, its wait included."""
    placed = {o.operation.id: o for o in operations}
    for later in operations:
        for key in later.predecessors:
            earlier = placed[key]
            if earlier.end is None or later.start is None:
                continue
            over = earlier.end + earlier.operation.min_wait_after_min
            if later.start < over and not _history(earlier, later):
                yield Conflict(
                    ConflictType.PRECEDENCE,
                    over - later.start,
                    ((later.start, over),),
                    tuple(b.id for b in (*earlier.bookings[-1:], *later.bookings[:1])),
                    order_id=order.id,
                    operation_ids=(key, later.operation.id),
                )


def _history(earlier: PlannedOperation, later: PlannedOperation) -> bool:
    """Whether both are done: nothing can be moved any more."""
    rows = (*earlier.bookings, *later.bookings)
    return bool(rows) and all(b.status is BookingStatus.DONE for b in rows)


def _incomplete(order: Order, operations: Sequence[PlannedOperation]) -> Iterator[Conflict]:
    missing = tuple(o for o in operations if not o.scheduled and not needs_no_machine(o.operation))
    if missing:
        yield Conflict(
            ConflictType.NOT_FULLY_SCHEDULED,
            sum(op_minutes(o.operation, order.quantity) for o in missing),
            order_id=order.id,
            operation_ids=tuple(o.operation.id for o in missing),
        )
    for planned in operations:
        rows = planned.bookings
        if not rows or any(b.status is not BookingStatus.PLANNED for b in rows):
            continue
        planned_min = sum(s.end - s.start for b in rows for s in b.segments)
        needed = needed_minutes(planned.operation, order, rows)
        if planned_min != needed:
            yield Conflict(
                ConflictType.DURATION_MISMATCH,
                abs(planned_min - needed),
                ((rows[0].envelope_start, max(b.envelope_end for b in rows)),) if _has_length(rows) else (),
                tuple(b.id for b in rows),
                order_id=order.id,
                operation_ids=(planned.operation.id,),
            )


def needed_minutes(operation: Operation, order: Order, rows: tuple[Booking, ...]) -> int:
    """What the bookings of an operation should add up to: one setup each, and the run of all pieces.

    Pieces on machines of different speed cannot be told apart; then the run of the first machine counts.
    """
    first, *others = rows
    extra = sum(setup_minutes(operation, booking.machine_id) for booking in others)
    return op_minutes(operation, order.quantity, first.machine_id) + extra


def _has_length(rows: tuple[Booking, ...]) -> bool:
    return max(b.envelope_end for b in rows) > rows[0].envelope_start


def _due(order: Order, operation_ids: tuple[str, ...], finish: Minute, buffer_min: int) -> Iterator[Conflict]:
    """Late: minutes of tardiness, from the due date to the finish. At risk: minutes of slack before it."""
    due = order.due_at
    if due is None or due - finish >= buffer_min:
        return
    start, end = min(finish, due), max(finish, due)
    yield Conflict(
        ConflictType.LATE if finish > due else ConflictType.AT_RISK,
        end - start,
        ((start, end),) if end > start else (),
        order_id=order.id,
        operation_ids=operation_ids,
    )
