"""Reports that are to be made, are made, or were passed over; each local period of a schedule has one row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from leadhand.errors import JsonValue
from storage.json_values import storable_text, to_jsonb
from storage.named_queries import named_queries
from storage.report_schedules import OfShop
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

_SQL = named_queries("reports")
ReportStatus: TypeAlias = Literal["queued", "making", "ready", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class NewReport:
    """`schedule_id` and `period`: both or neither. `request_key`: the same again is the same report."""

    id: UUID
    schedule_id: UUID | None
    period: str | None
    due_at: datetime
    name: str
    options: dict[str, JsonValue]
    owner_id: str
    permissions: tuple[str, ...]
    status: ReportStatus = "queued"
    request_key: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A report that one attempt is about to make."""

    id: UUID
    schedule_id: UUID | None
    period: str | None
    due_at: datetime
    name: str
    options: dict[str, JsonValue]
    owner_id: str
    permissions: list[str]
    attempt: int


@dataclass(frozen=True, slots=True)
class ListedReport:
    """`period`: the local time that it is for. `code`: of the last fault, also while it is tried again."""

    id: UUID
    schedule_id: UUID | None
    period: str | None
    due_at: datetime
    name: str
    owner_id: str
    status: ReportStatus
    attempt: int
    code: str | None
    created_at: datetime
    made_at: datetime | None


async def add(connection: Connection, new: NewReport) -> bool:
    """Whether it is new: False when the period, or the request, has its report already."""
    params = {
        "id": new.id,
        "schedule_id": new.schedule_id,
        "period": new.period,
        "due_at": new.due_at,
        "name": storable_text(new.name),
        "options": to_jsonb(new.options),
        "owner_id": new.owner_id,
        "permissions": list(new.permissions),
        "request_key": new.request_key,
        "status": new.status,
    }
    return await execute(connection, _SQL["add_report"], params) == 1


async def of_request(connection: Connection, *, owner_id: str, request_key: str) -> UUID | None:
    params = {"owner_id": owner_id, "request_key": request_key}
    return await fetch_value(connection, _SQL["find_request"], params, UUID)


async def count_asked(connection: Connection) -> int:
    """Those of the shop without a schedule that are not over; who asks next waits for this transaction."""
    await execute(connection, _SQL["lock_asked"], {})
    return await fetch_value(connection, _SQL["count_asked"], {}, int) or 0


async def claim(connection: Connection, *, report_id: UUID) -> Claimed | None:
    """The report, for one attempt more; None when it is made, failed or passed over."""
    return await fetch_one(connection, _SQL["claim_report"], {"id": report_id}, Claimed)


async def content_before(connection: Connection, report: Claimed) -> str | None:
    """What the last report of the same schedule said."""
    params = {"schedule_id": report.schedule_id, "id": report.id}
    return await fetch_value(connection, _SQL["report_before"], params, str)


async def keep(connection: Connection, report: Claimed, *, content: str) -> bool:
    """Whether this attempt's is the report; False: another attempt holds it, or has made it."""
    params = {"id": report.id, "attempt": report.attempt, "content": content}
    return await execute(connection, _SQL["keep_report"], params) == 1


async def note_fault(connection: Connection, report: Claimed, *, code: str, final: bool) -> bool:
    """Whether the attempt still holds it. `final`: there is no other attempt."""
    params = {"id": report.id, "attempt": report.attempt, "code": code, "final": final}
    return await execute(connection, _SQL["note_report_fault"], params) == 1


async def listed(
    connection: Connection, *, limit: int, before: UUID | None = None, schedule_id: UUID | None = None
) -> tuple[ListedReport, ...]:
    """Newest first."""
    params = {"limit": limit, "before": before, "schedule_id": schedule_id}
    return await fetch_all(connection, _SQL["list_reports"], params, ListedReport)


async def get(connection: Connection, *, report_id: UUID) -> ListedReport | None:
    return await fetch_one(connection, _SQL["get_report"], {"id": report_id}, ListedReport)


async def content(connection: Connection, *, report_id: UUID) -> str | None:
    """What it says; None while it is not made."""
    return await fetch_value(connection, _SQL["content"], {"id": report_id}, str)


async def stranded(connection: Connection, *, since: datetime, at_most: int) -> tuple[OfShop, ...]:
    """Of all shops, those that nobody has touched since then."""
    params = {"since": since, "at_most": at_most}
    return await fetch_all(connection, _SQL["stranded_reports"], params, OfShop)


async def touch(connection: Connection, *, report_id: UUID) -> None:
    await execute(connection, _SQL["touch_report"], {"id": report_id})
