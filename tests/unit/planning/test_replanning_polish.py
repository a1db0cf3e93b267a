"""The solver's part of re-planning: its model is exact, what it proves is true, it never spoils a plan."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.calendars import ShopTimes
from planning.floor import Floor
from planning.insertion import Choice, InsertionRequest, Operators, Step, insert
from planning.intervals import WorkTime, normalize
from planning.replanning import (
    ReplanProgress,
    ReplanProposal,
    ReplanRequest,
    ReplanStage,
    ReplanStatus,
    replan,
)
from planning.replanning.decoder import Decoder
from planning.replanning.guard import Guard
from planning.replanning.polish import polish
from planning.replanning.rules import by_start
from planning.replanning.start_domains import OpenTime, first_start
from planning.replanning.work import WEIGHTS, compile_work
from planning.shop import Interval, Shop
from tests.unit.planning import strategies
from tests.unit.planning.replan_shop import (
    AS_OF,
    DAY,
    WINDOW,
    OpRow,
    OrderRow,
    broken_shops,
    open_shop,
    order_rows,
    planned_shops,
    request_of,
    with_orders,
)
from tests.unit.planning.test_replanning import applied, errors, silent

FEW = settings(max_examples=12, deadline=None)
# Near enough that nothing is cut off: what the solver proves then holds for every plan.
NEAR: Interval = (WINDOW[0], AS_OF + 20 * DAY)


def run(request: ReplanRequest) -> ReplanProposal:
    return replan(request, silent, lambda: False)


@FEW
@given(order_rows(most=4), st.lists(st.integers(4, 38), min_size=6, max_size=6), st.booleans())
def test_forward_insertion_of_six_operations_is_the_optimum_that_the_solver_proves(
    rows: Sequence[OrderRow], lengths: Sequence[int], around_the_clock: bool
) -> None:
    machines = (("m1", "m2"), ("m2", "m3"), ("m3", "m1"))
    order = OrderRow(tuple(OpRow(machines[n % 3], 5 * length) for n, length in enumerate(lengths)), due_min=0)
    shop = with_orders(
        open_shop(around_the_clock=around_the_clock), [*rows, order], operators=Operators.IGNORE
    )
    key = f"p{len(rows)}"
    asked = replace(request_of(shop), order_ids=frozenset({key}), window=NEAR)
    work = compile_work(asked)
    decoder = Decoder(ShopTimes(shop, NEAR), work, asked.weights, AS_OF)
    plan = decoder.decode(by_start(work, range(len(work.jobs)), keep=False), decoder.base)
    assert plan is not None
    polished = polish(decoder, decoder.base, plan, 5.0, Guard(60.0, lambda: False))
    weight = WEIGHTS[order.priority - 1]
    optimum = weight * (earliest_finish(shop, key, order) - AS_OF)
    assert polished.bound == optimum
    assert plan.score.weighted_tardiness_min == polished.plan.score.weighted_tardiness_min == optimum


def earliest_finish(shop: Shop, key: str, order: OrderRow) -> int:
    """Forward insertion of the order beside all other work."""
    others = tuple(b for b in shop.bookings if not (b.operation_id or "").startswith(f"{key}."))
    floor = Floor(replace(shop, bookings=others), WINDOW)
    steps = tuple(
        Step(
            tuple(Choice(floor.workplace(m), op.minutes + 5 * n, 0, n) for n, m in enumerate(op.machines)),
            splittable=op.splittable,
            wait_after_min=op.wait_min,
        )
        for op in order.operations
    )
    return insert(InsertionRequest(steps, AS_OF, WINDOW[1])).finish


@FEW
@given(st.one_of(planned_shops(), broken_shops()))
def test_polishing_breaks_no_rule_and_is_never_worse_than_the_steps_alone(shop: Shop) -> None:
    plain = run(request_of(shop))
    polished = run(request_of(shop, polish=True))
    assert polished.score_after <= plain.score_after
    assert polished.status is not ReplanStatus.DISCARDED
    assert errors(applied(shop, polished)) <= errors(shop)
    assert polished.reproducible
    assert polished.bound is not None
    assert polished.bound <= polished.score_after.weighted_tardiness_min


@settings(max_examples=5, deadline=None)
@given(planned_shops())
def test_a_polished_plan_is_the_same_twice(shop: Shop) -> None:
    assert run(request_of(shop, polish=True)) == run(request_of(shop, polish=True))


def crowded() -> Shop:
    """Six orders that are all due at once, on three machines; none can give way for nothing."""
    rows = [
        OrderRow(
            tuple(OpRow((m,), 5 * (7 + 3 * n)) for m in ("m1", "m2", "m3")), due_min=60, priority=1 + n % 5
        )
        for n in range(6)
    ]
    return with_orders(open_shop(around_the_clock=True), rows, operators=Operators.IGNORE)


def test_the_solver_s_version_is_kept_with_the_plan() -> None:
    proposal = run(replace(request_of(crowded(), polish=True), window=NEAR))
    assert proposal.polished
    assert proposal.solver_version is not None
    assert proposal.solver_version.startswith("ortools 9.15")
    assert run(request_of(crowded())).solver_version is None


def test_a_run_that_is_cancelled_while_it_is_polished_gives_what_the_steps_found() -> None:
    told: list[ReplanProgress] = []
    shop = crowded()
    proposal = replan(
        replace(request_of(shop, polish=True), deterministic_time=1000.0),
        told.append,
        lambda: any(p.stage is ReplanStage.POLISH for p in told),
    )
    assert proposal.partial
    assert not proposal.reproducible
    assert proposal.score_after == run(request_of(shop)).score_after


def test_a_solver_that_hits_its_limit_at_once_leaves_what_the_steps_found_and_proves_nothing() -> None:
    shop = crowded()
    stopped = run(replace(request_of(shop, polish=True), deterministic_time=1e-6))
    assert stopped.polished
    assert stopped.score_after == run(request_of(shop)).score_after
    assert not stopped.proven_optimal
    assert stopped.reproducible


@settings(max_examples=60, deadline=None)
@given(
    strategies.loose_intervals(), st.integers(0, 40), st.integers(1, 60), st.integers(1, 30), st.booleans()
)
def test_every_start_of_the_model_and_no_other_ends_within_the_gap(
    loose: list[Interval], gap_start: int, gap_length: int, minutes: int, splittable: bool
) -> None:
    opened = normalize(loose)
    gap = gap_start, gap_start + gap_length
    starts = OpenTime(opened).starts(minutes, [gap], splittable=splittable)
    found = {t: t + minutes + s.pause for s in starts for t in range(s.first, s.last + 1)}
    time = WorkTime(opened)
    open_minutes = {t for start, end in opened for t in range(start, end)}
    expected: dict[int, int] = {}
    for t in range(*gap):
        end = time.end_at(time.work_before(t) + minutes) if t in open_minutes else None
        if end is not None and end <= gap[1] and (splittable or end == t + minutes):
            expected[t] = end
    assert found == expected
    for ready in range(*gap):
        first = min((t for t in expected if t >= ready), default=None)
        got = first_start(starts, ready)
        assert (None if got is None else got[0]) == first


def test_neither_the_server_nor_its_tools_load_the_solver() -> None:
    code = (
        "import sys, server.app, planning.replanning; from tools.registry import ToolRegistry; "
        "ToolRegistry.discover(); print(sorted(m for m in sys.modules if m in {'ortools', 'pandas'}))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    ).stdout
    assert told.strip().splitlines()[-1] == "[]"
