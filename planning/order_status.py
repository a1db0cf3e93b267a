"""How an order stands (planning-domain sections 1 and 4): finish, lateness, slack, what is left and next."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from planning.calendars import ShopTimes
from planning.intervals import WorkTime
from planning.remaining import is_over, remaining_minutes
from planning.routings import PlannedOperation, Routings
from planning.shop import Minute, Order, OrderStatus


class Outlook(StrEnum):
    """What the plan says of the due date. An order that is not wholly scheduled is never "late"."""

    DONE = "done"
    CANCELLED = "cancelled"
    UNSCHEDULED = "unscheduled"
    NO_DUE_DATE = "no_due_date"
    LATE = "late"
    AT_RISK = "at_risk"
    ON_TIME = "on_time"


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """All in minutes; None: not known, never guessed.

    `tardiness` elapsed, `tardiness_working` on the site calendar, both 0 when on time. `slack`: due date less
    finish, negative when late. `work_slack`: working time to the due date less what is left to do.
    `critical_ratio`: working time to the due date over what is left; below 1 it cannot be done in time
    without overtime or parallel work.
    """

    finish: Minute | None
    remaining: int
    remaining_unscheduled: int
    tardiness: int | None
    tardiness_working: int | None
    slack: int | None
    work_slack: int | None
    critical_ratio: Fraction | None


@dataclass(frozen=True, slots=True)
class OrderReport:
    """One order at one instant. `next_operation`: the first that is not over; None when all are."""

    order: Order
    outlook: Outlook
    figures: OrderFigures
    operations: tuple[PlannedOperation, ...]
    next_operation: PlannedOperation | None
    unscheduled: tuple[PlannedOperation, ...]


class OrderReports:
    """Reports of a shop's orders at one instant; what they share is compiled once.

    `times` must reach from `as_of` and from the earliest due date to the latest due date and finish.
    """

    def __init__(self, times: ShopTimes, as_of: Minute, routings: Routings | None = None) -> None:
        """`routings`: the shop's, where they are grouped already."""
        self._as_of = as_of
        self._buffer_min = times.shop.settings.at_risk_buffer_h * 60
        self._routings = routings or Routings(times.shop)
        site = times.shop.settings.site_calendar_id
        # Working time of the site; a shop that names no site calendar has none.
        self._site = None if site is None else WorkTime(times.calendar(site).open)

    def of(self, order: Order) -> OrderReport:
        """How the order stands.

        Raises:
            InvalidRouting: its operations wait for one another.
        """
        operations = self._routings.planned(order)
        unscheduled = tuple(o for o in operations if not o.scheduled)
        ends = [o.end for o in operations if o.end is not None]
        finish = None if unscheduled or not ends else max(ends)
        figures = self._figures(order, operations, finish)
        return OrderReport(
            order=order,
            outlook=self._outlook(order, figures),
            figures=figures,
            operations=operations,
            next_operation=next((o for o in operations if not is_over(o, order, self._as_of)), None),
            unscheduled=unscheduled,
        )

    def _figures(
        self, order: Order, operations: tuple[PlannedOperation, ...], finish: Minute | None
    ) -> OrderFigures:
        left = [remaining_minutes(o, order, self._as_of) for o in operations]
        remaining, due, site = sum(left), order.due_at, self._site
        to_due = None if due is None or site is None else site.work_between(self._as_of, due)
        slack = None if finish is None or due is None else due - finish
        working_late = None
        if finish is not None and due is not None and site is not None:
            working_late = site.work_between(due, finish)
        return OrderFigures(
            finish=finish,
            remaining=remaining,
            remaining_unscheduled=sum(
                minutes for minutes, o in zip(left, operations, strict=True) if not o.scheduled
            ),
            tardiness=None if slack is None else max(0, -slack),
            tardiness_working=working_late,
            slack=slack,
            work_slack=None if to_due is None else to_due - remaining,
            critical_ratio=None if to_due is None or not remaining else Fraction(to_due, remaining),
        )

    def _outlook(self, order: Order, figures: OrderFigures) -> Outlook:
        if order.status is OrderStatus.DONE:
            return Outlook.DONE
        if order.status is OrderStatus.CANCELLED:
            return Outlook.CANCELLED
        if figures.finish is None:
            return Outlook.UNSCHEDULED
        if figures.slack is None:
            return Outlook.NO_DUE_DATE
        if figures.slack < 0:
            return Outlook.LATE
        return Outlook.AT_RISK if figures.slack < self._buffer_min else Outlook.ON_TIME
