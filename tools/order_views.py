"""How an order reads: names, local times and hours; its schedule and why it finishes when it does."""

from enum import StrEnum
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from planning.cause_chain import Cause
from planning.intervals import total
from planning.order_status import OrderReport, Outlook
from planning.remaining import is_over, remaining_minutes, reported
from planning.rounding import hours, round_half_up
from planning.routings import PlannedOperation
from planning.shop import Minute, Operation, Order, OrderStatus, Shop
from planning.zones import iso, local_day
from tools.order_reading import CLOSED
from tools.views import Named, View, named

_RATIO_PLACES = 2


class OperationState(StrEnum):
    """`outside`: subcontracted. `not_scheduled`: it needs a machine and has no booking."""

    DONE = "done"
    RUNNING = "running"
    PLANNED = "planned"
    OUTSIDE = "outside"
    MILESTONE = "milestone"
    NOT_SCHEDULED = "not_scheduled"


class OrderName(View):
    id: str
    code: str
    customer: str


class OperationRow(View):
    """One operation of the routing; several machines are pieces of it."""

    operation_id: str
    operation: str = Field(description="Its number and name.")
    state: OperationState
    machines: list[Named]
    start: str | None
    end: str | None
    work_h: float = Field(description="Work booked, pauses not counted.")
    remaining_h: float = Field(
        description="Work left to do from now on: that of the open pieces where pieces are reported."
    )
    good_pieces: int | None = Field(description="Reported good so far; null: nothing is reported.")
    scrap_pieces: int | None
    operators: list[str]
    locked: bool


class CauseHours(View):
    cause: Cause
    minutes: int
    hours: float


class LinkRow(View):
    """A stretch of time with one cause; `order` is whose work held the machine, `name` that of the closure
    or of the material.
    """

    cause: Cause
    start: str
    end: str
    minutes: int
    hours: float
    operation: str = Field(description="The operation that worked or waited.")
    machine: Named | None = Field(description="The machine it worked on or waited for.")
    order: str | None
    name: str | None


class BlockingOrder(View):
    """Other work that held a machine while the order waited; `order` null: held capacity of a quote."""

    order: str | None
    customer: str | None
    minutes: int
    hours: float


class LostTo(View):
    """A holiday, closure or downtime, or the regular hours in which no shift is planned."""

    kind: Literal["holiday", "closed", "downtime", "no_shift"]
    name: str
    minutes: int
    hours: float


class CauseView(View):
    """Why the order finishes when it does. The minutes by cause add up to `end` less `start` exactly."""

    start: str
    starts_with: Literal["release", "first_operation"]
    end: str = Field(description="The planned finish.")
    minutes: int
    hours: float
    by_cause: list[CauseHours] = Field(description="Most first.")
    most_lost_to: CauseHours | None = Field(description="What took the most time besides the work itself.")
    blocking_orders: list[BlockingOrder] = Field(description="Most first.")
    most_blocked_by: BlockingOrder | None = Field(description="The first of blocking_orders.")
    closures: list[LostTo] = Field(description="Most first.")
    links_total: int
    links: list[LinkRow] = Field(description="In order of time, end to end from start to end.")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum(row.minutes for row in self.by_cause) != self.minutes:
            raise ValueError("the minutes by cause are not finish less start")
        if len(self.links) == self.links_total and sum(row.minutes for row in self.links) != self.minutes:
            raise ValueError("the minutes of the links are not finish less start")
        return self


class OrderRow(View):
    order: OrderName
    quantity: int
    priority: int = Field(description="1 to 5; 5 is the most urgent.")
    status: OrderStatus = Field(description="hold: the order is stopped.")
    outlook: Outlook = Field(
        description="What the plan says of the due date; unscheduled: an operation has no booking, so no "
        "finish is known, and the order is never called late."
    )
    planned_finish: str | None = Field(description="null while any operation has no booking.")
    due: str | None
    due_date: str | None = Field(description="The last local day on which it is in time; say this one.")
    release: str | None
    tardiness_h: float | None = Field(description="Elapsed hours after the due date; 0 when on time.")
    tardiness_working_h: float | None = Field(description="The same in hours on the site calendar.")
    slack_h: float | None = Field(description="Due date less planned finish; negative when late.")
    work_slack_h: float | None = Field(description="Working hours to the due date less remaining work.")
    critical_ratio: float | None = Field(
        description="Working hours to the due date over remaining work; below 1 it cannot be in time "
        "without overtime or parallel work."
    )
    remaining_h: float = Field(description="Work left to do from now on, unscheduled work included.")
    remaining_unscheduled_h: float = Field(description="Of it, work without a booking.")
    operations_total: int
    operations_done: int
    next_operation: OperationRow | None = Field(description="The first that is not over.")
    schedule: list[OperationRow] = Field(
        description="Operations in order; of many orders only the next few of each."
    )
    causes: CauseView | None = Field(description="With explain, and where a finish is known.")


