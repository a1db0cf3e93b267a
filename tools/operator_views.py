"""How people's availability reads: shifts, absences, work, free time and skills in local time and hours."""

from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from planning.calendars import ClosedReason, ClosedTime
from planning.intervals import clip, overlap, total
from planning.operator_availability import (
    Attended,
    HeldSkill,
    OperatorAvailability,
    OperatorStatus,
    Presence,
)
from planning.rounding import hours
from planning.shop import Absence, Interval, Intervals, Shop
from tools.machine_views import FreeSlotRow, MachineViews, OrderRef, Reason
from tools.views import FiguresView, Named, View, figures_view, named

# Working stretches parted by no more than this are one shift with a break.
LONGEST_BREAK_MIN = 120
CLOSURES = frozenset({ClosedReason.HOLIDAY, ClosedReason.CLOSED})
# How far a skill is held in the window.
Held = Literal["yes", "partly", "no"]


class ShiftRow(View):
    """A whole shift, breaks included in start and end; `hours` is the working time."""

    start: str
    end: str
    hours: float


class AbsenceRow(View):
    id: str
    kind: str = Field(description="As the plan has it.")
    start: str
    end: str | None = Field(description="null: until further notice.")


class AbsentRow(AbsenceRow):
    operator: Named


class WorkRow(OrderRef):
    """One person's stretch of work on a booking, also beyond the window."""

    machine: Named
    start: str
    end: str
    hours: float = Field(description="From start to end.")


class SkillRow(View):
    skill: Named
    valid: bool = Field(description="At the time `at`.")
    in_window: Held = Field(description="Whether it is held throughout the window.")
    valid_from: str | None = Field(description="null: since ever.")
    valid_to: str | None = Field(description="Exclusive end; null: for good.")
    expires_in_window: bool


class ExpiringRow(View):
    operator: Named
    skill: Named
    valid_to: str


class OperatorRow(View):
    operator: Named
    presence: Presence = Field(
        description="At the time `at`, by the plan. off_shift: no shift then, a break or a closure."
    )
    doing: list[WorkRow] = Field(description="The work at that time, whatever the presence says.")
    doing_text: str | None = Field(description="The first of it: order and machine.")
    status: OperatorStatus = Field(description="In the window; booked: not one more job fits.")
    qualified: Held | None = Field(
        description="Whether the skill asked for is held in the window; null: none was asked for."
    )
    next_available: str | None = Field(description="From now on, when min_free_minutes of work fit.")
    next_available_reason: Literal["beyond_horizon"] | None = Field(description="Why next_available is null.")
    next_slot_end: str | None = Field(description="When that slot closes; null: nothing is booked after it.")
    next_slot_h: float | None = Field(description="Working hours in that slot.")
    free_from: str | None = Field(description="Start of the first of the free slots.")
    free_slots_total: int
    free_slots: list[FreeSlotRow] = Field(
        description="When one more job fits in the window (of a window that has begun: still to come)."
    )
    reasons: list[Reason] = Field(description="Why an unavailable person has no time.")
    absences_total: int
    absences: list[AbsenceRow] = Field(description="Those that touch the window.")
    closures: list[Reason] = Field(description="Holidays and closures that take shift time in the window.")
    shift_from: str | None = Field(description="Of the first of the shifts.")
    shift_to: str | None
    shifts_total: int
    shifts: list[ShiftRow] = Field(description="Planned shifts that touch the window, before absences.")
    skills: list[SkillRow]
    max_parallel: int = Field(description="How many jobs the person may attend at once.")
    figures: FiguresView
    work_total: int
    work_continues: str | None = Field(description="Ask again with this as `from` for the work left out.")
    work: list[WorkRow] = Field(description="In the window, by start.")


