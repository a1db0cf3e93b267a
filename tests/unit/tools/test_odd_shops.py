"""Every read tool copes with a shop whose data is odd, or says what is wrong by its code."""

from dataclasses import replace

import pytest

from leadhand.errors import InvalidRouting, JsonValue, NotFound
from planning.shop import Operator, Shop
from tests.unit.tools.replans_at_once import ReplansAtOnce
from tests.unit.tools.shops import OneShop, at, plan, tenant, work
from tools.base import ToolOutput
from tools.registry import ToolRegistry

QUESTIONS: dict[str, dict[str, JsonValue]] = {
    "get_machine_availability": {},
    "get_operator_availability": {},
    "get_order_status": {"order": "WO-1"},
    "analyze_workload_distribution": {"group_by": "machine"},
    "check_capacity": {"hours": 5, "machines": ["Puma 3100"]},
    "detect_schedule_conflicts": {},
    "identify_bottlenecks": {},
    "simulate_schedule_change": {"change": "machine_down", "machine": "Puma 3100", "window": "2026-12-02"},
    "get_data_trust": {},
    "simulate_new_order": {"operations": [{"machines": ["Puma 2600"], "hours": 2}]},
    "propose_replan": {},
}
# Those that name a row of the shop.
NAMING = {"get_order_status", "check_capacity", "simulate_schedule_change", "simulate_new_order"}
# Those that need the sequence of the order's operations.
SEQUENCED = {"get_order_status", "simulate_schedule_change"}


def usual() -> Shop:
    return plan(work("1", "puma", (at(2, 6), at(2, 7, 30))), unbooked=["2"])


def without_shifts() -> Shop:
    """A machine whose calendar says nothing."""
    base = usual()
    empty = replace(base.calendars["cal"], id="none", shifts=())
    machines = {**base.machines, "puma": replace(base.machines["puma"], calendar_id="none")}
    return replace(base, calendars={**base.calendars, "none": empty}, machines=machines)


def of_no_pieces() -> Shop:
    base = usual()
    return replace(base, orders={key: replace(order, quantity=0) for key, order in base.orders.items()})


def without_skills() -> Shop:
    base = usual()
    people = {
        "bob": Operator("bob", "OP-2", "Bob Ray", "cal"),
        "ann": replace(base.operators["ann"], skills=()),
    }
    return replace(base, operators=people)


def circular() -> Shop:
    """WO-1's only operation waits for itself."""
    base = usual()
    circle = replace(base.operations["op-1"], predecessor_ids=("op-1",))
    return replace(base, operations={**base.operations, "op-1": circle})


def without_anything() -> Shop:
    base = usual()
    return replace(base, machines={}, operators={}, orders={}, operations={}, bookings=(), downtimes=())


async def answer(name: str, shop: Shop) -> ToolOutput:
    registry = ToolRegistry.discover(replans=ReplansAtOnce(shop))
    return await registry.run(name, {**QUESTIONS[name]}, tenant(), OneShop(shop), call_id="c1")


ODD = {"no shifts": without_shifts(), "no pieces": of_no_pieces(), "no skills": without_skills()}


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("odd", ODD)
async def test_a_shop_with_odd_data_gets_an_answer(name: str, odd: str) -> None:
    assert (await answer(name, ODD[odd])).data_version == 7


@pytest.mark.parametrize("name", sorted(QUESTIONS.keys() - SEQUENCED))
async def test_an_order_whose_operations_wait_for_one_another_stops_no_other_answer(name: str) -> None:
    assert (await answer(name, circular())).data_version == 7


@pytest.mark.parametrize("name", sorted(SEQUENCED))
async def test_where_its_sequence_is_needed_such_an_order_is_refused(name: str) -> None:
    with pytest.raises(InvalidRouting):
        await answer(name, circular())


@pytest.mark.parametrize("name", sorted(QUESTIONS.keys() - NAMING))
async def test_a_shop_without_any_rows_gets_an_answer(name: str) -> None:
    assert (await answer(name, without_anything())).data_version == 7


@pytest.mark.parametrize("name", sorted(NAMING))
async def test_what_is_named_in_a_shop_without_any_rows_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        await answer(name, without_anything())


async def test_a_machine_without_shifts_is_named_where_its_time_is_asked_for() -> None:
    for name in ("get_machine_availability", "analyze_workload_distribution", "check_capacity"):
        found = await answer(name, without_shifts())
        assert any(w.startswith("1 machine has no shifts (Puma 3100)") for w in found.warnings), name


async def test_people_without_skills_are_named_where_people_are_compared() -> None:
    base = without_skills()
    found = await ToolRegistry.discover().run(
        "analyze_workload_distribution", {"group_by": "operator"}, tenant(), OneShop(base), call_id="c1"
    )
    assert any(w.startswith("2 people have no skills recorded (Ann Lee and Bob Ray)") for w in found.warnings)


async def test_an_order_of_no_pieces_says_so() -> None:
    found = await answer("get_order_status", of_no_pieces())
    assert any(w.startswith("1 open order is of 0 pieces (WO-1)") for w in found.warnings)
