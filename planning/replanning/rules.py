"""Priority rules: orders sorted by how pressing they are, each order's jobs in sequence."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import permutations
from typing import TypeAlias

from planning.replanning.decoder import PriorityList
from planning.replanning.work import OrderWork, Work
from planning.shop import Minute

_NO_DUE = 2**40
# So many orders have six sequences: each of them is tried, and the best found for certain.
_FEW_ORDERS = 3
Key: TypeAlias = tuple[Fraction | int, str]
Rule: TypeAlias = Callable[[Work, OrderWork, Minute], Key]


def earliest_due_date(work: Work, order: OrderWork, as_of: Minute) -> Key:
    del work, as_of
    return _due(order), order.order.code


def critical_ratio(work: Work, order: OrderWork, as_of: Minute) -> Key:
    """Minutes to the due date over minutes of work; the least first."""
    return Fraction(_due(order) - as_of, max(1, _minutes(work, order))), order.order.code


def weighted_shortest(work: Work, order: OrderWork, as_of: Minute) -> Key:
    """Minutes of work over weight; the least first."""
    del as_of
    return Fraction(_minutes(work, order), order.weight), order.order.code


def least_slack(work: Work, order: OrderWork, as_of: Minute) -> Key:
    """Minutes to the due date less minutes of work."""
    return _due(order) - as_of - _minutes(work, order), order.order.code


RULES: tuple[Rule, ...] = (earliest_due_date, critical_ratio, weighted_shortest, least_slack)


def by_rule(work: Work, rule: Rule, as_of: Minute) -> PriorityList:
    """All jobs, order by order."""
    orders = sorted(work.orders, key=lambda order: rule(work, order, as_of))
    return PriorityList(tuple(job for order in orders for job in order.jobs))


def all_sequences(work: Work) -> list[PriorityList]:
    """Each sequence of whole orders where there are few of them, else none."""
    if not 1 < len(work.orders) <= _FEW_ORDERS:
        return []
    return [
        PriorityList(tuple(job for order in sequence for job in order.jobs))
        for sequence in permutations(work.orders)
    ]


def by_start(work: Work, jobs: Iterable[int], *, keep: bool) -> PriorityList:
    """Jobs as they stand in the plan; `keep`: where they stand, too."""
    numbers = tuple(sorted(jobs, key=lambda n: (work.jobs[n].booking.envelope_start, n)))
    return PriorityList(numbers, frozenset(numbers) if keep else frozenset())


def _due(order: OrderWork) -> Minute:
    return _NO_DUE if order.order.due_at is None else order.order.due_at


def _minutes(work: Work, order: OrderWork) -> int:
    return sum(min(option.minutes for option in work.jobs[job].options) for job in order.jobs)
