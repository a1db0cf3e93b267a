"""Interval arithmetic against sets of minutes and plain walks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.intervals import (
    WorkTime,
    clip,
    contains,
    intersect,
    normalize,
    overlap,
    subtract,
    total,
    union,
)
from planning.shop import Interval, Intervals
from tests.unit.planning.oracle import intervals_of, minutes_of
from tests.unit.planning.strategies import loose_intervals

quick = settings(max_examples=100, deadline=None)
PROPER = loose_intervals().map(normalize)


@quick
@given(loose_intervals())
def test_normal_form_keeps_exactly_the_minutes_sorted_disjoint_and_merged(loose: list[Interval]) -> None:
    assert normalize(loose) == intervals_of(minutes_of(loose))


@quick
@given(PROPER, PROPER)
def test_union_intersection_and_difference_are_those_of_the_minutes(a: Intervals, b: Intervals) -> None:
    left, right = minutes_of(a), minutes_of(b)
    assert union(a, b) == intervals_of(left | right)
    assert intersect(a, b) == intervals_of(left & right)
    assert subtract(a, b) == intervals_of(left - right)


@quick
@given(PROPER, st.integers(0, 100), st.integers(0, 100))
def test_clipping_keeps_the_minutes_within_the_window(a: Intervals, start: int, end: int) -> None:
    assert clip(a, (start, end)) == intervals_of(minutes_of(a) & set(range(start, end)))
    assert contains(a, start) == (start in minutes_of(a))


@quick
@given(loose_intervals())
def test_total_counts_overlapping_minutes_each_time(loose: list[Interval]) -> None:
    assert total(loose) == sum(len(range(*interval)) for interval in loose)


def test_touching_intervals_do_not_overlap() -> None:
    assert overlap((0, 10), (10, 20)) == 0
    assert intersect(((0, 10),), ((10, 20),)) == ()
    assert normalize([(0, 10), (10, 20)]) == ((0, 20),)


@quick
@given(PROPER, st.integers(-5, 120))
def test_work_before_an_instant_counts_the_working_minutes_before_it(a: Intervals, t: int) -> None:
    assert WorkTime(a).work_before(t) == len([minute for minute in minutes_of(a) if minute < t])


@quick
@given(PROPER, st.integers(-2, 120))
def test_a_working_minute_begins_at_the_opening_and_ends_at_the_closing(a: Intervals, w: int) -> None:
    work, minutes = WorkTime(a), sorted(minutes_of(a))
    assert work.start_at(w) == (minutes[w] if 0 <= w < len(minutes) else None)
    if w == 0:
        assert work.end_at(0) == (minutes[0] if minutes else None)
    else:
        assert work.end_at(w) == (minutes[w - 1] + 1 if 0 < w <= len(minutes) else None)


@pytest.mark.parametrize(
    ("w", "starts", "ends"), [(60, 200, 60), (0, 0, 0), (61, 201, 201), (120, None, 260)]
)
def test_at_a_shift_edge_work_starts_at_the_next_opening_and_ends_at_the_last_closing(
    w: int, starts: int | None, ends: int
) -> None:
    work = WorkTime(((0, 60), (200, 260)))
    assert work.start_at(w) == starts
    assert work.end_at(w) == ends


def test_work_between_is_never_negative() -> None:
    work = WorkTime(((0, 60), (200, 260)))
    assert work.work_between(30, 230) == 60
    assert work.work_between(230, 30) == 0
