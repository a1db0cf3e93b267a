"""The orders of a board: filtered, sorted, a page at a time."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from pydantic import Field

from leadhand.cursors import decode_cursor, encode_cursor, foreign_cursor
from planning.order_standing import OrderStanding
from planning.order_status import OrderReport, Outlook
from planning.shop import Minute, Order, OrderStatus
from planning.zones import MINUTES_PER_DAY
from tools.boards.index import PlanIndex
from tools.boards.lookup import machine_named, machines_of, says
from tools.boards.opened import BoardPage, Opened, circle_warnings
from tools.boards.paging import MAX_MINUTE, minute_of, page_by_key
from tools.order_reading import CLOSED
from tools.order_views import OperationRow, OrderName, OrderViews
from tools.views import View

OPEN = frozenset(OrderStatus) - CLOSED
# A closed order is listed for so long after its last booking; any order is found by its code.
RECENT_DAYS = 30

OrderKey: TypeAlias = tuple[int, int, str]


class OrderSort(StrEnum):
    """`priority`: most urgent first. Orders without a due date or finish come last."""

    DUE = "due"
    FINISH = "finish"
    PRIORITY = "priority"
    CODE = "code"


class BoardOrder(View):
    """An order as `get_order_status` tells it, without its schedule."""

    order: OrderName
    quantity: int
    priority: int = Field(description="1 to 5; 5 is the most urgent.")
    status: OrderStatus = Field(description="As the shop has it; hold: the order is stopped.")
    outlook: Outlook = Field(description="What the plan says of the due date.")
    planned_finish: str | None = Field(description="null while any operation has no booking.")
    due: str | None
    due_date: str | None = Field(description="The last local day on which it is in time.")
    release: str | None
    tardiness_h: float | None = Field(description="Elapsed hours after the due date; 0 when on time.")
    tardiness_working_h: float | None = Field(description="The same in hours on the site calendar.")
    slack_h: float | None = Field(description="Due date less planned finish; negative when late.")
    work_slack_h: float | None = Field(description="Working hours to the due date less remaining work.")
    critical_ratio: float | None = Field(
        description="Working hours to the due date over remaining work; below 1 it cannot be in time "
        "without overtime or parallel work."
    )
    remaining_h: float
    remaining_unscheduled_h: float
    operations_total: int
    operations_done: int
    next_operation: OperationRow | None = Field(description="The first that is not over.")


class OrderCounts(View):
    late: int
    at_risk: int
    unscheduled: int
    on_time: int
    no_due_date: int
    done: int
    cancelled: int


class OrderPage(BoardPage):
    total: int = Field(description="How many orders fit, on all pages.")
    by_outlook: OrderCounts = Field(
        description="Of the orders that fit everything but the outlook asked for."
    )
    orders: list[BoardOrder]


@dataclass(frozen=True, slots=True)
class OrdersAsked:
    """Due after the first minute, until the second; no outlooks: whatever it is.

    `machine`, `work_center`: orders with an operation that is not over and is booked there, or, having no
    booking, could run there.
    """

    limit: int
    statuses: frozenset[OrderStatus] = OPEN
    outlooks: frozenset[Outlook] = frozenset()
    due_after: Minute | None = None
    due_until: Minute | None = None
    customer: str | None = None
    machine: str | None = None
    work_center: str | None = None
    text: str | None = None
    sort: OrderSort = OrderSort.DUE
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class OrdersChosen:
    """`page` in order; `following`: the key that the next page goes on behind."""

    page: Sequence[OrderStanding]
    following: OrderKey | None
    total: int
    by_outlook: Mapping[Outlook, int]

    @property
    def closed_ids(self) -> list[str]:
        return [s.order.id for s in self.page if s.order.status in CLOSED]


def choose_orders(opened: Opened, asked: OrdersAsked) -> OrdersChosen:
    """One page of the orders that fit.

    Raises:
        NotFound: the machine or work center.
        InvalidRequest: a cursor of another list or another sorting.
    """
    after = _after(asked)
    fitting = list(_fitting(opened, asked))
    chosen = [s for s in fitting if not asked.outlooks or s.outlook in asked.outlooks]
    page, following = page_by_key(chosen, _KEYS[asked.sort], after, asked.limit)
    return OrdersChosen(page, following, len(chosen), Counter(s.outlook for s in fitting))


def order_page(
    opened: Opened, asked: OrdersAsked, chosen: OrdersChosen, closed: PlanIndex | None
) -> OrderPage:
    """The page in a board's words; `closed` holds the closed orders on it whole, however old their work."""
    views = OrderViews(opened.index.shop, opened.index.zone, opened.now)

    def row(standing: OrderStanding) -> BoardOrder:
        index = opened.index
        if closed is not None and standing.order.status in CLOSED:
            index = closed
        return board_order(views, index.reports(opened.now).of(standing.order))

    following = chosen.following
    return OrderPage(
        **opened.stamp(),
        warnings=circle_warnings(opened.index.circles),
        next_cursor=None if following is None else encode_cursor(asked.sort, *map(str, following)),
        total=chosen.total,
        by_outlook=OrderCounts(
            **{name: chosen.by_outlook.get(Outlook(name), 0) for name in OrderCounts.model_fields}
        ),
        orders=[row(standing) for standing in chosen.page],
    )


