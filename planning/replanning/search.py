"""A fixed number of steps on a priority list: take something out, put it in elsewhere, decode again.

The steps are counted, not timed, and drawn from a fixed seed: the same question gives the same plan
everywhere.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from random import Random

from planning.replanning.decoder import Decoder, Floorplan, Plan, PriorityList
from planning.replanning.work import Work
from planning.shop import Minute

# Shares of the steps: an order put elsewhere, one job put elsewhere; the rest lets an order stay or go.
_ORDER_SHARE, _JOB_SHARE = 0.45, 0.85
_LATE_SHARE = 0.7


class Search:
    """Improves one plan of some whole orders beside a floor that stays."""

    def __init__(self, decoder: Decoder, floor: Floorplan, start: Plan, random: Random) -> None:
        self._decoder = decoder
        self._work: Work = decoder.work
        self._floor = floor
        self._random = random
        self._orders = sorted({self._work.jobs[n].order for n in start.source.jobs})
        self._bookmarks = {n: self._work.jobs[n].order for n in start.source.jobs}
        self.best = start

    def run(self, steps: int, go_on: Callable[[int], bool]) -> int:
        """Up to `steps` tries while `go_on(tries so far)`; how many were made.

        Ends early only when nothing is late and nothing changed: no plan can be better in both first goals.
        """
        for done in range(steps):
            score = self.best.score
            if (score.weighted_tardiness_min, score.change_points) == (0, 0) or not go_on(done):
                return done
            self._try(self._neighbour())
        return steps

    def settle(self, go_on: Callable[[int], bool]) -> None:
        """Let each order that was changed stay where it is after all, where that costs nothing."""
        for done, order in enumerate(self._orders):
            if not go_on(done):
                return
            jobs = self._jobs_of(order)
            source = self.best.source
            if jobs <= source.keep:
                continue
            first = tuple(n for n in source.jobs if n in jobs)
            rest = tuple(n for n in source.jobs if n not in jobs)
            for numbers in (source.jobs, first + rest):
                self._try(PriorityList(numbers, source.keep | jobs, _without(source.forced, jobs)))

    def _try(self, source: PriorityList) -> None:
        plan = self._decoder.decode(
            source, self._floor, not_above=self._limit(self.best.score.weighted_tardiness_min)
        )
        if plan is not None and plan.score <= self.best.score:
            self.best = plan

    def _limit(self, tardiness: int) -> int:
        return tardiness - self._work.fixed_tardiness

    def _neighbour(self) -> PriorityList:
        source, draw = self.best.source, self._random.random()
        if draw < _ORDER_SHARE:
            return self._move_order(source)
        return self._move_job(source) if draw < _JOB_SHARE else self._let_stay_or_go(source)

    def _move_order(self, source: PriorityList) -> PriorityList:
        """A pressing order's jobs, one after another, to another place in the list."""
        jobs = self._jobs_of(self._pressing_order())
        rest = [n for n in source.jobs if n not in jobs]
        at = self._random.randint(0, len(rest))
        moved = [n for n in source.jobs if n in jobs]
        numbers = (*rest[:at], *moved, *rest[at:])
        return PriorityList(numbers, source.keep - jobs, _without(source.forced, jobs))

    def _move_job(self, source: PriorityList) -> PriorityList:
        number = self._random.choice(source.jobs)
        rest = [n for n in source.jobs if n != number]
        at = self._random.randint(0, len(rest))
        jobs = self._jobs_of(self._bookmarks[number])
        return PriorityList(
            (*rest[:at], number, *rest[at:]), source.keep - jobs, _without(source.forced, {number})
        )

    def _let_stay_or_go(self, source: PriorityList) -> PriorityList:
        jobs = self._jobs_of(self._random.choice(self._orders))
        keep = source.keep - jobs if jobs <= source.keep else source.keep | jobs
        return replace(source, keep=keep)

    def _pressing_order(self) -> int:
        """Mostly one that is late, the more the likelier; sometimes any."""
        late = self._late()
        if late and self._random.random() < _LATE_SHARE:
            orders = [order for order, _ in late]
            return self._random.choices(orders, [weight for _, weight in late])[0]
        return self._random.choice(self._orders)

    def _late(self) -> Sequence[tuple[int, int]]:
        found = tardiness_by_order(self._work, self.best)
        return [(order, found[order]) for order in self._orders if found.get(order)]

    def _jobs_of(self, order: int) -> frozenset[int]:
        return frozenset(self._work.orders[order].jobs)


def tardiness_by_order(work: Work, plan: Plan) -> dict[int, int]:
    """Weighted minutes of each order in the plan."""
    ends: dict[int, Minute] = {number: placed.end for number, placed in plan.placed}
    found: dict[int, int] = {}
    for order in {work.jobs[number].order for number in ends}:
        row = work.orders[order]
        finish = max([row.fixed_finish, *(ends[n] + lag for n, lag in row.ends)])
        found[order] = row.tardiness(finish)
    return found


def _without(forced: Sequence[tuple[int, int]], jobs: Collection[int]) -> tuple[tuple[int, int], ...]:
    return tuple((number, option) for number, option in forced if number not in jobs)
