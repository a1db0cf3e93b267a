"""When reports are made, of what, and for whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias, cast
from uuid import UUID

from leadhand.context import Permission
from leadhand.errors import JsonValue
from storage.json_values import storable_text, to_jsonb
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

_SQL = named_queries("reports")
RecipientKind: TypeAlias = Literal["email", "webhook", "folder"]
_BEFORE_ALL = UUID(int=0)
# A schedule of a shop costs work every time; so many serve any shop.
MAX_SCHEDULES: Final = 100
# A report changes nothing: whatever its owner may do beyond these is left out.
READING: Final = frozenset({Permission.PLANNING_READ, Permission.KNOWLEDGE_READ, Permission.REPORTS_READ})


@dataclass(frozen=True, slots=True)
class Recipient:
    """`target`: an address, a URL, or for the folder its form. `secret` signs what a webhook gets."""

    kind: RecipientKind
    target: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ScheduleTerms:
    """What a person decides. `due`: as written; `timezone` None: the shop's; `permissions`: the owner's."""

    name: str
    due: str
    timezone: str | None
    options: dict[str, JsonValue]
    recipients: tuple[Recipient, ...]
    owner_id: str
    permissions: tuple[str, ...]
    active: bool
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Schedule(ScheduleTerms):
    """A schedule as it is kept."""

    id: UUID
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OfShop:
    """A row that must be looked after; all that is known of it before its shop is."""

    tenant_id: str
    row_id: UUID


@dataclass(frozen=True, slots=True)
class _Row:
    tenant_id: str
    id: UUID
    name: str
    due: str
    timezone: str | None
    options: dict[str, JsonValue]
    recipients: list[dict[str, str | None]]
    owner_id: str
    permissions: list[str]
    active: bool
    next_at: datetime
    created_at: datetime
    updated_at: datetime
    forgotten_to: str | None


async def add(connection: Connection, *, schedule_id: UUID, terms: ScheduleTerms) -> Schedule:
    return _found(await fetch_one(connection, _SQL["add_schedule"], _params(schedule_id, terms), _Row))


async def change(connection: Connection, *, schedule_id: UUID, terms: ScheduleTerms) -> Schedule:
    """The schedule must be held (`hold`)."""
    return _found(await fetch_one(connection, _SQL["change_schedule"], _params(schedule_id, terms), _Row))


async def listed(connection: Connection, *, limit: int, after: UUID | None = None) -> tuple[Schedule, ...]:
    """Of the shop, oldest first."""
    params = {"limit": limit, "after": after or _BEFORE_ALL}
    return tuple(_schedule(row) for row in await fetch_all(connection, _SQL["list_schedules"], params, _Row))


async def count(connection: Connection) -> int:
    return await fetch_value(connection, _SQL["count_schedules"], {}, int) or 0


async def is_full(connection: Connection) -> bool:
    """Whether the shop may add none. Whoever asks adds one or none before the next one is answered."""
    await execute(connection, _SQL["lock_schedules"], {})
    return await count(connection) >= MAX_SCHEDULES


async def get(connection: Connection, *, schedule_id: UUID) -> Schedule | None:
    return _maybe(await fetch_one(connection, _SQL["get_schedule"], {"id": schedule_id}, _Row))


async def hold(connection: Connection, *, schedule_id: UUID) -> Schedule | None:
    """Nobody else changes it until the transaction ends."""
    return _maybe(await fetch_one(connection, _SQL["hold_schedule"], {"id": schedule_id}, _Row))


async def move_on(connection: Connection, *, schedule_id: UUID, next_at: datetime) -> None:
    await execute(connection, _SQL["move_on"], {"id": schedule_id, "next_at": next_at})


async def delete(connection: Connection, *, schedule_id: UUID) -> bool:
    """Whether there was one. Its reports stay."""
    return await execute(connection, _SQL["delete_schedule"], {"id": schedule_id}) == 1


async def due(connection: Connection, *, now: datetime, at_most: int) -> tuple[OfShop, ...]:
    """Schedules of all shops that are due, one of each shop before the second of any."""
    params = {"now": now, "at_most": at_most}
    return await fetch_all(connection, _SQL["due_schedules"], params, OfShop)


def reading_rights(permissions: frozenset[Permission]) -> tuple[str, ...]:
    """Of these permissions, what a report is made with."""
    return tuple(sorted(permission.value for permission in permissions & READING))


def _params(schedule_id: UUID, terms: ScheduleTerms) -> dict[str, object]:
    return {
        "id": schedule_id,
        "name": storable_text(terms.name),
        "due": storable_text(terms.due),
        "timezone": terms.timezone,
        "options": to_jsonb(terms.options),
        "recipients": to_jsonb(recipients_kept(terms.recipients)),
        "owner_id": terms.owner_id,
        "permissions": list(terms.permissions),
        "active": terms.active,
        "next_at": terms.next_at,
    }


def recipients_kept(recipients: Sequence[Recipient]) -> list[JsonValue]:
    """As a row keeps them; read back by `recipient_of`."""
    return [{"kind": one.kind, "target": one.target, "secret": one.secret} for one in recipients]


def _found(row: _Row | None) -> Schedule:
    assert row is not None, "a row that is written is given back"  # noqa: S101
    return _schedule(row)


def _maybe(row: _Row | None) -> Schedule | None:
    return None if row is None else _schedule(row)


def _schedule(row: _Row) -> Schedule:
    return Schedule(
        name=row.name,
        due=row.due,
        timezone=row.timezone,
        options=row.options,
        recipients=tuple(recipient_of(one) for one in row.recipients),
        owner_id=row.owner_id,
        permissions=tuple(row.permissions),
        active=row.active,
        next_at=row.next_at,
        id=row.id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def recipient_of(kept: dict[str, str | None]) -> Recipient:
    return Recipient(cast("RecipientKind", kept["kind"]), kept["target"] or "", kept.get("secret"))
