"""Simulations in the whole product: asked for in words or as a tool, then set side by side."""

from uuid import uuid4

import pytest

from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import JsonValue, NotFound
from leadhand.events import RunFinished, ToolSucceeded
from leadhand.settings import Settings
from runs.desk import Desk, open_desk
from runs.turn import TurnRequest
from storage.shop_writer import write_shop
from tests.acceptance.json_access import text_at
from tests.integration.jobs.crowded_shop import AS_OF, crowded_shop
from tools.catalog.compare_simulations import CompareSimulationsOutput
from tools.catalog.schedule_change import ScheduleChangeOutput

DOWN: dict[str, JsonValue] = {"change": "machine_down", "machine": "Mill 1", "window": "tomorrow"}


async def answered(desk: Desk, who: TenantContext, chat: str, text: str) -> ToolSucceeded:
    """The one tool result of a turn in the conversation `chat`."""
    run = await desk.runs.start_turn(who, TurnRequest(chat, user_message_id=uuid4().hex, text=text))
    events = [event async for batch in run.follow() for event in batch]
    assert isinstance(events[-1], RunFinished)
    (result,) = (event for event in events if isinstance(event, ToolSucceeded))
    return result


def planner(who: Principal, *permissions: Permission) -> TenantContext:
    return TenantContext(who.tenant_id, who.user_id, frozenset(permissions), "UTC", "en-US", AS_OF)


async def test_the_two_of_a_conversation_are_compared_and_a_third_that_was_made_without_one(
    settings: Settings, two_shops: tuple[Principal, Principal]
) -> None:
    who = planner(two_shops[0], *Permission)
    reader = planner(two_shops[0], Permission.PLANNING_READ)
    other = planner(two_shops[1], *Permission)
    async with open_desk(settings) as desk:
        async with desk.database.transaction(two_shops[0]) as connection:
            await write_shop(connection, tenant_id=who.tenant_id, shop=crowded_shop())
        chat = uuid4().hex
        made = [
            text_at(
                (await answered(desk, who, chat, f"What happens if Mill 1 is down {day}?")).output, "sim_id"
            )
            for day in ("tomorrow", "on Friday")
        ]
        compared = CompareSimulationsOutput.model_validate(
            (await answered(desk, who, chat, "Compare the two")).output
        )
        # Nobody's plan was changed, and who may only read leaves and finds simulations as well.
        third = await desk.registry.run(
            "simulate_schedule_change", {**DOWN, "policy": "alternatives"}, reader, desk.shops, call_id="c"
        )
        assert isinstance(third, ScheduleChangeOutput)
        asked: JsonValue = {"sims": [made[0], third.sim_id]}
        both = await desk.registry.run("compare_simulations", asked, reader, desk.shops, call_id="d")
        assert isinstance(both, CompareSimulationsOutput)
        with pytest.raises(NotFound) as refused:
            await desk.registry.run("compare_simulations", asked, other, desk.shops, call_id="e")
    assert [row.sim_id for row in compared.sims] == made
    assert compared.sims[0].what.startswith("Mill 1 is down (")
    assert [row.stale for row in (*compared.sims, *both.sims)] == [False] * 4
    assert refused.value.details["suggestions"] == []
