"""`leadhand eval` in an installation, which does not have the questions."""

from pathlib import Path

import pytest

from cli import evaluation
from tests.unit.cli.conftest import Run


def test_an_installation_says_that_the_questions_are_in_the_repository(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "CHECKOUT", tmp_path)
    done = run("eval", "retrieval")
    assert done.exit_code == 1
    assert done.stderr.startswith("error[not_found]: The questions of the evaluation are not part of")
