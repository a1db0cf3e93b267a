"""Reports: asked for, listed, read in any form; and the schedules that make them."""

import asyncio
from hashlib import blake2b
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Path, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from leadhand import __version__
from leadhand.context import Permission, TenantContext
from leadhand.cursors import encode_cursor
from leadhand.errors import ReportNotReady
from reports.delivery.recipients import DeliveryBounds
from reports.form import Form
from reports.forms import render
from reports.schedules.service import (
    ReportDesk,
    absent_delivery,
    absent_report,
    absent_schedule,
)
from server.boards import has_tag
from server.caller import OpenDesk, Reader
from server.paging import DEFAULT_LIMIT, Cursor, Limit, known_id, last_id
from server.routes.chat import IdempotencyKey
from server.routes.described import api_router, refusal
from server.routes.report_shapes import (
    DeliveryRow,
    ReportAsked,
    ReportDetails,
    ReportPage,
    ReportRow,
    ScheduleAsked,
    ScheduleChange,
    SchedulePage,
    ScheduleRow,
    delivery_row,
    report_details,
    report_row,
    schedule_row,
)

router = api_router("reports")

FORMS: Final = [form.value for form in Form]
# A report is a document: it may show the pictures and styles it carries, and nothing else happens in it.
_POLICY: Final = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
# Asked for anew each time: who may read it can change, and its shop can be deleted.
_KEPT: Final = {"cache-control": "private, no-cache", "vary": "authorization"}
_ABSENT: Final[dict[int | str, dict[str, Any]]] = {404: refusal("The shop has none of that id: `not_found`")}


async def report_reader(tenant: Reader) -> TenantContext:
    """A caller who may read reports."""
    tenant.require(Permission.REPORTS_READ)
    return tenant


async def report_writer(tenant: Annotated[TenantContext, Depends(report_reader)]) -> TenantContext:
    """A caller who may also have them made."""
    tenant.require(Permission.REPORTS_WRITE)
    return tenant


def report_desk(desk: OpenDesk) -> ReportDesk:
    return ReportDesk(desk.database, DeliveryBounds.of(desk.settings))


ReportReader = Annotated[TenantContext, Depends(report_reader)]
ReportWriter = Annotated[TenantContext, Depends(report_writer)]
Reports = Annotated[ReportDesk, Depends(report_desk)]
ReportId = Annotated[str, Path(alias="id", max_length=100, description="`id` of a report")]
DeliveryId = Annotated[str, Path(max_length=100, description="`id` of one of its deliveries")]
ScheduleId = Annotated[str, Path(alias="id", max_length=100, description="`id` of a schedule")]


