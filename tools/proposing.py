"""From the rows that a write would change to the proposal that a person sees, and to what was made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from leadhand.context import TenantContext
from leadhand.errors import WriteRefused
from planning.conflict_items import ConflictType
from planning.date_phrases import instant_text
from planning.plan_writes import RowChange, WriteEffect, effect_of
from planning.shop import Booking, Minute, Shop
from planning.zones import iso, to_minute
from storage.plan_write_json import parted
from storage.plan_writes import KeptWrite, PlanWrite
from tools.base import Evidence
from tools.calendar_views import CalendarEffectView
from tools.change_views import EffectViews
from tools.views import count_of, evidence, listed
from tools.write_views import WriteViews, starts_of
from tools.writing import MAX_CHANGES, AppliedWrite, ApprovedWrite, ExactChange, ProposedWrite, proposal_hash

# How long a proposal waits for its approval: less where work begins sooner, though never so little.
VALID_MIN = 60
LEAST_VALID_MIN = 15


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a tool wants to change. `summary` tells it as done: it holds for the proposal and for the write.

    `valid_until`: by when it must be approved, if that is sooner than usual. `calendar`: for entries in
    calendars.
    """

    summary: str
    changes: Sequence[RowChange]
    assumptions: Sequence[str] = ()
    warnings: Sequence[str] = ()
    undoes: UUID | None = None
    applies: UUID | None = None
    valid_until: Minute | None = None
    calendar: CalendarEffectView | None = None


def proposed(shop: Shop, wanted: Wanted, tenant: TenantContext) -> ProposedWrite:
    """The exact difference that the changes make to `shop`, which must be loaded to its horizon.

    Raises:
        WriteRefused: nothing would change, or more than a person can look at; work would be planned in the
            past, or two jobs on a machine at once. All other broken rules are told as new conflicts.
    """
    changes = tuple(change for change in wanted.changes if change.before != change.after)
    now = to_minute(tenant.as_of)
    _check_count(changes)
    _check_ahead(shop, changes, now)
    effect = effect_of(shop, changes, now)
    _check_machines(shop, effect)
    zone = ZoneInfo(shop.settings.timezone)
    known = _all_rows(shop, effect)
    views, rows = EffectViews(known, zone), WriteViews(known, zone)
    return ProposedWrite(
        data_version=shop.settings.data_version,
        as_of=iso(now, zone),
        timezone=shop.settings.timezone,
        assumptions=[*wanted.assumptions],
        warnings=[*wanted.warnings, *_warnings(effect)],
        evidence=_evidence(shop, effect),
        summary=wanted.summary,
        total_rows=len(changes),
        rows=rows.differences(changes),
        total_newly_late=len(effect.newly_late),
        newly_late=views.orders(effect.newly_late),
        total_no_longer_late=len(effect.no_longer_late),
        no_longer_late=views.orders(effect.no_longer_late),
        new_conflicts=views.conflicts(effect.new_conflicts),
        solved_conflicts=views.conflicts(effect.solved_conflicts),
        calendar=wanted.calendar,
        expires_at=iso(expiry(changes, now, wanted.valid_until), zone),
        undoes=wanted.undoes,
        applies=wanted.applies,
        effect=effect.digest,
        changes=[ExactChange.of(change) for change in changes],
    )


def _check_count(changes: Sequence[RowChange]) -> None:
    if not changes:
        raise WriteRefused(
            "That is how the plan already stands; there is nothing to change.",
            details={"reason": "nothing_to_change"},
        )
    if len(changes) > MAX_CHANGES:
        raise WriteRefused(
            f"That would change {len(changes)} rows of the plan; at most {MAX_CHANGES} can change at once.",
            details={"reason": "too_many_changes", "changes": len(changes), "max_changes": MAX_CHANGES},
        )


def _check_ahead(shop: Shop, changes: Sequence[RowChange], now: Minute) -> None:
    for change in changes:
        old, new = change.before, change.after
        if not isinstance(new, Booking) or new.envelope_start >= now:
            continue
        if not isinstance(old, Booking) or _place(old) != _place(new):
            start = instant_text(new.envelope_start, ZoneInfo(shop.settings.timezone))
            raise WriteRefused(
                f"Work would start {start}, which is in the past.", details={"reason": "in_the_past"}
            )


