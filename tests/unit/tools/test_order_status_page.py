"""docs/tools/get_order_status.md: its example is what the tool answers, its causes are all there are."""

import re
from pathlib import Path

from planning.cause_chain import Cause
from tests.unit.tools.status_shop import ask
from tools.catalog.order_status import RECENT_DAYS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "tools" / "get_order_status.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("## An example")[2]
NUMBERS = {key: float(value) for key, value in re.findall(r"^\| `?([\w ]+)`? \| (-?[\d.]+)", EXAMPLE, re.M)}


async def test_the_figures_of_the_example_are_the_tools() -> None:
    (row,) = (await ask(order="WO-4001")).orders
    said = {
        "tardiness": row.tardiness_h,
        "working tardiness": row.tardiness_working_h,
        "slack": row.slack_h,
        "remaining": row.remaining_h,
        "work slack": row.work_slack_h,
        "critical ratio": row.critical_ratio,
    }
    assert row.causes is not None
    said |= {cause.cause.value: cause.hours for cause in row.causes.by_cause}
    assert said == NUMBERS
    assert row.causes.hours == 50.0
    assert [(b.order, b.hours) for b in row.causes.blocking_orders] == [("WO-4003", 6.0)]


def test_every_cause_has_its_line() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| [a-z]", PAGE, re.M)) == {cause.value for cause in Cause}


def test_the_days_that_a_closed_order_is_known_are_those_of_the_code() -> None:
    assert f"for {RECENT_DAYS} days after" in PAGE
