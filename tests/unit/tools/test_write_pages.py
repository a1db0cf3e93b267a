"""docs/writes.md and the pages of the tools of bookings: examples, numbers and reasons are the code's."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from planning.booking_places import NoStart
from planning.shop import Booking
from storage.plan_writes import GRACE_MIN
from tests.unit.tools.writing import OneWrite, kept, propose, shop_with_work
from tools.booking_selection import DEFAULT_DAYS
from tools.catalog.reschedule_order import RescheduleOrderInput
from tools.proposing import LEAST_VALID_MIN, VALID_MIN
from tools.writing import MAX_CHANGES, ProposedWrite

ROOT = Path(__file__).parents[3]
WRITES = (ROOT / "docs" / "writes.md").read_text(encoding="utf-8")
TOOLS = ("book_operation", "reschedule_order", "release_booking", "set_lock", "undo_change")


def page(tool: str) -> str:
    return (ROOT / "docs" / "tools" / f"{tool}.md").read_text(encoding="utf-8")


def example_of(tool: str) -> tuple[str, dict[str, str]]:
    """The question, and the figures that the page tells."""
    example = page(tool).partition("## An example")[2]
    [question] = re.findall(r"```json\n(.*?)```", example, re.DOTALL)
    rows = re.findall(r"^\| ([a-z ]+) \| (.+) \|$", example, re.MULTILINE)
    return question, {name: value for name, value in rows if name != "figure"}


async def proposal_of(tool: str, question: str) -> ProposedWrite:
    shop = shop_with_work()
    if tool != "undo_change":
        return await propose(tool, json.loads(question), shop)
    moved = await propose("reschedule_order", json.loads(example_of("reschedule_order")[0]), shop)
    after = moved.changes[0].row_change().after
    assert isinstance(after, Booking)
    bookings = tuple(after if b.id == after.id else b for b in shop.bookings)
    return await propose(
        tool, json.loads(question), replace(shop, bookings=bookings), writes=OneWrite(kept(moved))
    )


@pytest.mark.parametrize("tool", TOOLS)
async def test_the_example_of_the_page_is_the_tools(tool: str) -> None:
    question, said = example_of(tool)
    found = await proposal_of(tool, question)
    [row] = found.rows
    told = {
        "what": row.what,
        "before": None if row.before is None else row.before.start,
        "machine": None if row.after is None or row.after.machine is None else row.after.machine.name,
        "start": None if row.after is None else row.after.start,
        "end": None if row.after is None else row.after.end,
        "new conflicts": str(found.new_conflicts.total),
        "expires": found.expires_at,
    }
    assert {name: value for name, value in told.items() if value is not None} == said


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    text = " ".join(WRITES.split())
    for said in (
        f"{VALID_MIN} minutes from then",
        f"at least {LEAST_VALID_MIN} minutes",
        f"{MAX_CHANGES:,} rows",
        f"{GRACE_MIN} minutes after `expires_at`",
    ):
        assert said in text, said
    assert f"the next {DEFAULT_DAYS} days" in page("release_booking")


def test_every_reason_of_a_refusal_is_explained() -> None:
    told = set(re.findall(r"^\| `(\w+)` \| ", WRITES.partition("`details.reason`:")[2], re.MULTILINE))
    given = {reason.value for reason in NoStart}
    for path in (ROOT / "tools").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for line in re.findall(r'"reason": (.+)', source):
            given |= set(re.findall(r'"(\w+)"', line.partition(', "')[0]))
        given |= set(re.findall(r'(?:Fixed\(booking, |: \()"(\w+)", "(?:is|has|should|lies)', source))
    assert given <= told, given - told


def test_every_input_has_its_line() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", page("reschedule_order"), re.MULTILINE))
    assert named == set(RescheduleOrderInput.model_fields) - {"order"}
