"""The real `leadhand serve` process: started, awaited, killed, started again on the same data."""

import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

import httpx2

from tests.acceptance.json_access import parse
from tests.acceptance.workspace import LEADHAND, Workspace

READY_TIMEOUT_S = 90.0
EXIT_TIMEOUT_S = 30.0
POLL_INTERVAL_S = 0.05


class ServerProcess:
    """Context manager. The port stays the same over restarts, as it does behind a proxy.

    Without `worker` it runs no background jobs, which would ask a scripted model for more than the test does.
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        settings: Mapping[str, str] | None = None,
        *,
        program: Sequence[str | Path] = (LEADHAND,),
        worker: bool = False,
        workers: int = 1,
    ) -> None:
        self._workspace = workspace
        self._program = program
        self._options = (
            *(() if worker else ("--no-worker",)),
            *(("--workers", str(workers)) if workers > 1 else ()),
        )
        self._settings = dict(settings or {})
        self._log_file: Path = workspace.data_dir / f"server-{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self.port = free_port()

    def __enter__(self) -> "ServerProcess":
        self.start()
        self.wait_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.running:
            self.terminate()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything that the process wrote, over all restarts."""
        return self._log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process; it is not ready yet."""
        assert not self.running
        self._log = self._log_file.open("ab")
        self._process = subprocess.Popen(
            [*self._program, "serve", "--host", "127.0.0.1", "--port", str(self.port), *self._options],
            env=self._workspace.environment(self._settings),
            cwd=self._workspace.data_dir,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_ready(self, path: str = "/readyz", status: int = 200) -> httpx2.Response:
        """Ask until `path` answers with `status`; fails when the process ends or the time is up."""
        deadline = time.monotonic() + READY_TIMEOUT_S
        with httpx2.Client(base_url=self.url, timeout=10.0) as client:
            while time.monotonic() < deadline:
                assert self.running, f"the server ended: {self.log}"
                try:
                    response = client.get(path)
                except httpx2.TransportError:
                    response = None
                if response is not None and response.status_code == status:
                    parse(response.content)
                    return response
                time.sleep(POLL_INTERVAL_S)
        raise AssertionError(f"{path} did not answer {status}: {self.log}")

    def kill(self) -> None:
        """kill -9: nothing of the process gets a chance to clean up."""
        self.send(signal.SIGKILL)
        self.wait_ended()

    def ask_to_stop(self) -> None:
        """SIGTERM, as a supervisor does."""
        self.send(signal.SIGTERM)

    def wait_ended(self) -> int:
        """The exit status, once the process has ended."""
        assert self._process is not None
        assert self._log is not None
        try:
            return self._process.wait(EXIT_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(EXIT_TIMEOUT_S)
            raise AssertionError(f"the server did not end: {self.log}") from None
        finally:
            self._log.close()

    def terminate(self) -> int:
        self.ask_to_stop()
        return self.wait_ended()

    def restart(self) -> None:
        self.start()
        self.wait_ready()

    def send(self, which: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(which)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
