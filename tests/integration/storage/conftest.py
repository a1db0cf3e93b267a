"""Data directories of their own, for tests that stop and kill servers."""

import shutil
import subprocess
from pathlib import Path

import pytest

from storage.embedded import embedded_server
from storage.migrate import migrate


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with an up-to-date schema, its server stopped; only to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    with embedded_server(folder) as server:
        migrate(server.owner_url)
    return folder


@pytest.fixture
def data_dir(prepared: Path, tmp_path: Path) -> Path:
    """A copy of it, owners kept: as root the cluster belongs to another account."""
    program = shutil.which("cp")
    assert program is not None
    subprocess.run([program, "-a", str(prepared), str(tmp_path / "data")], check=True)
    return tmp_path / "data"
