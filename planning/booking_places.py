"""Where a person may put one operation: at a given start or as early as it can be, beside everything else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from planning.board import Board, Place
from planning.calendars import ShopTimes
from planning.intervals import clip
from planning.moves import skill_for
from planning.shop import Attendance, Booking, Interval, Minute, Operation, Shop


@dataclass(frozen=True, slots=True)
class BookingAsked:
    """One operation, on one of these machines, from `start` on; `exact`: from then and no later.

    `operator_id`: who shall do it, None for whoever is free. `staffed`: whether people are planned at all.
    """

    operation: Operation
    machine_ids: tuple[str, ...]
    start: Minute
    exact: bool
    staffed: bool
    operator_id: str | None = None


class NoStart(StrEnum):
    """Why work cannot start at an instant."""

    MACHINE_BUSY = "machine_busy"
    MACHINE_DOWN = "machine_down"
    MACHINE_CLOSED = "machine_closed"
    NO_OPERATOR = "no_operator"
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where it goes; or, of an exact start that is not possible, why, and the next place there is.

    `booking` None: there is no place before the horizon ends. `other`: what is there instead.
    """

    booking: Booking | None
    reason: NoStart | None = None
    other: Booking | None = None


def plans_people(shop: Shop) -> bool:
    """Whether the shop's bookings name people; in one that plans machines alone, none are assigned."""
    return any(s.operator_id is not None for b in shop.bookings for s in b.segments)


def needs_person(operation: Operation) -> bool:
    return operation.attendance is not Attendance.NONE


def place_operation(times: ShopTimes, asked: BookingAsked, booking_id: str) -> Placed:
    """A place for a new booking of the operation; nothing else moves.

    `times` covers all bookings and the planning horizon.
    """
    shop = times.shop
    if asked.operator_id is not None:
        only = {asked.operator_id: shop.operators[asked.operator_id]}
        times = ShopTimes(replace(shop, operators=only), times.window)
    blank = Booking(booking_id, asked.operation.id, "", asked.start, asked.start)
    board = Board(times, shop.bookings)
    found = board.find(blank, Place(asked.machine_ids, asked.start), staffed=asked.staffed)
    if not asked.exact:
        return Placed(found)
    for machine_id in asked.machine_ids:
        there = board.find(blank, Place((machine_id,), asked.start), staffed=asked.staffed)
        if there is not None and there.envelope_start == asked.start:
            return Placed(there)
    reason, other = _why_not(times, asked, found)
    return Placed(found, reason, other)


def _why_not(
    times: ShopTimes, asked: BookingAsked, next_place: Booking | None
) -> tuple[NoStart, Booking | None]:
    """What keeps the work from starting then, on the machine that it would go to."""
    machine_id = asked.machine_ids[0] if next_place is None else next_place.machine_id
    first: Interval = asked.start, asked.start + 1
    rows = [b for b in times.shop.bookings if b.machine_id == machine_id]
    other = next((b for b in rows if b.envelope_start <= asked.start < b.envelope_end), None)
    if other is not None:
        return NoStart.MACHINE_BUSY, other
    if not clip(times.machine(machine_id).available, first):
        return (
            NoStart.MACHINE_DOWN if _is_down(times.shop, machine_id, asked.start) else NoStart.MACHINE_CLOSED
        ), None
    if asked.staffed and not _somebody(times, asked, machine_id):
        return NoStart.NO_OPERATOR, None
    later = [b for b in rows if b.envelope_start > asked.start]
    return NoStart.NO_ROOM, min(later, key=lambda b: b.envelope_start, default=None)


def _is_down(shop: Shop, machine_id: str, minute: Minute) -> bool:
    return any(
        d.machine_id == machine_id and d.start <= minute and (d.end is None or minute < d.end)
        for d in shop.downtimes
    )


def _somebody(times: ShopTimes, asked: BookingAsked, machine_id: str) -> bool:
    board = Board(times, times.shop.bookings)
    blank = Booking("", asked.operation.id, machine_id, asked.start, asked.start)
    skill_id = skill_for(times.shop, blank)
    first: Interval = asked.start, asked.start + 1
    return any(clip(board.free(key, skill_id), first) for key in times.shop.operators)


def eligible(operation: Operation, machine_ids: Sequence[str] | None) -> tuple[str, ...]:
    """The machines that can do the operation, the preferred first; of `machine_ids`, if given."""
    able = sorted(operation.alternatives, key=lambda a: (a.preference, a.machine_id))
    return tuple(a.machine_id for a in able if machine_ids is None or a.machine_id in machine_ids)
