"""What the tools need of report schedules: those of the shop, and what a wish would make of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable, JsonValue
from storage.report_schedules import Schedule
from storage.schedule_changes import ScheduleState


@dataclass(frozen=True, slots=True)
class ReportWish:
    """What somebody wants of a schedule; None: as it is, and for a new one the default.

    `options`: those that are to be different. `emails`: all who get mail, instead of those until now.
    """

    name: str | None = None
    when: str | None = None
    timezone: str | None = None
    options: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    emails: tuple[str, ...] | None = None
    active: bool | None = None


class ReportSchedulePort(Protocol):
    """Report schedules of one shop; `reports` implements it. The write port writes them."""

    async def kept(self, tenant: TenantContext) -> tuple[Schedule, ...]:
        """All of the shop, oldest first."""
        ...

    def wanted(
        self, tenant: TenantContext, wish: ReportWish, there: Schedule | None, *, of_shop: int
    ) -> ScheduleState:
        """What `wish` makes of the schedule that is there, or a new one beside `of_shop` others.

        Raises:
            InvalidRequest: when it is due, an option or a recipient cannot be, or there are too many.
        """
        ...

    def due_from(
        self, state: ScheduleState, tenant: TenantContext, *, after: datetime, most: int
    ) -> tuple[datetime, ...]:
        """The first `most` times that it is due later than `after`, whether it is active or not."""
        ...

    async def said(self, tenant: TenantContext, thread_id: UUID) -> tuple[str, ...]:
        """What the caller themselves wrote in their conversation, newest first."""
        ...


class NoReportSchedules:
    """Where there is no database that could keep any."""

    async def kept(self, tenant: TenantContext) -> tuple[Schedule, ...]:
        del tenant
        raise _away()

    def wanted(
        self, tenant: TenantContext, wish: ReportWish, there: Schedule | None, *, of_shop: int
    ) -> ScheduleState:
        del tenant, wish, there, of_shop
        raise _away()

    def due_from(
        self, state: ScheduleState, tenant: TenantContext, *, after: datetime, most: int
    ) -> tuple[datetime, ...]:
        del state, tenant, after, most
        raise _away()

    async def said(self, tenant: TenantContext, thread_id: UUID) -> tuple[str, ...]:
        del tenant, thread_id
        raise _away()


def _away() -> DatabaseUnavailable:
    return DatabaseUnavailable("Report schedules are kept in the database; there is none here.")
