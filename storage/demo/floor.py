"""The shop's machines and people as stations and lanes for the dispatch simulation."""

from collections.abc import Sequence

from planning.calendars import ShopTimes
from planning.shop import Attendance, Interval, Intervals, Minute, Operation, Operator
from storage.demo import templates
from storage.demo.dispatch import Lane, Member, Option, Station, Step
from storage.demo.machines import Cell
from storage.demo.people import Crew
from storage.demo.work import op_minutes

CREW_PER_SHIFT = 4  # operators of one shift who know a machine


class Roster:
    """Who can run which machine, and when."""

    def __init__(self, cells: Sequence[Cell], crew: Crew, times: ShopTimes) -> None:
        self._cells = cells
        self._crew = crew
        self._times = times

    def stations(self, *, free_from: Minute, mirrored: bool = False) -> dict[str, Station]:
        """A station for each machine, free from then on. `mirrored`: on negated time, `free_from` too."""
        shared = _Shared(mirrored=mirrored)
        lanes = {o.id: self._lanes(o, shared) for o in self._crew.operators.values()}
        made: dict[str, Station] = {}
        for cell in self._cells:
            shifts = next(c.shifts for c in templates.site().calendars if c.key == cell.template.calendar)
            for place, machine in enumerate(cell.machines):
                members: list[Member] = []
                for shift in shifts:
                    for operator, until in self._able(cell, shift, place):
                        members += [Member(lane, until) for lane in lanes[operator.id]]
                available, ends = shared.of(self._times.machine(machine.id).available)
                made[machine.id] = Station(machine.id, available, ends, tuple(members), free_from)
        return made

    def _lanes(self, operator: Operator, shared: "_Shared") -> list[Lane]:
        available, ends = shared.of(self._times.operator(operator.id).available)
        return [Lane(operator.id, available, ends) for _ in range(operator.max_parallel)]

    def _able(self, cell: Cell, shift: str, place: int) -> list[tuple[Operator, Minute | None]]:
        """A few of the shift's qualified operators, others for each machine, with the skill's end."""
        skill_id = cell.work_center.skill_id
        able: list[tuple[Operator, Minute | None]] = []
        for operator in self._crew.by_shift.get(shift, ()):
            known = {s.skill_id: s.valid_to for s in operator.skills}
            if skill_id is None or skill_id in known:
                able.append((operator, known.get(skill_id) if skill_id else None))
        first = place * CREW_PER_SHIFT // 2
        return [able[(first + i) % len(able)] for i in range(min(CREW_PER_SHIFT, len(able)))]


class _Shared:
    """Times as the simulation reads them, kept once for all who share a calendar: years of them are large."""

    def __init__(self, *, mirrored: bool) -> None:
        self._mirrored = mirrored
        self._kept: dict[int, tuple[Intervals, Intervals, tuple[Minute, ...]]] = {}

    def of(self, available: Intervals) -> tuple[Intervals, tuple[Minute, ...]]:
        """`available`, mirrored if it is to be, and the ends of its stretches."""
        if id(available) not in self._kept:
            times = mirror(available) if self._mirrored else available
            # The original is kept too, so that its identity stays its own.
            self._kept[id(available)] = available, times, tuple(end for _, end in times)
        return self._kept[id(available)][1:]


def mirror(intervals: Intervals) -> Intervals:
    """The same intervals on negated time."""
    return tuple((-end, -start) for start, end in reversed(intervals))


def step_of(operation: Operation, quantity: int) -> Step:
    """An operation as the simulation takes it."""
    options: list[Option] = []
    for alternative in operation.alternatives:
        minutes = op_minutes(alternative.setup_min, alternative.run_s_per_piece, quantity)
        attended = {
            Attendance.FULL: minutes,
            Attendance.SETUP: min(minutes, alternative.setup_min),
            Attendance.NONE: 0,
        }[operation.attendance]
        options.append(Option(alternative.machine_id, attended, minutes - attended))
    return Step(
        operation.id,
        tuple(options),
        whole=not operation.splittable,
        wait_min=operation.min_wait_after_min,
        outside_min=operation.subcontract_minutes,
    )


def capacity_min(cells: Sequence[Cell], times: ShopTimes, window: Interval) -> dict[str, int]:
    """Minutes that each work center's share of its available time comes to within `window`."""
    start, end = window
    targets: dict[str, int] = {}
    for cell in cells:
        available = 0
        for machine in cell.machines:
            open_time = times.machine(machine.id).available
            available += sum(max(0, min(e, end) - max(s, start)) for s, e in open_time)
        targets[cell.template.code] = int(available * cell.template.share)
    return targets
