"""What a demo shop begins with: a schedule, and a report of now for whoever looks first."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from leadhand.clock import utc_minute
from leadhand.context import TenantContext
from reports.options import ReportOptions
from reports.schedules.periods import next_period
from reports.schedules.queueing import READING, reading_rights
from reports.schedules.service import ask_report
from storage import report_schedules
from storage.report_schedules import ScheduleTerms
from storage.transactions import Connection

NAME: Final = "The week"
WHEN: Final = "Monday 06:00"


async def queue_first_report(
    connection: Connection, *, shop: str, user: str, timezone: str, locale: str
) -> UUID:
    """The report's id; it is made by whichever worker runs next. `user` owns schedule and report."""
    if await report_schedules.count(connection) == 0:
        terms = ScheduleTerms(
            name=NAME,
            due=WHEN,
            timezone=None,
            options={},
            recipients=(),
            owner_id=user,
            permissions=reading_rights(READING),
            active=True,
            next_at=next_period(WHEN, timezone, after=datetime.now(UTC)).at,
        )
        await report_schedules.add(connection, schedule_id=uuid7(), terms=terms)
    tenant = TenantContext(shop, user, READING, timezone, locale, utc_minute())
    return (await ask_report(connection, tenant, name=NAME, options=ReportOptions())).id
