"""What check_capacity is asked, and the work that this means on a shop's machines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import Field

from leadhand.errors import InvalidDuration, InvalidRouting, NoEligibleMachine
from planning.capacity_question import MAX_ORDER_HOURS, MAX_ROUTING_STEPS, WorkDemand, order_minutes
from planning.shop import Attendance, Interval, Machine, Shop, WorkCenter
from tools.base import ToolInput
from tools.names import find_machines, find_work_center, find_work_centers
from tools.routing_input import (
    MAX_NAMES,
    MAX_SLOTS,
    OvertimeInput,
    StepAttendance,
    StepMachines,
    StepSplittable,
    StepWorkCenter,
)
from tools.windows import MAX_PHRASE_CHARS, WindowInput

MAX_MINUTES = MAX_ORDER_HOURS * 60


class RoutingStep(ToolInput):
    """One operation; it needs a work center or machines, or subcontract_h."""

    work_center: StepWorkCenter = None
    machines: StepMachines = Field(default_factory=list[str])
    setup_min: int = Field(default=0, description="Setup time in minutes, once for each block or lot.")
    run_s_per_piece: int = Field(default=0, description="Run time of one piece in seconds.")
    attendance: StepAttendance = Attendance.FULL
    splittable: StepSplittable = True
    wait_after_min: int = Field(
        default=0, description="Minutes that must pass before the next step (cooling, transport)."
    )
    subcontract_h: float | None = Field(
        default=None, description="For a step done outside the shop: how long it takes, in elapsed hours."
    )


class CapacityInput(WindowInput):
    hours: float | None = Field(
        default=None,
        description="Machine hours that the order needs. Needed unless `routing` is given.",
    )
    machines: list[str] = Field(
        default_factory=list[str],
        max_length=MAX_NAMES,
        description="Codes or names of machines that could make it, as the person said them.",
    )
    work_centers: list[str] = Field(
        default_factory=list[str],
        max_length=MAX_NAMES,
        description=(
            "Codes or names of work centers that could make it, any one of them alone. Leave empty, with "
            "`machines` empty too, to check every work center."
        ),
    )
    setup_min: int = Field(
        default=0, description="Setup in minutes on top of `hours`, once for each block or lot."
    )
    routing: list[RoutingStep] = Field(
        default_factory=list[RoutingStep],
        max_length=MAX_ROUTING_STEPS,
        description="Instead of `hours`: the order's operations in order, with `quantity`.",
    )
    quantity: int | None = Field(default=None, description="Pieces; only with `routing`.")
    due: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description=(
            "When it must be finished: a date (its whole day), a timestamp or a phrase (“by Friday” is "
            "“Friday”). Default: the end of the window."
        ),
    )
    overtime: list[OvertimeInput] = Field(
        default_factory=list[OvertimeInput],
        max_length=MAX_SLOTS,
        description="Overtime slots that could be worked. Leave empty for the shop's standard ones.",
    )
    max_utilization_pct: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        description="Utilization that must not be exceeded, in percent. Default: the shop's threshold.",
    )
    lots: int | None = Field(
        default=None,
        ge=1,
        le=MAX_NAMES,
        description=(
            "Split into at most this many parallel lots; 1: must not be split. Leave out for any split."
        ),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """`alternatives`: routings of which any one would do."""

    alternatives: tuple[tuple[WorkDemand, ...], ...]
    quantity: int
    assumptions: tuple[str, ...]


def work_asked(asked: CapacityInput, shop: Shop, span: Interval) -> Asked:
    """The work of the question; only machines that are active in `span` count.

    Raises:
        InvalidDuration: no hours, or hours out of bounds.
        InvalidRouting: a routing beside hours or machines, without a quantity, or a step without a place.
        NoEligibleMachine: no active machine.
        NotFound, Ambiguous: a name.
    """
    return _routing(asked, shop, span) if asked.routing else _hours(asked, shop, span)


def _hours(asked: CapacityInput, shop: Shop, span: Interval) -> Asked:
    if asked.hours is None:
        raise InvalidDuration("Say how many hours the order needs, or give its routing and quantity.")
    if not 0 <= asked.setup_min <= MAX_MINUTES:
        raise InvalidDuration("`setup_min` must not be negative.", details={"setup_min": asked.setup_min})
    minutes = order_minutes(asked.hours)
    groups, assumptions = _groups(asked, shop, span)
    alternatives = tuple(
        (WorkDemand(tuple(m.id for m in machines), center.id, asked.setup_min),)
        for center, machines in groups
    )
    told = [*assumptions]
    if not asked.setup_min:
        told.append("No setup time was given, so splitting the work costs no extra setup.")
    if asked.quantity is not None:
        told.append("The quantity was left aside: the hours are for the whole order.")
    return Asked(alternatives, minutes, tuple(told))


def _groups(
    asked: CapacityInput, shop: Shop, span: Interval
) -> tuple[list[tuple[WorkCenter, list[Machine]]], list[str]]:
    """The machines that could do the whole order, by work center."""
    if asked.machines:
        named = find_machines(shop, asked.machines)
        machines, told = list(named.rows), list(named.assumptions)
        if asked.work_centers:
            told.append("Machines were named, so the work centers were left aside.")
        left = [m.name or m.code for m in machines if not _active(m, span)]
        told += [f"{name} is not in use then and was left out." for name in left]
        centers = list(dict.fromkeys(shop.work_centers[m.work_center_id] for m in machines))
    elif asked.work_centers:
        found = find_work_centers(shop, asked.work_centers)
        centers, told = list(found.rows), list(found.assumptions)
        machines = list(shop.machines.values())
    else:
        centers, told = sorted(shop.work_centers.values(), key=lambda c: c.code), []
        machines = list(shop.machines.values())
    groups = [(center, _of(center, machines, span)) for center in centers]
    groups = [(center, rows) for center, rows in groups if rows]
    if not groups:
        raise NoEligibleMachine("None of these has a machine in use in that time.")
    return groups, [*told, *_how_taken(asked, len(groups))]


def _how_taken(asked: CapacityInput, groups: int) -> list[str]:
    if not asked.machines and not asked.work_centers:
        return [
            f"No machine or work center was named, so each of the {groups} work centers was checked as if "
            "the whole order were made there."
        ]
    if groups > 1:
        return ["The work centers named are alternatives: each was checked for the whole order."]
    return []


def _routing(asked: CapacityInput, shop: Shop, span: Interval) -> Asked:
    if asked.hours is not None:
        raise InvalidRouting("Give either `hours` or `routing`, not both.")
    if asked.machines or asked.work_centers or asked.setup_min:
        raise InvalidRouting("With a routing, machines and setup belong to its steps.")
    if asked.quantity is None or not 0 < asked.quantity <= MAX_MINUTES * 60:
        raise InvalidRouting(
            "A routing needs a `quantity` of at least 1.", details={"quantity": asked.quantity}
        )
    told: list[str] = []
    steps = [_step(number, step, shop, span, told) for number, step in enumerate(asked.routing, start=1)]
    told.append("The steps follow each other: all pieces of a step are done before the next one begins.")
    return Asked((tuple(steps),), asked.quantity, tuple(dict.fromkeys(told)))


def _step(number: int, step: RoutingStep, shop: Shop, span: Interval, told: list[str]) -> WorkDemand:
    if step.subcontract_h is not None:
        names = "work_center", "machines", "setup_min", "run_s_per_piece"
        also = ", ".join(f"`{name}`" for name in names if getattr(step, name))
        if also:
            raise InvalidRouting(
                f"Step {number} has `subcontract_h` and {also}: give one of them.", details={"step": number}
            )
        minutes = order_minutes(step.subcontract_h, f"subcontract of step {number}")
        return WorkDemand(
            setup_min=0, run_s_per_piece=0, elapsed_min=minutes, wait_after_min=step.wait_after_min
        )
    machines = _machines_of(number, step, shop, told)
    rows = _of(shop.work_centers[machines[0].work_center_id], machines, span) if machines else []
    if not rows:
        raise NoEligibleMachine(
            f"Step {number} has no machine in use in that time.", details={"step": number}
        )
    return WorkDemand(
        machine_ids=tuple(m.id for m in rows),
        work_center_id=rows[0].work_center_id,
        setup_min=step.setup_min,
        run_s_per_piece=step.run_s_per_piece,
        splittable=step.splittable,
        wait_after_min=step.wait_after_min,
        attendance=step.attendance,
    )


def _machines_of(number: int, step: RoutingStep, shop: Shop, told: list[str]) -> Sequence[Machine]:
    if step.machines:
        named = find_machines(shop, step.machines)
        told += named.assumptions
        if len({m.work_center_id for m in named.rows}) > 1:
            raise InvalidRouting(
                f"The machines of step {number} must belong to one work center.", details={"step": number}
            )
        return named.rows
    if step.work_center is None:
        raise InvalidRouting(f"Step {number} names no work center and no machine.", details={"step": number})
    center = find_work_center(shop, step.work_center)
    if center.assumption:
        told.append(center.assumption)
    return [m for m in shop.machines.values() if m.work_center_id == center.row.id]


def _of(center: WorkCenter, machines: Iterable[Machine], span: Interval) -> list[Machine]:
    rows = (m for m in machines if m.work_center_id == center.id and _active(m, span))
    return sorted(rows, key=lambda m: (m.code, m.id))


def _active(machine: Machine, span: Interval) -> bool:
    return (machine.active_from is None or machine.active_from < span[1]) and (
        machine.active_to is None or machine.active_to > span[0]
    )
