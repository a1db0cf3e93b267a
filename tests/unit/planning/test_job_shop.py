"""The job-shop adapter of the benchmarks: a classic instance comes out as its known optimum."""

from itertools import pairwise

from bench.job_shop import Instance, shop_of, solve

# Fisher and Thompson, 6 x 6 (1963): (machine, minutes) of each job, in sequence.
FT06 = [
    [(2, 1), (0, 3), (1, 6), (3, 7), (5, 3), (4, 6)],
    [(1, 8), (2, 5), (4, 10), (5, 10), (0, 10), (3, 4)],
    [(2, 5), (3, 4), (5, 8), (0, 9), (1, 1), (4, 7)],
    [(1, 5), (0, 5), (2, 5), (3, 3), (4, 8), (5, 9)],
    [(2, 9), (1, 3), (4, 5), (5, 4), (0, 3), (3, 1)],
    [(1, 3), (3, 3), (5, 9), (0, 10), (4, 4), (2, 1)],
]
INSTANCE = Instance(jobs=FT06, optimum=55)


def test_the_re_planner_finds_the_optimum_of_ft06_and_proves_it() -> None:
    proposal = solve(INSTANCE, steps=100, units=1.5).proposal
    assert proposal.score_after.weighted_tardiness_min == INSTANCE.optimum
    assert proposal.bound == INSTANCE.optimum
    assert proposal.proven_optimal
    assert proposal.reproducible


def test_an_instance_starts_from_a_plan_in_which_one_operation_follows_another() -> None:
    rows = shop_of(INSTANCE).bookings
    assert all(a.envelope_end == b.envelope_start for a, b in pairwise(rows))
    assert rows[-1].envelope_end - rows[0].envelope_start == sum(m for job in FT06 for _, m in job)
