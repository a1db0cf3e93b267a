"""A worker outlives a restart of Postgres, even one without a goodbye."""

import asyncio
import os
import signal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from jobs.task import JobRow, Task
from jobs.worker import WorkerState
from leadhand.context import Permission, Principal
from leadhand.errors import DatabaseUnavailable
from leadhand.settings import Settings
from storage import cluster as clusters
from storage.database import Database
from storage.embedded import acquire, release
from storage.migrate import migrate
from tests.integration.jobs.conftest import eventually, working
from tests.integration.jobs.test_queue import defer

HEALED_WITHIN_S = 30
PLANNER = Principal("shop", "planner", frozenset(Permission))


async def test_after_a_restart_of_postgres_the_worker_goes_on_within_half_a_minute(
    server_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    began, go_on, finished = asyncio.Event(), asyncio.Event(), asyncio.Event()
    ran: list[UUID] = []

    async def slow(row: JobRow) -> None:
        ran.append(row.row_id)
        if row.row_id == before:
            began.set()
            await go_on.wait()
        else:
            finished.set()

    task, before = Task("slow", slow), uuid4()
    data_dir = server_folder / f"restarted-{uuid4().hex[:8]}"
    handle = await asyncio.to_thread(acquire, data_dir)
    try:
        await asyncio.to_thread(migrate, handle.server.owner_url)
        settings = Settings(
            data_dir=data_dir, database_url=SecretStr(handle.server.runtime_url), database_pool_max=4
        )
        async with Database.open(settings) as database, working(database, task) as worker:
            await defer(database, PLANNER, task.name, before)
            await began.wait()

            postmaster = int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(postmaster, signal.SIGQUIT)  # what `pg_ctl stop -m immediate` sends
            await eventually(lambda: not clusters.is_running(handle.cluster))
            go_on.set()  # the job ends while nobody can be told
            await asyncio.to_thread(clusters.start, handle.cluster)

            async with asyncio.timeout(HEALED_WITHIN_S):
                await _deferred(database, task)
                await finished.wait()
                await eventually(lambda: worker.state is WorkerState.RUNNING)
                await eventually(lambda: _nothing_left(database))
            assert ran.count(before) in {1, 2}, "done, and perhaps done again: never lost, never stuck"
    finally:
        await asyncio.to_thread(release, handle)
    assert "Traceback" not in caplog.text


async def _deferred(database: Database, task: Task) -> None:
    """A pool gets over it by its next use or the one after."""
    for _ in range(5):
        try:
            await defer(database, PLANNER, task.name, uuid4(), "another")
        except DatabaseUnavailable:
            continue
        return


async def _nothing_left(database: Database) -> bool:
    async with database.pool.connection() as connection:
        left = await connection.execute(
            b"select count(*) as jobs from jobs.procrastinate_jobs where task_name = 'slow'"
        )
        row = await left.fetchone()
    return row == {"jobs": 0}