class OperatorViews:
    """Turns minutes and ids of one shop's people into what a person reads; `rows` of each inner list."""

    def __init__(
        self, shop: Shop, zone: ZoneInfo, window: Interval, rows: int, skill_ids: frozenset[str]
    ) -> None:
        self.shop = shop
        self.window = window
        self.rows = rows
        self.skill_ids = skill_ids
        self.plan = MachineViews(shop, zone, rows)

    def operator(self, found: OperatorAvailability) -> OperatorRow:
        operator, slot = self.shop.operators[found.operator_id], found.next_slot
        shifts, left_out = shifts_of(found.shift, self.window), found.work[self.rows :]
        return OperatorRow(
            operator=named(operator),
            presence=found.presence,
            doing=[self.work(w) for w in found.now[: self.rows]],
            doing_text=self.doing(found.now[0]) if found.now else None,
            status=found.status,
            qualified=qualified(found, self.skill_ids) if self.skill_ids else None,
            next_available=self.plan.at(slot.start) if slot else None,
            next_available_reason=None if slot else "beyond_horizon",
            next_slot_end=self.plan.at(slot.end) if slot and slot.end is not None else None,
            next_slot_h=hours(slot.minutes) if slot and slot.minutes is not None else None,
            free_from=self.plan.at(found.free_slots[0].start) if found.free_slots else None,
            free_slots_total=len(found.free_slots),
            free_slots=[self.plan.slot(free) for free in found.free_slots[: self.rows]],
            reasons=self.reasons(found),
            absences_total=len(found.absences),
            absences=[self.absence(a) for a in found.absences[: self.rows]],
            closures=[self.plan.closed(c) for c in self.closures(found.closed)],
            shift_from=self.plan.at(shifts[0][0]) if shifts else None,
            shift_to=self.plan.at(shifts[0][1]) if shifts else None,
            shifts_total=len(shifts),
            shifts=[self.shift(found, span) for span in shifts[: self.rows]],
            skills=[self.skill(held) for held in found.skills],
            max_parallel=operator.max_parallel,
            figures=figures_view(found.figures),
            work_total=len(found.work),
            work_continues=self.plan.at(left_out[0].segment.start) if left_out else None,
            work=[self.work(w) for w in found.work[: self.rows]],
        )

    def work(self, work: Attended) -> WorkRow:
        span = work.segment.start, work.segment.end
        return WorkRow(
            **self.plan.order(work.booking).model_dump(),
            machine=named(self.shop.machines[work.booking.machine_id]),
            start=self.plan.at(span[0]),
            end=self.plan.at(span[1]),
            hours=hours(total([span])),
        )

    def doing(self, work: Attended) -> str:
        machine = self.shop.machines[work.booking.machine_id]
        order = self.plan.order(work.booking).order or "held capacity"
        return f"{order}, {machine.name or machine.code}"

    def absence(self, absence: Absence) -> AbsenceRow:
        return AbsenceRow(
            id=absence.id,
            kind=absence.kind,
            start=self.plan.at(absence.start),
            end=None if absence.end is None else self.plan.at(absence.end),
        )

    def absent(self, absence: Absence) -> AbsentRow:
        return AbsentRow(
            **self.absence(absence).model_dump(), operator=named(self.shop.operators[absence.operator_id])
        )

    def expiring(self, operator_id: str, held: HeldSkill) -> ExpiringRow:
        return ExpiringRow(
            operator=named(self.shop.operators[operator_id]),
            skill=self.skill_name(held.skill.skill_id),
            valid_to=self.plan.at(held.skill.valid_to or 0),
        )

    def skill(self, held: HeldSkill) -> SkillRow:
        start, end = held.skill.valid_from, held.skill.valid_to
        return SkillRow(
            skill=self.skill_name(held.skill.skill_id),
            valid=held.valid,
            in_window=_how_far([held]),
            valid_from=None if start is None else self.plan.at(start),
            valid_to=None if end is None else self.plan.at(end),
            expires_in_window=held.expires,
        )

    def skill_name(self, skill_id: str) -> Named:
        skill = self.shop.skills[skill_id]
        return Named(id=skill.id, code=skill.code, name=skill.name or skill.code)

    def shift(self, found: OperatorAvailability, span: Interval) -> ShiftRow:
        worked = total(clip(found.shift, span))
        return ShiftRow(start=self.plan.at(span[0]), end=self.plan.at(span[1]), hours=hours(worked))

    def closures(self, closed: Sequence[ClosedTime]) -> list[ClosedTime]:
        return [c for c in closed if c.reason in CLOSURES][: self.rows]

    def reasons(self, found: OperatorAvailability) -> list[Reason]:
        known = [self.plan.closed(c) for c in found.closed if c.reason in found.reasons]
        bare = [r for r in found.reasons if r not in {k.reason for k in known}]
        return [*known[: self.rows], *(Reason(reason=r, name="no shift is planned") for r in bare)]


def qualified(found: OperatorAvailability, skill_ids: frozenset[str]) -> Held:
    """Whether the person holds all the skills in the window: the least of them counts."""
    each = [_how_far([held for held in found.skills if held.skill.skill_id == key]) for key in skill_ids]
    return "no" if "no" in each else "partly" if "partly" in each else "yes"


def shifts_of(shift: Intervals, window: Interval) -> list[Interval]:
    """Working stretches joined over their breaks; whole shifts that touch the window."""
    joined: list[Interval] = []
    for start, end in shift:
        if joined and start - joined[-1][1] <= LONGEST_BREAK_MIN:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return [span for span in joined if overlap(span, window)]


def _how_far(held: Sequence[HeldSkill]) -> Held:
    if any(h.valid_throughout for h in held):
        return "yes"
    return "partly" if any(h.valid_within for h in held) else "no"
