"""The way of a report to each of its recipients."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.report_schedules import OfShop, Recipient, RecipientKind
from storage.rows import execute, fetch_all, fetch_one
from storage.transactions import Connection

_SQL = named_queries("reports")
DeliveryStatus: TypeAlias = Literal["waiting", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """`code`: of the last fault, also while it is tried again."""

    id: UUID
    report_id: UUID
    kind: RecipientKind
    target: str
    status: DeliveryStatus
    attempt: int
    code: str | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """One attempt's delivery, with the report as it is kept. `alert_id`: whose notice it is, if of one."""

    id: UUID
    report_id: UUID
    kind: RecipientKind
    target: str
    secret: str | None = field(repr=False)
    attempt: int
    name: str
    period: str | None
    alert_id: UUID | None
    content: str = field(repr=False)


async def add(connection: Connection, *, delivery_id: UUID, report_id: UUID, recipient: Recipient) -> None:
    """One that waits for its report; a recipient who is named twice gets it once."""
    params = {
        "id": delivery_id,
        "report_id": report_id,
        "kind": recipient.kind,
        "target": storable_text(recipient.target),
        "secret": recipient.secret,
    }
    await execute(connection, _SQL["add_delivery"], params)


async def of_report(connection: Connection, *, report_id: UUID) -> tuple[Delivery, ...]:
    return await fetch_all(connection, _SQL["deliveries"], {"report_id": report_id}, Delivery)


async def get(connection: Connection, *, delivery_id: UUID) -> Delivery | None:
    return await fetch_one(connection, _SQL["get_delivery"], {"id": delivery_id}, Delivery)


async def claim(connection: Connection, *, delivery_id: UUID) -> ClaimedDelivery | None:
    """The delivery, for one attempt more; None when it has arrived, failed, or has no report."""
    return await fetch_one(connection, _SQL["claim_delivery"], {"id": delivery_id}, ClaimedDelivery)


async def note_sent(connection: Connection, *, delivery_id: UUID) -> None:
    await execute(connection, _SQL["note_sent"], {"id": delivery_id})


async def note_fault(connection: Connection, claimed: ClaimedDelivery, *, code: str, final: bool) -> None:
    params = {"id": claimed.id, "attempt": claimed.attempt, "code": code, "final": final}
    await execute(connection, _SQL["note_delivery_fault"], params)


async def wait_again(connection: Connection, *, delivery_id: UUID) -> bool:
    """Whether it had failed, and now waits as a new one does; False: there is nothing to send, or no need."""
    return await execute(connection, _SQL["wait_again"], {"id": delivery_id}) == 1


async def fail_all(connection: Connection, *, report_id: UUID, code: str) -> None:
    """Of a report that is not coming."""
    await execute(connection, _SQL["fail_deliveries"], {"report_id": report_id, "code": code})


async def stranded(connection: Connection, *, since: datetime, at_most: int) -> tuple[OfShop, ...]:
    """Of all shops, those whose report is there and that nobody has touched since then."""
    params = {"since": since, "at_most": at_most}
    return await fetch_all(connection, _SQL["stranded_deliveries"], params, OfShop)


async def touch(connection: Connection, *, delivery_id: UUID) -> None:
    await execute(connection, _SQL["touch_delivery"], {"id": delivery_id})
