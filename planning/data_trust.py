"""How good a shop's data is: what is missing or contradicts itself, and so makes figures unsure.

Each check counts rows of one kind and says of how many: an exact count, no score. Draft, done and cancelled
orders are left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import TypeVar

from leadhand.errors import InvalidRouting
from planning.order_conflicts import OPEN
from planning.routings import Routings, in_order, needs_no_machine, predecessors
from planning.shop import (
    Booking,
    BookingStatus,
    Machine,
    MaterialRequirement,
    Minute,
    Operation,
    Operator,
    Order,
    Shop,
)
from planning.zones import MINUTES_PER_DAY

# What the floor has not reported a day after its planned end is taken for forgotten.
REPORT_WITHIN_MIN = MINUTES_PER_DAY
# A newest report or import older than this is told with other figures. Both come daily and rest on weekends.
STALE_AFTER_MIN = 3 * MINUTES_PER_DAY
_end = attrgetter("envelope_end")
Part = TypeVar("Part")


class Check(StrEnum):
    """What is looked for, what makes the most figures unsure first."""

    NO_ROUTING = "orders_without_operations"
    CIRCULAR_ROUTING = "orders_with_circular_routing"
    NO_TIMES = "operations_without_times"
    NOT_REPORTED = "operations_not_reported"
    PAST_BOOKING = "bookings_in_the_past"
    OVERLAP = "imported_overlaps"
    NOT_SCHEDULED = "operations_without_booking"
    NO_PIECES = "orders_of_no_pieces"
    NO_SHIFTS = "machines_without_shifts"
    OPEN_DOWNTIME = "downtimes_without_end"
    UNKNOWN_MATERIAL = "material_without_date"
    NO_SKILLS = "operators_without_skills"
    NO_DUE_DATE = "orders_without_due_date"


TABLES: Mapping[Check, str] = {
    Check.NO_ROUTING: "production_order",
    Check.CIRCULAR_ROUTING: "production_order",
    Check.NO_TIMES: "operation",
    Check.NOT_REPORTED: "operation",
    Check.PAST_BOOKING: "booking",
    Check.OVERLAP: "booking",
    Check.NOT_SCHEDULED: "operation",
    Check.NO_PIECES: "production_order",
    Check.NO_SHIFTS: "machine",
    Check.OPEN_DOWNTIME: "downtime",
    Check.UNKNOWN_MATERIAL: "material_requirement",
    Check.NO_SKILLS: "operator",
    Check.NO_DUE_DATE: "production_order",
}


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of the check's table and whom it concerns: its order, its machines (of an operation: the booked
    ones, else all that can do it), its person.
    """

    id: str
    order_id: str | None = None
    operation_id: str | None = None
    machine_ids: tuple[str, ...] = ()
    operator_id: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The rows that a check found, in order of their codes, of how many it looked at."""

    check: Check
    rows: tuple[FoundRow, ...]
    looked_at: int

    @property
    def share(self) -> Fraction | None:
        """None where there was nothing to look at."""
        return Fraction(len(self.rows), self.looked_at) if self.looked_at else None


class _Ground:
    """What the checks of one shop look at, whatever the instant; gathered when it is first asked for.

    `shop` holds every booking of its open orders.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    @cached_property
    def orders(self) -> list[Order]:
        found = (order for order in self.shop.orders.values() if order.status in OPEN)
        return sorted(found, key=lambda order: (order.code, order.id))

    @cached_property
    def routings(self) -> Routings:
        return self.shop.view(Routings)

    def _of_routings(self, kind: str, make: Callable[[], Part]) -> Part:
        """What follows from the open orders and their operations alone: bookings change more often."""
        return self.shop.parts.of(kind, "", (self.shop.orders, self.shop.operations), make)

    @cached_property
    def circles(self) -> list[Order]:
        """Orders whose operations wait for one another."""
        return [order for order in self.orders if self._is_circle(order)]

    def _is_circle(self, order: Order) -> bool:
        operations = self.routings.operations(order.id)
        if all(o.predecessor_ids is None for o in operations):
            return False
        try:
            in_order(operations, predecessors(operations))
        except InvalidRouting:
            return True
        return False

    @cached_property
    def steps(self) -> list[Operation]:
        """Operations of open orders that need a machine."""
        return self._of_routings("steps", self._find_steps)

    def _find_steps(self) -> list[Operation]:
        rows = (o for order in self.orders for o in self.routings.operations(order.id))
        return [o for o in rows if not needs_no_machine(o)]

    @cached_property
    def bookings(self) -> list[Booking]:
        """Of open orders and of quotes, not done."""
        numbers = {order.id: number for number, order in enumerate(self.orders)}
        found: list[tuple[int, Minute, str, Booking]] = []
        for row in self.shop.bookings:
            if row.status is BookingStatus.DONE:
                continue
            operation = self.shop.operations.get(row.operation_id or "")
            place = -1 if operation is None else numbers.get(operation.order_id)
            if place is not None:
                found.append((place, row.envelope_start, row.id, row))
        return [row for *_, row in sorted(found, key=lambda entry: entry[:3])]

    @cached_property
    def timeless(self) -> list[Operation]:
        """Of the steps, those without any time."""
        return self._of_routings("timeless", lambda: [o for o in self.steps if _takes_no_time(o)])

    @cached_property
    def booked(self) -> tuple[list[Minute], list[tuple[Minute, Operation]]]:
        """The end of the last booking of each step that is booked; and with the step, if not all is done."""
        booked, done = self.routings.booked, BookingStatus.DONE
        ends: list[Minute] = []
        undone: list[tuple[Minute, Operation]] = []
        for operation in self.steps:
            own = booked.get(operation.id)
            if own is None:
                continue
            if len(own) == 1:  # as nearly all are
                end, over = own[0].envelope_end, own[0].status is done
            else:
                end, over = max(map(_end, own)), all(b.status is done for b in own)
            ends.append(end)
            if not over:
                undone.append((end, operation))
        return ends, undone

    @cached_property
    def awaiting(self) -> list[tuple[Operation, tuple[MaterialRequirement, ...]]]:
        """The steps that need material and have not begun by the plan."""
        materials = self.shop.materials
        rows = ((o, materials[o.id]) for o in self.steps if o.id in materials)
        return [(o, needed) for o, needed in rows if not self._has_begun(o)]

    def _has_begun(self, operation: Operation) -> bool:
        return any(b.status is not BookingStatus.PLANNED for b in self.routings.bookings(operation.id))


