"""A server process as its supervisor sees it: started, serving, ended."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence

# What a process says on its link once it serves.
SERVING = b"1"


class ServerProcess:
    """Made by `start`. `link` is our end of the socket that the process has the other end of."""

    def __init__(self, process: asyncio.subprocess.Process, link: socket.socket) -> None:
        self._process = process
        self._link = link
        self._serving_since: float | None = None

    @classmethod
    async def start(cls, options: Sequence[str], environment: Mapping[str, str]) -> "ServerProcess":
        """A new process, in a group of its own: Ctrl-C in a terminal reaches the supervisor alone.

        `options`: of `cli.server_child`, but for the link.
        """
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    # Nothing of the folder that the server is started in may be taken for our code.
                    *("-P", "-m", "cli.server_child"),
                    *("--link", str(theirs.fileno())),
                    *options,
                    stdin=asyncio.subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    env=environment,
                    process_group=0,
                )
        except BaseException:
            ours.close()
            raise
        return cls(process, ours)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def serves(self) -> bool:
        return self._serving_since is not None and self._process.returncode is None

    @property
    def served_s(self) -> float:
        """Seconds since it could answer; 0 if it never could."""
        return 0.0 if self._serving_since is None else time.monotonic() - self._serving_since

    async def until_serving(self) -> bool:
        """Whether it came so far; False once it has ended without."""
        try:
            said = await asyncio.get_running_loop().sock_recv(self._link, len(SERVING))
        except ConnectionError:
            said = b""
        if said == SERVING:
            self._serving_since = time.monotonic()
        return said == SERVING

    async def ended(self) -> int:
        """The exit status; negative: the signal that killed it."""
        status = await self._process.wait()
        self._link.close()
        return status

    def send(self, which: int) -> None:
        """A signal, if the process still lives."""
        if self._process.returncode is None:
            os.kill(self._process.pid, which)
