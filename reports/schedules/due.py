"""Looks for schedules that are due and queues their reports; any number of them may look at once.

What is begun once is begun by one row: unique per schedule and local period. In the same transaction the
schedule moves on and the job is queued, so that a crash leaves all of it or nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from uuid_utils.compat import uuid7

from jobs.engine_database import engine_transaction
from leadhand.context import Principal
from reports.schedules.periods import Period, due
from reports.schedules.queueing import BEHIND, LINE, MAKE, queue_again, queue_delivery
from storage import due_reports, report_deliveries, report_schedules, reports
from storage.database import Database
from storage.due_reports import Beginning, DueSchedule, NewPeriod
from storage.report_schedules import OfShop
from storage.transactions import translated_errors

# Schedules begun in one transaction: a commit costs little then, and a crash loses little.
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
class DueSchedules:
    """`now`: the clock that decides what is due; aware."""

    database: Database
    now: Callable[[], datetime] = _now

    async def queue(self) -> int:
        """How many reports were queued.

        Raises:
            DatabaseUnavailable, QueryTimeout: the next tick finds what this one did not.
        """
        now, queued, tried = self.now(), 0, set[OfShop]()
        while found := [one for one in await self._due(now) if one not in tried]:
            tried.update(found)
            queued += await self._begin(found, now)
        await self._queue_stranded()
        return queued

    async def _due(self, now: datetime) -> tuple[OfShop, ...]:
        with translated_errors():
            async with engine_transaction(self.database.pool) as connection:
                return await report_schedules.due(connection, now=now, at_most=AT_MOST)

    async def _begin(self, found: Sequence[OfShop], now: datetime) -> int:
        """All of them in one transaction; what goes wrong with one keeps no other waiting."""
        with translated_errors():
            async with engine_transaction(self.database.pool) as connection:
                held = await due_reports.hold(connection, found, now=now)
                # After a long outage that takes seconds, and the process has chats to answer meanwhile.
                beginnings = await asyncio.to_thread(_beginnings, held, now)
                begun = await due_reports.begin(connection, beginnings, task=MAKE, line=LINE, priority=BEHIND)
        for one in begun:
            if one.refusal is not None:  # the next tick tries again
                log.error(
                    "a report could not be queued: %s (SQLSTATE %s)", one.schedule_id, one.refusal,
                    extra={"tenant_id": one.tenant_id},
                )  # fmt: skip
        return sum(one.queued for one in begun)

    async def _queue_stranded(self) -> None:
        """By the clock of the day, as the database notes when a row was touched."""
        since = _now() - STRANDED_AFTER
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


def _beginnings(held: Sequence[DueSchedule], now: datetime) -> list[Beginning]:
    return [_beginning(schedule, now) for schedule in held]


def _beginning(schedule: DueSchedule, now: datetime) -> Beginning:
    """Its latest period is to be made, and those before it are noted as skipped."""
    of_shop = OfShop(schedule.tenant_id, schedule.id)
    try:
        found = due(schedule.due, schedule.timezone, since=schedule.next_at, now=now)
    except Exception:  # of its time or its zone: trying again at once does not help
        log.exception(
            "a report schedule cannot be read: %s", schedule.id, extra={"tenant_id": schedule.tenant_id}
        )
        return Beginning(of_shop, now + BROKEN_AGAIN)
    # In the order of their ids reports are listed.
    skipped = tuple(_new(period) for period in found.skipped)
    report = None if found.run is None else _new(found.run)
    deliveries = tuple(uuid7() for _ in range(schedule.recipients))
    return Beginning(of_shop, found.next_at, report, deliveries, skipped)


def _new(period: Period) -> NewPeriod:
    return NewPeriod(uuid7(), period.key, period.at)
