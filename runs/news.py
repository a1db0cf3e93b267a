"""Tells readers of runs that live in other processes that there is more to read."""

import asyncio
import logging
import os
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection

from jobs.backoff import Backoff

log = logging.getLogger(__name__)

CHANNEL = "run_events"
# How often a silent connection is asked whether anybody is still there.
CHECK_S = 30.0


class RunNews:
    """One listening connection a process, beside the pool, made when somebody first reads along."""

    def __init__(self, listen_url: str) -> None:
        self._listen_url = listen_url
        self._readers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def about(self, run_id: str) -> AsyncGenerator[asyncio.Event]:
        """An event that is set when the run may have news. Look by the clock as well: some are missed."""
        news = asyncio.Event()
        self._readers[run_id].add(news)
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen(), name="news of runs")
        try:
            yield news
        finally:
            self._readers[run_id].discard(news)
            if not self._readers[run_id]:
                del self._readers[run_id]

    async def aclose(self) -> None:
        """Let go of the connection."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.wait([self._listener])

    async def _listen(self) -> None:
        backoff = Backoff()
        while True:
            try:
                name = f"leadhand follows {os.getpid()}"
                async with await AsyncConnection.connect(
                    self._listen_url, autocommit=True, connect_timeout=5, application_name=name
                ) as connection:
                    await connection.execute("listen run_events")
                    backoff.reset()
                    await self._pass_on(connection)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                log.warning("not told of other servers' runs, only looking for news: %s", error)
            await asyncio.sleep(backoff.next_s())

    async def _pass_on(self, connection: AsyncConnection) -> None:
        while True:
            async for notification in connection.notifies(timeout=CHECK_S):
                for news in self._readers.get(notification.payload, ()):
                    news.set()
            await connection.execute("select 1")
