"""The order that a call of simulate_new_order means in a shop."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadhand.context import TenantContext
from leadhand.errors import BeyondHorizon, EmptyWindow, InvalidRouting, NoEligibleMachine
from planning.capacity_question import order_minutes
from planning.new_order import MachineTimes, NewOperation, NewOrder, Outside, Rules
from planning.routings import Routings, predecessors
from planning.shop import Interval, Machine, Operation, Order, Shop
from tools.names import find_machine, find_machines, find_work_center
from tools.new_order_input import NewOrderInput, OperationInput
from tools.order_names import find_order
from tools.views import count_of
from tools.windows import Moment, Window, read_due, read_end, read_slot, read_start

DEFAULT_PRIORITY = 3


@dataclass(frozen=True, slots=True)
class AskedOrder:
    """The order, and `like`: the order of the shop whose routing it has."""

    order: NewOrder
    rules: Rules
    assumptions: tuple[str, ...]
    due: Window | None = None
    like: Order | None = None


class OrderReader:
    """Reads one question in one shop; `span` = [now, horizon)."""

    def __init__(self, asked: NewOrderInput, shop: Shop, span: Interval, tenant: TenantContext) -> None:
        self._asked, self._shop, self._span, self._tenant = asked, shop, span, tenant
        self._told: list[str] = []

    def read(self) -> AskedOrder:
        """The order in the shop's own rows.

        Raises:
            InvalidRouting: no routing, two of them, an operation without a place.
            InvalidDuration: hours out of bounds.
            NoEligibleMachine: no machine in use.
            NotFound, Ambiguous: a name.
            InvalidDate, EmptyWindow: a date; one that is due in the past or before it may begin.
            BeyondHorizon: it may only begin after the planning horizon.
        """
        asked = self._asked
        like = self._like()
        operations = self._operations(like)
        release, due = self._release(), self._due()
        if due is not None and due.end_min <= release:
            raise EmptyWindow("It is due before its work may begin.")
        quantity = asked.quantity if asked.quantity is not None or like is None else like.quantity
        order = NewOrder(
            operations=operations,
            quantity=quantity,
            release=release,
            due=None if due is None else due.end_min,
            priority=asked.priority or (DEFAULT_PRIORITY if like is None else like.priority),
            lots=asked.lots or 1,
        )
        if quantity is None and any(_needs_quantity(o) for o in operations):
            raise InvalidRouting("With times per piece the order needs a `quantity` of at least 1.")
        return AskedOrder(order, self._rules(), tuple(dict.fromkeys(self._told)), due, like)

    def _rules(self) -> Rules:
        asked = self._asked
        slots = (read_slot(slot.from_, slot.to, self._tenant).interval for slot in asked.overtime)
        return Rules(asked.operators, asked.handover, asked.move_unlocked, tuple(sorted(slots)))

    def _release(self) -> int:
        if not _given(self._asked.release):
            return self._span[0]
        found = read_start(self._asked.release or "", self._tenant)
        if found.minute >= self._span[1]:
            days = self._shop.settings.horizon_days
            raise BeyondHorizon(
                f"The shop plans {days} days ahead; {found.text} lies beyond that.",
                details={"horizon_days": days},
            )
        if found.minute <= self._span[0]:
            self._told.append("Work may start from now on.")
            return self._span[0]
        self._told.append(f"Work may start from {found.text} on.")
        return found.minute

    def _due(self) -> Window | None:
        if not _given(self._asked.due):
            return None
        cutoff = self._shop.settings.due_cutoff_local_min
        due = read_due(self._asked.due or "", self._tenant, cutoff_local_min=cutoff)
        self._told.append(due.assumption)
        return due

    def _like(self) -> Order | None:
        asked = self._asked
        if bool(asked.operations) is _given(asked.like_order):
            raise InvalidRouting(
                "Say what work the order needs: either `operations`, or `like_order`, an order like it."
            )
        if not _given(asked.like_order):
            return None
        found = find_order(self._shop, asked.like_order or "")
        self._told += [] if found.assumption is None else [found.assumption]
        return found.order

    def _operations(self, like: Order | None) -> tuple[NewOperation, ...]:
        if like is not None:
            return self._copied(like)
        rows = enumerate(self._asked.operations, start=1)
        return tuple(self._operation(row.number or place, row) for place, row in rows)

    def _operation(self, number: int, row: OperationInput) -> NewOperation:
        material = self._material(number, row)
        if row.hours is not None and row.run_s_per_piece:
            raise InvalidRouting(f"Operation {number} has hours and a time per piece: give one of them.")
        outside, elapsed = _outside(number, row)
        return NewOperation(
            seq=number,
            name=row.name,
            machines=() if outside else self._machines(number, row),
            attendance=row.attendance,
            splittable=row.splittable,
            wait_after_min=row.wait_after_min,
            material_at=None if material is None else material.minute,
            outside=outside,
            elapsed_min=elapsed,
            awaits=None if row.predecessors is None else tuple(row.predecessors),
        )

    def _material(self, number: int, row: OperationInput) -> Moment | None:
        if not _given(row.material):
            return None
        found = read_end(row.material or "", self._tenant)
        self._told.append(f"Material of operation {number} is there from {found.text} on.")
        return found

    def _machines(self, number: int, row: OperationInput) -> tuple[MachineTimes, ...]:
        run_min = None if row.hours is None else order_minutes(row.hours, f"operation {number}")
        if row.alternatives:
            times: dict[str, MachineTimes] = {}
            for other in row.alternatives:
                found = find_machine(self._shop, other.machine)
                self._told += [] if found.assumption is None else [found.assumption]
                times[found.row.id] = MachineTimes(
                    found.row.id,
                    row.setup_min if other.setup_min is None else other.setup_min,
                    row.run_s_per_piece if other.run_s_per_piece is None else other.run_s_per_piece,
                    run_min if other.run_s_per_piece is None else None,
                    other.preference,
                )
            machines = [self._shop.machines[key] for key in times]
        else:
            machines = self._named(number, row)
            times = {m.id: MachineTimes(m.id, row.setup_min, row.run_s_per_piece, run_min) for m in machines}
        return tuple(times[m.id] for m in self._in_use(number, machines))

    def _named(self, number: int, row: OperationInput) -> Sequence[Machine]:
        if row.machines:
            named = find_machines(self._shop, row.machines)
            self._told += named.assumptions
            return named.rows
        if not _given(row.work_center):
            raise InvalidRouting(
                f"Operation {number} names no work center and no machine.", details={"operation": number}
            )
        center = find_work_center(self._shop, row.work_center or "")
        self._told += [] if center.assumption is None else [center.assumption]
        rows = (m for m in self._shop.machines.values() if m.work_center_id == center.row.id)
        return sorted(rows, key=lambda m: (m.code, m.id))

    def _in_use(self, number: int, machines: Sequence[Machine]) -> list[Machine]:
        start, end = self._span
        active = [
            m
            for m in machines
            if (m.active_from or start) < end and (m.active_to is None or m.active_to > start)
        ]
        left = [m.name or m.code for m in machines if m not in active]
        self._told += [f"{name} is not in use then and was left out." for name in left]
        if not active:
            raise NoEligibleMachine(
                f"Operation {number} has no machine in use in that time.", details={"operation": number}
            )
        return active

    def _copied(self, like: Order) -> tuple[NewOperation, ...]:
        """The routing of an order of the shop; when its material came says nothing about the new one."""
        rows = Routings(self._shop).operations(like.id)
        if not rows:
            raise InvalidRouting(f"{like.code} has no operations to copy.", details={"order": like.code})
        before = predecessors(rows)
        seqs = {row.id: row.seq for row in rows}
        self._told.append(
            f"The routing is that of {like.code} ({count_of(len(rows), 'operation')}), with its times per "
            "piece; its material is taken to be there."
        )
        return tuple(self._copy(row, tuple(seqs[key] for key in before[row.id])) for row in rows)

    def _copy(self, row: Operation, awaits: tuple[int, ...]) -> NewOperation:
        outside = Outside.MILESTONE if row.milestone else None
        outside = Outside.SUBCONTRACT if row.subcontract_minutes is not None else outside
        times = {
            a.machine_id: MachineTimes(a.machine_id, a.setup_min, a.run_s_per_piece, None, a.preference)
            for a in row.alternatives
        }
        machines = [self._shop.machines[key] for key in times]
        return NewOperation(
            seq=row.seq,
            name=row.name,
            machines=() if outside else tuple(times[m.id] for m in self._in_use(row.seq, machines)),
            attendance=row.attendance,
            splittable=row.splittable,
            wait_after_min=row.min_wait_after_min,
            outside=outside,
            elapsed_min=row.subcontract_minutes or 0,
            awaits=awaits,
        )


def _outside(number: int, row: OperationInput) -> tuple[Outside | None, int]:
    _only_one_kind(number, row)
    if row.milestone:
        return Outside.MILESTONE, 0
    if row.subcontract_h is not None:
        return Outside.SUBCONTRACT, order_minutes(row.subcontract_h, f"subcontract of operation {number}")
    return None, 0


def _only_one_kind(number: int, row: OperationInput) -> None:
    """Refuse a milestone or work outside with time or a place in the shop: which of the two is meant?"""
    kind = "milestone" if row.milestone else "subcontract_h"
    if not row.milestone and row.subcontract_h is None:
        return
    names = (
        "subcontract_h",
        "hours",
        "setup_min",
        "run_s_per_piece",
        "work_center",
        "machines",
        "alternatives",
    )
    also = [name for name in names if name != kind and getattr(row, name)]
    if also:
        told = ", ".join(f"`{name}`" for name in also)
        raise InvalidRouting(
            f"Operation {number} has `{kind}` and {told}: give one of them.", details={"operation": number}
        )


def _needs_quantity(operation: NewOperation) -> bool:
    return any(m.run_s_per_piece for m in operation.machines)


def _given(text: str | None) -> bool:
    return bool(text and text.strip())
