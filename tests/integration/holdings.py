"""What a shop has in each table, past row level security."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from storage.cluster import SUPERUSER
from storage.embedded import DATABASE, EmbeddedServer
from tests.integration.storage.catalog import tables


@dataclass(frozen=True, slots=True)
class Held:
    rows: int
    bytes: int


def holdings_of(server: EmbeddedServer, tenant_id: str) -> dict[str, Held]:
    """By the table's name."""
    held: dict[str, Held] = {}
    with psycopg.connect(server.url(SUPERUSER, DATABASE)) as connection:
        for table in tables(server):
            if table.has_tenant:
                counted = sql.SQL(
                    "select count(*), coalesce(sum(pg_column_size(t.*)), 0)::bigint"
                    " from {} t where tenant_id = %s"
                ).format(sql.Identifier(*table.name.split(".")))
                ((rows, size),) = connection.execute(counted, (tenant_id,)).fetchall()
                held[table.name] = Held(rows, size)
    return held
