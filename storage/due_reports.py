"""Schedules of many shops that are due at once: held, moved on, reports queued, each as its own shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadhand.errors import JsonValue
from storage.json_values import to_jsonb
from storage.named_queries import named_queries
from storage.report_schedules import OfShop
from storage.rows import fetch_all
from storage.transactions import Connection

_SQL = named_queries("due_reports")


@dataclass(frozen=True, slots=True)
class DueSchedule:
    """A schedule that is held. `timezone`: the one that counts. `recipients`: how many it has."""

    tenant_id: str
    id: UUID
    due: str
    timezone: str
    next_at: datetime
    recipients: int


@dataclass(frozen=True, slots=True)
class NewPeriod:
    """A report that is to be, of the local time `period`."""

    id: UUID
    period: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Beginning:
    """What becomes of a held schedule. `report` None: none is made. `deliveries`: an id a recipient."""

    schedule: OfShop
    next_at: datetime
    report: NewPeriod | None = None
    deliveries: tuple[UUID, ...] = ()
    skipped: tuple[NewPeriod, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """`queued`: it had no report of the period yet. `refusal`: the SQLSTATE for which nothing was done."""

    tenant_id: str
    schedule_id: UUID
    queued: bool
    refusal: str | None


async def hold(connection: Connection, found: Sequence[OfShop], *, now: datetime) -> tuple[DueSchedule, ...]:
    """Those that are due and that nobody else looks after, in the same order; held by the transaction."""
    params = {
        "shops": [one.tenant_id for one in found],
        "schedules": [one.row_id for one in found],
        "now": now,
    }
    return await fetch_all(connection, _SQL["hold"], params, DueSchedule)


async def begin(
    connection: Connection, beginnings: Sequence[Beginning], *, task: str, line: str, priority: int
) -> tuple[Begun, ...]:
    """Each schedule wholly or not at all; jobs of `task` stand in `line`, in the order given."""
    params = {
        "begun": to_jsonb([_json(one) for one in beginnings]),
        "task": task,
        "line": line,
        "priority": priority,
    }
    return await fetch_all(connection, _SQL["begin"], params, Begun)


def _json(one: Beginning) -> dict[str, JsonValue]:
    return {
        "tenant_id": one.schedule.tenant_id,
        "schedule_id": str(one.schedule.row_id),
        "next_at": one.next_at.isoformat(),
        "report": [] if one.report is None else [_period(one.report)],
        "deliveries": [str(key) for key in one.deliveries],
        "skipped": [_period(period) for period in one.skipped],
    }


def _period(new: NewPeriod) -> JsonValue:
    return {"id": str(new.id), "period": new.period, "due_at": new.due_at.isoformat()}
