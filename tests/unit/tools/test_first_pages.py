"""docs/tools of availability, workload and capacity: their examples are what the tools answer."""

import json
import re
from pathlib import Path

from leadhand.errors import JsonValue
from planning.availability import MachineStatus
from planning.capacity import Verdict
from planning.workload import GroupBy
from tests.unit.tools.shops import call, plan
from tests.unit.tools.test_machine_availability import BUSY
from tests.unit.tools.test_workload_distribution import UNEVEN
from tools.catalog.capacity import CapacityOutput
from tools.catalog.machine_availability import MachineAvailabilityOutput
from tools.catalog.workload_distribution import WorkloadOutput

ROOT = Path(__file__).parents[3]


def page(tool: str) -> str:
    return (ROOT / "docs" / "tools" / f"{tool}.md").read_text(encoding="utf-8")


def example(tool: str) -> tuple[dict[str, JsonValue], dict[str, float]]:
    """The question of a page's example, and the figures in its table."""
    part = page(tool).partition("## An example")[2]
    [question] = re.findall(r"```json\n(.*?)```", part, re.DOTALL)
    rows = re.findall(r"^\| ([\w -]+) \| (-?[\d.]+)", part, re.M)
    return json.loads(question), {key: float(value) for key, value in rows}


def first_column(tool: str, header: str) -> set[str]:
    """The values that the page's table under `header` explains."""
    rows = page(tool).partition(f"| `{header}` |")[2].partition("\n\n")[0]
    return set(re.findall(r"^\| `(\w+)` \|", rows, re.M))


async def test_the_example_of_machine_availability_is_the_tools_answer() -> None:
    asked, told = example("get_machine_availability")
    found = await call("get_machine_availability", asked, BUSY, MachineAvailabilityOutput)
    (row,) = found.machines
    f = row.figures
    assert {
        "calendar": f.calendar_h,
        "available": f.available_h,
        "load": f.load_h,
        "busy": f.busy_h,
        "blocked idle": f.blocked_idle_h,
        "free": f.free_h,
        "utilization": f.utilization_pct,
        "next slot": row.next_slot_h,
    } == told
    assert (row.status, row.current_order[0].order, row.current_order[0].running) == (
        "partially_booked",
        "WO-1",
        True,
    )


async def test_the_example_of_the_workload_is_the_tools_answer() -> None:
    asked, told = example("analyze_workload_distribution")
    found = await call("analyze_workload_distribution", asked, UNEVEN, WorkloadOutput)
    ann, bob = found.rows
    assert {
        "Ann Lee load": ann.load_h,
        "Ann Lee utilization": ann.utilization_pct,
        "Ann Lee share": ann.share_pct,
        "Bob Ray load": bob.load_h,
        "Bob Ray utilization": bob.utilization_pct,
        "total utilization": found.total.utilization_pct,
        "spread": found.spread_pp,
        "cv": found.cv,
        "unassigned": found.unassigned_h,
        "suggested minutes": found.suggestions[0].minutes,
    } == told


async def test_the_example_of_capacity_is_the_tools_answer() -> None:
    asked, told = example("check_capacity")
    found = await call("check_capacity", asked, plan(), CapacityOutput)
    (center,) = found.work_centers
    assert found.earliest_finish is not None
    assert {
        "needed": center.needed_h,
        "available": center.available_h,
        "free": center.free_h,
        "shortfall": found.shortfall_h,
        "utilization after": center.utilization_after_pct,
        "late": found.earliest_finish.late_h,
    } == told
    assert (found.verdict, found.earliest_finish.finish) == (Verdict.NO, "2026-12-03T12:30:00-06:00")


def test_every_status_grouping_and_verdict_has_its_line() -> None:
    assert first_column("get_machine_availability", "status") == {status.value for status in MachineStatus}
    assert first_column("analyze_workload_distribution", "group_by") == {group.value for group in GroupBy}
    assert first_column("check_capacity", "verdict") == {verdict.value for verdict in Verdict}