class DataTrust:
    """One shop at one instant; each check is made when it is asked for."""

    def __init__(self, shop: Shop, as_of: Minute) -> None:
        self._ground, self._shop, self._as_of = shop.view(_Ground), shop, as_of

    def all(self) -> tuple[Finding, ...]:
        return tuple(self.of(check) for check in Check)

    def of(self, check: Check) -> Finding:
        rows, looked_at = self._CHECKS[check](self)
        return Finding(check, tuple(rows), looked_at)

    @property
    def newest_report(self) -> Minute | None:
        """When the floor last reported anything, as far as open orders tell; None: never."""
        times = (r.at for rows in self._shop.progress.values() for r in rows if r.at <= self._as_of)
        return max(times, default=None)

    @property
    def newest_import(self) -> Minute | None:
        """When the plan last came in from another system; None: never, or not until now."""
        at = self._shop.last_import_at
        return None if at is None or at > self._as_of else at

    def _is_forgotten(self, booking: Booking) -> bool:
        return booking.envelope_end + REPORT_WITHIN_MIN <= self._as_of

    # ── Checks: the rows found, and how many were looked at ─────────────────────────────────────────────

    def _no_routing(self) -> tuple[Iterable[FoundRow], int]:
        bare = (o for o in self._ground.orders if not self._ground.routings.operations(o.id))
        return [FoundRow(o.id, o.id) for o in bare], len(self._ground.orders)

    def _circular(self) -> tuple[Iterable[FoundRow], int]:
        return [FoundRow(o.id, o.id) for o in self._ground.circles], len(self._ground.orders)

    def _no_times(self) -> tuple[Iterable[FoundRow], int]:
        return [self._step(o) for o in self._ground.timeless], len(self._ground.steps)

    def _not_reported(self) -> tuple[Iterable[FoundRow], int]:
        until = self._as_of - REPORT_WITHIN_MIN
        ends, undone = self._ground.booked
        silent = (o for end, o in undone if end <= until and not self._is_reported(o))
        return [self._step(o) for o in silent], sum(map(until.__ge__, ends))

    def _is_reported(self, operation: Operation) -> bool:
        return any(r.at <= self._as_of for r in self._shop.progress.get(operation.id, ()))

    def _past_bookings(self) -> tuple[Iterable[FoundRow], int]:
        planned = [b for b in self._ground.bookings if b.status is BookingStatus.PLANNED]
        return [self._booked(b) for b in planned if self._is_forgotten(b)], len(planned)

    def _overlaps(self) -> tuple[Iterable[FoundRow], int]:
        return [self._booked(b) for b in self._ground.bookings if b.waived_conflict], len(
            self._ground.bookings
        )

    def _not_scheduled(self) -> tuple[Iterable[FoundRow], int]:
        waiting = (o for o in self._ground.steps if not self._ground.routings.bookings(o.id))
        return [self._step(o) for o in waiting], len(self._ground.steps)

    def _no_pieces(self) -> tuple[Iterable[FoundRow], int]:
        return [FoundRow(o.id, o.id) for o in self._ground.orders if o.quantity <= 0], len(
            self._ground.orders
        )

    def _no_shifts(self) -> tuple[Iterable[FoundRow], int]:
        machines = [m for m in self._shop.machines.values() if _is_active(m, self._as_of)]
        bare = (m for m in machines if not self._has_shifts(m.calendar_id))
        found = sorted(bare, key=lambda m: (m.code, m.id))
        return [FoundRow(m.id, machine_ids=(m.id,)) for m in found], len(machines)

    def _has_shifts(self, calendar_id: str) -> bool:
        calendar = self._shop.calendars.get(calendar_id)
        return calendar is not None and bool(calendar.shifts)

    def _open_downtimes(self) -> tuple[Iterable[FoundRow], int]:
        current = [d for d in self._shop.downtimes if d.end is None or d.end > self._as_of]
        endless = (d for d in current if d.end is None)
        return [FoundRow(d.id, machine_ids=(d.machine_id,)) for d in endless], len(current)

    def _unknown_material(self) -> tuple[Iterable[FoundRow], int]:
        """Of operations that have yet to begin."""
        waiting = [(o, rows) for o, rows in self._ground.awaiting if not self._is_reported(o)]
        unknown = ((o, row) for o, rows in waiting for row in rows if row.available_at is None)
        whom = ((self._step(o), row) for o, row in unknown)
        found = [FoundRow(row.id, step.order_id, step.operation_id, step.machine_ids) for step, row in whom]
        return found, sum(len(rows) for _, rows in waiting)

    def _no_skills(self) -> tuple[Iterable[FoundRow], int]:
        """Nobody lacks one in a shop whose work centers ask for none."""
        if not any(center.skill_id is not None for center in self._shop.work_centers.values()):
            return (), 0
        people = [o for o in self._shop.operators.values() if _is_active(o, self._as_of)]
        bare = sorted((o for o in people if not o.skills), key=lambda o: (o.code, o.id))
        return [FoundRow(o.id, operator_id=o.id) for o in bare], len(people)

    def _no_due_date(self) -> tuple[Iterable[FoundRow], int]:
        return [FoundRow(o.id, o.id) for o in self._ground.orders if o.due_at is None], len(
            self._ground.orders
        )

    def _step(self, operation: Operation) -> FoundRow:
        booked = (b.machine_id for b in self._ground.routings.bookings(operation.id))
        machines = tuple(dict.fromkeys(booked)) or tuple(a.machine_id for a in operation.alternatives)
        return FoundRow(operation.id, operation.order_id, operation.id, machines)

    def _booked(self, booking: Booking) -> FoundRow:
        operation = self._shop.operations.get(booking.operation_id or "")
        order_id = None if operation is None else operation.order_id
        return FoundRow(booking.id, order_id, booking.operation_id, (booking.machine_id,))

    _CHECKS = MappingProxyType(
        {
            Check.NO_ROUTING: _no_routing,
            Check.CIRCULAR_ROUTING: _circular,
            Check.NO_TIMES: _no_times,
            Check.NOT_REPORTED: _not_reported,
            Check.PAST_BOOKING: _past_bookings,
            Check.OVERLAP: _overlaps,
            Check.NOT_SCHEDULED: _not_scheduled,
            Check.NO_PIECES: _no_pieces,
            Check.NO_SHIFTS: _no_shifts,
            Check.OPEN_DOWNTIME: _open_downtimes,
            Check.UNKNOWN_MATERIAL: _unknown_material,
            Check.NO_SKILLS: _no_skills,
            Check.NO_DUE_DATE: _no_due_date,
        }
    )


def _takes_no_time(operation: Operation) -> bool:
    """Whether neither the operation nor any machine of it states a time."""
    if operation.setup_min or operation.run_s_per_piece:
        return False
    return not any(a.setup_min or a.run_s_per_piece for a in operation.alternatives)


def _is_active(row: Machine | Operator, as_of: Minute) -> bool:
    return (row.active_from is None or row.active_from <= as_of) and (
        row.active_to is None or row.active_to > as_of
    )


def is_stale(newest: Minute | None, as_of: Minute) -> bool:
    """Whether the newest report or import is too old; what never came is not awaited."""
    return newest is not None and as_of - newest >= STALE_AFTER_MIN


def concerning(
    finding: Finding, *, order_ids: frozenset[str] | None = None, machine_ids: frozenset[str] | None = None
) -> Iterator[FoundRow]:
    """The rows that have to do with these orders and machines; None: with any."""
    for row in finding.rows:
        if order_ids is not None and row.order_id is not None and row.order_id not in order_ids:
            continue
        if machine_ids is not None and row.machine_ids and not machine_ids.intersection(row.machine_ids):
            continue
        yield row
