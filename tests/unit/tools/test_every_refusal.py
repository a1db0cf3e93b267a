"""Each error code of planning-domain section 5 is reached through each tool that can give it.

A reader finds here which tool refuses what; each tool's own tests have the finer cases.
"""

import asyncio
from dataclasses import dataclass, field, replace
from functools import cache

import pytest

from leadhand.context import TenantContext
from leadhand.errors import JsonValue, LeadhandError, ToolTimeout
from planning.shop import Interval, Shop
from storage.simulations import KeptSimulation
from tests.unit.tools.replans_at_once import ReplansAtOnce
from tests.unit.tools.shops import OneShop, at, plan, tenant, work
from tests.unit.tools.simulations_in_memory import Kept
from tools.registry import ToolRegistry

CODES = (
    "not_found",
    "ambiguous",
    "empty_window",
    "window_too_long",
    "invalid_duration",
    "invalid_routing",
    "no_eligible_machine",
    "no_eligible_operator",
    "beyond_horizon",
    "stale_plan",
    "permission_denied",
    "timeout_partial",
)
# Of every tool, by the registry.
OF_ALL = {"permission_denied", "timeout_partial"}
# Why no read tool, or none but those with a case below, can give the code.
OTHERWISE = {
    "invalid_duration": "only hours of an order are bounded; other minutes are refused as invalid_tool_input",
    "invalid_routing": "only what needs an order's sequence; lists leave such an order out and say so",
    "no_eligible_machine": "only new work needs a machine",
    "no_eligible_operator": "only new work and a wanted skill need somebody",
    "beyond_horizon": "only what is planned anew needs a place within the horizon",
    "stale_plan": "only what is approved can be out of date: reading changes nothing",
}


def usual() -> Shop:
    """WO-1 on the Puma 3100 tomorrow; Ann Lee and Bob Lee; nothing of WO-2 is booked."""
    base = plan(work("1", "puma", (at(2, 6), at(2, 7, 30))), unbooked=["2"])
    bob = replace(base.operators["bob"], name="Bob Lee")
    centers = {key: replace(c, name=f"{c.code} ing") for key, c in base.work_centers.items()}
    return replace(base, operators={**base.operators, "bob": bob}, work_centers=centers)


def circular() -> Shop:
    """WO-1's only operation waits for itself."""
    base = usual()
    circle = replace(base.operations["op-1"], predecessor_ids=("op-1",))
    return replace(base, operations={**base.operations, "op-1": circle})


def unskilled() -> Shop:
    base = usual()
    return replace(base, operators={key: replace(o, skills=()) for key, o in base.operators.items()})


@dataclass(frozen=True)
class Case:
    asked: dict[str, JsonValue]
    shop: Shop = field(default_factory=usual)


BACKWARDS: dict[str, JsonValue] = {"from": "2026-12-04", "to": "2026-12-01"}
TWO_YEARS: dict[str, JsonValue] = {"from": "2026-12-01", "to": "2028-12-01"}
WINDOWS = {"empty_window": Case(BACKWARDS), "window_too_long": Case(TWO_YEARS)}
ONE: dict[str, JsonValue] = {"work_center": "TURN", "hours": 2}


def new(**fields: JsonValue) -> dict[str, JsonValue]:
    """A new order of one operation."""
    return {"operations": [{**ONE, **fields}]}


