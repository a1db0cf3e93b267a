"""Quotes whose time is over: nobody reads them any more, and here they leave the plan's tables."""

from dataclasses import dataclass

from leadhand.context import Principal
from storage.database import Database
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all
from storage.transactions import Connection

# Nobody's wish: the transaction of a shop needs a name all the same.
NOBODY = "leadhand-upkeep"

_SQL = named_queries("expired_holds")


@dataclass(frozen=True, slots=True)
class _Shop:
    tenant_id: str


async def shops_with_some(connection: Connection, *, at_most: int) -> tuple[str, ...]:
    """Of all shops; their ids."""
    found = await fetch_all(connection, _SQL["shops"], {"at_most": at_most}, _Shop)
    return tuple(shop.tenant_id for shop in found)


async def remove(database: Database, shop: str) -> int:
    """Remove a shop's expired quotes with what they hold; how many there were.

    Raises:
        DatabaseUnavailable, QueryTimeout: they are found again.
    """
    async with database.transaction(Principal(shop, NOBODY, frozenset())) as connection:
        await execute(connection, _SQL["lock_plan"], {})
        await execute(connection, _SQL["free_capacity"], {})
        return await execute(connection, _SQL["forget"], {})
