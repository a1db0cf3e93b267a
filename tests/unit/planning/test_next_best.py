"""The next best ways are the next best: against every choice of machines, tried one by one."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings

from leadhand.errors import BeyondHorizon, NoEligibleOperator
from planning.insertion import Insertion, InsertionRequest, Step, insert
from planning.next_best import best_insertions
from tests.unit.planning.test_insertion_properties import requests


def machines_of(insertion: Insertion) -> tuple[str | None, ...]:
    return tuple(step.machine_id for step in insertion.steps)


def one_machine_each(request: InsertionRequest) -> list[InsertionRequest]:
    """The request once for each choice of machines."""

    def ways(step: Step) -> list[Step]:
        if step.elapsed_min is not None:
            return [step]
        return [replace(step, choices=(choice,)) for choice in step.choices]

    return [replace(request, steps=steps) for steps in product(*map(ways, request.steps))]


def finish_of(request: InsertionRequest) -> int | None:
    try:
        return insert(request).finish
    except (BeyondHorizon, NoEligibleOperator):
        return None


@settings(max_examples=100, deadline=None)
@given(requests())
def test_the_ways_found_are_the_best_of_all_choices_of_machines(request: InsertionRequest) -> None:
    finishes = sorted(f for way in one_machine_each(request) if (f := finish_of(way)) is not None)
    if not finishes:
        with pytest.raises((BeyondHorizon, NoEligibleOperator)):
            best_insertions(request, 4)
        return
    found = best_insertions(request, 4)
    assert [way.finish for way in found] == finishes[:4]
    assert len({machines_of(way) for way in found}) == len(found)
    assert found[0] == insert(request)
