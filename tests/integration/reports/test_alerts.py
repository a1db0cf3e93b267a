"""An alert is told once when its condition becomes true, however many look at it and whatever dies."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from jobs.engine_database import engine_transaction
from jobs.task import JobRow
from leadhand.context import Permission, Principal
from leadhand.errors import DatabaseUnavailable, JsonValue
from reports.alerts.due import AT_LATEST, AT_SOONEST, DueAlerts
from reports.alerts.task import MAX_ATTEMPTS, AlertLooker
from reports.delivery.task import Deliverer
from reports.options import ReportParts
from storage import alert_episodes, alerts, reports
from storage.alert_episodes import Episode
from storage.alerts import Alert, AlertTerms
from storage.database import Database
from storage.report_schedules import READING, Recipient, reading_rights
from storage.shop_writer import write_shop
from storage.shops import ShopReader
from tests.integration.reports.receivers import Hook, Post, mail_server, webhook
from tests.integration.reports.shelf import deliveries, kept
from tests.integration.reports.test_delivery import SECRET, channels, signed
from tests.integration.reports.test_schedules import AwayFor, jobs_about
from tests.integration.storage.small_shop import small_shop
from tools.registry import ToolRegistry

Shops = tuple[Principal, Principal]
# Six in the morning of a winter's day in Chicago; WO-1 is planned to finish two days later, at 14:00.
SIX = datetime(2026, 12, 7, 12, tzinfo=UTC)
IN_TIME, TOO_SOON = b"2026-12-19", b"2026-12-08"
LATE: dict[str, JsonValue] = {"kind": "order_late", "hours": 2}


@pytest_asyncio.fixture
async def shop(database: Database, two_shops: Shops) -> Principal:
    who, _ = two_shops
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=small_shop())
    return who


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as running:
        yield running


@pytest_asyncio.fixture
async def post() -> AsyncIterator[Post]:
    async with mail_server() as running:
        yield running


async def put_alert(
    database: Database,
    who: Principal,
    *recipients: Recipient,
    condition: dict[str, JsonValue] = LATE,
    rights: tuple[str, ...] | None = None,
) -> UUID:
    permissions = reading_rights(READING) if rights is None else rights
    terms = AlertTerms("Late\r\nBcc: all", condition, recipients, who.user_id, permissions, True)
    async with database.transaction(who) as connection:
        return (await alerts.add(connection, alert_id=uuid7(), terms=terms)).id


async def due_on(database: Database, who: Principal, day: bytes) -> None:
    """WO-1 is due at the end of that day."""
    async with database.transaction(who) as connection:
        await connection.execute(
            b"update production_order set due_at = null, due_date = %s where id = 'ord-1'", (day.decode(),)
        )


def looker(database: Database, shops: ShopReader | None = None, at: datetime = SIX) -> AlertLooker:
    parts = ReportParts(ToolRegistry.discover(timeout_s=20.0), shops or ShopReader(database))
    return AlertLooker(database, parts, clock=lambda: at)


async def look(database: Database, who: Principal, alert_id: UUID, at: datetime = SIX) -> None:
    await looker(database, at=at).run(JobRow(who.tenant_id, alert_id))


async def standing(database: Database, who: Principal, alert_id: UUID) -> tuple[Alert, tuple[Episode, ...]]:
    async with database.transaction(who, snapshot=True) as connection:
        alert = await alerts.get(connection, alert_id=alert_id)
        assert alert is not None
        return alert, await alert_episodes.listed(connection, alert_id=alert_id, limit=100)


async def tick_all(database: Database, at: datetime, times: int = 1) -> None:
    await asyncio.gather(*(DueAlerts(database, lambda: at).queue() for _ in range(times)))


async def run_jobs(database: Database, about: UUID) -> None:
    """The jobs that wait for it are over."""
    async with engine_transaction(database.pool) as connection:
        await connection.execute(b"delete from procrastinate_jobs where args->>'row_id' = %s", (str(about),))


async def test_what_becomes_true_is_told_once_to_each_recipient_whoever_looks_and_however_often(
    database: Database, shop: Principal, hook: Hook, post: Post
) -> None:
    recipients = (Recipient("webhook", hook.url, SECRET), Recipient("email", "boss@shop.example"))
    alert_id = await put_alert(database, shop, *recipients)
    await due_on(database, shop, TOO_SOON)
    soon = datetime.now(UTC) + timedelta(seconds=1)
    await tick_all(database, soon, times=5)
    assert await jobs_about(database, alert_id) == 1
    await asyncio.gather(*(look(database, shop, alert_id) for _ in range(4)))
    await look(database, shop, alert_id)
    alert, [episode] = await standing(database, shop, alert_id)
    assert (alert.raised, alert.code, alert.looked_at) == (1, None, SIX)
    assert (episode.label, episode.episode, episode.raised_at, episode.cleared_at) == ("WO-1", 1, SIX, None)
    assert episode.evidence["tool"] == "get_order_status"
    assert episode.evidence["rows"] == [{"table": "production_order", "ids": ["ord-1"]}]
    figures = episode.evidence["figures"]
    assert isinstance(figures, dict)
    assert figures["tardiness_h"] == 14.0
    assert episode.report_id is not None
    sent = await deliveries(database, shop, episode.report_id)
    assert [await jobs_about(database, one.id) for one in sent] == [1, 1]
    # Whoever raised it is gone; somebody else delivers it, twice, since that one may die as well.
    for one in sent * 2:
        await Deliverer(database, channels(post=post)).run(JobRow(shop.tenant_id, one.id))
    assert {one.status for one in await deliveries(database, shop, episode.report_id)} == {"sent"}
    [got] = hook.got
    assert signed(SECRET, got.headers["leadhand-signature"], got.body)
    said = orjson.loads(got.body)
    assert (said["event"], said["alert_id"]) == ("alert.raised", str(alert_id))
    assert said["report"]["sections"][0]["tables"][0]["rows"][0]["order"] == "WO-1"
    [mail] = post.got
    assert mail["Bcc"] is None
    text = mail.get_body(("plain",))
    assert text is not None
    assert (
        "WO-1 is planned to finish on Wed 9 Dec 2026, 14:00, 14 h after its due date." in text.get_content()
    )
    # A notice stands with its alert, not among the reports.
    assert await kept(database, shop) == []


async def test_it_is_told_again_once_it_was_true_no_longer(database: Database, shop: Principal) -> None:
    alert_id = await put_alert(database, shop)
    for hour, day in enumerate((IN_TIME, TOO_SOON, TOO_SOON, IN_TIME, IN_TIME, TOO_SOON)):
        await due_on(database, shop, day)
        await look(database, shop, alert_id, SIX + timedelta(hours=hour))
    _, episodes = await standing(database, shop, alert_id)
    hours = {one.episode: (one.raised_at, one.cleared_at) for one in episodes}
    assert hours == {
        1: (SIX + timedelta(hours=1), SIX + timedelta(hours=3)),
        2: (SIX + timedelta(hours=5), None),
    }
    assert len({one.report_id for one in episodes}) == 2


async def test_all_that_becomes_true_at_once_is_in_one_notice(database: Database, shop: Principal) -> None:
    alert_id = await put_alert(database, shop, condition={"kind": "conflict", "weeks": 2})
    await look(database, shop, alert_id)
    _, episodes = await standing(database, shop, alert_id)
    assert len(episodes) > 1
    [report_id] = {one.report_id for one in episodes}
    assert report_id is not None
    # What comes later has one of its own, and says how many there are besides.
    await due_on(database, shop, TOO_SOON)
    await look(database, shop, alert_id)
    _, later = await standing(database, shop, alert_id)
    new = [one for one in later if one.report_id != report_id]
    assert [one.label for one in new] == ["order late: WO-1 op 30"]


async def test_an_alert_is_looked_at_when_the_plan_changes_and_when_time_has_passed(
    database: Database, shop: Principal
) -> None:
    alert_id = await put_alert(database, shop)
    start = datetime.now(UTC) + timedelta(seconds=1)

    async def is_queued(at: datetime) -> bool:
        await tick_all(database, at)
        queued = await jobs_about(database, alert_id) == 1
        if queued:
            await run_jobs(database, alert_id)
            await look(database, shop, alert_id)
        return queued

    assert await is_queued(start)
    assert not await is_queued(start + AT_SOONEST)
    await due_on(database, shop, TOO_SOON)
    assert not await is_queued(start + AT_SOONEST / 2)
    assert await is_queued(start + AT_SOONEST)
    assert not await is_queued(start + AT_SOONEST * 2)
    assert await is_queued(start + AT_SOONEST + AT_LATEST)


async def test_a_look_that_was_overtaken_writes_nothing(database: Database, shop: Principal) -> None:
    alert_id = await put_alert(database, shop)
    await due_on(database, shop, TOO_SOON)
    async with database.transaction(shop) as connection:
        slow = await alerts.claim(connection, alert_id=alert_id)
    assert slow is not None
    await look(database, shop, alert_id)
    async with database.transaction(shop) as connection:
        assert not await alerts.keep_look(connection, slow, data_version=1, at=SIX)
        await alerts.note_retry(connection, slow, code="internal_error")
    alert, episodes = await standing(database, shop, alert_id)
    assert (alert.code, len(episodes)) == (None, 1)


async def test_an_alert_about_something_that_is_not_there_says_so_and_is_raised_for_nothing(
    database: Database, shop: Principal
) -> None:
    condition: dict[str, JsonValue] = {
        "kind": "utilization", "of": "machine", "name": "Nothing", "above_pct": 80,
    }  # fmt: skip
    alert_id = await put_alert(database, shop, condition=condition)
    await look(database, shop, alert_id)
    alert, episodes = await standing(database, shop, alert_id)
    assert (alert.code, alert.raised, episodes) == ("not_found", 0, ())


async def test_an_owner_without_the_right_to_read_is_told_nothing(
    database: Database, shop: Principal
) -> None:
    rights = (Permission.PLANNING_WRITE.value, Permission.ADMIN.value)
    alert_id = await put_alert(database, shop, rights=rights)
    await due_on(database, shop, TOO_SOON)
    await look(database, shop, alert_id)
    alert, episodes = await standing(database, shop, alert_id)
    assert (alert.code, episodes) == ("permission_denied", ())


async def test_a_look_that_the_database_fails_is_tried_again_and_given_up_at_last(
    database: Database, shop: Principal
) -> None:
    alert_id = await put_alert(database, shop)
    await due_on(database, shop, TOO_SOON)
    job, away = JobRow(shop.tenant_id, alert_id), looker(database, AwayFor(database, MAX_ATTEMPTS))
    for _ in range(MAX_ATTEMPTS - 1):
        with pytest.raises(DatabaseUnavailable):
            await away.run(job)
    await away.run(job)
    failed, _ = await standing(database, shop, alert_id)
    assert (failed.code, failed.attempt) == ("database_unavailable", 0)
    await away.run(job)
    well, episodes = await standing(database, shop, alert_id)
    assert (well.code, len(episodes)) == (None, 1)


async def test_a_deleted_alert_leaves_neither_episodes_nor_notices(
    database: Database, shop: Principal
) -> None:
    alert_id = await put_alert(database, shop, Recipient("folder", "md"))
    await due_on(database, shop, TOO_SOON)
    await look(database, shop, alert_id)
    _, [episode] = await standing(database, shop, alert_id)
    assert episode.report_id is not None
    async with database.transaction(shop) as connection:
        assert await alerts.delete(connection, alert_id=alert_id)
        assert await reports.get(connection, report_id=episode.report_id) is None
    await look(database, shop, alert_id)
