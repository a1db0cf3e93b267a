"""Where work queues (planning-domain sections 1 and 5, tool 9): highest utilization, and over the threshold.

Below the threshold there is only a highest load: "no bottleneck" is a right answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from planning.calendars import ShopTimes
from planning.figures import Figures, combine, figures, load_by_edges
from planning.intervals import WorkTime, clip
from planning.people_waits import PeopleWaits
from planning.plan_waits import PlanWaits
from planning.shop import Interval, Machine, Minute, Operator


class Level(StrEnum):
    """What is ranked. Operators stand for skills: a group is everybody who holds one that a machine needs."""

    MACHINE = "machine"
    WORK_CENTER = "work_center"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class BottleneckQuestion:
    """`edges`: ascending bounds of the buckets, the first and last are the window's.

    `work_center_id`: only its machines are ranked, or the work center alone, or the skill that it needs.
    """

    level: Level
    edges: tuple[Minute, ...]
    threshold_pct: int
    work_center_id: str | None = None

    @property
    def window(self) -> Interval:
        return self.edges[0], self.edges[-1]


@dataclass(frozen=True, slots=True)
class DelayedOrder:
    """A late order that waited here; `minutes`: elapsed while other work held the machine, or working time
    of the machine in which nobody qualified was free.
    """

    order_id: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A machine, a work center or a skill.

    `queue`: working minutes of the window in which operations stood ready before it, each counted. `peak`:
    index of its fullest bucket, None where no bucket has capacity. `delayed`: most minutes first.
    """

    key: str
    code: str
    machine_ids: tuple[str, ...]
    operator_ids: tuple[str, ...]
    figures: Figures
    peak: int | None
    peak_utilization: Fraction | None
    queue: int
    delayed: tuple[DelayedOrder, ...]
    over_threshold: bool


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """All resources, the fullest first; ties: more load, then code."""

    ranking: tuple[Ranked, ...]

    @property
    def bottleneck(self) -> Ranked | None:
        """The fullest, if it is over the threshold."""
        first = self.ranking[0] if self.ranking else None
        return first if first is not None and first.over_threshold else None


@dataclass(frozen=True, slots=True)
class _Resource:
    key: str
    code: str
    machines: Sequence[Machine] = ()
    operators: Sequence[Operator] = ()


def bottlenecks(times: ShopTimes, plan: PlanWaits, question: BottleneckQuestion) -> Bottlenecks:
    """Every machine, work center or skill, ranked. `times` covers the window, `plan` is of the same shop."""
    people = PeopleWaits(times, plan, question.window) if question.level is Level.OPERATOR else None
    delays = plan.delays()
    ranked: list[Ranked] = []
    for resource in _resources(times, question):
        parts = [_machine(times, plan, m.id, question.edges) for m in resource.machines]
        parts += [_person(times, plan, o, question.edges) for o in resource.operators]
        peak, peak_utilization = _peak(parts)
        whole = combine(part.figures for part in parts)
        if people is None:
            queue = sum(_queue(times, plan, m.id, question.window) for m in resource.machines)
            delayed = _delayed(delays[m.id] for m in resource.machines if m.id in delays)
        else:
            queue, delayed = people.queue(resource.key), _delayed([people.delays(resource.key)])
        ranked.append(
            Ranked(
                key=resource.key,
                code=resource.code,
                machine_ids=tuple(m.id for m in resource.machines),
                operator_ids=tuple(o.id for o in resource.operators),
                figures=whole,
                peak=peak,
                peak_utilization=peak_utilization,
                queue=queue,
                delayed=delayed,
                over_threshold=whole.utilization is not None and whole.utilization > question.threshold_pct,
            )
        )
    return Bottlenecks(tuple(sorted(ranked, key=_fullest_first)))


def _resources(times: ShopTimes, question: BottleneckQuestion) -> list[_Resource]:
    shop, window, center_id = times.shop, question.window, question.work_center_id
    centers = [c for c in shop.work_centers.values() if center_id in {None, c.id}]
    if question.level is Level.OPERATOR:
        needed = {c.skill_id for c in centers if c.skill_id is not None}
        skills = sorted((s for s in shop.skills.values() if s.id in needed), key=lambda s: (s.code, s.id))
        return [_Resource(s.id, s.code, operators=_holders(times, s.id, window)) for s in skills]
    machines = sorted(shop.machines.values(), key=lambda m: (m.code, m.id))
    kept = {c.id for c in centers}
    if question.level is Level.MACHINE:
        rows = (m for m in machines if m.work_center_id in kept and _is_active(m, window))
        return [_Resource(m.id, m.code, machines=[m]) for m in rows]
    return [_Resource(c.id, c.code, [m for m in machines if m.work_center_id == c.id]) for c in centers]


