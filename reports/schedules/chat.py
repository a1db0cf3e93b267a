"""Report schedules as the chat's tools ask for them (`tools.report_schedule_port`)."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from leadhand.context import TenantContext
from leadhand.errors import InvalidRequest
from reports.delivery.recipients import RecipientAsked
from reports.options import ReportOptions
from reports.schedules.periods import periods_after
from reports.schedules.service import ReportDesk, ScheduleWish, too_many_schedules
from storage import working_memory
from storage.report_schedules import MAX_SCHEDULES, Schedule
from storage.schedule_changes import ScheduleState
from tools.report_schedule_port import ReportWish

# So many of the newest texts of the person are looked through for an address.
LAST_TEXTS: Final = 50


@dataclass(frozen=True, slots=True)
class ChatSchedules:
    desk: ReportDesk

    async def kept(self, tenant: TenantContext) -> tuple[Schedule, ...]:
        return await self.desk.schedules(tenant, limit=MAX_SCHEDULES)

    def wanted(
        self, tenant: TenantContext, wish: ReportWish, there: Schedule | None, *, of_shop: int
    ) -> ScheduleState:
        if there is None and of_shop >= MAX_SCHEDULES:
            raise too_many_schedules()
        asked = ScheduleWish(
            name=wish.name,
            when=wish.when,
            timezone=wish.timezone,
            options=_options(wish, there),
            recipients=_recipients(wish, there),
            active=wish.active,
        )
        return ScheduleState.of(self.desk.terms(tenant, asked, there, now=tenant.as_of))

    def due_from(
        self, state: ScheduleState, tenant: TenantContext, *, after: datetime, most: int
    ) -> tuple[datetime, ...]:
        periods = periods_after(state.due, state.timezone or tenant.timezone, after=after)
        return tuple(period.at for period in islice(periods, most))

    async def said(self, tenant: TenantContext, thread_id: UUID) -> tuple[str, ...]:
        async with self.desk.database.transaction(tenant, snapshot=True) as connection:
            return await working_memory.said(connection, thread_id=thread_id, last=LAST_TEXTS)


def _options(wish: ReportWish, there: Schedule | None) -> ReportOptions | None:
    """Raises InvalidRequest."""
    if not wish.options:
        return None
    try:
        return ReportOptions.model_validate({**(there.options if there else {}), **wish.options})
    except ValidationError as error:
        wrong = ".".join(str(place) for place in error.errors()[0]["loc"])
        raise InvalidRequest(
            f"The report cannot be made so: {wrong} is out of its bounds.",
            details={"fields": [{"field": f"options.{wrong}", "problem": "out of its bounds"}]},
        ) from None


def _recipients(wish: ReportWish, there: Schedule | None) -> list[RecipientAsked] | None:
    """Who gets mail is said; a webhook and the folder stay."""
    if wish.emails is None:
        return None
    others = [one for one in (there.recipients if there else ()) if one.kind != "email"]
    return [
        *(RecipientAsked(kind="email", target=address) for address in wish.emails),
        *(RecipientAsked(kind=one.kind, target=one.target) for one in others),
    ]
