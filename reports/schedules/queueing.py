"""Puts reports and their deliveries in the queue, each in the transaction that makes its row."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from jobs.queue import defer_in_line
from storage import report_deliveries, reports
from storage.report_deliveries import Delivery
from storage.report_schedules import Recipient
from storage.reports import NewReport
from storage.transactions import Connection

MAKE: Final = "make_report"
DELIVER: Final = "deliver_report"
# Reports of a shop stand in one line, so that a shop that has many keeps no other waiting.
LINE: Final = "reports"
# What is made goes out, and what falls due is seen, before the next one of a long queue is made.
BEHIND: Final = -1


async def queue_report(connection: Connection, new: NewReport, recipients: Sequence[Recipient]) -> bool:
    """Whether it is new: its period, or its request, may have a report already; then nothing is done."""
    if not await reports.add(connection, new):
        return False
    await add_recipients(connection, report_id=new.id, recipients=recipients)
    await queue_again(connection, report_id=new.id)
    return True


async def add_recipients(connection: Connection, *, report_id: UUID, recipients: Sequence[Recipient]) -> None:
    """Who gets it, once it is made and `queue_deliveries` says so."""
    for recipient in recipients:
        await report_deliveries.add(connection, delivery_id=uuid7(), report_id=report_id, recipient=recipient)


async def queue_again(connection: Connection, *, report_id: UUID) -> None:
    """A report that is there and not made; one job that waits for it is enough."""
    await defer_in_line(connection, task=MAKE, row_id=report_id, line=LINE, priority=BEHIND)


async def queue_deliveries(connection: Connection, *, report_id: UUID) -> None:
    """Of a report that is made."""
    for delivery in await report_deliveries.of_report(connection, report_id=report_id):
        await queue_delivery(connection, delivery)


async def queue_delivery(connection: Connection, delivery: Delivery) -> None:
    """To one recipient, one report after the other."""
    recipient = sha256(f"{delivery.kind}:{delivery.target}".encode()).hexdigest()[:16]
    await defer_in_line(connection, task=DELIVER, row_id=delivery.id, line=recipient)
