"""A plan pulled forward twice, without and with one more stretch of time, where the second looks only at what
the stretch can reach.

A booking is placed by its machine's time and bookings, by who is free, and by what it must wait for. Where
none of that differs up to its end, its place is the first plan's; all else is looked for anew. So the result
is that of a full run, and costs what differs.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable

from planning.calendars import ShopTimes
from planning.intervals import normalize, subtract
from planning.moves import skill_for
from planning.shop import Booking, Interval, Intervals, Minute, Operator


class Pulled:
    """Where each booking was placed, and when it was ready; `differs` takes a second plan through."""

    def __init__(self, times: ShopTimes) -> None:
        self.times = times
        self.ready: dict[str, Minute] = {}
        self.places: dict[str, Booking | None] = {}

    def place(self, booking: Booking, ready: Minute, find: Callable[[], Booking | None]) -> Booking | None:
        """Find it, and note what was found."""
        self.ready[booking.id] = ready
        self.places[booking.id] = found = find()
        return found


class PulledAgain:
    """A second plan, whose `times` have more than the first one's for `machine_id` and `operator_id`.

    `looked`: how many places were looked for anew.
    """

    def __init__(self, first: Pulled, times: ShopTimes, machine_id: str, operator_id: str | None) -> None:
        self._first, self._times = first, times
        self.looked = 0
        self._machines: defaultdict[str, list[Interval]] = defaultdict(list)
        self._people: defaultdict[str, list[Interval]] = defaultdict(list)
        old, new = first.times.machine(machine_id), times.machine(machine_id)
        self._machines[machine_id] += _either(old.available, new.available)
        if operator_id is not None:
            before, after = first.times.operator(operator_id), times.operator(operator_id)
            self._people[operator_id] += _either(before.available, after.available)

    def place(self, booking: Booking, ready: Minute, find: Callable[[], Booking | None]) -> Booking | None:
        """Its place in the first plan, or a new one where something that it depends on differs."""
        known = self._first.places.get(booking.id)
        if known is not None and self._first.ready[booking.id] == ready and not self._reached(known, ready):
            return known
        self.looked += 1
        found = find()
        self._note(known or booking, found or booking)
        return found

    def _note(self, before: Booking, after: Booking) -> None:
        if before == after:
            return
        for row in (before, after):
            self._machines[row.machine_id].append((row.envelope_start, row.envelope_end))
            for segment in row.segments:
                if segment.operator_id is not None:
                    self._people[segment.operator_id].append((segment.start, segment.end))

    def _reached(self, known: Booking, ready: Minute) -> bool:
        """Whether its machine, or people who may attend it, differ where its place was looked for."""
        end = known.envelope_end
        if any(start < end and until > ready for start, until in self._machines[known.machine_id]):
            return True
        if all(segment.operator_id is None for segment in known.segments):
            return False
        skill_id = skill_for(self._times.shop, known)
        return any(
            self._concerns(self._times.shop.operators[key], spans, known, ready)
            for key, spans in self._people.items()
            if _may_attend(self._times.shop.operators[key], skill_id)
        )

    def _concerns(self, operator: Operator, spans: list[Interval], known: Booking, ready: Minute) -> bool:
        """Whether the person's free time differs until the work ends, or later in a stretch that reaches into
        it: who can stay longest takes over.
        """
        end = known.envelope_end
        shifts = self._first.times.operator(operator.id).available
        # The stretch that holds the end, or begins there; what ends before it cannot reach beyond.
        index = bisect_right(shifts, end, key=_begin) - 1
        stays = max(end, shifts[index][1]) if index >= 0 else end
        return any(begin <= stays and until > ready for begin, until in spans)


def _begin(interval: Interval) -> Minute:
    return interval[0]


def _may_attend(operator: Operator, skill_id: str | None) -> bool:
    return skill_id is None or any(skill.skill_id == skill_id for skill in operator.skills)


def _either(one: Intervals, other: Intervals) -> Intervals:
    return normalize((*subtract(one, other), *subtract(other, one)))
