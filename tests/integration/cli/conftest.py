"""The command line on the test run's Postgres: in this process, or as installed where the process matters."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from storage.embedded import EmbeddedServer

# The script that the distribution installs, next to the interpreter that runs the tests.
LEADHAND = Path(sys.executable).with_name("leadhand")
TIMEOUT_S = 120
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR")

Done = subprocess.CompletedProcess[str]
Leadhand = Callable[..., Done]


@pytest.fixture
def environment(server: EmbeddedServer, tmp_path: Path) -> dict[str, str]:
    """The whole environment of a process: the shared server, a data directory of the test's own."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {
        **kept,
        "HOME": str(tmp_path),
        "LEADHAND_DATA_DIR": str(tmp_path / "data"),
        "LEADHAND_DATABASE_URL": server.runtime_url,
        "LEADHAND_MIGRATION_URL": server.owner_url,
        "LEADHAND_DATABASE_POOL_MAX": "4",
    }


@pytest.fixture
def leadhand_process(environment: Mapping[str, str], tmp_path: Path) -> Leadhand:
    """The installed `leadhand …`, run to its end from a folder that is not the repository."""

    def run(*arguments: str, **settings: str) -> Done:
        return subprocess.run(
            [LEADHAND, *arguments],
            env={**environment, **settings},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    return run


@pytest.fixture
def leadhand(environment: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Leadhand:
    """The same in this process, which need not load its libraries again."""
    for name in list(os.environ):
        if name.startswith(("LEADHAND_", "OPENAI_", "OTEL_")):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def run(*arguments: str, **settings: str) -> Done:
        done = runner.invoke(app, list(arguments), env=settings, prog_name="leadhand")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(arguments, done.exit_code, done.stdout, done.stderr)

    return run
