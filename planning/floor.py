"""A shop's machines and people compiled for one horizon, as insertion and capacity take them.

Everything is compiled when first asked for, and then kept: `Shop.view(Floor, window)` keeps the floor, too.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from operator import attrgetter

from planning.availability import FEW_MACHINES
from planning.booking_groups import by_machine, by_person, work_of
from planning.calendars import ShopTimes
from planning.crew import Crew, CrewMember, fully_booked
from planning.figures import Figures, figures
from planning.intervals import clip, covers, intersect, normalize, subtract, total
from planning.plan_work import plan_work
from planning.shop import Booking, CalendarException, Interval, Intervals, Minute, Operator, Shop
from planning.workplaces import Workplace

_by_code = attrgetter("code", "id")


class Floor:
    """`shop` must hold every booking that touches `window`."""

    def __init__(self, shop: Shop, window: Interval) -> None:
        self.shop = shop
        self.window = window
        self.times = ShopTimes(shop, window)
        # What is booked is that of the whole window, however short a floor made of this one is.
        self._touched, self._on_machine, self._of_person = window, by_machine(shop), by_person(shop)
        self._bookings: dict[str, tuple[Booking, ...]] = {}
        self._envelopes: dict[str, Intervals] = {}
        self._fully_booked: dict[str, Intervals] = {}
        self._holders: dict[str, list[Operator]] = defaultdict(list)
        for operator in shop.operators.values():
            for skill_id in {skill.skill_id for skill in operator.skills}:
                self._holders[skill_id].append(operator)
        self._forget_times()

    def _forget_times(self) -> None:
        self._workplaces: dict[str, Workplace] = {}
        self._crews: dict[str | None, Crew] = {}
        self._free: dict[str, Intervals] = {}
        self._skilled: dict[tuple[str, str | None], Intervals] = {}

    def under(self, exceptions: Iterable[CalendarException], until: Minute) -> "Floor":
        """The floor until then under further exceptions; what is booked on it is not gone through again."""
        other = copy(self)
        other.shop = replace(self.shop, exceptions=(*self.shop.exceptions, *exceptions))
        other.window = self.window[0], until
        other.times = ShopTimes(other.shop, other.window)
        other._forget_times()
        return other

    def bookings(self, machine_id: str) -> tuple[Booking, ...]:
        """The machine's bookings that touch the window."""
        if machine_id not in self._bookings:
            rows, (start, end) = self._on_machine.get(machine_id, ()), self._touched
            touching = [b for b in rows if b.envelope_end > start and b.envelope_start < end]
            self._bookings[machine_id] = tuple(touching)
        return self._bookings[machine_id]

    def workplace(self, machine_id: str) -> Workplace:
        """The machine with its bookings, without people."""
        if machine_id not in self._workplaces:
            machine, available = self.shop.machines[machine_id], self.times.machine(machine_id).available
            source = machine, available, self.bookings(machine_id)
            self._workplaces[machine_id] = self.shop.parts.of(
                "workplace",
                machine_id,
                source,
                lambda: Workplace(machine_id, machine.code, available, self._blocked(machine_id)),
            )
        return self._workplaces[machine_id]

    def _blocked(self, machine_id: str) -> Intervals:
        if machine_id not in self._envelopes:
            spans = ((b.envelope_start, b.envelope_end) for b in self.bookings(machine_id))
            self._envelopes[machine_id] = normalize(spans)
        return self._envelopes[machine_id]

    def staffed_workplace(self, machine_id: str) -> Workplace:
        """The machine with the people who are qualified for its work center."""
        center = self.shop.work_centers[self.shop.machines[machine_id].work_center_id]
        return self.workplace(machine_id).staffed_by(self.crew(center.skill_id))

    def figures(self, machine_id: str, window: Interval) -> Figures:
        """Section 4 of one machine; `window` lies within the floor's."""
        time = self.times.machine(machine_id)
        inside = (
            booking
            for booking in self.bookings(machine_id)
            if booking.envelope_start < window[1] and booking.envelope_end > window[0]
        )
        segments = [(segment.start, segment.end) for booking in inside for segment in booking.segments]
        envelopes = clip(self.workplace(machine_id).envelopes, window)
        return figures(clip(time.calendar, window), clip(time.available, window), segments, envelopes, window)

    def figures_of(self, machine_ids: Sequence[str], window: Interval) -> dict[str, Figures]:
        """The same of each machine, of many in one go."""
        if len(machine_ids) <= FEW_MACHINES:
            return {machine_id: self.figures(machine_id, window) for machine_id in machine_ids}
        machines = [self.shop.machines[machine_id] for machine_id in machine_ids]
        found = plan_work(self.shop).machines(self.times, machines, window)
        return {machine.id: whole for machine, (whole,) in zip(machines, found, strict=True)}

    def crew(self, skill_id: str | None) -> Crew:
        """Everybody with the skill (None: everybody), with the time in which one more job may be theirs."""
        if skill_id not in self._crews:
            self._crews[skill_id] = Crew(
                tuple(
                    CrewMember(operator.id, operator.code, self._free_with(operator, skill_id, self.window))
                    for operator in self._qualified_in(skill_id, self.window)
                )
            )
        return self._crews[skill_id]

    def people(self, skill_id: str | None, window: Interval) -> tuple[int, int]:
        """How many hold the skill at some time in `window`, and their free minutes there together."""
        people = self._qualified_in(skill_id, window)
        return len(people), sum(total(self._free_with(operator, skill_id, window)) for operator in people)

    def could_come(self, skill_ids: Iterable[str | None], slot: Interval) -> frozenset[str]:
        """Ids of those who hold one of the skills all through `slot` and are neither absent nor fully booked
        then, on shift or not.
        """
        qualified = {
            operator.id: operator
            for skill_id in skill_ids
            for operator in self._with_skill(skill_id)
            if covers(self._qualified(operator, skill_id), slot)
        }
        return frozenset(
            operator_id
            for operator_id, operator in qualified.items()
            if not clip(self._busy(operator), slot) and not self.times.is_absent(operator_id, slot)
        )

    def _qualified_in(self, skill_id: str | None, window: Interval) -> list[Operator]:
        """Who is active and holds the skill at some time in `window`, by code."""
        rows = self._with_skill(skill_id)
        found = (operator for operator in rows if clip(self._qualified(operator, skill_id), window))
        return sorted(found, key=_by_code)

    def _with_skill(self, skill_id: str | None) -> Iterable[Operator]:
        """Who holds it, whenever that is (None: everybody)."""
        return self.shop.operators.values() if skill_id is None else self._holders.get(skill_id, ())

    def _free_with(self, operator: Operator, skill_id: str | None, window: Interval) -> Intervals:
        """When the person could take one more job that needs the skill."""
        if operator.id not in self._free:
            available = self.times.operator(operator.id).available
            source = operator, available, self._of_person.get(operator.id)
            self._free[operator.id] = self.shop.parts.of(
                "free_time", operator.id, source, lambda: subtract(available, self._busy(operator))
            )
        return intersect(clip(self._free[operator.id], window), self._qualified(operator, skill_id))

    def _busy(self, operator: Operator) -> Intervals:
        if operator.id not in self._fully_booked:
            rows = self._of_person.get(operator.id, ())
            self._fully_booked[operator.id] = self.shop.parts.of(
                "fully_booked",
                operator.id,
                (rows, operator.max_parallel),
                lambda: fully_booked(work_of(operator.id, rows), operator.max_parallel),
            )
        return self._fully_booked[operator.id]

    def _qualified(self, operator: Operator, skill_id: str | None) -> Intervals:
        """When the operator is active and holds the skill."""
        key = operator.id, skill_id
        if key not in self._skilled:
            self._skilled[key] = self._find_qualified(operator, skill_id)
        return self._skilled[key]

    def _find_qualified(self, operator: Operator, skill_id: str | None) -> Intervals:
        active = clip((self.window,), self._range(operator.active_from, operator.active_to))
        if skill_id is None:
            return active
        valid = (self._range(s.valid_from, s.valid_to) for s in operator.skills if s.skill_id == skill_id)
        return intersect(active, normalize(valid))

    def _range(self, start: Minute | None, end: Minute | None) -> Interval:
        return (self.window[0] if start is None else start, self.window[1] if end is None else end)
