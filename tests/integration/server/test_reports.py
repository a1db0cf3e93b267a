"""Reports over HTTP: asked for, made in the background, read in any form; and their schedules."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx2 as httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from jobs.task import JobRow
from leadhand.context import Permission, Principal
from leadhand.errors import JsonValue
from leadhand.settings import Settings
from reports.options import ReportParts
from reports.schedules.making import ReportMaker
from reports.schedules.service import MAX_ASKED
from storage import report_deliveries
from storage.database import Database
from storage.report_schedules import Recipient
from storage.shop_writer import write_shop
from storage.shops import ShopReader
from tests.acceptance.json_access import at, items_at, object_at, parse, text_at
from tests.integration.reports.shelf import kept, put_report
from tests.integration.server.conftest import READER, Caller, calling, refusal
from tests.integration.storage.small_shop import small_shop
from tools.registry import ToolRegistry

READS = READER | {Permission.REPORTS_READ}
WRITES = READS | {Permission.REPORTS_WRITE}
SCHEDULES = "/api/reports/schedules"
SECRET = "a-canary-of-a-secret"
WEEKLY: dict[str, JsonValue] = {"name": "The week", "when": "Monday 06:00"}
HOOK: dict[str, JsonValue] = {"kind": "webhook", "target": "https://erp.example/reports", "secret": SECRET}


@pytest_asyncio.fixture
async def rita(app: FastAPI, database: Database) -> AsyncIterator[Caller]:
    """She plans the small shop's work and has reports made."""
    who = Principal(f"small-{uuid4().hex[:12]}", "rita", WRITES)
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=small_shop())
    async with calling(app, who) as caller:
        yield caller


def body(answer: httpx.Response, status: int = 200) -> JsonValue:
    assert answer.status_code == status, answer.text
    return parse(answer.content)


async def make_all(database: Database, who: Principal) -> None:
    """What a worker does."""
    parts = ReportParts(ToolRegistry.discover(timeout_s=20.0), ShopReader(database))
    for report in await kept(database, who):
        await ReportMaker(database, parts).run(JobRow(who.tenant_id, report.id))


