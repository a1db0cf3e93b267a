"""What every process does in the background: makes coming partitions of the event log and the call trees and
drops old ones, removes quotes and quizzes that have expired, and deletes reports that are old."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from jobs.engine_database import engine_transaction
from leadhand.context import Principal
from leadhand.errors import DatabaseUnavailable, QueryTimeout
from storage import expired_holds, quizzes, report_upkeep, run_events, spans
from storage.database import Database
from storage.transactions import translated_errors

log = logging.getLogger(__name__)

# Partitions are made a week ahead.
PARTITIONS_EVERY_S = 6 * 3600.0
HOLDS_EVERY_S = 60.0
QUIZZES_EVERY_S = 3600.0
REPORTS_EVERY_S = 6 * 3600.0
RETRY_S = 60.0
# Looked at in one go; the next one sees the others.
SHOPS_AT_MOST = 100
PEOPLE_AT_MOST = 500

Work = Callable[[Database], Awaitable[None]]


@asynccontextmanager
async def keeping_up(database: Database, *, report_days: int) -> AsyncGenerator[None]:
    """Within the context; a database that is away is asked again. `report_days`: so long reports are kept."""
    leaving = asyncio.Event()
    tasks = [
        asyncio.create_task(_keep(work, database, every_s, leaving), name=name)
        for name, work, every_s in (
            ("partitions of the event log", _turn_partitions, PARTITIONS_EVERY_S),
            ("quotes that have expired", remove_expired_holds, HOLDS_EVERY_S),
            ("quizzes that are over", remove_expired_quizzes, QUIZZES_EVERY_S),
            ("reports that are old", partial(forget_old_reports, days=report_days), REPORTS_EVERY_S),
        )
    ]
    try:
        yield
    finally:
        # Not cancelled: a connection that is left in the midst of its statements keeps the pool from closing.
        leaving.set()
        await asyncio.gather(*tasks)


async def remove_expired_holds(database: Database) -> None:
    """In all shops.

    Raises:
        DatabaseUnavailable, QueryTimeout: the next time finds what this one did not.
    """
    with translated_errors():
        async with engine_transaction(database.pool) as connection:
            shops = await expired_holds.shops_with_some(connection, at_most=SHOPS_AT_MOST)
    for shop in shops:
        await expired_holds.remove(database, shop)


async def remove_expired_quizzes(database: Database) -> None:
    """Of all people in all shops.

    Raises:
        DatabaseUnavailable, QueryTimeout: the next time finds what this one did not.
    """
    with translated_errors():
        async with engine_transaction(database.pool) as connection:
            people = await quizzes.people_with_expired(connection, at_most=PEOPLE_AT_MOST)
    for person in people:
        async with database.transaction(Principal(person.tenant_id, person.user_id, frozenset())) as own:
            await quizzes.remove_expired(own)


async def forget_old_reports(database: Database, *, days: int) -> None:
    """Of all shops, one after the other.

    Raises:
        DatabaseUnavailable, QueryTimeout: the next time finds what this one did not.
    """
    since, later_than = datetime.now(UTC) - timedelta(days=days), ""
    while True:
        with translated_errors():
            async with engine_transaction(database.pool) as connection:
                shops = await report_upkeep.shops_with_some(
                    connection, since=since, later_than=later_than, at_most=SHOPS_AT_MOST
                )
        for shop in shops:
            await report_upkeep.forget(database, shop, since=since)
        if len(shops) < SHOPS_AT_MOST:
            return
        later_than = shops[-1]


async def _turn_partitions(database: Database) -> None:
    with translated_errors():
        async with engine_transaction(database.pool) as connection:
            await run_events.turn_partitions(connection)
            await spans.turn_partitions(connection)


async def _keep(work: Work, database: Database, every_s: float, leaving: asyncio.Event) -> None:
    while not leaving.is_set():
        pause_s = every_s
        try:
            await work(database)
        except (DatabaseUnavailable, QueryTimeout) as error:
            log.warning("the upkeep of the database waits: %s", error.code)
            pause_s = RETRY_S
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await leaving.wait()
