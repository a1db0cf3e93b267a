"""How bottlenecks read: who is how full, what waits there, and what one more hour would bring."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from pydantic import Field

from planning.bottlenecks import Level, Ranked
from planning.date_phrases import span_text
from planning.overtime_hour import Attending
from planning.plan_waits import PlanWaits
from planning.relief import NoRelief, Relief
from planning.rounding import hours, percent
from planning.shop import Machine, Shop, Skill, WorkCenter
from planning.zones import Bucket, iso
from tools.views import Named, View, count_of, named

DELAYED_ROWS = 10


class PeakView(View):
    """The fullest bucket of the window."""

    label: str = Field(description="2026-12-01, 2026-W49 or 2026-12.")
    start: str
    end: str
    utilization_pct: float


class DelayedRow(View):
    order: str
    customer: str
    waited_h: float = Field(
        description="How long it waited here for other work (at level operator: for a qualified person)."
    )
    late_h: float = Field(description="How late the order is by plan.")


class BottleneckRow(View):
    """`rank` counts all that were compared, also those on other pages or not asked about."""

    rank: int
    id: str
    code: str
    name: str
    utilization_pct: float | None = Field(description="load / available; null when nothing is available.")
    over_threshold: bool
    load_h: float
    available_h: float
    free_h: float
    peak: PeakView | None
    queue_h: float = Field(
        description="Working hours in the window that operations stood ready before it, each counted."
    )
    total_delayed: int = Field(description="Late orders that waited here for other work, in the whole plan.")
    delayed: list[DelayedRow] = Field(description="The longest waits first, at most 10.")
    machines: int
    operators: int


class ReliefRow(View):
    """What one more hour is worth; null where it was not worked out, for the reason in `not_computed`.

    `machine` is where the hour is added: of a work center, its fullest machine.
    """

    machine: Named
    start: str | None
    end: str | None
    operator: str | None = Field(description="Who is taken to come in; null: nobody has to.")
    attending: Attending | None
    saved_late_h: float | None = Field(
        description="Hours of lateness that the hour takes from the plan; negative: the plan gets worse."
    )
    orders_earlier: int | None
    no_longer_late: list[str] = Field(description="Orders, by code.")
    not_computed: NoRelief | None
    text: str


class Highest(View):
    id: str
    code: str
    name: str
    utilization_pct: float


class BottleneckViews:
    """Turns the ranking of one shop into what a person reads."""

    def __init__(self, plan: PlanWaits, level: Level, cut: Sequence[Bucket], zone: ZoneInfo) -> None:
        self._plan, self._shop, self._level, self._cut, self._zone = plan, plan.shop, level, cut, zone

    def name(self, row: Ranked) -> str:
        found = self._rows()[row.key]
        return found.name or found.code

    def highest(self, row: Ranked | None) -> Highest | None:
        if row is None or row.figures.utilization is None:
            return None
        used = percent(row.figures.utilization)
        return Highest(id=row.key, code=row.code, name=self.name(row), utilization_pct=used)

    def row(self, rank: int, row: Ranked) -> BottleneckRow:
        used = row.figures.utilization
        return BottleneckRow(
            rank=rank,
            id=row.key,
            code=row.code,
            name=self.name(row),
            utilization_pct=None if used is None else percent(used),
            over_threshold=row.over_threshold,
            load_h=hours(row.figures.load),
            available_h=hours(row.figures.capacity),
            free_h=hours(row.figures.free),
            peak=self._peak(row),
            queue_h=hours(row.queue),
            total_delayed=len(row.delayed),
            delayed=[self._delayed(d.order_id, d.minutes) for d in row.delayed[:DELAYED_ROWS]],
            machines=len(row.machine_ids),
            operators=len(row.operator_ids),
        )

    def _rows(self) -> Mapping[str, Machine] | Mapping[str, WorkCenter] | Mapping[str, Skill]:
        shop = self._shop
        if self._level is Level.OPERATOR:
            return shop.skills
        return shop.machines if self._level is Level.MACHINE else shop.work_centers

    def _peak(self, row: Ranked) -> PeakView | None:
        if row.peak is None or not row.peak_utilization:
            return None
        bucket = self._cut[row.peak]
        return PeakView(
            label=bucket.label,
            start=iso(bucket.start, self._zone),
            end=iso(bucket.end, self._zone),
            utilization_pct=percent(row.peak_utilization),
        )

    def _delayed(self, order_id: str, minutes: int) -> DelayedRow:
        order = self._shop.orders[order_id]
        late = hours(self._plan.late[order_id])
        return DelayedRow(order=order.code, customer=order.customer, waited_h=hours(minutes), late_h=late)


def relief_row(shop: Shop, machine_id: str, found: Relief | NoRelief, zone: ZoneInfo) -> ReliefRow:
    machine = shop.machines[machine_id]
    if isinstance(found, NoRelief):
        return ReliefRow(
            machine=named(machine),
            start=None,
            end=None,
            operator=None,
            attending=None,
            saved_late_h=None,
            orders_earlier=None,
            no_longer_late=[],
            not_computed=found,
            text=_why_not(machine.name or machine.code, found),
        )
    comes = found.coming.operator
    rescued = sorted(shop.orders[key].code for key in found.rescued)
    return ReliefRow(
        machine=named(machine),
        start=iso(found.span[0], zone),
        end=iso(found.span[1], zone),
        operator=(comes.name or comes.code) if comes else None,
        attending=found.coming.attending,
        saved_late_h=hours(found.saved),
        orders_earlier=len(found.earlier),
        no_longer_late=rescued,
        not_computed=None,
        text=_worth(machine.name or machine.code, found, span_text(*found.span, zone), rescued),
    )


def _why_not(name: str, reason: NoRelief) -> str:
    said = {
        NoRelief.NO_HOUR: "it has no closed hour before the planning horizon that could be worked",
        NoRelief.TOO_MUCH_WORK: "too much of the plan hangs on it; ask about this machine alone",
        NoRelief.INVALID_ROUTING: "operations of an order that runs there wait for one another",
    }
    return f"What one more hour on {name} would bring was not worked out: {said[reason]}."


def _worth(name: str, found: Relief, when: str, rescued: Sequence[str]) -> str:
    comes = found.coming.operator
    who = f", with {comes.name or comes.code}" if comes else ""
    hour = f"One more hour on {name} ({when}{who})"
    if found.saved < 0:
        return f"{hour} would not help: orders would be {hours(-found.saved):g} h later in all."
    if not found.saved:
        earlier = count_of(len(found.earlier), "order")
        moved = (
            f"{earlier} would finish earlier, but none that is late" if found.earlier else "no order gains"
        )
        return f"{hour} would save no lateness: {moved}."
    in_time = f"; no longer late: {', '.join(rescued[:5])}" if rescued else ""
    earlier = count_of(len(found.earlier), "order")
    return f"{hour} would save {hours(found.saved):g} h of lateness; {earlier} would finish earlier{in_time}."
