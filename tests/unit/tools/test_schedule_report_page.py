"""docs/tools/schedule_report.md and get_report_schedules.md: times and examples are the tools'."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.report_schedules import Recipient
from tests.unit.tools.schedules_in_memory import OnPaper, schedule
from tests.unit.tools.shops import OneShop, plan, tenant
from tests.unit.tools.test_schedule_report import propose
from tools.catalog.report_schedules import ReportSchedulesOutput
from tools.registry import ToolRegistry
from tools.report_times import DEFAULT_HOUR, read_rhythm

DOCS = Path(__file__).parents[3] / "docs" / "tools"
PAGE = (DOCS / "schedule_report.md").read_text(encoding="utf-8")
LIST_PAGE = (DOCS / "get_report_schedules.md").read_text(encoding="utf-8")
TIMES: list[tuple[str, str]] = re.findall(r"^\| ([^|`]+) \| `([^|`]+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("said", "kept"), TIMES)
def test_the_table_of_times_is_right(said: str, kept: str) -> None:
    rhythm = read_rhythm(said)
    assert rhythm is not None
    assert rhythm.preset == kept


async def test_the_example_of_a_proposal_is_the_tools() -> None:
    assert len(TIMES) == 5
    assert f"without a time is taken as {DEFAULT_HOUR:02}:00" in PAGE
    example = PAGE.partition("## An example")[2]
    [question] = re.findall(r"```json\n(.*?)```", example, re.DOTALL)
    [said] = re.findall(r"“(mail me [^”]+)”", example)
    told = dict(re.findall(r"^\| ([a-z]+) \| (.+) \|$", example, re.MULTILINE))
    found = await propose(json.loads(question), OnPaper(texts=(said,)))
    [row] = found.rows
    assert row.after is not None
    assert told == {
        "figure": "value",
        "summary": found.summary,
        "what": row.what,
        "after": row.after.text,
        "next": row.after.start,
        "expires": found.expires_at,
    }


async def test_the_example_of_a_list_is_the_tools() -> None:
    boss = Recipient("email", "boss@shop.example")
    berlin = schedule(1, "The week", "Monday 06:00", boss, timezone="Europe/Berlin")
    next_at = datetime(2026, 12, 7, 5, tzinfo=UTC)
    paused = schedule(2, "Every morning", "daily 06:00", active=False)
    shelf = OnPaper([replace(berlin, next_at=next_at), paused])
    registry = ToolRegistry.discover(report_schedules=shelf)
    found = await registry.run("get_report_schedules", {}, tenant(), OneShop(plan()), call_id="c")
    assert isinstance(found, ReportSchedulesOutput)
    rows = [
        [row.name, row.when, row.next or "–", ", ".join(one.target for one in row.recipients) or "–"]
        for row in found.schedules
    ]
    for row in rows:
        assert f"| {' | '.join(row)} |" in LIST_PAGE