@router.get("/reports/schedules", summary="The shop's schedules, oldest first")
async def list_report_schedules(
    tenant: ReportReader, desk: Reports, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> SchedulePage:
    after = None if cursor is None else last_id(cursor)
    found = await desk.schedules(tenant, limit=limit + 1, after=after)
    page = found[:limit]
    following = encode_cursor(str(page[-1].id)) if len(found) > limit else None
    return SchedulePage(schedules=[schedule_row(one, tenant) for one in page], next_cursor=following)


@router.post("/reports/schedules", status_code=201, summary="Have a report made regularly")
async def add_report_schedule(body: ScheduleAsked, tenant: ReportWriter, desk: Reports) -> ScheduleRow:
    """Once for each local time that it names. Its reports are made as the caller."""
    return schedule_row(await desk.add_schedule(tenant, body.wish()), tenant)


@router.get("/reports/schedules/{id}", summary="A schedule", responses=_ABSENT)
async def get_report_schedule(schedule_id: ScheduleId, tenant: ReportReader, desk: Reports) -> ScheduleRow:
    return schedule_row(await desk.schedule(tenant, known_id(schedule_id, absent_schedule())), tenant)


@router.patch("/reports/schedules/{id}", summary="Change a schedule, or let it rest", responses=_ABSENT)
async def change_report_schedule(
    schedule_id: ScheduleId, body: ScheduleChange, tenant: ReportWriter, desk: Reports
) -> ScheduleRow:
    """What is not named stays. From now on its reports are made as the caller."""
    changed = await desk.change_schedule(tenant, known_id(schedule_id, absent_schedule()), body.wish())
    return schedule_row(changed, tenant)


@router.delete(
    "/reports/schedules/{id}",
    status_code=204,
    response_class=Response,
    summary="Delete a schedule; its reports stay",
    responses=_ABSENT,
)
async def delete_report_schedule(schedule_id: ScheduleId, tenant: ReportWriter, desk: Reports) -> Response:
    await desk.delete_schedule(tenant, known_id(schedule_id, absent_schedule()))
    return Response(status_code=204)


@router.post("/reports", status_code=202, summary="Have a report made now")
async def ask_for_report(
    body: ReportAsked, tenant: ReportWriter, desk: Reports, idempotency_key: IdempotencyKey = None
) -> ReportRow:
    """A worker makes it, in the background. The same key again is answered with the same report."""
    asked = await desk.ask(
        tenant,
        name=body.name,
        options=body.options,
        recipients=body.recipients,
        request_key=idempotency_key,
    )
    return report_row(asked, tenant, FORMS)


@router.get("/reports", summary="The shop's reports, newest first")
async def list_reports(
    tenant: ReportReader,
    desk: Reports,
    *,
    schedule: Annotated[UUID | None, Query(description="Only those of this schedule")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ReportPage:
    before = None if cursor is None else last_id(cursor)
    found = await desk.newest(tenant, limit=limit + 1, before=before, schedule_id=schedule)
    page = found[:limit]
    following = encode_cursor(str(page[-1].id)) if len(found) > limit else None
    return ReportPage(reports=[report_row(one, tenant, FORMS) for one in page], next_cursor=following)


@router.get(
    "/reports/{id}.{form}",
    response_class=Response,
    summary="What a report says, as a file",
    responses={
        **_ABSENT,
        200: {"description": "The file", "content": {"text/html": {}, "application/pdf": {}}},
        304: {"description": "What `If-None-Match` names is what would be sent"},
        409: refusal("It is not made yet, or will not be: `report_not_ready`"),
    },
)
async def read_report(
    report_id: ReportId, form: Form, tenant: ReportReader, desk: Reports, request: Request
) -> Response:
    """`html`, `pdf` and `json` are shown, the others are files to keep. `csv`: one a table, in an archive.

    A report never changes: with its `ETag` in `If-None-Match` it is 304.
    """
    there = known_id(report_id, absent_report())
    tag = _tag(tenant, there, form)
    if has_tag(request, tag) and (await desk.get(tenant, there)).report.status == "ready":
        return Response(status_code=304, headers={**_KEPT, "etag": tag})
    try:
        report = await desk.content(tenant, there)
    except ValidationError:
        raise ReportNotReady(
            "The report was made by another version and cannot be read any more.", details={"status": "ready"}
        ) from None
    file = await asyncio.to_thread(render, report, form)
    shown = "inline" if form in {Form.HTML, Form.JSON, Form.PDF} else "attachment"
    headers = {
        "content-security-policy": _POLICY if form is Form.HTML else "default-src 'none'",
        "content-disposition": f'{shown}; filename="{file.name}"',
        "etag": tag,
        **_KEPT,
    }
    return Response(file.body, media_type=file.media_type, headers=headers)


@router.get("/reports/{id}", summary="How a report stands, and its deliveries", responses=_ABSENT)
async def get_report(report_id: ReportId, tenant: ReportReader, desk: Reports) -> ReportDetails:
    return report_details(await desk.get(tenant, known_id(report_id, absent_report())), tenant, FORMS)


@router.post(
    "/reports/{id}/deliveries/{delivery_id}/retry",
    status_code=202,
    summary="Send a report again to a recipient whom it did not reach",
    responses={
        404: refusal("The shop has no such report, or the report no such delivery: `not_found`"),
        409: refusal("It has not failed, or there is nothing to send: `delivery_not_failed`"),
    },
)
async def retry_report_delivery(
    report_id: ReportId, delivery_id: DeliveryId, tenant: ReportWriter, desk: Reports
) -> DeliveryRow:
    """In the background, and tried as often as a new one. The report is not made again."""
    there = known_id(report_id, absent_report()), known_id(delivery_id, absent_delivery())
    return delivery_row(await desk.send_again(tenant, *there), tenant)


def _tag(tenant: TenantContext, report_id: UUID, form: Form) -> str:
    """Of a file: another version of Leadhand may write the same report otherwise."""
    said = "\n".join((__version__, tenant.tenant_id, str(report_id), form.value))
    return f'W/"{blake2b(said.encode(), digest_size=12).hexdigest()}"'
