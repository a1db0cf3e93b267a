"""The shop's operators, as a board lists them."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from server.boards import SAID, AskedWindow, Name, Text, board_response, named
from server.caller import OpenDesk, Planner
from server.paging import DEFAULT_LIMIT, Cursor, Limit
from server.routes.described import api_router
from tools.boards.operator_board import OperatorAnswer, OperatorPage, OperatorsAsked

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
    window: AskedWindow,
    skill: Annotated[str | None, named("Only who holds this skill now", "TURNING")] = None,
    active: Annotated[bool | None, Query(description="Only those employed now, or only those not")] = None,
    q: Text = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """By code. The window is the next seven days unless it is given."""
    asked = OperatorsAsked(limit, active, q, cursor, skill)
    return await board_response(request, tenant, desk, lambda: desk.boards.operators(tenant, window, asked))


@router.get(
    "/operators/{operator}",
    response_model=OperatorAnswer,
    summary="One operator: presence, shifts, absences, work, free time",
    responses=SAID,
)
async def get_operator(
    operator: Name, request: Request, tenant: Planner, desk: OpenDesk, window: AskedWindow
) -> Response:
    return await board_response(request, tenant, desk, lambda: desk.boards.operator(tenant, window, operator))
