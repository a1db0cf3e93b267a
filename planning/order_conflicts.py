"""Rules of planning-domain 6.3 about orders: the sequence of their operations, completeness, the due date."""

from collections.abc import Iterator, Mapping

from leadhand.errors import InvalidRouting
from planning.attendance import setup_minutes
from planning.calendars import ShopTimes
from planning.conflict_items import Conflict, ConflictType
from planning.order_status import OrderReport, OrderReports, Outlook
from planning.routings import PlannedOperation, needs_no_machine, op_minutes
from planning.shop import Booking, BookingStatus, Minute, Operation, Order, OrderStatus

_OPEN = (OrderStatus.RELEASED, OrderStatus.IN_PROGRESS, OrderStatus.HOLD)


def order_conflicts(times: ShopTimes, as_of: Minute) -> Iterator[Conflict]:
    """What is wrong with the open orders; one whose routing is a circle is left to the data checks."""
    reports = OrderReports(times, as_of)
    for order in times.shop.orders.values():
        if order.status not in _OPEN:
            continue
        try:
            report = reports.of(order)
        except InvalidRouting:
            continue
        yield from _precedence(report)
        yield from _incomplete(report)
        yield from _due(report)


def _precedence(report: OrderReport) -> Iterator[Conflict]:
    """Each pair of which the later one starts before the earlier one is over, its wait included."""
    placed = {o.operation.id: o for o in report.operations}
    for later in report.operations:
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
                    order_id=report.order.id,
                    operation_ids=(key, later.operation.id),
                )


def _history(earlier: PlannedOperation, later: PlannedOperation) -> bool:
    """Whether both are done: nothing can be moved any more."""
    rows = (*earlier.bookings, *later.bookings)
    return bool(rows) and all(b.status is BookingStatus.DONE for b in rows)


def _incomplete(report: OrderReport) -> Iterator[Conflict]:
    missing = tuple(o for o in report.unscheduled if not needs_no_machine(o.operation))
    if missing:
        yield Conflict(
            ConflictType.NOT_FULLY_SCHEDULED,
            sum(op_minutes(o.operation, report.order.quantity) for o in missing),
            order_id=report.order.id,
            operation_ids=tuple(o.operation.id for o in missing),
        )
    for planned in report.operations:
        rows = planned.bookings
        if not rows or any(b.status is not BookingStatus.PLANNED for b in rows):
            continue
        planned_min = sum(s.end - s.start for b in rows for s in b.segments)
        needed = needed_minutes(planned.operation, report.order, rows)
        if planned_min != needed:
            yield Conflict(
                ConflictType.DURATION_MISMATCH,
                abs(planned_min - needed),
                ((rows[0].envelope_start, max(b.envelope_end for b in rows)),) if _has_length(rows) else (),
                tuple(b.id for b in rows),
                order_id=report.order.id,
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


_DUE: Mapping[Outlook, ConflictType] = {
    Outlook.LATE: ConflictType.LATE,
    Outlook.AT_RISK: ConflictType.AT_RISK,
}


def _due(report: OrderReport) -> Iterator[Conflict]:
    """Late: minutes of tardiness, from the due date to the finish. At risk: minutes of slack before it."""
    type_, finish, due = _DUE.get(report.outlook), report.figures.finish, report.order.due_at
    if type_ is None or finish is None or due is None:
        return
    start, end = min(finish, due), max(finish, due)
    yield Conflict(
        type_,
        end - start,
        ((start, end),) if end > start else (),
        order_id=report.order.id,
        operation_ids=tuple(o.operation.id for o in report.operations if o.end == finish),
    )
