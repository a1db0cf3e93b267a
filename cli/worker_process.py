"""The process of `leadhand worker`: signals, log, and a database that may be away."""

import asyncio
import logging
import signal
import sys

from cli.banner import worker_banner
from cli.border import debugging
from cli.terminal import out
from jobs.backoff import Backoff
from leadhand.errors import DatabaseUnavailable, SchemaOutdated
from leadhand.log_setup import configure_logging
from leadhand.settings import Settings
from reports.opening import open_desk
from reports.schedules.worker import running_reports

log = logging.getLogger(__name__)


async def run_worker(settings: Settings) -> None:
    """Work until a signal comes; a second one ends the process at once.

    Raises:
        InvalidSetting, UnsafeDatabaseRole: only a changed configuration can mend these.
    """
    configure_logging(settings, debug=debugging.get())
    stop = _asked_to_stop()
    backoff = Backoff()
    out().print(worker_banner(settings))
    while not stop.is_set():
        try:
            async with open_desk(settings, worker=True) as desk, running_reports(desk):
                log.info("ready")
                await stop.wait()
        except (DatabaseUnavailable, SchemaOutdated) as error:
            wait_s = backoff.next_s()
            log.warning("not ready: %s", error.message, extra={"code": error.code, "retry_in_s": wait_s})
            await _pause(stop, wait_s)


def _asked_to_stop() -> asyncio.Event:
    """Set by the first SIGTERM or Ctrl-C; the next one does what it does anywhere."""
    stop = asyncio.Event()
    if sys.platform == "win32":
        return stop
    loop = asyncio.get_running_loop()

    def on(which: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(which)

    for which in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(which, on, which)
    return stop


async def _pause(stop: asyncio.Event, wait_s: float) -> None:
    try:
        async with asyncio.timeout(wait_s):
            await stop.wait()
    except TimeoutError:
        return
