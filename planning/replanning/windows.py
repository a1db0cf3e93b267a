"""Which free work is searched together: all of it, or whole orders by the hundred, the latest first."""

from collections.abc import Mapping, Sequence

from planning.replanning.work import Work

# Up to so many jobs are searched as one; beyond, windows of about so many.
ONE_WINDOW, WINDOW_JOBS = 150, 100
MAX_WINDOWS = 8


def windows(work: Work, tardiness: Mapping[int, int]) -> Sequence[frozenset[int]]:
    """Sets of jobs, each of whole orders; `tardiness` (weighted, by order) says which come first.

    Of a large plan only late orders are searched, with those that share their window, and at most
    `MAX_WINDOWS` windows: the rest keeps its place.
    """
    if len(work.jobs) <= ONE_WINDOW:
        return [frozenset(range(len(work.jobs)))]
    latest_first = sorted(range(len(work.orders)), key=lambda n: (-tardiness.get(n, 0), n))
    found: list[frozenset[int]] = []
    jobs: set[int] = set()
    late = False
    for order in latest_first:
        jobs.update(work.orders[order].jobs)
        late = late or tardiness.get(order, 0) > 0
        if len(jobs) >= WINDOW_JOBS:
            found += [frozenset(jobs)] if late else []
            jobs, late = set[int](), False
        if len(found) == MAX_WINDOWS:
            return found
    return [*found, frozenset(jobs)] if late else found
