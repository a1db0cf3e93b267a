"""The free work of a plan as the decoder takes it: jobs, where each can run, what each waits for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadhand.errors import InvalidRouting
from planning.attendance import setup_minutes
from planning.moves import is_movable
from planning.replanning.question import ReplanRequest
from planning.routings import Routings, in_order, needs_no_machine, op_minutes, predecessors
from planning.shop import Attendance, Booking, Minute, Operation, Order, OrderStatus, Shop

# Weight of an order's tardiness by its priority, 1 to 5.
WEIGHTS = (1, 2, 3, 5, 8)
_OPEN = frozenset({OrderStatus.RELEASED, OrderStatus.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Option:
    """One machine for a job. The first `attended_min` of `minutes` need a person; `rank` breaks ties."""

    machine_id: str
    minutes: int
    attended_min: int
    rank: tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Job:
    """A booking that may move. `deps`: (job, minutes after its end) of what must be over before it.

    `over_at`: when the fixed work before it is over and its material is there; `ready_at`: and its order is
    released.
    """

    number: int
    booking: Booking
    order: int
    options: tuple[Option, ...]
    splittable: bool
    staffed: bool
    deps: tuple[tuple[int, int], ...]
    over_at: Minute
    ready_at: Minute


@dataclass(frozen=True, slots=True)
class OrderWork:
    """An order with free work, over at the latest of `fixed_finish` and of `ends` (job, minutes after)."""

    order: Order
    weight: int
    jobs: tuple[int, ...]
    ends: tuple[tuple[int, int], ...]
    fixed_finish: Minute

    def tardiness(self, finish: Minute) -> int:
        """Weighted minutes after the due date."""
        due = self.order.due_at
        return 0 if due is None else self.weight * max(0, finish - due)


@dataclass(frozen=True, slots=True)
class Work:
    """Everything free: jobs in any order but each after its `deps`. `fixed`: bookings that stay.

    `fixed_tardiness` and `fixed_finish_sum` are of the orders asked for that have nothing free.
    """

    jobs: tuple[Job, ...]
    orders: tuple[OrderWork, ...]
    fixed: tuple[Booking, ...]
    pinned: int
    earliest: Minute
    fixed_tardiness: int
    fixed_finish_sum: int


def weight_of(order: Order) -> int:
    return WEIGHTS[min(max(order.priority, 1), len(WEIGHTS)) - 1]


def compile_work(request: ReplanRequest, stays: frozenset[str] = frozenset()) -> Work:
    """Split the plan into what may move and what stays.

    Free is planned work of released or begun orders that is not locked, does not start in the frozen zone,
    is none of the bookings `stays`, and has nothing pinned after it in its routing.

    Raises:
        InvalidRouting: the operations of an order that was asked for by id wait for one another.
    """
    return _Compiler(request, stays).compile()


class _Compiler:
    def __init__(self, request: ReplanRequest, stays: frozenset[str]) -> None:
        self._request = request
        self._stays = stays
        self._shop: Shop = request.shop
        self._routings = Routings(request.shop)
        self._earliest = request.as_of + request.shop.settings.frozen_hours * 60
        self._jobs: list[Job] = []
        self._number: dict[str, int] = {}  # of a job, by booking id
        self._orders: list[OrderWork] = []
        self._pinned = 0
        self._fixed_tardiness = self._fixed_finish_sum = 0

    def compile(self) -> Work:
        asked = self._request.order_ids
        rows = (o for o in self._shop.orders.values() if asked is None or o.id in asked)
        for order in sorted(rows, key=lambda o: (o.code, o.id)):
            if order.status in _OPEN:
                self._add(order)
        return Work(
            tuple(self._jobs),
            tuple(self._orders),
            tuple(b for b in self._shop.bookings if b.id not in self._number),
            self._pinned,
            self._earliest,
            self._fixed_tardiness,
            self._fixed_finish_sum,
        )

    def _add(self, order: Order) -> None:
        operations = self._routings.operations(order.id)
        before = predecessors(operations)
        try:
            sequence = in_order(operations, before)
        except InvalidRouting:
            if self._request.order_ids is not None:
                raise
            return
        routing = _Routing(order, before, {o.id: o for o in operations})
        free = self._free_rows(sequence, before)
        jobs: list[int] = []
        for operation in sequence:
            for booking in free.get(operation.id, ()):
                jobs.append(self._job(booking, operation, routing))
        self._close(order, jobs, sequence, routing)

    def _free_rows(
        self, sequence: Sequence[Operation], before: Mapping[str, tuple[str, ...]]
    ) -> dict[str, list[Booking]]:
        """The bookings of each operation that may move, with nothing pinned behind them."""
        holds: set[str] = set()  # operations that something pinned comes after
        free: dict[str, list[Booking]] = {}
        for operation in reversed(sequence):
            rows = self._routings.bookings(operation.id)
            movable = [] if operation.id in holds else [b for b in rows if self._may_move(b)]
            free[operation.id] = movable
            self._pinned += len(rows) - len(movable)
            if len(movable) < len(rows) or operation.id in holds:
                holds.update(before[operation.id])
        return free

    def _may_move(self, booking: Booking) -> bool:
        within = self._earliest <= booking.envelope_start and booking.envelope_end <= self._request.window[1]
        return within and is_movable(booking) and booking.id not in self._stays

    def _job(self, booking: Booking, operation: Operation, routing: "_Routing") -> int:
        number = len(self._jobs)
        deps: dict[int, int] = {}
        over_at = self._material_at(operation)
        for job, minute in self._awaited(operation, routing):
            if job is None:
                over_at = max(over_at, minute)
            else:
                deps[job] = max(deps.get(job, 0), minute)
        staffed = any(s.operator_id is not None for s in booking.segments)
        self._number[booking.id] = number
        self._jobs.append(
            Job(
                number,
                booking,
                len(self._orders),
                self._options(booking, operation, routing.order, staffed=staffed),
                operation.splittable,
                staffed,
                tuple(deps.items()),
                over_at,
                max(over_at, self._earliest, routing.order.release_at or 0),
            )
        )
        return number

    def _options(
        self, booking: Booking, operation: Operation, order: Order, *, staffed: bool
    ) -> tuple[Option, ...]:
        """Its own machine, as long as it takes there now; other machines, as long as the operation does."""
        own = sum(s.end - s.start for s in booking.segments)
        minutes = {booking.machine_id: own}
        if len(self._routings.bookings(operation.id)) == 1 and own:  # a piece of several stays on its machine
            for other in operation.alternatives:
                if other.machine_id in self._shop.machines:
                    length = op_minutes(operation, order.quantity, other.machine_id)
                    minutes.setdefault(other.machine_id, max(1, length))
        preference = {a.machine_id: a.preference for a in operation.alternatives}
        return tuple(
            Option(
                machine_id,
                length,
                _attended(operation, machine_id, length) if staffed else 0,
                (preference.get(machine_id, 0), self._shop.machines[machine_id].code, machine_id),
            )
            for machine_id, length in sorted(minutes.items())
        )

    def _material_at(self, operation: Operation) -> Minute:
        """When the last of its material is there, as far as that is known."""
        rows = self._shop.materials.get(operation.id, ())
        return max((r.available_at for r in rows if r.available_at is not None), default=0)

    def _awaited(self, operation: Operation, routing: "_Routing") -> Iterator[tuple[int | None, int]]:
        """(job, minutes after its end) or (None, minute) of all that must be over before it may start."""
        for key in routing.before[operation.id]:
            earlier = routing.operations[key]
            yield from self._over(earlier, routing, earlier.min_wait_after_min)

    def _over(self, operation: Operation, routing: "_Routing", lag: int) -> Iterator[tuple[int | None, int]]:
        """When an operation is over, `lag` minutes added; one without a booking passes on what it awaits."""
        rows = self._routings.bookings(operation.id)
        for booking in rows:
            job = self._number.get(booking.id)
            yield (None, booking.envelope_end + lag) if job is None else (job, lag)
        if rows:
            return
        lag += (operation.subcontract_minutes or 0) if needs_no_machine(operation) else 0
        if needs_no_machine(operation):
            start = max(routing.order.release_at or 0, self._material_at(operation))
            if start:
                yield None, start + lag
        for job, minute in self._awaited(operation, routing):
            yield job, minute + lag

    def _close(
        self, order: Order, jobs: list[int], sequence: Sequence[Operation], routing: "_Routing"
    ) -> None:
        ends: dict[int, int] = {}
        fixed_finish = 0
        for operation in sequence:
            for job, minute in self._over(operation, routing, 0):
                if job is None:
                    fixed_finish = max(fixed_finish, minute)
                else:
                    ends[job] = max(ends.get(job, 0), minute)
        work = OrderWork(order, weight_of(order), tuple(jobs), tuple(ends.items()), fixed_finish)
        if jobs:
            self._orders.append(work)
        elif fixed_finish:
            self._fixed_tardiness += work.tardiness(fixed_finish)
            self._fixed_finish_sum += fixed_finish - self._request.as_of


@dataclass(frozen=True, slots=True)
class _Routing:
    order: Order
    before: Mapping[str, tuple[str, ...]]
    operations: Mapping[str, Operation]


def _attended(operation: Operation, machine_id: str, minutes: int) -> int:
    match operation.attendance:
        case Attendance.FULL:
            return minutes
        case Attendance.SETUP:
            return min(minutes, setup_minutes(operation, machine_id))
        case Attendance.NONE:
            return 0
