"""An order's routing as it stands in the plan: what precedes what, when each operation can start and does.

An operation without a machine of its own (milestone, subcontract) has no booking: it starts when it is ready
and takes the elapsed minutes its row states, so its times follow from those before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from operator import attrgetter
from typing import TypeAlias

from leadhand.errors import InvalidRouting
from planning.booking_groups import Groups, by_operation
from planning.shop import Booking, MaterialRequirement, Minute, Operation, Order, ProgressReport, Shop
from planning.values import value

_by_seq = attrgetter("seq", "id")
# An order's operations by seq; what they need, and what was reported of them.
_OrderRows: TypeAlias = tuple[
    Sequence[Operation],
    Mapping[str, tuple[MaterialRequirement, ...]],
    Mapping[str, tuple[ProgressReport, ...]],
]
_NOTHING: _OrderRows = (), {}, {}


@value
class PlannedOperation:
    """One operation and its place in the plan.

    `done_before`: when everything before it is over, waits included; None while something before it is not
    scheduled. `start` and `end` None: not scheduled. `bookings` in order of time; several are pieces.
    `materials`: what it needs; `reports`: what was reported of it, in order of time.
    """

    operation: Operation
    predecessors: tuple[str, ...]
    bookings: tuple[Booking, ...]
    done_before: Minute | None
    start: Minute | None
    end: Minute | None
    materials: tuple[MaterialRequirement, ...] = ()
    reports: tuple[ProgressReport, ...] = ()

    @property
    def scheduled(self) -> bool:
        return self.end is not None

    @property
    def awaited_material(self) -> MaterialRequirement | None:
        """Of what it needs, the item that comes last, as far as that is known."""
        return latest_material(self.materials)

    def ready_at(self, order: Order) -> Minute | None:
        """The first minute at which it may start: all before it done, the order released, its material there.

        Material of which nobody knows when it comes is not waited for.
        """
        if self.done_before is None:
            return None
        material = self.awaited_material if self.materials else None
        released = max(self.done_before, order.release_at or 0)
        return released if material is None else max(released, material.available_at or 0)


class Routings:
    """The operations and bookings of a shop's orders, grouped once; `shop.view(Routings)` keeps them."""

    def __init__(self, shop: Shop) -> None:
        source = shop.operations, shop.materials, shop.progress
        self._of_order = shop.parts.of("rows_by_order", "", source, lambda: _rows_by_order(shop))
        self._bookings = by_operation(shop)
        self._materials, self._progress = shop.materials, shop.progress
        self._parts = shop.parts
        self._planned: dict[str, tuple[Order, tuple[PlannedOperation, ...]]] = {}

    def operations(self, order_id: str) -> Sequence[Operation]:
        """The order's operations by seq."""
        return self._of_order.get(order_id, _NOTHING)[0]

    @property
    def booked(self) -> Groups:
        """The bookings of each operation that has any, by start."""
        return self._bookings

    def bookings(self, operation_id: str) -> tuple[Booking, ...]:
        """The operation's bookings by start."""
        return self._bookings.get(operation_id, ())

    def planned(self, order: Order) -> tuple[PlannedOperation, ...]:
        """The order's operations, each after all that must be done before it.

        Raises:
            InvalidRouting: the routing has a cycle; `details.operations` lists its sequence numbers.
        """
        known = self._planned.get(order.id)
        if known is not None and known[0] is order:
            return known[1]
        found = self._parts.of("planned", order.id, self.rows(order), lambda: self._plan(order))
        self._planned[order.id] = order, found
        return found

    def rows(self, order: Order) -> tuple[object, ...]:
        """All that is known of the order: what its planned operations follow from."""
        own, booked = self._of_order.get(order.id, _NOTHING), self._bookings
        return order, own, [booked.get(operation.id) for operation in own[0]]

    def _plan(self, order: Order) -> tuple[PlannedOperation, ...]:
        operations = self.operations(order.id)
        before = predecessors(operations)
        placed: dict[str, PlannedOperation] = {}
        for operation in in_order(operations, before):
            placed[operation.id] = self._place(order, operation, before[operation.id], placed)
        return tuple(placed.values())

    def _place(
        self,
        order: Order,
        operation: Operation,
        before: tuple[str, ...],
        placed: Mapping[str, PlannedOperation],
    ) -> PlannedOperation:
        bookings = self.bookings(operation.id)
        done_before = _done_before(before, placed)
        materials = self._materials.get(operation.id, ())
        reports = self._progress.get(operation.id, ())
        start = end = None
        if bookings:
            start, end = bookings[0].envelope_start, bookings[0].envelope_end
            for booking in bookings[1:]:
                end = max(end, booking.envelope_end)
        elif needs_no_machine(operation):
            unplaced = PlannedOperation(operation, before, (), done_before, None, None, materials)
            ready = unplaced.ready_at(order)
            if not before and order.release_at is None:
                ready = self._begins(operation, ready or 0) if operation.milestone else None
            if ready is not None:
                start, end = ready, ready + (operation.subcontract_minutes or 0)
        return PlannedOperation(operation, before, bookings, done_before, start, end, materials, reports)

    def _begins(self, milestone: Operation, ready: Minute) -> Minute | None:
        """When a milestone that awaits nothing is over: once it is ready, and by when the work that follows
        it begins, less the waits between. None where that is not known: nobody says when work outside
        begins."""
        operations = {o.id: o for o in self.operations(milestone.order_id)}
        before = predecessors(list(operations.values()))
        waits, walk = {milestone.id: 0}, [milestone.id]
        first: list[Minute] = []
        for key in walk:
            wait = waits[key] + operations[key].min_wait_after_min
            for follower in (o for o in operations if key in before[o]):
                if operations[follower].subcontract_minutes is not None:
                    return None
                if bookings := self.bookings(follower):
                    first.append(bookings[0].envelope_start - wait)
                elif waits.get(follower, -1) < wait:
                    waits[follower] = wait
                    walk.append(follower)
        return max(min(first), ready) if first else None


