"""A floor that is open in overtime: the machines of a new order, and the people who could come for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planning.capacity_options import Part
from planning.capacity_overtime import Overtime, SlotUse, offer, uses
from planning.floor import Floor
from planning.insertion import Insertion, Operators
from planning.intervals import normalize
from planning.new_order import Plan, Rules
from planning.shop import CalendarException, ExceptionKind, Interval


@dataclass(frozen=True, slots=True)
class OvertimeFloor:
    """`floor` with the overtime that `offered` opens."""

    floor: Floor
    offered: Overtime

    def used_by(self, insertion: Insertion) -> tuple[SlotUse, ...]:
        """The slots in which the insertion works."""
        return uses(self.offered, tuple(_parts(insertion)))


def with_slots(
    floor: Floor, plan: Plan, rules: Rules, slots: Sequence[Interval], window: Interval
) -> OvertimeFloor:
    """`slots` worked on the order's machines; none: the shop's standard ones. The floor ends with `window`.

    Where operators are required, whoever is qualified, not absent and not booked comes in.
    """
    offered = offer(floor.times, slots, window, plan.machine_ids)
    if not any(offered.opened.values()):
        return OvertimeFloor(floor, offered)
    extra = [
        CalendarException(
            f"overtime-{m}-{start}", ExceptionKind.OVERTIME, "overtime", machine_id=m, interval=(start, end)
        )
        for m, opened in offered.opened.items()
        for start, end in opened
    ]
    if rules.operators is Operators.REQUIRED:
        extra += _people(floor, plan, offered.slots)
    return OvertimeFloor(floor.under(extra, max(window[1], floor.window[0] + 1)), offered)


def _people(floor: Floor, plan: Plan, slots: Iterable[Interval]) -> list[CalendarException]:
    shop = floor.shop
    centers = {shop.machines[machine_id].work_center_id for machine_id in plan.machine_ids}
    skills = {shop.work_centers[center].skill_id for center in centers}
    coming = {(slot, key) for slot in slots for key in floor.could_come(skills, slot)}
    return [
        CalendarException(
            f"overtime-{key}-{slot[0]}", ExceptionKind.OVERTIME, "overtime", operator_id=key, interval=slot
        )
        for slot, key in sorted(coming)
    ]


def _parts(insertion: Insertion) -> Iterable[Part]:
    for step in insertion.steps:
        if step.machine_id is not None:
            work = normalize((s.start, s.end) for s in step.segments)
            yield Part(step.machine_id, step.machine_id, 0, step.start, step.end, work)
