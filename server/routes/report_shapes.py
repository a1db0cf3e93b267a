"""What the routes of reports take and give."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from leadhand.context import TenantContext
from reports.delivery.recipients import MAX_RECIPIENTS, RecipientAsked
from reports.options import ReportOptions
from reports.schedules.service import ScheduleWish, Standing
from reports.schedules.timing import MAX_CHARS
from storage.report_deliveries import Delivery
from storage.report_schedules import RecipientKind, Schedule
from storage.reports import ListedReport, ReportStatus

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00-\x1f\x7f]*$")]
Name = Annotated[Line, Field(max_length=120)]
When = Annotated[
    Line,
    Field(
        max_length=MAX_CHARS,
        description="`Monday 06:00`, `daily 06:00`, `weekdays 06:00`, `monthly 06:00`, `monthly last 18:00`, "
        "or a cron line of five fields whose minute is one number",
        examples=["Monday 06:00"],
    ),
]
Zone = Annotated[str, Field(max_length=64, description="Empty: the shop's", examples=["Europe/Berlin"])]
Recipients = Annotated[list[RecipientAsked], Field(max_length=MAX_RECIPIENTS)]


class ScheduleAsked(BaseModel):
    """When reports are made, of what, and who gets them. Everybody who may read reports finds them listed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "The week",
                    "when": "Monday 06:00",
                    "recipients": [{"kind": "folder", "target": "pdf"}],
                }
            ]
        },
    )

    name: Name
    when: When
    timezone: Zone = ""
    options: ReportOptions = ReportOptions()
    recipients: Recipients = []
    active: bool = True

    def wish(self) -> ScheduleWish:
        return ScheduleWish(self.name, self.when, self.timezone, self.options, self.recipients, self.active)


class ScheduleChange(BaseModel):
    """What is to be different. `recipients` replaces all of them; a webhook that stays keeps its secret."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"active": False}]})

    name: Name | None = None
    when: When | None = None
    timezone: Zone | None = None
    options: ReportOptions | None = None
    recipients: Recipients | None = None
    active: bool | None = None

    def wish(self) -> ScheduleWish:
        return ScheduleWish(self.name, self.when, self.timezone, self.options, self.recipients, self.active)


class RecipientRow(BaseModel):
    """Without the secret."""

    kind: RecipientKind
    target: str


class ScheduleRow(BaseModel):
    """`owner`: as whom its reports are made. `next_at`: null while it is not active."""

    id: UUID
    name: str
    when: str
    timezone: str
    options: ReportOptions
    recipients: list[RecipientRow]
    owner: str
    active: bool
    next_at: datetime | None
    created_at: datetime
    updated_at: datetime


class SchedulePage(BaseModel):
    """Oldest first. `next_cursor` is null on the last page."""

    schedules: list[ScheduleRow]
    next_cursor: str | None


class ReportAsked(BaseModel):
    """A report of now. `name`: how it is listed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"options": {"weeks": 6}}]})

    name: Name | None = None
    options: ReportOptions = ReportOptions()
    recipients: Recipients = []


class ReportRow(BaseModel):
    """`schedule` null: somebody asked for it. `period`: the schedule's local time that it is for.

    `code`: of the last fault, also while it is tried again. `forms`: where it can be read, by form; empty
    until it is ready.
    """

    id: UUID
    name: str
    status: ReportStatus
    schedule: UUID | None
    period: str | None
    owner: str
    due_at: datetime
    made_at: datetime | None
    attempt: int
    code: str | None
    forms: dict[str, str]


class ReportPage(BaseModel):
    """Newest first. `next_cursor` is null on the last page."""

    reports: list[ReportRow]
    next_cursor: str | None


class DeliveryRow(BaseModel):
    """`waiting` with a code: it failed, and is tried again."""

    id: UUID
    kind: RecipientKind
    target: str
    status: Literal["waiting", "sent", "failed"]
    attempt: int
    code: str | None
    sent_at: datetime | None


class ReportDetails(ReportRow):
    deliveries: list[DeliveryRow]


def schedule_row(schedule: Schedule, tenant: TenantContext) -> ScheduleRow:
    """Instants with the offset of the schedule's own zone."""
    timezone = schedule.timezone or tenant.timezone
    zone = ZoneInfo(timezone)
    return ScheduleRow(
        id=schedule.id,
        name=schedule.name,
        when=schedule.due,
        timezone=timezone,
        options=ReportOptions.model_validate(schedule.options),
        recipients=[RecipientRow(kind=one.kind, target=one.target) for one in schedule.recipients],
        owner=schedule.owner_id,
        active=schedule.active,
        next_at=schedule.next_at.astimezone(zone) if schedule.active else None,
        created_at=schedule.created_at.astimezone(zone),
        updated_at=schedule.updated_at.astimezone(zone),
    )


def report_row(report: ListedReport, tenant: TenantContext, forms: list[str]) -> ReportRow:
    zone = ZoneInfo(tenant.timezone)
    return ReportRow(
        id=report.id,
        name=report.name,
        status=report.status,
        schedule=report.schedule_id,
        period=report.period,
        owner=report.owner_id,
        due_at=report.due_at.astimezone(zone),
        made_at=report.made_at and report.made_at.astimezone(zone),
        attempt=report.attempt,
        code=report.code,
        forms={form: f"/api/reports/{report.id}.{form}" for form in forms}
        if report.status == "ready"
        else {},
    )


def report_details(standing: Standing, tenant: TenantContext, forms: list[str]) -> ReportDetails:
    return ReportDetails(
        **report_row(standing.report, tenant, forms).model_dump(),
        deliveries=[delivery_row(one, tenant) for one in standing.deliveries],
    )


def delivery_row(delivery: Delivery, tenant: TenantContext) -> DeliveryRow:
    return DeliveryRow(
        id=delivery.id,
        kind=delivery.kind,
        target=delivery.target,
        status=delivery.status,
        attempt=delivery.attempt,
        code=delivery.code,
        sent_at=delivery.sent_at and delivery.sent_at.astimezone(ZoneInfo(tenant.timezone)),
    )
