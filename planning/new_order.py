"""A new order that is tried out: its operations, and the routing that they make on a shop's floor."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from leadhand.errors import InvalidDuration, InvalidRouting, NoEligibleMachine
from planning.branches import Before, chain
from planning.floor import Floor
from planning.insertion import Choice, InsertionRequest, Operators, Step
from planning.routings import in_order, predecessors
from planning.shop import Attendance, Interval, Minute, Operation

MAX_OPERATIONS = 50
MAX_LOTS = 10
# All lots' operations together: what one simulation places.
MAX_STEPS = 60
MAX_ORDER_MINUTES = 10_000 * 60


@dataclass(frozen=True, slots=True)
class MachineTimes:
    """A machine for an operation. `run_min`: for the whole order, instead of a time per piece."""

    machine_id: str
    setup_min: int = 0
    run_s_per_piece: int = 0
    run_min: int | None = None
    preference: int = 0


class Outside(StrEnum):
    """An operation that needs no machine of the shop."""

    MILESTONE = "milestone"
    SUBCONTRACT = "subcontract"


@dataclass(frozen=True, slots=True)
class NewOperation:
    """One operation; `seq` is its number. `awaits`: seqs of what must be done before; None: the seq before.

    `outside` with `elapsed_min` instead of machines: a milestone (0) or a subcontract, by the clock.
    """

    seq: int
    name: str = ""
    machines: tuple[MachineTimes, ...] = ()
    attendance: Attendance = Attendance.FULL
    splittable: bool = True
    wait_after_min: int = 0
    material_at: Minute | None = None
    outside: Outside | None = None
    elapsed_min: int = 0
    awaits: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """`quantity` None: only hours are known. Each of `lots` parts goes through the routing on its own."""

    operations: tuple[NewOperation, ...]
    quantity: int | None
    release: Minute
    due: Minute | None = None
    priority: int = 3
    lots: int = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """How it is tried out. `overtime`: slots that the planner would add."""

    operators: Operators = Operators.IGNORE
    handover: bool = True
    move_unlocked: bool = False
    overtime: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class LotStep:
    """One operation of one lot: what a step of the insertion stands for. Lots count from 1."""

    operation: NewOperation
    lot: int
    pieces: int | None


# The first operation's lots, then the second's, and so on.
LotSteps: TypeAlias = tuple[LotStep, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The order's operations and lots in an order in which each comes after what it awaits."""

    order: NewOrder
    steps: LotSteps
    before: Before | None

    @property
    def machine_ids(self) -> tuple[str, ...]:
        """Every machine once, in order."""
        rows = (m.machine_id for step in self.steps for m in step.operation.machines)
        return tuple(dict.fromkeys(rows))

    def request(self, floor: Floor, rules: Rules, horizon_end: Minute) -> InsertionRequest:
        """What is to be fitted in on `floor`."""
        return InsertionRequest(
            steps=tuple(self._step(step, floor, rules) for step in self.steps),
            release=self.order.release,
            horizon_end=horizon_end,
            operators=rules.operators,
            handover=rules.handover,
            before=self.before,
        )

    def _step(self, step: LotStep, floor: Floor, rules: Rules) -> Step:
        operation = step.operation
        place = floor.workplace if rules.operators is Operators.IGNORE else floor.staffed_workplace
        choices = (
            Choice(place(m.machine_id), m.setup_min, self._run_min(m, step), m.preference)
            for m in operation.machines
        )
        return Step(
            choices=tuple(choices),
            attendance=operation.attendance,
            splittable=operation.splittable,
            wait_after_min=operation.wait_after_min,
            material_at=operation.material_at,
            elapsed_min=operation.elapsed_min if operation.outside else None,
            number=operation.seq,
        )

    def _run_min(self, times: MachineTimes, step: LotStep) -> int:
        share = 1 if step.pieces is None else step.pieces
        return _run(times, share, self.order.quantity or self.order.lots)


