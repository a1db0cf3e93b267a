"""Workers are killed in the midst of a report and Postgres is restarted: still each period once."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr

from leadhand.context import Permission, Principal
from leadhand.errors import DatabaseUnavailable
from leadhand.settings import Settings
from storage import cluster as clusters
from storage.database import Database
from storage.embedded import Handle, acquire, release
from storage.migrate import migrate
from storage.report_schedules import Recipient
from storage.shop_writer import write_shop
from tests.integration.jobs.conftest import DEADLINE_S, eventually
from tests.integration.reports.receivers import webhook
from tests.integration.reports.shelf import deliveries, kept, put_schedule
from tests.integration.storage.small_shop import small_shop

REPOSITORY = Path(__file__).parents[3]
PLANNER = Principal("shop", "planner", frozenset(Permission))
SIX = datetime(2026, 12, 7, 12, tzinfo=UTC)
PERIODS = 2


@asynccontextmanager
async def a_worker(url: str, folder: Path) -> AsyncGenerator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.reports.report_worker", url, str(folder),
        stdout=PIPE, cwd=REPOSITORY,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def one_that_makes(workers: list[Process]) -> Process:
    """The first of them to say that it makes a report."""

    async def says(process: Process) -> Process:
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"making"
        return process

    waiting = [asyncio.create_task(says(process)) for process in workers]
    done, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=DEADLINE_S)
    for other in others:
        other.cancel()
    await asyncio.wait(others)
    assert done, "nobody makes a report"
    return done.pop().result()


async def restart(handle: Handle, data_dir: Path) -> None:
    """Without a goodbye."""
    postmaster = int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGQUIT)
    await eventually(lambda: not clusters.is_running(handle.cluster))
    await asyncio.to_thread(clusters.start, handle.cluster)


async def is_delivered(database: Database, period: str) -> bool:
    try:
        for report in await kept(database, PLANNER):
            if report.period == period and report.status == "ready":
                sent = await deliveries(database, PLANNER, report.id)
                return {one.status for one in sent} == {"sent"}
    except DatabaseUnavailable:
        pass
    return False


async def test_three_workers_of_which_one_dies_each_time_make_and_deliver_each_period_once(
    server_folder: Path, tmp_path: Path
) -> None:
    data_dir = server_folder / f"lost-{uuid4().hex[:8]}"
    handle = await asyncio.to_thread(acquire, data_dir)
    url, hold, clock = handle.server.runtime_url, tmp_path / "hold", tmp_path / "clock"
    clock.write_text((SIX - timedelta(hours=1)).isoformat())
    try:
        await asyncio.to_thread(migrate, handle.server.owner_url)
        settings = Settings(data_dir=data_dir, database_url=SecretStr(url), database_pool_max=4)
        with webhook() as hook:
            async with (
                Database.open(settings) as database,
                a_worker(url, tmp_path) as one,
                a_worker(url, tmp_path) as two,
                a_worker(url, tmp_path) as three,
            ):
                async with database.transaction(PLANNER) as connection:
                    await write_shop(connection, tenant_id=PLANNER.tenant_id, shop=small_shop())
                secret = "a-secret-of-sixteen"
                await put_schedule(
                    database,
                    PLANNER,
                    next_at=SIX,
                    timezone="America/Chicago",
                    recipients=(Recipient("webhook", hook.url, secret),),
                )
                alive = [one, two, three]
                for day in range(PERIODS):
                    hold.touch()
                    clock.write_text((SIX + timedelta(days=day)).isoformat())
                    maker = await one_that_makes(alive)
                    maker.kill()
                    alive.remove(maker)
                    if day == 1:
                        await restart(handle, data_dir)
                    hold.unlink()
                    await eventually(lambda d=7 + day: is_delivered(database, f"2026-12-{d:02}T06:00"))
                made = await kept(database, PLANNER)
            assert [(report.period, report.status) for report in made] == [
                (f"2026-12-{7 + day:02}T06:00", "ready") for day in range(PERIODS)
            ]
            assert all(report.attempt >= 2 for report in made)
            assert len(hook.got) == len({got.headers["idempotency-key"] for got in hook.got}) == PERIODS
    finally:
        await asyncio.to_thread(release, handle)
