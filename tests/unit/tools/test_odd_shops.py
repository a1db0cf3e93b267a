"""Every read tool copes with a shop whose data is odd, or says what is wrong by its code."""

from dataclasses import replace

import pytest

from leadhand.errors import JsonValue, LeadhandError
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


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize(
    "shop", [without_shifts, of_no_pieces, without_skills], ids=lambda make: make.__name__
)
async def test_a_shop_with_odd_data_gets_an_answer(name: str, shop: object) -> None:
    assert callable(shop)
    assert (await answer(name, shop())).data_version == 7


@pytest.mark.parametrize("name", QUESTIONS)
async def test_an_empty_shop_gets_an_answer_or_a_coded_error(name: str) -> None:
    try:
        found = await answer(name, without_anything())
    except LeadhandError as error:
        assert error.code in {
            "not_found",
            "no_eligible_machine",
            "no_eligible_operator",
            "invalid_routing",
        }
    else:
        assert found.data_version == 7


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
