"""A shop's schedules and reports, as the routes and the command line ask for them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from uuid_utils.compat import uuid7

from leadhand.context import TenantContext
from leadhand.errors import (
    DeliveryNotFailed,
    InvalidRequest,
    JsonValue,
    NotFound,
    ReportNotReady,
    TooManyRuns,
)
from reports.delivery.recipients import DeliveryBounds, RecipientAsked, checked
from reports.options import ReportOptions
from reports.report import Report
from reports.schedules.periods import next_period
from reports.schedules.queueing import queue_delivery, queue_report
from storage import report_deliveries, report_schedules, reports
from storage.database import Database
from storage.report_deliveries import Delivery
from storage.report_schedules import (
    MAX_SCHEDULES,
    Recipient,
    Schedule,
    ScheduleTerms,
    reading_rights,
)
from storage.reports import ListedReport, NewReport
from storage.transactions import Connection

DEFAULT_NAME: Final = "Capacity report"
# Of one shop, asked for and not made yet. One takes seconds; beyond this a slip of a program piles them up.
MAX_ASKED: Final = 20
ASK_AGAIN_S: Final = 15

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScheduleWish:
    """What somebody wants; None: as it is, and for a new schedule the default."""

    name: str | None = None
    when: str | None = None
    timezone: str | None = None
    options: ReportOptions | None = None
    recipients: Sequence[RecipientAsked] | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A report as it stands, and how far it has come."""

    report: ListedReport
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class ReportDesk:
    """One a process; every answer is about the caller's own shop."""

    database: Database
    bounds: DeliveryBounds

    async def add_schedule(self, tenant: TenantContext, wish: ScheduleWish) -> Schedule:
        """The reports are made as the caller, with what the caller may read now.

        Raises:
            InvalidRequest: when it is due, its time zone or a recipient cannot be.
        """
        terms = self.terms(tenant, wish, now=datetime.now(UTC))
        async with self.database.transaction(tenant) as connection:
            if await report_schedules.is_full(connection):
                raise too_many_schedules()
            return await report_schedules.add(connection, schedule_id=uuid7(), terms=terms)

    async def change_schedule(self, tenant: TenantContext, schedule_id: UUID, wish: ScheduleWish) -> Schedule:
        """From now on its reports are made as the caller.

        Raises:
            NotFound: the shop has none of that id.
            InvalidRequest: see `add_schedule`.
        """
        async with self.database.transaction(tenant) as connection:
            there = await report_schedules.hold(connection, schedule_id=schedule_id)
            if there is None:
                raise absent_schedule()
            terms = self.terms(tenant, wish, there, now=datetime.now(UTC))
            return await report_schedules.change(connection, schedule_id=schedule_id, terms=terms)

    def terms(
        self, tenant: TenantContext, wish: ScheduleWish, there: ScheduleTerms | None = None, *, now: datetime
    ) -> ScheduleTerms:
        """What `wish` makes of the schedule that is there, or of none; nothing is kept.

        Raises:
            InvalidRequest: see `add_schedule`.
        """
        there = there or ScheduleTerms("", "", None, {}, (), tenant.user_id, (), True, now)
        timezone = _zone(wish.timezone) if wish.timezone is not None else there.timezone
        due = " ".join((wish.when or there.due).split())
        active = there.active if wish.active is None else wish.active
        following = next_period(due, timezone or tenant.timezone, after=now).at
        moved = (due, timezone, active) != (there.due, there.timezone, there.active)
        recipients = there.recipients
        if wish.recipients is not None:
            recipients = checked(wish.recipients, self.bounds, there.recipients)
        options = there.options if wish.options is None else _options(wish.options)
        return ScheduleTerms(
            name=wish.name or there.name or DEFAULT_NAME,
            due=due,
            timezone=timezone,
            options=options,
            recipients=recipients,
            owner_id=tenant.user_id,
            permissions=reading_rights(tenant.permissions),
            active=active,
            # One that is due right now and stays as it is keeps its period.
            next_at=following if moved else there.next_at,
        )

    async def schedules(
        self, tenant: TenantContext, *, limit: int, after: UUID | None = None
    ) -> tuple[Schedule, ...]:
        """Oldest first."""
        async with self.database.transaction(tenant, snapshot=True) as connection:
            return await report_schedules.listed(connection, limit=limit, after=after)

    async def schedule(self, tenant: TenantContext, schedule_id: UUID) -> Schedule:
        """Raises NotFound: the shop has none of that id."""
        async with self.database.transaction(tenant, snapshot=True) as connection:
            found = await report_schedules.get(connection, schedule_id=schedule_id)
        if found is None:
            raise absent_schedule()
        return found

    async def delete_schedule(self, tenant: TenantContext, schedule_id: UUID) -> None:
        """Its reports stay; raises NotFound."""
        async with self.database.transaction(tenant) as connection:
            if not await report_schedules.delete(connection, schedule_id=schedule_id):
                raise absent_schedule()

    async def ask(
        self,
        tenant: TenantContext,
        *,
        name: str | None,
        options: ReportOptions,
        recipients: Sequence[RecipientAsked] = (),
        request_key: str | None = None,
    ) -> ListedReport:
        """Queue a report of now; with the same `request_key` again it is the same one.

        Raises:
            InvalidRequest: a recipient cannot be.
            TooManyRuns: MAX_ASKED reports that the shop asked for are not made yet.
        """
        to = checked(recipients, self.bounds)
        async with self.database.transaction(tenant) as connection:
            return await ask_report(
                connection, tenant, name=name, options=options, recipients=to, request_key=request_key
            )

    async def newest(
        self,
        tenant: TenantContext,
        *,
        limit: int,
        before: UUID | None = None,
        schedule_id: UUID | None = None,
    ) -> tuple[ListedReport, ...]:
        async with self.database.transaction(tenant, snapshot=True) as connection:
            return await reports.listed(connection, limit=limit, before=before, schedule_id=schedule_id)

    async def get(self, tenant: TenantContext, report_id: UUID) -> Standing:
        """Raises NotFound: the shop has none of that id."""
        async with self.database.transaction(tenant, snapshot=True) as connection:
            report = await _found(connection, report_id)
            return Standing(report, await report_deliveries.of_report(connection, report_id=report_id))

    async def send_again(self, tenant: TenantContext, report_id: UUID, delivery_id: UUID) -> Delivery:
        """Have a delivery that has failed tried anew, as often as a new one; the report stays as it is.

        Raises:
            NotFound: the shop has no such report, or the report no such delivery.
            DeliveryNotFailed: it waits or has arrived, or there is nothing to send.
        """
        async with self.database.transaction(tenant) as connection:
            await _found(connection, report_id)
            delivery = await report_deliveries.get(connection, delivery_id=delivery_id)
            if delivery is None or delivery.report_id != report_id:
                raise absent_delivery()
            if not await report_deliveries.wait_again(connection, delivery_id=delivery_id):
                raise DeliveryNotFailed(_NOT_AGAIN[delivery.status], details={"status": delivery.status})
            await queue_delivery(connection, delivery)
            again = await report_deliveries.get(connection, delivery_id=delivery_id)
        log.info(
            "a delivery is sent again (%s)", delivery.kind,
            extra={"tenant_id": tenant.tenant_id, "user_id": tenant.user_id, "delivery_id": str(delivery_id)},
        )  # fmt: skip
        return again or delivery

    async def content(self, tenant: TenantContext, report_id: UUID) -> Report:
        """What the report says.

        Raises:
            NotFound: the shop has none of that id.
            ReportNotReady: there is nothing to show, or nothing yet.
        """
        async with self.database.transaction(tenant, snapshot=True) as connection:
            report = await _found(connection, report_id)
            content = await reports.content(connection, report_id=report_id)
        if content is None:
            raise ReportNotReady(_NOT_READY[report.status], details={"status": report.status})
        return Report.from_json(content)


