"""Writes to a shop's plan: each is applied once, in one transaction, if the plan is still as it was shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadhand.errors import JsonValue
from planning.plan_writes import RowChange
from planning.shop import Minute


@dataclass(frozen=True, slots=True)
class PlanWrite:
    """An approved write: who asked for what in which call, and exactly which rows it changes.

    The ledger knows it by (shop, `thread_id`, `call_id`). `proposal_hash` tells it from another write of the
    same call. `as_of`, `base_data_version` and `effect` (`WriteEffect.digest`) are those of the proposal;
    `expires_at` is when it must have been approved. `undoes`: the write that it takes back.
    """

    thread_id: UUID
    run_id: UUID
    call_id: str
    tool: str
    input: JsonValue
    summary: str
    changes: tuple[RowChange, ...]
    as_of: Minute
    base_data_version: int
    effect: str
    expires_at: datetime
    proposal_hash: str
    approved_by: str
    undoes: UUID | None = None


@dataclass(frozen=True, slots=True)
class KeptWrite:
    """A write of the ledger. `data_version`: of the plan right after it; `undone_by`: what took it back."""

    id: UUID
    tool: str
    summary: str
    changes: tuple[RowChange, ...]
    requested_by: str
    approved_by: str
    applied_at: datetime
    data_version: int
    undoes: UUID | None
    undone_by: UUID | None


@dataclass(frozen=True, slots=True)
class RefusedWrite:
    """A write that was not made, and the code that says why."""

    tool: str
    call_id: str
    input: JsonValue
    code: str