def plan_of(order: NewOrder) -> Plan:
    """The order checked and laid out.

    Raises:
        InvalidRouting: no operations or too many, a cycle (`details.operations` lists its seqs), a time below
            zero, an operation without work, a quantity below 1, more lots than pieces.
        NoEligibleMachine: an operation without a machine; `details.operation` is its seq.
        InvalidDuration: more than 10,000 hours.
    """
    _check(order)
    operations, awaited = _in_order(order.operations)
    lots = range(order.lots)
    steps = tuple(
        LotStep(operation, lot + 1, _pieces(order, lot)) for operation in operations for lot in lots
    )
    if len(steps) > MAX_STEPS:
        raise InvalidRouting(
            f"{len(operations)} operations in {order.lots} lots are more than {MAX_STEPS} to place."
        )
    before = tuple(
        tuple(index * order.lots + lot for index in indices) for indices in awaited for lot in lots
    )
    return Plan(order, steps, None if before == chain(len(steps)) else before)


def _in_order(operations: Sequence[NewOperation]) -> tuple[list[NewOperation], list[tuple[int, ...]]]:
    """The operations, each after what it awaits, and the indices of that."""
    rows = {operation.seq: operation for operation in operations}
    if len(rows) < len(operations):
        raise InvalidRouting("Two operations of the routing have the same number.")
    for operation in operations:
        unknown = [seq for seq in operation.awaits or () if seq not in rows]
        if unknown:
            raise InvalidRouting(
                f"Operation {operation.seq} waits for operation {unknown[0]}, which is not in the routing.",
                details={"operation": operation.seq},
            )
    shadows = [_shadow(operation) for operation in operations]
    before = predecessors(shadows)
    placed = in_order(shadows, before)
    index = {row.id: number for number, row in enumerate(placed)}
    awaited = [tuple(sorted(index[key] for key in before[row.id])) for row in placed]
    return [rows[row.seq] for row in placed], awaited


def _shadow(operation: NewOperation) -> Operation:
    """The operation as a row of a plan, as far as what it awaits."""
    awaits = None if operation.awaits is None else tuple(str(seq) for seq in operation.awaits)
    return Operation(str(operation.seq), "", operation.seq, 0, 0, predecessor_ids=awaits)


def _pieces(order: NewOrder, lot: int) -> int | None:
    """Lots are as even as can be; the first ones have a piece more."""
    if order.quantity is None:
        return None
    return order.quantity // order.lots + (1 if lot < order.quantity % order.lots else 0)


def _run(times: MachineTimes, share: int, shares: int) -> int:
    """Run minutes of `share` of `shares` pieces, rounded up once."""
    if times.run_min is not None:
        return -(-times.run_min * share // shares)
    return -(-times.run_s_per_piece * share // 60)


def _check(order: NewOrder) -> None:
    if not 1 <= len(order.operations) <= MAX_OPERATIONS:
        raise InvalidRouting(
            f"A routing has 1 to {MAX_OPERATIONS} operations; this one has {len(order.operations)}."
        )
    if order.quantity is not None and order.quantity < 1:
        raise InvalidRouting("The quantity must be at least 1.", details={"quantity": order.quantity})
    if order.quantity is not None and order.lots > order.quantity:
        raise InvalidRouting(f"{order.quantity} pieces cannot be split into {order.lots} lots.")
    for operation in order.operations:
        _check_operation(operation)
    minutes = sum(_longest(operation, order) for operation in order.operations)
    if minutes > MAX_ORDER_MINUTES:
        raise InvalidDuration(
            f"The order would take more than {MAX_ORDER_MINUTES // 60:,} hours.",
            details={"hours": minutes // 60, "max_hours": MAX_ORDER_MINUTES // 60},
        )


def _check_operation(operation: NewOperation) -> None:
    details = {"operation": operation.seq}
    times = [operation.wait_after_min, operation.elapsed_min]
    times += [t for m in operation.machines for t in (m.setup_min, m.run_s_per_piece, m.run_min or 0)]
    if min(times) < 0:
        raise InvalidRouting(f"Operation {operation.seq} has a negative time.", details={**details})
    if operation.outside is not None:
        return
    if not operation.machines:
        raise NoEligibleMachine(f"No machine can do operation {operation.seq}.", details={**details})
    if not any(m.setup_min or m.run_s_per_piece or m.run_min for m in operation.machines):
        raise InvalidRouting(
            f"Operation {operation.seq} has no work: no setup and no run time.", details={**details}
        )


def _longest(operation: NewOperation, order: NewOrder) -> int:
    work = max(
        (
            m.setup_min * order.lots + _run(m, order.quantity or 1, order.quantity or 1)
            for m in operation.machines
        ),
        default=operation.elapsed_min,
    )
    return work + operation.wait_after_min
