"""How a conflict could be mended (planning-domain section 5, tool 8): each fix stands for itself.

A fix that changes the plan was tried on a board beside everything else: the machine is open and free there,
people are there, qualified and free, and the order breaks no rule that it kept before. Work that is locked,
has begun, is held or lies in the frozen zone never moves; then the fix says that somebody must decide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from planning.board import Board, Place
from planning.booking_groups import by_machine
from planning.calendars import ShopTimes
from planning.conflict_items import Conflict, ConflictType
from planning.fix_items import Fix, FixKind, Why
from planning.fix_routes import FixOrders, FixRoutes
from planning.intervals import clip, intersect, total
from planning.moves import is_movable, is_within, skill_for
from planning.resource_conflicts import work_of
from planning.routings import PlannedOperation, op_minutes
from planning.shop import Attendance, Booking, Intervals, Minute, Operator, Order, Segment

MAX_FIXES = 3
_T = ConflictType
_MOVED = frozenset({_T.MACHINE_DOUBLE_BOOKED, _T.MACHINE_DOWN, _T.OUTSIDE_MACHINE_CALENDAR})
_STAFFED = frozenset(
    {_T.OPERATOR_DOUBLE_BOOKED, _T.OPERATOR_ABSENT, _T.OUTSIDE_OPERATOR_CALENDAR, _T.OPERATOR_UNQUALIFIED}
)


class FixGround:
    """What fixes of one plan are tried on, compiled once; `times` covers its bookings and the horizon."""

    def __init__(self, times: ShopTimes) -> None:
        self.times = times
        self.orders = FixOrders(times.shop)
        self.board = Board(times, times.shop.bookings)
        self.rows = {b.id: b for b in times.shop.bookings}
        self.on_machine = by_machine(times.shop)
        self.by_code = sorted(times.shop.operators.values(), key=lambda o: (o.code, o.id))


class Fixes:
    """Fixes for conflicts of one plan at one instant. Not for several threads at once."""

    def __init__(self, ground: FixGround, as_of: Minute) -> None:
        self._times, self._shop, self._as_of = ground.times, ground.times.shop, as_of
        self._routes = FixRoutes(ground.orders, as_of)
        self._board, self._rows = ground.board, ground.rows
        self._on_machine, self._by_code = ground.on_machine, ground.by_code

    def of(self, item: Conflict) -> tuple[Fix, ...]:
        """At most MAX_FIXES, the least change first."""
        rows = [self._rows[key] for key in item.booking_ids]
        if item.type in _MOVED:
            found = self._moves(rows[::-1])
        elif item.type in _STAFFED:
            found = self._other_people(item, rows)
        elif item.type is _T.OPERATOR_MISSING:
            found = self._assignments(item, rows[0])
        elif item.type is _T.PRECEDENCE:
            found = self._in_sequence(rows)
        elif item.type is _T.MATERIAL_MISSING:
            found = (*self._moves(rows[::-1])[: MAX_FIXES - 1], self._decide(Why.MATERIAL_EARLIER, rows))
        elif item.type is _T.MATERIAL_UNKNOWN:
            found = (self._decide(Why.ASK_MATERIAL, rows),)
        elif item.type is _T.NOT_FULLY_SCHEDULED:
            found = self._bookings_for(self._shop.orders[item.order_id or ""])
        elif item.type is _T.DURATION_MISMATCH:
            found = self._right_length(rows)
        else:
            found = self._relief(item, self._shop.orders[item.order_id or ""])
        return found[:MAX_FIXES]

    def may_move(self, booking: Booking) -> bool:
        return is_movable(booking) and booking.envelope_start >= self._routes.earliest

    # ── Work moved ──────────────────────────────────────────────────────────────────────────────────────

    def _moves(self, rows: Sequence[Booking]) -> tuple[Fix, ...]:
        """The first of `rows` that can be moved: on its machine, and to another one."""
        movable = [b for b in rows if self.may_move(b)]
        if not movable:
            return (self._decide(Why.FIXED, rows),)
        failed: list[Fix] = []
        for booking in movable:
            found = list(self._places(booking))
            clean = tuple(f for f in found if f.kind is FixKind.MOVE)
            if clean:
                return clean
            failed += found
        return (failed[0],) if failed else (self._decide(Why.NO_PLACE, movable),)

    def _places(self, booking: Booking, *, staffed: bool | None = None) -> Iterator[Fix]:
        """Its earliest place on its own machine, and on another one."""
        ready = self._routes.ready(booking.operation_id)
        if ready is None:
            return
        for machine_ids in ((booking.machine_id,), self._others(booking)):
            after = self._find(booking, Place(machine_ids, ready), staffed=staffed)
            if after is None or after == booking:
                continue
            yield self._judged(booking, after)

    def _judged(self, booking: Booking, after: Booking) -> Fix:
        """The move, or why it is none to make alone."""
        order = self._routes.order_of(booking)
        broken = () if order is None else self._routes.would_break(order, after)
        if not broken:
            return Fix(FixKind.MOVE, booking, after)
        types = tuple(dict.fromkeys(c.type for c in broken))
        rows = (booking.id,)
        return Fix(FixKind.DECIDE, booking, after, why=Why.BREAKS_ANOTHER, booking_ids=rows, breaks=types)

    def _find(self, booking: Booking, place: Place, *, staffed: bool | None = None) -> Booking | None:
        """Where it would go if it were taken off the plan; the plan stays as it is."""
        if not place.machine_ids:
            return None
        taken = self._board.take(booking.id) if booking.id in self._rows else None
        try:
            return self._board.find(booking, place, staffed=staffed)
        finally:
            if taken is not None:
                self._board.put(taken)

    def _others(self, booking: Booking) -> tuple[str, ...]:
        """The other machines that could do all of it; none where it is one of several pieces."""
        operation = self._shop.operations.get(booking.operation_id or "")
        if operation is None:
            return ()
        if len(self._routes.bookings(operation.id)) > 1:
            return ()
        return tuple(a.machine_id for a in operation.alternatives if a.machine_id != booking.machine_id)

    def _in_sequence(self, rows: Sequence[Booking]) -> tuple[Fix, ...]:
        """The later work after the earlier one, else the earlier one where it is over in time."""
        *earlier, later = rows
        found = self._moves([later])
        if found[0].kind is FixKind.MOVE or not earlier or not self.may_move(earlier[0]):
            return found if self.may_move(later) else (self._decide(Why.FIXED, rows),)
        operation = self._shop.operations[earlier[0].operation_id or ""]
        latest = later.envelope_start - operation.min_wait_after_min
        before = (f for f in self._places(earlier[0]) if f.kind is FixKind.MOVE)
        return tuple(f for f in before if f.after and f.after.envelope_end <= latest) or found

    def _right_length(self, rows: Sequence[Booking]) -> tuple[Fix, ...]:
        """Booked again for as long as the operation takes, from its start on."""
        booking, *others = rows
        operation = self._shop.operations.get(booking.operation_id or "")
        if others or operation is None or not self.may_move(booking):
            return (self._decide(Why.FIXED, rows),)
        quantity = self._shop.orders[operation.order_id].quantity
        minutes = op_minutes(operation, quantity, booking.machine_id)
        person = booking.segments[0].operator_id if booking.segments else None
        start = booking.envelope_start
        asked = replace(booking, segments=(Segment(start, start + minutes, person),))
        after = self._find(asked, Place((booking.machine_id,), start))
        return (self._decide(Why.NO_PLACE, rows) if after is None else self._judged(booking, after),)

    @staticmethod
    def _decide(why: Why, rows: Sequence[Booking]) -> Fix:
        return Fix(FixKind.DECIDE, why=why, booking_ids=tuple(b.id for b in rows))

    # ── Other people ────────────────────────────────────────────────────────────────────────────────────

    def _other_people(self, item: Conflict, rows: Sequence[Booking]) -> tuple[Fix, ...]:
        """A colleague for exactly the minutes in question, else the earliest place with people."""
        giver = item.operator_id or ""
        movable = [b for b in rows[::-1] if self.may_move(b)]
        for booking in movable:
            pieces = intersect(work_of(giver, booking), item.spans)
            takers = self._free_for(booking, pieces, but=giver) if pieces else ()
            if takers:
                return tuple(
                    Fix(FixKind.HAND_OVER, booking, from_id=giver, to_id=taker.id, spans=pieces)
                    for taker in takers
                )
        return self._moves(rows[::-1])

    def _free_for(
        self, booking: Booking, pieces: Intervals, *, but: str | None = None
    ) -> tuple[Operator, ...]:
        """Who is qualified, there and free for all of it, by code."""
        skill_id = skill_for(self._shop, booking)
        found: list[Operator] = []
        for operator in self._by_code:
            if operator.id == but or not _holds(operator, skill_id):
                continue
            # Whoever works on the booking itself at that time cannot do so twice.
            if intersect(work_of(operator.id, booking), pieces):
                continue
            if is_within(pieces, self._board.free(operator.id, skill_id)):
                found.append(operator)
                if len(found) == MAX_FIXES:
                    break
        return tuple(found)

    def _assignments(self, item: Conflict, booking: Booking) -> tuple[Fix, ...]:
        """Who could be assigned: one person for all, else one for each stretch, else a place with people."""
        ahead = clip(item.spans, (self._as_of, self._times.window[1]))
        if not ahead:
            return (self._decide(Why.FIXED, (booking,)),)
        whole = self._free_for(booking, ahead)
        if whole:
            return tuple(Fix(FixKind.ASSIGN, booking, to_id=o.id, spans=ahead) for o in whole)
        parts = [(span, self._free_for(booking, (span,))) for span in ahead]
        if len(parts) > 1 and all(takers for _, takers in parts):
            return tuple(
                Fix(FixKind.ASSIGN, booking, to_id=takers[0].id, spans=(span,)) for span, takers in parts
            )
        if not self.may_move(booking):
            return (self._decide(Why.NOBODY, (booking,)),)
        found = tuple(self._places(booking, staffed=True))
        clean = tuple(f for f in found if f.kind is FixKind.MOVE)
        return clean or found[:1] or (self._decide(Why.NOBODY, (booking,)),)

    # ── Orders ──────────────────────────────────────────────────────────────────────────────────────────

    def _bookings_for(self, order: Order) -> tuple[Fix, ...]:
        """The earliest place of the first missing operation, then of those behind it."""
        placed: list[Booking] = []
        try:
            return self._one_behind_the_other(order, placed)
        finally:
            for booking in placed:
                self._board.take(booking.id)

    def _one_behind_the_other(self, order: Order, placed: list[Booking]) -> tuple[Fix, ...]:
        """As `_bookings_for`; what is put on the board is noted in `placed`."""
        fixes: list[Fix] = []
        for planned in self._routes.unbooked(order)[:MAX_FIXES]:
            operation = planned.operation
            if not operation.alternatives:
                return (*fixes, Fix(FixKind.DECIDE, why=Why.NO_MACHINE, operation_ids=(operation.id,)))
            now = {o.operation.id: o for o in self._routes.with_changes(order, placed)}[operation.id]
            ready = now.ready_at(order)
            found = (
                None
                if ready is None
                else self._new_booking(planned, order, max(ready, self._routes.earliest))
            )
            if found is None:
                fixes.append(Fix(FixKind.DECIDE, why=Why.NO_PLACE, operation_ids=(operation.id,)))
                break
            broken = self._routes.would_break(order, *placed, found)
            if broken:
                types = tuple(dict.fromkeys(c.type for c in broken))
                fixes.append(
                    Fix(
                        FixKind.DECIDE,
                        after=found,
                        why=Why.BREAKS_ANOTHER,
                        operation_ids=(operation.id,),
                        breaks=types,
                    )
                )
                break
            fixes.append(Fix(FixKind.BOOK, after=found, operation_ids=(operation.id,)))
            self._board.put(found)
            placed.append(found)
        return tuple(fixes)

    def _new_booking(self, planned: PlannedOperation, order: Order, ready: Minute) -> Booking | None:
        operation = planned.operation
        first = operation.alternatives[0].machine_id
        minutes = op_minutes(operation, order.quantity, first)
        asked = Booking(
            f"new-{operation.id}", operation.id, first, 0, minutes, segments=(Segment(0, minutes),)
        )
        machines = tuple(a.machine_id for a in operation.alternatives)
        needs_people = operation.attendance is not Attendance.NONE and (
            operation.attendance is Attendance.FULL or any(a.setup_min for a in operation.alternatives)
        )
        return self._board.find(asked, Place(machines, ready), staffed=needs_people)

    def _relief(self, item: Conflict, order: Order) -> tuple[Fix, ...]:
        """Its last operation earlier, and other work that stands before it on its machines and can wait."""
        operations = self._routes.planned(order)
        earlier = self._earlier_finish(item, order)
        waits = sorted(self._waits(order, operations), key=lambda f: -total(f.spans))
        found = (*earlier, *waits[: MAX_FIXES - len(earlier)])
        return found or (Fix(FixKind.DECIDE, why=Why.NO_SINGLE_CHANGE),)

    def _earlier_finish(self, item: Conflict, order: Order) -> tuple[Fix, ...]:
        for key in item.operation_ids:
            rows = self._routes.bookings(key)
            ready = self._routes.ready(key)
            if len(item.operation_ids) > 1 or len(rows) != 1 or ready is None or not self.may_move(rows[0]):
                continue
            booking = rows[0]
            after = self._find(booking, Place((booking.machine_id, *self._others(booking)), ready))
            if after is None or after.envelope_end >= booking.envelope_end:
                continue
            if self._routes.would_break(order, after):
                continue
            finish = self._routes.finish(self._routes.with_changes(order, (after,)))
            return (Fix(FixKind.MOVE, booking, after, finish=finish),)
        return ()

    def _waits(self, order: Order, operations: Sequence[PlannedOperation]) -> Iterator[Fix]:
        """Work of other orders in the way, while an operation could have run on its machine.

        `slack_min` of that order is more than nothing: it can wait.
        """
        for planned in operations:
            ready, start = planned.ready_at(order), planned.start
            if ready is None or start is None or not planned.bookings:
                continue
            waited = (max(ready, self._routes.earliest), start)
            open_time = clip(self._times.machine(planned.bookings[0].machine_id).available, waited)
            for other in self._on_machine[planned.bookings[0].machine_id]:
                if other.envelope_start >= waited[1] or other.envelope_end <= waited[0]:
                    continue
                held = clip(open_time, (other.envelope_start, other.envelope_end))
                of_other = self._routes.order_of(other) if held and self.may_move(other) else None
                if of_other is None or of_other.id == order.id:
                    continue
                slack = self._routes.slack(of_other)
                if slack is not None and slack > 0:
                    yield Fix(
                        FixKind.RELIEF,
                        held_by=other,
                        spans=held,
                        slack_min=slack,
                        operation_ids=(planned.operation.id,),
                    )


def _holds(operator: Operator, skill_id: str | None) -> bool:
    return skill_id is None or any(s.skill_id == skill_id for s in operator.skills)
