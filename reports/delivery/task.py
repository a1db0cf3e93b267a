"""Delivers a report to one recipient as a job; what fails is tried again without making the report again."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from jobs.task import JobRow, Task
from leadhand.context import Principal
from leadhand.errors import DeliveryFailed, LeadhandError, RecipientRefused
from leadhand.settings import Settings
from reports.delivery.folder import Folder
from reports.delivery.mail import Mails, MailServer
from reports.delivery.webhook import Webhooks
from reports.schedules.due import NOBODY
from reports.schedules.queueing import DELIVER
from storage import report_deliveries
from storage.database import Database
from storage.report_deliveries import ClaimedDelivery

# About five hours, the waits growing to two: a receiver that restarts, a mail server that greylists.
MAX_ATTEMPTS: Final = 12
FIRST_RETRY_S: Final = 10.0
LAST_RETRY_S: Final = 7_200.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Channels:
    """The ways out of this installation; None: it has none of that kind."""

    mails: Mails | None
    webhooks: Webhooks
    folder: Folder | None

    @classmethod
    def of(cls, settings: Settings) -> "Channels":
        url, root = settings.smtp_url, settings.report_folder
        return cls(
            mails=None if url is None else Mails(MailServer.of(url), settings.mail_from),
            webhooks=Webhooks(settings.private_webhooks),
            folder=None if root is None else Folder(root),
        )

    async def send(self, tenant_id: str, delivery: ClaimedDelivery) -> None:
        """Raises RecipientRefused: never again. DeliveryFailed: try again later."""
        match delivery.kind:
            case "webhook":
                await self.webhooks.send(delivery)
            case "email":
                if self.mails is None:
                    raise DeliveryFailed("This installation sends no mail.")
                await asyncio.to_thread(self.mails.send, delivery)
            case "folder":
                if self.folder is None:
                    raise DeliveryFailed("This installation has no folder of reports.")
                await asyncio.to_thread(self.folder.lay, tenant_id, delivery)


@dataclass(frozen=True, slots=True)
class Deliverer:
    database: Database
    channels: Channels
    first_retry_s: float = FIRST_RETRY_S

    def task(self) -> Task:
        # An attempt more than the row has: it is the one that ends the row.
        return Task(DELIVER, self.run, MAX_ATTEMPTS + 1, self.first_retry_s, LAST_RETRY_S)

    async def run(self, row: JobRow) -> None:
        """Send what the delivery `row` is about, unless it has arrived.

        Raises:
            LeadhandError: try again.
        """
        who = Principal(row.tenant_id, NOBODY, frozenset())
        async with self.database.transaction(who) as connection:
            delivery = await report_deliveries.claim(connection, delivery_id=row.row_id)
        if delivery is None:
            return
        try:
            if delivery.attempt > MAX_ATTEMPTS:
                raise DeliveryFailed("It was tried too often.")
            await self.channels.send(row.tenant_id, delivery)
        except Exception as error:  # the job's border: the row says what became of it
            fault = _fault(error)
            final = not fault.retryable or delivery.attempt >= MAX_ATTEMPTS
            await self._note(who, delivery, fault, final=final)
            if final:
                return
            raise fault from error
        async with self.database.transaction(who) as connection:
            await report_deliveries.note_sent(connection, delivery_id=delivery.id)

    async def _note(
        self, who: Principal, delivery: ClaimedDelivery, fault: LeadhandError, *, final: bool
    ) -> None:
        if final:
            log.error(
                "a report was not delivered (%s): %s",
                delivery.kind,
                fault.message,
                extra={"tenant_id": who.tenant_id, "delivery_id": str(delivery.id), "code": fault.code},
            )
        async with self.database.transaction(who) as connection:
            await report_deliveries.note_fault(connection, delivery, code=fault.code, final=final)


def _fault(error: Exception) -> LeadhandError:
    if isinstance(error, ValidationError):
        return RecipientRefused("The report was made by another version and cannot be sent any more.")
    if isinstance(error, LeadhandError):
        return error
    log.error("a delivery failed", exc_info=error)
    return DeliveryFailed("It failed in a way that nobody expected.")