def _holders(times: ShopTimes, skill_id: str, window: Interval) -> list[Operator]:
    """Who holds the skill at some time of the window, by code."""
    found = [
        operator
        for operator in times.shop.operators.values()
        if _is_active(operator, window)
        and any(
            skill.skill_id == skill_id and _touches(skill.valid_from, skill.valid_to, window)
            for skill in operator.skills
        )
    ]
    return sorted(found, key=lambda o: (o.code, o.id))


def _is_active(row: Machine | Operator, window: Interval) -> bool:
    return _touches(row.active_from, row.active_to, window)


def _touches(start: Minute | None, end: Minute | None, window: Interval) -> bool:
    return (start is None or start < window[1]) and (end is None or end > window[0])


@dataclass(frozen=True, slots=True)
class _Part:
    """One machine or person: figures of the window; load and capacity of each bucket."""

    figures: Figures
    load: Sequence[int]
    capacity: Sequence[int]


def _machine(times: ShopTimes, plan: PlanWaits, machine_id: str, edges: tuple[Minute, ...]) -> _Part:
    time, (start, end) = times.machine(machine_id), (edges[0], edges[-1])
    rows = plan.of_machine.get(machine_id, ())
    inside = [b for b in rows if b.envelope_start < end and b.envelope_end > start]
    segments = [(s.start, s.end) for b in inside for s in b.segments]
    envelopes = [(b.envelope_start, b.envelope_end) for b in inside]
    whole = figures(time.calendar, time.available, segments, envelopes, (start, end))
    return _Part(whole, load_by_edges(segments, edges), load_by_edges(time.available, edges))


def _person(times: ShopTimes, plan: PlanWaits, operator: Operator, edges: tuple[Minute, ...]) -> _Part:
    """Everything that the person does counts, whatever skill it needs."""
    time, work, jobs = (
        times.operator(operator.id),
        plan.of_operator.get(operator.id, ()),
        operator.max_parallel,
    )
    window = edges[0], edges[-1]
    whole = figures(time.calendar, time.available, work, work, window, max_parallel=jobs)
    capacity = [jobs * minutes for minutes in load_by_edges(time.available, edges)]
    return _Part(whole, load_by_edges(work, edges), capacity)


def _queue(times: ShopTimes, plan: PlanWaits, machine_id: str, window: Interval) -> int:
    standing = plan.standing.get(machine_id, ())
    if not standing:
        return 0
    work = WorkTime(clip(times.machine(machine_id).available, window))
    return sum(work.work_between(*row.span) for row in standing)


def _peak(parts: Sequence[_Part]) -> tuple[int | None, Fraction | None]:
    """The fullest bucket of all of them together, the first of equals."""
    loads = zip(*(part.load for part in parts), strict=True)
    capacities = zip(*(part.capacity for part in parts), strict=True)
    together = [(sum(load), sum(capacity)) for load, capacity in zip(loads, capacities, strict=True)]
    filled = [(-Fraction(100 * load, held), i) for i, (load, held) in enumerate(together) if held]
    if not filled:
        return None, None
    utilization, index = min(filled)
    return index, -utilization


def _delayed(waits: Iterable[Mapping[str, int]]) -> tuple[DelayedOrder, ...]:
    minutes: Counter[str] = Counter()
    for of_machine in waits:
        minutes.update(of_machine)
    rows = (DelayedOrder(order_id, waited) for order_id, waited in minutes.items())
    return tuple(sorted(rows, key=lambda row: (-row.minutes, row.order_id)))


def _fullest_first(row: Ranked) -> tuple[bool, Fraction, int, str, str]:
    utilization = row.figures.utilization
    # No capacity at all comes last; what is loaded without any is told by its load.
    return utilization is None, -(utilization or Fraction(0)), -row.figures.load, row.code, row.key
