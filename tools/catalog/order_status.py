"""get_order_status: how orders stand, which are late or at risk, and why one finishes when it does."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from pydantic import Field

from leadhand.context import TenantContext
from leadhand.errors import InvalidToolInput, JsonValue, NotFound
from planning.cause_chain import CauseChain
from planning.order_status import Outlook
from planning.rounding import hours
from planning.shop import Minute, OrderStatus, Shop
from planning.zones import MINUTES_PER_DAY, iso, to_minute
from tools.base import Tool, ToolContext, ToolOutput
from tools.names import MAX_NAME_CHARS
from tools.order_causes import CauseViews
from tools.order_names import find_order
from tools.order_reading import (
    CLOSED,
    OrderFilter,
    OrderQuestion,
    OrderReading,
    chains_of,
    read_orders,
    start_of,
)
from tools.order_views import OrderRow, OrderViews
from tools.order_warnings import evidence_of, warnings_of
from tools.views import MAX_CURSOR_CHARS, PAGE_ROWS, View, listed, load_to_horizon, page
from tools.windows import Window, WindowInput, read_window

DEFAULT_DAYS = 7
# Operations listed of each order: all that a person reads of one, what comes next of many.
SCHEDULE_ROWS, SCHEDULE_ROWS_OF_MANY = PAGE_ROWS, 3
# An order that is closed is still known by its code for so long after its last booking.
RECENT_DAYS = 30
# How far back other work is looked at for the causes of one order.
MAX_PAST_DAYS = 366


class OrderStatusInput(WindowInput):
    order: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="One order: its code or number exactly as the person said it. Leave empty for a list.",
    )
    filter: OrderFilter = Field(
        default=OrderFilter.OPEN,
        description=(
            "Which open orders are listed: late (planned to finish after the due date), at_risk (little "
            "slack), unscheduled (an operation has no booking), due_before (due until the end of `window` or "
            "`to`, overdue ones included), open: all of them."
        ),
    )
    customer: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Only orders of this customer, by its name as the person said it.",
    )
    explain: bool | None = Field(
        default=None,
        description=(
            "Whether to say why each order finishes when it does (hours by cause). By default for one order."
        ),
    )
    cursor: str | None = Field(
        default=None,
        max_length=MAX_CURSOR_CHARS,
        description="next_cursor of an earlier answer, for more orders.",
    )


class OutlookCounts(View):
    late: int
    at_risk: int
    on_time: int
    unscheduled: int
    no_due_date: int


class DueWindow(View):
    """Due dates that were looked at; `start` null: however long ago."""

    start: str | None
    end: str
    text: str


class OrderStatusOutput(ToolOutput):
    """Worst first: late by lateness, then unscheduled by due date, at risk and on time by slack."""

    filter: OrderFilter | None = Field(description="null where one order was named.")
    due_window: DueWindow | None = Field(description="Only orders due in it were looked at.")
    at_risk_below_h: float = Field(description="Less slack than this is at risk.")
    orders_looked_at: int
    by_outlook: OutlookCounts = Field(description="Of all orders looked at.")
    on_hold: int = Field(description="Orders on hold among those looked at.")
    total_orders: int = Field(description="How many fit the filter.")
    next_cursor: str | None
    orders: list[OrderRow]


async def run(asked: OrderStatusInput, context: ToolContext) -> OrderStatusOutput:
    question, explain = _question(asked, context.tenant)
    shop = await _shop_that_knows(question, context)
    reading = await asyncio.to_thread(read_orders, shop, question)
    past = await asyncio.to_thread(_days_back, asked, reading, question.now, explain=explain)
    if past:
        # Other work that is over by now held machines up while these orders waited.
        shop = await _load(question, context, past)
        reading = await asyncio.to_thread(read_orders, shop, question)
    return await asyncio.to_thread(_answer, asked, question, reading, explain)


def _question(asked: OrderStatusInput, tenant: TenantContext) -> tuple[OrderQuestion, bool]:
    order, customer = (_said(text) for text in (asked.order, asked.customer))
    due = None
    if any(_said(text) for text in (asked.from_, asked.to, asked.window)):
        due = read_window(asked, tenant, default_days=DEFAULT_DAYS)
    elif asked.filter is OrderFilter.DUE_BEFORE and order is None:
        wrong: JsonValue = {"field": "to", "problem": "missing", "right": "the date by which orders are due"}
        raise InvalidToolInput("Say until when the orders are due.", details={"fields": [wrong]})
    question = OrderQuestion(to_minute(tenant.as_of), order, asked.filter, customer, due)
    return question, order is not None if asked.explain is None else asked.explain


def _said(text: str | None) -> str | None:
    """Models write "" for what they leave out."""
    return text if text is not None and text.strip() else None


async def _load(question: OrderQuestion, context: ToolContext, days_back: int) -> Shop:
    start = question.now - days_back * MINUTES_PER_DAY
    shop, _ = await load_to_horizon(context.shops, context.tenant, start, question.now)
    return shop


async def _shop_that_knows(question: OrderQuestion, context: ToolContext) -> Shop:
    """With the order that was named, if it is open or was closed not long ago."""
    shop = await _load(question, context, 0)
    if question.order is None:
        return shop
    try:
        find_order(shop, question.order)
    except NotFound:
        return await _load(question, context, RECENT_DAYS)
    return shop


def _days_back(asked: OrderStatusInput, reading: OrderReading, now: Minute, *, explain: bool) -> int:
    """How many days of past bookings are needed: since release for causes, and all of a closed order's."""
    orders = [standing.order for standing in page(reading.matching, asked.cursor).rows]
    closed = any(order.status in CLOSED for order in orders)
    if not (explain or closed):
        return 0
    starts = [start for order in orders if (start := start_of(reading.reports.of(order))) is not None]
    days = -(-(now - min(starts, default=now)) // MINUTES_PER_DAY)
    return max(RECENT_DAYS if closed else 0, min(days, MAX_PAST_DAYS))


def _answer(
    asked: OrderStatusInput, question: OrderQuestion, reading: OrderReading, explain: bool
) -> OrderStatusOutput:
    shop, now, one = reading.shop, question.now, question.order is not None
    zone = ZoneInfo(shop.settings.timezone)
    shown = page(reading.matching, asked.cursor)
    reports = [reading.reports.of(standing.order) for standing in shown.rows]
    chains = chains_of(reading, reports if explain else (), now)
    views, causes = OrderViews(shop, zone, now), CauseViews(shop, zone)
    rows = SCHEDULE_ROWS if one else SCHEDULE_ROWS_OF_MANY
    counts = Counter(standing.outlook for standing in reading.looked_at)
    due = None if one else question.due
    return OrderStatusOutput(
        data_version=shop.settings.data_version,
        as_of=iso(now, zone),
        timezone=shop.settings.timezone,
        assumptions=[*reading.assumptions, *_assumptions(reading, chains, now)],
        warnings=warnings_of(reading, now, one=reports[0] if one and reports else None),
        evidence=evidence_of(reports, chains),
        filter=None if one else question.filter,
        due_window=None if due is None else _due_window(question, due, zone),
        at_risk_below_h=hours(shop.settings.at_risk_buffer_h * 60),
        orders_looked_at=len(reading.looked_at) + len(reading.circles),
        by_outlook=OutlookCounts(**{name: counts[Outlook(name)] for name in OutlookCounts.model_fields}),
        on_hold=sum(standing.order.status is OrderStatus.HOLD for standing in reading.looked_at),
        total_orders=shown.total,
        next_cursor=shown.next_cursor,
        orders=[
            views.order(
                report,
                rows,
                causes.of(chains[report.order.id], report) if report.order.id in chains else None,
                whole=one,
            )
            for report in reports
        ],
    )


def _due_window(question: OrderQuestion, due: Window, zone: ZoneInfo) -> DueWindow:
    """Orders due before an end are looked at however long ago they were due."""
    open_start = question.filter is OrderFilter.DUE_BEFORE
    return DueWindow(
        start=None if open_start else iso(due.start_min, zone),
        end=iso(due.end_min, zone),
        text=due.sentence,
    )


def _assumptions(reading: OrderReading, chains: Mapping[str, CauseChain], now: Minute) -> list[str]:
    said: list[str] = []
    settings = reading.shop.settings
    if settings.site_calendar_id is None:
        said.append(
            "The shop names no site calendar, so working time to a due date is not known: no work slack, "
            "no critical ratio, no lateness in working hours."
        )
    if any(standing.outlook is Outlook.AT_RISK for standing in reading.looked_at):
        said.append(
            f"At risk means less than {settings.at_risk_buffer_h} h between planned finish and due date."
        )
    undated = [r.order.code for r in reading.matching if r.order.id in chains and r.order.release_at is None]
    if undated:
        said.append(f"Without a release date, time is counted from the first operation: {listed(undated)}.")
    first = now - MAX_PAST_DAYS * MINUTES_PER_DAY
    if any(chain.release < first for chain in chains.values()):
        said.append(f"Other work that was over more than {MAX_PAST_DAYS} days ago was not looked at.")
    return said


TOOL = Tool(
    name="get_order_status",
    label="Looking at the orders…",
    description=(
        "How production orders stand: planned finish, due date, lateness, slack, critical ratio, remaining "
        "work, next operation, schedule, and why an order finishes when it does (hours by cause, release to "
        "finish). Use it for “when will order 4012 be done”, “where is WO-4012”, “why is it late”, “which "
        "orders are late / at risk / not scheduled”, “what is due next week”. Pass codes, customers and "
        "dates on as the person said them. Dates are about due dates; without any, all open orders whenever "
        "they are due. An order with unscheduled work has no finish and is never called late. Not for a new "
        "order: use check_capacity; not for what runs on a machine: use get_machine_availability."
    ),
    input_model=OrderStatusInput,
    output_model=OrderStatusOutput,
    run=run,
)
