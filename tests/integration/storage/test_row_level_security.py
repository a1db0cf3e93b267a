"""What one shop or person can see and touch of another's, in every table there is."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from leadhand.context import Principal
from leadhand.errors import ContextMismatch
from storage.database import Database
from storage.embedded import EmbeddedServer
from tests.integration.storage.catalog import Table, ask, tables, views
from tests.integration.storage.filled import fill_every_table

# What the runtime role may do where no row belongs to a tenant. A new entry needs a reason.
MAY_BE_TOUCHED_BY_ALL = {("public.alembic_version", "SELECT")}  # is the schema up to date?
# The job engine: its rows hold the name of a job, a shop and the id of a row, and nothing of what is in it.
EXEMPT_SCHEMA = "jobs"


def rights_outside_tenants(server: EmbeddedServer) -> set[tuple[str, str]]:
    """(relation, right) of the runtime role for all that is not a table of tenants."""
    found = ask(
        server,
        f"""
        select format('%I.%I', n.nspname, c.relname), r.name
          from pg_class c join pg_namespace n on n.oid = c.relnamespace,
               unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER',
                            'USAGE']) as r (name)
         where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
           and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', '{EXEMPT_SCHEMA}')
           and not (c.relkind in ('r', 'p') and exists (
             select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id'))
           -- through such a view nobody sees more than in its tables
           and not (c.relkind = 'v' and r.name = 'SELECT'
                    and coalesce('security_invoker=true' = any (c.reloptions), false))
           and case when c.relkind = 'S'
                    then r.name in ('SELECT', 'UPDATE', 'USAGE')
                         and has_sequence_privilege('leadhand_app', c.oid, r.name)
                    else r.name <> 'USAGE' and has_table_privilege('leadhand_app', c.oid, r.name) end
        """,
    )
    return {(str(relation), str(right)) for relation, right in found}


@contextmanager
def acting(
    server: EmbeddedServer, tenant: str | None, user: str | None = "anybody"
) -> Generator[Connection[TupleRow]]:
    """A transaction of the runtime role with the settings given; None leaves them unset."""
    with psycopg.connect(server.runtime_url) as connection:
        for name, value in (("app.tenant", tenant), ("app.user", user)):
            if value is not None:
                connection.execute(b"select set_config(%s, %s, true)", (name, value))
        yield connection
        connection.rollback()


def identifier(table: Table) -> sql.Identifier:
    return sql.Identifier(*table.name.split("."))


def of_tenants(server: EmbeddedServer, *, personal: bool | None = None) -> list[Table]:
    found = [t for t in tables(server) if t.has_tenant and (personal is None or t.personal == personal)]
    assert len(found) >= (8 if personal else 16)
    return found


def count(connection: Connection[TupleRow], table: Table) -> int:
    row = connection.execute(sql.SQL("select count(*) from {}").format(identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


def touched(connection: Connection[TupleRow], statement: sql.Composed) -> int | str:
    """How many rows a statement touched, or the name of the error that stopped it."""
    try:
        with connection.transaction():
            return connection.execute(statement).rowcount
    except psycopg.Error as error:
        return type(error).__name__


def attempts(connection: Connection[TupleRow], table: Table, tenant: str, user: str) -> dict[str, int | str]:
    """What comes of changing, deleting and making rows that belong to `tenant` and `user`."""
    where = sql.SQL("tenant_id = {}").format(tenant)
    columns = sql.SQL("tenant_id, user_id") if table.personal else sql.SQL("tenant_id")
    values = sql.SQL("{}, {}").format(tenant, user) if table.personal else sql.SQL("{}").format(tenant)
    return {
        verb: touched(
            connection, statement.format(table=identifier(table), where=where, columns=columns, values=values)
        )
        for verb, statement in {
            "update": sql.SQL("update {table} set tenant_id = tenant_id where {where}"),
            "delete": sql.SQL("delete from {table} where {where}"),
            "insert": sql.SQL("insert into {table} ({columns}) values ({values})"),
        }.items()
    }


REFUSED = {
    "update": {0, "InsufficientPrivilege"},
    "delete": {0, "InsufficientPrivilege"},
    "insert": {"InsufficientPrivilege"},
}


def assert_refused(outcome: dict[str, int | str], table: Table) -> None:
    assert all(outcome[verb] in allowed for verb, allowed in REFUSED.items()), (table.name, outcome)


async def test_a_shop_sees_all_of_its_own_tables_filled(
    database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal]
) -> None:
    """Without this the other tests could pass on empty tables."""
    mine, _ = two_shops
    await fill_every_table(database, mine)
    with acting(server, mine.tenant_id, mine.user_id) as connection:
        shown = [*of_tenants(server), *views(server)]
        assert [table.name for table in shown if count(connection, table) == 0] == []


@pytest.mark.parametrize("tenant", [None, ""])
@pytest.mark.parametrize("user", [None, "", "planner-a"])
async def test_without_a_shop_no_table_is_readable_or_writable(
    database: Database,
    server: EmbeddedServer,
    two_shops: tuple[Principal, Principal],
    tenant: str | None,
    user: str | None,
) -> None:
    other, _ = two_shops
    assert user in {None, "", other.user_id}
    await fill_every_table(database, other)
    for table in of_tenants(server):
        with acting(server, tenant, user) as connection:
            assert count(connection, table) == 0, table.name
            assert_refused(attempts(connection, table, other.tenant_id, other.user_id), table)
            assert_refused(attempts(connection, table, "", other.user_id), table)
    with acting(server, tenant, user) as connection:
        assert [view.name for view in views(server) if count(connection, view) != 0] == []


async def test_a_view_shows_nothing_of_another_shop(
    database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal]
) -> None:
    mine, theirs = two_shops
    await fill_every_table(database, theirs)
    with acting(server, mine.tenant_id, theirs.user_id) as connection:
        assert [view.name for view in views(server) if count(connection, view) != 0] == []


def test_what_is_of_no_tenant_is_closed_to_the_server_unless_it_is_on_the_list(
    server: EmbeddedServer,
) -> None:
    """Views, sequences and tables of every schema there is."""
    assert rights_outside_tenants(server) <= MAY_BE_TOUCHED_BY_ALL


@pytest.mark.parametrize("user", [None, ""])
async def test_without_a_person_no_personal_table_is_readable_or_writable(
    database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal], user: str | None
) -> None:
    other, _ = two_shops
    await fill_every_table(database, other)
    for table in of_tenants(server, personal=True):
        with acting(server, other.tenant_id, user) as connection:
            assert count(connection, table) == 0, table.name
            assert_refused(attempts(connection, table, other.tenant_id, other.user_id), table)
            assert_refused(attempts(connection, table, other.tenant_id, ""), table)


async def test_a_shop_can_neither_see_nor_touch_nor_make_rows_of_another(
    database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal]
) -> None:
    mine, theirs = two_shops
    for who in two_shops:
        await fill_every_table(database, who)
    for table in of_tenants(server):
        # Even with the other's user id: a person's name may be the same in two shops.
        with acting(server, mine.tenant_id, theirs.user_id) as connection:
            seen = connection.execute(
                sql.SQL("select count(*) from {} where tenant_id <> {}").format(
                    identifier(table), mine.tenant_id
                )
            ).fetchone()
            assert seen == (0,), table.name
            assert_refused(attempts(connection, table, theirs.tenant_id, theirs.user_id), table)


async def test_a_colleague_can_neither_see_nor_touch_nor_make_personal_rows(
    database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal]
) -> None:
    owner, _ = two_shops
    await fill_every_table(database, owner)
    for table in of_tenants(server, personal=True):
        with acting(server, owner.tenant_id, "colleague") as connection:
            assert count(connection, table) == 0, table.name
            assert_refused(attempts(connection, table, owner.tenant_id, owner.user_id), table)


async def test_a_colleague_sees_the_shops_plan(
    database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal]
) -> None:
    owner, _ = two_shops
    await fill_every_table(database, owner)
    with acting(server, owner.tenant_id, "colleague") as connection:
        assert all(count(connection, table) > 0 for table in of_tenants(server, personal=False))


async def test_rows_cannot_be_handed_to_another_shop(
    database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal]
) -> None:
    mine, theirs = two_shops
    await fill_every_table(database, mine)
    for table in of_tenants(server):
        with acting(server, mine.tenant_id, mine.user_id) as connection:
            move = sql.SQL("update {} set tenant_id = {}").format(identifier(table), theirs.tenant_id)
            assert touched(connection, move) == "InsufficientPrivilege", table.name


async def test_the_owner_of_the_tables_is_bound_too(
    database: Database, server: EmbeddedServer, two_shops: tuple[Principal, Principal]
) -> None:
    await fill_every_table(database, two_shops[0])
    with psycopg.connect(server.owner_url) as connection:
        assert [table.name for table in of_tenants(server) if count(connection, table) != 0] == []


async def test_a_transaction_needs_a_shop_and_a_person(database: Database) -> None:
    for nobody in (Principal("", "someone", frozenset()), Principal("shop", "", frozenset())):
        with pytest.raises(ContextMismatch):
            async with database.transaction(nobody):
                pass


async def test_a_pooled_connection_forgets_its_shop(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    ask_tenant = b"select current_setting('app.tenant', true) as tenant"
    async with database.transaction(two_shops[0]) as connection:
        inside = await (await connection.execute(ask_tenant)).fetchone()
    async with database.pool.connection() as connection:
        outside = await (await connection.execute(ask_tenant)).fetchone()
    assert inside == {"tenant": two_shops[0].tenant_id}
    assert outside in ({"tenant": ""}, {"tenant": None})
