"""The installation's database, seen past the product: as Postgres' own superuser, over the same socket."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

import psycopg
from psycopg import sql

from leadhand.errors import JsonValue
from tests.acceptance.workspace import Workspace

SOCKET_FOLDER_LINE = 4


class ShopDatabase:
    """Plain SQL beside row level security, to plant, to count and to hold."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def socket_folder(self) -> str:
        """Where this installation's Postgres listens, by its own record."""
        record = self._workspace.data_dir / "postgres" / "postmaster.pid"
        return record.read_text().splitlines()[SOCKET_FOLDER_LINE]

    @contextmanager
    def connection(self) -> Generator[psycopg.Connection[tuple[object, ...]]]:
        """One transaction; committed at the end."""
        with psycopg.connect(host=self.socket_folder, user="postgres", dbname="leadhand") as connection:
            yield connection

    def run(self, statement: sql.SQL, *values: str | int) -> list[tuple[object, ...]]:
        with self.connection() as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def rows(self, table: str, shop: str | None = None) -> list[JsonValue]:
        """The rows of a table as JSON objects: those of one shop, or of all."""
        query = sql.SQL("select to_jsonb(t) from {} t where %s::text is null or tenant_id = %s")
        with self.connection() as connection:
            found = connection.execute(query.format(sql.Identifier(table)), (shop, shop)).fetchall()
        return [cast("JsonValue", row[0]) for row in found]

    def count(self, table: str, shop: str | None = None) -> int:
        return len(self.rows(table, shop))

    @contextmanager
    def holding_the_plan(self, shop: str) -> Generator[None]:
        """Within the block every tool of `shop` waits for the database."""
        self.run(
            sql.SQL("update tenant_settings set data_version = data_version + 1 where tenant_id = %s"), shop
        )
        with self.connection() as connection:
            connection.execute("lock table booking in access exclusive mode")
            yield
