"""A shell as a reader of the documentation has it: `leadhand` on the path, a server running."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import IO, Final

from tests.acceptance.server_process import ServerProcess
from tests.acceptance.workspace import LEADHAND, Workspace

COMMAND_TIMEOUT_S: Final = 60.0
_END: Final = "-- end of command --"
# The port of a server, as pages call it.
_PORT: Final = re.compile(r"\b8000\b")
# A reader sets nothing: an empty setting counts as unset.
READERS_SETTINGS: Final[Mapping[str, str]] = {"LEADHAND_JWT_SECRET": "", "LEADHAND_DATABASE_POOL_MAX": ""}


class ReaderShell:
    """Context manager around one bash; what pages say of home and address is translated both ways."""

    def __init__(self, workspace: Workspace, server: ServerProcess, folder: Path) -> None:
        self._port = str(server.port)
        self._home = str(workspace.data_dir)
        environment = workspace.environment(READERS_SETTINGS)
        environment["PATH"] = os.pathsep.join((str(LEADHAND.parent), environment["PATH"]))
        self._bash = subprocess.Popen(
            ["bash", "--norc"],
            env={**environment, "COLUMNS": "200"},
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> "ReaderShell":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bash.kill()
        self._bash.wait()
        _pipe(self._bash.stdin).close()
        _pipe(self._bash.stdout).close()

    def run(self, command: str) -> tuple[int, str]:
        """Exit status and everything printed, in the page's words."""
        command = _PORT.sub(self._port, command.replace(".venv/bin/leadhand", "leadhand"))
        stdin, stdout = _pipe(self._bash.stdin), _pipe(self._bash.stdout)
        stdin.write(f"{{ {command}\n}} </dev/null\nstatus=$?; echo; echo '{_END}' $status\n")
        stdin.flush()
        watchdog = Timer(COMMAND_TIMEOUT_S, self._bash.kill)
        watchdog.start()
        try:
            printed = ""
            for line in stdout:
                if line.startswith(_END):
                    return int(line.removeprefix(_END)), self._in_the_pages_words(printed[:-1])
                printed += line
        finally:
            watchdog.cancel()
        raise AssertionError(f"the shell ended in: {command}\n{printed}")

    def _in_the_pages_words(self, printed: str) -> str:
        """Home folder and port as a reader has them."""
        in_home = printed.replace(self._home, "/home/you/.leadhand")
        return re.sub(rf"\b{self._port}\b", "8000", in_home)


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
