"""`leadhand serve --workers N`: keeps N server processes on one port, and ends them together.

Each of them is a whole server that listens at the address beside the others, so that the system gives each
its share of the connections, and none to one that has died or is not ready; all else that they share is the
database. The supervisor itself serves nothing. It holds a share in the embedded Postgres, so that Postgres
outlives them and is stopped after the last one.
"""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cli.border import FAULT_EXIT
from cli.restarts import MAX_EARLY_DEATHS, Restarts
from cli.server_process import ServerProcess
from leadhand.errors import DatabaseUnavailable, InternalFault
from leadhand.settings import Settings

log = logging.getLogger(__name__)

# A process takes 10 s for open streams and 5 for turns; past this it hangs, and others go on with its turns.
STOP_S: Final = 30.0
FIGURES_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


class RefusedToStartError(Exception):
    """The first process has said why, in a line of its own."""


class Supervisor:
    """`run` returns after a signal, once all processes have ended."""

    def __init__(
        self, *, options: Sequence[str], count: int, announce: Callable[[], None], figures: Path
    ) -> None:
        """`options`: of each process. `announce` is called when the first one serves.

        `figures`: the folder where all of them keep their figures.
        """
        self._options = options
        self._count = count
        self._announce = announce
        self._figures = figures
        self._processes: dict[int, ServerProcess] = {}
        self._first_serves = asyncio.Event()
        self._stop = asyncio.Event()
        self._failure: Exception | None = None

    async def run(self) -> None:
        """Raises:
        RefusedToStartError: the first process ended with a fault before any has served.
        InternalFault: a process died again and again, and no other serves.
        """
        async with asyncio.TaskGroup() as tasks:
            for place in range(self._count):
                tasks.create_task(self._keep(place), name=f"server process {place}")
        if self._failure is not None:
            raise self._failure

    async def _keep(self, place: int) -> None:
        restarts = Restarts()
        # The first one alone finds what keeps all of them from starting, and says it once.
        if place > 0 and not await self._until_first_serves():
            return
        while not self._stop.is_set():
            status, served_s = await self._life(place)
            if self._stop.is_set():
                return
            if status == FAULT_EXIT and not self._first_serves.is_set():
                self._end_with(RefusedToStartError())
                return
            others_serve = any(other.serves for other in self._processes.values())
            wait_s = restarts.wait_s(served_s, others_serve=others_serve)
            if wait_s is None:
                self._end_with(
                    InternalFault(
                        f"A server process ended {MAX_EARLY_DEATHS} times in a row soon after its start; "
                        "the log says why."
                    )
                )
                return
            log.error("a server process is started again", extra={"retry_in_s": wait_s})
            await self._pause(wait_s)

    async def _life(self, place: int) -> tuple[int | None, float]:
        """Of one process: its exit status (None: it could not be started), and how long it served."""
        try:
            process = await self._started(place)
        except OSError as error:
            log.error("a server process could not be started: %s", error.strerror)
            return None, 0.0
        status = await self._watched(process)
        if not self._stop.is_set():
            log.error("server process %d ended with status %d", process.pid, status)
        served_s = process.served_s
        self._forget_figures(process)
        return status, served_s

    async def _started(self, place: int) -> ServerProcess:
        environment = {**os.environ, FIGURES_VARIABLE: str(self._figures)}
        process = await ServerProcess.start(self._options, environment)
        self._processes[place] = process
        if self._stop.is_set():
            process.send(signal.SIGTERM)
        return process

    async def _watched(self, process: ServerProcess) -> int:
        """The exit status, once it has ended; killed when it does not end in time."""
        life = asyncio.create_task(self._served_and_ended(process))
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait((life, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await asyncio.wait((life,), timeout=STOP_S)
        if not life.done():
            log.error("server process %d did not stop in time", process.pid)
            process.send(signal.SIGKILL)
        return await life

    async def _served_and_ended(self, process: ServerProcess) -> int:
        if await process.until_serving() and not self._first_serves.is_set():
            self._announce()
            self._first_serves.set()
        return await process.ended()

    async def _until_first_serves(self) -> bool:
        """False when the server stops before any process serves."""
        waits = [asyncio.create_task(event.wait()) for event in (self._first_serves, self._stop)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return not self._stop.is_set()

    async def _pause(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._stop.wait()
        except TimeoutError:
            return

    def _forget_figures(self, process: ServerProcess) -> None:
        """What a dead process counted stays counted; how many it had open at the moment does not."""
        of_now = "gauge_live*" if process.served_s else "*"
        for file in self._figures.glob(f"{of_now}_{process.pid}.db"):
            file.unlink(missing_ok=True)

    def _end_with(self, failure: Exception) -> None:
        self._failure = failure
        self._end_all()

    def _end_all(self) -> None:
        self._stop.set()
        for process in self._processes.values():
            process.send(signal.SIGTERM)

    def listen_for_signals(self) -> None:
        """From now on they end `run`, also one that has not begun."""
        loop = asyncio.get_running_loop()
        for which in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(which, self._on_signal, which)

    def _on_signal(self, which: signal.Signals) -> None:
        """The first one ends all in peace; a second Ctrl-C is for the processes what it is for one alone."""
        if not self._stop.is_set():
            self._end_all()
        elif which is signal.SIGINT:
            for process in self._processes.values():
                process.send(which)


async def supervise(
    settings: Settings, *, options: Sequence[str], count: int, announce: Callable[[], None]
) -> None:
    """Serve with `count` processes until a signal comes; `options` are those of `cli.server_child`.

    Raises:
        InvalidSetting: the data directory cannot be used.
        RefusedToStartError, InternalFault: see `Supervisor.run`.
    """
    with TemporaryDirectory(prefix="leadhand-figures-") as figures:
        supervisor = Supervisor(options=options, count=count, announce=announce, figures=Path(figures))
        supervisor.listen_for_signals()
        async with _embedded_postgres(settings):
            await supervisor.run()


@asynccontextmanager
async def _embedded_postgres(settings: Settings) -> AsyncGenerator[None]:
    """A share in it, if it is the database; one that cannot be started is left to the processes to try."""
    if settings.database_url is not None:
        yield
        return
    from storage import embedded  # noqa: PLC0415 - needs POSIX locks, only here

    try:
        handle = await asyncio.to_thread(embedded.acquire, settings.data_dir)
    except DatabaseUnavailable as error:
        log.warning("not ready: %s", error.message, extra={"code": error.code})
        yield
        return
    try:
        yield
    finally:
        await asyncio.to_thread(embedded.release, handle)
