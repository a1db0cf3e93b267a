"""Re-planning: a better plan for the work that is free to move (planning-domain 6.6)."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from planning.calendars import ShopTimes
from planning.replanning.attempt import Attempt
from planning.replanning.bounds import least_tardiness
from planning.replanning.check import Faults, faults, late_orders
from planning.replanning.guard import Guard
from planning.replanning.question import (
    IsCancelled,
    OnProgress,
    ReplanMove,
    ReplanProgress,
    ReplanProposal,
    ReplanRequest,
    ReplanScore,
    ReplanStage,
    ReplanStatus,
)
from planning.shop import Booking, Minute


def replan(request: ReplanRequest, on_progress: OnProgress, cancelled: IsCancelled) -> ReplanProposal:
    """The best plan found, checked, and never worse than the one that stands: no later, no rule more broken.

    A plan that keeps every rule is looked for first. Where all that are found are later than the plan that
    stands, work that breaks a rule is left where it is, and the rest is searched again.

    Holds one processor for seconds: for a worker process. `cancelled` is asked often; the best plan so far is
    then the answer.

    Raises:
        InvalidRouting: the operations of an order that was asked for by id wait for one another.
    """
    return _Replan(request, on_progress, Guard(request.max_time_s, cancelled)).run()


@dataclass(frozen=True, slots=True)
class _Checked:
    """What a search found, by the rules of the whole plan."""

    status: ReplanStatus
    score: ReplanScore
    moved: dict[str, Booking]
    times: ShopTimes


class _Replan:
    def __init__(self, request: ReplanRequest, on_progress: OnProgress, guard: Guard) -> None:
        self._request = request
        self._on_progress = on_progress
        self._guard = guard
        self._times = ShopTimes(request.shop, request.window)
        self._mend = self._attempt(frozenset())
        self._before = Faults()
        self._stands = self._best = self._mend.now.score

    def run(self) -> ReplanProposal:
        if not self._mend.work.jobs:
            return self._answer(ReplanStatus.NOTHING_FREE, self._stands, self._mend)
        self._before = faults(self._times, self._mend.free_ids)
        self._stands = self._best = replace(self._stands, errors=self._before.of_free)
        self._mend.search()
        mended = self._mend.found
        if not self._before.of_free or (mended is not None and not self._is_later(mended.score)):
            return self._propose(self._mend)
        return self._leaving_faults()

    def _leaving_faults(self) -> ReplanProposal:
        """Mending costs lateness, so what breaks a rule stays where it is."""
        kept = self._attempt(self._before.free_ids)
        if kept.work.jobs:
            kept.search()
            proposal = self._propose(kept)
        else:
            proposal = self._answer(ReplanStatus.NO_IMPROVEMENT, self._stands, self._mend)
        mended = self._checked(self._mend)
        if mended.status is ReplanStatus.DISCARDED or not self._is_later(mended.score):
            return proposal
        return replace(proposal, mending=mended.score)

    def _propose(self, attempt: Attempt) -> ReplanProposal:
        attempt.polish()
        checked = self._checked(attempt)
        if checked.status is not ReplanStatus.IMPROVED:
            return self._answer(checked.status, self._stands, attempt)
        self._tell(0, ReplanStage.CHECK, 1, 1, checked.score)
        return self._with_moves(self._answer(checked.status, checked.score, attempt), checked)

    def _checked(self, attempt: Attempt) -> _Checked:
        """The plan found; `improved` where it is better and breaks no rule that the present one keeps."""
        stands, found = self._stands, attempt.found
        if found is None:
            return _Checked(ReplanStatus.NO_IMPROVEMENT, stands, {}, self._times)
        self._tell(0, ReplanStage.CHECK, 0, 1, None)
        moved = attempt.changed()
        rows = tuple(moved.get(b.id, b) for b in self._request.shop.bookings)
        times = ShopTimes(replace(self._request.shop, bookings=rows), self._request.window)
        after = faults(times, self._mend.free_ids)
        score = replace(found.score, errors=after.of_free)
        if not after.keys <= self._before.keys:
            status = ReplanStatus.DISCARDED
        else:
            status = ReplanStatus.IMPROVED if score < stands else ReplanStatus.NO_IMPROVEMENT
        return _Checked(status, score, moved, times)

    def _attempt(self, stays: frozenset[str]) -> Attempt:
        left = self._before.of_free if stays else 0
        return Attempt(self._request, self._times, partial(self._tell, left), self._guard, stays)

    def _is_later(self, score: ReplanScore) -> bool:
        return score.weighted_tardiness_min > self._stands.weighted_tardiness_min

    def _tell(
        self, errors: int, stage: ReplanStage, done: int, total: int, found: ReplanScore | None
    ) -> None:
        """`errors`: that plans of the search have, which does not look at them."""
        if found is not None:
            self._best = min(self._best, replace(found, errors=errors + found.errors))
        self._on_progress(ReplanProgress(stage, done, total, self._best))

    def _with_moves(self, proposal: ReplanProposal, checked: _Checked) -> ReplanProposal:
        moved = checked.moved
        before = sorted((b for b in self._request.shop.bookings if b.id in moved), key=_by_time)
        orders = [row.order for row in self._mend.work.orders]
        late_before = late_orders(self._times, orders, self._request.as_of)
        late_after = late_orders(checked.times, orders, self._request.as_of)
        return replace(
            proposal,
            moves=tuple(ReplanMove(row, moved[row.id]) for row in before),
            newly_late=tuple(o.id for o in orders if o.id in late_after - late_before),
            no_longer_late=tuple(o.id for o in orders if o.id in late_before - late_after),
        )

    def _answer(self, status: ReplanStatus, after: ReplanScore, attempt: Attempt) -> ReplanProposal:
        objective = after.weighted_tardiness_min
        least = self._bound(after)
        bound = min(objective, least)
        gap = Fraction(100 * (objective - bound), objective) if objective else Fraction(0)
        return ReplanProposal(
            status=status,
            base_data_version=self._request.shop.settings.data_version,
            score_before=self._stands,
            score_after=after,
            bound=bound,
            gap_pct=gap,
            proven_optimal=objective == least,
            reproducible=self._guard.stopped_by is None,
            stopped_by=self._guard.stopped_by,
            steps_done=attempt.steps_done,
            polished=attempt.solver_version is not None,
            solver_version=attempt.solver_version,
            extent=attempt.extent,
        )

    def _bound(self, after: ReplanScore) -> int:
        """Of all plans that keep every rule; where `after` breaks some, of those that break them, too."""
        if after.errors:
            return least_tardiness(self._mend.decoder, self._before.free_ids)
        return max(self._mend.solver_bound, least_tardiness(self._mend.decoder))


def _by_time(booking: Booking) -> tuple[Minute, str]:
    return booking.envelope_start, booking.id
