"""Every example in the documentation runs and prints what its page shows."""

import ast
import json
import subprocess
import tomllib
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.acceptance.consumer import NODE
from tests.acceptance.documented_examples import ROOT, Example, agrees, answered, examples
from tests.acceptance.reader_shell import READERS_SETTINGS, ReaderShell
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import Workspace

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
# Pictures and plain words: nothing to run.
SHOWN_ONLY = {"mermaid", "text", ""}
CHECKED = {"console", "sh", "ts", "python", "json", "toml", "sql"}


@pytest.fixture(scope="module")
def readers_server(builtin_server: ServerProcess, workspace: Workspace) -> Generator[ServerProcess]:
    """A server with the settings of somebody who has set nothing, and the demo shop of `make run`."""
    del builtin_server
    made = workspace.run("demo", settings=READERS_SETTINGS)
    assert made.returncode == 0, made.stderr
    with ServerProcess(workspace, "readers", READERS_SETTINGS) as server:
        yield server


# A page of commands starts a process for each of them.
@pytest.mark.timeout(420)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_of_the_page_runs_and_prints_what_is_shown(
    page: Path, readers_server: ServerProcess, workspace: Workspace, tmp_path: Path
) -> None:
    with ReaderShell(workspace, readers_server, tmp_path) as shell:
        for example in examples(page):
            assert example.language in CHECKED | SHOWN_ONLY, f"{page.name}: nobody runs {example.language}"
            where = f"{page.name}, line {example.line}"
            if example.why_not_run is None:
                if example.language == "sql":
                    _run_as_owner(example.text, workspace)
                else:
                    _try(example, shell, readers_server, where)


def _run_as_owner(statement: str, workspace: Workspace) -> None:
    with ShopDatabase(workspace).connection() as connection:
        connection.execute(statement.encode())


def _try(example: Example, shell: ReaderShell, server: ServerProcess, where: str) -> None:
    match example.language:
        case "console":
            for command in example.commands:
                status, printed = shell.run(command.text)
                refused = any(line.startswith("error[") for line in command.shown)
                assert status == (1 if refused else 0), f"{where}: {command.text}\n{printed}"
                if example.figures_vary and "leadhand chat " in command.text:
                    assert answered(printed), f"{where} is no answer with figures:\n{printed}"
                if command.shown:
                    as_shown = agrees(command.shown, printed, figures_vary=example.figures_vary)
                    assert as_shown, f"{where} prints otherwise:\n{printed}"
        case "sh":
            status, printed = shell.run(example.text)
            assert status == 0, f"{where}:\n{printed}"
        case "ts":
            _run_as_typescript(example.text, server, shell, where)
        case "python":
            ast.parse(example.text, where)
        case "json":
            json.loads(example.text)
        case "toml":
            tomllib.loads(example.text)
        case _:
            assert example.language in SHOWN_ONLY, where


def _run_as_typescript(snippet: str, server: ServerProcess, shell: ReaderShell, where: str) -> None:
    """Make the page's transport with the real `ai` package and send a message through it."""
    _, token = shell.run("leadhand token --shop demo --user reader 2>/dev/null")
    program = (ROOT / "tests/acceptance/client/documented_transport.mjs").read_text(encoding="utf-8")
    program = program.replace("/* the page's snippet */", snippet.rstrip().removesuffix(";"))
    program = program.replace('"/api/chat"', f'"{server.url}/api/chat"')
    program = program.replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", program, token.strip()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{where}:\n{done.stderr}"
    assert done.stdout.strip() == "finish", f"{where}:\n{done.stdout}"
