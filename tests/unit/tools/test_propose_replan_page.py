"""docs/tools/propose_replan.md and docs/replanning.md: the example and the numbers are the code's."""

import json
import re
from pathlib import Path
from typing import get_args

from jobs.replan_desk import MAX_OPEN
from jobs.replan_state import ProposalStatus
from jobs.replan_task import MAX_ATTEMPTS
from planning.replanning.question import DEFAULT_STEPS
from storage.proposals import KEEP, KEEP_DAYS, VALID_H
from tests.unit.tools.replans_at_once import answer
from tools.catalog.propose_replan import MAX_STEPS, Action

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "tools" / "propose_replan.md").read_text(encoding="utf-8")
HOW = " ".join((DOCS / "replanning.md").read_text(encoding="utf-8").split())
EXAMPLE = PAGE.partition("## An example")[2]
NUMBERS = {key: float(value) for key, value in re.findall(r"^\| ([\w -]+) \| (-?[\d.]+)", EXAMPLE, re.M)}


async def test_the_figures_of_the_example_are_the_tools() -> None:
    [question] = re.findall(r"```json\n(.*?)```", EXAMPLE, re.DOTALL)
    found = await answer(json.loads(question))
    assert found.result is not None
    said = {
        "weighted late hours before": found.result.before.weighted_late_h,
        "weighted late hours after": found.result.after.weighted_late_h,
        "no longer late": found.result.total_no_longer_late,
        "newly late": found.result.total_newly_late,
        "moves": found.total_moves,
        "WO-6 later": next(row.later_h for row in found.moves if row.order.code == "WO-6"),
    }
    assert said == NUMBERS


def test_every_action_and_every_status_has_its_line() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) - {"action", "status"}
    assert named == {*(action.value for action in Action), *get_args(ProposalStatus)}


def test_the_bounds_on_the_page_are_those_of_the_code() -> None:
    for said in (
        f"{DEFAULT_STEPS} steps",
        f"at most {MAX_STEPS:,}",
        f"{MAX_OPEN} re-plans of a shop",
        f"{MAX_ATTEMPTS} times in all",
        f"newest {KEEP} proposals",
        f"{KEEP_DAYS} days",
        f"{VALID_H} hours",
    ):
        assert said in HOW, said
