"""docs/cli.md knows every command and every option."""

import re
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"
COMMANDS = (
    "serve",
    "worker",
    "migrate",
    "doctor",
    "demo",
    "import",
    "export",
    "token",
    "chat",
    "apikey",
    "report",
    "alert",
    "eval",
)
SUBCOMMANDS = (
    "apikey create",
    "apikey list",
    "apikey revoke",
    "report run",
    "report list",
    "report show",
    "report resend",
    "report schedule add",
    "report schedule list",
    "report schedule pause",
    "report schedule resume",
    "report schedule delete",
    "alert add",
    "alert list",
    "alert show",
    "alert remove",
    "eval retrieval",
)


def section(command: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    return re.split(r"\n##+ ", text.split(f"## leadhand {command}\n", 1)[1], maxsplit=1)[0]


@pytest.mark.parametrize("command", COMMANDS + SUBCOMMANDS)
def test_every_option_of_a_command_is_documented_and_no_other(run: Run, command: str) -> None:
    shown = set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", run(*command.split(), "--help").stdout, re.MULTILINE))
    documented = set(re.findall(r"^\| `(--[a-z-]+)", section(command), re.MULTILINE))
    assert documented == shown - {"--help"}


def test_every_command_is_documented_and_no_other(run: Run) -> None:
    listed = run("--help").stdout.split("Commands:\n", 1)[1]
    assert tuple(line.split()[0] for line in listed.splitlines() if line.strip()) == COMMANDS
    headings = re.findall(r"^## leadhand ([a-z]+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(headings) == COMMANDS
    assert (
        tuple(re.findall(r"^### leadhand (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
        == SUBCOMMANDS
    )
