"""book_operation: proposes a place in the plan for an operation that has none."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import Field
from uuid_utils.compat import uuid7

from leadhand.context import TenantContext
from leadhand.errors import BeyondHorizon, JsonValue, NoEligibleMachine, NoEligibleOperator, WriteRefused
from planning.booking_places import (
    BookingAsked,
    NoStart,
    Placed,
    eligible,
    needs_person,
    place_operation,
    plans_people,
)
from planning.date_phrases import instant_text, span_text
from planning.plan_writes import added
from planning.routings import Routings, needs_no_machine
from planning.shop import Booking, Interval, Operation, Operator, Order, OrderStatus, Shop
from planning.zones import iso, to_minute
from tools.base import ToolContext, ToolInput
from tools.booking_choice import check_open, covering_times, find_operation, name_of
from tools.names import MAX_NAME_CHARS, find_machines, find_operator
from tools.order_names import find_order
from tools.proposing import Wanted, proposed
from tools.views import listed, load_to_horizon
from tools.windows import MAX_PHRASE_CHARS, Moment, read_start
from tools.writing import ProposedWrite, WriteTool

_UNUSUAL = {OrderStatus.HOLD: "on hold", OrderStatus.DRAFT: "a draft"}


class BookOperationInput(ToolInput):
    order: str = Field(max_length=MAX_NAME_CHARS, description="Code of the order, as the person said it.")
    operation: int | None = Field(
        default=None,
        ge=0,
        description="Sequence number of the operation. Without it: the first one that is not booked.",
    )
    machine: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Machine or work center, as the person said it. Without it: where the work ends first.",
    )
    start: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description=(
            'When it starts: exactly then for an instant ("tomorrow 8:00"), as early as possible from then '
            'on for a day ("Tuesday"). Without it: as early as its routing, the machine and people allow.'
        ),
    )
    operator: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Who does it. Without it: whoever is qualified and free.",
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What the person means."""

    order: Order
    operation: Operation
    machine_ids: tuple[str, ...]
    operator: Operator | None
    start: Moment | None
    assumptions: tuple[str, ...]


async def propose(asked: BookOperationInput, context: ToolContext) -> ProposedWrite:
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    start = read_start(asked.start, tenant) if asked.start and asked.start.strip() else None
    if start is not None and start.exact and start.minute < now:
        raise WriteRefused(
            f"{start.text} is in the past; nothing can be planned there.",
            details={"reason": "in_the_past", "start": start.text},
        )
    end = now if start is None else start.minute
    shop, horizon = await load_to_horizon(context.shops, tenant, now, end)
    return await asyncio.to_thread(_proposed, asked, shop, (start, (now, max(horizon, end))), tenant)


def _proposed(
    asked: BookOperationInput, shop: Shop, time: tuple[Moment | None, Interval], tenant: TenantContext
) -> ProposedWrite:
    start, span = time
    read = _read(asked, shop, start)
    wanted, warnings = _asked(shop, read, span)
    placed = place_operation(covering_times(shop, *span), wanted, str(uuid7()))
    booking = _checked(shop, read, wanted, placed)
    zone = ZoneInfo(shop.settings.timezone)
    return proposed(
        shop,
        Wanted(
            summary=_summary(shop, booking, zone),
            changes=[added(booking)],
            assumptions=[*read.assumptions, *_assumptions(read, wanted)],
            warnings=[*warnings, *_warnings(shop, read, booking, span)],
        ),
        tenant,
    )


def _read(asked: BookOperationInput, shop: Shop, start: Moment | None) -> _Read:
    found = find_order(shop, asked.order)
    check_open(found.order)
    operation = _operation(shop, found.order, asked.operation)
    assumptions = [found.assumption]
    named: Sequence[str] | None = None
    if asked.machine and asked.machine.strip():
        machines = find_machines(shop, [asked.machine])
        assumptions += machines.assumptions
        named = [machine.id for machine in machines.rows]
    operator = find_operator(shop, asked.operator) if asked.operator and asked.operator.strip() else None
    if operator is not None:
        assumptions.append(operator.assumption)
        _check_skill(shop, operator.row, operation)
    return _Read(
        order=found.order,
        operation=operation,
        machine_ids=_machine_ids(shop, operation, named),
        operator=None if operator is None else operator.row,
        start=start,
        assumptions=tuple(filter(None, assumptions)),
    )


def _operation(shop: Shop, order: Order, seq: int | None) -> Operation:
    """Raises WriteRefused when it is booked already, or needs no machine."""
    routings = shop.view(Routings)
    if seq is None:
        rows = [o for o in routings.operations(order.id) if not needs_no_machine(o)]
        free = [o for o in rows if not routings.bookings(o.id)]
        if not free:
            raise WriteRefused(
                f"Every operation of {order.code} is booked already."
                if rows
                else f"{order.code} has no operation that needs a machine.",
                details={"reason": "already_booked" if rows else "needs_no_machine"},
            )
        return free[0]
    operation = find_operation(shop, order, seq)
    if needs_no_machine(operation):
        raise WriteRefused(
            f"{order.code} operation {seq} needs no machine, so it has no booking.",
            details={"reason": "needs_no_machine"},
        )
    there = routings.bookings(operation.id)
    if there:
        zone = ZoneInfo(shop.settings.timezone)
        machine = shop.machines[there[0].machine_id]
        raise WriteRefused(
            f"{order.code} operation {seq} is booked already, on {machine.name or machine.code}, "
            f"{span_text(there[0].envelope_start, there[-1].envelope_end, zone)}. It can be rescheduled.",
            details={"reason": "already_booked", "use": "reschedule_order"},
        )
    return operation