_NOT_AGAIN: Final = {
    "waiting": "The delivery still waits, and is tried by itself.",
    "sent": "The delivery has arrived.",
    "failed": "There is nothing to send: the report was not made, or the webhook's secret is gone.",
}
_NOT_READY: Final = {
    "queued": "The report waits for its turn. Try again in a moment.",
    "making": "The report is being made. Try again in a moment.",
    "failed": "The report could not be made.",
    "skipped": "The report's time passed while nothing ran; a later one was made instead.",
}


async def ask_report(
    connection: Connection,
    tenant: TenantContext,
    *,
    name: str | None,
    options: ReportOptions,
    recipients: Sequence[Recipient] = (),
    request_key: str | None = None,
) -> ListedReport:
    """See `ReportDesk.ask`; joins the transaction."""
    new = NewReport(
        id=uuid7(),
        schedule_id=None,
        period=None,
        due_at=datetime.now(UTC),
        name=name or options.title or DEFAULT_NAME,
        options=_options(options),
        owner_id=tenant.user_id,
        permissions=reading_rights(tenant.permissions),
        request_key=request_key,
    )
    waiting = await reports.count_asked(connection)
    if request_key is not None:
        known = await reports.of_request(connection, owner_id=tenant.user_id, request_key=request_key)
        if known is not None:
            return await _found(connection, known)
    if waiting >= MAX_ASKED:
        raise TooManyRuns(
            f"{waiting} reports that this shop asked for are not made yet. Wait for one of them.",
            retry_after_s=ASK_AGAIN_S,
        )
    await queue_report(connection, new, recipients)
    return await _found(connection, new.id)


def too_many_schedules() -> InvalidRequest:
    return _wrong("name", f"the shop has {MAX_SCHEDULES} schedules, and that is the most")


def absent_schedule() -> NotFound:
    return NotFound("There is no such schedule.")


def absent_report() -> NotFound:
    return NotFound("There is no such report.")


def absent_delivery() -> NotFound:
    return NotFound("The report has no such delivery.")


async def _found(connection: Connection, report_id: UUID) -> ListedReport:
    found = await reports.get(connection, report_id=report_id)
    if found is None:
        raise absent_report()
    return found


def _options(options: ReportOptions) -> dict[str, JsonValue]:
    return options.model_dump(mode="json", exclude_defaults=True)


def _zone(name: str) -> str | None:
    """An empty name: the shop's own."""
    if not name:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong("timezone", f"{name[:60]} is not the name of a time zone") from None
    return name


def _wrong(field: str, problem: str) -> InvalidRequest:
    return InvalidRequest(
        f"The schedule cannot be kept: {problem}.",
        details={"fields": [{"field": field, "problem": problem}]},
    )
