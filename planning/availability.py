"""Machine availability (planning-domain sections 4 and 5, tool 1): one machine, one window, one instant."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from planning.calendars import ClosedReason, ClosedTime, ResourceTime, ShopTimes
from planning.figures import Figures, figures, first_fit, fits
from planning.intervals import clip, contains, intersect, normalize, overlap, subtract, total
from planning.shop import Booking, BookingStatus, Downtime, Interval, Intervals, Minute, Shop

# A plan with more is broken as a whole; every pair of n bookings at once would be n squared.
MAX_PAIRS = 200


class MachineStatus(StrEnum):
    UNAVAILABLE = "unavailable"
    FREE = "free"
    BOOKED = "booked"
    PARTIALLY_BOOKED = "partially_booked"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every machine. `horizon`: the search for free time ends there."""

    window: Interval
    as_of: Minute
    horizon: Minute
    min_free_minutes: int = 60
    splittable: bool = True

    @property
    def span(self) -> Interval:
        """What calendars and bookings must cover."""
        return min(self.window[0], self.as_of), max(self.window[1], self.horizon)


@dataclass(frozen=True, slots=True)
class CurrentBooking:
    """A booking that holds the machine at as_of; `running` False while it is paused."""

    booking: Booking
    running: bool


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """`minutes`: working time in it."""

    start: Minute
    end: Minute
    minutes: int


@dataclass(frozen=True, slots=True)
class NextSlot:
    """A free slot; `end` and `minutes` None: nothing is booked after it up to the horizon."""

    start: Minute
    end: Minute | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """Two envelopes on one machine at once, cut to the window; `minutes` of available time, else elapsed."""

    first: Booking
    second: Booking
    start: Minute
    end: Minute
    minutes: int


@dataclass(frozen=True, slots=True)
class MachineAvailability:
    """Bookings, downtimes, closures and double bookings are those that touch the window, by start.

    `next_slot` is looked for from as_of on, `free_slots` are those within the window.
    """

    machine_id: str
    status: MachineStatus
    reasons: tuple[ClosedReason, ...]
    figures: Figures
    current: tuple[CurrentBooking, ...]
    next_slot: NextSlot | None
    free_slots: tuple[FreeSlot, ...]
    bookings: tuple[Booking, ...]
    downtimes: tuple[Downtime, ...]
    closed: tuple[ClosedTime, ...]
    double_bookings: tuple[DoubleBooking, ...]


def bookings_by_machine(shop: Shop) -> Mapping[str, Sequence[Booking]]:
    """All bookings of each machine, by envelope start."""
    found: dict[str, list[Booking]] = defaultdict(list)
    for booking in shop.bookings:
        found[booking.machine_id].append(booking)
    for rows in found.values():
        rows.sort(key=booking_order)
    return found


def booking_order(booking: Booking) -> tuple[Minute, Minute, str]:
    """By start, then end, then id."""
    return booking.envelope_start, booking.envelope_end, booking.id


def machine_availability(
    times: ShopTimes, machine_id: str, bookings: Sequence[Booking], question: Question
) -> MachineAvailability:
    """Answer `question` for one machine.

    `times` covers `question.span`; `bookings` are all of the machine's that touch it, by envelope start.
    """
    time = times.machine(machine_id)
    window = question.window
    blocked = normalize((b.envelope_start, b.envelope_end) for b in bookings)
    touching = tuple(b for b in bookings if _touches(b, window))
    available = clip(time.available, window)
    status = _status(available, blocked)
    return MachineAvailability(
        machine_id=machine_id,
        status=status,
        reasons=time.reasons(window) if status is MachineStatus.UNAVAILABLE else (),
        figures=figures(
            time.calendar,
            time.available,
            [(s.start, s.end) for b in touching for s in b.segments],
            [(b.envelope_start, b.envelope_end) for b in touching],
            window,
        ),
        current=_current(bookings, time.available, question.as_of),
        next_slot=next_slot(time.available, blocked, question),
        free_slots=free_slots(available, blocked, question),
        bookings=touching,
        downtimes=tuple(
            d
            for d in times.downtimes(machine_id)
            if overlap((d.start, window[1] if d.end is None else d.end), window)
        ),
        closed=closed_within(time, window),
        double_bookings=_double_bookings(touching, available, window),
    )


