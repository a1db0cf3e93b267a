"""A plan that can be changed: bookings are taken off and put on, and places found beside the rest.

What a what-if tries out happens on a board; the shop that it was made from never changes.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from planning.attendance import setup_minutes
from planning.booking_groups import by_machine, by_person, group, machine_of, people_of, work_of
from planning.calendars import ShopTimes
from planning.crew import Crew, CrewMember, fully_booked
from planning.insertion import Choice, Fit, InsertionRequest, Operators, Step, earliest_fit
from planning.intervals import clip, intersect, normalize, subtract
from planning.moves import skill_for
from planning.routings import op_minutes
from planning.shop import Attendance, Booking, Interval, Intervals, Minute, Operator, Shop
from planning.workplaces import Workplace

# People whose free time is looked at beside what is known of their crew; with more it is put together anew.
MAX_CHANGED = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where work may go: on one of these machines, from `ready` on."""

    machine_ids: tuple[str, ...]
    ready: Minute


class Board:
    """Bookings by machine and by person. `times` covers every place that is looked for."""

    def __init__(self, times: ShopTimes, bookings: Iterable[Booking]) -> None:
        self._times = times
        self._shop: Shop = times.shop
        self._rows = {booking.id: booking for booking in bookings}
        # What stands in the plan is grouped and handed on with it.
        self._is_whole = whole = bookings is self._shop.bookings
        self._on_machine = by_machine(self._shop) if whole else group(self._rows.values(), machine_of)
        self._of_person = by_person(self._shop) if whole else group(self._rows.values(), people_of)
        # Of the machines and people whose bookings were looked at one by one.
        self._envelopes: dict[str, list[tuple[Minute, Minute, str]]] = {}
        self._work: dict[str, list[Interval]] = {}
        self._machines: dict[str, Workplace] = {}
        self._places: dict[str, Workplace] = {}
        self._free: defaultdict[str, dict[str | None, Intervals]] = defaultdict(dict)
        # Work put on since the free time was last asked for.
        self._since: defaultdict[str, list[Interval]] = defaultdict(list)
        self._there: dict[tuple[str, str | None], Intervals] = {}
        self._skilled: dict[str | None, tuple[Operator, ...]] = {}
        # By skill, and whose free time may be another since.
        self._people: dict[str | None, dict[str, CrewMember]] = {}
        self._crews: dict[str | None, Crew] = {}
        self._stale: defaultdict[str | None, set[str]] = defaultdict(set)

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """All that stand on it, by start."""
        return tuple(sorted(self._rows.values(), key=lambda b: (b.envelope_start, b.id)))

    def _envelopes_of(self, machine_id: str) -> list[tuple[Minute, Minute, str]]:
        if machine_id not in self._envelopes:
            self._envelopes[machine_id] = sorted(map(_envelope, self._on_machine.get(machine_id, ())))
        return self._envelopes[machine_id]

    def _work_of(self, operator_id: str) -> list[Interval]:
        if operator_id not in self._work:
            self._work[operator_id] = work_of(operator_id, self._of_person.get(operator_id, ()))
        return self._work[operator_id]

    def put(self, booking: Booking) -> None:
        """Put a booking on as it is, whatever it collides with."""
        self._rows[booking.id] = booking
        insort(self._envelopes_of(booking.machine_id), _envelope(booking))
        self._places.pop(booking.machine_id, None)
        for operator_id, span in _attended(booking):
            self._work_of(operator_id).append(span)
            if operator_id in self._free:
                self._since[operator_id].append(span)
            self._is_stale(operator_id)

    def take(self, booking_id: str) -> Booking:
        """Take a booking off."""
        booking = self._rows.pop(booking_id)
        rows = self._envelopes_of(booking.machine_id)
        del rows[bisect_left(rows, _envelope(booking))]
        self._places.pop(booking.machine_id, None)
        for operator_id, span in _attended(booking):
            self._work_of(operator_id).remove(span)
            self._free.pop(operator_id, None)
            self._is_stale(operator_id)
        return booking

    def can_stand(self, booking: Booking) -> bool:
        """Whether it could be put on where it is: machine open and not taken, its people there and free."""
        machine = self._workplace(booking.machine_id)
        if clip(machine.envelopes, (booking.envelope_start, booking.envelope_end)):
            return False
        work = normalize((s.start, s.end) for s in booking.segments)
        if intersect(work, machine.available) != work:
            return False
        skill_id = skill_for(self._shop, booking)
        return all(
            clip(self._free_with(self._shop.operators[operator_id], skill_id), span) == (span,)
            for operator_id, span in _attended(booking)
        )

    def free(self, operator_id: str, skill_id: str | None) -> Intervals:
        """When the person is there, qualified, and could take one more job."""
        return self._free_with(self._shop.operators[operator_id], skill_id)

    def find(self, booking: Booking, place: Place, *, staffed: bool | None = None) -> Booking | None:
        """The booking moved to where it ends first; None when it fits nowhere in time.

        Work that had people gets people again: whoever is qualified and free; `staffed` says otherwise. On
        its own machine it takes as long as it did, on another one as long as the operation takes there.
        """
        if staffed is None:
            staffed = any(segment.operator_id is not None for segment in booking.segments)
        step = Step(
            tuple(self._choice(booking, machine_id, staffed=staffed) for machine_id in place.machine_ids),
            attendance=self._attendance(booking),
            splittable=self._splittable(booking),
        )
        request = InsertionRequest(
            (step,),
            release=place.ready,
            horizon_end=self._times.window[1],
            operators=Operators.REQUIRED if staffed else Operators.IGNORE,
        )
        found = earliest_fit(step, request)
        return None if found is None else _moved(booking, found)

    def _choice(self, booking: Booking, machine_id: str, *, staffed: bool) -> Choice:
        operation = self._shop.operations.get(booking.operation_id or "")
        minutes = sum(s.end - s.start for s in booking.segments)
        if operation is None:
            return Choice(self._workplace(machine_id), 0, minutes)
        if machine_id != booking.machine_id:
            minutes = op_minutes(operation, self._shop.orders[operation.order_id].quantity, machine_id)
        setup = min(minutes, setup_minutes(operation, machine_id))
        preference = next((a.preference for a in operation.alternatives if a.machine_id == machine_id), 0)
        place = self._workplace(machine_id).staffed_by(self._crew(machine_id) if staffed else Crew())
        return Choice(place, setup, minutes - setup, preference)

    def _attendance(self, booking: Booking) -> Attendance:
        operation = self._shop.operations.get(booking.operation_id or "")
        return Attendance.NONE if operation is None else operation.attendance

    def _splittable(self, booking: Booking) -> bool:
        operation = self._shop.operations.get(booking.operation_id or "")
        return True if operation is None else operation.splittable

    def _workplace(self, machine_id: str) -> Workplace:
        if machine_id not in self._machines:
            machine = self._shop.machines[machine_id]
            available = self._times.machine(machine_id).available
            self._machines[machine_id] = Workplace(machine_id, machine.code, available, ())
        if machine_id not in self._places:
            taken = normalize((start, end) for start, end, _ in self._envelopes_of(machine_id))
            self._places[machine_id] = self._machines[machine_id].beside(taken)
        return self._places[machine_id]

    def _crew(self, machine_id: str) -> Crew:
        skill_id = self._shop.work_centers[self._shop.machines[machine_id].work_center_id].skill_id
        stale = self._stale[skill_id]
        if skill_id not in self._crews or len(stale) > MAX_CHANGED:
            people = {o.id: self._member(o, skill_id) for o in self._holders(skill_id)}
            self._people[skill_id] = people
            self._crews[skill_id] = Crew(tuple(member for member in people.values() if member.free))
            stale.clear()
        people = self._people[skill_id]
        changed = [
            (people[key], self._member(self._shop.operators[key], skill_id)) for key in stale & people.keys()
        ]
        # What was taken off and put back changes nobody.
        stale &= {after.operator_id for before, after in changed if before != after}
        return self._crews[skill_id].changed(changed)

    def _member(self, operator: Operator, skill_id: str | None) -> CrewMember:
        return CrewMember(operator.id, operator.code, self._free_with(operator, skill_id))

    def _is_stale(self, operator_id: str) -> None:
        for skill_id in self._crews:
            self._stale[skill_id].add(operator_id)

    def _holders(self, skill_id: str | None) -> tuple[Operator, ...]:
        """Who is ever there with the skill."""
        if skill_id not in self._skilled:
            people = self._shop.operators.values()
            self._skilled[skill_id] = tuple(o for o in people if self._qualified(o, skill_id))
        return self._skilled[skill_id]

    def _free_with(self, operator: Operator, skill_id: str | None) -> Intervals:
        """When the person could take one more job that needs the skill."""
        self._take_time(operator)
        known = self._free[operator.id]
        if skill_id not in known:
            if None not in known:
                known[None] = self._free_of(operator)
            if skill_id is not None:
                known[skill_id] = intersect(known[None], self._held(operator, skill_id))
        return known[skill_id]

    def _free_of(self, operator: Operator) -> Intervals:
        """When the person could take one more job, whatever it needs."""
        available = self._times.operator(operator.id).available

        def free() -> Intervals:
            return subtract(available, fully_booked(self._work_of(operator.id), operator.max_parallel))

        if not self._is_whole or operator.id in self._work:
            return free()
        source = operator, available, self._of_person.get(operator.id)
        return self._shop.parts.of("free_on_board", operator.id, source, free)

    def _take_time(self, operator: Operator) -> None:
        """Work put on since is no free time; of who can attend several jobs, it is counted anew."""
        spans = self._since.pop(operator.id, None)
        if spans and operator.max_parallel == 1:
            taken = normalize(spans)
            known = self._free[operator.id]
            self._free[operator.id] = {skill: subtract(free, taken) for skill, free in known.items()}
        elif spans:
            self._free.pop(operator.id, None)

    def _qualified(self, operator: Operator, skill_id: str | None) -> Intervals:
        """When the person is there and holds the skill, busy or not."""
        key = operator.id, skill_id
        if key not in self._there:
            available = self._times.operator(operator.id).available
            self._there[key] = (
                available if skill_id is None else intersect(available, self._held(operator, skill_id))
            )
        return self._there[key]

    def _held(self, operator: Operator, skill_id: str) -> Intervals:
        """When the person holds the skill, there or not."""
        start, end = self._times.window
        return normalize(
            (start if s.valid_from is None else s.valid_from, end if s.valid_to is None else s.valid_to)
            for s in operator.skills
            if s.skill_id == skill_id
        )


def _envelope(booking: Booking) -> tuple[Minute, Minute, str]:
    return booking.envelope_start, booking.envelope_end, booking.id


def _attended(booking: Booking) -> Iterator[tuple[str, Interval]]:
    for segment in booking.segments:
        if segment.operator_id is not None:
            yield segment.operator_id, (segment.start, segment.end)


def _moved(booking: Booking, found: Fit) -> Booking:
    return replace(
        booking,
        machine_id=found.machine_id,
        envelope_start=found.start,
        envelope_end=found.end,
        segments=found.segments,
        waived_conflict=False,
    )
