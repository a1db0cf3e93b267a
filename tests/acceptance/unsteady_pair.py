"""Two servers on a Postgres of their own, for tests that kill any of the three."""

import signal
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from storage import cluster as clusters
from storage import embedded
from tests.acceptance.caller import Caller
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import Workspace
from tests.ready_data import lay_down

SHOP, PERSON = "north", "pia"
PLANNER = ("planning:read", "planning:write", "approve", "studio")
POWER_OFF_TIMEOUT_S = 30.0
# Tight bounds on a turn, as the fault cases want them, and room for many turns at once.
SETTINGS = {
    "LEADHAND_DATABASE_POOL_TIMEOUT_S": "1",
    "LEADHAND_MODEL_READ_TIMEOUT_S": "30",
    "LEADHAND_MODEL_MAX_RETRIES": "1",
    "LEADHAND_MAX_STEPS": "3",
    "LEADHAND_MAX_TOOL_CALLS": "3",
    "LEADHAND_MAX_RUN_TOKENS": "50000",
    "LEADHAND_MAX_USER_RUNS": "200",
    "LEADHAND_MAX_SHOP_RUNS": "200",
}


class UnsteadyPair:
    """`left` has the only worker. Callers are the same person at each server."""

    def __init__(
        self, cluster: clusters.Cluster, workspace: Workspace, left: ServerProcess, right: ServerProcess
    ) -> None:
        self._cluster = cluster
        self.left, self.right = left, right
        self.database = ShopDatabase(workspace)
        self._token = workspace.token(SHOP, PERSON, PLANNER)

    @property
    def servers(self) -> tuple[ServerProcess, ServerProcess]:
        return self.left, self.right

    @contextmanager
    def callers(self) -> Generator[tuple[Caller, Caller]]:
        with Caller(self.left.url, self._token) as left, Caller(self.right.url, self._token) as right:
            yield left, right

    def power_off(self) -> None:
        """An immediate shutdown: every connection is cut, nothing is written down."""
        postmaster = psutil.Process(int(self._cluster.pid_file.read_text().splitlines()[0]))
        postmaster.send_signal(signal.SIGQUIT)
        _, alive = psutil.wait_procs([postmaster], timeout=POWER_OFF_TIMEOUT_S)
        assert not alive, "Postgres did not go down"

    def power_on(self) -> float:
        """The moment when Postgres was back."""
        clusters.start(self._cluster)
        return time.monotonic()


@contextmanager
def unsteady_pair(ready: Path, folder: Path, model_settings: Mapping[str, str]) -> Generator[UnsteadyPair]:
    lay_down(ready, folder, crashes=True)
    handle = embedded.acquire(folder)
    try:
        workspace = Workspace(folder, {"LEADHAND_DATABASE_URL": handle.server.runtime_url})
        settings = {**model_settings, **SETTINGS}
        with ExitStack() as stack:
            left = ServerProcess(workspace, "left", settings, worker=True)
            right = ServerProcess(workspace, "right", settings)
            for server in (left, right):
                server.start()
                stack.callback(_end, server)
            pair = UnsteadyPair(handle.cluster, workspace, left, right)
            for server in pair.servers:
                server.wait_ready()
            yield pair
    finally:
        clusters.start(handle.cluster)
        embedded.release(handle)


def _end(server: ServerProcess) -> None:
    if server.running:
        server.terminate()
