"""`leadhand serve` as a process: starting, refusing, stopping."""

import re
import signal
import socket
import subprocess
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from storage.embedded import EmbeddedServer
from tests.integration.cli.conftest import LEADHAND, TIMEOUT_S, Leadhand

ADDRESS = re.compile(r"address +(http://\S+)")


class Serving:
    """A server that has said where it is."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.banner = ""
        self._errors: list[str] = []
        assert process.stdout is not None
        # A full pipe would stop the server.
        self._drain = threading.Thread(target=self._read_errors, daemon=True)
        self._drain.start()
        for line in process.stdout:
            self.banner += line
            if "/api/chat" in line:
                break
        found = ADDRESS.search(self.banner)
        assert found, f"no address: {self.banner}{self.errors}"
        self.url = found[1]

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self._errors.extend(self.process.stderr)

    @property
    def errors(self) -> str:
        return "".join(self._errors)

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        status = self.process.wait(TIMEOUT_S)
        self._drain.join(TIMEOUT_S)
        return status


@contextmanager
def serving(environment: Mapping[str, str], folder: Path) -> Generator[Serving]:
    process = subprocess.Popen(
        [LEADHAND, "serve", "--port", "0"],
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Serving(process)
    finally:
        process.kill()
        process.wait(TIMEOUT_S)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_answers_and_ends_cleanly(
    environment: dict[str, str], tmp_path: Path, how: signal.Signals
) -> None:
    with serving(environment, tmp_path) as server:
        assert httpx2.get(f"{server.url}/readyz").status_code == 200
        assert server.end(how) == 0
        assert "Traceback" not in server.errors
        assert "GET /readyz" not in server.errors


def test_a_port_in_use_ends_it_with_one_line(leadhand_process: Leadhand) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = leadhand_process("serve", "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error[invalid_setting]: --port {port}: cannot listen")
    assert done.stderr.count("\n") == 1


def test_a_role_that_sees_every_shop_ends_it_with_one_line(
    leadhand_process: Leadhand, server: EmbeddedServer
) -> None:
    done = leadhand_process("serve", "--port", "0", LEADHAND_DATABASE_URL=server.owner_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("error[unsafe_database_role]")
    assert "Traceback" not in done.stderr
