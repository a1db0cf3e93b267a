"""Re-planning: a better plan for the work that is free to move (planning-domain 6.6)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

from planning.calendars import ShopTimes
from planning.replanning.bounds import least_tardiness
from planning.replanning.check import faults, late_orders
from planning.replanning.decoder import Decoder, Plan, PriorityList
from planning.replanning.guard import Guard
from planning.replanning.question import (
    IsCancelled,
    OnProgress,
    ReplanExtent,
    ReplanMove,
    ReplanProgress,
    ReplanProposal,
    ReplanRequest,
    ReplanScore,
    ReplanStage,
    ReplanStatus,
)
from planning.replanning.rules import RULES, by_rule, by_start
from planning.replanning.search import Search, tardiness_by_order
from planning.replanning.windows import windows
from planning.replanning.work import Work, compile_work
from planning.shop import Booking, Minute, Shop

_TELL_EVERY = 10


def replan(request: ReplanRequest, on_progress: OnProgress, cancelled: IsCancelled) -> ReplanProposal:
    """The best plan found, checked, and never worse than the one that stands.

    Holds one processor for seconds: for a worker process. `cancelled` is asked often; the best plan so far is
    then the answer.

    Raises:
        InvalidRouting: the operations of an order that was asked for by id wait for one another.
    """
    return _Replan(request, on_progress, Guard(request.max_time_s, cancelled)).run()


class _Replan:
    def __init__(self, request: ReplanRequest, on_progress: OnProgress, guard: Guard) -> None:
        self._request = request
        self._on_progress = on_progress
        self._guard = guard
        self._work: Work = compile_work(request)
        self._times = ShopTimes(request.shop, request.window)
        self._decoder = Decoder(self._times, self._work, request.weights, request.as_of)
        self._free_ids = frozenset(job.booking.id for job in self._work.jobs)
        self._now = self._decoder.as_it_stands()
        self._found: Plan | None = None
        self._steps_done = 0
        self._solver_version: str | None = None
        self._solver_bound = 0
        self._searched: frozenset[int] = frozenset()
        self._windows: Sequence[frozenset[int]] = ()

    def run(self) -> ReplanProposal:
        if not self._work.jobs:
            return self._answer(ReplanStatus.NOTHING_FREE, self._now.score, self._now.score)
        self._before = faults(self._times, self._free_ids)
        self._stands = replace(self._now.score, errors=self._before.of_free)
        self._by_rules()
        if self._found is not None:
            self._by_steps(self._found)
        if self._found is not None and self._request.polish and self._guard.go_on():
            self._by_solver(self._found)
        return self._propose()

    def _by_rules(self) -> None:
        """The plan as it stands with its faults mended, then each rule over all work and over the late."""
        candidates = _candidates(self._work, self._now, self._request.as_of)
        for done, candidate in enumerate(candidates):
            self._tell(ReplanStage.RULES, done, len(candidates))
            if done and not self._guard.go_on():
                return
            plan = self._decoder.decode(candidate, self._decoder.base)
            if plan is not None and (self._found is None or plan.score < self._found.score):
                self._found = plan

    def _by_steps(self, found: Plan) -> None:
        self._windows = windows(self._work, tardiness_by_order(self._work, found))
        random = Random(self._request.seed)  # noqa: S311 - a repeatable search, no secret
        for index, jobs in enumerate(self._windows):
            if not self._guard.go_on():
                return
            steps = self._request.steps // len(self._windows)
            search = self._search(found, jobs, random)
            go_on = self._watch(ReplanStage.STEPS, index * steps)
            self._steps_done += search.run(steps, go_on)
            search.settle(go_on)
            found = self._found = self._merged(found, search.best)
            self._searched |= jobs

    def _by_solver(self, found: Plan) -> None:
        # Here and nowhere else: OR-Tools must not be loaded where no plan is polished.
        from planning.replanning.polish import SOLVER_VERSION, polish  # noqa: PLC0415

        self._solver_version = SOLVER_VERSION
        share = self._request.deterministic_time / max(1, len(self._windows))
        for index, jobs in enumerate(self._windows):
            self._tell(ReplanStage.POLISH, index, len(self._windows))
            if not self._guard.go_on():
                return
            whole = len(jobs) == len(self._work.jobs)
            base = self._decoder.base
            floor = base if whole else self._decoder.beside(base, found, jobs)
            part = found if whole else self._part(found, jobs)
            polished = polish(self._decoder, floor, part, share, self._guard)
            if whole and polished.bound is not None:
                self._solver_bound = polished.bound + self._work.fixed_tardiness
            found = self._found = self._merged(found, polished.plan)

    def _part(self, found: Plan, jobs: frozenset[int]) -> Plan:
        return self._decoder.plan_of({n: placed for n, placed in found.placed if n in jobs})

    def _search(self, found: Plan, jobs: frozenset[int], random: Random) -> Search:
        if len(jobs) == len(self._work.jobs):
            return Search(self._decoder, self._decoder.base, found, random)
        floor = self._decoder.beside(self._decoder.base, found, jobs)
        return Search(self._decoder, floor, self._part(found, jobs), random)

    def _merged(self, found: Plan, part: Plan) -> Plan:
        if len(part.placed) == len(found.placed):
            return part
        return self._decoder.plan_of({**dict(found.placed), **dict(part.placed)})

    def _watch(self, stage: ReplanStage, before: int) -> Callable[[int], bool]:
        def go_on(done: int) -> bool:
            if done % _TELL_EVERY == 0:
                self._tell(stage, before + done, self._request.steps)
            return self._guard.go_on()

        return go_on

    def _tell(self, stage: ReplanStage, done: int, total: int) -> None:
        best = self._stands if self._found is None else min(self._stands, self._found.score)
        self._on_progress(ReplanProgress(stage, min(done, total), total, best))

    def _propose(self) -> ReplanProposal:
        """The plan found, by the rules of the whole plan; nothing where it is not better or breaks one."""
        found, stands = self._found, self._stands
        if found is None or found.score >= stands:
            return self._answer(ReplanStatus.NO_IMPROVEMENT, stands, stands)
        self._tell(ReplanStage.CHECK, 0, 1)
        moved = self._bookings(found)
        rows = tuple(moved.get(b.id, b) for b in self._request.shop.bookings)
        shop = replace(self._request.shop, bookings=rows)
        times = ShopTimes(shop, self._request.window)
        after = faults(times, self._free_ids)
        if not after.keys <= self._before.keys:
            return self._answer(ReplanStatus.DISCARDED, stands, stands)
        score = replace(found.score, errors=after.of_free)
        if score >= stands:
            return self._answer(ReplanStatus.NO_IMPROVEMENT, stands, stands)
        self._tell(ReplanStage.CHECK, 1, 1)
        proposal = self._answer(ReplanStatus.IMPROVED, stands, score)
        return self._with_moves(proposal, moved, times)

    def _bookings(self, found: Plan) -> dict[str, Booking]:
        """The bookings that change, by id."""
        jobs = self._work.jobs
        rows = [(jobs[n].booking, self._decoder.booking(jobs[n], placed)) for n, placed in found.placed]
        return {before.id: after for before, after in rows if after != before}

    def _with_moves(
        self, proposal: ReplanProposal, moved: dict[str, Booking], times: ShopTimes
    ) -> ReplanProposal:
        shop: Shop = self._request.shop
        before = sorted((b for b in shop.bookings if b.id in moved), key=_by_time)
        orders = [row.order for row in self._work.orders]
        late_before = late_orders(self._times, orders, self._request.as_of)
        late_after = late_orders(times, orders, self._request.as_of)
        return replace(
            proposal,
            moves=tuple(ReplanMove(row, moved[row.id]) for row in before),
            newly_late=tuple(o.id for o in orders if o.id in late_after - late_before),
            no_longer_late=tuple(o.id for o in orders if o.id in late_before - late_after),
        )

    def _answer(self, status: ReplanStatus, before: ReplanScore, after: ReplanScore) -> ReplanProposal:
        objective = after.weighted_tardiness_min
        bound = min(objective, max(self._solver_bound, least_tardiness(self._decoder)))
        gap = Fraction(100 * (objective - bound), objective) if objective else Fraction(0)
        return ReplanProposal(
            status=status,
            base_data_version=self._request.shop.settings.data_version,
            score_before=before,
            score_after=after,
            bound=bound,
            gap_pct=gap,
            proven_optimal=objective == bound,
            reproducible=self._guard.stopped_by is None,
            stopped_by=self._guard.stopped_by,
            steps_done=self._steps_done,
            polished=self._solver_version is not None,
            solver_version=self._solver_version,
            extent=self._extent(),
        )

    def _extent(self) -> ReplanExtent:
        staffed = sum(job.staffed for job in self._work.jobs)
        return ReplanExtent(
            free=len(self._work.jobs),
            pinned=self._work.pinned,
            windows=len(self._windows),
            searched=len(self._searched),
            with_people=staffed,
            without_people=len(self._work.jobs) - staffed,
        )


def _candidates(work: Work, now: Plan, as_of: Minute) -> list[PriorityList]:
    everything = by_start(work, range(len(work.jobs)), keep=True)
    late = tardiness_by_order(work, now)
    in_time = frozenset(job.number for job in work.jobs if not late.get(job.order))
    lists = [by_rule(work, rule, as_of) for rule in RULES]
    found = [everything, replace(everything, keep=frozenset()), *lists]
    if in_time and len(in_time) < len(work.jobs):
        found += [replace(candidate, keep=in_time) for candidate in lists]
    return found


def _by_time(booking: Booking) -> tuple[Minute, str]:
    return booking.envelope_start, booking.id
