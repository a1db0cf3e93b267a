"""docs/tools/simulate_schedule_change.md: its example is what the tool answers, its kinds are all of them."""

import json
import re
from pathlib import Path

from planning.retiming import Policy
from tests.unit.tools.shops import at
from tests.unit.tools.test_schedule_change import BUSY, answer, due
from tools.change_input import ChangeKind

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "tools" / "simulate_schedule_change.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("## An example")[2]
NUMBERS = {key: float(value) for key, value in re.findall(r"^\| ([\w -]+) \| (-?[\d.]+)", EXAMPLE, re.M)}


async def test_the_figures_of_the_example_are_the_tools() -> None:
    [question] = re.findall(r"```json\n(.*?)```", EXAMPLE, re.DOTALL)
    shop = due(BUSY, "2", at(2, 20))
    found = await answer(json.loads(question), shop)
    later = {f"{row.order.code} later": row.later_h for row in found.orders}
    late = {f"{row.order.code} late": row.late_h for row in found.newly_late}
    said = {
        "lost": found.lost_h,
        "affected": found.total_affected,
        "newly late": found.total_newly_late,
        **later,
        **late,
    }
    assert said == NUMBERS
    other = await answer({**json.loads(question), "policy": "alternatives"}, shop)
    assert other.newly_late == []


def test_every_kind_of_change_and_every_policy_has_its_line() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) - {"change", "policy"}
    assert named == {*(kind.value for kind in ChangeKind), *(policy.value for policy in Policy)}
