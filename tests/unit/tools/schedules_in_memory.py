"""Report schedules of a shop without a database: read from a list, and reckoned as the real ones are."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

from leadhand.context import TenantContext
from reports.delivery.recipients import DeliveryBounds
from reports.schedules.chat import ChatSchedules
from reports.schedules.service import ReportDesk
from storage.database import Database
from storage.report_schedules import Recipient, Schedule
from storage.schedule_changes import ScheduleState
from tests.unit.tools.shops import AS_OF
from tools.report_schedule_port import ReportWish

_DESK = ReportDesk(cast("Database", None), DeliveryBounds(True, True, False))


@dataclass
class OnPaper:
    """`texts`: what the person wrote in the conversation."""

    schedules: list[Schedule] = field(default_factory=list[Schedule])
    texts: tuple[str, ...] = ()

    async def kept(self, tenant: TenantContext) -> tuple[Schedule, ...]:
        del tenant
        return tuple(self.schedules)

    def wanted(
        self, tenant: TenantContext, wish: ReportWish, there: Schedule | None, *, of_shop: int
    ) -> ScheduleState:
        return ChatSchedules(_DESK).wanted(tenant, wish, there, of_shop=of_shop)

    def due_from(
        self, state: ScheduleState, tenant: TenantContext, *, after: datetime, most: int
    ) -> tuple[datetime, ...]:
        return ChatSchedules(_DESK).due_from(state, tenant, after=after, most=most)

    async def said(self, tenant: TenantContext, thread_id: UUID) -> tuple[str, ...]:
        del tenant, thread_id
        return self.texts


def schedule(
    number: int, name: str, due: str, *recipients: Recipient, active: bool = True, timezone: str | None = None
) -> Schedule:
    return Schedule(
        name=name,
        due=due,
        timezone=timezone,
        options={},
        recipients=recipients,
        owner_id="bea",
        permissions=("planning:read",),
        active=active,
        next_at=AS_OF,
        id=UUID(int=number),
        created_at=AS_OF,
        updated_at=AS_OF,
    )
