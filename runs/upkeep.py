"""What every process does for the event log and the call trees: makes coming partitions, drops old ones."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from jobs.engine_database import engine_transaction
from leadhand.errors import DatabaseUnavailable, QueryTimeout
from storage import run_events, spans
from storage.database import Database
from storage.transactions import translated_errors

log = logging.getLogger(__name__)

# Partitions are made a week ahead.
INTERVAL_S = 6 * 3600.0
RETRY_S = 60.0


@asynccontextmanager
async def keeping_partitions(database: Database) -> AsyncGenerator[None]:
    """Within the context; a database that is away is asked again."""
    leaving = asyncio.Event()
    task = asyncio.create_task(_keep(database, leaving), name="partitions of the event log")
    try:
        yield
    finally:
        # Not cancelled: a connection that is left in the midst of its statements keeps the pool from closing.
        leaving.set()
        await task


async def _keep(database: Database, leaving: asyncio.Event) -> None:
    while not leaving.is_set():
        pause_s = INTERVAL_S
        try:
            with translated_errors():
                async with engine_transaction(database.pool) as connection:
                    await run_events.turn_partitions(connection)
                    await spans.turn_partitions(connection)
        except (DatabaseUnavailable, QueryTimeout) as error:
            log.warning("the partitions of the event log wait: %s", error.code)
            pause_s = RETRY_S
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await leaving.wait()
