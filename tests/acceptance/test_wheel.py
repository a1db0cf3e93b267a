"""The built wheel is the whole product: installed into a fresh environment, it works from any folder."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.workspace import Workspace

UV = Path(sys.executable).with_name("uv")
STEP_TIMEOUT_S = 170
# What a build reads; the rest of the repository must not matter to it.
BUILD_INPUTS = ("pyproject.toml", "README.md", "LICENSE")


def run(*command: str | Path, cwd: Path) -> None:
    environment = {**os.environ, "UV_LINK_MODE": "hardlink"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=STEP_TIMEOUT_S, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources so that no earlier build can lend it a file."""
    sources = tmp_path_factory.mktemp("sources")
    packages = [folder for folder in repository.iterdir() if (folder / "py.typed").exists()]
    for package in packages:
        shutil.copytree(package, sources / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BUILD_INPUTS:
        if (repository / name).exists():
            shutil.copy(repository / name, sources)
    run(UV, "build", "--quiet", "--wheel", "--out-dir", "dist", cwd=sources)
    [built] = (sources / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def fresh_environment(wheel: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of a virtual environment that holds the locked dependencies and the wheel, nothing else."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    locked = repository / "requirements" / "runtime.txt"
    run(UV, "venv", "--quiet", "--python", sys.executable, folder, cwd=repository)
    python = folder / "bin" / "python"
    install = (UV, "pip", "install", "--quiet", "--python", python)
    run(*install, "--require-hashes", "--requirement", locked, cwd=repository)
    run(*install, "--no-deps", wheel, cwd=repository)
    return folder / "bin"


def test_the_wheel_passes_its_doctor_from_another_folder(fresh_environment: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    workspace = Workspace(tmp_path / "data", program=fresh_environment / "leadhand")
    workspace.data_dir.mkdir()
    done = workspace.run("doctor", cwd=elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_wheel_brings_every_file_that_is_no_module(wheel: Path, repository: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    for suffix in ("*.sql", "*.toml", "*.md", "*.j2", "*.css"):
        for package in (folder for folder in repository.iterdir() if (folder / "py.typed").exists()):
            for path in package.rglob(suffix):
                assert str(path.relative_to(repository)) in packed
