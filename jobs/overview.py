"""How the queue stands, for whoever operates the service."""

from dataclasses import dataclass

from jobs.engine import Rhythm
from jobs.engine_database import engine_transaction
from storage.database import Database
from storage.named_queries import named_queries
from storage.rows import fetch_one
from storage.transactions import translated_errors

_SQL = named_queries("jobs")


@dataclass(frozen=True, slots=True)
class Overview:
    """Jobs of all shops. `overdue_s`: since when the oldest could have been taken; `workers` are alive."""

    waiting: int
    running: int
    failed: int
    overdue_s: float
    workers: int


async def overview(database: Database) -> Overview:
    """Raises DatabaseUnavailable."""
    with translated_errors():
        async with engine_transaction(database.pool) as connection:
            params = {"stalled_after_s": Rhythm().stalled_after_s}
            found = await fetch_one(connection, _SQL["overview"], params, Overview)
    assert found is not None, "one row always"  # noqa: S101
    return found