def _rows_by_order(shop: Shop) -> dict[str, _OrderRows]:
    found: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in shop.operations.values():
        found[operation.order_id].append(operation)
    return {order_id: _rows(shop, sorted(rows, key=_by_seq)) for order_id, rows in found.items()}


def _rows(shop: Shop, operations: Sequence[Operation]) -> _OrderRows:
    materials = {o.id: shop.materials[o.id] for o in operations if o.id in shop.materials}
    progress = {o.id: shop.progress[o.id] for o in operations if o.id in shop.progress}
    return operations, materials, progress


def latest_material(materials: Iterable[MaterialRequirement]) -> MaterialRequirement | None:
    """The item that comes last, of those of which it is known when they come."""
    known = [(row.available_at, row.id, row) for row in materials if row.available_at is not None]
    return max(known)[2] if known else None


def needs_no_machine(operation: Operation) -> bool:
    """Whether it is over without a booking: a milestone, or work done outside."""
    return operation.milestone or operation.subcontract_minutes is not None


def op_minutes(operation: Operation, quantity: int, machine_id: str | None = None) -> int:
    """Setup and run, rounded up once; on `machine_id` with that machine's own times, if it has some."""
    if operation.milestone:
        return 0
    if operation.subcontract_minutes is not None:
        return operation.subcontract_minutes
    for alternative in operation.alternatives:
        if alternative.machine_id == machine_id:
            return alternative.setup_min + -(-quantity * alternative.run_s_per_piece // 60)
    return operation.setup_min + -(-quantity * operation.run_s_per_piece // 60)


def predecessors(operations: Sequence[Operation]) -> dict[str, tuple[str, ...]]:
    """Ids of what must be done before each operation: as its row says, else the one with the seq before.

    A predecessor that is no operation of the order is left out: it cannot be awaited.
    """
    found: dict[str, tuple[str, ...]] = {}
    known = {operation.id for operation in operations}
    previous: tuple[str, ...] = ()
    for operation in sorted(operations, key=_by_seq):
        stated = operation.predecessor_ids
        found[operation.id] = previous if stated is None else tuple(p for p in stated if p in known)
        previous = (operation.id,)
    return found


def in_order(operations: Iterable[Operation], before: Mapping[str, tuple[str, ...]]) -> list[Operation]:
    """Each operation after its predecessors, by seq where they leave it open; raises InvalidRouting."""
    rows = {operation.id: operation for operation in sorted(operations, key=_by_seq)}
    previous: tuple[str, ...] = ()
    for key in rows:
        if before[key] != previous:
            break
        previous = (key,)
    else:  # a plain chain, as most routings are
        return list(rows.values())
    sorter = TopologicalSorter({key: before[key] for key in rows})
    try:
        sorter.prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        seqs = [rows[key].seq for key in cycle if key in rows]
        raise InvalidRouting(
            "The operations of the routing wait for one another: "
            + " → ".join(str(seq) for seq in seqs)
            + ".",
            details={"operations": list(seqs)},
        ) from None
    found: list[Operation] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda key: _by_seq(rows[key]))
        found += [rows[key] for key in ready]
        sorter.done(*ready)
    return found


def _done_before(before: tuple[str, ...], placed: Mapping[str, PlannedOperation]) -> Minute | None:
    """When the last of them is over; the beginning of time where there is nothing before."""
    latest = 0
    for key in before:
        end = placed[key].end
        if end is None:
            return None
        latest = max(latest, end + placed[key].operation.min_wait_after_min)
    return latest
