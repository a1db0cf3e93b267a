"""reschedule_order: proposes another time or machine for an order's planned work."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import Field

from leadhand.context import TenantContext
from leadhand.errors import BeyondHorizon, JsonValue, NoEligibleMachine, WriteRefused
from planning.booking_places import eligible
from planning.date_phrases import instant_text, span_text
from planning.order_moves import MoveAsked, OrderMoved, move_order
from planning.plan_writes import changed
from planning.shop import Booking, Interval, Machine, Minute, Operation, Order, Shop
from planning.zones import iso, to_minute
from tools.base import ToolContext, ToolInput
from tools.booking_choice import (
    MAX_OPERATIONS,
    Fixed,
    bookings_of,
    check_open,
    covering_times,
    find_operations,
    fixed_for,
    name_of,
    refuse_fixed,
    warn_of_fixed,
)
from tools.names import MAX_NAME_CHARS, find_machines
from tools.order_names import find_order
from tools.proposing import Wanted, proposed
from tools.views import count_of, listed, load_to_horizon
from tools.windows import MAX_PHRASE_CHARS, Moment, read_end, read_start
from tools.writing import ProposedWrite, WriteTool


class RescheduleOrderInput(ToolInput):
    order: str = Field(max_length=MAX_NAME_CHARS, description="Code of the order, as the person said it.")
    operations: list[int] = Field(
        default_factory=list[int],
        max_length=MAX_OPERATIONS,
        description="Sequence numbers of the operations to move. Empty: all of the order.",
    )
    start: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description=(
            'Not before then: an instant or a day, as the person said it ("next Monday"). Without it: as '
            "early as possible."
        ),
    )
    end_by: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description="The moved work must end by then, or nothing is proposed.",
    )
    machine: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="To this machine or work center; what cannot be done there stays on its own machine.",
    )
    other_machines: bool = Field(
        default=False, description="Each operation may change its machine, to where it ends first."
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What the person means; `free` may move, `fixed` may not."""

    order: Order
    free: tuple[Booking, ...]
    fixed: tuple[Fixed, ...]
    machines: dict[str, tuple[str, ...]]
    assumptions: tuple[str, ...]


async def propose(asked: RescheduleOrderInput, context: ToolContext) -> ProposedWrite:
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    start = read_start(asked.start, tenant) if asked.start and asked.start.strip() else None
    end_by = read_end(asked.end_by, tenant) if asked.end_by and asked.end_by.strip() else None
    for moment in (start, end_by):
        if moment is not None and moment.minute < now and (moment.exact or moment is end_by):
            raise WriteRefused(
                f"{moment.text} is in the past; nothing can be planned there.",
                details={"reason": "in_the_past"},
            )
    last = max([now, *(m.minute for m in (start, end_by) if m is not None)])
    shop, horizon = await load_to_horizon(context.shops, tenant, now, last)
    return await asyncio.to_thread(_proposed, asked, shop, (start, end_by, (now, max(horizon, last))), tenant)


def _proposed(
    asked: RescheduleOrderInput,
    shop: Shop,
    time: tuple[Moment | None, Moment | None, Interval],
    tenant: TenantContext,
) -> ProposedWrite:
    start, end_by, span = time
    read = _read(asked, shop, span[0])
    moved = move_order(
        covering_times(shop, *span),
        MoveAsked(
            read.order.id,
            {b.id for b in read.free},
            None if start is None else start.minute,
            read.machines,
            anywhere=asked.other_machines,
        ),
        span[0],
    )
    _check(shop, read, moved, end_by)
    changes = [changed(s.before, s.after) for s in moved.shifts if s.after is not None]
    return proposed(
        shop,
        Wanted(
            summary=_summary(shop, read.order, [c.after for c in changes if isinstance(c.after, Booking)]),
            changes=changes,
            assumptions=[*read.assumptions, *_assumptions(start)],
            warnings=warn_of_fixed(shop, read.fixed),
        ),
        tenant,
    )


