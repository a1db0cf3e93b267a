"""A changed plan put right again: work is pushed later, moved into gaps, or pulled forward.

What is locked, begun, held, done or inside the frozen zone stays where it is. Faults that the plan had before
stay, too: only work that the change touches moves, and what that work then runs into or makes wait. Work for
which no place is found before the horizon ends is left out and told.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Protocol, TypeAlias

from planning.board import Board, Place
from planning.calendars import ShopTimes
from planning.intervals import overlap
from planning.moves import is_movable
from planning.routings import Routings, in_order, latest_material, needs_no_machine, predecessors
from planning.shop import Booking, Minute, Operation

# Priority from the highest on, due date, order.
Rank: TypeAlias = tuple[int, Minute, str]


class Policy(StrEnum):
    """How a plan answers a change."""

    PUSH_RIGHT = "push_right"
    SAME_MACHINE = "same_machine"
    ALTERNATIVES = "alternatives"
    REPLAN = "replan"  # by `planning.replanning`, not here


@dataclass(frozen=True, slots=True)
class Retimed:
    """The plan after a change: every booking, which of them moved (by id), and which found no place.

    `cut_short`: a search for a better one was ended by its time, so another run may find another.
    """

    bookings: tuple[Booking, ...]
    moved: tuple[str, ...]
    unplaced: tuple[str, ...]
    cut_short: bool = False


class KnownPlaces(Protocol):
    """Who may know where a booking goes that is ready then, without looking with `find`."""

    def place(
        self, booking: Booking, ready: Minute, find: Callable[[], Booking | None]
    ) -> Booking | None: ...


def may_move(booking: Booking, earliest: Minute) -> bool:
    """Whether re-timing may touch it; `earliest` is the end of the frozen zone."""
    return is_movable(booking) and booking.envelope_start >= earliest


class Retiming:
    """Puts the plan of `times.shop` right, once; nothing moves to before the frozen zone's end."""

    def __init__(self, times: ShopTimes, as_of: Minute) -> None:
        self._shop = times.shop
        self._earliest = as_of + times.shop.settings.frozen_hours * 60
        self._routes = _Routes(times)
        self._board = Board(times, ())
        self._moved: dict[str, Booking] = {}
        self._moved_to: defaultdict[str, list[Booking]] = defaultdict(list)
        self._moved_with: defaultdict[str, list[Booking]] = defaultdict(list)
        self._unplaced: list[str] = []

    def push_right(self, touched: Collection[str], *, let_pass: bool = False) -> Retimed:
        """`touched` work goes as little later as it can; on each machine the sequence stays.

        `let_pass`: touched work whose order is released later first lets pass what starts before its release.
        """
        behind: defaultdict[str, Minute] = defaultdict(int)
        movable = self._lay_out()
        if let_pass:
            movable.sort(key=lambda b: self._routes.release(b, touched))
        for booking in movable:
            ready = max(booking.envelope_start, self._routes.ready_after_moves(booking))
            ready = max(ready, behind[booking.machine_id])
            if booking.id in touched:
                ready = max(ready, self._routes.ready(booking))
            elif ready == booking.envelope_start and not self._is_hit(booking):
                self._board.put(booking)
                continue
            placed = self._move(booking, Place((booking.machine_id,), ready))
            if placed is not None:
                behind[booking.machine_id] = max(behind[booking.machine_id], placed.envelope_end)
        return self._result()

    def reinsert(
        self,
        touched: Collection[str],
        policy: Policy,
        rank: Callable[[Booking], Rank] | None = None,
        machines: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Retimed:
        """`touched` work goes into the first gap that holds it; what must follow it moves, too.

        `rank`: who finds a place first, the lowest; within an order and without it, who started first.
        `machines`: by booking, where it may go, whatever `policy` says.
        """
        given = machines or {}
        movable = self._lay_out()
        for booking in movable:
            if booking.id not in touched:
                self._board.put(booking)
        for booking in movable if rank is None else sorted(movable, key=rank):
            after = self._routes.ready_after_moves(booking)
            if booking.id not in touched:
                if after <= booking.envelope_start:
                    continue
                self._board.take(booking.id)
            ready = max(self._earliest, after, self._routes.ready(booking))
            where = given.get(booking.id) or self._machines(booking, policy)
            self._move(booking, Place(where, ready))
        return self._result()

    def pull_left(self, chosen: Collection[str] | None = None, known: KnownPlaces | None = None) -> Retimed:
        """The `chosen` work (None: all) in the order of the plan, each as early as it can end where it is.

        What fits nowhere (nobody is qualified) stays as it was. `known` may spare looking for a place.
        """
        movable = self._lay_out()
        for booking in movable:
            if chosen is not None and booking.id not in chosen:
                self._board.put(booking)
        for booking in movable:
            if chosen is not None and booking.id not in chosen:
                continue
            ready = max(self._earliest, self._routes.ready(booking))
            find = partial(self._board.find, booking, Place((booking.machine_id,), ready))
            placed = find() if known is None else known.place(booking, ready, find)
            self._settle(booking, placed or booking)
        return self._result()

    def _lay_out(self) -> list[Booking]:
        """Put on what never moves; what may move is returned in order of start."""
        movable: list[Booking] = []
        for booking in self._shop.bookings:
            if may_move(booking, self._earliest):
                movable.append(booking)
            else:
                self._board.put(booking)
        return sorted(movable, key=self._routes.in_sequence)

    def _move(self, booking: Booking, place: Place) -> Booking | None:
        waits_for_ever = self._routes.waits_for_unplaced(booking)
        return self._settle(booking, None if waits_for_ever else self._board.find(booking, place))

    def _settle(self, booking: Booking, placed: Booking | None) -> Booking | None:
        """Put the booking where its place was found, and note what that means for others."""
        if placed is None:
            self._unplaced.append(booking.id)
        else:
            self._board.put(placed)
            if placed != booking:
                self._moved[booking.id] = placed
                self._moved_to[placed.machine_id].append(placed)
                for operator_id in {s.operator_id for s in placed.segments if s.operator_id is not None}:
                    self._moved_with[operator_id].append(placed)
        self._routes.note(booking, placed)
        return placed

    def _is_hit(self, booking: Booking) -> bool:
        """Whether moved work now lies where the booking is, on its machine or with its people."""
        if _meets(booking, self._moved_to[booking.machine_id]):
            return True
        people = {s.operator_id for s in booking.segments if s.operator_id is not None}
        if any(_meets(booking, self._moved_with[operator_id]) for operator_id in people):
            return not self._board.can_stand(booking)
        return False

    def _machines(self, booking: Booking, policy: Policy) -> tuple[str, ...]:
        operation = self._shop.operations.get(booking.operation_id or "")
        if policy is not Policy.ALTERNATIVES or operation is None:
            return (booking.machine_id,)
        others = (a.machine_id for a in operation.alternatives if a.machine_id != booking.machine_id)
        return booking.machine_id, *others

    def _result(self) -> Retimed:
        return Retimed(self._board.bookings, tuple(self._moved), tuple(self._unplaced))


def _meets(booking: Booking, others: Iterable[Booking]) -> bool:
    span = booking.envelope_start, booking.envelope_end
    return any(overlap(span, (other.envelope_start, other.envelope_end)) for other in others)


class _Routes:
    """When operations are over, in the plan as it was and as it becomes."""

    def __init__(self, times: ShopTimes) -> None:
        self._shop = times.shop
        self._routings = Routings(times.shop)
        self._before: dict[str, tuple[str, ...]] = {}
        self._ends: dict[str, dict[str, Minute]] = defaultdict(dict)
        for booking in times.shop.bookings:
            if booking.operation_id is not None:
                self._ends[booking.operation_id][booking.id] = booking.envelope_end
        self._changed: set[str] = set()
        self._lost: set[str] = set()

    def note(self, booking: Booking, placed: Booking | None) -> None:
        """The booking has found its place, or none."""
        operation_id = booking.operation_id
        if operation_id is None:
            return
        if placed is None:
            self._lost.add(operation_id)
        else:
            self._ends[operation_id][booking.id] = placed.envelope_end
            if placed != booking:
                self._changed.add(operation_id)

    def in_sequence(self, booking: Booking) -> tuple[Minute, Minute, int, str]:
        """The order in which work is placed: by start, and what precedes first."""
        operation = self._operation(booking)
        seq = 0 if operation is None else operation.seq
        return booking.envelope_start, booking.envelope_end, seq, booking.id

    def release(self, booking: Booking, chosen: Collection[str]) -> Minute:
        """When its turn is: its start, for `chosen` work not before its order's release."""
        operation = self._operation(booking)
        release = None if operation is None else self._shop.orders[operation.order_id].release_at
        waits = booking.id in chosen and release is not None
        return max(booking.envelope_start, release or 0) if waits else booking.envelope_start

    def ready(self, booking: Booking) -> Minute:
        """When everything before it is over, its order is released, and its material is there."""
        operation = self._operation(booking)
        if operation is None:
            return 0
        release = self._shop.orders[operation.order_id].release_at or 0
        material = latest_material(self._shop.materials.get(operation.id, ()))
        there = 0 if material is None else material.available_at or 0
        return max([release, there, *self._overs(operation, only_changed=False)])

    def ready_after_moves(self, booking: Booking) -> Minute:
        """When that of it which has moved is over; 0 where nothing has."""
        operation = self._operation(booking)
        return 0 if operation is None else max(self._overs(operation, only_changed=True), default=0)

    def waits_for_unplaced(self, booking: Booking) -> bool:
        """Whether something before it has found no place."""
        operation = self._operation(booking)
        return operation is not None and bool(self._lost.intersection(self._all_before(operation)))

    def _operation(self, booking: Booking) -> Operation | None:
        return self._shop.operations.get(booking.operation_id or "")

    def _overs(self, operation: Operation, *, only_changed: bool) -> Iterator[Minute]:
        for key in self._predecessors(operation):
            earlier = self._shop.operations[key]
            if needs_no_machine(earlier):
                begins = [*self._overs(earlier, only_changed=only_changed)]
                begins += [] if only_changed else self._floor(earlier, known=bool(begins))
                if begins:
                    yield max(begins) + (earlier.subcontract_minutes or 0) + earlier.min_wait_after_min
            elif self._ends[key] and (not only_changed or key in self._changed):
                yield max(self._ends[key].values()) + earlier.min_wait_after_min

    def _floor(self, outside: Operation, *, known: bool) -> Iterator[Minute]:
        """Before which it does not begin, whatever precedes it: its order's release, and its material.

        `known`: something before it says when it begins. Of work outside that nothing says it of, no end is.
        """
        release = self._shop.orders[outside.order_id].release_at
        if release is not None:
            yield release
        material = latest_material(self._shop.materials.get(outside.id, ()))
        if material is not None and (known or release is not None or outside.milestone):
            yield material.available_at or 0

    def _all_before(self, operation: Operation) -> set[str]:
        found: set[str] = set()
        waiting = [operation]
        while waiting:
            for key in self._predecessors(waiting.pop()):
                if key not in found:
                    found.add(key)
                    waiting.append(self._shop.operations[key])
        return found

    def _predecessors(self, operation: Operation) -> tuple[str, ...]:
        if operation.id not in self._before:
            operations = self._routings.operations(operation.order_id)
            before = predecessors(operations)
            in_order(operations, before)  # refuses a routing that is a circle
            self._before |= before
        return self._before[operation.id]
