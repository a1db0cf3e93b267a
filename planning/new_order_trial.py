"""A new order tried out in the plan (planning-domain section 5, tool 6, and 6.2); nothing is written."""

from dataclasses import dataclass, replace

from leadhand.errors import BeyondHorizon
from planning.capacity_overtime import SlotUse
from planning.displacement import Displacement, displace, giving_way
from planning.floor import Floor
from planning.insertion import Insertion, InsertionRequest, insert
from planning.latest_start import latest_starts
from planning.new_order import Plan, Rules
from planning.new_order_limits import OrderLimit, limits_of
from planning.new_order_overtime import with_slots
from planning.next_best import best_insertions
from planning.shop import Interval, Minute

ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class StandardOvertime:
    """What the shop's standard overtime would change. `offered`: slots until the finish without them."""

    offered: int
    offered_min: int
    finish: Minute
    used: tuple[SlotUse, ...]
    brings_forward_min: int

    @property
    def used_min(self) -> int:
        return sum(use.used_min for use in self.used)


@dataclass(frozen=True, slots=True)
class Trial:
    """`latest`: the last start of each step for the due date; empty without one.

    `overtime`: the planner's slots as they are used. `displacement` None: nothing may give way.
    """

    plan: Plan
    insertion: Insertion
    alternatives: tuple[Insertion, ...]
    latest: tuple[Minute | None, ...]
    limits: tuple[OrderLimit, ...]
    overtime: tuple[SlotUse, ...]
    standard: StandardOvertime
    displacement: Displacement | None

    @property
    def on_time(self) -> bool | None:
        """None without a due date."""
        due = self.plan.order.due
        return None if due is None else self.insertion.finish <= due


def try_order(floor: Floor, plan: Plan, rules: Rules, span: Interval) -> Trial:
    """The order fitted in on `floor`, with all that is told about it. span = [now, horizon).

    Raises:
        NoEligibleMachine, NoEligibleOperator, BeyondHorizon: as `insert`.
    """
    whole = floor
    movable = (
        giving_way(floor.shop, plan.order.priority, span[0]) if rules.move_unlocked else frozenset[str]()
    )
    if movable:
        floor = _without(floor, movable)
    window = plan.order.release, span[1]
    extended = with_slots(floor, plan, rules, rules.overtime, window) if rules.overtime else None
    if extended is not None:
        floor = extended.floor
    request = plan.request(floor, rules, span[1])
    best, *others = _ways(plan, request)
    due = plan.order.due
    shop = replace(whole.shop, exceptions=floor.shop.exceptions)
    return Trial(
        plan=plan,
        insertion=best,
        alternatives=tuple(others),
        latest=() if due is None else latest_starts(request, due),
        limits=limits_of(best, request),
        overtime=() if extended is None else extended.used_by(best),
        standard=_standard(floor, plan, rules, best),
        displacement=displace(shop, best.steps, movable, span) if rules.move_unlocked else None,
    )


def _ways(plan: Plan, request: InsertionRequest) -> tuple[Insertion, ...]:
    """The best way and the next ones; lots that only change places make no other way."""
    if plan.order.lots == 1:
        return best_insertions(request, ALTERNATIVES + 1)
    found: dict[tuple[tuple[int, str], ...], Insertion] = {}
    for way in best_insertions(request, 2 * ALTERNATIVES):
        rows = zip(plan.steps, way.steps, strict=True)
        machines = sorted((row.operation.seq, placed.machine_id or "") for row, placed in rows)
        found.setdefault(tuple(machines), way)
    return tuple(found.values())[: ALTERNATIVES + 1]


def _without(floor: Floor, bookings: frozenset[str]) -> Floor:
    kept = tuple(b for b in floor.shop.bookings if b.id not in bookings)
    return Floor(replace(floor.shop, bookings=kept), floor.window)


def _standard(floor: Floor, plan: Plan, rules: Rules, best: Insertion) -> StandardOvertime:
    """The order fitted in once more, with every standard slot until its finish."""
    window = plan.order.release, best.finish
    extended = with_slots(floor, plan, rules, (), window)
    offered = extended.offered
    if not offered.machine_minutes:
        return StandardOvertime(0, 0, best.finish, (), 0)
    nothing = StandardOvertime(len(offered.slots), offered.machine_minutes, best.finish, (), 0)
    try:
        found = insert(plan.request(extended.floor, rules, best.finish))
    except BeyondHorizon:  # branches that share a machine may fall out less well
        return nothing
    return StandardOvertime(
        offered=len(offered.slots),
        offered_min=offered.machine_minutes,
        finish=found.finish,
        used=extended.used_by(found),
        brings_forward_min=best.finish - found.finish,
    )
