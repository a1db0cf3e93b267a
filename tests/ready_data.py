"""Data directories that are ready, made once a test run and copied wherever an installation begins.

To set up Postgres, to migrate and to make demo shops takes longer than most tests.
"""

import fcntl
import shutil
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from storage.embedded import DATABASE, embedded_server
from storage.migrate import migrate
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.workspace import Workspace

# Shop → seed. Small ones, around the acceptance tests' Monday.
SHOPS: Final = {"north": 7, "south": 8}
SCHEMA: Final = "schema_only"
# Nothing of a test needs to outlive a power cut.
_QUICK: Final = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
_SETTINGS_FILE: Final = Path("postgres") / "postgresql.auto.conf"


def with_schema(run_folder: Path) -> Path:
    """A data directory with an up-to-date schema, its server stopped; only to be copied.

    `SCHEMA` in it is a second such database, to which nobody connects: a template for further ones.
    """

    def make(folder: Path) -> None:
        with embedded_server(folder) as server:
            migrate(server.owner_url)
            with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
                connection.execute(f"create database {SCHEMA} template {DATABASE}".encode())

    return _once(run_folder / "with-schema", make)


def with_shops(run_folder: Path) -> Path:
    """A data directory as a first start leaves it, with `SHOPS` in it; only to be copied.

    Without what a demo shop's first report and its schedule would have a test's worker do and ask of a model.
    """

    def make(folder: Path) -> None:
        folder.mkdir()
        workspace = Workspace(folder)
        with ServerProcess(workspace, "first"):
            for shop, seed in SHOPS.items():
                workspace.make_demo_shop(shop, seed=seed)
        with (
            embedded_server(folder) as server,
            psycopg.connect(server.url("postgres", DATABASE)) as connection,
        ):
            for table in ("report_delivery", "report", "report_schedule", "alert", "jobs.procrastinate_jobs"):
                connection.execute(f"delete from {table}".encode())

    return _once(run_folder / "with-shops", make)


def copy_once(ready: Path, target: Path) -> Path:
    """A copy for whoever asks for this target; whoever asks again gets the same, which may be running."""
    return _once(target, lambda folder: lay_down(ready, folder))


def lay_down(ready: Path, target: Path, *, crashes: bool = False) -> None:
    """Copy a ready directory into a new or empty one; owners are kept: as root the cluster has another.

    `crashes`: the test takes Postgres down, which then runs as the product has it; else with quick settings.
    """
    program = shutil.which("cp")
    assert program is not None
    target.mkdir(exist_ok=True)
    subprocess.run([program, "-a", f"{ready}/.", str(target)], check=True)
    (target / _SETTINGS_FILE).write_text("" if crashes else _QUICK, encoding="utf-8")


def _once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Whoever needs it first makes it; others wait. A half-made one never stands under the final name."""
    with _alone(folder.with_suffix(".lock")):
        if not folder.exists():
            made = folder.with_suffix(".made")
            make(made)
            made.rename(folder)
    return folder


@contextmanager
def _alone(lock: Path) -> Generator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
