"""docs/tools/simulate_new_order.md: its example is what the tool answers, its fields and codes are real."""

import json
import re
from pathlib import Path

from leadhand import errors
from tests.unit.tools.test_new_order import BUSY, answer, with_overtime
from tools.new_order_input import NewOrderInput

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "tools" / "simulate_new_order.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("## An example")[2]
NUMBERS = {key: float(value) for key, value in re.findall(r"^\| ([\w ]+) \| (-?[\d.]+) h \|", EXAMPLE, re.M)}


async def test_the_figures_of_the_example_are_the_tools() -> None:
    [question] = re.findall(r"```json\n(.*?)```", EXAMPLE, re.DOTALL)
    found = await answer(json.loads(question), with_overtime(BUSY))
    [limit], [other] = found.limiting, found.alternatives
    assert limit.machine is not None
    said = {
        "work": found.work_h,
        "slack": found.slack_h,
        "float of turning": found.operations[0].float_h,
        f"gain of an hour on the {limit.machine.name}": limit.gain_h,
        f"later on the {other.machines[0].name}": other.later_h,
        "standard overtime used": found.standard_overtime.used_h,
        "brought forward by it": found.standard_overtime.brings_forward_h,
    }
    assert said == NUMBERS
    assert found.finish == "2026-12-03T10:00:00-06:00"


def test_its_fields_are_the_tools_and_its_codes_exist() -> None:
    fields = set(re.findall(r"^\| `(\w+)` \|", PAGE.partition("## Each figure")[0], re.M))
    assert fields <= set(NewOrderInput.model_fields)
    codes = set(re.findall(r"^\| `(\w+)` \|", PAGE.partition("| refused |")[2], re.M))
    source = Path(errors.__file__).read_text(encoding="utf-8")
    assert codes
    assert all(f'"{code}"' in source for code in codes)