CASES: dict[str, dict[str, Case]] = {
    "get_machine_availability": {
        **WINDOWS,
        "not_found": Case({"machines": ["Lathe 9"]}),
        "ambiguous": Case({"machines": ["Puma"]}),
    },
    "get_operator_availability": {
        **WINDOWS,
        "not_found": Case({"operators": ["Zacharias"]}),
        "ambiguous": Case({"operators": ["Lee"]}),
        "no_eligible_operator": Case({"work_center": "TURN"}, unskilled()),
    },
    "get_order_status": {
        **WINDOWS,
        "not_found": Case({"order": "WO-99"}),
        "ambiguous": Case({"order": "Acme"}),
        "invalid_routing": Case({"order": "WO-1"}, circular()),
    },
    "analyze_workload_distribution": {
        **WINDOWS,
        "not_found": Case({"work_center": "welding"}),
        "ambiguous": Case({"work_center": "ing"}),
    },
    "check_capacity": {
        "not_found": Case({"hours": 1, "machines": ["Lathe 9"]}),
        "ambiguous": Case({"hours": 1, "machines": ["Puma"]}),
        "empty_window": Case({"hours": 1, **BACKWARDS}),
        "window_too_long": Case({"hours": 1, "from": "2026-12-10", "to": "2036-12-02"}),
        "invalid_duration": Case({"hours": 0}),
        "invalid_routing": Case({"routing": [{"work_center": "TURN", "setup_min": 5}]}),
        "no_eligible_machine": Case({"hours": 1, "work_centers": ["SAW"]}),
        "beyond_horizon": Case({"hours": 1, "due": "2029-01-01"}),
    },
    "simulate_new_order": {
        "not_found": Case(new(machines=["Lathe 9"], work_center=None)),
        "ambiguous": Case(new(machines=["Puma"], work_center=None)),
        "empty_window": Case({**new(), "due": "2026-11-01"}),
        "window_too_long": Case({**new(), "overtime": [TWO_YEARS]}),
        "invalid_duration": Case(new(hours=0)),
        "invalid_routing": Case({"quantity": 0, "operations": [{"work_center": "TURN", "setup_min": 5}]}),
        "no_eligible_machine": Case(new(work_center="SAW")),
        "no_eligible_operator": Case({**new(), "operators": "required"}, unskilled()),
        "beyond_horizon": Case(new(machines=["GR-1"], work_center=None, hours=20)),
    },
    "simulate_schedule_change": {
        "not_found": Case({"change": "cancel", "order": "WO-9"}),
        "ambiguous": Case({"change": "machine_down", "machine": "Puma", "window": "tomorrow"}),
        "empty_window": Case({"change": "machine_down", "machine": "GR-1", "window": "yesterday"}),
        "window_too_long": Case({"change": "machine_down", "machine": "GR-1", **TWO_YEARS}),
        "invalid_routing": Case(
            {"change": "machine_down", "machine": "Puma 3100", "window": "tomorrow"}, circular()
        ),
        "beyond_horizon": Case({"change": "order_move", "order": "WO-1", "window": "2028-01-03"}),
    },
    "detect_schedule_conflicts": {
        **WINDOWS,
        "not_found": Case({"orders": ["WO-99"]}),
        "ambiguous": Case({"machines": ["Puma"]}),
    },
    "identify_bottlenecks": {
        **WINDOWS,
        "not_found": Case({"machines": ["Lathe 9"]}),
        "ambiguous": Case({"machines": ["Puma"]}),
    },
    "propose_replan": {
        **WINDOWS,
        "not_found": Case({"orders": ["WO-99"]}),
        "ambiguous": Case({"orders": ["Acme"]}),
    },
    "compare_simulations": {"not_found": Case({"sims": ["sim-1", "sim-2"]})},
    "get_data_trust": {},
}
# They read nothing of the plan; their refusals are their own (test_update_working_memory.py,
# test_search_conversations.py, test_internal_knowledge_search.py, test_schedule_report.py,
# integration/knowledge/test_quiz.py).
NOT_OF_THE_PLAN = {
    "update_working_memory",
    "search_conversations",
    "internal_knowledge_search",
    "quiz",
    "get_report_schedules",
}
# What these tools have no field for.
WITHOUT_FIELD = {
    ("compare_simulations", "ambiguous"),
    ("compare_simulations", "empty_window"),
    ("compare_simulations", "window_too_long"),
    ("get_data_trust", "not_found"),
    ("get_data_trust", "ambiguous"),
    ("get_data_trust", "empty_window"),
    ("get_data_trust", "window_too_long"),
}
PAIRS = [(tool, code) for tool, cases in CASES.items() for code in cases]
# Enough of an input to be answered, where a tool needs one.
ENOUGH: dict[str, dict[str, JsonValue]] = {
    "check_capacity": {"hours": 1},
    "simulate_new_order": new(),
    "simulate_schedule_change": {"change": "cancel", "order": "WO-1"},
    "compare_simulations": {"sims": ["sim-1", "sim-2"]},
}


class Silent(Kept):
    """A database that never answers."""

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        del tenant, window
        return await asyncio.Future[Shop]()

    async def kept(self, tenant: TenantContext) -> tuple[KeptSimulation, ...]:
        del tenant
        return await asyncio.Future[tuple[KeptSimulation, ...]]()


@cache
def all_tools() -> ToolRegistry:
    return ToolRegistry.discover(replans=ReplansAtOnce(), simulations=Kept())


@cache
def hasty() -> ToolRegistry:
    """The same with hardly any time, and without an answer from the database."""
    return ToolRegistry.discover(timeout_s=0.01, replans=ReplansAtOnce(), simulations=Silent())


async def refused(tool: str, case: Case, who: TenantContext) -> str:
    """The code of the refusal."""
    with pytest.raises(LeadhandError) as caught:
        await all_tools().run(tool, case.asked, who, OneShop(case.shop), call_id="c1")
    return caught.value.code


@pytest.mark.parametrize(("tool", "code"), PAIRS)
async def test_the_tool_refuses_with_the_code(tool: str, code: str) -> None:
    assert await refused(tool, CASES[tool][code], tenant()) == code


@pytest.mark.parametrize("tool", CASES)
async def test_without_the_permission_a_tool_tells_nothing(tool: str) -> None:
    nobody = replace(tenant(), permissions=frozenset())
    assert await refused(tool, Case(ENOUGH.get(tool, {})), nobody) == "permission_denied"


@pytest.mark.parametrize("tool", CASES)
async def test_a_tool_that_takes_too_long_ends_as_such(tool: str) -> None:
    with pytest.raises(ToolTimeout):
        await hasty().run(tool, ENOUGH.get(tool, {}), tenant(), Silent(), call_id="c1")


def test_each_tool_reaches_each_code_or_it_is_said_why_it_cannot() -> None:
    registry = all_tools()
    reading = {spec.name for spec in registry.specs() if not registry.is_write(spec.name)}
    assert reading - NOT_OF_THE_PLAN == CASES.keys()
    open_ = [
        (tool, code)
        for tool, cases in CASES.items()
        for code in CODES
        if code not in cases and code not in OF_ALL and code not in OTHERWISE
    ]
    assert set(open_) == WITHOUT_FIELD
