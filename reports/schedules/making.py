"""Makes a report as a job: as its owner, read-only; once, whoever else tries it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from jobs.task import JobRow, Task
from leadhand.clock import utc_minute
from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import InternalFault, InvalidRequest, LeadhandError
from reports.content import make_report
from reports.options import ReportOptions, ReportParts
from reports.report import Report
from reports.schedules.due import NOBODY
from reports.schedules.queueing import MAKE, queue_deliveries
from storage import report_deliveries, reports
from storage.database import Database
from storage.report_schedules import READING
from storage.reports import Claimed
from storage.tenants import TenantSettings, read_tenant

# So often a report is tried; then it has failed, and says with what.
MAX_ATTEMPTS: Final = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Work:
    report: Claimed
    shop: TenantSettings
    before: str | None


@dataclass(frozen=True, slots=True)
class ReportMaker:
    """`clock`: the minute that the figures are about."""

    database: Database
    parts: ReportParts
    clock: Callable[[], datetime] = utc_minute
    first_retry_s: float = 5.0

    def task(self) -> Task:
        # An attempt more than the row has: it is the one that ends the row.
        return Task(MAKE, self.run, max_attempts=MAX_ATTEMPTS + 1, first_retry_s=self.first_retry_s)

    async def run(self, row: JobRow) -> None:
        """Make the report `row`, unless it is made, and queue its deliveries.

        Raises:
            LeadhandError: try again.
        """
        who = Principal(row.tenant_id, NOBODY, frozenset())
        work = await self._claim(who, row)
        if work is None:
            return
        if work.report.attempt > MAX_ATTEMPTS:
            await self._fail(who, work.report, InternalFault.code)
            return
        try:
            content = (await self._make(row.tenant_id, work)).to_json()
        except Exception as error:  # the job's border: the row says what became of it
            code = error.code if isinstance(error, LeadhandError) else InternalFault.code
            if _helps(error) and work.report.attempt < MAX_ATTEMPTS:
                await self._note(who, work.report, code)
                raise
            log.exception("a report failed for good: %s", code, extra={"tenant_id": row.tenant_id})
            await self._fail(who, work.report, code)
            return
        await self._keep(who, work.report, content)

    async def _claim(self, who: Principal, row: JobRow) -> _Work | None:
        async with self.database.transaction(who) as connection:
            report = await reports.claim(connection, report_id=row.row_id)
            shop = await read_tenant(connection, tenant_id=who.tenant_id)
            if report is None or shop is None:
                return None
            return _Work(report, shop, await reports.content_before(connection, report))

    async def _make(self, shop: str, work: _Work) -> Report:
        report = work.report
        rights = frozenset(Permission(name) for name in report.permissions) & READING
        tenant = TenantContext(
            shop, report.owner_id, rights, work.shop.timezone, work.shop.locale, self.clock()
        )
        return await make_report(tenant, self.parts, _options(report), before=_read(work.before))

    async def _keep(self, who: Principal, report: Claimed, content: str) -> None:
        """The report and the jobs that deliver it, or neither: a crash in between makes it no second time."""
        async with self.database.transaction(who) as connection:
            if not await reports.keep(connection, report, content=content):
                return
            await queue_deliveries(connection, report_id=report.id)

    async def _note(self, who: Principal, report: Claimed, code: str) -> None:
        async with self.database.transaction(who) as connection:
            await reports.note_fault(connection, report, code=code, final=False)

    async def _fail(self, who: Principal, report: Claimed, code: str) -> None:
        async with self.database.transaction(who) as connection:
            if await reports.note_fault(connection, report, code=code, final=True):
                await report_deliveries.fail_all(connection, report_id=report.id, code=code)


def _helps(error: Exception) -> bool:
    """Whether trying again can."""
    return error.retryable if isinstance(error, LeadhandError) else True


def _options(report: Claimed) -> ReportOptions:
    try:
        return ReportOptions.model_validate(report.options)
    except ValidationError:
        raise InvalidRequest("The options of the report are not known to this version.") from None


def _read(content: str | None) -> Report | None:
    """A report of an earlier version, which cannot be read any more, is none."""
    try:
        return None if content is None else Report.from_json(content)
    except ValidationError:
        return None
