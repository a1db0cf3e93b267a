"""Can an order be taken on? (planning-domain 6.4)

Rough-cut first (hours against hours), then finite: the options of `capacity_options` against the due date,
then overtime, one slot at a time. Machines only: people are reported beside the verdict, not part of it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import chain

from planning.capacity_limits import Limit, limits
from planning.capacity_options import Option, OptionKind, Placer
from planning.capacity_overtime import Overtime, SlotUse, uses, with_overtime
from planning.capacity_rooms import Work
from planning.figures import Figures, combine
from planning.intervals import subtract
from planning.shop import Interval, Minute


class Verdict(StrEnum):
    """From the easiest to the hardest way to take the order on."""

    YES = "yes"
    YES_SPLIT = "yes_split"
    YES_OVER_TARGET = "yes_over_target"
    YES_WITH_OVERTIME = "yes_with_overtime"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Case:
    """One way to make the order: its works, on their groups of machines.

    `window` = [earliest start, due). `figures`: section 4 in that window of each machine, by id. `lots`: the
    work may only be split into that many parallel lots at most (1: not at all); None: in any way.
    """

    works: tuple[Work, ...]
    quantity: int
    window: Interval
    horizon_end: Minute
    figures: dict[str, Figures]
    overtime: Overtime
    max_utilization_pct: Fraction
    lots: int | None = None

    @property
    def span(self) -> Interval:
        return self.window[0], self.horizon_end

    @property
    def machine_ids(self) -> tuple[str, ...]:
        """Every machine once, in order."""
        places = chain.from_iterable(work.workplaces for work in self.works)
        return tuple(dict.fromkeys(workplace.machine_id for workplace in places))

    @property
    def centers(self) -> tuple[str, ...]:
        """Every work center once, in the order of the routing."""
        ids = (work.work_center_id for work in self.works)
        return tuple(dict.fromkeys(center for center in ids if center is not None))


@dataclass(frozen=True, slots=True)
class CenterLoad:
    """A work center in the window. `needed_min`: one setup a work; `after_pct`: with the plan's setups."""

    work_center_id: str
    machine_ids: tuple[str, ...]
    figures: Figures
    needed_min: int
    after_pct: Fraction | None

    @property
    def shortfall_min(self) -> int:
        """Rough cut: needed less free, where that is missing."""
        return max(0, self.needed_min - self.figures.free)


@dataclass(frozen=True, slots=True)
class OvertimeEffect:
    """What overtime changes. `used`: the slots in which `answer` works.

    In time without overtime: `answer` is the same option with all slots on offer. In time with it: the
    simplest option with the fewest slots, taken in order of time. Else the earliest option with all of them.
    """

    offered: Overtime
    answer: Option | None
    used: tuple[SlotUse, ...]
    fits: bool
    brings_forward_min: int | None
    shortfall_min: int

    @property
    def used_min(self) -> int:
        return sum(use.used_min for use in self.used)


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """`options`: the earliest finish of each kind. `answer`: the simplest one in time, else the earliest.

    `shortfall_min`: work that has no room before the due date; 0 when it has, also when only the sequence of
    its works makes it late.
    """

    case: Case
    verdict: Verdict
    needed_min: int
    centers: tuple[CenterLoad, ...]
    options: tuple[Option, ...]
    answer: Option | None
    shortfall_min: int
    limits: tuple[Limit, ...]
    overtime: OvertimeEffect

    @property
    def plan(self) -> Option | None:
        """The option that the verdict stands on: with overtime where only that makes it fit."""
        return self.overtime.answer if self.verdict is Verdict.YES_WITH_OVERTIME else self.answer

    @property
    def earliest(self) -> Option | None:
        """The earliest finish of all options without overtime; the simplest of equals."""
        return min(self.options, key=lambda option: option.finish, default=None)


def evaluate(case: Case) -> CaseAnswer:
    """Verdict, options, limits and overtime of one case."""
    placer = _placer(case)
    options = _options(case, placer)
    in_time = _simplest_in_time(case, placer, options)
    answer = in_time or min(options, key=lambda option: option.finish, default=None)
    effect = _overtime(case, answer, in_time=in_time is not None)
    with_overtime = in_time is None and effect.fits
    centers = _centers(
        case, effect.answer if with_overtime else answer, effect.offered if with_overtime else None
    )
    over = any(c.after_pct is not None and c.after_pct > case.max_utilization_pct for c in centers)
    return CaseAnswer(
        case=case,
        verdict=_verdict(in_time, with_overtime=with_overtime, over_target=over),
        needed_min=sum(work.minutes(case.quantity) for work in case.works if work.elapsed_min is None),
        centers=centers,
        options=options,
        answer=answer,
        shortfall_min=0 if in_time else _shortfall(case, placer),
        limits=limits(answer, placer) if answer else (),
        overtime=effect,
    )


def rank(answer: CaseAnswer) -> tuple[int, bool, Minute]:
    """Sort key: by which case the order is best taken on. Easiest verdict, then earliest finish."""
    finish = answer.plan.finish if answer.plan else 0
    return list(Verdict).index(answer.verdict), answer.plan is None, finish


def _verdict(in_time: Option | None, *, with_overtime: bool, over_target: bool) -> Verdict:
    if in_time is None:
        return Verdict.YES_WITH_OVERTIME if with_overtime else Verdict.NO
    if over_target:
        return Verdict.YES_OVER_TARGET
    return Verdict.YES_SPLIT if in_time.is_split else Verdict.YES


