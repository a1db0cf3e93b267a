"""What the README tells a newcomer to type does what it shows."""

import re
import shlex
from pathlib import Path

import pytest

from tests.acceptance.server_process import ServerProcess
from tests.acceptance.workspace import Workspace

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
ASKED = re.findall(r"^\$ \.venv/bin/leadhand (chat .*)$", README, re.MULTILINE)
LINKS = re.findall(r"\]\((?!https?:)([^)#]+)", README)


def test_the_readme_asks_the_three_questions() -> None:
    assert len(ASKED) == 3


@pytest.mark.parametrize("command", ASKED)
def test_a_question_of_the_readme_is_answered_in_the_terminal(
    builtin_server: ServerProcess, workspace: Workspace, command: str
) -> None:
    assert builtin_server.running
    arguments = ["north" if word == "demo" else word for word in shlex.split(command)]
    done = workspace.run(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^✓ \w+", done.stdout + done.stderr, re.MULTILINE), done.stdout + done.stderr
    assert re.search(r"\d", done.stdout), "an answer with figures"


def test_every_page_that_the_readme_points_to_is_there() -> None:
    missing = [link for link in LINKS if not (REPOSITORY / link).exists()]
    assert not missing


def test_every_target_that_the_readme_tells_is_one_of_the_makefile() -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    told = set(re.findall(r"^\$ (?:\w+=\S+ )*make ([a-z-]+)", README, re.MULTILINE))
    assert told
    assert told <= targets
