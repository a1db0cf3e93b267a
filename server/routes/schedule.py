"""The shop's schedule: what a Gantt draws."""

from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from server.boards import MAX_NAME_CHARS, SAID, AskedWindow, board_response, named
from server.caller import OpenDesk, Planner
from server.paging import Cursor
from server.routes.described import api_router
from tools.boards.boards import ScheduleAsked
from tools.boards.schedule import SchedulePage

router = api_router("shop")

DEFAULT_LIMIT: Final = 200
MAX_LIMIT: Final = 300
MAX_MACHINES: Final = 100

MachineNames = Annotated[
    list[Annotated[str, Query(max_length=MAX_NAME_CHARS * MAX_MACHINES)]] | None,
    Query(
        max_length=MAX_MACHINES,
        description="Ids or codes, repeated or with commas between",
        examples=[["PUMA-3100,HAAS-VF4"]],
    ),
]


@router.get(
    "/schedule",
    response_model=SchedulePage,
    summary="Bookings of a window, ready for a Gantt",
    responses=SAID,
)
async def get_schedule(
    request: Request,
    tenant: Planner,
    desk: OpenDesk,
    *,
    window: AskedWindow,
    machines: MachineNames = None,
    work_center: Annotated[str | None, named("Only machines of this work center", "TURN")] = None,
    order: Annotated[str | None, named("Only this order's work", "WO-4012")] = None,
    operator: Annotated[str | None, named("Only this person's work", "OP-1")] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most")] = DEFAULT_LIMIT,
) -> Response:
    """In order of end. The window is the next seven days unless it is given, in the past too."""
    asked = ScheduleAsked(limit, machines or (), work_center, order, operator, cursor)
    return await board_response(request, tenant, desk, lambda: desk.boards.schedule(tenant, window, asked))
