"""What a re-plan is asked, what it tells on its way, and what it proposes (planning-domain 6.6).

Plain values: they pickle, so that a worker process can be given one and give the other back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from planning.shop import Booking, Interval, Minute, Shop

DEFAULT_STEPS = 400
# Units of the solver's own deterministic clock: the same work everywhere, 8 to 14 s each where measured.
DEFAULT_DETERMINISTIC_TIME = 1.5
DEFAULT_MAX_TIME_S = 120.0


@dataclass(frozen=True, slots=True)
class ChangeWeights:
    """What a booking's change costs in the second goal."""

    machine: int = 10
    start: int = 1
    operator: int = 3


@dataclass(frozen=True, slots=True)
class ReplanRequest:
    """A plan to be made better.

    `shop` holds every booking of its open orders; `window` reaches from before `as_of` to the horizon and
    covers every booking that may move. `order_ids` None: all free work of open orders. `steps` and
    `deterministic_time` bound the search by work, so that the answer is the same everywhere; `max_time_s` is
    only a guard, and the answer says when it was hit. `polish` False: the solver is not asked at all.
    """

    shop: Shop
    as_of: Minute
    window: Interval
    order_ids: frozenset[str] | None = None
    weights: ChangeWeights = ChangeWeights()
    steps: int = DEFAULT_STEPS
    seed: int = 1
    deterministic_time: float = DEFAULT_DETERMINISTIC_TIME
    max_time_s: float = DEFAULT_MAX_TIME_S
    polish: bool = True


@dataclass(frozen=True, slots=True, order=True)
class ReplanScore:
    """How good a plan is, compared from the first figure to the last; less is better.

    `weighted_tardiness_min`: each order's minutes after its due date times the weight of its priority; of an
    order that is not wholly scheduled, as far as its bookings say. `errors`: broken rules of the free work
    (planning-domain 6.3, lateness apart). `change_points`: machine, start and operator changes against the
    plan as it stands. `finish_sum_min`: the orders' finishes, counted from `as_of`.
    """

    weighted_tardiness_min: int
    errors: int
    change_points: int
    finish_sum_min: int


class ReplanStage(StrEnum):
    RULES = "rules"
    STEPS = "steps"
    POLISH = "polish"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class ReplanProgress:
    """How far it is: `done` of `total` within the stage, and the best plan's score so far."""

    stage: ReplanStage
    done: int
    total: int
    best: ReplanScore


class ReplanStatus(StrEnum):
    """`discarded`: what was found broke a rule that the plan kept; nothing is proposed."""

    IMPROVED = "improved"
    NO_IMPROVEMENT = "no_improvement"
    NOTHING_FREE = "nothing_free"
    DISCARDED = "discarded"


class StoppedBy(StrEnum):
    """Why the search ended before its work was done; the best plan so far is proposed."""

    CANCELLED = "cancelled"
    TIME_GUARD = "time_guard"


@dataclass(frozen=True, slots=True)
class ReplanMove:
    """A booking before and after; the same id."""

    before: Booking
    after: Booking


@dataclass(frozen=True, slots=True)
class ReplanExtent:
    """What was looked at. `pinned`: bookings of the orders asked for that do not move (locked, begun, held,
    frozen, left with a rule that they break, or before such a one). `searched`: of the free ones, those in
    the windows that the search went through. `with_people`: free bookings that had people and get qualified,
    free people again; `without_people`: planned by machines only, as they are now.
    """

    free: int = 0
    pinned: int = 0
    windows: int = 0
    searched: int = 0
    with_people: int = 0
    without_people: int = 0


@dataclass(frozen=True, slots=True)
class ReplanProposal:
    """The answer. No moves unless `status` is `improved`; `score_after` is then less than `score_before`,
    with no more weighted tardiness and no more errors.

    `mending`: the best plan found that mends what the plan breaks, where it has more weighted tardiness than
    the plan as it stands and so is not proposed; None where nothing is broken, or mending costs none.
    `bound`: no plan of the free work has less weighted tardiness, and breaks no rule but what `score_after`
    says. `gap_pct`: 100 x (objective - bound) / objective with the objective
    `score_after.weighted_tardiness_min`; None without a bound. `proven_optimal` is about that first goal
    alone. `reproducible`: the same request gives the same plan everywhere, with the same `solver_version`
    (None: no solver was used). `newly_late`, `no_longer_late`: order ids by code.
    """

    status: ReplanStatus
    base_data_version: int
    score_before: ReplanScore
    score_after: ReplanScore
    moves: tuple[ReplanMove, ...] = ()
    mending: ReplanScore | None = None
    bound: int | None = None
    gap_pct: Fraction | None = None
    proven_optimal: bool = False
    reproducible: bool = True
    stopped_by: StoppedBy | None = None
    steps_done: int = 0
    polished: bool = False
    solver_version: str | None = None
    newly_late: tuple[str, ...] = ()
    no_longer_late: tuple[str, ...] = ()
    extent: ReplanExtent = ReplanExtent()

    @property
    def partial(self) -> bool:
        """Whether the search was stopped before its work was done."""
        return self.stopped_by is not None


OnProgress: TypeAlias = Callable[[ReplanProgress], None]
IsCancelled: TypeAlias = Callable[[], bool]
