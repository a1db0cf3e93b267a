"""Turns a trial of a new order into views and sentences."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from planning.capacity_overtime import SlotUse
from planning.date_phrases import instant_text
from planning.displacement import Displacement
from planning.insertion import InsertedStep, Insertion
from planning.new_order import LotStep, Outside
from planning.new_order_limits import OrderLimit
from planning.new_order_trial import Trial
from planning.rounding import hours
from planning.schedule_change import ChangeEffect
from planning.shop import Minute, Shop
from planning.zones import iso
from tools.capacity_views import joined, number
from tools.change_views import ChangeViews
from tools.new_order_views import (
    LIMIT_WORDS,
    WAIT_WORDS,
    AlternativeWay,
    MovesView,
    NewOperationRow,
    OperationKind,
    OrderLimitView,
    OvertimeSlotRow,
    StandardOvertimeView,
    WorkView,
)
from tools.views import Named, count_of, named

MAX_SEGMENTS = 20
MAX_SLOTS = 20
MAX_LIMITS = 10
_SAID_LIMITS = 2


class NewOrderViews:
    """Views of one trial in one shop."""

    def __init__(self, shop: Shop, trial: Trial, zone: ZoneInfo, as_of: Minute) -> None:
        self._shop, self._trial, self._zone, self._as_of = shop, trial, zone, as_of

    def instant(self, minute: Minute) -> str:
        return instant_text(minute, self._zone, closing=True)

    def operations(self, count: int) -> list[NewOperationRow]:
        """The first `count`, by start."""
        trial = self._trial
        latest = trial.latest or (None,) * len(trial.insertion.steps)
        rows = zip(trial.plan.steps, trial.insertion.steps, latest, strict=True)
        ordered = sorted(rows, key=lambda row: (row[1].start, row[0].operation.seq, row[0].lot))
        return [self._operation(*row) for row in ordered[:count]]

    def _operation(self, step: LotStep, placed: InsertedStep, latest: Minute | None) -> NewOperationRow:
        operation, segments = step.operation, placed.segments
        words = WAIT_WORDS.get(placed.wait_reason)
        work = sum(s.end - s.start for s in segments) if segments else placed.end - placed.start
        return NewOperationRow(
            number=operation.seq,
            name=operation.name,
            lot=step.lot,
            pieces=step.pieces,
            kind=_kind(operation.outside),
            machine=self._machine(placed.machine_id),
            ready=iso(placed.ready, self._zone),
            ready_reason=placed.ready_reason,
            start=iso(placed.start, self._zone),
            end=iso(placed.end, self._zone),
            work_h=hours(work),
            wait_h=hours(placed.wait_min),
            working_wait_h=hours(placed.working_wait_min),
            wait_reason=placed.wait_reason,
            wait_text=None if words is None else words.format(machine=self._name(placed.machine_id)),
            latest_start=None if latest is None else iso(latest, self._zone),
            float_h=None if latest is None else hours(latest - placed.start),
            total_segments=len(segments),
            segments=[
                WorkView(
                    start=iso(s.start, self._zone),
                    end=iso(s.end, self._zone),
                    operator=None if s.operator_id is None else self._person(s.operator_id),
                )
                for s in segments[:MAX_SEGMENTS]
            ],
        )

    def latest_start(self) -> str | None:
        """When the first operation must start at the latest; None where it is too late, or nothing is due."""
        latest = [minute for minute in self._trial.latest if minute is not None]
        whole = latest and len(latest) == len(self._trial.latest)
        return iso(min(latest), self._zone) if whole else None

    def limits(self) -> list[OrderLimitView]:
        return [self._limit(limit) for limit in self._trial.limits[:MAX_LIMITS]]

    def limits_text(self) -> str:
        texts = [view.text for view in self.limits()[:_SAID_LIMITS]]
        return "; ".join(texts) or "nothing: it starts at once and no further hour would help"

    def _limit(self, limit: OrderLimit) -> OrderLimitView:
        operation = None if limit.step is None else self._trial.plan.steps[limit.step].operation.seq
        gain, wait = hours(limit.gain_min), hours(limit.wait_min)
        return OrderLimitView(
            kind=limit.kind,
            machine=self._machine(limit.machine_id),
            operation=operation,
            gain_h=gain if limit.gain_min else None,
            wait_h=wait if limit.wait_min else None,
            text=LIMIT_WORDS[limit.kind].format(
                machine=self._name(limit.machine_id),
                operation=operation,
                gain=number(gain),
                wait=number(wait),
            ),
        )

    def alternatives(self) -> list[AlternativeWay]:
        return [self._way(way) for way in self._trial.alternatives]

    def _way(self, way: Insertion) -> AlternativeWay:
        due, best = self._trial.plan.order.due, self._trial.insertion.finish
        machines = self.machines(way)
        return AlternativeWay(
            finish=iso(way.finish, self._zone),
            finish_text=self.instant(way.finish),
            later_h=hours(way.finish - best),
            on_time=None if due is None else way.finish <= due,
            machines=machines,
            text=f"on {joined([m.name for m in machines])}: {self.instant(way.finish)}",
        )

    def machines(self, insertion: Insertion) -> list[Named]:
        """Each once, in the order of the operations."""
        ids = (step.machine_id for step in insertion.steps)
        return [named(self._shop.machines[key]) for key in dict.fromkeys(ids) if key is not None]

    def slots(self, used: Iterable[SlotUse]) -> list[OvertimeSlotRow]:
        return [
            OvertimeSlotRow(
                start=iso(use.slot[0], self._zone),
                end=iso(use.slot[1], self._zone),
                used_h=hours(use.used_min),
                machines=[named(self._shop.machines[key]) for key in use.machines],
            )
            for use in list(used)[:MAX_SLOTS]
        ]

    def standard(self) -> StandardOvertimeView:
        found, due = self._trial.standard, self._trial.plan.order.due
        helps = found.brings_forward_min > 0
        late = due is not None and self._trial.insertion.finish > due
        return StandardOvertimeView(
            text=self._standard_text(),
            slots_offered=found.offered,
            offered_h=hours(found.offered_min),
            used_h=hours(found.used_min),
            finish=iso(found.finish, self._zone) if found.offered else None,
            brings_forward_h=hours(found.brings_forward_min),
            makes_it_on_time=helps and late and due is not None and found.finish <= due,
            slots=self.slots(found.used),
        )

    def _standard_text(self) -> str:
        found = self._trial.standard
        if not found.offered:
            return "no standard overtime of the shop lies before its finish"
        if found.brings_forward_min <= 0:
            return "the shop's standard overtime would not bring the finish forward"
        return (
            f"the shop's standard overtime ({number(hours(found.used_min))} h of it used) would bring the "
            f"finish forward by {number(hours(found.brings_forward_min))} h, to {self.instant(found.finish)}"
        )

    def moves(self) -> MovesView:
        found = self._trial.displacement
        if found is None:
            return MovesView(
                total_moved=0,
                moved=[],
                total_orders=0,
                orders=[],
                total_newly_late=0,
                newly_late=[],
                total_unplaced=0,
                total_faults=0,
            )
        views = ChangeViews(self._shop, _as_change(found), self._zone, self._as_of)
        orders = sorted(found.orders, key=lambda o: -(o.later_by or 0))
        return MovesView(
            total_moved=len(found.shifts),
            moved=views.affected(found.shifts),
            total_orders=len(orders),
            orders=views.orders(orders),
            total_newly_late=len(found.newly_late),
            newly_late=views.orders(found.newly_late),
            total_unplaced=len(found.unplaced),
            total_faults=len(found.faults),
        )

    def answer(self, what: str) -> str:
        """The result in a sentence."""
        trial, due = self._trial, self._trial.plan.order.due
        done = f"{what} would be finished {self.instant(trial.insertion.finish)}"
        if due is None:
            return f"{done[0].upper()}{done[1:]}."
        apart = number(hours(abs(due - trial.insertion.finish)))
        if trial.insertion.finish == due:
            return f"Yes: {done}, exactly when it is due."
        if trial.insertion.finish < due:
            return f"Yes: {done}, {apart} h before it is due ({self.instant(due)})."
        return f"No: {done}, {apart} h after it is due ({self.instant(due)})."

    def _machine(self, machine_id: str | None) -> Named | None:
        return None if machine_id is None else named(self._shop.machines[machine_id])

    def _name(self, machine_id: str | None) -> str:
        if machine_id is None:
            return "its place"
        machine = self._shop.machines[machine_id]
        return machine.name or machine.code

    def _person(self, operator_id: str) -> str:
        person = self._shop.operators[operator_id]
        return person.name or person.code


def order_text(trial: Trial, like: str | None, machines: Sequence[Named]) -> str:
    """What the order is, for a sentence: "an order of 100 pieces on Puma 3100"."""
    order = trial.plan.order
    size = "" if order.quantity is None else f" of {count_of(order.quantity, 'piece')}"
    lots = f" in {order.lots} lots" if order.lots > 1 else ""
    copy = f" like {like}" if like else ""
    where = f" on {joined([m.name for m in machines])}" if machines else ""
    return f"an order{size}{copy}{lots}{where}"


def _kind(outside: Outside | None) -> OperationKind:
    return OperationKind.MACHINE if outside is None else OperationKind(outside.value)


def _as_change(found: Displacement) -> ChangeEffect:
    """The displacement as the effect of a change, so that both are told in one way."""
    return ChangeEffect(
        shop=found.shop,
        lost=0,
        touched=tuple(s.before for s in found.shifts if s.before.id in found.displaced),
        stuck=(),
        shifts=found.shifts,
        orders=found.orders,
        new=found.faults,
        solved=(),
    )
