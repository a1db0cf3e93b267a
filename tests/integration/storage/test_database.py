"""The pool of a process: refuses what is unsafe, never mixes tenants, survives a restart of the server."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from leadhand.context import Principal
from leadhand.errors import (
    DatabaseUnavailable,
    InvalidSetting,
    QueryTimeout,
    SchemaOutdated,
    UnsafeDatabaseRole,
)
from leadhand.settings import Settings
from planning.shop import ShopSettings
from storage import cluster as clusters
from storage import database as database_module
from storage import transactions
from storage.database import Database
from storage.embedded import EmbeddedServer, acquire, release, revive
from storage.migrate import head_version, migrate, migrate_database
from storage.tenants import read_tenant, upsert_tenant_settings

SUPERUSER = "postgres"


def at(url: str, settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(url), **changes})


async def refused(settings: Settings) -> str:
    with pytest.raises(UnsafeDatabaseRole) as error:
        async with Database.open(settings):
            pass
    return error.value.message


async def test_a_superuser_is_refused(server: EmbeddedServer, settings: Settings) -> None:
    message = await refused(at(server.url(SUPERUSER, "leadhand"), settings))
    assert "postgres is a superuser" in message


async def test_the_owner_of_the_tables_is_refused(server: EmbeddedServer, settings: Settings) -> None:
    assert "leadhand_owner owns tables" in await refused(at(server.owner_url, settings))


@pytest_asyncio.fixture
async def role(server: EmbeddedServer) -> AsyncGenerator[str]:
    """A new login role with no rights but those of the runtime role."""
    name = f"role_{uuid4().hex[:12]}"
    with psycopg.connect(server.url(SUPERUSER, "leadhand"), autocommit=True) as connection:
        connection.execute(f"create role {name} login in role leadhand_app".encode())
        yield name
        connection.execute(f"drop role {name}".encode())


async def test_a_role_that_may_bypass_row_level_security_is_refused(
    server: EmbeddedServer, settings: Settings, role: str
) -> None:
    with psycopg.connect(server.url(SUPERUSER, "leadhand"), autocommit=True) as connection:
        connection.execute(f"alter role {role} bypassrls".encode())
    assert "may bypass row level security" in await refused(at(server.url(role, "leadhand"), settings))


async def test_a_role_that_can_become_the_owner_is_refused(
    server: EmbeddedServer, settings: Settings, role: str
) -> None:
    with psycopg.connect(server.url(SUPERUSER, "leadhand"), autocommit=True) as connection:
        connection.execute(f"grant leadhand_owner to {role}".encode())
    assert "owns tables" in await refused(at(server.url(role, "leadhand"), settings))


async def test_a_member_of_the_runtime_role_may_serve(
    server: EmbeddedServer, settings: Settings, role: str
) -> None:
    who = Principal("nobody", "nobody", frozenset())
    async with (
        Database.open(at(server.url(role, "leadhand"), settings)) as database,
        database.transaction(who) as connection,
    ):
        found = await (await connection.execute(b"select session_user as name")).fetchone()
    assert found == {"name": role}


@pytest_asyncio.fixture
async def empty_database(server: EmbeddedServer) -> AsyncGenerator[str]:
    """The name of a database without a schema."""
    name = f"empty_{uuid4().hex[:12]}"
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} owner leadhand_owner".encode())
        with psycopg.connect(server.url(SUPERUSER, name)) as inside:
            inside.execute(b"create extension vector")
        yield name
        connection.execute(f"drop database {name} with (force)".encode())


async def test_a_database_without_our_schema_says_what_to_run(
    server: EmbeddedServer, settings: Settings, empty_database: str
) -> None:
    with pytest.raises(SchemaOutdated, match="run `leadhand migrate`"):
        async with Database.open(at(server.url("leadhand_app", empty_database), settings)):
            pass


async def test_a_newer_schema_asks_for_a_newer_leadhand(
    server: EmbeddedServer, settings: Settings, empty_database: str
) -> None:
    owner = server.url("leadhand_owner", empty_database)
    migrate(owner)
    with psycopg.connect(owner) as connection:
        connection.execute(b"update alembic_version set version_num = '9999_from_the_future'")
    with pytest.raises(SchemaOutdated, match="update Leadhand"):
        async with Database.open(at(server.url("leadhand_app", empty_database), settings)):
            pass


async def test_a_server_of_ones_own_is_migrated_with_the_owners_url(
    server: EmbeddedServer, settings: Settings, empty_database: str
) -> None:
    own = at(
        server.url("leadhand_app", empty_database),
        settings,
        migration_url=SecretStr(server.url("leadhand_owner", empty_database)),
    )
    first, second = await migrate_database(own), await migrate_database(own)
    assert (first.before, first.after, second.before) == (None, head_version(), head_version())
    async with Database.open(own) as database:
        await database.ping()


async def test_migrating_a_server_of_ones_own_needs_the_owners_url(settings: Settings) -> None:
    with pytest.raises(InvalidSetting, match="LEADHAND_MIGRATION_URL"):
        await migrate_database(settings.model_copy(update={"migration_url": None}))


async def test_a_server_that_is_not_there_is_unavailable(settings: Settings, tmp_path: Path) -> None:
    nowhere = at(
        f"postgresql://leadhand_app@/leadhand?host={tmp_path}", settings, database_pool_timeout_s=0.2
    )
    with pytest.raises(DatabaseUnavailable):
        async with Database.open(nowhere):
            pass
    with pytest.raises(DatabaseUnavailable):
        await migrate_database(nowhere.model_copy(update={"migration_url": nowhere.database_url}))


async def test_a_statement_that_takes_too_long_is_told_from_a_database_that_is_away(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    with pytest.raises(QueryTimeout):
        await _within_20_ms(database, two_shops[0], "statement_timeout", "select pg_sleep(30)")
    await database.ping()


async def test_a_lock_that_somebody_else_holds_is_not_waited_for_without_end(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    lock: LiteralString = "select pg_advisory_xact_lock(4711)"
    async with database.transaction(two_shops[0]) as holder:
        await holder.execute(lock)
        with pytest.raises(QueryTimeout):
            await _within_20_ms(database, two_shops[1], "lock_timeout", lock)


async def _within_20_ms(
    database: Database, who: Principal, bound: LiteralString, statement: LiteralString
) -> None:
    async with database.transaction(who) as connection:
        await connection.execute(f"set local {bound} = 20")
        await connection.execute(statement)


async def test_no_tenant_of_another_transaction_is_ever_seen_on_a_small_pool(settings: Settings) -> None:
    async with Database.open(settings.model_copy(update={"database_pool_max": 2})) as database:

        async def seen(n: int) -> tuple[object, object]:
            who = Principal(f"shop-{n % 2}", f"user-{n % 3}", frozenset())
            async with database.transaction(who) as connection:
                query = b"select current_setting('app.tenant') as t, current_setting('app.user') as u"
                await connection.execute(b"select pg_sleep(0.001)")
                row = await (await connection.execute(query)).fetchone()
            assert row is not None
            return row["t"], row["u"]

        found = await asyncio.gather(*(seen(n) for n in range(60)))
    assert found == [(f"shop-{n % 2}", f"user-{n % 3}") for n in range(60)]


async def test_a_failed_transaction_leaves_nothing_behind(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who = two_shops[0]

    async def half_done() -> None:
        async with database.transaction(who) as connection:
            await connection.execute(b"update tenant_settings set name = 'half done'")
            await connection.execute(b"select 1/0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        await half_done()
    async with database.transaction(who) as connection:
        found = await read_tenant(connection, who.tenant_id)
    assert found is not None
    assert found.name == "Shop of planner-a"


async def test_what_is_urgent_does_not_wait_for_the_shops_other_transactions(settings: Settings) -> None:
    who = Principal("one", "user", frozenset())
    narrow = settings.model_copy(update={"database_pool_max": 4, "database_pool_timeout_s": 0.2})
    async with (
        Database.open(narrow) as database,
        database.transaction(who),
        database.transaction(who),
    ):
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction(who):
                pass
        async with database.transaction(who, urgent=True) as connection:
            found = await (
                await connection.execute(b"select current_setting('app.tenant') as shop")
            ).fetchone()
    assert found == {"shop": "one"}


async def test_a_pool_that_is_used_up_is_unavailable_and_then_free_again(settings: Settings) -> None:
    one, other = (Principal(shop, "user", frozenset()) for shop in ("one", "other"))
    tight = settings.model_copy(update={"database_pool_max": 2, "database_pool_timeout_s": 0.2})
    async with Database.open(tight) as database:
        async with database.transaction(one), database.transaction(other):
            with pytest.raises(DatabaseUnavailable):
                await database.ping()
        await database.ping()


async def test_a_snapshot_sees_one_state_and_cannot_write(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who = two_shops[0]
    async with database.transaction(who, snapshot=True) as reading:
        before = await read_tenant(reading, who.tenant_id)
        async with database.transaction(who) as writing:
            await upsert_tenant_settings(
                writing, tenant_id=who.tenant_id, settings=ShopSettings("Renamed", "America/Chicago")
            )
        assert await read_tenant(reading, who.tenant_id) == before
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        async with database.transaction(who, snapshot=True) as reading:
            await reading.execute(b"update tenant_settings set name = 'x'")


@pytest.mark.parametrize("threshold", [0, None])
async def test_statements_work_with_any_way_of_preparing_them(
    settings: Settings, two_shops: tuple[Principal, Principal], threshold: int | None
) -> None:
    async with Database.open(
        settings.model_copy(update={"database_prepare_threshold": threshold})
    ) as database:
        for _ in range(3):
            async with database.transaction(two_shops[0]) as connection:
                assert await read_tenant(connection, two_shops[0].tenant_id) is not None


async def until_it_answers(database: Database) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                async with database.transaction(Principal("shop", "user", frozenset())) as connection:
                    await connection.execute(b"select count(*) from machine")
            except DatabaseUnavailable:
                continue
            return


async def test_the_pool_heals_after_the_server_was_away(data_dir: Path) -> None:
    handle = await asyncio.to_thread(acquire, data_dir)
    own = at(handle.server.runtime_url, Settings(database_pool_timeout_s=0.5))
    async with Database.open(own) as database:
        await asyncio.to_thread(clusters.stop, handle.cluster)
        with pytest.raises(DatabaseUnavailable):
            await database.ping()
        await asyncio.to_thread(revive, handle)
        await until_it_answers(database)
    await asyncio.to_thread(release, handle)


def pid_in(pid_file: Path) -> int | None:
    """None while it is written anew."""
    lines = pid_file.read_text().splitlines() if pid_file.exists() else []
    return int(lines[0]) if lines else None


async def test_an_embedded_server_that_dies_is_started_again(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "WATCH_INTERVAL_S", 0.1)
    async with Database.open(Settings(data_dir=data_dir, database_pool_timeout_s=0.5)) as database:
        pid_file = data_dir / "postgres" / "postmaster.pid"
        killed = pid_in(pid_file)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        # What it had begun to answer it may still answer.
        async with asyncio.timeout(60):
            while pid_in(pid_file) in {None, killed}:  # noqa: ASYNC110 - nobody is told of it
                await asyncio.sleep(0.02)
        await until_it_answers(database)


async def test_a_statement_that_takes_too_long_is_given_up(
    database: Database, two_shops: tuple[Principal, Principal], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait_for_ever() -> None:
        async with database.transaction(two_shops[0]) as connection:
            await connection.execute(b"select pg_sleep(3600)")

    monkeypatch.setattr(transactions, "STATEMENT_TIMEOUT_MS", 50)
    with pytest.raises(DatabaseUnavailable):
        await wait_for_ever()


async def test_a_connection_lost_in_the_middle_is_unavailable(
    server: EmbeddedServer, settings: Settings, two_shops: tuple[Principal, Principal]
) -> None:
    async def cut_off(database: Database) -> None:
        async with database.transaction(two_shops[0]) as connection:
            row = await (await connection.execute(b"select pg_backend_pid() as pid")).fetchone()
            assert row is not None
            with psycopg.connect(server.url(SUPERUSER, "postgres")) as killer:
                killer.execute(b"select pg_terminate_backend(%s, 5000)", (row["pid"],))
            await connection.execute(b"select 1")

    async with Database.open(settings) as database:
        with pytest.raises(DatabaseUnavailable):
            await cut_off(database)
        await database.ping()


async def test_with_no_url_the_embedded_server_is_ready_to_use(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir)
    who = Principal("shop", "user", frozenset())
    async with Database.open(settings) as database, database.transaction(who) as connection:
        role = await (await connection.execute(b"select current_user::text as name")).fetchone()
    assert role == {"name": "leadhand_app"}


async def test_a_connection_cut_since_its_last_use_is_replaced_before_anyone_gets_it(
    server: EmbeddedServer, settings: Settings, two_shops: tuple[Principal, Principal]
) -> None:
    async with Database.open(settings) as database:

        async def backend() -> int:
            async with database.transaction(two_shops[0]) as connection:
                return connection.info.backend_pid

        only = await backend()
        assert await backend() == only
        with psycopg.connect(server.url(SUPERUSER, "leadhand"), autocommit=True) as superuser:
            superuser.execute(b"select pg_terminate_backend(%s, 5000)", (only,))
        assert await backend() != only
