"""What every process does for the event log: days to come have their partition, days gone by are dropped."""

import asyncio
import logging

from jobs.engine_database import engine_transaction
from leadhand.errors import DatabaseUnavailable, QueryTimeout
from storage import run_events
from storage.database import Database
from storage.transactions import translated_errors

log = logging.getLogger(__name__)

# Partitions are made a week ahead.
INTERVAL_S = 6 * 3600.0
RETRY_S = 60.0


async def keep_partitions(database: Database) -> None:
    """For ever; a database that is away is asked again."""
    while True:
        try:
            with translated_errors():
                async with engine_transaction(database.pool) as connection:
                    await run_events.turn_partitions(connection)
            await asyncio.sleep(INTERVAL_S)
        except (DatabaseUnavailable, QueryTimeout) as error:
            log.warning("the partitions of the event log wait: %s", error.code)
            await asyncio.sleep(RETRY_S)