def _read(asked: RescheduleOrderInput, shop: Shop, now: Minute) -> _Read:
    found = find_order(shop, asked.order)
    check_open(found.order)
    assumptions = [found.assumption]
    operations = find_operations(shop, found.order, asked.operations)
    rows = [b for b in bookings_of(shop, operations) if b.envelope_end > now]
    if not rows:
        raise WriteRefused(
            f"{found.order.code} has no work ahead in the plan that could move; book_operation plans some.",
            details={"reason": "not_booked", "use": "book_operation"},
        )
    frozen_until = now + shop.settings.frozen_hours * 60
    why = {b.id: fixed_for(b, now, frozen_until=frozen_until) for b in rows}
    fixed = [reason for reason in why.values() if reason is not None]
    free = [b for b in rows if why[b.id] is None]
    if fixed and (asked.operations or not free):
        raise refuse_fixed(shop, fixed)
    machines: dict[str, tuple[str, ...]] = {}
    if asked.machine and asked.machine.strip():
        named = find_machines(shop, [asked.machine])
        assumptions += named.assumptions
        machines, stay = _machines(shop, free, named.rows)
        if stay:
            assumptions.append(f"{listed(stay)} cannot be done there and {_keep(len(stay))}.")
    return _Read(found.order, tuple(free), tuple(fixed), machines, tuple(filter(None, assumptions)))


def _keep(count: int) -> str:
    return "keeps its machine" if count == 1 else "keep their machines"


def _machines(
    shop: Shop, rows: Sequence[Booking], named: Sequence[Machine]
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """By booking where it may go, and the names of those that cannot go there."""
    wanted = [machine.id for machine in named]
    found = {b.id: eligible(_operation(shop, b), wanted) for b in rows}
    stay = [name_of(shop, b) for b in rows if not found[b.id]]
    if len(stay) == len(rows):
        able = {shop.machines[key].code for b in rows for key in eligible(_operation(shop, b), None)}
        codes: list[JsonValue] = [*sorted(able)]
        raise NoEligibleMachine(
            f"None of that work can be done on {listed([m.name or m.code for m in named])}.",
            details={"machines": codes},
        )
    return {key: ids for key, ids in found.items() if ids}, stay


def _operation(shop: Shop, booking: Booking) -> Operation:
    return shop.operations[booking.operation_id or ""]


def _check(shop: Shop, read: _Read, moved: OrderMoved, end_by: Moment | None) -> None:
    """Raises when some work finds no place, or ends too late."""
    zone = ZoneInfo(shop.settings.timezone)
    if moved.unplaced:
        raise BeyondHorizon(
            f"{listed([name_of(shop, b) for b in moved.unplaced])} finds no place before the planning "
            "horizon ends.",
        )
    placed = {s.before.id: s.after for s in moved.shifts if s.after is not None}
    finish = max(placed.get(b.id, b).envelope_end for b in read.free)
    if end_by is not None and finish > end_by.minute:
        raise WriteRefused(
            f"The work of {read.order.code} cannot end by {end_by.text}; the earliest end is "
            f"{instant_text(finish, zone)}.",
            details={"reason": "too_late", "earliest_end": iso(finish, zone)},
        )


def _summary(shop: Shop, order: Order, rows: Sequence[Booking]) -> str:
    if not rows:
        return f"{order.code} stays as it is."
    zone = ZoneInfo(shop.settings.timezone)
    first, last = min(b.envelope_start for b in rows), max(b.envelope_end for b in rows)
    machines = dict.fromkeys(b.machine_id for b in sorted(rows, key=lambda b: b.envelope_start))
    names = [shop.machines[key].name or shop.machines[key].code for key in machines]
    verb = "is" if len(rows) == 1 else "are"
    return (
        f"{count_of(len(rows), 'booking')} of {order.code} {verb} moved: {span_text(first, last, zone)}, on "
        f"{listed(names)}."
    )


def _assumptions(start: Moment | None) -> list[str]:
    begin = "As early as possible" if start is None else f"Not before {start.text}"
    return [f"{begin}, each operation goes where it ends first; work of other orders stays where it is."]


TOOL = WriteTool(
    name="reschedule_order",
    label="Moving the order in the plan…",
    description=(
        "Proposes to move an order's planned work: later, earlier, or to another machine, into free "
        "places of the plan; other orders stay where they are. Use it for “move WO-4003 to next Monday”, "
        "“bring WO-4003 forward”, “move operation 20 of WO-4003 to the Haas”, “shift WO-4003 to Tuesday "
        "10:00”. It changes nothing by itself: a person sees the exact change and approves it. Locked "
        "work, and work that has begun or is frozen, stays. To only ask what a move would do, use "
        "simulate_schedule_change; to plan work that is not booked yet, book_operation. Pass names and "
        "dates on as the person said them."
    ),
    input_model=RescheduleOrderInput,
    propose=propose,
)
