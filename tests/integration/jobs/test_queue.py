"""A job joins the transaction of what it is about, and is told a shop and a row, nothing else."""

import asyncio
from collections.abc import Callable
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.pq import PipelineStatus
from psycopg.rows import TupleRow

from jobs.engine_database import engine_transaction
from jobs.queue import defer_once
from leadhand.context import Principal
from leadhand.settings import Settings
from storage.database import Database

Ask = Callable[..., list[TupleRow]]


def queued(rows: Ask, task: str) -> list[TupleRow]:
    return rows(
        "select status::text, args, lock = queueing_lock from jobs.procrastinate_jobs where task_name = %s",
        task,
    )


async def defer(database: Database, who: Principal, task: str, row: UUID, subject: str = "it") -> bool:
    async with database.transaction(who) as connection:
        return await defer_once(connection, task=task, row_id=row, subject=subject)


async def test_a_job_is_there_once_its_transaction_is(
    database: Database, two_shops: tuple[Principal, Principal], rows: Ask
) -> None:
    task, row = uuid4().hex, uuid4()
    async with database.transaction(two_shops[0]) as connection:
        assert await defer_once(connection, task=task, row_id=row, subject="it")
        assert queued(rows, task) == []
    assert queued(rows, task) == [("todo", {"tenant_id": two_shops[0].tenant_id, "row_id": str(row)}, True)]


async def test_of_a_transaction_that_is_rolled_back_no_job_is_left(
    database: Database, two_shops: tuple[Principal, Principal], rows: Ask
) -> None:
    task = uuid4().hex

    async def turn_that_fails() -> None:
        async with database.transaction(two_shops[0]) as connection:
            assert await defer_once(connection, task=task, row_id=uuid4(), subject="it")
            raise LookupError

    with pytest.raises(LookupError):
        await turn_that_fails()
    assert queued(rows, task) == []


async def test_one_job_a_subject_waits_whatever_is_asked(
    database: Database, two_shops: tuple[Principal, Principal], rows: Ask
) -> None:
    mine, theirs = two_shops
    task = uuid4().hex
    assert await defer(database, mine, task, uuid4())
    async with database.transaction(mine) as connection:
        assert not await defer_once(connection, task=task, row_id=uuid4(), subject="it")
        await connection.execute(b"select 1")  # the transaction goes on
    assert await defer(database, mine, task, uuid4(), "something else")
    assert await defer(database, theirs, task, uuid4()), "another shop's thread may have the same name"
    assert len(queued(rows, task)) == 3


async def test_a_queue_that_is_locked_neither_holds_up_nor_fails_the_transaction(
    database: Database,
    settings: Settings,
    two_shops: tuple[Principal, Principal],
    rows: Ask,
    caplog: pytest.LogCaptureFixture,
) -> None:
    task = uuid4().hex
    assert settings.migration_url is not None
    with psycopg.connect(settings.migration_url.get_secret_value()) as operator:
        operator.execute(b"lock table jobs.procrastinate_jobs in access exclusive mode")
        assert not await defer(database, two_shops[0], task, uuid4())
    assert "could not be queued (SQLSTATE 55P03)" in caplog.text
    assert queued(rows, task) == []


async def test_without_a_shop_nothing_can_be_queued(settings: Settings) -> None:
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        answer = connection.execute(
            b"select job_id, refusal from jobs.defer_once('q', 't', gen_random_uuid(), 's')"
        ).fetchone()
    assert answer == (None, "42501")


@pytest.mark.parametrize(
    "statement",
    [
        "update jobs.procrastinate_jobs set args = '{}'",
        "update jobs.procrastinate_jobs set task_name = 'x'",
        "update jobs.procrastinate_events set at = now()",
        "delete from jobs.procrastinate_events",
        "insert into jobs.procrastinate_jobs (id, queue_name, task_name) values (1, 'q', 't')",
        "insert into jobs.procrastinate_jobs (queue_name, task_name, status) values ('q', 't', 'failed')",
        "truncate jobs.procrastinate_jobs",
        "alter table jobs.procrastinate_jobs disable trigger all",
        "create table jobs.mine (id int)",
        "select public.hand_to_dispatch('jobs.defer_once(text, text, uuid, text)')",
        "set role leadhand_dispatch",
    ],
)
def test_the_runtime_role_cannot_change_what_a_job_is(settings: Settings, statement: str) -> None:
    assert settings.database_url is not None
    with (
        psycopg.connect(settings.database_url.get_secret_value()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


async def test_a_new_job_is_told_to_those_who_listen(
    database: Database, two_shops: tuple[Principal, Principal], settings: Settings
) -> None:
    assert settings.database_url is not None
    async with await psycopg.AsyncConnection.connect(
        settings.database_url.get_secret_value(), autocommit=True
    ) as listener:
        task = f"t{uuid4().hex}"
        await listener.execute(f'listen "procrastinate_queue_v1#{task}"'.encode())
        await defer(database, two_shops[0], task, uuid4())
        told = [notice.channel async for notice in listener.notifies(timeout=10, stop_after=1)]
    assert told == [f"procrastinate_queue_v1#{task}"]


async def test_work_of_the_engine_that_is_cancelled_at_any_moment_leaves_its_connection_fit_for_others(
    settings: Settings,
) -> None:
    async def look(database: Database) -> None:
        async with engine_transaction(database.pool) as connection:
            await (await connection.execute(b"select 1")).fetchone()

    async with Database.open(settings.model_copy(update={"database_pool_max": 1})) as database:
        for turns_of_the_loop in range(200):
            looking = asyncio.create_task(look(database))
            for _ in range(turns_of_the_loop):
                await asyncio.sleep(0)
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            async with database.pool.connection() as connection:
                assert connection.pgconn.pipeline_status == PipelineStatus.OFF, turns_of_the_loop
