"""docs/cli.md knows every command and every option."""

import re
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"
COMMANDS = ("serve", "migrate", "doctor", "demo", "token", "chat")


def section(command: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    return text.split(f"## leadhand {command}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_documented_and_no_other(run: Run, command: str) -> None:
    shown = set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", run(command, "--help").stdout, re.MULTILINE))
    documented = set(re.findall(r"^\| `(--[a-z-]+)", section(command), re.MULTILINE))
    assert documented == shown - {"--help"}


def test_every_command_is_documented_and_no_other(run: Run) -> None:
    listed = run("--help").stdout.split("Commands:\n", 1)[1]
    assert tuple(line.split()[0] for line in listed.splitlines() if line.strip()) == COMMANDS
    headings = re.findall(r"^## leadhand ([a-z]+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(headings) == COMMANDS
