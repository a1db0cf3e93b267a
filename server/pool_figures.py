"""How the database pool stands, as figures for Prometheus."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from leadhand import metrics
from storage.database import Database

# Where several processes share their figures, whoever reads them at one must not see the others' of long ago.
INTERVAL_S: Final = 5.0


def show_pool(database: Database | None) -> None:
    """How the pool stands now; all zero while there is none."""
    stats = {} if database is None else database.pool.get_stats()
    size, idle = stats.get("pool_size", 0), stats.get("pool_available", 0)
    metrics.pool_connections.labels("in_use").set(size - idle)
    metrics.pool_connections.labels("idle").set(idle)
    metrics.pool_waiting.set(stats.get("requests_waiting", 0))


@asynccontextmanager
async def showing_pool(database: Database) -> AsyncGenerator[None]:
    """Keep it shown for other processes; alone, a look when the figures are asked for is enough."""
    if not metrics.SUMMED:
        yield
        return
    task = asyncio.create_task(_keep_shown(database), name="pool figures")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        show_pool(None)


async def _keep_shown(database: Database) -> None:
    while True:
        show_pool(database)
        await asyncio.sleep(INTERVAL_S)
