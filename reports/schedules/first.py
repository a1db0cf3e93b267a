"""What a demo shop begins with: a schedule, an alert, and a report of now for whoever looks first."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from leadhand.clock import utc_minute
from leadhand.context import TenantContext
from reports.alerts.conditions import OrderLate
from reports.alerts.service import add_alert, condition_kept
from reports.options import ReportOptions
from reports.schedules.periods import next_period
from reports.schedules.service import ask_report
from storage import alerts, report_schedules
from storage.alerts import AlertTerms
from storage.report_schedules import READING, ScheduleTerms, reading_rights
from storage.transactions import Connection

NAME: Final = "The week"
WHEN: Final = "Monday 06:00"
ALERT: Final = "Late orders"


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
    if await alerts.count(connection) == 0:
        late = AlertTerms(
            name=ALERT,
            condition=condition_kept(OrderLate(kind="order_late")),
            recipients=(),
            owner_id=user,
            permissions=reading_rights(READING),
            active=True,
        )
        await add_alert(connection, late)
    tenant = TenantContext(shop, user, READING, timezone, locale, utc_minute())
    return (await ask_report(connection, tenant, name=NAME, options=ReportOptions())).id
