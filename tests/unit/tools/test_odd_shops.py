"""Every read tool copes with a shop whose data is odd, or says what is wrong by its code."""

from dataclasses import replace

import pytest

from leadhand.errors import JsonValue, NotFound
from planning.shop import Operator, Shop
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
}
# Those that name a row of the shop.
NAMING = {"get_order_status", "check_capacity", "simulate_schedule_change"}


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


def without_anything() -> Shop:
    base = usual()
    return replace(base, machines={}, operators={}, orders={}, operations={}, bookings=(), downtimes=())


async def answer(name: str, shop: Shop) -> ToolOutput:
    return await ToolRegistry.discover().run(name, {**QUESTIONS[name]}, tenant(), OneShop(shop), call_id="c1")


ODD = {"no shifts": without_shifts(), "no pieces": of_no_pieces(), "no skills": without_skills()}


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("odd", ODD)
async def test_a_shop_with_odd_data_gets_an_answer(name: str, odd: str) -> None:
    assert (await answer(name, ODD[odd])).data_version == 7


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
