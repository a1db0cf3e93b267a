"""get_report_schedules: which reports are made regularly, when, and who gets them."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from leadhand.context import Permission, TenantContext
from planning.zones import iso, to_minute
from storage.report_schedules import Schedule
from storage.schedule_changes import TABLE, ScheduleState
from tools.base import Tool, ToolContext, ToolInput, ToolOutput
from tools.names import MAX_NAME_CHARS
from tools.report_schedule_choice import choose_schedule
from tools.report_schedule_views import due_words, host_of, options_words
from tools.views import PAGE_ROWS, View, evidence


class ReportSchedulesInput(ToolInput):
    schedule: Annotated[str, Field(max_length=MAX_NAME_CHARS)] | None = Field(
        default=None,
        description="Only this one: its name, its id, or when it is due (“Monday”). Leave empty for all.",
    )


class ScheduleRecipientRow(View):
    kind: Literal["email", "webhook", "folder"]
    target: str = Field(description="A mail address, the host of a webhook, or the form of the file.")


class ReportScheduleRow(View):
    id: str
    name: str
    when: str = Field(description="Such as “every Monday 06:00 Europe/Berlin”.")
    active: bool = Field(description="false: it is paused.")
    next: str | None = Field(description="When it is made next; null while it is paused.")
    recipients: list[ScheduleRecipientRow] = Field(description="None: it is only listed under the reports.")
    options: list[str] = Field(description="What is not as usual, such as “over 6 weeks”.")
    owner: str = Field(description="As whom it is made.")


class ReportSchedulesOutput(ToolOutput):
    """`data_version` is 0: nothing is read of the plan."""

    total: int
    schedules: list[ReportScheduleRow] = Field(description=f"Oldest first, the first {PAGE_ROWS}.")


async def run(asked: ReportSchedulesInput, context: ToolContext) -> ReportSchedulesOutput:
    tenant = context.tenant
    schedules = await context.report_schedules.kept(tenant)
    assumptions: tuple[str, ...] = ()
    if asked.schedule and asked.schedule.strip():
        chosen = choose_schedule(schedules, asked.schedule)
        schedules, assumptions = (chosen.schedule,), chosen.assumptions
    return ReportSchedulesOutput(
        data_version=0,
        as_of=iso(to_minute(tenant.as_of), ZoneInfo(tenant.timezone)),
        timezone=tenant.timezone,
        assumptions=[*assumptions],
        evidence=evidence(**{TABLE: (str(one.id) for one in schedules)}),
        total=len(schedules),
        schedules=[_row(one, tenant) for one in schedules[:PAGE_ROWS]],
    )


def _row(schedule: Schedule, tenant: TenantContext) -> ReportScheduleRow:
    state = ScheduleState.of(schedule)
    zone = ZoneInfo(schedule.timezone or tenant.timezone)
    return ReportScheduleRow(
        id=str(schedule.id),
        name=schedule.name,
        when=due_words(state, tenant.timezone),
        active=schedule.active,
        next=iso(to_minute(schedule.next_at), zone) if schedule.active else None,
        recipients=[
            ScheduleRecipientRow(
                kind=one.kind, target=host_of(one.target) if one.kind == "webhook" else one.target
            )
            for one in schedule.recipients
        ],
        options=options_words(schedule.options),
        owner=schedule.owner_id,
    )


TOOL = Tool(
    name="get_report_schedules",
    label="Looking at the scheduled reports…",
    description=(
        "Which reports are made regularly: when, next when, who gets them, whether they are paused. Use it "
        "for “which reports are scheduled?”, “who gets the Monday report?”, “when is the next report sent?”. "
        "It changes nothing: to schedule, change or stop one use schedule_report. Not for what a report says."
    ),
    input_model=ReportSchedulesInput,
    output_model=ReportSchedulesOutput,
    run=run,
    permission=Permission.REPORTS_READ,
)
