"""The command line in this process, with no setting of the tester's own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("LEADHAND_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LEADHAND_DATA_DIR", str(tmp_path))


@pytest.fixture
def run() -> Run:
    """`leadhand …` with its exit status, standard output and standard error."""
    runner = CliRunner()

    def invoke(*arguments: str) -> Result:
        return runner.invoke(app, list(arguments))

    return invoke
