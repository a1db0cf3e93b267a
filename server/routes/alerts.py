"""Alerts: what a shop wants to be told of when it becomes true, and for what each was raised."""

from typing import Annotated, Any, Final

from fastapi import Depends, Path
from starlette.responses import Response

from leadhand.cursors import encode_cursor
from reports.alerts.service import AlertDesk, absent_alert
from reports.delivery.recipients import DeliveryBounds
from server.caller import OpenDesk
from server.paging import DEFAULT_LIMIT, Cursor, Limit, known_id, last_id
from server.routes.alert_shapes import (
    AlertAsked,
    AlertChange,
    AlertDetails,
    AlertPage,
    AlertRow,
    alert_details,
    alert_row,
)
from server.routes.described import api_router, refusal
from server.routes.reports import ReportReader, ReportWriter

router = api_router("alerts")

_ABSENT: Final[dict[int | str, dict[str, Any]]] = {404: refusal("The shop has none of that id: `not_found`")}


def alert_desk(desk: OpenDesk) -> AlertDesk:
    return AlertDesk(desk.database, DeliveryBounds.of(desk.settings), desk.shops)


Alerts = Annotated[AlertDesk, Depends(alert_desk)]
AlertId = Annotated[str, Path(alias="id", max_length=100, description="`id` of an alert")]


@router.get("/alerts", summary="The shop's alerts, oldest first")
async def list_alerts(
    tenant: ReportReader, desk: Alerts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> AlertPage:
    after = None if cursor is None else last_id(cursor)
    found = await desk.listed(tenant, limit=limit + 1, after=after)
    page = found[:limit]
    following = encode_cursor(str(page[-1].id)) if len(found) > limit else None
    return AlertPage(alerts=[alert_row(one, tenant) for one in page], next_cursor=following)


@router.post("/alerts", status_code=201, summary="Be told once when something becomes true")
async def add_alert(body: AlertAsked, tenant: ReportWriter, desk: Alerts) -> AlertRow:
    """What is true already is told first. Its figures are read as the caller."""
    return alert_row(await desk.add(tenant, body.wish()), tenant)


@router.get("/alerts/{id}", summary="An alert, and for what it is and was raised", responses=_ABSENT)
async def get_alert(alert_id: AlertId, tenant: ReportReader, desk: Alerts) -> AlertDetails:
    return alert_details(await desk.get(tenant, known_id(alert_id, absent_alert())), tenant)


@router.patch("/alerts/{id}", summary="Change an alert, or let it rest", responses=_ABSENT)
async def change_alert(alert_id: AlertId, body: AlertChange, tenant: ReportWriter, desk: Alerts) -> AlertRow:
    """What is not named stays. From now on its figures are read as the caller."""
    changed = await desk.change(tenant, known_id(alert_id, absent_alert()), body.wish())
    return alert_row(changed, tenant)


@router.delete(
    "/alerts/{id}",
    status_code=204,
    response_class=Response,
    summary="Delete an alert with its episodes and notices",
    responses=_ABSENT,
)
async def delete_alert(alert_id: AlertId, tenant: ReportWriter, desk: Alerts) -> Response:
    await desk.delete(tenant, known_id(alert_id, absent_alert()))
    return Response(status_code=204)
