"""Where work queues (planning-domain sections 1 and 5, tool 9): highest utilization, and over the threshold.

Below the threshold there is only a highest load: "no bottleneck" is a right answer.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from planning.calendars import ShopTimes
from planning.figures import Figures, combine
from planning.people_waits import PeopleWaits
from planning.plan_waits import PlanWaits
from planning.plan_work import plan_work
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
    delays, resources = plan.delays(), _resources(times, question)
    members, queues = _members(times, resources, question.edges), _queues(times, plan, resources, question)
    ranked: list[Ranked] = []
    for resource in resources:
        rows = (*resource.machines, *resource.operators)
        parts = [members[row.id] for row in rows]
        peak, peak_utilization = _peak(parts)
        whole = combine(bucket for part in parts for bucket in part)
        if people is None:
            queue = sum(queues.get(m.id, 0) for m in resource.machines)
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


def _members(
    times: ShopTimes, resources: Iterable[_Resource], edges: tuple[Minute, ...]
) -> Mapping[str, tuple[Figures, ...]]:
    """The figures of every machine or person, by bucket. All that a person does counts, whatever it needs."""
    work = plan_work(times.shop)
    machines = list({m.id: m for resource in resources for m in resource.machines}.values())
    people = list({o.id: o for resource in resources for o in resource.operators}.values())
    found = work.machines(times, machines, edges) + work.operators(times, people, edges)
    return {row.id: parts for row, parts in zip((*machines, *people), found, strict=True)}


def _queues(
    times: ShopTimes, plan: PlanWaits, resources: Iterable[_Resource], question: BottleneckQuestion
) -> Mapping[str, int]:
    """Of each machine, its working minutes of the window in which operations stood ready before it."""
    machines = {machine.id for resource in resources for machine in resource.machines}
    standing = [(key, [row.span for row in rows]) for key, rows in plan.standing.items() if key in machines]
    minutes = plan_work(times.shop).working_minutes(times, standing, question.window)
    return {key: queue for (key, _), queue in zip(standing, minutes, strict=True)}


def _peak(parts: Sequence[tuple[Figures, ...]]) -> tuple[int | None, Fraction | None]:
    """The fullest bucket of all of them together, the first of equals."""
    together = [combine(bucket) for bucket in zip(*parts, strict=True)]
    filled = [(-found.utilization, i) for i, found in enumerate(together) if found.utilization is not None]
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
