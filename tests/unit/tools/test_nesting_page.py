"""docs/tools-calling-tools.md: its example prints what it says, and its bounds are those of the code."""

import json
import re
import subprocess
import sys
from pathlib import Path

from server.stream.chunks import ToolInputAvailable, ToolMetadata, chunk_json
from tools.nesting import MAX_DEPTH, MAX_NESTED_CALLS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "tools-calling-tools.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_example_prints_what_the_page_says() -> None:
    command = [sys.executable, "-c", block("python")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert (done.stdout, done.stderr) == (block("text"), "")


def test_the_bounds_on_the_page_are_the_bounds_in_the_code() -> None:
    assert f"at most {MAX_NESTED_CALLS} nested calls" in PAGE
    assert f"at most {MAX_DEPTH} levels deep" in PAGE


def test_the_chunk_on_the_page_is_the_one_that_is_sent() -> None:
    sent = ToolInputAvailable("call.1", "hours_of_order", {"pieces": 10}, ToolMetadata("call", 1))
    assert chunk_json(sent) == json.loads(block("json"))
