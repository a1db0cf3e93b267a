"""What the database itself says about its tables; the tests of tenancy are generated from it."""

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row, tuple_row

from storage.embedded import EmbeddedServer


@dataclass(frozen=True, slots=True)
class Table:
    """A table outside Postgres' own schemas. `personal`: it has a user_id."""

    name: str  # schema-qualified
    has_tenant: bool
    personal: bool
    forced: bool
    enabled: bool
    partition: bool


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    table_name: str
    command: str
    roles: str
    using: str
    checked: str


def _connected(server: EmbeddedServer) -> psycopg.Connection:
    return psycopg.connect(server.owner_url)


def tables(server: EmbeddedServer, *, partitions: bool = False) -> list[Table]:
    """With `partitions` those of a table as well, which are reached through it alone."""
    with (
        psycopg.connect(server.owner_url) as connection,
        connection.cursor(row_factory=class_row(Table)) as cursor,
    ):
        found = cursor.execute(
            """
            select format('%I.%I', n.nspname, c.relname) as name, c.relispartition as partition,
                   exists (select from pg_attribute a
                            where a.attrelid = c.oid and a.attname = 'tenant_id') as has_tenant,
                   exists (select from pg_attribute a
                            where a.attrelid = c.oid and a.attname = 'user_id') as personal,
                   c.relforcerowsecurity as forced, c.relrowsecurity as enabled
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
             order by 1
            """
        ).fetchall()
    return [table for table in found if partitions or not table.partition]


def views(server: EmbeddedServer) -> list[Table]:
    """`forced`, `enabled`: it looks with the rights of who asks, so the policies of its tables hold."""
    with (
        psycopg.connect(server.owner_url) as connection,
        connection.cursor(row_factory=class_row(Table)) as cursor,
    ):
        return cursor.execute(
            """
            select format('%I.%I', n.nspname, c.relname) as name, false as partition,
                   exists (select from pg_attribute a
                            where a.attrelid = c.oid and a.attname = 'tenant_id') as has_tenant,
                   exists (select from pg_attribute a
                            where a.attrelid = c.oid and a.attname = 'user_id') as personal,
                   i.invoker as forced, i.invoker as enabled
              from pg_class c join pg_namespace n on n.oid = c.relnamespace,
                   lateral (select coalesce('security_invoker=true' = any (c.reloptions), false)
                           ) as i (invoker)
             where c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
             order by 1
            """
        ).fetchall()


def policies(server: EmbeddedServer) -> list[Policy]:
    with (
        psycopg.connect(server.owner_url) as connection,
        connection.cursor(row_factory=class_row(Policy)) as cursor,
    ):
        return cursor.execute(
            """
            select policyname as name, format('%I.%I', schemaname, tablename) as table_name, cmd as command,
                   roles::text as roles, coalesce(qual, '') as using, coalesce(with_check, '') as checked
              from pg_policies
            """
        ).fetchall()


def ask(server: EmbeddedServer, query: str) -> list[tuple[object, ...]]:
    """Rows of a catalog query."""
    with _connected(server) as connection, connection.cursor(row_factory=tuple_row) as cursor:
        return [tuple(row) for row in cursor.execute(query.encode()).fetchall()]
