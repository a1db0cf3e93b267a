"""What is measured: `leadhand serve` with a database and demo shop of its own, and a model without delay."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.left_out import PARTS_VARIABLE
from bench.plan_store import postgres_of
from bench.process_cost import ProcessTree
from bench.sampled_server import RESULT_VARIABLE
from bench.sampler import REPOSITORY
from leadhand.settings import Settings
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import LEADHAND, Workspace
from tests.ready_data import lay_down

SHOPS = SHOP, OTHER_SHOP = "north", "south"
# As many connections as there are by default.
SERVER = {"LEADHAND_DATABASE_POOL_MAX": "20", "LEADHAND_MODEL_CLIENT": "lean"}
LIMITS = [
    f"max_{whose}_{what}"
    for whose in ("user", "shop")
    for what in ("requests_per_min", "turns_per_min", "runs", "streams")
]
# Tests raise some of them.
LIMITED = {f"LEADHAND_{name.upper()}": str(Settings.model_fields[name].default) for name in LIMITS}
# One person asks everything: what they may take must not be what is measured.
UNLIMITED = {
    **{f"LEADHAND_{name.upper()}": "1000000" for name in LIMITS},
    "LEADHAND_MAX_STREAMS": "1000000",
    "LEADHAND_DATABASE_POOL_TIMEOUT_S": "60",
    "LEADHAND_MAX_RUN_S": "3600",
    "LEADHAND_MODEL_READ_TIMEOUT_S": "600",
}
MODEL_EXIT_TIMEOUT_S = 10
SAMPLES = "samples.json"
SAMPLED = (sys.executable, "-m", "bench.sampled_server")
LEFT_OUT = "left-out"
LESSER = (sys.executable, "-m", "bench.lesser_server")


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything runs on loopback. `server` and `postgres` are separate process trees; a token a shop."""

    port: int
    tokens: tuple[str, ...]
    server: ProcessTree
    postgres: ProcessTree
    database: ShopDatabase
    workspace: Workspace
    model_url: str

    @property
    def samples(self) -> Path:
        return self.workspace.data_dir / SAMPLES

    @property
    def left_out(self) -> Path:
        """Where a lesser server reads what it is to do without."""
        return self.workspace.data_dir / LEFT_OUT

    @property
    def token(self) -> str:
        return self.tokens[0]

    def token_of(self, shop: str, user: str) -> str:
        return self.workspace.token(shop, user, ["planning:read"])


@contextmanager
def installation(
    *, sampled: bool = False, lesser: bool = False, limited: bool = False, ready: Path | None = None
) -> Generator[Installation]:
    """Everything started, then stopped and removed.

    `sampled`: the server runs under the sampler. `lesser`: it can do without parts of itself. `limited`: what
    people may take is bounded as it is by default. `ready`: a data directory with `SHOPS`, to be copied.
    """
    with TemporaryDirectory(prefix="leadhand-bench-") as folder, _model() as model_url:
        workspace = Workspace(
            Path(folder),
            {
                **SERVER,
                **(LIMITED if limited else UNLIMITED),
                "OPENAI_BASE_URL": model_url,
                "OPENAI_API_KEY": "bench",
                "LEADHAND_MODEL": "bench-1",
                # This working copy is measured, whatever is installed; the sampler's package is in it, too.
                "PYTHONPATH": str(REPOSITORY),
                RESULT_VARIABLE: str(Path(folder) / SAMPLES),
                PARTS_VARIABLE: str(Path(folder) / LEFT_OUT),
            },
        )
        if ready is not None:
            lay_down(ready, workspace.data_dir)
        for shop in SHOPS if ready is None else ():
            workspace.make_demo_shop(shop)
        tokens = tuple(workspace.token(shop, "bench", ["planning:read"]) for shop in SHOPS)
        program = SAMPLED if sampled else LESSER if lesser else (LEADHAND,)
        with ServerProcess(workspace, "bench", program=program, worker=True) as server:
            yield Installation(
                server.port,
                tokens,
                ProcessTree(server.pid),
                postgres_of(workspace.data_dir),
                ShopDatabase(workspace),
                workspace,
                model_url,
            )


def another_server(here: Installation, name: str, *, worker: bool = True) -> ServerProcess:
    """On the same database; to be started by `with`."""
    return ServerProcess(here.workspace, name, worker=worker)


@contextmanager
def _model() -> Generator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.zero_delay_model"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(MODEL_EXIT_TIMEOUT_S)
