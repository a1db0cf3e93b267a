"""The shop's operators, as a board lists them."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from server.boards import SAID, From, Name, Text, To, board_response, named
from server.caller import OpenDesk, Planner
from server.paging import DEFAULT_LIMIT, Cursor, Limit
from server.routes.described import api_router
from tools.boards.operator_board import OperatorAnswer, OperatorPage, OperatorsAsked
from tools.boards.windows import board_window

router = api_router("shop")


@router.get(
    "/operators",
    response_model=OperatorPage,
    summary="Operators: presence now, skills, load in a window",
    responses=SAID,
)
async def list_operators(
    request: Request,
    tenant: Planner,
    desk: OpenDesk,
    *,
    from_: From = None,
    to: To = None,
    skill: Annotated[str | None, named("Only who holds this skill now", "TURNING")] = None,
    active: Annotated[bool | None, Query(description="Only those employed now, or only those not")] = None,
    q: Text = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """By code. The window is the next seven days unless it is given."""
    window = board_window(from_, to, tenant)
    asked = OperatorsAsked(limit, skill, active, q, cursor)
    return await board_response(request, tenant, desk, lambda: desk.boards.operators(tenant, window, asked))


@router.get(
    "/operators/{operator}",
    response_model=OperatorAnswer,
    summary="One operator: presence, shifts, absences, work, free time",
    responses=SAID,
)
async def get_operator(
    operator: Name, request: Request, tenant: Planner, desk: OpenDesk, *, from_: From = None, to: To = None
) -> Response:
    window = board_window(from_, to, tenant)
    return await board_response(request, tenant, desk, lambda: desk.boards.operator(tenant, window, operator))
