"""What is known of a proposed plan, from the moment it was asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from planning.replanning import (
    ReplanExtent,
    ReplanProgress,
    ReplanScore,
    ReplanStatus,
    StoppedBy,
)
from planning.shop import Booking, Minute

ProposalStatus: TypeAlias = Literal["queued", "running", "proposed", "no_improvement", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class ReplanAsked:
    """What a person wants re-planned: these orders (None: all open ones), so many steps; `said` in words."""

    order_ids: tuple[str, ...] | None
    steps: int
    said: str


@dataclass(frozen=True, slots=True)
class ProposedMove:
    """A booking before and after."""

    order_id: str
    before: Booking
    after: Booking


@dataclass(frozen=True, slots=True)
class ReplanResult:
    """What a re-plan found; `bound_min` in weighted late minutes, order ids by code.

    `mending`: the best plan found that mends what the plan breaks, where that is later and so not proposed.
    """

    status: ReplanStatus
    score_before: ReplanScore
    score_after: ReplanScore
    bound_min: int | None
    gap_pct: float | None
    optimal: bool
    reproducible: bool
    solver_version: str | None
    stopped_by: StoppedBy | None
    steps_done: int
    newly_late: tuple[str, ...]
    no_longer_late: tuple[str, ...]
    extent: ReplanExtent
    mending: ReplanScore | None = None


@dataclass(frozen=True, slots=True)
class ProposalState:
    """A proposal as it stands. `result` once it is proposed or nothing better was found; `moves`: the first.

    `base_data_version`: of the plan that it is computed from; `stale` when that plan has changed since.
    `as_of`: the instant as of which it is planned. `applied_at`: when the plan was changed to it.
    """

    id: UUID
    asked: ReplanAsked
    status: ProposalStatus
    as_of: Minute
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None
    cancel_requested: bool
    attempt: int
    progress: ReplanProgress | None
    base_data_version: int | None
    stale: bool
    error_code: str | None
    result: ReplanResult | None
    total_moves: int
    moves: tuple[ProposedMove, ...]
    applied_at: datetime | None = None
