"""Waiting until somebody waits for a lock."""

from leadhand.context import Principal
from storage.database import Database


async def somebody_waits(database: Database, planner: Principal) -> None:
    """Return when a statement waits for a lock."""
    waiting = b"select exists (select from pg_locks where not granted) as waiting"
    async with database.transaction(planner) as connection:
        while await (await connection.execute(waiting)).fetchone() != {"waiting": True}:
            pass
