"""Routings with branches: side by side where nothing is shared, one after the other where something is."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from leadhand.errors import BeyondHorizon, LeadhandError, NoEligibleOperator
from planning.branches import chain, side_by_side
from planning.crew import Crew, CrewMember
from planning.insertion import Choice, Insertion, InsertionRequest, Operators, Step, insert
from planning.latest_start import latest_starts
from planning.workplaces import Workplace
from tests.unit.planning.test_insertion_properties import HORIZON, requests

OPEN = ((0, 1000),)
MILL, LATHE, SAW = (Workplace(key, key, OPEN, ()) for key in ("mill", "lathe", "saw"))


def step(place: Workplace, minutes: int, wait: int = 0) -> Step:
    return Step((Choice(place, 0, minutes),), wait_after_min=wait)


def placed(request: InsertionRequest) -> Insertion | type[LeadhandError]:
    try:
        return insert(request)
    except (BeyondHorizon, NoEligibleOperator) as error:
        return type(error)


@settings(max_examples=80, deadline=None)
@given(requests())
def test_a_chain_that_is_written_out_is_the_linear_routing(request: InsertionRequest) -> None:
    written = replace(request, before=chain(len(request.steps)))
    assert placed(written) == placed(request)
    assert latest_starts(written, HORIZON) == latest_starts(request, HORIZON)


@settings(max_examples=80, deadline=None)
@given(requests(most=3))
def test_branches_never_book_a_machine_twice(request: InsertionRequest) -> None:
    found = placed(replace(request, before=tuple(() for _ in request.steps)))
    if not isinstance(found, Insertion):
        return
    by_machine = sorted((s.machine_id, s.start, s.end) for s in found.steps if s.machine_id)
    for (one, _, end), (other, start, _) in pairwise(by_machine):
        assert one != other or end <= start


def test_branches_on_machines_of_their_own_are_each_as_early_as_alone_and_optimal() -> None:
    request = InsertionRequest(
        (step(MILL, 50), step(LATHE, 30, wait=40), step(SAW, 10)), 0, 1000, before=((), (), (0, 1))
    )
    found = insert(request)
    assert [(s.start, s.end) for s in found.steps] == [(0, 50), (0, 30), (70, 80)]
    assert (found.finish, found.optimal) == (80, True)


def test_the_finish_is_that_of_the_branch_that_ends_last() -> None:
    found = insert(InsertionRequest((step(MILL, 50), step(LATHE, 30)), 0, 1000, before=((), ())))
    assert found.finish == 50


def test_branches_that_share_a_machine_wait_for_each_other_and_are_not_called_optimal() -> None:
    found = insert(InsertionRequest((step(MILL, 50), step(MILL, 30)), 0, 1000, before=((), ())))
    assert [(s.start, s.end) for s in found.steps] == [(0, 50), (50, 80)]
    assert not found.optimal


def test_branches_that_share_a_person_wait_for_each_other_only_where_people_are_needed() -> None:
    ann = Crew((CrewMember("ann", "A", OPEN),))
    steps = (step(MILL.staffed_by(ann), 50), step(LATHE.staffed_by(ann), 30))
    alone = InsertionRequest(steps, 0, 1000, before=((), ()))
    both = insert(replace(alone, operators=Operators.REQUIRED))
    assert [s.start for s in both.steps] == [0, 50]
    assert (both.optimal, insert(alone).optimal) == (False, True)


def test_the_latest_start_before_a_join_leaves_time_for_the_wait_and_for_what_follows() -> None:
    request = InsertionRequest(
        (step(MILL, 50), step(LATHE, 30, wait=40), step(SAW, 10)), 0, 1000, before=((), (), (0, 1))
    )
    assert latest_starts(request, 100) == (40, 20, 90)
    assert latest_starts(request, 9) == (None, None, None)


@pytest.mark.parametrize(
    ("before", "pairs"),
    [
        (chain(3), []),
        (((), (), (0, 1)), [(0, 1)]),
        (((), (0,), (0,), (1,)), [(1, 2), (2, 3)]),
    ],
)
def test_side_by_side_are_the_steps_of_which_neither_waits_for_the_other(
    before: tuple[tuple[int, ...], ...], pairs: list[tuple[int, int]]
) -> None:
    assert list(side_by_side(before)) == pairs
