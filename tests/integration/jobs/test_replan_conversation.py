"""A re-plan in the whole product: asked for in words, computed by the worker, looked at in words."""

from pathlib import Path
from uuid import uuid4

import pytest

from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import PermissionDenied
from leadhand.events import RunFinished, ToolSucceeded
from leadhand.settings import Settings
from runs.desk import Desk, open_desk
from runs.turn import TurnRequest
from storage.shop_writer import write_shop
from tests.acceptance.json_access import text_at
from tests.integration.jobs.crowded_shop import AS_OF, crowded_shop


async def answered(desk: Desk, who: TenantContext, text: str) -> ToolSucceeded:
    """The one tool result of a turn."""
    turn = TurnRequest(uuid4().hex, user_message_id=uuid4().hex, text=text)
    run = await desk.runs.start_turn(who, turn)
    events = [event async for batch in run.follow() for event in batch]
    assert isinstance(events[-1], RunFinished)
    (result,) = (event for event in events if isinstance(event, ToolSucceeded))
    return result


async def test_a_planner_asks_for_a_better_plan_and_is_told_what_was_found(
    settings: Settings,
    two_shops: tuple[Principal, Principal],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    who = two_shops[0]
    planner = TenantContext(who.tenant_id, who.user_id, frozenset(Permission), "UTC", "en-US", AS_OF)
    async with open_desk(settings, worker=True) as desk:
        async with desk.database.transaction(who) as connection:
            await write_shop(connection, tenant_id=who.tenant_id, shop=crowded_shop())
        started = await answered(desk, planner, "Re-plan the late orders")
        looked = started
        while text_at(looked.output, "status") in {"queued", "running"}:
            looked = await answered(desk, planner, "How far is the re-plan?")
    assert text_at(looked.output, "proposal") == text_at(started.output, "proposal")
    assert text_at(looked.output, "status") == "proposed"
    assert text_at(looked.output, "scope") == "6 late orders"


async def test_who_may_only_read_is_told_that_the_plan_is_not_changed(
    settings: Settings, two_shops: tuple[Principal, Principal]
) -> None:
    who = two_shops[0]
    reader = TenantContext(
        who.tenant_id, who.user_id, frozenset({Permission.PLANNING_READ}), "UTC", "en-US", AS_OF
    )
    async with open_desk(settings) as desk:
        turn = TurnRequest(uuid4().hex, user_message_id=uuid4().hex, text="Re-plan the late orders")
        run = await desk.runs.start_turn(reader, turn)
        events = [event async for batch in run.follow() for event in batch]
        assert isinstance(events[-1], RunFinished)
        assert not [event for event in events if isinstance(event, ToolSucceeded)]
        with pytest.raises(PermissionDenied):
            await desk.registry.run("propose_replan", {}, reader, desk.shops, call_id="c")
