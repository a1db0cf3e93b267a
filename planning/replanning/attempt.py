"""One search for a better plan of some free work: first plans, steps, and the solver's polish (6.6)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import TypeAlias

from planning.calendars import ShopTimes
from planning.replanning.decoder import Decoder, Plan, PriorityList
from planning.replanning.guard import Guard
from planning.replanning.question import ReplanExtent, ReplanRequest, ReplanScore, ReplanStage
from planning.replanning.rules import RULES, all_sequences, by_rule, by_start
from planning.replanning.search import Search, tardiness_by_order
from planning.replanning.windows import windows
from planning.replanning.work import Work, compile_work
from planning.shop import Booking, Minute

# Told how far a stage is: done, of how many, and the score of the best plan found, if any.
Tell: TypeAlias = Callable[[ReplanStage, int, int, ReplanScore | None], None]

_TELL_EVERY = 10


class Attempt:
    """A search, with the bookings `stays` where they are; `found`: the best plan so far."""

    def __init__(
        self,
        request: ReplanRequest,
        times: ShopTimes,
        tell: Tell,
        guard: Guard,
        stays: frozenset[str] = frozenset(),
    ) -> None:
        self._request = request
        self._on_stage = tell
        self._guard = guard
        self.work: Work = compile_work(request, stays)
        self.decoder = Decoder(times, self.work, request.weights, request.as_of)
        self.now = self.decoder.as_it_stands()
        self.found: Plan | None = None
        self.steps_done = 0
        self.solver_version: str | None = None
        self.solver_bound = 0
        self._searched: frozenset[int] = frozenset()
        self._windows: Sequence[frozenset[int]] = ()

    @property
    def free_ids(self) -> frozenset[str]:
        return frozenset(job.booking.id for job in self.work.jobs)

    @property
    def extent(self) -> ReplanExtent:
        staffed = sum(job.staffed for job in self.work.jobs)
        return ReplanExtent(
            free=len(self.work.jobs),
            pinned=self.work.pinned,
            windows=len(self._windows),
            searched=len(self._searched),
            with_people=staffed,
            without_people=len(self.work.jobs) - staffed,
        )

    def search(self) -> None:
        """First plans, then the steps."""
        self._by_rules()
        if self.found is not None:
            self._by_steps(self.found)

    def polish(self) -> None:
        """The solver's part, if it is asked for and there is time."""
        if self.found is not None and self._request.polish and self._guard.go_on():
            self._by_solver(self.found)

    def changed(self) -> dict[str, Booking]:
        """The bookings that `found` changes, by id."""
        if self.found is None:
            return {}
        jobs = self.work.jobs
        rows = [(jobs[n].booking, self.decoder.booking(jobs[n], placed)) for n, placed in self.found.placed]
        return {before.id: after for before, after in rows if after != before}

    def _by_rules(self) -> None:
        """The plan as it stands with its faults mended, then each rule over all work and over the late."""
        candidates = _candidates(self.work, self.now, self._request.as_of)
        for done, candidate in enumerate(candidates):
            self._tell(ReplanStage.RULES, done, len(candidates))
            if done and not self._guard.go_on():
                return
            plan = self.decoder.decode(candidate, self.decoder.base)
            if plan is not None and (self.found is None or plan.score < self.found.score):
                self.found = plan

    def _by_steps(self, found: Plan) -> None:
        self._windows = windows(self.work, tardiness_by_order(self.work, found))
        random = Random(self._request.seed)  # noqa: S311 - a repeatable search, no secret
        for index, jobs in enumerate(self._windows):
            if not self._guard.go_on():
                return
            steps = self._request.steps // len(self._windows)
            search = self._search(found, jobs, random)
            go_on = self._watch(ReplanStage.STEPS, index * steps)
            self.steps_done += search.run(steps, go_on)
            search.settle(go_on)
            found = self.found = self._merged(found, search.best)
            self._searched |= jobs

    def _by_solver(self, found: Plan) -> None:
        # Here and nowhere else: OR-Tools must not be loaded where no plan is polished.
        from planning.replanning.polish import SOLVER_VERSION, polish  # noqa: PLC0415

        self.solver_version = SOLVER_VERSION
        share = self._request.deterministic_time / max(1, len(self._windows))
        for index, jobs in enumerate(self._windows):
            self._tell(ReplanStage.POLISH, index, len(self._windows))
            if not self._guard.go_on():
                return
            whole = len(jobs) == len(self.work.jobs)
            base = self.decoder.base
            floor = base if whole else self.decoder.beside(base, found, jobs)
            part = found if whole else self._part(found, jobs)
            polished = polish(self.decoder, floor, part, share, self._guard)
            if whole and polished.bound is not None:
                self.solver_bound = polished.bound + self.work.fixed_tardiness
            found = self.found = self._merged(found, polished.plan)

    def _part(self, found: Plan, jobs: frozenset[int]) -> Plan:
        return self.decoder.plan_of({n: placed for n, placed in found.placed if n in jobs})

    def _search(self, found: Plan, jobs: frozenset[int], random: Random) -> Search:
        if len(jobs) == len(self.work.jobs):
            return Search(self.decoder, self.decoder.base, found, random)
        floor = self.decoder.beside(self.decoder.base, found, jobs)
        return Search(self.decoder, floor, self._part(found, jobs), random)

    def _merged(self, found: Plan, part: Plan) -> Plan:
        if len(part.placed) == len(found.placed):
            return part
        return self.decoder.plan_of({**dict(found.placed), **dict(part.placed)})

    def _watch(self, stage: ReplanStage, before: int) -> Callable[[int], bool]:
        def go_on(done: int) -> bool:
            if done % _TELL_EVERY == 0:
                self._tell(stage, before + done, self._request.steps)
            return self._guard.go_on()

        return go_on

    def _tell(self, stage: ReplanStage, done: int, total: int) -> None:
        self._on_stage(stage, min(done, total), total, None if self.found is None else self.found.score)


def _candidates(work: Work, now: Plan, as_of: Minute) -> list[PriorityList]:
    everything = by_start(work, range(len(work.jobs)), keep=True)
    late = tardiness_by_order(work, now)
    in_time = frozenset(job.number for job in work.jobs if not late.get(job.order))
    lists = all_sequences(work) or [by_rule(work, rule, as_of) for rule in RULES]
    found = [everything, replace(everything, keep=frozenset()), *lists]
    if in_time and len(in_time) < len(work.jobs):
        found += [replace(candidate, keep=in_time) for candidate in lists]
    return found