def board_order(views: OrderViews, report: OrderReport) -> BoardOrder:
    row = views.order(report, 0, None, whole=False)
    return BoardOrder(**{name: value for name, value in row if name in BoardOrder.model_fields})


def _fitting(opened: Opened, asked: OrdersAsked) -> Iterator[OrderStanding]:
    index = opened.index
    machine_ids = _machine_ids(index, asked)
    customer = None if asked.customer is None else asked.customer.casefold()
    oldest = opened.now - RECENT_DAYS * MINUTES_PER_DAY
    for standing in index.standings.values():
        order = standing.order
        if order.status not in asked.statuses:
            continue
        if order.status in CLOSED and (standing.finish is None or standing.finish < oldest):
            continue
        if customer is not None and order.customer.casefold() != customer:
            continue
        if asked.text is not None and not says(asked.text, order.code, order.customer):
            continue
        if not _due_fits(order, asked):
            continue
        if machine_ids is not None and not _passes(index, order, machine_ids, opened.now):
            continue
        yield standing


def _due_fits(order: Order, asked: OrdersAsked) -> bool:
    if asked.due_after is None and asked.due_until is None:
        return True
    if order.due_at is None:
        return False
    return (asked.due_after is None or order.due_at > asked.due_after) and (
        asked.due_until is None or order.due_at <= asked.due_until
    )


def _machine_ids(index: PlanIndex, asked: OrdersAsked) -> frozenset[str] | None:
    shop = index.shop
    chosen = None if asked.machine is None else frozenset({machine_named(shop, asked.machine).id})
    if asked.work_center is None:
        return chosen
    of_center = machines_of(shop, asked.work_center)
    return of_center if chosen is None else chosen & of_center


def _passes(index: PlanIndex, order: Order, machine_ids: frozenset[str], now: Minute) -> bool:
    for operation in index.routings.operations(order.id):
        bookings = index.routings.bookings(operation.id)
        if any(b.machine_id in machine_ids and b.envelope_end > now for b in bookings):
            return True
        if not bookings and any(a.machine_id in machine_ids for a in operation.alternatives):
            return True
    return False


def _finish(standing: OrderStanding) -> OrderKey:
    return MAX_MINUTE if standing.finish is None else standing.finish, 0, standing.order.code


def _due(standing: OrderStanding) -> OrderKey:
    due = standing.order.due_at
    return MAX_MINUTE if due is None else due, 0, standing.order.code


def _priority(standing: OrderStanding) -> OrderKey:
    return -standing.order.priority, _due(standing)[0], standing.order.code


def _code(standing: OrderStanding) -> OrderKey:
    return 0, 0, standing.order.code


_KEYS: dict[OrderSort, Callable[[OrderStanding], OrderKey]] = {
    OrderSort.DUE: _due,
    OrderSort.FINISH: _finish,
    OrderSort.PRIORITY: _priority,
    OrderSort.CODE: _code,
}


def _after(asked: OrdersAsked) -> OrderKey | None:
    if asked.cursor is None:
        return None
    sort, first, second, code = decode_cursor(asked.cursor, 4)
    if sort != asked.sort:
        raise foreign_cursor()
    return minute_of(first), minute_of(second), code
