"""When must we start at the latest: against every start tried, on random small shops."""

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.errors import BeyondHorizon, NoEligibleOperator
from planning.insertion import Choice, InsertionRequest, Operators, Step, insert
from planning.latest_start import latest_starts
from planning.workplaces import Workplace
from tests.unit.planning.insertion_oracle import OracleRules, OracleStep, possible
from tests.unit.planning.test_insertion_properties import HORIZON, oracle_rules, oracle_step, requests

H = 60


def naive_latest(
    steps: tuple[OracleStep, ...], rules: OracleRules, release: int, due: int
) -> list[int | None]:
    """For each step, every start tried: the last from which the rest can still be over by `due`."""

    @cache
    def in_time(index: int, ready: int) -> bool:
        if index == len(steps):
            return True
        wait = steps[index].wait_after_min
        return any(
            end <= due and (index == len(steps) - 1 or in_time(index + 1, end + wait))
            for end, *_ in possible(steps[index], rules, ready)
        )

    def latest(index: int) -> int | None:
        wait = steps[index].wait_after_min
        last = index == len(steps) - 1
        starts = [
            start
            for ready in range(release, due + 1)
            for end, start, *_ in possible(steps[index], rules, ready)
            if end <= due and (last or in_time(index + 1, end + wait))
        ]
        return max(starts, default=None)

    return [latest(index) for index in range(len(steps))]


@settings(max_examples=40, deadline=None)
@given(requests(most=2), st.integers(0, HORIZON))
def test_the_latest_start_is_the_last_of_all_starts_that_end_in_time(
    request: InsertionRequest, due: int
) -> None:
    found = latest_starts(request, due)
    expected = naive_latest(
        tuple(map(oracle_step, request.steps)), oracle_rules(request), request.release, due
    )
    # Where a later step cannot be in time, nothing before it can.
    for index in reversed(range(len(expected) - 1)):
        if expected[index + 1] is None:
            expected[index] = None
    assert list(found) == expected


@settings(max_examples=80, deadline=None)
@given(requests())
def test_what_is_inserted_by_its_finish_has_no_negative_float(request: InsertionRequest) -> None:
    try:
        placed = insert(request)
    except (BeyondHorizon, NoEligibleOperator):
        return
    if placed.finish > HORIZON:
        return
    for step, latest in zip(placed.steps, latest_starts(request, placed.finish), strict=True):
        assert latest is not None
        assert latest >= step.start


def test_an_order_of_two_steps_must_start_as_late_as_its_shifts_allow() -> None:
    day_shifts = tuple((day * 24 * H + 6 * H, day * 24 * H + 14 * H) for day in range(5))
    mill, lathe = Workplace("m", "M", day_shifts, ()), Workplace("l", "L", day_shifts, ())
    request = InsertionRequest(
        (Step((Choice(mill, 0, 4 * H),), wait_after_min=H), Step((Choice(lathe, H, 3 * H),))),
        release=0,
        horizon_end=5 * 24 * H,
        operators=Operators.IGNORE,
    )
    # Due at noon of the third day: 8:00 there, 7:00 for the wait, and four hours before that.
    assert latest_starts(request, 2 * 24 * H + 12 * H) == (24 * H + 11 * H, 2 * 24 * H + 8 * H)
