"""The pages of update_due_date, add_calendar_exception, hold_capacity and apply_plan_proposal say what is."""

import json
import re
from pathlib import Path

from leadhand.errors import JsonValue
from tests.unit.tools.replans_at_once import ReplansAtOnce, propose
from tests.unit.tools.test_apply_proposal import asked
from tests.unit.tools.test_calendar_writes import BUSY, effect, enter
from tests.unit.tools.test_due_date_writes import ask
from tests.unit.tools.test_hold_writes import hold
from tools.exception_input import EntryKind
from tools.hold_input import HoldAction

TOOLS = Path(__file__).parents[3] / "docs" / "tools"


def page(tool: str) -> str:
    return (TOOLS / f"{tool}.md").read_text(encoding="utf-8")


def question(tool: str) -> dict[str, JsonValue]:
    [found] = re.findall(r"```json\n(.*?)```", page(tool), re.DOTALL)
    return json.loads(found)


def numbers(tool: str) -> dict[str, float]:
    example = page(tool).partition("## An example")[2]
    return {key: float(value) for key, value in re.findall(r"^\| ([\w -]+) \| (-?[\d.]+)[ |]", example, re.M)}


async def test_the_due_date_of_the_example_makes_the_order_as_late_as_the_page_says() -> None:
    found = await ask(BUSY, **question("update_due_date"))
    late = {f"{row.order.code} late": row.late_h for row in found.newly_late}
    said = {"newly late": found.total_newly_late, **late, "new conflicts": found.new_conflicts.total}
    assert said == numbers("update_due_date")


async def test_the_downtime_of_the_example_costs_what_the_page_says() -> None:
    found = await enter(question("add_calendar_exception"))
    told = effect(found)
    hits = {f"{row.order.code} hit": row.hours for row in told.hit if row.order}
    said = {"machines lose": told.machines_lose_h, "hit": told.total_hit, **hits}
    assert {**said, "new conflicts": found.new_conflicts.total} == numbers("add_calendar_exception")


async def test_the_hold_of_the_example_lies_where_the_page_says() -> None:
    found = await hold(question("hold_capacity"))
    quote, booking = (row.after for row in found.rows)
    assert quote is not None
    assert booking is not None
    for said in (quote.end, booking.start, booking.end):
        assert f"| {said} |" in page("hold_capacity")
    assert found.new_conflicts.total == 0


async def test_the_proposal_of_the_example_changes_what_the_page_says() -> None:
    port = ReplansAtOnce()
    await propose(port)
    found = await asked(port, **question("apply_plan_proposal"))
    said = {
        "rows": found.total_rows,
        "no longer late": found.total_no_longer_late,
        "newly late": found.total_newly_late,
    }
    assert said == numbers("apply_plan_proposal")


def test_every_kind_of_entry_and_every_action_has_its_line() -> None:
    for tool, values in (("add_calendar_exception", EntryKind), ("hold_capacity", HoldAction)):
        named = set(re.findall(r"^\| `(\w+)` \|", page(tool), re.M)) - {"kind", "action"}
        assert named == {value.value for value in values}
