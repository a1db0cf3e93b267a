"""Schedules and reports of a test, put there and looked at as a shop would."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from leadhand.context import Principal
from reports.schedules.queueing import queue_report
from storage import report_deliveries, report_schedules, reports
from storage.database import Database
from storage.report_deliveries import Delivery
from storage.report_schedules import READING, Recipient, Schedule, ScheduleTerms, reading_rights
from storage.reports import ListedReport, NewReport


async def put_schedule(
    database: Database,
    who: Principal,
    *,
    next_at: datetime,
    due: str = "daily 06:00",
    recipients: tuple[Recipient, ...] = (),
    timezone: str | None = None,
) -> Schedule:
    terms = ScheduleTerms(
        "The week", due, timezone, {}, recipients, who.user_id, reading_rights(READING), True, next_at
    )
    async with database.transaction(who) as connection:
        return await report_schedules.add(connection, schedule_id=uuid7(), terms=terms)


async def put_report(
    database: Database,
    who: Principal,
    *recipients: Recipient,
    at: datetime,
    rights: tuple[str, ...] | None = None,
) -> UUID:
    """A report that somebody asked for, queued."""
    new = NewReport(
        uuid7(),
        None,
        None,
        at,
        "The week",
        {},
        who.user_id,
        reading_rights(READING) if rights is None else rights,
    )
    async with database.transaction(who) as connection:
        assert await queue_report(connection, new, recipients)
    return new.id


async def kept(database: Database, who: Principal) -> list[ListedReport]:
    """Oldest first."""
    async with database.transaction(who, snapshot=True) as connection:
        return list(reversed(await reports.listed(connection, limit=1_000)))


async def content_of(database: Database, who: Principal, report_id: UUID) -> str | None:
    async with database.transaction(who, snapshot=True) as connection:
        return await reports.content(connection, report_id=report_id)


async def deliveries(database: Database, who: Principal, report_id: UUID) -> tuple[Delivery, ...]:
    async with database.transaction(who, snapshot=True) as connection:
        return await report_deliveries.of_report(connection, report_id=report_id)
