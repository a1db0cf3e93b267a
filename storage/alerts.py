"""What shops want to be told of: their alerts, and when each was last looked at."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadhand.errors import JsonValue
from storage.json_values import storable_text, to_jsonb
from storage.named_queries import named_queries
from storage.report_schedules import OfShop, Recipient, recipient_of, recipients_kept
from storage.rows import Params, execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

_SQL = named_queries("alerts")
_BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class AlertTerms:
    """What a person decides. `permissions`: the owner's, as whom the figures are read."""

    name: str
    condition: dict[str, JsonValue]
    recipients: tuple[Recipient, ...]
    owner_id: str
    permissions: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class Alert(AlertTerms):
    """An alert as it is kept. `raised`: for how many subjects. `code`: of the last look's fault.

    `looks`: the number of the look that counts. `attempt`: how often it was tried.
    """

    id: UUID
    looks: int
    attempt: int
    code: str | None
    looked_at: datetime | None
    raised: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class _Row:
    tenant_id: str
    id: UUID
    name: str
    condition: dict[str, JsonValue]
    recipients: list[dict[str, str | None]]
    owner_id: str
    permissions: list[str]
    active: bool
    look_from: datetime
    look_by: datetime
    looks: int
    attempt: int
    code: str | None
    data_version: int | None
    looked_at: datetime | None
    created_at: datetime
    updated_at: datetime
    raised: int


async def add(connection: Connection, *, alert_id: UUID, terms: AlertTerms) -> Alert:
    return _found(await fetch_one(connection, _SQL["add_alert"], _params(alert_id, terms), _Row))


async def change(connection: Connection, *, alert_id: UUID, terms: AlertTerms) -> Alert:
    """The alert must be held (`hold`). It is looked at anew."""
    return _found(await fetch_one(connection, _SQL["change_alert"], _params(alert_id, terms), _Row))


async def listed(connection: Connection, *, limit: int, after: UUID | None = None) -> tuple[Alert, ...]:
    """Of the shop, oldest first."""
    params = {"limit": limit, "after": after or _BEFORE_ALL}
    return tuple(_alert(row) for row in await fetch_all(connection, _SQL["list_alerts"], params, _Row))


async def count_for_one_more(connection: Connection) -> int:
    """How many the shop has. Whoever asks adds one or none before the next one is answered."""
    await execute(connection, _SQL["lock_alerts"], {})
    return await count(connection)


async def count(connection: Connection) -> int:
    return await fetch_value(connection, _SQL["count_alerts"], {}, int) or 0


async def get(connection: Connection, *, alert_id: UUID) -> Alert | None:
    return _maybe(await fetch_one(connection, _SQL["get_alert"], {"id": alert_id}, _Row))


async def hold(connection: Connection, *, alert_id: UUID) -> Alert | None:
    """Nobody else changes it until the transaction ends."""
    return _maybe(await fetch_one(connection, _SQL["hold_alert"], {"id": alert_id}, _Row))


async def delete(connection: Connection, *, alert_id: UUID) -> bool:
    """Whether there was one. Its episodes and notices go with it."""
    return await execute(connection, _SQL["delete_alert"], {"id": alert_id}) == 1


async def due(connection: Connection, *, now: datetime, at_most: int) -> tuple[OfShop, ...]:
    """Alerts of all shops that are to be looked at, one of each shop before the second of any."""
    return await fetch_all(connection, _SQL["due_alerts"], {"now": now, "at_most": at_most}, OfShop)


async def take_due(
    connection: Connection, *, alert_id: UUID, now: datetime, look_from: datetime, look_by: datetime
) -> bool:
    """Whether it is due, and nobody else has taken it; looked at next from `look_from`, by `look_by`."""
    params = {"id": alert_id, "now": now, "look_from": look_from, "look_by": look_by}
    return await execute(connection, _SQL["take_due"], params) == 1


async def claim(connection: Connection, *, alert_id: UUID) -> Alert | None:
    """The alert, for one look more, which is the one that counts; None when it rests or is deleted."""
    return _maybe(await fetch_one(connection, _SQL["claim_alert"], {"id": alert_id}, _Row))


async def keep_look(connection: Connection, claimed: Alert, *, data_version: int, at: datetime) -> bool:
    """Whether the look counts; False: a later one was begun, or the alert was changed. Held from here on."""
    params = {"id": claimed.id, "looks": claimed.looks, "data_version": data_version, "at": at}
    return await execute(connection, _SQL["keep_look"], params) == 1


async def note_fault(
    connection: Connection, claimed: Alert, *, code: str, data_version: int, at: datetime, look_by: datetime
) -> None:
    """The look ended with a fault; it is looked at again by `look_by`, or when the plan changes."""
    params = {"data_version": data_version, "at": at, "look_by": look_by, "final": True}
    await _note(connection, claimed, code, params)


async def note_retry(connection: Connection, claimed: Alert, *, code: str) -> None:
    """The look is tried again."""
    params = {"data_version": None, "at": None, "look_by": None, "final": False}
    await _note(connection, claimed, code, params)


async def _note(connection: Connection, claimed: Alert, code: str, params: Params) -> None:
    known = {"id": claimed.id, "looks": claimed.looks, "code": code}
    await execute(connection, _SQL["note_look_fault"], {**known, **params})


def _params(alert_id: UUID, terms: AlertTerms) -> dict[str, object]:
    return {
        "id": alert_id,
        "name": storable_text(terms.name),
        "condition": to_jsonb(terms.condition),
        "recipients": to_jsonb(recipients_kept(terms.recipients)),
        "owner_id": terms.owner_id,
        "permissions": list(terms.permissions),
        "active": terms.active,
    }


def _found(row: _Row | None) -> Alert:
    assert row is not None, "a row that is written is given back"  # noqa: S101
    return _alert(row)


def _maybe(row: _Row | None) -> Alert | None:
    return None if row is None else _alert(row)


def _alert(row: _Row) -> Alert:
    return Alert(
        name=row.name,
        condition=row.condition,
        recipients=tuple(recipient_of(one) for one in row.recipients),
        owner_id=row.owner_id,
        permissions=tuple(row.permissions),
        active=row.active,
        id=row.id,
        looks=row.looks,
        attempt=row.attempt,
        code=row.code,
        looked_at=row.looked_at,
        raised=row.raised,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
