"""Which orders a question is about, and how each stands: the reports behind `get_order_status`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from zoneinfo import ZoneInfo

from planning.calendars import ShopTimes
from planning.cause_chain import CauseChain, CauseChains
from planning.date_phrases import instant_text
from planning.order_standing import OrderStanding, Standings
from planning.order_status import OrderReport, OrderReports, Outlook
from planning.routings import Routings
from planning.shop import Interval, Minute, Order, OrderStatus, Shop
from planning.zones import MINUTES_PER_DAY, whole_days
from tools.order_names import find_customer, find_order
from tools.views import count_of
from tools.windows import Window

CLOSED = frozenset({OrderStatus.DONE, OrderStatus.CANCELLED})
# Dates further away count as this far: no plan reaches there, and calendars are compiled up to them.
_FARTHEST_MIN = 20 * 366 * MINUTES_PER_DAY
_WORST_FIRST = (
    Outlook.LATE,
    Outlook.UNSCHEDULED,
    Outlook.AT_RISK,
    Outlook.ON_TIME,
    Outlook.NO_DUE_DATE,
    Outlook.DONE,
    Outlook.CANCELLED,
)
_RANK: Mapping[Outlook, int] = {outlook: rank for rank, outlook in enumerate(_WORST_FIRST)}


class OrderFilter(StrEnum):
    OPEN = "open"
    LATE = "late"
    AT_RISK = "at_risk"
    UNSCHEDULED = "unscheduled"
    DUE_BEFORE = "due_before"


@dataclass(frozen=True, slots=True)
class OrderQuestion:
    """What is looked for at `now`. `order`: one by name; else a list. `due` None: whenever they are due."""

    now: Minute
    order: str | None = None
    filter: OrderFilter = OrderFilter.OPEN
    customer: str | None = None
    due: Window | None = None


@dataclass(frozen=True, slots=True)
class OrderReading:
    """`looked_at`: all orders that the question is about; `matching`: those that fit its filter, worst first.

    `circles`: orders whose operations wait for one another, with what is wrong; they stand nowhere.
    """

    shop: Shop
    reports: OrderReports
    looked_at: tuple[OrderStanding, ...]
    matching: tuple[OrderStanding, ...]
    circles: tuple[tuple[Order, str], ...]
    assumptions: tuple[str, ...]


def read_orders(shop: Shop, question: OrderQuestion) -> OrderReading:
    """How the orders stand that `question` is about.

    Raises:
        NotFound, Ambiguous: the order or customer named.
        InvalidRouting: the one order that was named has operations that wait for one another.
    """
    orders, assumptions = _named(shop, question) if question.order else _listed(shop, question)
    standings = shop.view(Standings)
    circles = [(order, standings.circles[order.id]) for order in orders if order.id in standings.circles]
    if circles and question.order:
        raise circles[0][1]
    looked_at = tuple(standings.of[order.id] for order in orders if order.id in standings.of)
    matching = [standing for standing in looked_at if question.order or _fits(standing, question.filter)]
    matching.sort(key=_worst_first)
    times = shop.view(ShopTimes, whole_days(_span(shop, question.now)))
    return OrderReading(
        shop,
        OrderReports(times, question.now, shop.view(Routings)),
        looked_at,
        tuple(matching),
        tuple((order, error.message) for order, error in circles),
        tuple(assumptions),
    )


def start_of(report: OrderReport) -> Minute | None:
    """When the order's time begins: its release, or its first operation where that is earlier."""
    starts = [o.start for o in report.operations if o.start is not None]
    release = report.order.release_at
    return min([*starts, *([] if release is None else [release])], default=None)


