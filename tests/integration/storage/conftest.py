"""Data directories of their own, for tests that stop and kill servers."""

from pathlib import Path

import pytest

from tests.ready_data import lay_down, with_schema


@pytest.fixture
def data_dir(server_folder: Path, tmp_path: Path) -> Path:
    """A copy of one with an up-to-date schema, its server stopped."""
    folder = tmp_path / "data"
    lay_down(with_schema(server_folder), folder, crashes=True)
    return folder