def _placer(case: Case, overtime: Overtime | None = None, over_by: Minute | None = None) -> Placer:
    """`over_by`: by when it is known to be over; None: the horizon."""
    span = case.span if over_by is None else (case.span[0], over_by)
    works = with_overtime(case.works, overtime, span) if overtime else case.works
    return Placer(works, case.quantity, span)


def _options(case: Case, placer: Placer) -> tuple[Option, ...]:
    """The earliest finish of each kind; a split one only where it beats the simpler ones."""
    block = placer.one_block()
    lots = placer.split(case.lots or len(case.machine_ids))
    pieces = placer.split(None) if case.lots is None else None
    found = [block] if block else []
    for option in (lots, pieces):
        if option is not None and option.is_split and all(option.finish < other.finish for other in found):
            found.append(option)
    return tuple(found)


def _simplest_in_time(case: Case, placer: Placer, options: Sequence[Option]) -> Option | None:
    """One block, else the fewest lots, else pieces, that end by the due date."""
    due = case.window[1]
    in_time = {option.kind: option for option in options if option.finish <= due}
    if OptionKind.LOTS in in_time and OptionKind.ONE_BLOCK not in in_time and case.lots is None:
        for count in range(2, len(case.machine_ids)):
            fewer = placer.split(count, until=due)
            if fewer is not None:
                return fewer
    return next((in_time[kind] for kind in OptionKind if kind in in_time), None)


def _shortfall(case: Case, placer: Placer) -> int:
    """Minutes without room before the due date: rough cut, and for one work what no gap holds."""
    rough = sum(center.shortfall_min for center in _centers(case, None, None))
    work = case.works[0]
    if len(case.works) > 1 or work.elapsed_min is not None:
        return rough
    return max(rough, work.run_min(case.quantity - placer.held_by(case.window[1], case.lots)))


def _overtime(case: Case, answer: Option | None, *, in_time: bool) -> OvertimeEffect:
    """The answer again with all slots; where it was late, with the fewest that bring it in time."""
    offered = case.overtime
    if in_time and answer is not None:
        placer = _placer(case, offered, answer.finish)
        return _effect(case, offered, placer, placer.again(answer), answer)
    if offered.slots and _fits(case, offered):
        counts = range(1, len(offered.slots))
        count = 1 + bisect_left(counts, True, key=lambda count: _fits(case, offered.first(count)))
        fewest = offered.first(count)
        placer = _placer(case, fewest)
        chosen = _simplest_in_time(case, placer, _options(case, placer))
        return _effect(case, fewest, placer, chosen, answer)
    placer = _placer(case, offered)
    earliest = min(_options(case, placer), key=lambda option: option.finish, default=None)
    return _effect(case, offered, placer, earliest, answer)


def _fits(case: Case, overtime: Overtime) -> bool:
    """Whether the most flexible option is in time with these slots."""
    return _placer(case, overtime, case.window[1]).split(case.lots) is not None


def _effect(
    case: Case, overtime: Overtime, placer: Placer, option: Option | None, before: Option | None
) -> OvertimeEffect:
    fits = option is not None and option.finish <= case.window[1]
    return OvertimeEffect(
        offered=overtime,
        answer=option,
        used=uses(overtime, option.parts) if option else (),
        fits=fits,
        brings_forward_min=before.finish - option.finish if before and option else None,
        shortfall_min=0 if fits else _shortfall(_with_overtime_figures(case, overtime), placer),
    )


def _with_overtime_figures(case: Case, overtime: Overtime) -> Case:
    """The case with the minutes opened by overtime counted as available and free."""
    return replace(case, figures={m: _opened(case, m, overtime) for m in case.figures})


def _opened(case: Case, machine_id: str, overtime: Overtime) -> Figures:
    figures, more = case.figures[machine_id], overtime.opened.get(machine_id, ())
    places = chain.from_iterable(work.workplaces for work in case.works)
    workplace = next(place for place in places if place.machine_id == machine_id)
    opened = sum(end - start for start, end in more)
    free = sum(end - start for start, end in subtract(more, workplace.envelopes))
    return replace(
        figures,
        available=figures.available + opened,
        capacity=figures.capacity + opened,
        free=figures.free + free,
    )


def _centers(case: Case, plan: Option | None, overtime: Overtime | None) -> tuple[CenterLoad, ...]:
    machines: dict[str, dict[str, None]] = defaultdict(dict)
    needed: dict[str, int] = defaultdict(int)
    planned: dict[str, int] = defaultdict(int)
    for index, work in enumerate(case.works):
        if work.work_center_id is None:
            continue
        machines[work.work_center_id].update(dict.fromkeys(p.machine_id for p in work.workplaces))
        needed[work.work_center_id] += work.minutes(case.quantity)
        pieces = [part.pieces for part in plan.works[index].parts] if plan else [case.quantity]
        planned[work.work_center_id] += sum(work.minutes(count) for count in pieces)
    found: list[CenterLoad] = []
    for center, ids in machines.items():
        total = combine(case.figures[machine_id] for machine_id in ids)
        opened = overtime.on(ids).machine_minutes if overtime else 0
        capacity = total.capacity + opened
        after = Fraction(100 * (total.load + planned[center]), capacity) if capacity else None
        found.append(CenterLoad(center, tuple(ids), total, needed[center], after))
    return tuple(found)
