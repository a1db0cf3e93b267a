"""uvicorn, set up for Leadhand: one process, streaming answers, one log, clean ends."""

import logging
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, nullcontext
from types import FrameType

import uvicorn

from cli import collector
from cli.banner import banner
from cli.border import debugging
from cli.http_protocol import ConnectionBounds, bounded_protocol
from cli.listening import allow_open_files
from cli.terminal import out
from leadhand import metrics
from leadhand.errors import InternalFault, LeadhandError
from leadhand.log_setup import configure_logging
from leadhand.settings import Settings
from reports.opening import open_desk
from reports.schedules.worker import running_reports
from runs.desk import Desk
from server.app import create_app
from server.pool_figures import showing_pool

# Running answers get this long after the signal; then their readers are cut off and the desk is closed.
GRACEFUL_SHUTDOWN_S = 10
# Beside the connections of clients: the database's, the model's, logs.
OTHER_FILES = 500


class _Server(uvicorn.Server):
    """Says that it is there once it is."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:
            # How uvicorn gives up, without a word; our caller says why.
            self.should_exit = True
        if self.started:
            metrics.server_processes.set(1)
            self._announce()


def run_server(listener: socket.socket, settings: Settings, *, worker: bool = True) -> None:
    """Serve who comes to `listener`, and with `worker` run jobs, until a signal comes.

    Raises:
        InvalidSetting: no secret to check tokens with.
        LeadhandError: why the desk cannot be opened, where waiting would not help.
    """
    address: tuple[str, int] = listener.getsockname()[:2]
    serve_on(
        listener,
        settings,
        worker=worker,
        announce=lambda: out().print(banner(settings, *address, worker=worker)),
    )


def serve_on(
    address: socket.socket, settings: Settings, *, worker: bool, announce: Callable[[], None]
) -> None:
    """Serve who comes to `address`, a bound socket; it listens, and `announce` is called, once all is there.

    Raises:
        InvalidSetting: no secret to check tokens with.
        LeadhandError: why the desk cannot be opened, where waiting would not help.
    """
    faults: list[LeadhandError] = []

    @asynccontextmanager
    async def opener(settings: Settings) -> AsyncGenerator[Desk]:
        try:
            async with (
                open_desk(settings, worker=worker) as desk,
                showing_pool(desk.database),
                running_reports(desk) if worker else nullcontext(),
            ):
                yield desk
        except LeadhandError as error:
            faults.append(error)
            raise

    _set_up_log(settings, lambda: bool(faults))
    collector.look_seldom()
    allow_open_files(settings.max_connections + OTHER_FILES)
    config = uvicorn.Config(
        create_app(settings, opener=opener),
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http=bounded_protocol(ConnectionBounds.of(settings)),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
    )
    server = _Server(config, announce)
    # uvicorn raises the signal again once it has stopped; stopping was all that it asked for.
    signal.signal(signal.SIGTERM, _already_stopped)
    signal.signal(signal.SIGINT, _already_stopped)
    server.run(sockets=[address])
    if not server.started:
        raise faults[-1] if faults else InternalFault("The server could not start; its log says why.")


def _already_stopped(signum: int, frame: FrameType | None) -> None:
    del signum, frame


def _set_up_log(settings: Settings, explained: Callable[[], bool]) -> None:
    """`explained`: whether a failed start will end as a coded line, which makes its traceback noise."""

    def worth_reading(record: logging.LogRecord) -> bool:
        of_a_failed_start = record.getMessage().startswith(("Traceback", "Application startup failed"))
        return record.levelno >= logging.WARNING and not (of_a_failed_start and explained())

    configure_logging(settings, debug=debugging.get())
    logging.getLogger("uvicorn.error").addFilter(worth_reading)
