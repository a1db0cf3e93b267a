"""Where a plan's work stands in line: what was ready before which machine, and which late orders waited.

Both follow from the bookings alone, so they are gone through once for a plan and hold for every window.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

from leadhand.errors import InvalidRouting
from planning.cause_chain import MachineWaits, walk
from planning.routings import PlannedOperation, Routings
from planning.shop import Booking, Interval, Order, OrderStatus, Shop
from planning.values import value

_OPEN = (OrderStatus.RELEASED, OrderStatus.IN_PROGRESS)


@value
class Standing:
    """An operation that was ready and not begun in `span`; `attended`: it is planned with people."""

    machine_id: str
    span: Interval
    attended: bool


@value
class LateWait:
    """A stretch in which a late order stood before a machine; `busy`: other work held the machine."""

    order_id: str
    machine_id: str
    span: Interval
    busy: bool
    attended: bool


class PlanWaits:
    """`shop` holds every booking of its open orders; `Shop.view(PlanWaits)` keeps it for the next question.

    `late`: order → minutes late. `left_out`: orders whose operations wait for one another.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.standing: defaultdict[str, list[Standing]] = defaultdict(list)
        self.waits: list[LateWait] = []
        self.late: dict[str, int] = {}
        self.left_out: list[str] = []
        routings, waits = shop.view(Routings), MachineWaits(shop)
        for order in shop.orders.values():
            if order.status not in _OPEN:
                continue
            try:
                operations = routings.planned(order)
            except InvalidRouting:
                self.left_out.append(order.id)
                continue
            standing = partial(_standing, order, operations)
            for one in shop.parts.of("standing", order.id, (order, operations), standing):
                self.standing[one.machine_id].append(one)
            self._is_late(order, operations, waits)

    def delays(self) -> Mapping[str, Mapping[str, int]]:
        """machine → late order → elapsed minutes in which other work held the machine before it."""
        found: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        for wait in self.waits:
            if wait.busy:
                found[wait.machine_id][wait.order_id] += wait.span[1] - wait.span[0]
        return found

    def _is_late(self, order: Order, operations: Sequence[PlannedOperation], waits: MachineWaits) -> None:
        ends = [o.end for o in operations]
        known = [end for end in ends if end is not None]
        if order.due_at is None or not known or len(known) < len(ends) or max(known) <= order.due_at:
            return
        self.late[order.id] = max(known) - order.due_at
        machines = [waits.of_machine(b.machine_id) for o in operations for b in o.bookings]
        make = partial(_waits_of, order, operations, waits)
        self.waits += self.shop.parts.of("waits", order.id, (order, operations, machines), make)


def _standing(order: Order, operations: Sequence[PlannedOperation]) -> tuple[Standing, ...]:
    found: list[Standing] = []
    for planned in operations:
        ready = planned.ready_at(order)
        # The first operation of an order without release has waited since nobody knows when.
        if not ready or not planned.bookings:
            continue
        first = planned.bookings[0]
        if ready < first.envelope_start:
            span = ready, first.envelope_start
            found.append(Standing(first.machine_id, span, _attended(first)))
    return tuple(found)


def _waits_of(
    order: Order, operations: Sequence[PlannedOperation], waits: MachineWaits
) -> tuple[LateWait, ...]:
    finish = max(o.end for o in operations if o.end is not None)
    found: list[LateWait] = []
    for step in walk(order, operations, finish):
        if step.current.bookings:
            found += _waits(order.id, waits, step.current, step.spans())
    return tuple(found)


def _waits(
    order_id: str, waits: MachineWaits, current: PlannedOperation, spans: Sequence[Interval]
) -> list[LateWait]:
    found: list[LateWait] = []
    for span in spans:
        booking, links, rest = waits.busy(current, span)
        attended = _attended(booking)
        busy = ((link.start, link.end) for link in links)
        found += [LateWait(order_id, booking.machine_id, piece, True, attended) for piece in busy]
        found += [LateWait(order_id, booking.machine_id, piece, False, attended) for piece in rest]
    return found


def _attended(booking: Booking) -> bool:
    return any(segment.operator_id is not None for segment in booking.segments)
