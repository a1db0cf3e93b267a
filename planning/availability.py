"""Machine availability (planning-domain sections 4 and 5, tool 1): one machine, one window, one instant."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter

from planning.calendars import ClosedReason, ClosedTime, ResourceTime, ShopTimes
from planning.figures import Figures, figures, first_fit, fits
from planning.intervals import clip, contains, normalize, overlap, total
from planning.plan_work import plan_work
from planning.shop import Booking, BookingStatus, Downtime, Interval, Intervals, Machine, Minute, Shop

# A plan's columns, if nobody has asked for them yet, cost as much as the figures of so many machines.
FEW_MACHINES = 20
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

    `next_slot` is looked for from as_of on.
    """

    machine_id: str
    status: MachineStatus
    reasons: tuple[ClosedReason, ...]
    figures: Figures
    current: tuple[CurrentBooking, ...]
    next_slot: NextSlot | None
    bookings: tuple[Booking, ...]
    downtimes: tuple[Downtime, ...]
    closed: tuple[ClosedTime, ...]
    double_bookings: tuple[DoubleBooking, ...]
    question: Question
    available: Intervals
    blocked: Intervals

    @property
    def free_slots(self) -> tuple[FreeSlot, ...]:
        """Those within the window, worked out when they are asked for: of many machines few are shown."""
        return free_slots(self.available, self.blocked, self.question)


def bookings_by_machine(shop: Shop) -> Mapping[str, Sequence[Booking]]:
    """All bookings of each machine, by envelope start."""
    found: dict[str, list[Booking]] = defaultdict(list)
    for booking in shop.bookings:
        found[booking.machine_id].append(booking)
    for rows in found.values():
        rows.sort(key=booking_order)
    return found


def blocked_by_machine(shop: Shop) -> Mapping[str, Intervals]:
    """What the bookings of each machine block. For `Shop.view`."""
    bookings = shop.view(bookings_by_machine)
    return {
        machine_id: normalize([(b.envelope_start, b.envelope_end) for b in rows])
        for machine_id, rows in bookings.items()
    }


# By start, then end, then id.
booking_order = attrgetter("envelope_start", "envelope_end", "id")


def machine_availability(
    times: ShopTimes, machine_id: str, bookings: Sequence[Booking], question: Question
) -> MachineAvailability:
    """Answer `question` for one machine.

    `times` covers `question.span`; `bookings` are all of the machine's that touch it, by envelope start.
    """
    time, touching = times.machine(machine_id), [b for b in bookings if _touches(b, question.window)]
    found = figures(
        time.calendar,
        time.available,
        [(s.start, s.end) for b in touching for s in b.segments],
        [(b.envelope_start, b.envelope_end) for b in touching],
        question.window,
    )
    blocked = normalize((b.envelope_start, b.envelope_end) for b in bookings)
    return _availability(times, machine_id, (bookings, blocked), question, found)


def machine_availabilities(
    times: ShopTimes, machines: Sequence[Machine], question: Question
) -> list[MachineAvailability]:
    """Answer `question` for each machine of the shop of `times`, which covers `question.span`."""
    if len(machines) > FEW_MACHINES:
        return of_many_machines(times, machines, question)
    bookings = times.shop.view(bookings_by_machine)
    return [machine_availability(times, m.id, bookings.get(m.id, ()), question) for m in machines]


def of_many_machines(
    times: ShopTimes, machines: Sequence[Machine], question: Question
) -> list[MachineAvailability]:
    """As `machine_availabilities`, with the figures of all machines in one go."""
    bookings, blocked = times.shop.view(bookings_by_machine), times.shop.view(blocked_by_machine)
    found = plan_work(times.shop).machines(times, machines, question.window)
    return [
        _availability(
            times, machine.id, (bookings.get(machine.id, ()), blocked.get(machine.id, ())), question, whole
        )
        for machine, (whole,) in zip(machines, found, strict=True)
    ]


def _availability(
    times: ShopTimes,
    machine_id: str,
    booked: tuple[Sequence[Booking], Intervals],
    question: Question,
    found: Figures,
) -> MachineAvailability:
    """`booked`: the machine's bookings, and what they block."""
    time, window, (bookings, blocked) = times.machine(machine_id), question.window, booked
    touching = tuple([b for b in bookings if _touches(b, window)])
    available = clip(time.available, window)
    status = _status(found)
    return MachineAvailability(
        machine_id=machine_id,
        status=status,
        reasons=time.reasons(window) if status is MachineStatus.UNAVAILABLE else (),
        figures=found,
        current=_current(bookings, time.available, question.as_of),
        next_slot=next_slot(time.available, blocked, question),
        bookings=touching,
        downtimes=tuple(
            d
            for d in times.downtimes(machine_id)
            if overlap((d.start, window[1] if d.end is None else d.end), window)
        ),
        closed=closed_within(time, window),
        double_bookings=_double_bookings(touching, available, window),
        question=question,
        available=available,
        blocked=blocked,
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


def _status(found: Figures) -> MachineStatus:
    if not found.available:
        return MachineStatus.UNAVAILABLE
    if found.free == found.available:
        return MachineStatus.FREE
    return MachineStatus.PARTIALLY_BOOKED if found.free else MachineStatus.BOOKED


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
    cut = ((c, clip(c.intervals, window)) for c in time.closed)
    return tuple(ClosedTime(c.reason, c.name, c.row_id, inside) for c, inside in cut if inside)


def _double_bookings(
    bookings: Sequence[Booking], available: Intervals, window: Interval
) -> tuple[DoubleBooking, ...]:
    """The pairs whose envelopes overlap in the window: one sweep over the starts, cut off after MAX_PAIRS."""
    filled = [b for b in bookings if b.envelope_end > b.envelope_start]
    if all(first.envelope_end <= second.envelope_start for first, second in pairwise(filled)):
        return ()
    found: list[DoubleBooking] = []
    open_: list[Booking] = []
    for booking in filled:
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
