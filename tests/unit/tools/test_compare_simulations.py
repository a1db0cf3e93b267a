"""compare_simulations, through the registry: what is kept of simulations, side by side, what is refused."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from leadhand.context import TenantContext
from leadhand.errors import (
    DatabaseUnavailable,
    InvalidToolInput,
    JsonValue,
    LeadhandError,
    NotFound,
    QueryTimeout,
)
from planning.shop import Shop
from storage.simulations import Simulation
from tests.unit.tools.shops import AS_OF, OneShop, at, tenant
from tests.unit.tools.simulations_in_memory import Kept, ids
from tests.unit.tools.test_schedule_change import BUSY, due
from tools import simulation_keeping
from tools.catalog.new_order import NewOrderOutput
from tools.catalog.schedule_change import ScheduleChangeOutput
from tools.registry import ToolRegistry
from tools.rendering import render_for_model
from tools.simulation_keeping import NOT_KEPT

SHOP = due(BUSY, "2", at(2, 20))
DOWN: dict[str, JsonValue] = {"change": "machine_down", "machine": "Puma 3100", "window": "tomorrow"}
ELSEWHERE: dict[str, JsonValue] = {**DOWN, "policy": "alternatives"}
ORDER: dict[str, JsonValue] = {
    "quantity": 10,
    "operations": [{"work_center": "TURN", "setup_min": 30, "run_s_per_piece": 3600}],
    "due": "Friday",
}


async def down(kept: Kept, tool_input: dict[str, JsonValue], shop: Shop = SHOP) -> ScheduleChangeOutput:
    return await kept.ask("simulate_schedule_change", tool_input, shop, ScheduleChangeOutput)


async def both_policies() -> tuple[Kept, list[str]]:
    kept = Kept()
    await down(kept, DOWN)
    await down(kept, ELSEWHERE)
    return kept, ids(kept.rows)


async def test_two_answers_to_an_outage_stand_side_by_side_with_their_figures() -> None:
    kept, sims = await both_policies()
    found = await kept.compare(SHOP, *sims)
    waits, moves = found.sims
    assert (waits.number, waits.sim_id, waits.kind) == (1, sims[0], "schedule_change")
    assert waits.what.startswith("Puma 3100 is down (")
    assert (waits.what[-17:], moves.what[-19:]) == ("policy push right", "policy alternatives")
    assert (waits.lost_h, waits.bookings_affected, waits.orders_affected) == (7.5, 2, 2)
    assert (waits.newly_late, moves.newly_late, waits.finish, waits.stale) == (1, 0, None, False)
    assert found.warnings == []


async def test_each_figure_names_who_is_best_in_it_and_whether_all_are_equal() -> None:
    kept, sims = await both_policies()
    best = {row.figure: row for row in (await kept.compare(SHOP, *sims)).best}
    assert (best["newly_late"].best, best["newly_late"].sims, best["newly_late"].equal) == (
        "least",
        [sims[1]],
        False,
    )
    assert (best["lost_h"].numbers, best["lost_h"].equal) == ([1, 2], True)
    # Neither has a finish of its own.
    assert not {"finish", "slack_h", "tardiness_h"} & best.keys()


async def test_the_summary_says_what_each_is_alone_best_in() -> None:
    kept, sims = await both_policies()
    found = await kept.compare(SHOP, *sims)
    assert found.summary == (
        "Of the 2, number 2 (Puma 3100 is down (tomorrow: Wednesday 2 December 2026), policy alternatives) "
        "alone has the fewest orders newly late."
    )


async def test_what_is_equal_in_everything_is_called_equal() -> None:
    first = _plain("sim-" + "1" * 16)
    kept = Kept(rows=[first, replace(first, sim_id="sim-" + "2" * 16)])
    found = await kept.compare(SHOP, *ids(kept.rows))
    assert (
        found.summary == "The 2 simulations are equal in every figure that they share, or tied for the best."
    )
    assert all(row.equal for row in found.best)


async def test_a_new_order_has_its_finish_and_its_slack() -> None:
    kept = Kept()
    order = await kept.ask("simulate_new_order", ORDER, SHOP, NewOrderOutput)
    more: dict[str, JsonValue] = {**ORDER, "quantity": 5}
    smaller = await kept.ask("simulate_new_order", more, SHOP, NewOrderOutput)
    found = await kept.compare(SHOP, order.sim_id, smaller.sim_id)
    for row, made in zip(found.sims, (order, smaller), strict=True):
        assert (row.kind, row.finish, row.slack_h, row.tardiness_h, row.on_time) == (
            "new_order",
            made.finish,
            made.slack_h,
            made.tardiness_h,
            made.on_time,
        )
        assert row.what.startswith(made.order_text + ", due ")
        assert (row.lost_h, row.stuck, row.newly_late, row.no_longer_late) == (None, 0, 0, 0)
    best = {row.figure: row.numbers for row in found.best}
    assert (best["finish"], best["slack_h"], best["tardiness_h"]) == ([2], [2], [1, 2])


async def test_an_order_that_is_moved_has_the_finish_it_then_gets() -> None:
    kept = Kept()
    moved: dict[str, JsonValue] = {"change": "order_move", "order": "WO-2", "from": "2026-12-04"}
    made = await down(kept, moved)
    [own] = [row for row in made.orders if row.order.code == "WO-2"]
    [row] = kept.rows
    assert row.finish is not None
    assert row.finish.isoformat() == own.finish_after
    assert (row.tardiness_h, row.slack_h, row.on_time) == (own.late_h, -(own.late_h or 0), False)


async def test_figures_that_only_one_kind_has_are_not_compared() -> None:
    kept = Kept()
    order = await kept.ask("simulate_new_order", ORDER, SHOP, NewOrderOutput)
    change = await down(kept, DOWN)
    found = await kept.compare(SHOP, order.sim_id, change.sim_id)
    assert not {"finish", "slack_h", "lost_h"} & {row.figure for row in found.best}
    assert "A new order and a change of the plan are compared only in the figures that both have." in (
        found.assumptions
    )


async def test_a_plan_that_has_changed_since_makes_them_stale() -> None:
    kept, sims = await both_policies()
    kept.version = 8
    found = await kept.compare(SHOP, *sims)
    assert (found.data_version, [row.stale for row in found.sims]) == (8, [True, True])
    assert found.warnings == ["The plan has changed since 2 simulations: make them again to be sure."]


async def test_different_plans_and_different_times_are_warned_of() -> None:
    first = _plain("sim-" + "1" * 16)
    other = replace(first, sim_id="sim-" + "2" * 16, data_version=6)
    later = replace(first, sim_id="sim-" + "3" * 16, as_of=AS_OF + timedelta(hours=1))
    kept = Kept(rows=[first, other, later])
    plans = await kept.compare(SHOP, first.sim_id, other.sim_id)
    assert plans.warnings == [
        "The plan has changed since 1 simulation: make them again to be sure.",
        "They were computed from different versions of the plan.",
    ]
    times = await kept.compare(SHOP, first.sim_id, later.sim_id)
    assert times.warnings == ["They were made at different times, so “now” is not the same for all."]


async def test_an_id_is_known_in_capitals_and_without_its_sign() -> None:
    kept, sims = await both_policies()
    found = await kept.compare(SHOP, sims[0].upper(), sims[1].removeprefix("sim-"))
    assert [row.sim_id for row in found.sims] == sims


async def test_an_unknown_id_is_refused_with_those_it_may_be() -> None:
    kept, sims = await both_policies()
    slip = sims[1][:-1] + ("0" if sims[1][-1] != "0" else "1")
    with pytest.raises(NotFound) as refused:
        await kept.compare(SHOP, sims[0], slip)
    offered = refused.value.details["suggestions"]
    assert isinstance(offered, list)
    assert isinstance(offered[0], dict)
    assert offered[0]["id"] == sims[1]
    assert refused.value.details["name"] == slip


async def test_something_that_is_no_id_is_refused_with_the_newest() -> None:
    kept, sims = await both_policies()
    with pytest.raises(NotFound) as refused:
        await kept.compare(SHOP, sims[0], "the breakdown\x07")
    offered = refused.value.details["suggestions"]
    assert isinstance(offered, list)
    assert [row["id"] for row in offered if isinstance(row, dict)] == sims[::-1]
    assert "\x07" not in refused.value.message


@pytest.mark.parametrize(
    "sims",
    [
        [],
        ["sim-" + "1" * 16],
        ["sim-" + "1" * 16, "SIM-" + "1" * 16],
        [f"sim-{n:016x}" for n in range(5)],
        ["x" * 101, "sim-" + "1" * 16],
    ],
)
async def test_two_to_four_different_ones_are_wanted(sims: list[str]) -> None:
    with pytest.raises(InvalidToolInput):
        await Kept(rows=[_plain("sim-" + "1" * 16)]).compare(SHOP, *sims)


async def test_without_a_database_there_is_nothing_to_compare() -> None:
    asked: dict[str, JsonValue] = {"sims": ["sim-" + "1" * 16, "sim-" + "2" * 16]}
    with pytest.raises(DatabaseUnavailable):
        await ToolRegistry.discover().run("compare_simulations", asked, tenant(), OneShop(SHOP), call_id="c")


@dataclass
class Failing(Kept):
    """A database that hiccups."""

    error: LeadhandError | None = None

    async def keep(self, tenant: TenantContext, simulation: Simulation) -> None:
        del tenant, simulation
        if self.error is None:
            await asyncio.Event().wait()
        else:
            raise self.error


@pytest.mark.parametrize("error", [DatabaseUnavailable("away"), QueryTimeout("slow"), None])
async def test_a_simulation_that_cannot_be_kept_is_answered_and_says_so(
    error: LeadhandError | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation_keeping, "KEEP_WAIT_S", 0.01)
    change = await down(Failing(error=error), DOWN)
    assert (change.total_newly_late, change.warnings[-1]) == (1, NOT_KEPT)
    order = await Failing(error=error).ask("simulate_new_order", ORDER, SHOP, NewOrderOutput)
    assert order.warnings[-1] == NOT_KEPT


async def test_a_model_is_told_the_ids_that_it_can_compare_by() -> None:
    kept = Kept()
    made = await down(kept, DOWN)
    assert f'"sim_id":"{made.sim_id}"' in render_for_model(made, "r")


def _plain(sim_id: str) -> Simulation:
    return Simulation(
        sim_id, "schedule_change", "a change", AS_OF, 7, None, None, None, None, 0.0, 0, 0, 0, 0, 0, 0
    )