class OrderViews:
    """Turns minutes and ids of one shop into what a person reads."""

    def __init__(self, shop: Shop, zone: ZoneInfo, as_of: Minute) -> None:
        self.shop = shop
        self.zone = zone
        self.as_of = as_of

    def order(self, report: OrderReport, rows: int, causes: CauseView | None, *, whole: bool) -> OrderRow:
        """`rows`: operations listed; `whole`: from the first on, else from the next one on."""
        order, figures = report.order, report.figures
        closed = order.status in CLOSED
        over = [self._is_over(o, order) for o in report.operations]
        listed = [o for o, done in zip(report.operations, over, strict=True) if whole or not done]
        ahead = None if closed else report.next_operation
        return OrderRow(
            order=OrderName(id=order.id, code=order.code, customer=order.customer),
            quantity=order.quantity,
            priority=order.priority,
            status=order.status,
            outlook=report.outlook,
            planned_finish=self._at(figures.finish),
            due=self._at(order.due_at),
            # A due date without a time is 24:00, which as an instant is the next day.
            due_date=None if order.due_at is None else local_day(order.due_at - 1, self.zone).isoformat(),
            release=self._at(order.release_at),
            tardiness_h=_hours(figures.tardiness),
            tardiness_working_h=_hours(figures.tardiness_working),
            slack_h=_hours(figures.slack),
            # What is left of an order that is done or cancelled is nothing, and so is its urgency.
            work_slack_h=None if closed else _hours(figures.work_slack),
            critical_ratio=None
            if closed or figures.critical_ratio is None
            else round_half_up(figures.critical_ratio, _RATIO_PLACES),
            remaining_h=0.0 if closed else hours(figures.remaining),
            remaining_unscheduled_h=0.0 if closed else hours(figures.remaining_unscheduled),
            operations_total=len(report.operations),
            operations_done=sum(over),
            next_operation=self.operation(order, ahead) if ahead is not None else None,
            schedule=[self.operation(order, o) for o in listed[:rows]],
            causes=causes,
        )

    def operation(self, order: Order, planned: PlannedOperation) -> OperationRow:
        segments = [segment for booking in planned.bookings for segment in booking.segments]
        people = [self.shop.operators[s.operator_id] for s in segments if s.operator_id is not None]
        machine_ids = dict.fromkeys(b.machine_id for b in planned.bookings)
        closed = order.status in CLOSED
        pieces = reported(planned.reports, self.as_of)
        return OperationRow(
            operation_id=planned.operation.id,
            operation=title(planned.operation),
            state=self._state(planned, order),
            machines=[named(self.shop.machines[key]) for key in machine_ids],
            start=self._at(planned.start),
            end=self._at(planned.end),
            work_h=hours(total([(s.start, s.end) for s in segments])),
            remaining_h=0.0 if closed else hours(remaining_minutes(planned, order, self.as_of)),
            good_pieces=None if pieces is None else pieces.good,
            scrap_pieces=None if pieces is None else pieces.scrap,
            operators=list(dict.fromkeys(person.name or person.code for person in people)),
            locked=any(booking.locked for booking in planned.bookings),
        )

    def _is_over(self, planned: PlannedOperation, order: Order) -> bool:
        return order.status is OrderStatus.DONE or is_over(planned, order, self.as_of)

    def _state(self, planned: PlannedOperation, order: Order) -> OperationState:
        if self._is_over(planned, order):
            return OperationState.DONE
        if planned.operation.milestone:
            return OperationState.MILESTONE
        if planned.start is None and planned.operation.subcontract_minutes is None:
            return OperationState.NOT_SCHEDULED
        if planned.start is not None and planned.start <= self.as_of:
            return OperationState.RUNNING
        return OperationState.PLANNED if planned.bookings else OperationState.OUTSIDE

    def _at(self, minute: Minute | None) -> str | None:
        return None if minute is None else iso(minute, self.zone)


def title(operation: Operation) -> str:
    """ "20 Turn blank"."""
    return f"{operation.seq} {operation.name}".strip()


def _hours(minutes: int | None) -> float | None:
    return None if minutes is None else hours(minutes)
