"""A question about capacity, checked and made into cases on a shop's floor (planning-domain 6.4, step 1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

from leadhand.errors import BeyondHorizon, InvalidDuration, InvalidRouting, NoEligibleMachine
from planning.capacity import Case, CaseAnswer, evaluate
from planning.capacity_overtime import offer
from planning.capacity_rooms import Work
from planning.floor import Floor
from planning.shop import Attendance, Interval, Minute

MAX_ORDER_HOURS = 10_000
MAX_ROUTING_STEPS = 50
# Hours without a routing are counted in pieces of one minute.
MINUTE_PIECE_S = 60


@dataclass(frozen=True, slots=True)
class WorkDemand:
    """One step: setup in minutes, run in seconds per piece; `elapsed_min`: done outside, by the clock."""

    machine_ids: tuple[str, ...] = ()
    work_center_id: str | None = None
    setup_min: int = 0
    run_s_per_piece: int = MINUTE_PIECE_S
    splittable: bool = True
    wait_after_min: int = 0
    attendance: Attendance = Attendance.FULL
    elapsed_min: int | None = None


@dataclass(frozen=True, slots=True)
class CapacityQuestion:
    """`alternatives`: routings of which any one would do. `window` = [earliest start, due).

    `overtime`: the caller's slots; without any, the shop's standard ones.
    """

    alternatives: tuple[tuple[WorkDemand, ...], ...]
    quantity: int
    window: Interval
    horizon_end: Minute
    max_utilization_pct: Fraction
    lots: int | None = None
    overtime: tuple[Interval, ...] = ()


def order_minutes(hours: float, what: str = "order") -> int:
    """Hours as whole minutes, a half rounded up.

    Raises:
        InvalidDuration: not a number, less than a minute, or more than 10,000 h.
    """
    try:
        minutes = int((Decimal(str(hours)) * 60).quantize(Decimal(1), ROUND_HALF_UP))
    except (InvalidOperation, ValueError, OverflowError):
        minutes = 0
    if 0 < minutes <= MAX_ORDER_HOURS * 60:
        return minutes
    raise InvalidDuration(
        f"The {what} needs a duration above 0 and of at most {MAX_ORDER_HOURS:,} hours.",
        details={"hours": hours if abs(hours) < float("inf") else None, "max_hours": MAX_ORDER_HOURS},
    )


def answer_question(floor: Floor, question: CapacityQuestion) -> tuple[CaseAnswer, ...]:
    """One answer for each alternative, in their order.

    Raises:
        InvalidRouting: an empty routing, a step without work or with a negative time, a quantity below 1.
        InvalidDuration: more than 10,000 hours.
        NoEligibleMachine: a step for which there is no machine.
        BeyondHorizon: the window begins or ends after the floor's.
    """
    if not question.alternatives:
        raise NoEligibleMachine("The shop has no machine that could do the work.")
    if question.window[1] > floor.window[1] or question.horizon_end > floor.window[1]:
        raise BeyondHorizon("The window reaches beyond the planning horizon.")
    for routing in question.alternatives:
        _check(routing, question.quantity)
    asked = (m for routing in question.alternatives for step in routing for m in step.machine_ids)
    ids = tuple(dict.fromkeys(asked))
    overtime = offer(floor.times, question.overtime, question.window, ids)
    figures = floor.figures_of(ids, question.window)
    answers: list[CaseAnswer] = []
    for routing in question.alternatives:
        machine_ids = {machine_id for step in routing for machine_id in step.machine_ids}
        answers.append(
            evaluate(
                Case(
                    works=tuple(_work(floor, step) for step in routing),
                    quantity=question.quantity,
                    window=question.window,
                    horizon_end=question.horizon_end,
                    figures={machine_id: figures[machine_id] for machine_id in machine_ids},
                    overtime=overtime.on(machine_ids),
                    max_utilization_pct=question.max_utilization_pct,
                    lots=question.lots,
                )
            )
        )
    return tuple(answers)


def attended_minutes(works: Iterable[Work], quantity: int) -> int:
    """Minutes that need a person, with one setup each."""
    found = 0
    for work in works:
        if work.elapsed_min is None and work.attendance is not Attendance.NONE:
            found += work.setup_min if work.attendance is Attendance.SETUP else work.minutes(quantity)
    return found


def _check(routing: tuple[WorkDemand, ...], quantity: int) -> None:
    if not 1 <= len(routing) <= MAX_ROUTING_STEPS:
        raise InvalidRouting(f"A routing has 1 to {MAX_ROUTING_STEPS} steps; this one has {len(routing)}.")
    if quantity < 1:
        raise InvalidRouting("The quantity must be at least 1.", details={"quantity": quantity})
    minutes = 0
    for number, step in enumerate(routing, start=1):
        times = (step.setup_min, step.run_s_per_piece, step.wait_after_min, step.elapsed_min or 0)
        if min(times) < 0:
            raise InvalidRouting(f"Step {number} has a negative time.", details={"step": number})
        if step.elapsed_min is None and not step.machine_ids:
            raise NoEligibleMachine(
                f"There is no machine that could do step {number}.", details={"step": number}
            )
        if not any((step.setup_min, step.run_s_per_piece, step.elapsed_min)):
            raise InvalidRouting(f"Step {number} has no work: no setup, run or outside time.")
        minutes += step.setup_min + -(-quantity * step.run_s_per_piece // 60)
        minutes += step.wait_after_min + (step.elapsed_min or 0)
    if minutes > MAX_ORDER_HOURS * 60:
        raise InvalidDuration(
            f"The order would take more than {MAX_ORDER_HOURS:,} hours.",
            details={"hours": minutes // 60, "max_hours": MAX_ORDER_HOURS},
        )


def _work(floor: Floor, step: WorkDemand) -> Work:
    return Work(
        work_center_id=step.work_center_id,
        workplaces=tuple(floor.workplace(machine_id) for machine_id in step.machine_ids),
        setup_min=step.setup_min,
        run_s_per_piece=step.run_s_per_piece,
        splittable=step.splittable,
        wait_after_min=step.wait_after_min,
        attendance=step.attendance,
        elapsed_min=step.elapsed_min,
    )
