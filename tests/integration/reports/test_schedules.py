"""Each local period of a schedule has its report once, however many look at it and whatever dies."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from jobs.engine_database import engine_transaction
from jobs.task import JobRow, Tick
from jobs.worker import Worker
from leadhand.context import Permission, Principal
from leadhand.errors import DatabaseUnavailable
from planning.shop import Interval, Shop
from reports.options import ReportParts
from reports.report import Report
from reports.schedules.due import DueSchedules
from reports.schedules.making import MAX_ATTEMPTS, ReportMaker
from reports.schedules.queueing import DELIVER, MAKE, queue_delivery
from reports.ticker import TICK, Ticker
from storage import report_deliveries, report_schedules
from storage.database import Database
from storage.report_schedules import Recipient
from storage.reports import claim
from storage.shop_writer import write_shop
from storage.shops import ShopReader
from tests.integration.jobs.conftest import QUICK, eventually
from tests.integration.reports.shelf import content_of, kept, put_report, put_schedule
from tests.integration.storage.small_shop import small_shop
from tools.registry import ToolRegistry

Shops = tuple[Principal, Principal]
# Six in the morning of a winter's day in Chicago, where the shops are.
SIX = datetime(2026, 12, 7, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def at(database: Database, moment: datetime) -> DueSchedules:
    return DueSchedules(database, lambda: moment)


async def jobs_about(database: Database, report_id: UUID) -> int:
    """How many jobs wait for it."""
    async with engine_transaction(database.pool) as connection:
        found = await (
            await connection.execute(
                b"select count(*) as n from procrastinate_jobs where args->>'row_id' = %s", (str(report_id),)
            )
        ).fetchone()
    assert found is not None
    return int(found["n"])


async def test_tickers_that_look_at_once_begin_each_period_once(database: Database, two_shops: Shops) -> None:
    for who in two_shops:
        await put_schedule(database, who, next_at=SIX)
    for day in range(3):
        queued = await asyncio.gather(*(at(database, SIX + day * DAY).queue() for _ in range(5)))
        assert sum(queued) >= 2  # other tests' shops may have some due, too
    for who in two_shops:
        found = await kept(database, who)
        assert [one.period for one in found] == [f"2026-12-{day:02}T06:00" for day in (7, 8, 9)]
        assert {one.status for one in found} == {"queued"}
        assert [await jobs_about(database, one.id) for one in found] == [1, 1, 1]


async def test_a_clock_that_goes_back_begins_no_period_again(database: Database, two_shops: Shops) -> None:
    who, _ = two_shops
    schedule = await put_schedule(database, who, next_at=SIX)
    await at(database, SIX).queue()
    async with database.transaction(who) as connection:
        await report_schedules.move_on(connection, schedule_id=schedule.id, next_at=SIX)
    await at(database, SIX).queue()
    assert [one.period for one in await kept(database, who)] == ["2026-12-07T06:00"]


async def test_after_an_outage_the_latest_period_is_made_and_the_older_ones_are_noted_as_skipped(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    await put_schedule(database, who, next_at=SIX)
    await at(database, SIX + 3 * DAY + timedelta(hours=2)).queue()
    found = await kept(database, who)
    assert [(one.period, one.status) for one in found] == [
        ("2026-12-07T06:00", "skipped"),
        ("2026-12-08T06:00", "skipped"),
        ("2026-12-09T06:00", "skipped"),
        ("2026-12-10T06:00", "queued"),
    ]
    assert await jobs_about(database, found[0].id) == 0


async def test_a_schedule_that_cannot_be_read_keeps_no_other_waiting(
    database: Database, two_shops: Shops
) -> None:
    broken, sound = two_shops
    await put_schedule(database, broken, next_at=SIX - DAY, due="whenever")
    await put_schedule(database, sound, next_at=SIX)
    await at(database, SIX).queue()
    assert len(await kept(database, sound)) == 1
    assert await kept(database, broken) == []


async def test_a_shop_with_many_schedules_goes_behind_each_other_shops_first(
    database: Database, two_shops: Shops
) -> None:
    many, one = two_shops
    for _ in range(5):
        await put_schedule(database, many, next_at=SIX - DAY)
    await put_schedule(database, one, next_at=SIX)
    async with engine_transaction(database.pool) as connection:
        found = await report_schedules.due(connection, now=SIX, at_most=1_000)
    order = [of.tenant_id for of in found if of.tenant_id in {many.tenant_id, one.tenant_id}]
    assert order.index(one.tenant_id) == 1
    # Their jobs stand in one line, so that one is made at a time.
    await at(database, SIX).queue()
    async with engine_transaction(database.pool) as connection:
        lines = await (
            await connection.execute(
                b"select distinct lock from procrastinate_jobs where args->>'tenant_id' = %s",
                (many.tenant_id,),
            )
        ).fetchall()
    assert len(lines) == 1


async def test_what_is_made_goes_out_before_the_next_report_of_a_long_queue_is_made(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    for _ in range(2):
        await put_report(database, who, at=SIX)
    report_id = await put_report(database, who, Recipient("folder", "json"), at=SIX)
    async with database.transaction(who) as connection:
        [delivery] = await report_deliveries.of_report(connection, report_id=report_id)
        await queue_delivery(connection, delivery)
    async with engine_transaction(database.pool) as connection:
        # What other tests have left.
        await connection.execute(
            b"delete from procrastinate_jobs where args->>'tenant_id' <> %s", (who.tenant_id,)
        )
        fetched = await connection.execute(
            b"select args->>'row_id' as row_id from procrastinate_fetch_job_v2(%s::text[], null)",
            ([MAKE, DELIVER],),
        )
        taken = await fetched.fetchone()
        await connection.execute(
            b"update procrastinate_jobs set status = 'todo' where args->>'row_id' = %s", (str(delivery.id),)
        )
    assert taken == {"row_id": str(delivery.id)}


async def test_a_report_whose_job_was_lost_is_queued_anew(database: Database, two_shops: Shops) -> None:
    who, _ = two_shops
    report_id = await put_report(database, who, at=SIX)
    async with engine_transaction(database.pool) as connection:
        await connection.execute(
            b"delete from procrastinate_jobs where args->>'row_id' = %s", (str(report_id),)
        )
    await DueSchedules(database).queue()
    assert await jobs_about(database, report_id) == 0
    async with database.transaction(who) as connection:
        await connection.execute(
            b"update report set touched_at = touched_at - interval '4 hours' where id = %s", (report_id,)
        )
    for _ in range(2):
        await DueSchedules(database).queue()
    assert await jobs_about(database, report_id) == 1


# ── Making ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest_asyncio.fixture
async def shop(database: Database, two_shops: Shops) -> Principal:
    who, _ = two_shops
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=small_shop())
    return who


class AwayFor(ShopReader):
    """A reader of shops that the database fails so many times."""

    def __init__(self, database: Database, times: int) -> None:
        super().__init__(database)
        self.left = times

    async def load(self, tenant: object, window: Interval) -> Shop:
        if self.left > 0:
            self.left -= 1
            raise DatabaseUnavailable("The database cannot be reached right now.")
        return await super().load(tenant, window)  # pyright: ignore[reportArgumentType]


def maker(database: Database, shops: ShopReader | None = None) -> ReportMaker:
    registry = ToolRegistry.discover(timeout_s=20.0)
    return ReportMaker(database, ReportParts(registry, shops or ShopReader(database)), clock=lambda: SIX)


async def test_a_report_is_made_as_its_owner_about_the_minute_it_is_made_in(
    database: Database, shop: Principal
) -> None:
    report_id = await put_report(database, shop, at=SIX)
    await maker(database).run(JobRow(shop.tenant_id, report_id))
    [made] = await kept(database, shop)
    assert (made.status, made.owner_id, made.attempt, made.code) == ("ready", shop.user_id, 1, None)
    report = Report.from_json(await content_of(database, shop, report_id) or "")
    assert datetime.fromisoformat(report.as_of) == SIX


async def test_an_owner_without_the_right_to_read_gets_no_report(database: Database, shop: Principal) -> None:
    rights = (Permission.PLANNING_WRITE.value, Permission.ADMIN.value)
    report_id = await put_report(database, shop, at=SIX, rights=rights)
    await maker(database).run(JobRow(shop.tenant_id, report_id))
    [failed] = await kept(database, shop)
    assert (failed.status, failed.code) == ("failed", "permission_denied")


async def test_a_report_that_the_database_fails_is_tried_again_and_says_so_meanwhile(
    database: Database, shop: Principal
) -> None:
    report_id = await put_report(database, shop, at=SIX)
    job, making = JobRow(shop.tenant_id, report_id), maker(database, AwayFor(database, 1))
    with pytest.raises(DatabaseUnavailable):
        await making.run(job)
    [waiting] = await kept(database, shop)
    assert (waiting.status, waiting.code) == ("making", "database_unavailable")
    await making.run(job)
    [made] = await kept(database, shop)
    assert (made.status, made.attempt, made.code) == ("ready", 2, None)


async def test_a_report_that_fails_each_time_is_given_up(database: Database, shop: Principal) -> None:
    report_id = await put_report(database, shop, at=SIX)
    job, making = JobRow(shop.tenant_id, report_id), maker(database, AwayFor(database, 1_000))
    for _ in range(MAX_ATTEMPTS - 1):
        with pytest.raises(DatabaseUnavailable):
            await making.run(job)
    await making.run(job)
    [failed] = await kept(database, shop)
    assert (failed.status, failed.code, failed.attempt) == ("failed", "database_unavailable", MAX_ATTEMPTS)


async def test_of_two_attempts_at_a_report_one_makes_it(database: Database, shop: Principal) -> None:
    report_id = await put_report(database, shop, at=SIX)
    job = JobRow(shop.tenant_id, report_id)
    await asyncio.gather(*(maker(database).run(job) for _ in range(2)))
    first = await content_of(database, shop, report_id)
    await maker(database).run(job)
    assert first is not None
    assert await content_of(database, shop, report_id) == first


async def test_a_report_whose_maker_died_is_made_by_the_next_one(database: Database, shop: Principal) -> None:
    report_id = await put_report(database, shop, at=SIX)
    async with database.transaction(shop) as connection:
        assert await claim(connection, report_id=report_id)  # and nothing more is heard of it
    await maker(database).run(JobRow(shop.tenant_id, report_id))
    [made] = await kept(database, shop)
    assert (made.status, made.attempt) == ("ready", 2)


async def test_a_report_that_takes_every_maker_down_ends_as_failed(
    database: Database, shop: Principal
) -> None:
    report_id = await put_report(database, shop, at=SIX)
    for _ in range(MAX_ATTEMPTS):
        async with database.transaction(shop) as connection:
            assert await claim(connection, report_id=report_id)
    await maker(database).run(JobRow(shop.tenant_id, report_id))
    [failed] = await kept(database, shop)
    assert (failed.status, failed.code) == ("failed", "internal_error")


def worker(database: Database) -> Worker:
    """As in earnest, ten times as fast."""
    return Worker(
        database,
        [maker(database).task()],
        listen_url=None,
        concurrency=2,
        ticks=[Tick(TICK, 1, Ticker((at(database, SIX).queue,)).ticking().run)],
        rhythm=QUICK,
    )


async def test_workers_make_what_is_due_once_also_after_a_restart(
    database: Database, shop: Principal
) -> None:
    await put_schedule(database, shop, next_at=SIX - DAY)

    async def is_ready() -> bool:
        return "ready" in {one.status for one in await kept(database, shop)}

    for _ in range(2):
        workers = [worker(database), worker(database)]
        running = [asyncio.create_task(one.run()) for one in workers]
        await eventually(is_ready)
        for one in workers:
            one.stop()
        await asyncio.gather(*running)
    assert [(one.period, one.status, one.attempt) for one in await kept(database, shop)] == [
        ("2026-12-06T06:00", "skipped", 0),
        ("2026-12-07T06:00", "ready", 1),
    ]
