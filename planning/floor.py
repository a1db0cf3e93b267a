"""A shop's machines and people compiled for one horizon, as insertion and capacity take them.

A value of its caller, who keeps it for as long as the shop's data_version and the horizon hold: everything is
compiled when first asked for, and then kept.
"""

from collections import defaultdict
from dataclasses import replace

from planning.calendars import ShopTimes
from planning.crew import Crew, CrewMember, fully_booked
from planning.figures import Figures, figures
from planning.intervals import clip, intersect, normalize, subtract
from planning.shop import Booking, Interval, Intervals, Minute, Operator, Shop
from planning.workplaces import Workplace


class Floor:
    """`shop` must hold every booking that touches `window`."""

    def __init__(self, shop: Shop, window: Interval) -> None:
        self.shop = shop
        self.window = window
        self.times = ShopTimes(shop, window)
        self._bookings: dict[str, list[Booking]] = defaultdict(list)
        self._work_of: dict[str, list[Interval]] = defaultdict(list)
        for booking in shop.bookings:
            if booking.envelope_end <= window[0] or booking.envelope_start >= window[1]:
                continue
            self._bookings[booking.machine_id].append(booking)
            for segment in booking.segments:
                if segment.operator_id is not None:
                    self._work_of[segment.operator_id].append((segment.start, segment.end))
        self._workplaces: dict[str, Workplace] = {}
        self._crews: dict[str | None, Crew] = {}
        self._fully_booked: dict[str, Intervals] = {}

    def bookings(self, machine_id: str) -> tuple[Booking, ...]:
        """The machine's bookings that touch the window."""
        return tuple(self._bookings.get(machine_id, ()))

    def workplace(self, machine_id: str) -> Workplace:
        """The machine with its bookings, without people."""
        if machine_id not in self._workplaces:
            self._workplaces[machine_id] = Workplace(
                machine_id,
                self.shop.machines[machine_id].code,
                self.times.machine(machine_id).available,
                normalize((b.envelope_start, b.envelope_end) for b in self.bookings(machine_id)),
            )
        return self._workplaces[machine_id]

    def staffed_workplace(self, machine_id: str) -> Workplace:
        """The machine with the people who are qualified for its work center."""
        center = self.shop.work_centers[self.shop.machines[machine_id].work_center_id]
        return replace(self.workplace(machine_id), crew=self.crew(center.skill_id))

    def figures(self, machine_id: str, window: Interval) -> Figures:
        """Section 4 of one machine; `window` lies within the floor's."""
        time = self.times.machine(machine_id)
        segments = [(s.start, s.end) for booking in self.bookings(machine_id) for s in booking.segments]
        return figures(time.calendar, time.available, segments, self.workplace(machine_id).envelopes, window)

    def crew(self, skill_id: str | None) -> Crew:
        """Everybody with the skill (None: everybody), with the time in which one more job may be theirs."""
        if skill_id not in self._crews:
            members: list[CrewMember] = []
            for operator in self.shop.operators.values():
                if qualified := self._qualified(operator, skill_id):
                    time = intersect(self.times.operator(operator.id).available, qualified)
                    free = subtract(time, self._busy(operator))
                    members.append(CrewMember(operator.id, operator.code, free))
            members.sort(key=lambda m: (m.code, m.operator_id))
            self._crews[skill_id] = Crew(tuple(members))
        return self._crews[skill_id]

    def could_come(self, skill_id: str | None, slot: Interval) -> tuple[str, ...]:
        """Ids of the qualified who are neither absent nor fully booked in `slot`, on shift then or not."""
        found = [
            operator
            for operator in self.shop.operators.values()
            if clip(self._qualified(operator, skill_id), slot) == (slot,)
            and not clip(self._busy(operator), slot)
            and not any(
                absence.start < slot[1] and (absence.end is None or absence.end > slot[0])
                for absence in self.times.absences(operator.id)
            )
        ]
        return tuple(operator.id for operator in sorted(found, key=lambda o: (o.code, o.id)))

    def _busy(self, operator: Operator) -> Intervals:
        if operator.id not in self._fully_booked:
            work = self._work_of.get(operator.id, ())
            self._fully_booked[operator.id] = fully_booked(work, operator.max_parallel)
        return self._fully_booked[operator.id]

    def _qualified(self, operator: Operator, skill_id: str | None) -> Intervals:
        """When the operator is active and holds the skill."""
        active = clip((self.window,), self._range(operator.active_from, operator.active_to))
        if skill_id is None:
            return active
        valid = (self._range(s.valid_from, s.valid_to) for s in operator.skills if s.skill_id == skill_id)
        return intersect(active, normalize(valid))

    def _range(self, start: Minute | None, end: Minute | None) -> Interval:
        return (self.window[0] if start is None else start, self.window[1] if end is None else end)
