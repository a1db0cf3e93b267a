"""The shop's machines, as a board lists them."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from server.boards import SAID, AskedWindow, Name, Text, board_response, named
from server.caller import OpenDesk, Planner
from server.paging import DEFAULT_LIMIT, Cursor, Limit
from server.routes.described import api_router
from tools.boards.machine_board import MachineAnswer, MachinePage, MachinesAsked

router = api_router("shop")


@router.get(
    "/machines", response_model=MachinePage, summary="Machines: state now, load in a window", responses=SAID
)
async def list_machines(
    request: Request,
    tenant: Planner,
    desk: OpenDesk,
    *,
    window: AskedWindow,
    work_center: Annotated[str | None, named("Only those of this work center", "TURN")] = None,
    active: Annotated[bool | None, Query(description="Only those in use now, or only those not")] = None,
    q: Text = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """By code. The window is the next seven days unless it is given."""
    asked = MachinesAsked(limit, active, q, cursor, work_center)
    return await board_response(request, tenant, desk, lambda: desk.boards.machines(tenant, window, asked))


@router.get(
    "/machines/{machine}",
    response_model=MachineAnswer,
    summary="One machine: state, schedule, free time, downtimes",
    responses=SAID,
)
async def get_machine(
    machine: Name, request: Request, tenant: Planner, desk: OpenDesk, window: AskedWindow
) -> Response:
    return await board_response(request, tenant, desk, lambda: desk.boards.machine(tenant, window, machine))