async def test_a_report_is_asked_for_made_in_the_background_and_read_in_every_form(
    rita: Caller, database: Database
) -> None:
    asked = body(await rita.http.post("/api/reports", json={"name": "For the boss"}), 202)
    path = f"/api/reports/{text_at(asked, 'id')}"
    assert (at(asked, "status"), at(asked, "forms"), at(asked, "schedule")) == ("queued", {}, None)
    refused = refusal(await rita.http.get(f"{path}.html"), 409, "report_not_ready")
    assert refused["details"] == {"status": "queued"}
    await make_all(database, rita.who)
    ready = body(await rita.http.get(path))
    assert (at(ready, "status"), at(ready, "owner"), at(ready, "deliveries")) == ("ready", "rita", [])
    [listed] = items_at(body(await rita.http.get("/api/reports")), "reports")
    assert text_at(listed, "name") == "For the boss"
    kinds: dict[str, str] = {}
    for form, where in object_at(ready, "forms").items():
        answer = await rita.http.get(str(where))
        assert answer.status_code == 200, form
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        kinds[form] = answer.headers["content-type"]
    assert set(kinds) == {"html", "pdf", "md", "xlsx", "csv", "json"}
    assert (kinds["pdf"], kinds["json"]) == ("application/pdf", "application/json")
    page = await rita.http.get(f"{path}.html")
    assert page.text.startswith("<!doctype html>")
    assert "sandbox" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]
    assert at(parse((await rita.http.get(f"{path}.json")).content), "schema_version") == 1
    tag = {"If-None-Match": page.headers["etag"]}
    again = await rita.http.get(f"{path}.html", headers=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", page.headers["etag"])
    assert (await rita.http.get(f"{path}.md", headers=tag)).status_code == 200


async def test_a_delivery_is_sent_again_only_if_it_failed(
    app: FastAPI, rita: Caller, database: Database
) -> None:
    report = await put_report(
        database, rita.who, Recipient("email", "boss@shop.example"), at=datetime.now(UTC)
    )
    shown = body(await rita.http.get(f"/api/reports/{report}"))
    path = f"/api/reports/{report}/deliveries/{text_at(shown, 'deliveries', 0, 'id')}/retry"
    waiting = refusal(await rita.http.post(path), 409, "delivery_not_failed")
    assert waiting["details"] == {"status": "waiting"}
    await make_all(database, rita.who)
    async with database.transaction(rita.who) as connection:
        await report_deliveries.fail_all(connection, report_id=report, code="recipient_refused")
    again = body(await rita.http.post(path), 202)
    assert (at(again, "status"), at(again, "attempt"), at(again, "code")) == ("waiting", 0, None)
    refusal(await rita.http.post(f"/api/reports/{report}/deliveries/{report}/retry"), 404, "not_found")
    async with calling(app, Principal(rita.who.tenant_id, "carl", READS)) as carl:
        refusal(await carl.http.post(path), 403, "permission_denied")


async def test_the_same_request_again_is_the_same_report(rita: Caller, database: Database) -> None:
    key = {"Idempotency-Key": "monday"}
    ids = {text_at(body(await rita.http.post("/api/reports", json={}, headers=key), 202), "id") for _ in "12"}
    assert len(ids) == 1
    assert len(await kept(database, rita.who)) == 1


async def test_a_shop_has_no_more_than_so_many_reports_waiting_however_they_are_asked_for(
    rita: Caller, database: Database
) -> None:
    key = {"Idempotency-Key": "first"}
    first = text_at(body(await rita.http.post("/api/reports", json={}, headers=key), 202), "id")
    asked = await asyncio.gather(*(rita.http.post("/api/reports", json={}) for _ in range(MAX_ASKED + 4)))
    assert sorted(answer.status_code for answer in asked) == [202] * (MAX_ASKED - 1) + [429] * 5
    refusal(await rita.http.post("/api/reports", json={}), 429, "too_many_runs")
    again = body(await rita.http.post("/api/reports", json={}, headers=key), 202)
    assert text_at(again, "id") == first
    await make_all(database, rita.who)
    body(await rita.http.post("/api/reports", json={}), 202)


async def test_a_schedule_is_kept_shown_changed_and_deleted(rita: Caller) -> None:
    made = body(await rita.http.post(SCHEDULES, json={**WEEKLY, "options": {"weeks": 6}}), 201)
    path = f"{SCHEDULES}/{text_at(made, 'id')}"
    assert at(made, "timezone") == "America/Chicago"  # the shop's own
    assert text_at(made, "next_at")[10:19] == "T06:00:00"
    assert body(await rita.http.get(path)) == made
    changed = body(await rita.http.patch(path, json={"when": "0 7 * * 2", "timezone": "Asia/Kolkata"}))
    assert (at(changed, "name"), at(changed, "options", "weeks")) == ("The week", 6)
    assert text_at(changed, "next_at")[10:] == "T07:00:00+05:30"
    resting = body(await rita.http.patch(path, json={"active": False}))
    assert at(resting, "next_at") is None
    page = body(await rita.http.get(SCHEDULES, params={"limit": 1}))
    assert items_at(page, "schedules") == [resting]
    assert at(page, "next_cursor") is None
    assert (await rita.http.delete(path)).status_code == 204
    refusal(await rita.http.get(path), 404, "not_found")
    refusal(await rita.http.patch(path, json={}), 404, "not_found")


async def test_a_webhooks_secret_is_shown_to_nobody_and_stays_with_its_address(
    rita: Caller, app_settings: Settings
) -> None:
    answer = await rita.http.post(SCHEDULES, json={**WEEKLY, "recipients": [HOOK]})
    path = f"{SCHEDULES}/{text_at(body(answer, 201), 'id')}"
    without: dict[str, JsonValue] = {"kind": "webhook", "target": "https://erp.example/reports"}
    again = await rita.http.patch(path, json={"recipients": [without]})
    assert items_at(body(again), "recipients") == [without]
    answers = [answer, again, await rita.http.get(path), await rita.http.get(SCHEDULES)]
    assert not any(SECRET in one.text for one in answers)
    elsewhere = {**without, "target": "https://erp.example/other"}
    refusal(await rita.http.patch(path, json={"recipients": [elsewhere]}), 422, "invalid_request")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"when": "someday"}, "when"),
        ({"when": "* * * * *"}, "when"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"name": "a\nb"}, "name"),
        ({"options": {"weeks": 0}}, "options.weeks"),
        ({"recipients": [{"kind": "email", "target": "a@shop.example"}]}, "recipients.0"),
        ({"recipients": [{"kind": "folder", "target": "../x"}]}, "recipients.0"),
        ({"recipients": [{**HOOK, "target": "http://erp.example/"}]}, "recipients.0"),
        ({"recipients": [{**HOOK, "target": "https://127.0.0.1/"}]}, "recipients.0"),
        ({"recipients": [{**HOOK, "target": "https://[::ffff:10.0.0.1]/"}]}, "recipients.0"),
        ({"recipients": [{**HOOK, "target": "https://me@erp.example/"}]}, "recipients.0"),
        ({"recipients": [{**HOOK, "secret": "short"}]}, "recipients.0"),
    ],
)
async def test_a_schedule_that_cannot_work_is_refused_with_the_field(
    rita: Caller, change: dict[str, JsonValue], field: str
) -> None:
    error = refusal(await rita.http.post(SCHEDULES, json={**WEEKLY, **change}), 422, "invalid_request")
    assert text_at(error, "details", "fields", 0, "field") == field


async def test_reading_and_having_made_need_their_permissions_and_their_shop(
    app: FastAPI, rita: Caller, two_shops: tuple[Principal, Principal]
) -> None:
    report = f"/api/reports/{text_at(body(await rita.http.post('/api/reports', json={}), 202), 'id')}"
    schedule = f"{SCHEDULES}/{text_at(body(await rita.http.post(SCHEDULES, json=WEEKLY), 201), 'id')}"
    async with calling(app, Principal(rita.who.tenant_id, "anna", READER)) as anna:
        for path in ("/api/reports", report, f"{report}.html", SCHEDULES, schedule):
            error = refusal(await anna.http.get(path), 403, "permission_denied")
            assert error["details"] == {"permission": "reports:read"}
    async with calling(app, Principal(rita.who.tenant_id, "carl", READS)) as carl:
        for answer in (
            await carl.http.post("/api/reports", json={}),
            await carl.http.post(SCHEDULES, json=WEEKLY),
            await carl.http.patch(schedule, json={}),
            await carl.http.delete(schedule),
        ):
            assert refusal(answer, 403, "permission_denied")["details"] == {"permission": "reports:write"}
        assert (await carl.http.get(report)).status_code == 200
    async with calling(app, Principal(two_shops[1].tenant_id, "rita", frozenset(Permission))) as bert:
        for path in (report, f"{report}.html", schedule, "/api/reports/none", f"{SCHEDULES}/none"):
            refusal(await bert.http.get(path), 404, "not_found")
        refusal(await bert.http.delete(schedule), 404, "not_found")
        assert items_at(body(await bert.http.get("/api/reports")), "reports") == []
        assert items_at(body(await bert.http.get(SCHEDULES)), "schedules") == []
