"""Work that could run on another machine: bookings that clash, have no machine time or are too much.

A move takes an alternative of the operation, with the alternative's own times, into free time there: not
before the work was to start, and so that neither the next operation nor the due date waits for it. People are
not looked at. Each move is checked against the plan as it would be after the moves before it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from planning.availability import bookings_by_machine
from planning.calendars import ShopTimes
from planning.crew import fully_booked
from planning.figures import first_fit
from planning.intervals import WorkTime, clip, normalize, overlap, total
from planning.moves import MAX_TRIES, Move, MoveKind, MoveQuestion, is_movable, is_within
from planning.plan_work import plan_work
from planning.routings import Routings
from planning.shop import Alternative, Booking, Interval, Intervals, Minute, Operation, Shop


@dataclass(frozen=True, slots=True)
class _Place:
    slot: Interval
    minutes: int
    alternative: Alternative


class _Machines:
    """Every machine's bookings, changed by each move that is suggested."""

    def __init__(self, times: ShopTimes, window: Interval) -> None:
        self.times = times
        self.window = window
        self._bookings = times.shop.view(bookings_by_machine)
        self._envelopes: dict[str, list[Interval]] = {}
        self._segments: dict[str, list[Interval]] = {}
        self._clashes: dict[str, Intervals] = {}
        self._overloaded: dict[str, bool] = {}
        self._in_trouble = _in_trouble(times, window)

    def envelopes(self, machine_id: str) -> list[Interval]:
        if machine_id not in self._envelopes:
            rows = self._bookings.get(machine_id, ())
            self._envelopes[machine_id] = [(b.envelope_start, b.envelope_end) for b in rows]
        return self._envelopes[machine_id]

    def segments(self, machine_id: str) -> list[Interval]:
        if machine_id not in self._segments:
            rows = self._bookings.get(machine_id, ())
            self._segments[machine_id] = [(s.start, s.end) for b in rows for s in b.segments]
        return self._segments[machine_id]

    def overloaded(self, machine_id: str) -> bool:
        if machine_id not in self._overloaded:
            load = sum(overlap(piece, self.window) for piece in self.segments(machine_id))
            available = total(clip(self.times.machine(machine_id).available, self.window))
            self._overloaded[machine_id] = load > available
        return self._overloaded[machine_id]

    def is_well(self, machine_id: str) -> bool:
        """Whether it has neither too much to do nor any booking in conflict."""
        if machine_id not in self._in_trouble:
            return True
        if self.overloaded(machine_id) or fully_booked(self.envelopes(machine_id), 2):
            return False
        work = clip(normalize(self.segments(machine_id)), self.times.window)
        return not work or is_within(work, self.times.machine(machine_id).available)

    def in_conflict(self, booking: Booking) -> bool:
        """Whether it shares the machine with another booking, or works where the machine has no time."""
        if booking.machine_id not in self._clashes:
            self._clashes[booking.machine_id] = fully_booked(self.envelopes(booking.machine_id), 2)
        if clip(self._clashes[booking.machine_id], (booking.envelope_start, booking.envelope_end)):
            return True
        work = normalize((s.start, s.end) for s in booking.segments)
        return bool(work) and not is_within(work, self.times.machine(booking.machine_id).available)

    def place(self, operation: Operation, quantity: int, span: Interval, but: str) -> _Place | None:
        """The earliest end on another machine within `span`, then preference, then code."""
        found: list[tuple[Minute, int, str, _Place]] = []
        for alternative in operation.alternatives:
            if alternative.machine_id == but:
                continue
            minutes = alternative.setup_min + -(-quantity * alternative.run_s_per_piece // 60)
            slot = self._fit(alternative.machine_id, span, minutes, splittable=operation.splittable)
            if slot is not None:
                code = self.times.shop.machines[alternative.machine_id].code
                place = _Place(slot, minutes, alternative)
                found.append((slot[1], alternative.preference, code, place))
        return min(found, key=lambda entry: entry[:3])[3] if found else None

    def _fit(self, machine_id: str, span: Interval, minutes: int, *, splittable: bool) -> Interval | None:
        if minutes < 1:
            return None
        available = self.times.machine(machine_id).available
        blocked = normalize(self.envelopes(machine_id))
        free = first_fit(available, blocked, span, minutes, splittable=splittable)
        if free is None:
            return None
        end = WorkTime(clip(available, (free[0], span[1]))).end_at(minutes)
        return None if end is None else (free[0], end)

    def move(self, booking: Booking, place: _Place) -> None:
        self.envelopes(booking.machine_id).remove((booking.envelope_start, booking.envelope_end))
        for segment in booking.segments:
            self.segments(booking.machine_id).remove((segment.start, segment.end))
        target = place.alternative.machine_id
        self.envelopes(target).append(place.slot)
        self.segments(target).extend(clip(self.times.machine(target).available, place.slot))
        self._in_trouble.add(target)  # as far as is known now
        for changed in (booking.machine_id, target):
            self._clashes.pop(changed, None)
            self._overloaded.pop(changed, None)


def _in_trouble(times: ShopTimes, window: Interval) -> set[str]:
    """Machines with too much to do in the window, a clash, or work outside their time."""
    machines, (low, high) = list(times.shop.machines.values()), times.window
    edges = sorted({low, max(low, window[0]), min(high, window[1]), high})
    work = plan_work(times.shop)
    found = set(work.clashing_machines)
    for machine, parts in zip(machines, work.machines(times, machines, edges), strict=True):
        inside = parts[edges.index(max(low, window[0]))]
        if inside.overloaded or any(part.outside for part in parts):
            found.add(machine.id)
    return found


def machine_moves(times: ShopTimes, bookings: Sequence[Booking], question: MoveQuestion) -> tuple[Move, ...]:
    """At most `question.limit` moves of `bookings` (by start) to other machines."""
    shop = times.shop
    machines = _Machines(times, question.window)
    earliest = question.movable_from(shop)
    by_machine: dict[str, list[Booking]] = defaultdict(list)
    for booking in bookings:
        by_machine[booking.machine_id].append(booking)
    deadlines = _Deadlines(shop)
    moves: list[Move] = []
    for machine_id in sorted(by_machine, key=lambda key: shop.machines[key].code):
        if machines.is_well(machine_id):
            continue
        rows = [
            booking
            for booking in by_machine[machine_id]
            if earliest <= booking.envelope_start
            and booking.envelope_end <= times.window[1]
            and is_movable(booking)
        ]
        clashing = {b.id for b in rows if machines.in_conflict(b)}
        for booking in sorted(rows, key=lambda b: b.id not in clashing)[:MAX_TRIES]:
            if len(moves) >= question.limit:
                return tuple(moves)
            if not machines.in_conflict(booking) and not machines.overloaded(machine_id):
                continue
            operation = shop.operations.get(booking.operation_id or "")
            if operation is None or len(operation.alternatives) < 2:
                continue
            until = deadlines.of(operation, booking, question.window[1])
            quantity = shop.orders[operation.order_id].quantity
            place = machines.place(operation, quantity, (booking.envelope_start, until), machine_id)
            if place is not None:
                machines.move(booking, place)
                spans: Intervals = (place.slot,)
                to_id = place.alternative.machine_id
                moves.append(Move(MoveKind.OTHER_MACHINE, booking, machine_id, to_id, spans, place.minutes))
    return tuple(moves)


class _Deadlines:
    """By when an operation must be done so that nothing after it waits."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._routings = shop.view(Routings)

    def of(self, operation: Operation, booking: Booking, otherwise: Minute) -> Minute:
        """Start of the next operation less the wait, else the due date, else `otherwise`.

        Never before the booking's own end: a move does not have to mend what is late already.
        """
        following = (self._routings.bookings(o.id) for o in self._successors(operation))
        starts = [bookings[0].envelope_start for bookings in following if bookings]
        if starts:
            return max(min(starts) - operation.min_wait_after_min, booking.envelope_end)
        due = self.shop.orders[operation.order_id].due_at
        return max(otherwise if due is None else due, booking.envelope_end)

    def _successors(self, operation: Operation) -> list[Operation]:
        others = self._routings.operations(operation.order_id)
        later = [o.seq for o in others if o.seq > operation.seq]
        following = min(later) if later else None
        return [
            other
            for other in others
            if (
                other.seq == following
                if other.predecessor_ids is None
                else operation.id in other.predecessor_ids
            )
        ]
