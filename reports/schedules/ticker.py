"""Looks for schedules that are due and queues their reports; any number of them may look at once.

What is begun once is begun by one row: unique per schedule and local period. In the same transaction the
schedule moves on and the job is queued, so that a crash leaves all of it or nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from uuid_utils.compat import uuid7

from jobs.engine_database import engine_transaction
from jobs.task import Tick
from leadhand.context import Principal
from leadhand.errors import DatabaseUnavailable, InvalidRequest
from reports.schedules.periods import Due, Period, due
from reports.schedules.queueing import queue_again, queue_delivery, queue_report
from storage import report_deliveries, report_schedules, reports
from storage.database import Database
from storage.report_schedules import OfShop, Schedule
from storage.reports import NewReport, ReportStatus
from storage.tenants import read_tenant
from storage.transactions import Connection, translated_errors

TICK: Final = "report_tick"
EVERY_S: Final = 10
# Looked after between two looks at what is due in other shops.
AT_MOST: Final = 200
# A job that was lost is queued anew; longer than any retry of it waits.
STRANDED_AFTER: Final = timedelta(hours=3)
# A schedule that cannot be read is looked at again so much later, not with every tick.
BROKEN_AGAIN: Final = timedelta(hours=1)
# Nobody's wish: the transaction of a shop needs a name all the same.
NOBODY: Final = "leadhand-reports"

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Ticker:
    """`now`: the clock that decides what is due; aware."""

    database: Database
    now: Callable[[], datetime] = _now

    def ticking(self) -> Tick:
        async def run() -> None:
            await self.tick()

        return Tick(TICK, EVERY_S, run)

    async def tick(self) -> int:
        """How many reports were queued.

        Raises:
            DatabaseUnavailable: the next tick finds what this one did not.
        """
        now, queued, tried = self.now(), 0, set[OfShop]()
        while found := [one for one in await self._due(now) if one not in tried]:
            tried.update(found)
            for one in found:
                queued += await self._look_after(one, now)
        await self._queue_stranded(now - STRANDED_AFTER)
        return queued

    async def _due(self, now: datetime) -> tuple[OfShop, ...]:
        with translated_errors():
            async with engine_transaction(self.database.pool) as connection:
                return await report_schedules.due(connection, now=now, at_most=AT_MOST)

    async def _look_after(self, one: OfShop, now: datetime) -> bool:
        who = Principal(one.tenant_id, NOBODY, frozenset())
        try:
            async with self.database.transaction(who) as connection:
                return await _begin(connection, one, now)
        except DatabaseUnavailable:
            raise
        except (InvalidRequest, ValueError, KeyError):  # of its time or its zone: trying again does not help
            log.exception(
                "a report schedule cannot be read: %s", one.row_id, extra={"tenant_id": one.tenant_id}
            )
            async with self.database.transaction(who) as connection:
                await report_schedules.move_on(connection, schedule_id=one.row_id, next_at=now + BROKEN_AGAIN)
        except Exception:  # the shop's border: it keeps no other waiting, and the next tick tries again
            log.exception("a report could not be queued: %s", one.row_id, extra={"tenant_id": one.tenant_id})
        return False

    async def _queue_stranded(self, since: datetime) -> None:
        with translated_errors():
            async with engine_transaction(self.database.pool) as connection:
                lost = await reports.stranded(connection, since=since, at_most=AT_MOST)
                unsent = await report_deliveries.stranded(connection, since=since, at_most=AT_MOST)
        for one in lost:
            async with self.database.transaction(_nobody(one)) as connection:
                await reports.touch(connection, report_id=one.row_id)
                await queue_again(connection, report_id=one.row_id)
        for one in unsent:
            async with self.database.transaction(_nobody(one)) as connection:
                await report_deliveries.touch(connection, delivery_id=one.row_id)
                delivery = await report_deliveries.get(connection, delivery_id=one.row_id)
                if delivery is not None:
                    await queue_delivery(connection, delivery)


def _nobody(one: OfShop) -> Principal:
    return Principal(one.tenant_id, NOBODY, frozenset())


async def _begin(connection: Connection, one: OfShop, now: datetime) -> bool:
    """Queue the schedule's latest period, and note those before it as skipped."""
    schedule = await report_schedules.hold_due(connection, schedule_id=one.row_id, now=now)
    shop = await read_tenant(connection, tenant_id=one.tenant_id)
    if schedule is None or shop is None:
        return False
    found = due(schedule.due, schedule.timezone or shop.timezone, since=schedule.next_at, now=now)
    await report_schedules.move_on(connection, schedule_id=schedule.id, next_at=found.next_at)
    return await _queue(connection, schedule, found)


async def _queue(connection: Connection, schedule: Schedule, found: Due) -> bool:
    for period in found.skipped:
        await reports.add(connection, _report(schedule, period, "skipped"))
    if found.run is None:
        return False
    return await queue_report(connection, _report(schedule, found.run, "queued"), schedule.recipients)


def _report(schedule: Schedule, period: Period, status: ReportStatus) -> NewReport:
    return NewReport(
        id=uuid7(),
        schedule_id=schedule.id,
        period=period.key,
        due_at=period.at,
        name=schedule.name,
        options=schedule.options,
        owner_id=schedule.owner_id,
        permissions=schedule.permissions,
        status=status,
    )
