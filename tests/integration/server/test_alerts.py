"""Alerts over HTTP: kept, looked at in the background, shown with what they were raised for."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from fastapi import FastAPI

from jobs.task import JobRow
from leadhand.context import Permission, Principal
from leadhand.errors import JsonValue
from reports.alerts.service import MAX_ALERTS, add_alert
from reports.alerts.task import AlertLooker
from reports.options import ReportParts
from storage import alerts
from storage.database import Database
from storage.shops import ShopReader
from tests.acceptance.json_access import at, items_at, text_at
from tests.integration.server.conftest import READER, Caller, calling, refusal
from tests.integration.server.test_reports import HOOK, READS, SECRET, body, rita
from tools.registry import ToolRegistry

__all__ = ["rita"]

ALERTS = "/api/alerts"
# In the morning of the day for which the small shop has work.
SIX = datetime(2026, 12, 7, 12, tzinfo=UTC)
FULL: dict[str, JsonValue] = {"kind": "utilization", "of": "machine", "above_pct": 0.1, "weeks": 12}
ASKED: dict[str, JsonValue] = {"name": "Full machines", "condition": FULL}


@pytest_asyncio.fixture
async def anna(app: FastAPI, rita: Caller) -> AsyncIterator[Caller]:
    """A colleague who may only read reports."""
    async with calling(app, Principal(rita.who.tenant_id, "anna", READS)) as caller:
        yield caller


async def look_at_all(database: Database, who: Principal) -> None:
    """What a worker does."""
    parts = ReportParts(ToolRegistry.discover(timeout_s=20.0), ShopReader(database))
    async with database.transaction(who) as connection:
        found = await alerts.listed(connection, limit=MAX_ALERTS)
    for alert in found:
        await AlertLooker(database, parts, clock=lambda: SIX).run(JobRow(who.tenant_id, alert.id))


async def test_an_alert_is_kept_looked_at_and_shown_with_its_notice(
    rita: Caller, anna: Caller, database: Database
) -> None:
    asked: dict[str, JsonValue] = {**ASKED, "condition": {"kind": "conflict"}, "recipients": [HOOK]}
    made = body(await rita.http.post(ALERTS, json=asked), 201)
    path = f"{ALERTS}/{text_at(made, 'id')}"
    assert (at(made, "raised"), at(made, "owner"), at(made, "looked_at")) == (0, "rita", None)
    assert items_at(made, "recipients") == [{"kind": "webhook", "target": HOOK["target"]}]
    await look_at_all(database, rita.who)
    answer = await anna.http.get(path)
    assert SECRET not in answer.text
    shown = body(answer)
    episodes = items_at(shown, "episodes")
    assert at(shown, "raised") == len(episodes) > 0
    first = episodes[0]
    assert (at(first, "cleared_at"), at(first, "episode")) == (None, 1)
    assert at(first, "evidence", "tool") == "detect_schedule_conflicts"
    notice = f"/api/reports/{text_at(first, 'report')}"
    [delivery] = items_at(body(await anna.http.get(notice)), "deliveries")
    assert at(delivery, "status") == "waiting"
    assert "What has become true" in (await anna.http.get(f"{notice}.md")).text
    assert items_at(body(await anna.http.get("/api/reports")), "reports") == []


async def test_another_condition_begins_anew_and_a_rest_keeps_what_was_raised(
    rita: Caller, database: Database
) -> None:
    path = f"{ALERTS}/{text_at(body(await rita.http.post(ALERTS, json=ASKED), 201), 'id')}"
    await look_at_all(database, rita.who)
    raised = at(body(await rita.http.get(path)), "raised")
    assert raised
    resting = body(await rita.http.patch(path, json={"active": False, "name": "Rests"}))
    assert (at(resting, "raised"), at(resting, "name"), at(resting, "active")) == (raised, "Rests", False)
    await look_at_all(database, rita.who)
    other = {**FULL, "above_pct": 990}
    changed = body(await rita.http.patch(path, json={"condition": other, "active": True}))
    assert at(changed, "raised") == 0
    await look_at_all(database, rita.who)
    shown = body(await rita.http.get(path))
    assert at(shown, "raised") == 0
    assert len(items_at(shown, "episodes")) == raised
    page = body(await rita.http.get(ALERTS, params={"limit": 1}))
    assert (len(items_at(page, "alerts")), at(page, "next_cursor")) == (1, None)
    assert (await rita.http.delete(path)).status_code == 204
    refusal(await rita.http.get(path), 404, "not_found")
    refusal(await rita.http.patch(path, json={}), 404, "not_found")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"condition": {"kind": "anything"}}, "condition"),
        ({"condition": {"kind": "order_late", "hours": -1}}, "condition.order_late.hours"),
        ({"condition": None}, "condition"),
        ({"condition": {**FULL, "name": "Pumma 9"}}, "condition"),
        ({"condition": {**FULL, "of": "work_center", "name": "Nowhere"}}, "condition"),
        ({"condition": {"kind": "order_late", "order": "WO-0"}}, "condition"),
        ({"name": "a\nb"}, "name"),
        ({"recipients": [{"kind": "email", "target": "a@shop.example"}]}, "recipients.0"),
        ({"recipients": [{**HOOK, "target": "https://127.0.0.1/"}]}, "recipients.0"),
    ],
)
async def test_an_alert_that_cannot_work_is_refused_with_the_field(
    rita: Caller, change: dict[str, JsonValue], field: str
) -> None:
    error = refusal(await rita.http.post(ALERTS, json={**ASKED, **change}), 422, "invalid_request")
    assert text_at(error, "details", "fields", 0, "field") == field


async def test_a_name_that_the_shop_does_not_have_is_told_with_near_ones_and_changes_nothing(
    rita: Caller,
) -> None:
    path = f"{ALERTS}/{text_at(body(await rita.http.post(ALERTS, json=ASKED), 201), 'id')}"
    near: dict[str, JsonValue] = {**FULL, "name": "Puma 310"}
    error = refusal(await rita.http.patch(path, json={"condition": near}), 422, "invalid_request")
    assert "Puma 3100" in {text_at(one, "name") for one in items_at(error, "details", "suggestions")}
    assert at(body(await rita.http.get(path)), "condition", "name") is None
    exact = body(await rita.http.patch(path, json={"condition": {**FULL, "name": "Puma 3100"}}))
    assert at(exact, "condition", "name") == "Puma 3100"


async def test_a_shop_has_so_many_alerts_and_no_more(rita: Caller, database: Database) -> None:
    async with database.transaction(rita.who) as connection:
        for _ in range(MAX_ALERTS):
            await add_alert(connection, alerts.AlertTerms("Full", {"kind": "conflict"}, (), "rita", (), True))
    refusal(await rita.http.post(ALERTS, json=ASKED), 422, "invalid_request")


async def test_alerts_need_their_permissions_and_their_shop(
    app: FastAPI, rita: Caller, anna: Caller, two_shops: tuple[Principal, Principal]
) -> None:
    path = f"{ALERTS}/{text_at(body(await rita.http.post(ALERTS, json=ASKED), 201), 'id')}"
    async with calling(app, Principal(rita.who.tenant_id, "paul", READER)) as paul:
        for where in (ALERTS, path):
            error = refusal(await paul.http.get(where), 403, "permission_denied")
            assert error["details"] == {"permission": "reports:read"}
    for answer in (
        await anna.http.post(ALERTS, json=ASKED),
        await anna.http.patch(path, json={}),
        await anna.http.delete(path),
    ):
        assert refusal(answer, 403, "permission_denied")["details"] == {"permission": "reports:write"}
    async with calling(app, Principal(two_shops[1].tenant_id, "rita", frozenset(Permission))) as bert:
        for where in (path, f"{ALERTS}/none"):
            refusal(await bert.http.get(where), 404, "not_found")
            refusal(await bert.http.patch(where, json={}), 404, "not_found")
            refusal(await bert.http.delete(where), 404, "not_found")
        assert items_at(body(await bert.http.get(ALERTS)), "alerts") == []
    assert at(body(await rita.http.get(path)), "name") == "Full machines"
