"""One order on a board: its routing with bookings, alternatives and what is reported of it."""

from pydantic import Field

from planning.order_status import OrderReport
from planning.rounding import hours
from planning.routings import PlannedOperation, op_minutes
from planning.shop import Alternative, Attendance, Booking, BookingStatus, Operation, Order
from tools.boards.index import PlanIndex
from tools.boards.opened import BoardAnswer, Opened
from tools.boards.order_list import BoardOrder, board_order
from tools.order_views import OperationRow, OrderViews
from tools.views import Named, View, named

# What the rows of one order may hold together; of more, the totals tell.
MAX_OPERATIONS, MAX_ALTERNATIVES, MAX_BOOKINGS, MAX_SEGMENTS = 200, 800, 500, 1_200


class WorkSegment(View):
    start: str
    end: str
    operator: Named | None


class BookingRow(View):
    """The machine is held from start to end; the segments are the work."""

    id: str
    machine: Named
    start: str
    end: str
    status: BookingStatus
    locked: bool
    segments_total: int
    segments: list[WorkSegment]


class AlternativeRow(View):
    """A machine that can do it; lower preference first. `work_h`: setup and run of the order's quantity."""

    machine: Named
    preference: int
    setup_min: int
    run_s_per_piece: int
    work_h: float


class RoutingRow(OperationRow):
    """An operation with all that the plan has on it."""

    seq: int
    after: list[int] = Field(description="Numbers of the operations that must be done before.")
    setup_min: int
    run_s_per_piece: int
    attendance: Attendance
    splittable: bool = Field(description="Whether work may pause over closed time.")
    min_wait_after_min: int
    milestone: bool
    subcontract_minutes: int | None
    alternatives_total: int
    alternatives: list[AlternativeRow]
    bookings_total: int
    bookings: list[BookingRow]


class OrderDetail(BoardAnswer):
    order: BoardOrder
    operations_total: int
    operations: list[RoutingRow] = Field(description="Each after all that must be done before it.")


def order_detail(opened: Opened, index: PlanIndex, order: Order) -> OrderDetail:
    """`index` holds all bookings of the order.

    Raises:
        InvalidRouting: its operations wait for one another.
    """
    report = index.reports(opened.now).of(order)
    views = OrderViews(index.shop, index.zone, opened.now)
    routing = _Routing(opened, index, views, report)
    return OrderDetail(
        **opened.stamp(),
        order=board_order(views, report),
        operations_total=len(report.operations),
        operations=[routing.row(planned) for planned in report.operations[:MAX_OPERATIONS]],
    )


class _Routing:
    """Rows of one order's operations; what all of them list together is bounded."""

    def __init__(self, opened: Opened, index: PlanIndex, views: OrderViews, report: OrderReport) -> None:
        self._opened = opened
        self._shop = index.shop
        self._views = views
        self._order = report.order
        self._seqs = {o.operation.id: o.operation.seq for o in report.operations}
        self._alternatives_left, self._bookings_left = MAX_ALTERNATIVES, MAX_BOOKINGS
        self._segments_left = MAX_SEGMENTS

    def row(self, planned: PlannedOperation) -> RoutingRow:
        operation = planned.operation
        alternatives = operation.alternatives[: self._alternatives_left]
        bookings = planned.bookings[: self._bookings_left]
        self._alternatives_left -= len(alternatives)
        self._bookings_left -= len(bookings)
        return RoutingRow(
            **dict(self._views.operation(self._order, planned)),
            seq=operation.seq,
            after=[self._seqs[key] for key in planned.predecessors if key in self._seqs],
            setup_min=operation.setup_min,
            run_s_per_piece=operation.run_s_per_piece,
            attendance=operation.attendance,
            splittable=operation.splittable,
            min_wait_after_min=operation.min_wait_after_min,
            milestone=operation.milestone,
            subcontract_minutes=operation.subcontract_minutes,
            alternatives_total=len(operation.alternatives),
            alternatives=[self._alternative(operation, a) for a in alternatives],
            bookings_total=len(planned.bookings),
            bookings=[self._booking(booking) for booking in bookings],
        )

    def _alternative(self, operation: Operation, alternative: Alternative) -> AlternativeRow:
        return AlternativeRow(
            machine=named(self._shop.machines[alternative.machine_id]),
            preference=alternative.preference,
            setup_min=alternative.setup_min,
            run_s_per_piece=alternative.run_s_per_piece,
            work_h=hours(op_minutes(operation, self._order.quantity, alternative.machine_id)),
        )

    def _booking(self, booking: Booking) -> BookingRow:
        shown = booking.segments[: self._segments_left]
        self._segments_left -= len(shown)
        return BookingRow(
            id=booking.id,
            machine=named(self._shop.machines[booking.machine_id]),
            start=self._opened.iso(booking.envelope_start),
            end=self._opened.iso(booking.envelope_end),
            status=booking.status,
            locked=booking.locked,
            segments_total=len(booking.segments),
            segments=[
                WorkSegment(
                    start=self._opened.iso(s.start),
                    end=self._opened.iso(s.end),
                    operator=None if s.operator_id is None else named(self._shop.operators[s.operator_id]),
                )
                for s in shown
            ],
        )
