"""Keeps the desk open: a server whose database is away starts anyway, says so, and heals by itself."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, TypeAlias

from leadhand.errors import DatabaseUnavailable, LeadhandError, SchemaOutdated, ServerStopping
from leadhand.settings import Settings
from runs.desk import Desk

logger = logging.getLogger(__name__)

FIRST_RETRY_S: Final = 0.5
LAST_RETRY_S: Final = 15.0
# A database that does not answer a one-row query within this time is not ready for a turn either.
PING_TIMEOUT_S: Final = 2.0

DeskOpener: TypeAlias = Callable[[Settings], AbstractAsyncContextManager[Desk]]
# These pass without a restart of this process: the database comes back, a migration runs.
_PASSING: Final = (DatabaseUnavailable, SchemaOutdated)


class DeskKeeper:
    """Opens the desk in a task of its own, which also closes it."""

    def __init__(
        self, settings: Settings, opener: DeskOpener, *, first_retry_s: float = FIRST_RETRY_S
    ) -> None:
        self._settings = settings
        self._opener = opener
        self._first_retry_s = first_retry_s
        self._desk: Desk | None = None
        self._reason: LeadhandError = DatabaseUnavailable("The server is still starting.")
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def desk(self) -> Desk:
        """Raises why there is none: DatabaseUnavailable, SchemaOutdated, ServerStopping."""
        if self._desk is None:
            raise self._reason
        return self._desk

    async def check_ready(self) -> None:
        """Raises what keeps this server from answering a turn now."""
        desk = self.desk
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                await desk.database.ping()
        except TimeoutError:
            raise DatabaseUnavailable("The database does not answer.") from None

    async def start(self) -> None:
        """Return after the first try. Raises what only a changed configuration can mend."""
        tried: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._keep(tried), name="desk keeper")
        await tried

    async def close(self) -> None:
        """Close the desk, which drains its runs."""
        self._stop.set()
        if self._task is not None:
            await self._task

    async def _keep(self, tried: "asyncio.Future[None]") -> None:
        wait_s = self._first_retry_s
        while not self._stop.is_set():
            try:
                await self._serve(tried)
            except _PASSING as error:
                self._reason = error
                logger.warning(
                    "not ready: %s", error.message, extra={"code": error.code, "retry_in_s": wait_s}
                )
            except (
                Exception
            ) as error:  # the worker's border: the first try decides the start, later ones wait
                if not tried.done():
                    tried.set_exception(error)
                    return
                self._reason = error if isinstance(error, LeadhandError) else self._reason
                logger.exception("the desk could not be opened", extra={"retry_in_s": wait_s})
            if not tried.done():
                tried.set_result(None)
            await self._pause(wait_s)
            wait_s = min(2 * wait_s, LAST_RETRY_S)

    async def _serve(self, tried: "asyncio.Future[None]") -> None:
        """Open the desk and keep it open until the server stops."""
        async with self._opener(self._settings) as desk:
            self._desk = desk
            logger.info("ready")
            if not tried.done():
                tried.set_result(None)
            try:
                await self._stop.wait()
            finally:
                self._desk = None
                self._reason = ServerStopping("The server is restarting. Please try again in a moment.")

    async def _pause(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._stop.wait()
        except TimeoutError:
            return
