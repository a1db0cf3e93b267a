"""A change waits for a person's yes: asked once, answered once, made once, and the turn goes on."""

from uuid import UUID

from leadhand.errors import JsonValue
from leadhand.events import (
    RunAwaitingApproval,
    RunFinished,
    ToolApprovalRequested,
)
from runs.answers import Answer
from tests.acceptance.model_script import calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.conftest import Planner, ending, events_of, said

PRIORITY: tuple[str, JsonValue] = ("update_due_date", {"order": "WO-1", "priority": 5})


async def priority_of(planner: Planner) -> int:
    async with planner.desk.database.transaction(planner.who) as conn:
        cursor = await conn.execute("select priority from production_order where code = 'WO-1'")
        row = await cursor.fetchone()
    assert row is not None
    return int(str(row["priority"]))


async def test_a_change_is_made_after_a_yes_and_the_turn_goes_on_in_its_message(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(PRIORITY), says("Done."))
    events = await planner.ask("Give WO-1 priority 5")
    assert isinstance(ending(events), RunAwaitingApproval)
    [asked] = [event for event in events if isinstance(event, ToolApprovalRequested)]
    assert await priority_of(planner) != 5
    run = await planner.desk.approvals.answer_in_chat(
        planner.who, planner.chat_id, [Answer(UUID(asked.approval_id), approved=True)]
    )
    after = await events_of(run)
    assert isinstance(ending(after), RunFinished)
    assert said(after) == "Done."
    assert await priority_of(planner) == 5
    history = await planner.history()
    assert [message.role for message in history] == ["user", "assistant"]
    print(history[-1].parts)
