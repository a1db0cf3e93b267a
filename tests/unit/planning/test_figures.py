"""The figures of planning-domain section 4 against the oracle; golden/ has a test by hand of each."""

from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.figure_columns import figure_columns
from planning.figures import Figures, combine, figures, first_fit, share, spread
from planning.intervals import normalize, union
from planning.lanes import stretches
from planning.rounding import hours, percent, round_half_up, round_root
from planning.shop import Interval, Intervals
from tests.unit.planning import oracle
from tests.unit.planning.strategies import loose_intervals

quick = settings(max_examples=100, deadline=None)
TIME = loose_intervals().map(normalize)
WINDOWS = st.tuples(st.integers(0, 60), st.integers(1, 60)).map(lambda pair: (pair[0], sum(pair)))


def test_a_share_of_nothing_a_spread_of_nobody_and_a_cv_without_load_are_unknown() -> None:
    assert share(0, 0) is None
    assert spread([Figures(load=5)]).spread is None
    idle = spread([Figures(capacity=10), Figures(capacity=20)])
    assert (idle.spread, idle.cv_square) == (0, None)


@quick
@given(TIME, TIME, loose_intervals(), loose_intervals(), WINDOWS)
def test_every_figure_is_the_oracles_and_available_is_busy_plus_idle_plus_free(
    calendar: Intervals,
    available: Intervals,
    segments: list[Interval],
    pauses: list[Interval],
    window: Interval,
) -> None:
    envelopes = segments + pauses
    found = figures(calendar, available, segments, envelopes, window, max_parallel=2)
    naive = oracle.figures(
        oracle.minutes_of(calendar), oracle.minutes_of(available), segments, envelopes, window, max_parallel=2
    )
    for name, value in asdict(naive).items():
        assert getattr(found, name) == value, name
    assert found.available == found.busy + found.blocked_idle + found.free


@quick
@given(
    st.lists(st.tuples(TIME, TIME, loose_intervals(), loose_intervals()), max_size=3),
    st.lists(st.integers(1, 40), min_size=1, max_size=6),
)
def test_of_many_resources_each_bucket_has_its_own_figures_and_they_add_up_to_the_whole(
    lanes: list[tuple[Intervals, Intervals, list[Interval], list[Interval]]], lengths: list[int]
) -> None:
    edges = [sum(lengths[:i]) for i in range(len(lengths) + 1)]
    times = [(calendar, available) for calendar, available, _, _ in lanes]
    work, blocks = stretches([s for _, _, s, _ in lanes]), stretches([s + more for _, _, s, more in lanes])
    machines = figure_columns(times, work, blocks, edges)
    people = figure_columns(times, work, None, edges, [2] * len(lanes))
    for (calendar, available, segments, more), held, own in zip(lanes, machines, people, strict=True):
        windows = list(pairwise(edges))
        assert held == tuple(figures(calendar, available, segments, segments + more, w) for w in windows)
        assert own == tuple(
            figures(calendar, available, segments, segments, w, max_parallel=2) for w in windows
        )
        whole = edges[0], edges[-1]
        assert combine(held) == figures(calendar, available, segments, segments + more, whole)


@quick
@given(TIME, TIME, loose_intervals())
def test_more_shift_time_never_means_less_available_or_less_free(
    available: Intervals, more: Intervals, segments: list[Interval]
) -> None:
    less = figures(available, available, segments, segments, (0, 100))
    wide = union(available, more)
    grown = figures(wide, wide, segments, segments, (0, 100))
    assert grown.available >= less.available
    assert grown.free >= less.free


@quick
@given(TIME, loose_intervals(), loose_intervals())
def test_more_bookings_never_mean_more_free_time_or_less_load(
    available: Intervals, segments: list[Interval], more: list[Interval]
) -> None:
    before = figures(available, available, segments, segments, (0, 100))
    after = figures(available, available, segments + more, segments + more, (0, 100))
    assert after.free <= before.free
    assert after.load >= before.load


@quick
@given(TIME, TIME, WINDOWS, st.integers(1, 30), st.booleans())
def test_the_first_fit_is_where_trying_every_minute_finds_it(
    available: Intervals, blocked: Intervals, span: Interval, minutes: int, splittable: bool
) -> None:
    found = first_fit(available, blocked, span, minutes, splittable=splittable)
    expected = oracle.first_fit(
        oracle.minutes_of(available), oracle.minutes_of(blocked), span, minutes, splittable=splittable
    )
    assert (found[0] if found else None) == expected
    if found:
        inside = set(range(*found))
        assert not inside & oracle.minutes_of(blocked)
        assert len(inside & oracle.minutes_of(available)) >= minutes


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, 0.0), (1, 0.02), (3, 0.05), (20, 0.33), (40, 0.67), (90, 1.5), (100_001, 1666.68)],
)
def test_hours_have_two_decimals_rounded_half_up(minutes: int, shown: float) -> None:
    assert hours(minutes) == shown


@quick
@given(st.fractions(max_denominator=10_000, min_value=-10_000, max_value=10_000), st.integers(0, 4))
def test_rounding_is_decimals_half_up(value: Fraction, places: int) -> None:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(exact) == value:
        assert round_half_up(value, places) == float(exact.quantize(Decimal(10) ** -places, ROUND_HALF_UP))
    assert abs(Fraction(round_half_up(value, places)) - value) <= Fraction(1, 2 * 10**places) + Fraction(
        1, 10**9
    )


def test_a_percentage_halfway_goes_up() -> None:
    assert percent(Fraction(125, 100)) == 1.3
    assert percent(Fraction(9995, 100)) == 100.0
    assert percent(Fraction(2, 3)) == 0.7


@quick
@given(st.fractions(max_denominator=10_000, min_value=0, max_value=100))
def test_a_root_is_rounded_without_floating_point(square: Fraction) -> None:
    units = round(round_root(square, 3) * 1000)
    assert (2 * units - 1) ** 2 <= 4 * square * 10**6 or units == 0
    assert 4 * square * 10**6 < (2 * units + 1) ** 2
