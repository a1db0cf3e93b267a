"""From a change of a report schedule to the proposal that a person sees; and what takes one back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from leadhand.context import Permission
from leadhand.errors import StalePlan, WriteRefused
from planning.date_phrases import instant_text
from planning.zones import iso, to_minute
from storage.plan_writes import KeptWrite
from storage.schedule_changes import TABLE, ScheduleChange, ScheduleState
from tools.base import Evidence, ToolContext
from tools.change_views import ConflictsView
from tools.proposing import expiry
from tools.report_schedule_views import state_words
from tools.writing import ExactChange, ProposedWrite, RowDifference, RowState

# Nothing is read of the plan, and nothing of it changes.
_NO_PLAN, _NO_EFFECT = 0, ""
_NO_CONFLICTS = ConflictsView(total=0, by_type=[], rows=[])


@dataclass(frozen=True, slots=True)
class WantedSchedules:
    """`summary` tells it as done: it holds for the proposal and for the write."""

    summary: str
    changes: Sequence[ScheduleChange]
    assumptions: Sequence[str] = ()
    undoes: UUID | None = field(default=None)


def proposed_schedules(wanted: WantedSchedules, context: ToolContext) -> ProposedWrite:
    """The exact difference.

    Raises:
        WriteRefused: nothing would change.
    """
    tenant = context.tenant
    changes = [change for change in wanted.changes if change.before != change.after]
    if not changes:
        raise WriteRefused(
            "That is how the report is scheduled already; there is nothing to change.",
            details={"reason": "nothing_to_change"},
        )
    now, zone = to_minute(tenant.as_of), ZoneInfo(tenant.timezone)
    first = min((to_minute(c.after.next_at) for c in changes if c.after and c.after.active), default=None)
    return ProposedWrite(
        data_version=_NO_PLAN,
        as_of=iso(now, zone),
        timezone=tenant.timezone,
        assumptions=[*wanted.assumptions],
        evidence=[Evidence(table=TABLE, ids=[str(c.schedule_id) for c in changes if c.before is not None])],
        summary=wanted.summary,
        total_rows=len(changes),
        rows=[_difference(change, tenant.timezone) for change in changes],
        total_newly_late=0,
        newly_late=[],
        total_no_longer_late=0,
        no_longer_late=[],
        new_conflicts=_NO_CONFLICTS,
        solved_conflicts=_NO_CONFLICTS,
        expires_at=iso(expiry((), now, first), zone),
        undoes=wanted.undoes,
        effect=_NO_EFFECT,
        changes=[ExactChange.of(change) for change in changes],
    )


def _difference(change: ScheduleChange, timezone: str) -> RowDifference:
    named = change.after or change.before
    return RowDifference(
        table=TABLE,
        id=str(change.schedule_id),
        what=f"scheduled report “{named.name}”" if named else "scheduled report",
        before=None if change.before is None else _state(change.before, timezone),
        after=None if change.after is None else _state(change.after, timezone),
    )


def _state(state: ScheduleState, timezone: str) -> RowState:
    zone = ZoneInfo(state.timezone or timezone)
    return RowState(
        text=state_words(state, timezone),
        start=iso(to_minute(state.next_at), zone) if state.active else None,
        status="active" if state.active else "paused",
    )


async def taken_back(write: KeptWrite, context: ToolContext) -> ProposedWrite:
    """What puts the schedules of an earlier write back as they were.

    Raises:
        PermissionDenied: the caller may not schedule reports.
        StalePlan: somebody has changed one since.
    """
    tenant = context.tenant
    tenant.require(Permission.REPORTS_WRITE)
    there = {one.id: ScheduleState.of(one) for one in await context.report_schedules.kept(tenant)}
    if any(there.get(change.schedule_id) != change.after for change in write.schedules):
        raise StalePlan(
            "It cannot be taken back as it was: the report schedule has been changed since.",
            details={"write_id": str(write.id)},
        )
    when = instant_text(to_minute(write.applied_at), ZoneInfo(tenant.timezone))
    wanted = WantedSchedules(
        summary=f"Taken back: {write.summary}",
        changes=[
            ScheduleChange(change.schedule_id, change.after, _due_again(change.before, context))
            for change in write.schedules
        ],
        assumptions=[
            f"The change was made {when}, asked for by {write.requested_by} and approved by "
            f"{write.approved_by}; the report schedule goes back to what it was."
        ],
        undoes=write.id,
    )
    return proposed_schedules(wanted, context)


def _due_again(state: ScheduleState | None, context: ToolContext) -> ScheduleState | None:
    """As it was, but due next from now on: what it missed meanwhile is not made up for."""
    if state is None:
        return None
    [following] = context.report_schedules.due_from(state, context.tenant, after=context.tenant.as_of, most=1)
    return replace(state, next_at=following)