def _place(booking: Booking) -> tuple[str, Minute, Minute]:
    return booking.machine_id, booking.envelope_start, booking.envelope_end


def _check_machines(shop: Shop, effect: WriteEffect) -> None:
    """Two jobs at once are never made by a write: what stands there must be moved first."""
    clashes = [c for c in effect.new_conflicts if c.type is ConflictType.MACHINE_DOUBLE_BOOKED]
    if not clashes:
        return
    rows = {b.id: b for b in effect.after.bookings}
    views = WriteViews(effect.after, ZoneInfo(shop.settings.timezone))
    pair = [views.booking(rows[key]) for key in clashes[0].booking_ids if key in rows]
    machine = shop.machines[clashes[0].machine_id or ""]
    raise WriteRefused(
        f"{machine.name or machine.code} would have two jobs at once: {listed(pair)}.",
        details={"reason": "machine_busy", "machine": machine.code},
    )


def expiry(changes: Sequence[RowChange], now: Minute, sooner: Minute | None) -> Minute:
    """By when it must be approved."""
    ends = [now + VALID_MIN, *(start for start in starts_of(changes) if start >= now)]
    if sooner is not None:
        ends.append(sooner)
    return max(min(ends), now + LEAST_VALID_MIN)


def _all_rows(shop: Shop, effect: WriteEffect) -> Shop:
    """The plan after, with what is taken away, so that it can still be named."""
    return replace(effect.after, holds={**shop.holds, **effect.after.holds})


def _warnings(effect: WriteEffect) -> list[str]:
    total = len(effect.new_conflicts)
    return [f"It brings {count_of(total, 'new conflict')} into the plan."] if total else []


def _evidence(shop: Shop, effect: WriteEffect) -> list[Evidence]:
    rows = [row for c in effect.changes for row in (c.before, c.after) if isinstance(row, Booking)]
    operations = (shop.operations.get(row.operation_id or "") for row in rows)
    orders = {operation.order_id for operation in operations if operation is not None}
    return evidence(
        machine=(row.machine_id for row in rows),
        production_order=(*orders, *(o.order_id for o in effect.orders)),
        **{
            table: [c.row_id for c in effect.changes if c.table.value == table and c.before is not None]
            for table in sorted({c.table.value for c in effect.changes} - {"production_order"})
        },
    )


def plan_write(write: ApprovedWrite) -> PlanWrite:
    """The approved proposal as the database takes it."""
    proposal = write.proposal
    changes, schedules = parted([change.change() for change in proposal.changes])
    return PlanWrite(
        thread_id=write.thread_id,
        run_id=write.run_id,
        call_id=write.call_id,
        tool=write.tool,
        input=write.input,
        summary=proposal.summary,
        changes=changes,
        as_of=to_minute(datetime.fromisoformat(proposal.as_of)),
        base_data_version=proposal.data_version,
        effect=proposal.effect,
        expires_at=datetime.fromisoformat(proposal.expires_at),
        proposal_hash=proposal_hash(write.tool, write.input, proposal),
        approved_by=write.approved_by,
        undoes=proposal.undoes,
        applies=proposal.applies,
        schedules=schedules,
    )


def applied(proposal: ProposedWrite, kept: KeptWrite) -> AppliedWrite:
    """What was proposed, as it was made."""
    zone = ZoneInfo(proposal.timezone)
    same = proposal.model_dump(
        exclude={"data_version", "expires_at", "undoes", "applies", "effect", "changes"}
    )
    return AppliedWrite.model_validate(
        {
            **same,
            "data_version": kept.data_version,
            "write_id": kept.id,
            "applied_at": kept.applied_at.astimezone(zone).isoformat(timespec="seconds"),
            "approved_by": kept.approved_by,
            "undo": "Ask to undo that: undo_change proposes to put these rows back as they were.",
        }
    )
