"""Transactions of one round trip: all or nothing, of one tenant, and a pool that is none the worse."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio
from psycopg.types.json import Jsonb

from leadhand.context import Principal
from leadhand.errors import ContextMismatch, QueryTimeout
from leadhand.settings import Settings
from storage.database import Database
from storage.pipeline import Statement, takes_pipeline
from storage.round_trip import Outcome, one_trip

ADD = b"insert into thread (id, chat_id) values (gen_random_uuid(), $1)"
COUNT = b"select count(*)::int, max(chat_id) from thread where chat_id like $1"
WHO = b"select current_setting('app.tenant', true), current_setting('app.user', true)"


@pytest_asyncio.fixture(params=["in a pipeline", "step by step"])
async def narrow(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Database]:
    """A database with one connection, so that whatever a trip leaves behind meets the next one."""
    prepare = settings.database_prepare_threshold if request.param == "in a pipeline" else None
    changed = {"database_pool_max": 1, "database_prepare_threshold": prepare}
    async with Database.open(settings.model_copy(update=changed)) as database:
        async with database.pool.connection() as connection:
            assert takes_pipeline(connection) == (prepare is not None)
        yield database


async def count(database: Database, who: Principal, pattern: str) -> Outcome:
    return (await one_trip(database.pool, who, Statement(COUNT, (pattern,))))[0]


async def conflict_in_a_transaction(database: Database, who: Principal, *, read_before: int = 0) -> None:
    """`read_before`: how often something is read first; after some times psycopg itself prepares that."""
    async with database.transaction(who) as connection:
        for _ in range(read_before):
            await connection.execute(WHO)
        for _ in range(2):
            await connection.execute(b"insert into thread (id, chat_id) values (gen_random_uuid(), 'same')")


async def test_what_is_written_is_read_by_the_next_statement_and_the_next_trip(
    narrow: Database, two_shops: tuple[Principal, Principal]
) -> None:
    planner = two_shops[0]
    written, read = await one_trip(narrow.pool, planner, Statement(ADD, ("one",)), Statement(COUNT, ("one",)))
    assert (written.touched, written.rows) == (1, ())
    assert read == await count(narrow, planner, "one") == Outcome([(1, "one")], 1)


async def test_one_failing_statement_takes_all_others_with_it_and_the_connection_goes_on(
    narrow: Database, two_shops: tuple[Principal, Principal]
) -> None:
    planner = two_shops[0]
    for _ in range(2):
        with pytest.raises(psycopg.errors.UniqueViolation):
            await one_trip(
                narrow.pool,
                planner,
                Statement(ADD, ("twice",)),
                Statement(ADD, ("twice",)),
                Statement(b"select $1::jsonb", (Jsonb({}),)),
            )
        assert (await count(narrow, planner, "twice")).rows == [(0, None)]
    after = await one_trip(narrow.pool, planner, Statement(b"select $1::jsonb", (Jsonb({"a": 1}),)))
    assert after[0].rows == [({"a": 1},)]


async def test_a_trip_after_a_rollback_finds_its_statements_again(
    narrow: Database, two_shops: tuple[Principal, Principal]
) -> None:
    """A rollback makes psycopg deallocate what the connection has prepared, ours included."""
    planner = two_shops[0]
    await one_trip(narrow.pool, planner, Statement(ADD, ("before",)))
    for _ in range(2):
        with pytest.raises(psycopg.errors.UniqueViolation):
            await conflict_in_a_transaction(narrow, planner)
    added, counted = await one_trip(
        narrow.pool, planner, Statement(ADD, ("after",)), Statement(COUNT, ("%e%",))
    )
    assert (added.touched, counted.rows) == (1, [(2, "before")])


async def test_a_transaction_of_another_kind_after_a_rollback_finds_its_statements_again(
    narrow: Database, two_shops: tuple[Principal, Principal]
) -> None:
    """How it begins is not among what was deallocated, and has begun when the next statement is missed."""
    planner = two_shops[0]
    with pytest.raises(psycopg.errors.UniqueViolation):
        await conflict_in_a_transaction(narrow, planner, read_before=10)
    async with narrow.transaction(planner, snapshot=True) as connection:
        read = await (await connection.execute(WHO)).fetchone()
    assert read == {"current_setting": planner.user_id}


async def test_a_statement_that_cannot_be_sent_costs_nothing(
    narrow: Database, two_shops: tuple[Principal, Principal]
) -> None:
    with pytest.raises(psycopg.Error):
        await one_trip(narrow.pool, two_shops[0], Statement(ADD, ("no\0text",)))
    assert (await count(narrow, two_shops[0], "no%")).rows == [(0, None)]


async def test_shops_that_share_a_connection_see_only_their_own_rows(
    narrow: Database, two_shops: tuple[Principal, Principal]
) -> None:
    async def add_and_look(who: Principal) -> None:
        found = await one_trip(
            narrow.pool, who, Statement(ADD, (f"of {who.tenant_id}",)), Statement(COUNT, ("of %",))
        )
        assert found[1].rows == [(1, f"of {who.tenant_id}")]

    await asyncio.gather(*(add_and_look(who) for who in two_shops))


async def test_nothing_of_the_tenant_outlives_the_trip(
    narrow: Database, two_shops: tuple[Principal, Principal]
) -> None:
    within = await one_trip(narrow.pool, two_shops[0], Statement(WHO))
    assert within[0].rows == [(two_shops[0].tenant_id, two_shops[0].user_id)]
    async with narrow.pool.connection() as connection:
        left = await (await connection.execute(WHO)).fetchone()
    assert left is not None
    assert not any(left.values())


async def test_a_trip_that_is_given_up_changes_nothing_and_frees_its_connection(
    narrow: Database, two_shops: tuple[Principal, Principal]
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await one_trip(
                narrow.pool,
                two_shops[0],
                Statement(ADD, ("slow",)),
                Statement(b"select pg_sleep(20)::text"),
            )
    assert (await count(narrow, two_shops[0], "slow")).rows == [(0, None)]


async def test_a_statement_that_takes_too_long_is_a_coded_error(
    narrow: Database, two_shops: tuple[Principal, Principal]
) -> None:
    hasty = Statement(b"select set_config('statement_timeout', '10', true)")
    with pytest.raises(QueryTimeout):
        await one_trip(narrow.pool, two_shops[0], hasty, Statement(b"select pg_sleep(20)::text"))


async def test_nobody_has_no_transaction(narrow: Database) -> None:
    with pytest.raises(ContextMismatch):
        await one_trip(narrow.pool, Principal("acme", "", frozenset()), Statement(WHO))
