"""Proposed plans of a shop: one row each, computed by one attempt at a time, with the bookings it changes.

Rows belong to the shop, not to the person who asked: colleagues may look at a proposal, and later approve it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from leadhand.context import Permission
from leadhand.errors import JsonValue
from storage.json_values import storable_text, to_jsonb
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

# A shop keeps so many proposals that are over, and none longer than this. One of a large shop is 20 MB.
KEEP = 20
KEEP_DAYS = 30
# A proposal is about a plan that goes on without it: it can be taken up for a day.
VALID_H = 24

_SQL = named_queries("proposals")

ProposalStatus: TypeAlias = Literal["queued", "running", "proposed", "no_improvement", "cancelled", "failed"]
Json: TypeAlias = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A proposal. `bound_min` is in weighted late minutes; `data_version_now` is that of the shop's plan.

    `applied_at`: when the plan was changed to it, unless that was taken back.
    """

    tenant_id: str
    id: UUID
    requested_by: str
    permissions: list[str]
    as_of: datetime
    request: dict[str, JsonValue]
    status: ProposalStatus
    cancel_requested: bool
    attempt: int
    progress: dict[str, JsonValue] | None
    base_data_version: int | None
    solver_version: str | None
    score_before: dict[str, JsonValue] | None
    score_after: dict[str, JsonValue] | None
    bound_min: int | None
    gap_pct: float | None
    optimal: bool | None
    reproducible: bool | None
    outcome: dict[str, JsonValue] | None
    error_code: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None
    data_version_now: int
    applied_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.status in {"queued", "running"}

    @property
    def stale(self) -> bool:
        """Whether the plan has changed since the proposal was computed from it."""
        return self.base_data_version is not None and self.base_data_version != self.data_version_now


@dataclass(frozen=True, slots=True)
class PlanChange:
    """One booking before and after, as JSON of its columns, instants as UTC minutes."""

    seq: int
    order_id: str
    operation_id: str
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that now holds the proposal; the first is number 1."""

    attempt: int
    cancel_requested: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a re-plan ended with. Without an improvement scores may still be known."""

    status: Literal["proposed", "no_improvement", "cancelled", "failed"]
    error_code: str | None = None
    base_data_version: int | None = None
    progress: Json | None = None
    solver_version: str | None = None
    score_before: Json | None = None
    score_after: Json | None = None
    bound_min: int | None = None
    gap_pct: float | None = None
    optimal: bool | None = None
    reproducible: bool | None = None
    outcome: Json | None = None
    changes: Sequence[PlanChange] = ()


async def lock_queue(connection: Connection) -> None:
    """Until the transaction ends nobody else adds a proposal to this shop."""
    await execute(connection, _SQL["lock_queue"], {})


async def fail_lost(connection: Connection, *, task: str, error_code: str) -> int:
    """End the shop's proposals that no job of `task` works on any more; how many."""
    return await execute(connection, _SQL["fail_lost"], {"task": task, "error_code": error_code})


async def count_open(connection: Connection) -> int:
    return await fetch_value(connection, _SQL["count_open"], {}, int) or 0


async def find_open(connection: Connection, *, request: Json) -> PlanVersion | None:
    """The transaction's person's own proposal about the same, while it waits or is computed."""
    return await fetch_one(connection, _SQL["find_open"], {"request": to_jsonb(request)}, PlanVersion)


async def add(
    connection: Connection,
    *,
    proposal_id: UUID,
    permissions: Iterable[Permission],
    as_of: datetime,
    request: Json,
) -> None:
    """A queued proposal of the transaction's person; what has been kept long enough is forgotten."""
    await execute(connection, _SQL["prune"], {"keep": KEEP, "keep_days": KEEP_DAYS})
    params = {
        "id": proposal_id,
        "permissions": sorted(permission.value for permission in permissions),
        "as_of": as_of,
        "request": to_jsonb(request),
    }
    await execute(connection, _SQL["add"], params)


async def get(connection: Connection, *, proposal_id: UUID) -> PlanVersion | None:
    """None: there is none, or it is another shop's."""
    return await fetch_one(connection, _SQL["get"], {"id": proposal_id}, PlanVersion)


async def newest(connection: Connection) -> PlanVersion | None:
    return await fetch_one(connection, _SQL["newest"], {}, PlanVersion)


async def count_changes(connection: Connection, *, proposal_id: UUID) -> int:
    return await fetch_value(connection, _SQL["count_changes"], {"id": proposal_id}, int) or 0


async def changes(connection: Connection, *, proposal_id: UUID, most: int) -> tuple[PlanChange, ...]:
    """The first `most` changes, in their order."""
    return await fetch_all(connection, _SQL["changes"], {"id": proposal_id, "most": most}, PlanChange)


async def request_cancel(connection: Connection, *, proposal_id: UUID) -> bool:
    """Whether there was anything to stop: one that waits is over now, one that runs is told."""
    return await execute(connection, _SQL["request_cancel"], {"id": proposal_id}) == 1


async def claim(connection: Connection, *, proposal_id: UUID) -> Attempt | None:
    """Take the proposal over for a new attempt; None when it is over."""
    return await fetch_one(connection, _SQL["claim"], {"id": proposal_id}, Attempt)


async def report(
    connection: Connection,
    *,
    proposal_id: UUID,
    attempt: int,
    progress: Json | None = None,
    base_data_version: int | None = None,
) -> bool | None:
    """Store how far the attempt is; whether it shall stop. None: it no longer holds the proposal."""
    params = {
        "id": proposal_id,
        "attempt": attempt,
        "progress": _json(progress),
        "base_data_version": base_data_version,
    }
    return await fetch_value(connection, _SQL["report"], params, bool)


async def settle(connection: Connection, *, proposal_id: UUID, attempt: int, found: Found) -> bool:
    """End the proposal and store its changes.

    False, and nothing is stored, when this attempt no longer holds it, or somebody has cancelled it and
    `found` says otherwise.
    """
    params = {
        "id": proposal_id,
        "attempt": attempt,
        "status": found.status,
        "error_code": found.error_code,
        "base_data_version": found.base_data_version,
        "progress": _json(found.progress),
        "solver_version": found.solver_version,
        "score_before": _json(found.score_before),
        "score_after": _json(found.score_after),
        "bound_min": found.bound_min,
        "gap_pct": found.gap_pct,
        "optimal": found.optimal,
        "reproducible": found.reproducible,
        "outcome": _json(found.outcome),
        "keep_hours": VALID_H,
    }
    if await execute(connection, _SQL["settle"], params) == 0:
        return False
    rows: list[JsonValue] = [
        {
            "seq": change.seq,
            "order_id": storable_text(change.order_id),
            "operation_id": storable_text(change.operation_id),
            "before": change.before,
            "after": change.after,
        }
        for change in found.changes
    ]
    if rows:
        await execute(connection, _SQL["add_changes"], {"id": proposal_id, "changes": to_jsonb(rows)})
    return True


def _json(value: Json | None) -> object:
    return None if value is None else to_jsonb(value)
