"""docs/tools/identify_bottlenecks.md: its example is what the tool answers, its terms are all of them."""

import json
import re
from pathlib import Path

from planning.bottlenecks import Level
from planning.relief import NoRelief
from tests.unit.tools.test_bottlenecks import answer

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "tools" / "identify_bottlenecks.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("## An example")[2]
NUMBERS = {key: float(value) for key, value in re.findall(r"^\| ([\w -]+) \| (-?[\d.]+)", EXAMPLE, re.M)}


async def test_the_figures_of_the_example_are_the_tools() -> None:
    [question] = re.findall(r"```json\n(.*?)```", EXAMPLE, re.DOTALL)
    found = await answer(json.loads(question))
    first, hour = found.ranking[0], found.relief[0]
    assert first.peak is not None
    assert {
        "load": first.load_h,
        "available": first.available_h,
        "utilization": first.utilization_pct,
        "peak": first.peak.utilization_pct,
        "queue": first.queue_h,
        "WO-4 waited": first.delayed[0].waited_h,
        "WO-4 late": first.delayed[0].late_h,
        "one more hour saves": hour.saved_late_h,
        "orders earlier": hour.orders_earlier,
    } == NUMBERS


def test_every_level_and_every_reason_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) - {"level"} == {level.value for level in Level}
    assert {reason.value for reason in NoRelief} <= set(re.findall(r"`(\w+)`", PAGE))
