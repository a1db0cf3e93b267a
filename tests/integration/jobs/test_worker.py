"""Jobs are run once, go on after any death, and end as failed when nothing helps."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from jobs.task import JobRow, Task, Tick
from jobs.upkeep import release_stalled
from jobs.worker import Worker, WorkerState
from leadhand.context import Principal
from leadhand.errors import ModelRejected, ModelUnavailable
from leadhand.settings import Settings
from storage.database import Database
from tests.integration.jobs.conftest import QUICK, eventually, working
from tests.integration.jobs.test_queue import Ask, defer, queued

REPOSITORY = Path(__file__).parents[3]


@pytest_asyncio.fixture
async def shop(two_shops: tuple[Principal, Principal]) -> Principal:
    return two_shops[0]


def a_task(run: Callable[[JobRow], Awaitable[None]], max_attempts: int = 3) -> Task:
    return Task(f"t{uuid4().hex}", run, max_attempts=max_attempts, first_retry_s=0.05)


async def test_two_workers_run_each_job_once(database: Database, shop: Principal, rows: Ask) -> None:
    ran: list[UUID] = []

    async def note(row: JobRow) -> None:
        assert row.tenant_id == shop.tenant_id
        ran.append(row.row_id)

    task = a_task(note)
    wanted = [uuid4() for _ in range(12)]
    async with working(database, task), working(database, task):
        for row in wanted:
            assert await defer(database, shop, task.name, row, str(row))
        await eventually(lambda: queued(rows, task.name) == [])
    assert sorted(ran) == sorted(wanted)


async def test_two_jobs_about_the_same_never_run_at_once(database: Database, shop: Principal) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()
    running: list[UUID] = []

    async def slow(row: JobRow) -> None:
        running.append(row.row_id)
        began.set()
        await go_on.wait()

    task = a_task(slow)
    async with working(database, task), working(database, task):
        await defer(database, shop, task.name, uuid4())
        await began.wait()
        assert await defer(database, shop, task.name, uuid4()), "the first one no longer waits"
        await defer(database, shop, task.name, uuid4(), "another")
        await eventually(lambda: len(running) == 2)
        assert len(running) == 2
        go_on.set()
        await eventually(lambda: len(running) == 3)


async def test_a_job_that_may_succeed_later_is_tried_again(
    database: Database, shop: Principal, rows: Ask
) -> None:
    tries: list[int] = []

    async def second_time_lucky(row: JobRow) -> None:
        tries.append(len(tries))
        if len(tries) == 1:
            raise ModelUnavailable("The model is away.")

    task = a_task(second_time_lucky)
    async with working(database, task):
        await defer(database, shop, task.name, uuid4())
        await eventually(lambda: queued(rows, task.name) == [])
    assert tries == [0, 1]


async def test_a_job_that_fails_while_another_about_the_same_waits_makes_way_for_it(
    database: Database, shop: Principal, rows: Ask
) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()
    first, second = uuid4(), uuid4()
    ran: list[UUID] = []

    async def fails_at_first(row: JobRow) -> None:
        ran.append(row.row_id)
        if row.row_id == first:
            began.set()
            await go_on.wait()
            raise ModelUnavailable("The model is away.")

    task = a_task(fails_at_first)
    async with working(database, task) as worker:
        await defer(database, shop, task.name, first)
        await began.wait()
        assert await defer(database, shop, task.name, second)
        go_on.set()
        await eventually(lambda: queued(rows, task.name) == [])
        assert worker.state is WorkerState.RUNNING
    assert ran == [first, second]


async def test_a_pool_that_is_busy_for_a_while_ends_no_worker(
    database: Database, shop: Principal, rows: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    async def quick(row: JobRow) -> None:
        pass

    task = a_task(quick)
    database.pool.timeout = 0.2
    async with working(database, task) as worker:
        await eventually(lambda: worker.state is WorkerState.RUNNING)
        await defer(database, shop, task.name, uuid4())
        async with AsyncExitStack() as busy:
            for _ in range(database.pool.max_size):
                await busy.enter_async_context(database.pool.connection(timeout=30))
            await eventually(lambda: "couldn't get a connection" in caplog.text)
        await eventually(lambda: queued(rows, task.name) == [])
    assert "starts again" not in caplog.text


@pytest.mark.parametrize(
    ("error", "attempts"),
    [(ModelUnavailable("canary"), 3), (ModelRejected("canary"), 1), (ValueError("canary"), 3)],
)
async def test_a_job_that_nothing_helps_ends_as_failed_with_one_error_line(
    *,
    database: Database,
    shop: Principal,
    rows: Ask,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    attempts: int,
) -> None:
    async def hopeless(row: JobRow) -> None:
        raise error

    task = a_task(hopeless)
    async with working(database, task):
        await defer(database, shop, task.name, uuid4())
        await eventually(lambda: [row[0] for row in queued(rows, task.name)] == ["failed"])
    found = rows(
        "select j.attempts, array_agg(e.type::text order by e.id) from jobs.procrastinate_jobs j"
        " join jobs.procrastinate_events e on e.job_id = j.id where task_name = %s group by j.id",
        task.name,
    )
    assert found[0][0] == attempts
    assert found[0][1][-1] == "failed"
    errors = [line for line in caplog.records if line.levelname == "ERROR" and task.name in line.getMessage()]
    assert len(errors) == 1
    assert "failed for good" in errors[0].getMessage()
    assert "canary" not in errors[0].getMessage()


async def test_a_tick_that_fails_says_so_and_comes_up_again(
    database: Database, rows: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails() -> None:
        raise RuntimeError("of the tick")

    ticks = [Tick("a_tick", 1, fails)]
    worker = Worker(database, [], listen_url=None, concurrency=1, ticks=ticks, rhythm=QUICK)
    running = asyncio.create_task(worker.run())
    try:
        await eventually(lambda: len(lines_of(caplog)) >= 2)
    finally:
        worker.stop()
        await running
    assert {(line.getMessage(), line.exc_info is not None) for line in lines_of(caplog)} == {
        ("a_tick failed, and comes up again", True)
    }
    assert rows("select from jobs.procrastinate_jobs where task_name = 'a_tick' and status = 'failed'") == []


def lines_of(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [line for line in caplog.records if line.levelno == logging.ERROR]


async def test_a_worker_leaves_jobs_alone_that_it_does_not_know(
    database: Database, shop: Principal, rows: Ask
) -> None:
    done = asyncio.Event()

    async def known(row: JobRow) -> None:
        done.set()

    task = a_task(known)
    unknown = f"t{uuid4().hex}"
    async with working(database, task):
        await defer(database, shop, unknown, uuid4())
        await defer(database, shop, task.name, uuid4())
        await done.wait()
    assert [row[0] for row in queued(rows, unknown)] == ["todo"]


async def test_the_job_of_a_killed_worker_goes_on_in_another(
    database: Database, settings: Settings, shop: Principal, rows: Ask, tmp_path: Path
) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()
    ran: list[UUID] = []

    async def finishes(row: JobRow) -> None:
        ran.append(row.row_id)
        began.set()
        await go_on.wait()

    task, row = a_task(finishes), uuid4()
    assert settings.database_url is not None
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.jobs.endless_worker",
        settings.database_url.get_secret_value(), task.name, str(tmp_path),
        stdout=asyncio.subprocess.PIPE, cwd=REPOSITORY,
    )  # fmt: skip
    try:
        await defer(database, shop, task.name, row)
        assert process.stdout is not None
        assert (await process.stdout.readline()).decode().strip() == str(row)
        assert [job[0] for job in queued(rows, task.name)] == ["doing"]
    finally:
        process.kill()
        status = await process.wait()
    assert status == -9, "it was killed in the middle of its job, not after it"
    assert [job[0] for job in queued(rows, task.name)] == ["doing"]

    async with working(database, task):
        await began.wait()
        assert ran == [row]
        assert rows(
            "select attempts, status::text from jobs.procrastinate_jobs where task_name = %s", task.name
        ) == [(1, "doing")]
        go_on.set()
        await eventually(lambda: queued(rows, task.name) == [])


@pytest.mark.parametrize(("attempts", "ends_as"), [(3, "todo"), (4, "failed")])
async def test_a_job_that_its_workers_die_of_fails_in_the_end(
    *,
    database: Database,
    shop: Principal,
    rows: Ask,
    caplog: pytest.LogCaptureFixture,
    attempts: int,
    ends_as: str,
) -> None:
    task = f"t{uuid4().hex}"
    await defer(database, shop, task, uuid4())
    rows(
        "update jobs.procrastinate_jobs set status = 'doing', attempts = %s where task_name = %s"
        " returning id",
        attempts,
        task,
    )
    await release_stalled(database, stalled_after_s=30)
    assert [row[0] for row in queued(rows, task)] == [ends_as]
    assert ("failed for good" in caplog.text) == (ends_as == "failed")


async def test_a_job_of_a_dead_worker_is_dropped_when_it_is_queued_anew(
    database: Database, shop: Principal, rows: Ask
) -> None:
    task, again = f"t{uuid4().hex}", uuid4()
    await defer(database, shop, task, uuid4())
    rows("update jobs.procrastinate_jobs set status = 'doing' where task_name = %s returning id", task)
    assert await defer(database, shop, task, again)
    await release_stalled(database, stalled_after_s=30)
    assert [(row[0], row[1]["row_id"]) for row in queued(rows, task)] == [("todo", str(again))]


async def test_a_living_workers_job_is_never_taken_from_it(
    database: Database, shop: Principal, rows: Ask
) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slow(row: JobRow) -> None:
        began.set()
        await go_on.wait()

    task = a_task(slow)
    async with working(database, task):
        await defer(database, shop, task.name, uuid4())
        await began.wait()
        assert await release_stalled(database, stalled_after_s=2.0) == ()
        go_on.set()
        await eventually(lambda: queued(rows, task.name) == [])


async def test_what_a_stopping_worker_cannot_finish_goes_on_in_another(
    database: Database, shop: Principal, rows: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.engine.GRACE_S", 0.1)
    began = asyncio.Event()
    runs: list[UUID] = []

    async def slow_once(row: JobRow) -> None:
        runs.append(row.row_id)
        if len(runs) == 1:
            began.set()
            await asyncio.Event().wait()

    task = a_task(slow_once)
    async with working(database, task):
        await defer(database, shop, task.name, uuid4())
        await began.wait()
    assert [row[0] for row in queued(rows, task.name)] == ["todo"]
    async with working(database, task):
        await eventually(lambda: queued(rows, task.name) == [])
    assert len(runs) == 2


async def test_a_stopping_worker_lets_its_jobs_finish(database: Database, shop: Principal, rows: Ask) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slow(row: JobRow) -> None:
        began.set()
        await go_on.wait()

    task = a_task(slow)
    async with AsyncExitStack() as stack:
        worker = await stack.enter_async_context(working(database, task))
        await defer(database, shop, task.name, uuid4())
        await began.wait()
        worker.stop()
        go_on.set()
    assert worker.state is WorkerState.STOPPED
    assert queued(rows, task.name) == []


async def test_without_notifications_jobs_are_found_all_the_same(
    database: Database, shop: Principal, rows: Ask
) -> None:
    done: list[UUID] = []

    async def quick(row: JobRow) -> None:
        done.append(row.row_id)

    task, row_id = a_task(quick), uuid4()
    nowhere = "postgresql://leadhand_app@127.0.0.1:1/leadhand"
    async with working(database, task, listen_url=nowhere):
        await defer(database, shop, task.name, row_id)
        await eventually(lambda: queued(rows, task.name) == [])
    assert done == [row_id]
