"""The shop's orders, as a board lists them."""

from enum import StrEnum
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from planning.order_status import Outlook
from planning.shop import OrderStatus
from server.boards import MAX_NAME_CHARS, SAID, Name, Text, board_response, named
from server.caller import OpenDesk, Planner
from server.paging import DEFAULT_LIMIT, Cursor, Limit
from server.routes.described import api_router, refusal
from tools.boards.order_detail import OrderDetail
from tools.boards.order_list import OPEN, OrderPage, OrdersAsked, OrderSort
from tools.boards.windows import first_minute

router = api_router("shop")


class AskedOutlook(StrEnum):
    LATE = "late"
    AT_RISK = "at_risk"
    UNSCHEDULED = "unscheduled"
    ON_TIME = "on_time"
    NO_DUE_DATE = "no_due_date"


Statuses = Annotated[
    list[OrderStatus] | None,
    Query(max_length=len(OrderStatus), description="Repeatable; without it, orders that are open"),
]
Outlooks = Annotated[
    list[AskedOutlook] | None,
    Query(
        max_length=len(AskedOutlook),
        description="Repeatable: what the plan says of the due date",
        examples=[["late"]],
    ),
]
DueDate = Annotated[
    str | None,
    Query(
        max_length=MAX_NAME_CHARS,
        description="A local date, or a timestamp: due on it or later (`due_from`), before it (`due_before`)",
        examples=["2026-12-01"],
    ),
]


@router.get("/orders", response_model=OrderPage, summary="Orders with their figures", responses=SAID)
async def list_orders(
    request: Request,
    tenant: Planner,
    desk: OpenDesk,
    *,
    status: Statuses = None,
    outlook: Outlooks = None,
    due_from: DueDate = None,
    due_before: DueDate = None,
    customer: Annotated[str | None, named("Only this customer's", "Acme")] = None,
    machine: Annotated[str | None, named("With work ahead on this machine", "PUMA-3100")] = None,
    work_center: Annotated[str | None, named("With work ahead in this work center", "TURN")] = None,
    q: Text = None,
    sort: OrderSort = OrderSort.DUE,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Open orders unless `status` says otherwise; closed ones for 30 days after their last booking."""
    asked = OrdersAsked(
        limit=limit,
        statuses=frozenset(status) if status else OPEN,
        outlooks=frozenset(Outlook(wanted) for wanted in outlook or ()),
        due_after=first_minute(due_from, tenant),
        due_until=first_minute(due_before, tenant),
        customer=customer,
        machine=machine,
        work_center=work_center,
        text=q,
        sort=sort,
        cursor=cursor,
    )
    return await board_response(request, tenant, desk, lambda: desk.boards.orders(tenant, asked))


@router.get(
    "/orders/{order}",
    response_model=OrderDetail,
    summary="One order: routing, bookings, alternatives, progress",
    responses={**SAID, 422: refusal("`invalid_request`, or `invalid_routing` for operations in a circle")},
)
async def get_order(order: Name, request: Request, tenant: Planner, desk: OpenDesk) -> Response:
    return await board_response(request, tenant, desk, lambda: desk.boards.order(tenant, order))
