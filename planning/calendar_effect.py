"""What an entry in a calendar takes or gives: working time, and the work that lay in it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from planning.calendars import ShopTimes
from planning.intervals import clip, intersect, normalize, subtract, total, union
from planning.plan_writes import RowChange, reach_of, with_changes
from planning.shop import Booking, BookingStatus, Interval, Intervals, Minute, Shop
from planning.zones import MINUTES_PER_DAY


@dataclass(frozen=True, slots=True)
class HitBooking:
    """A booking with `minutes` of its work in time that goes."""

    booking: Booking
    minutes: int


@dataclass(frozen=True, slots=True)
class TimeEffect:
    """Working minutes from now to the horizon that machines and people lose and win, and the work in what
    they lose, by start.
    """

    machines_lose: int
    machines_win: int
    people_lose: int
    people_win: int
    hit: tuple[HitBooking, ...]


def time_effect(before: Shop, changes: Sequence[RowChange], as_of: Minute) -> TimeEffect:
    """What `changes` of calendars, downtimes and absences do to the working time of `before`."""
    reach, window = reach_of(before, changes), _covering(before, as_of)
    old, new = ShopTimes(before, window), ShopTimes(with_changes(before, changes), window)
    rest = as_of, as_of + before.settings.horizon_days * MINUTES_PER_DAY
    machines = {
        key: _Change.of(old.machine(key).available, new.machine(key).available) for key in reach.machine_ids
    }
    people = {
        key: _Change.of(old.operator(key).available, new.operator(key).available)
        for key in reach.operator_ids
    }
    return TimeEffect(
        machines_lose=sum(total(clip(change.lost, rest)) for change in machines.values()),
        machines_win=sum(total(clip(change.won, rest)) for change in machines.values()),
        people_lose=sum(total(clip(change.lost, rest)) for change in people.values()),
        people_win=sum(total(clip(change.won, rest)) for change in people.values()),
        hit=tuple(_hit(before.bookings, machines, people, (as_of, window[1]))),
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """Of one machine or person."""

    lost: Intervals
    won: Intervals

    @classmethod
    def of(cls, before: Intervals, after: Intervals) -> "_Change":
        return cls(subtract(before, after), subtract(after, before))


def _covering(shop: Shop, as_of: Minute) -> Interval:
    horizon = as_of + shop.settings.horizon_days * MINUTES_PER_DAY
    return as_of, max([horizon, *(b.envelope_end for b in shop.bookings)])


def _hit(
    bookings: Iterable[Booking],
    machines: Mapping[str, _Change],
    people: Mapping[str, _Change],
    rest: Interval,
) -> Iterator[HitBooking]:
    for booking in sorted(bookings, key=lambda b: (b.envelope_start, b.id)):
        if booking.status is BookingStatus.DONE or booking.envelope_end <= rest[0]:
            continue
        work: defaultdict[str | None, list[Interval]] = defaultdict(list)
        for segment in booking.segments:
            work[None].append((segment.start, segment.end))
            if segment.operator_id is not None:
                work[segment.operator_id].append((segment.start, segment.end))
        lost_by = {
            None: _lost(machines, booking.machine_id),
            **{who: _lost(people, who) for who in work if who},
        }
        taken = [intersect(normalize(spans), lost_by[who]) for who, spans in work.items()]
        minutes = total(clip(union(*taken), rest))
        if minutes:
            yield HitBooking(booking, minutes)


def _lost(changes: Mapping[str, _Change], key: str) -> Intervals:
    change = changes.get(key)
    return () if change is None else change.lost
