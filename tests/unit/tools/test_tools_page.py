"""docs/tools.md says what the tools are: its reference is their schemas, its example is a tool that runs."""

import re
import sys
from datetime import UTC, datetime
from types import ModuleType

import pytest

from planning.date_phrases import resolve_window
from tests.unit.tools.reference import PAGE, page_with_reference
from tests.unit.tools.shops import CHICAGO, OneShop, plan, tenant
from tools.base import Tool, ToolInput, ToolOutput
from tools.json_input import MAX_INPUT_BYTES, MAX_INPUT_DEPTH
from tools.nesting import MAX_DEPTH, MAX_NESTED_CALLS
from tools.registry import ToolRegistry
from tools.rendering import MAX_BYTES
from tools.windows import MAX_WINDOW_DAYS

PAGE_TEXT = PAGE.read_text(encoding="utf-8")


def test_the_reference_is_what_the_schemas_say() -> None:
    assert page_with_reference(PAGE_TEXT) == PAGE_TEXT, "run: python -m tests.unit.tools.reference"


def _example() -> Tool[ToolInput, ToolOutput]:
    source = re.search(r"```python\n(.*?)```", PAGE_TEXT, re.DOTALL)
    assert source is not None
    module = ModuleType("tools.catalog.example")
    sys.modules[module.__name__] = module  # pydantic looks names up in the class's module
    exec(compile(source.group(1), "docs/tools.md", "exec"), module.__dict__)  # noqa: S102 - our own page
    return module.__dict__["TOOL"]


async def test_the_example_is_a_tool_that_runs() -> None:
    tool = _example()
    registry = ToolRegistry([tool])
    found = await registry.run(tool.name, {"machine": "puma 3100"}, tenant(), OneShop(plan()), call_id="c")
    assert '"machine":"PUMA-3100","work_center":"TURN"' in found.model_dump_json()


# Rows of two columns in the section on dates, less its head.
PHRASES: list[tuple[str, str]] = re.findall(
    r"^\| ([^|`]+) \| ([^|`]+) \|$",
    PAGE_TEXT.partition("## Dates")[2].partition("## Output")[0],
    re.MULTILINE,
)[1:]


@pytest.mark.parametrize(("phrase", "meaning"), PHRASES)
def test_the_table_of_dates_is_right(phrase: str, meaning: str) -> None:
    as_of = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
    assert resolve_window(phrase, as_of, CHICAGO).sentence == f"{phrase}: {meaning}"


def test_the_bounds_on_the_page_are_the_bounds_in_the_code() -> None:
    assert len(PHRASES) > 15
    for said in (
        f"at most {MAX_BYTES:,} bytes",
        f"more than {MAX_INPUT_BYTES:,} bytes\nand more than {MAX_INPUT_DEPTH} levels",
        f"Calls nest {MAX_DEPTH} levels deep",
        f"at most {MAX_NESTED_CALLS} nested calls",
        f"more than {MAX_WINDOW_DAYS} days",
    ):
        assert said in PAGE_TEXT
