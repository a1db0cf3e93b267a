"""The job engine's way to Postgres: the process's own pool, its own schema, one connection that listens."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import psycopg
from procrastinate.connector import BaseAsyncConnector, Notify
from procrastinate.exceptions import ConnectorException, NoResult, UniqueViolation
from procrastinate.sync_psycopg_connector import wrap_exceptions
from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from psycopg_pool import PoolTimeout, TooManyRequests

from jobs.backoff import Backoff
from storage.named_queries import named_queries
from storage.pipeline import close_if_in_pipeline
from storage.transactions import Connection, Pool

# No statement of the engine takes this long; a database that went silent must not hold a worker for ever.
QUERY_TIMEOUT_S = 30.0
# Enough to outlast a restart of the database.
TRIES = 4
# How often a silent listener makes sure that somebody is still there to tell it something.
LISTEN_CHECK_S = 30.0

T = TypeVar("T")

_SQL = named_queries("jobs")
_log = logging.getLogger(__name__)


@asynccontextmanager
async def engine_transaction(pool: Pool) -> AsyncGenerator[Connection]:
    """A transaction on the engine's tables, of no shop: row level security shows it nothing of any."""
    async with pool.connection() as connection:
        try:
            async with connection.pipeline(), connection.transaction():
                await connection.execute(_SQL["begin_engine"])
                yield connection
        finally:
            close_if_in_pipeline(connection)


class EngineDatabase(BaseAsyncConnector):
    """What procrastinate runs its statements on.

    Its own connector would open a second pool, and set the schema for a whole session, which a pooler between
    us and Postgres would hand on to others.
    """

    def __init__(
        self, pool: Pool, *, listen_url: str, stopping: asyncio.Event, on_lost: Callable[[], None]
    ) -> None:
        """`on_lost`: told when it could not be recorded how a job ended. `stopping`: no time to try again."""
        self._pool = pool
        self._listen_url = listen_url
        self._stopping = stopping
        self._on_lost = on_lost

    async def open_async(self, pool: object = None) -> None:
        """Nothing to open: the pool is the process's."""

    async def close_async(self) -> None:
        """Nothing to close: the pool is the process's."""

    # The library passes its statements as text and their parameters and rows as open mappings.
    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        """Run what gives no rows: above all how a job ended, which is tried again while the database is away.

        A job whose end stays unrecorded would count as running for as long as this worker lives.
        """

        async def once() -> None:
            async with self._executed(query, arguments):
                pass

        try:
            try:
                await self._patiently(once, only_unsent=False)
            except UniqueViolation:
                _log.info("job %s is queued anew already, so it is not tried again", arguments["job_id"])
                await self._patiently(partial(self._drop, arguments["job_id"]), only_unsent=False)
        except ConnectorException as error:
            if isinstance(error.__cause__, psycopg.errors.RaiseException):
                _log.warning("a job went on elsewhere: %s", error.__cause__)
                return
            self._on_lost()
            raise

    async def execute_query_one_async(self, query: str, **arguments: Any) -> dict[str, Any]:
        rows = await self.execute_query_all_async(query, **arguments)
        if not rows:
            raise NoResult
        return rows[0]

    async def execute_query_all_async(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        """Run what gives rows, such as the next job: once it was sent, never a second time."""

        async def once() -> list[dict[str, Any]]:
            async with self._executed(query, arguments) as cursor:
                return await cursor.fetchall()

        return await self._patiently(once, only_unsent=True)

    async def _patiently(self, once: Callable[[], Awaitable[T]], *, only_unsent: bool) -> T:
        """Again while the database is away; `only_unsent`: only while the pool has no connection to give."""
        passing = (PoolTimeout, TooManyRequests) if only_unsent else (psycopg.OperationalError, TimeoutError)
        backoff = Backoff()
        for _ in range(TRIES - 1):
            try:
                return await once()
            except ConnectorException as error:
                if self._stopping.is_set() or not isinstance(error.__cause__, passing):
                    raise
                await asyncio.sleep(backoff.next_s())
        return await once()

    async def _drop(self, job_id: int) -> None:
        async with self._executed(_SQL["drop_job"].decode(), {"job_id": job_id}):
            pass

    @asynccontextmanager
    async def _executed(self, query: str, arguments: dict[str, Any]) -> AsyncGenerator[AsyncCursor[DictRow]]:
        params = {key: Jsonb(value) if isinstance(value, dict) else value for key, value in arguments.items()}
        try:
            with wrap_exceptions():
                async with (
                    asyncio.timeout(QUERY_TIMEOUT_S),
                    engine_transaction(self._pool) as connection,
                    connection.cursor() as cursor,
                ):
                    await cursor.execute(query.encode(), params)
                    yield cursor
        except TimeoutError as error:
            _log.warning("the database did not answer the job engine in time")
            raise ConnectorException("The database did not answer in time.") from error
        except ConnectorException as error:
            if isinstance(error.__cause__, psycopg.OperationalError):
                _log.warning("the database is away for the job engine: %s", error.__cause__)
            raise

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Tell of new jobs, for ever. A lost listener comes back; until then the worker looks for jobs."""
        backoff = Backoff()
        names = list(channels)
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._listen_url, autocommit=True, connect_timeout=5, application_name="leadhand listens"
                ) as connection:
                    for name in names:
                        await connection.execute(sql.SQL("listen {}").format(sql.Identifier(name)))
                    backoff.reset()
                    await _pass_on(connection, on_notification)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                _log.warning("not told of new jobs, only looking for them: %s", error)
            await asyncio.sleep(backoff.next_s())


async def _pass_on(connection: AsyncConnection, on_notification: Notify) -> None:
    while True:
        async for notification in connection.notifies(timeout=LISTEN_CHECK_S):
            await on_notification(channel=notification.channel, payload=notification.payload)
        await connection.execute("select 1")
