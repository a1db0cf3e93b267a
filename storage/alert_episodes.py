"""For what an alert was raised, from when until when, and the notice that said so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from leadhand.errors import JsonValue
from storage.alerts import Alert
from storage.json_values import storable_text, to_jsonb
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all
from storage.transactions import Connection

_SQL = named_queries("alerts")
# Of the episodes that are over so many are kept for each alert, the latest ones.
KEPT_CLEARED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Raised:
    """A subject for which the condition has become true. `evidence`: the figures, and where they are from."""

    subject: str
    label: str
    evidence: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Episode:
    """`cleared_at` None: it is open. `report_id`: the notice that said so, while it is kept."""

    subject: str
    episode: int
    label: str
    evidence: dict[str, JsonValue]
    raised_at: datetime
    cleared_at: datetime | None
    report_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Subject:
    subject: str


async def open_subjects(connection: Connection, *, alert_id: UUID) -> frozenset[str]:
    rows = await fetch_all(connection, _SQL["open_subjects"], {"alert_id": alert_id}, _Subject)
    return frozenset(row.subject for row in rows)


async def add_notice(
    connection: Connection, alert: Alert, *, report_id: UUID, content: str, at: datetime
) -> None:
    """The alert's notice, ready to be delivered."""
    params = {
        "id": report_id,
        "alert_id": alert.id,
        "at": at,
        "name": storable_text(alert.name),
        "owner_id": alert.owner_id,
        "permissions": list(alert.permissions),
        "content": content,
    }
    await execute(connection, _SQL["add_notice"], params)


async def open_all(
    connection: Connection, *, alert_id: UUID, raised: Iterable[Raised], report_id: UUID, at: datetime
) -> None:
    """One episode more of each. The alert must be held, and none of them open."""
    rows: list[JsonValue] = [
        {"subject": one.subject, "label": one.label, "evidence": one.evidence} for one in raised
    ]
    params = {"alert_id": alert_id, "raised": to_jsonb(rows), "at": at, "report_id": report_id}
    await execute(connection, _SQL["raise_episodes"], params)


async def clear(connection: Connection, *, alert_id: UUID, subjects: Iterable[str], at: datetime) -> None:
    """It holds for these no longer."""
    params = {"alert_id": alert_id, "subjects": list(subjects), "at": at}
    await execute(connection, _SQL["clear_episodes"], params)
    await execute(connection, _SQL["forget_episodes"], {"alert_id": alert_id, "kept": KEPT_CLEARED - 1})


async def clear_all(connection: Connection, *, alert_id: UUID, at: datetime) -> None:
    await execute(connection, _SQL["clear_episodes"], {"alert_id": alert_id, "subjects": None, "at": at})


async def listed(connection: Connection, *, alert_id: UUID, limit: int) -> tuple[Episode, ...]:
    """Those that are open first, then the newest."""
    params = {"alert_id": alert_id, "limit": limit}
    return await fetch_all(connection, _SQL["list_episodes"], params, Episode)
