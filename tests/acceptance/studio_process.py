"""`langgraph dev` as a developer starts it for LangGraph Studio, on the acceptance installation, offline."""

import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Protocol, cast

import httpx2
from langgraph_sdk import get_sync_client

from leadhand.errors import JsonValue
from tests.acceptance.json_access import items_at, parse, text_at
from tests.acceptance.server_process import POLL_INTERVAL_S, READY_TIMEOUT_S, free_port
from tests.acceptance.workspace import Workspace

LANGGRAPH = Path(sys.executable).with_name("langgraph")
EXIT_TIMEOUT_S = 30.0
REQUEST_TIMEOUT_S = 60.0
GRAPH = "leadhand"
# What langgraph.json names, by paths that hold in the folder where the server is started.
NAMED_IN_CONFIGURATION = ("langgraph.json", "graph", "server")
# Nothing answers there: whatever this server would fetch or report from elsewhere fails at once.
NO_INTERNET = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")


class StudioProcess:
    """Context manager. The server keeps its threads in `folder`, not in the repository."""

    def __init__(self, workspace: Workspace, repository: Path, folder: Path) -> None:
        self._environment = workspace.environment({**NO_INTERNET, "LANGGRAPH_CLI_NO_ANALYTICS": "1"})
        self._folder = folder
        self._log_file = folder / "studio.log"
        self.port = free_port()
        for name in NAMED_IN_CONFIGURATION:
            (folder / name).symlink_to(repository / name)

    def __enter__(self) -> "StudioProcess":
        with self._log_file.open("wb") as log:
            self._process = subprocess.Popen(
                [LANGGRAPH, "dev", "--no-browser", "--no-reload", "--port", str(self.port)],
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_ready()
        except BaseException:
            self._process.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(EXIT_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self._log_file.read_text(encoding="utf-8", errors="replace")

    def client(self, token: str) -> "StudioClient":
        return StudioClient(self.url, token)

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        with httpx2.Client(base_url=self.url, timeout=10.0) as http:
            while time.monotonic() < deadline:
                assert self._process.poll() is None, f"langgraph dev ended: {self.log}"
                try:
                    if http.get("/ok").status_code == 200:
                        return
                except httpx2.TransportError:
                    pass
                time.sleep(POLL_INTERVAL_S)
        raise AssertionError(f"langgraph dev did not answer: {self.log}")


class Runs(Protocol):
    """What is used of the client's runs, with the types that its own annotations leave open."""

    def wait(self, thread_id: str, assistant_id: str, **options: JsonValue) -> object: ...


class Threads(Protocol):
    def create(self) -> object: ...
    def get(self, thread_id: str) -> object: ...
    def get_state(self, thread_id: str) -> object: ...
    def get_history(self, thread_id: str, *, limit: int) -> object: ...
    def search(self, *, limit: int, metadata: JsonValue) -> object: ...
    def update(self, thread_id: str, *, metadata: JsonValue) -> object: ...
    def update_state(self, thread_id: str, values: JsonValue, **options: JsonValue) -> object: ...


class StudioClient:
    """LangGraph's own client (`langgraph-sdk`), with the header that Studio is told to send."""

    def __init__(self, url: str, token: str) -> None:
        self._client = get_sync_client(url=url, headers={"Authorization": f"Bearer {token}"})
        self._threads = cast("Threads", self._client.threads)
        self._runs = cast("Runs", self._client.runs)
        self.http = httpx2.Client(
            base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=REQUEST_TIMEOUT_S
        )

    def __enter__(self) -> "StudioClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()
        self._client.close()

    def new_thread(self) -> str:
        return text_at(_plain(self._threads.create()), "thread_id")

    def run(self, thread: str, said: JsonValue, **options: JsonValue) -> JsonValue:
        """Start a run on the thread and wait for its end; a failed one answers with `__error__`."""
        return _plain(self._runs.wait(thread, GRAPH, input=said, raise_error=False, **options))

    def thread(self, thread: str) -> JsonValue:
        return _plain(self._threads.get(thread))

    def state(self, thread: str) -> JsonValue:
        return _plain(self._threads.get_state(thread))

    def history(self, thread: str) -> list[JsonValue]:
        """The thread's checkpoints, newest first."""
        return items_at({"states": _plain(self._threads.get_history(thread, limit=50))}, "states")

    def search(self, metadata: JsonValue = None) -> list[str]:
        found = items_at({"threads": _plain(self._threads.search(limit=100, metadata=metadata))}, "threads")
        return [text_at(thread, "thread_id") for thread in found]

    def mark(self, thread: str, metadata: JsonValue) -> None:
        self._threads.update(thread, metadata=metadata)

    def overwrite(self, thread: str, values: JsonValue, **options: JsonValue) -> str:
        """Change the state by hand; the id of the checkpoint that this makes."""
        return text_at(
            _plain(self._threads.update_state(thread, values, **options)), "checkpoint", "checkpoint_id"
        )


def _plain(answer: object) -> JsonValue:
    return parse(json.dumps(answer))
