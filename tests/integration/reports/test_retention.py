"""Old reports are deleted, and no period of theirs is ever made again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from leadhand.context import Principal
from reports.schedules.due import DueSchedules
from runs.upkeep import forget_old_reports
from storage import report_schedules, report_upkeep, reports
from storage.database import Database
from storage.report_schedules import Recipient
from storage.reports import ListedReport
from tests.integration.reports.shelf import deliveries, kept, put_report, put_schedule

Shops = tuple[Principal, Principal]
SIX = datetime(2026, 12, 7, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MANY_MORE_SKIPPED = b"""
insert into report (id, schedule_id, period, due_at, name, owner_id, status)
select ('ffffffff-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, schedule_id, '2027-' || n, due_at, name,
       owner_id, status
  from report, generate_series(1, %s) as n where id = %s
"""


async def begin(database: Database, *days: int) -> None:
    """The reports of these days, as their times come."""
    for day in days:
        await DueSchedules(database, lambda at=SIX + day * DAY: at).queue()


async def finish(database: Database, who: Principal, report_id: UUID, *, failed: bool = False) -> None:
    async with database.transaction(who) as connection:
        claimed = await reports.claim(connection, report_id=report_id)
        assert claimed is not None
        if failed:
            assert await reports.note_fault(connection, claimed, code="internal_error", final=True)
        else:
            assert await reports.keep(connection, claimed, content="{}")


async def age(database: Database, who: Principal, *found: ListedReport, days: int) -> None:
    """Let them have been made so many days ago."""
    async with database.transaction(who) as connection:
        await connection.execute(
            b"update report set created_at = created_at - %s where id = any(%s)",
            (timedelta(days=days), [one.id for one in found]),
        )


async def periods(database: Database, who: Principal) -> list[str]:
    return [one.period or "" for one in await kept(database, who)]


async def test_reports_that_are_old_are_deleted_but_for_the_last_one_and_what_is_not_made_yet(
    database: Database, two_shops: Shops
) -> None:
    who, other = two_shops
    for shop in two_shops:
        await put_schedule(database, shop, next_at=SIX, recipients=(Recipient("folder", "json"),))
    await begin(database, 0, 1, 2, 3)
    for shop in two_shops:
        first, second, third, _ = await kept(database, shop)
        await finish(database, shop, first.id)
        await finish(database, shop, second.id, failed=True)
        await finish(database, shop, third.id)
    all_of_them = await kept(database, who)
    await age(database, who, *all_of_them, days=30)
    await forget_old_reports(database, days=20)
    assert await periods(database, who) == ["2026-12-09T06:00", "2026-12-10T06:00"]
    assert await deliveries(database, who, all_of_them[0].id) == ()
    assert len(await deliveries(database, who, all_of_them[3].id)) == 1
    assert len(await kept(database, other)) == 4


async def test_a_period_whose_report_was_deleted_is_never_made_again(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    schedule = await put_schedule(database, who, next_at=SIX)
    await begin(database, 0, 1)
    for one in await kept(database, who):
        await finish(database, who, one.id)
    await age(database, who, *await kept(database, who), days=30)
    await forget_old_reports(database, days=20)
    assert await periods(database, who) == ["2026-12-08T06:00"]
    async with database.transaction(who) as connection:  # a clock that is set back
        await report_schedules.move_on(connection, schedule_id=schedule.id, next_at=SIX - DAY)
    await begin(database, -1, 0, 1, 2)
    assert await periods(database, who) == ["2026-12-08T06:00", "2026-12-09T06:00"]


async def test_of_each_schedule_and_of_what_people_asked_for_only_the_newest_are_kept(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    asked = await put_report(database, who, at=SIX)
    await finish(database, who, asked)
    await put_schedule(database, who, next_at=SIX - 3 * DAY)
    await begin(database, 0)
    _, *skipped, made = await kept(database, who)
    await finish(database, who, made.id)
    async with database.transaction(who) as connection:
        await connection.execute(MANY_MORE_SKIPPED, (report_upkeep.KEPT, skipped[0].id))
    assert await report_upkeep.forget(database, who.tenant_id, since=SIX - 9_999 * DAY) == len(skipped)
    left = {one.id for one in await kept(database, who)}
    assert len(left) == report_upkeep.KEPT + 2
    assert {asked, made.id} <= left
