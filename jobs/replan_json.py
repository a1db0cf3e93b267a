"""Re-plans as JSON of their rows, and back."""

from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

from pydantic import TypeAdapter

from jobs.replan_state import ProposalState, ProposedMove, ReplanAsked, ReplanResult
from leadhand.errors import JsonValue
from planning.replanning import ReplanProgress, ReplanProposal, ReplanScore
from planning.shop import Booking, Shop
from planning.zones import to_minute
from storage.proposals import Found, PlanChange, PlanVersion

Value = TypeVar("Value")

_ASKED = TypeAdapter(ReplanAsked)
_PROGRESS = TypeAdapter(ReplanProgress)
_SCORE = TypeAdapter(ReplanScore)
_RESULT = TypeAdapter(ReplanResult)
_BOOKING = TypeAdapter(Booking)


def asked_json(asked: ReplanAsked) -> dict[str, JsonValue]:
    return _dump(_ASKED, asked)


def asked_of(request: Mapping[str, JsonValue]) -> ReplanAsked:
    return _ASKED.validate_python(request)


def progress_json(progress: ReplanProgress) -> dict[str, JsonValue]:
    return _dump(_PROGRESS, progress)


def found_of(proposal: ReplanProposal, shop: Shop) -> Found:
    """How the row of a re-plan of `shop` ends."""
    improved = bool(proposal.moves)
    gap = proposal.gap_pct
    result = ReplanResult(
        status=proposal.status,
        score_before=proposal.score_before,
        score_after=proposal.score_after,
        bound_min=proposal.bound,
        gap_pct=None if gap is None else float(gap),
        optimal=proposal.proven_optimal,
        reproducible=proposal.reproducible,
        solver_version=proposal.solver_version,
        stopped_by=proposal.stopped_by,
        steps_done=proposal.steps_done,
        newly_late=proposal.newly_late,
        no_longer_late=proposal.no_longer_late,
        extent=proposal.extent,
        mending=proposal.mending,
    )
    return Found(
        status="proposed" if improved else "no_improvement",
        base_data_version=proposal.base_data_version,
        solver_version=result.solver_version,
        score_before=_dump(_SCORE, result.score_before),
        score_after=_dump(_SCORE, result.score_after),
        bound_min=result.bound_min,
        gap_pct=result.gap_pct,
        optimal=result.optimal,
        reproducible=result.reproducible,
        outcome=_dump(_RESULT, result),
        changes=_changes(proposal, shop),
    )


def state_of(row: PlanVersion, total: int, changes: Sequence[PlanChange]) -> ProposalState:
    """The proposal of a row with its first changes."""
    return ProposalState(
        id=row.id,
        asked=asked_of(row.request),
        status=row.status,
        as_of=to_minute(row.as_of),
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        expires_at=row.expires_at,
        cancel_requested=row.cancel_requested,
        attempt=row.attempt,
        progress=None if row.progress is None else _PROGRESS.validate_python(row.progress),
        base_data_version=row.base_data_version,
        stale=row.stale,
        error_code=row.error_code,
        result=None if row.outcome is None else _RESULT.validate_python(row.outcome),
        total_moves=total,
        moves=tuple(_move(change) for change in changes),
        applied_at=row.applied_at,
    )


def _changes(proposal: ReplanProposal, shop: Shop) -> list[PlanChange]:
    """By the start before, as a person reads a plan."""
    ordered = sorted(proposal.moves, key=lambda move: (move.before.envelope_start, move.before.id))
    rows: list[PlanChange] = []
    for seq, move in enumerate(ordered, start=1):
        operation_id = move.before.operation_id
        assert operation_id is not None, "held capacity never moves"  # noqa: S101
        rows.append(
            PlanChange(
                seq=seq,
                order_id=shop.operations[operation_id].order_id,
                operation_id=operation_id,
                before=_dump(_BOOKING, move.before),
                after=_dump(_BOOKING, move.after),
            )
        )
    return rows


def _move(change: PlanChange) -> ProposedMove:
    return ProposedMove(
        change.order_id,
        _BOOKING.validate_python(change.before),
        _BOOKING.validate_python(change.after),
    )


def _dump(adapter: TypeAdapter[Value], value: Value) -> dict[str, JsonValue]:
    return cast("dict[str, JsonValue]", adapter.dump_python(value, mode="json"))
