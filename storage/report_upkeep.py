"""Reports that are over for long: here they leave the database."""

from dataclasses import dataclass
from datetime import datetime

from leadhand.context import Principal
from storage.database import Database
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all
from storage.transactions import Connection

# Nobody's wish: the transaction of a shop needs a name all the same.
NOBODY = "leadhand-upkeep"
# Of each schedule, each alert, and of those that people asked for; of passed-over periods as many again.
KEPT = 400
# Deleted in one transaction.
AT_ONCE = 200

_SQL = named_queries("report_upkeep")


@dataclass(frozen=True, slots=True)
class _Shop:
    tenant_id: str


async def shops_with_some(
    connection: Connection, *, since: datetime, later_than: str, at_most: int
) -> tuple[str, ...]:
    """Of all shops after `later_than` those that may have reports to delete; their ids, in order."""
    params = {"since": since, "kept": KEPT, "later_than": later_than, "at_most": at_most}
    found = await fetch_all(connection, _SQL["shops"], params, _Shop)
    return tuple(shop.tenant_id for shop in found)


async def forget(database: Database, shop: str, *, since: datetime) -> int:
    """Delete a shop's reports that are older than `since` or beyond KEPT; how many there were.

    The last one of a schedule stays, whatever its age. No period of one that is deleted is ever begun again.

    Raises:
        DatabaseUnavailable, QueryTimeout: the rest is found again.
    """
    params = {"since": since, "kept": KEPT, "at_most": AT_ONCE}
    forgotten = 0
    while True:
        async with database.transaction(Principal(shop, NOBODY, frozenset())) as connection:
            found = await execute(connection, _SQL["forget"], params)
        forgotten += found
        if found < AT_ONCE:
            return forgotten