def chains_of(reading: OrderReading, reports: Sequence[OrderReport], now: Minute) -> Mapping[str, CauseChain]:
    """The cause chains of `reports` by order id; orders without a planned finish have none."""
    finished = [r for r in reports if r.figures.finish is not None]
    starts = [start for r in finished if (start := start_of(r)) is not None]
    if not starts:
        return {}
    end = max(r.figures.finish or 0 for r in finished)
    chains = CauseChains(ShopTimes(reading.shop, (min(starts), max(end, min(starts) + 1))), now)
    found = {r.order.id: chains.of(r) for r in finished}
    return {order_id: chain for order_id, chain in found.items() if chain is not None}


def _named(shop: Shop, question: OrderQuestion) -> tuple[Sequence[Order], list[str]]:
    found = find_order(shop, question.order or "")
    said = [found.assumption] if found.assumption else []
    if question.customer or question.due is not None or question.filter is not OrderFilter.OPEN:
        said.append("An order was named, so the filter was left aside.")
    return [found.order], said


def _listed(shop: Shop, question: OrderQuestion) -> tuple[Sequence[Order], list[str]]:
    orders = [order for order in shop.orders.values() if order.status not in CLOSED]
    said: list[str] = []
    whose = ""
    if question.customer:
        customer = find_customer(shop, question.customer)
        orders = [order for order in orders if order.customer == customer.customer]
        said += [customer.assumption] if customer.assumption else []
        whose = f" of {customer.customer}"
    if question.due is not None:
        start, end = question.due.interval
        overdue_too = question.filter is OrderFilter.DUE_BEFORE
        undated = sum(1 for order in orders if order.due_at is None)
        orders = [
            order
            for order in orders
            if order.due_at is not None and order.due_at <= end and (overdue_too or start < order.due_at)
        ]
        said.append(_due_sentence(shop, question.due, overdue_too=overdue_too))
        if undated:
            said.append(f"Left out, having no due date: {count_of(undated, 'open order')}.")
    else:
        said.append(f"No order was named: {count_of(len(orders), 'open order')}{whose} looked at.")
    return orders, said


def _due_sentence(shop: Shop, due: Window, *, overdue_too: bool) -> str:
    if not overdue_too:
        return f"Only orders due in the window were looked at. {due.assumption}"
    end = instant_text(due.end_min, ZoneInfo(shop.settings.timezone), closing=True)
    return f"Orders due until {end} were looked at, overdue ones included."


def _fits(standing: OrderStanding, wanted: OrderFilter) -> bool:
    outlooks = {
        OrderFilter.LATE: Outlook.LATE,
        OrderFilter.AT_RISK: Outlook.AT_RISK,
        OrderFilter.UNSCHEDULED: Outlook.UNSCHEDULED,
    }
    return wanted not in outlooks or standing.outlook is outlooks[wanted]


def _worst_first(standing: OrderStanding) -> tuple[int, int, Minute, str]:
    """By outlook, then by slack, then by due date; orders without either come last in their group."""
    slack, due = standing.slack, standing.order.due_at
    return (
        _RANK[standing.outlook],
        _FARTHEST_MIN if slack is None else slack,
        (1 << 62) if due is None else due,
        standing.order.code,
    )


def _span(shop: Shop, now: Minute) -> Interval:
    """From the earliest to the latest minute that orders' figures can look at."""
    first, last = shop.view(_reach)
    return max(min(first, now), now - _FARTHEST_MIN), min(max(last, now), now + _FARTHEST_MIN) + 1


def _reach(shop: Shop) -> Interval:
    """The first and the last minute that any order's dates and work reach, now apart."""
    dates = [d for order in shop.orders.values() for d in (order.due_at, order.release_at) if d is not None]
    starts, ends = [b.envelope_start for b in shop.bookings], [b.envelope_end for b in shop.bookings]
    # Work done outside and waits follow from what precedes them, without a booking.
    elapsed: defaultdict[str, int] = defaultdict(int)
    for operation in shop.operations.values():
        elapsed[operation.order_id] += (operation.subcontract_minutes or 0) + operation.min_wait_after_min
    last = max(chain(dates, ends), default=0)
    return min(chain(dates, starts), default=last), last + max(elapsed.values(), default=0)
