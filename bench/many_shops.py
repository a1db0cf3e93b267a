"""Many small shops: one is made, and the others are copies of its rows."""

from datetime import date

from psycopg import sql

from bench.plan_store import write_plan
from leadhand.settings import Settings
from storage.demo.shop import make_demo
from storage.demo.sizes import DemoSize
from tests.acceptance.shop_database import ShopDatabase

FIRST = "shop-000"

# What a copy may not name: the database numbers machines and makes columns itself.
_COLUMNS = sql.SQL(
    "select table_name::text, string_agg(column_name, ' ') from information_schema.columns"
    " join information_schema.tables using (table_schema, table_name)"
    " where table_schema = 'public' and table_type = 'BASE TABLE' and is_generated = 'NEVER'"
    " and is_identity = 'NO' and column_name <> 'tenant_id' group by table_name"
    # Bookings carry the numbers of their machines.
    " having bool_or(table_name <> 'alembic_version') order by table_name = 'booking'"
)
_MACHINE_NO = sql.SQL("(select no from machine m where m.tenant_id = {shop} and m.id = machine_id)")


async def make_first(settings: Settings, *, today: date) -> None:
    """The small demo shop, in the installation of `settings`."""
    demo = make_demo(size=DemoSize.SMALL, seed=7, today=today, name="Bench")
    await write_plan(settings, FIRST, demo.shop)


def copy_first(database: ShopDatabase, *, shops: int) -> None:
    """Until there are as many, all of them alike: `shop-000`, `shop-001`, …"""
    with database.connection() as connection:
        # What the rows of the first one have passed need not be looked at again.
        connection.execute("set local session_replication_role = replica")
        for table, columns in connection.execute(_COLUMNS).fetchall():
            connection.execute(_copy(str(table), str(columns).split()), (shops - 1, FIRST))
    with database.connection() as connection:
        connection.execute("analyze")


def _copy(table: str, columns: list[str]) -> sql.Composed:
    shop = sql.SQL("'shop-' || lpad(n::text, 3, '0')")
    values = [
        _MACHINE_NO.format(shop=shop) if column == "machine_no" else sql.Identifier("t", column)
        for column in columns
    ]
    return sql.SQL(
        "insert into {table} (tenant_id, {columns}) select {shop}, {values}"
        " from {table} t, generate_series(1, %s) as n where t.tenant_id = %s"
    ).format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        shop=shop,
        values=sql.SQL(", ").join(values),
    )
