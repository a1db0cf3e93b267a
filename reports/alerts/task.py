"""Looks at an alert as a job: as its owner, read-only; what becomes true is told once, whoever else looks."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError
from uuid_utils.compat import uuid7

from jobs.task import JobRow, Task
from leadhand.clock import utc_minute
from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import InternalFault, InvalidRequest, LeadhandError
from reports.alerts.conditions import CONDITION, Condition
from reports.alerts.due import LOOK
from reports.alerts.edges import edges
from reports.alerts.looking import Look, look
from reports.alerts.notice import notice
from reports.options import ReportParts
from reports.schedules.due import NOBODY
from reports.schedules.queueing import add_recipients, queue_deliveries
from storage import alert_episodes, alerts
from storage.alerts import Alert
from storage.database import Database
from storage.report_schedules import READING
from storage.tenants import TenantSettings, read_tenant
from storage.transactions import Connection

# So often a look is tried; then it has failed, and the alert says with what.
MAX_ATTEMPTS: Final = 4
# One that failed is looked at again so much later, unless the plan or the alert changes before.
FAILED_AGAIN: Final = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Work:
    alert: Alert
    shop: TenantSettings
    open: frozenset[str]


@dataclass(frozen=True, slots=True)
class AlertLooker:
    """`clock`: the minute that the figures are about."""

    database: Database
    parts: ReportParts
    clock: Callable[[], datetime] = utc_minute
    first_retry_s: float = 5.0

    def task(self) -> Task:
        # An attempt more than the row has: it is the one that ends the look.
        return Task(LOOK, self.run, max_attempts=MAX_ATTEMPTS + 1, first_retry_s=self.first_retry_s)

    async def run(self, row: JobRow) -> None:
        """Look at the alert `row`, and keep and tell what has changed.

        Raises:
            LeadhandError: try again.
        """
        who = Principal(row.tenant_id, NOBODY, frozenset())
        work = await self._claim(who, row)
        if work is None:
            return
        if work.alert.attempt > MAX_ATTEMPTS:
            await self._fail(who, work, InternalFault.code)
            return
        try:
            seen = await self._look(row.tenant_id, work)
            await self._keep(who, work, seen)
        except Exception as error:  # the job's border: the row says what became of it
            code = error.code if isinstance(error, LeadhandError) else InternalFault.code
            helps = error.retryable if isinstance(error, LeadhandError) else True
            if helps and work.alert.attempt < MAX_ATTEMPTS:
                async with self.database.transaction(who) as connection:
                    await alerts.note_retry(connection, work.alert, code=code)
                raise
            log.warning(
                "an alert could not be looked at: %s",
                code,
                exc_info=error,
                extra={"tenant_id": row.tenant_id},
            )
            await self._fail(who, work, code)

    async def _claim(self, who: Principal, row: JobRow) -> _Work | None:
        async with self.database.transaction(who) as connection:
            alert = await alerts.claim(connection, alert_id=row.row_id)
            shop = await read_tenant(connection, tenant_id=who.tenant_id)
            if alert is None or shop is None:
                return None
            return _Work(alert, shop, await alert_episodes.open_subjects(connection, alert_id=alert.id))

    async def _look(self, shop: str, work: _Work) -> Look:
        alert = work.alert
        rights = frozenset(Permission(name) for name in alert.permissions) & READING
        tenant = TenantContext(
            shop, alert.owner_id, rights, work.shop.timezone, work.shop.locale, self.clock()
        )
        return await look(tenant, self.parts, condition_of(alert), work.open)

    async def _keep(self, who: Principal, work: _Work, seen: Look) -> None:
        """Episodes, notice and the jobs that deliver it, or none of them: a crash leaves no half of it."""
        alert, at, figures = work.alert, seen.gathering.tenant.as_of, seen.figures
        async with self.database.transaction(who) as connection:
            if not await alerts.keep_look(connection, alert, data_version=seen.data_version, at=at):
                return
            open_ = await alert_episodes.open_subjects(connection, alert_id=alert.id)
            excess = {one.key: one.excess for one in figures.subjects}
            found = edges(open_, excess, margin=figures.margin, complete=figures.complete)
            if found.cleared:
                await alert_episodes.clear(connection, alert_id=alert.id, subjects=found.cleared, at=at)
            if found.raised:
                still = len(open_) - len(found.cleared)
                await _raise(connection, work, seen, frozenset(found.raised), still)

    async def _fail(self, who: Principal, work: _Work, code: str) -> None:
        at = self.clock()
        async with self.database.transaction(who) as connection:
            await alerts.note_fault(
                connection,
                work.alert,
                code=code,
                data_version=work.shop.data_version,
                at=at,
                look_by=at + FAILED_AGAIN,
            )


async def _raise(connection: Connection, work: _Work, seen: Look, raised: frozenset[str], still: int) -> None:
    """All that became true, in one notice."""
    alert, at, report_id = work.alert, seen.gathering.tenant.as_of, uuid7()
    content = notice(seen, name=alert.name, shop=work.shop.name, raised=raised, still=still).to_json()
    await alert_episodes.add_notice(connection, alert, report_id=report_id, content=content, at=at)
    await alert_episodes.open_all(
        connection, alert_id=alert.id, raised=seen.evidence(raised), report_id=report_id, at=at
    )
    await add_recipients(connection, report_id=report_id, recipients=alert.recipients)
    await queue_deliveries(connection, report_id=report_id)


def condition_of(alert: Alert) -> Condition:
    """Raises InvalidRequest: it was kept by another version."""
    try:
        return CONDITION.validate_python(alert.condition)
    except ValidationError:
        raise InvalidRequest("The condition of the alert is not known to this version.") from None