def _machine_ids(shop: Shop, operation: Operation, named: Sequence[str] | None) -> tuple[str, ...]:
    found = eligible(operation, named)
    if not found:
        able: list[JsonValue] = [shop.machines[a.machine_id].code for a in operation.alternatives]
        raise NoEligibleMachine(
            f"Operation {operation.seq} {operation.name} cannot be done there; it can be done on "
            f"{listed([str(code) for code in able], 5)}."
            if able
            else f"No machine is known that can do operation {operation.seq} {operation.name}.",
            details={"machines": able},
        )
    return found


def _check_skill(shop: Shop, operator: Operator, operation: Operation) -> None:
    held = {skill.skill_id for skill in operator.skills}
    places = [shop.work_centers[shop.machines[a.machine_id].work_center_id] for a in operation.alternatives]
    if places and all(place.skill_id is not None and place.skill_id not in held for place in places):
        raise NoEligibleOperator(
            f"{operator.name or operator.code} does not have the skill that operation {operation.seq} "
            f"{operation.name} needs.",
            details={"operator": operator.code},
        )


def _asked(shop: Shop, read: _Read, span: Interval) -> tuple[BookingAsked, list[str]]:
    """From when on; and what is not known about that."""
    warnings: list[str] = []
    earliest = span[0] + shop.settings.frozen_hours * 60
    exact = read.start is not None and read.start.exact
    start = earliest if read.start is None else read.start.minute
    if not exact:
        plan = shop.view(Routings).planned(read.order)
        ready = next(row.ready_at(read.order) for row in plan if row.operation.id == read.operation.id)
        if ready is None:
            warnings.append(
                f"Not all that comes before operation {read.operation.seq} is booked: it may stand too early."
            )
        start = max(start, earliest, ready or 0)
    staffed = needs_person(read.operation) and (read.operator is not None or plans_people(shop))
    operator_id = None if read.operator is None else read.operator.id
    return BookingAsked(read.operation, read.machine_ids, start, exact, staffed, operator_id), warnings


def _checked(shop: Shop, read: _Read, wanted: BookingAsked, placed: Placed) -> Booking:
    """The booking; raises what stands against it."""
    name = f"{read.order.code} operation {read.operation.seq}"
    zone = ZoneInfo(shop.settings.timezone)
    if placed.booking is None:
        who = " with that person" if read.operator is not None else ""
        raise BeyondHorizon(
            f"{name} finds no place{who} before the planning horizon ends.",
            details={"start": iso(wanted.start, zone)},
        )
    if placed.reason is None:
        return placed.booking
    found = placed.booking
    machine = shop.machines[found.machine_id]
    at = instant_text(wanted.start, zone)
    why = _why(shop, placed, machine.name or machine.code, zone)
    raise WriteRefused(
        f"{name} cannot start on {machine.name or machine.code} at {at}: {why}. The next start is "
        f"{instant_text(found.envelope_start, zone)}.",
        details={
            "reason": placed.reason.value,
            "next_start": iso(found.envelope_start, zone),
            "machine": machine.code,
        },
    )


def _why(shop: Shop, placed: Placed, machine: str, zone: ZoneInfo) -> str:
    other = placed.other
    match placed.reason:
        case NoStart.MACHINE_BUSY if other is not None:
            return f"{name_of(shop, other)} is there until {instant_text(other.envelope_end, zone)}"
        case NoStart.MACHINE_DOWN:
            return f"{machine} is down then"
        case NoStart.MACHINE_CLOSED:
            return f"{machine} is not open then"
        case NoStart.NO_OPERATOR:
            return "nobody who may do it is free then"
        case _:
            tail = "" if other is None else f" before {name_of(shop, other)}"
            return f"there is not enough room{tail}"


def _summary(shop: Shop, booking: Booking, zone: ZoneInfo) -> str:
    machine = shop.machines[booking.machine_id]
    people = dict.fromkeys(s.operator_id for s in booking.segments if s.operator_id is not None)
    names = [shop.operators[key].name or shop.operators[key].code for key in people]
    who = f", with {listed(names)}" if names else ""
    return (
        f"{name_of(shop, booking)} is booked on {machine.name or machine.code}, "
        f"{span_text(booking.envelope_start, booking.envelope_end, zone)}{who}."
    )


def _assumptions(read: _Read, wanted: BookingAsked) -> list[str]:
    told: list[str] = []
    if not wanted.exact:
        told.append("It starts as early as it can there; no other work moves.")
    if len(read.machine_ids) > 1:
        told.append("Of the machines that can do it, the one where it ends first was taken.")
    return told


def _warnings(shop: Shop, read: _Read, booking: Booking, span: Interval) -> list[str]:
    told: list[str] = []
    if read.order.status in {OrderStatus.HOLD, OrderStatus.DRAFT}:
        told.append(
            f"{read.order.code} is {'on hold' if read.order.status is OrderStatus.HOLD else 'a draft'}."
        )
    frozen = shop.settings.frozen_hours
    if booking.envelope_start < span[0] + frozen * 60:
        told.append(f"It starts inside the frozen zone, the next {frozen} h.")
    return told


TOOL = WriteTool(
    name="book_operation",
    label="Looking for a place in the plan…",
    description=(
        "Proposes to book an operation that has no place in the plan yet: on a machine, at a start, with a "
        "person, each of them optional. Use it for “book operation 20 of WO-4003 on the Puma tomorrow at "
        "8:00”, “put WO-4003 into the plan as early as possible”, “schedule operation 30 with Maria”. It "
        "changes nothing by itself: a person sees the exact change and approves it. An instant as start is "
        "kept or refused with the next start there is. Work that is booked already is moved with "
        "reschedule_order. Pass names and dates on as the person said them."
    ),
    input_model=BookOperationInput,
    propose=propose,
)
