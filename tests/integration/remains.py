"""What the whole database still holds of a word: every row of every table, past row level security."""

import psycopg
from psycopg import sql

from storage.cluster import SUPERUSER
from storage.embedded import DATABASE, EmbeddedServer
from tests.integration.storage.catalog import tables


def remains_of(server: EmbeddedServer, word: str) -> list[str]:
    """The tables with a row that has `word` in any column, as text or as bytes."""
    as_hex = word.encode().hex()
    with psycopg.connect(server.url(SUPERUSER, DATABASE)) as connection:
        return [
            table.name
            for table in tables(server)
            if connection.execute(
                sql.SQL(
                    "select from {} t where strpos(t::text, %s) > 0 or strpos(t::text, %s) > 0 limit 1"
                ).format(sql.Identifier(*table.name.split("."))),
                (word, as_hex),
            ).fetchone()
            is not None
        ]