def next_slot(available: Intervals, blocked: Intervals, question: Question) -> NextSlot | None:
    """The first free slot from as_of on that holds `min_free_minutes` of work; None beyond the horizon."""
    span = question.as_of, question.horizon
    found = first_fit(available, blocked, span, question.min_free_minutes, splittable=question.splittable)
    if found is None:
        return None
    next_block = bisect_right(blocked, found[0], key=_start)
    is_last = next_block == len(blocked) or blocked[next_block][0] >= question.horizon
    if question.splittable and is_last:
        return NextSlot(found[0], None, None)
    return NextSlot(*found, total(clip(available, found)))


def free_slots(available: Intervals, blocked: Intervals, question: Question) -> tuple[FreeSlot, ...]:
    """The free slots of the window that hold `min_free_minutes`; those to come, if it has begun."""
    start, end = question.window
    span = (max(start, question.as_of), end) if question.as_of < end else question.window
    found = fits(available, blocked, span, question.min_free_minutes, splittable=question.splittable)
    return tuple(FreeSlot(slot[0], slot[1], total(clip(available, slot))) for slot in found)


def _start(interval: Interval) -> Minute:
    return interval[0]


def _touches(booking: Booking, window: Interval) -> bool:
    """Whether it shares a minute with the window; a milestone: whether it lies in it."""
    start, end = booking.envelope_start, booking.envelope_end
    return start < window[1] and (end > window[0] or start == end == window[0])


def _status(available: Intervals, blocked: Intervals) -> MachineStatus:
    if not available:
        return MachineStatus.UNAVAILABLE
    if not intersect(blocked, available):
        return MachineStatus.FREE
    return MachineStatus.PARTIALLY_BOOKED if subtract(available, blocked) else MachineStatus.BOOKED


def _current(bookings: Sequence[Booking], available: Intervals, as_of: Minute) -> tuple[CurrentBooking, ...]:
    is_open = contains(available, as_of)
    return tuple(
        CurrentBooking(
            booking,
            is_open
            and booking.status is not BookingStatus.DONE
            and any(segment.start <= as_of < segment.end for segment in booking.segments),
        )
        for booking in bookings
        if booking.envelope_start <= as_of < booking.envelope_end
    )


def closed_within(time: ResourceTime, window: Interval) -> tuple[ClosedTime, ...]:
    """What took working time away in the window, cut to it."""
    cut = (ClosedTime(c.reason, c.name, c.row_id, clip(c.intervals, window)) for c in time.closed)
    return tuple(closed for closed in cut if closed.intervals)


def _double_bookings(
    bookings: Sequence[Booking], available: Intervals, window: Interval
) -> tuple[DoubleBooking, ...]:
    """The pairs whose envelopes overlap in the window: one sweep over the starts, cut off after MAX_PAIRS."""
    found: list[DoubleBooking] = []
    open_: list[Booking] = []
    for booking in bookings:
        if booking.envelope_start == booking.envelope_end:
            continue
        open_ = [other for other in open_ if other.envelope_end > booking.envelope_start]
        for other in open_:
            end = min(other.envelope_end, booking.envelope_end)
            shared = max(booking.envelope_start, window[0]), min(end, window[1])
            if shared[0] < shared[1]:
                working = total(clip(available, shared))
                minutes = working or shared[1] - shared[0]
                found.append(DoubleBooking(other, booking, *shared, minutes))
        if len(found) >= MAX_PAIRS:
            break
        open_.append(booking)
    return tuple(found)
