"""A run always comes to an end that is stored, told to its readers, and leaves the thread usable."""

import asyncio
from datetime import UTC, datetime

from leadhand.context import TenantContext
from leadhand.errors import JsonValue
from leadhand.events import (
    RunFailed,
    RunFinished,
    RunStopped,
    ToolFailed,
    ToolInputRejected,
    ToolSucceeded,
)
from leadhand.settings import Settings
from runs.desk import open_desk
from storage import results
from tests.acceptance.model_script import Gate, HttpFault, Pause, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.conftest import Planner, ending, events_of, open_shop, said

MACHINES: tuple[str, JsonValue] = ("get_machine_availability", {"window": "next week"})


async def _checkpoints(planner: Planner) -> list[str]:
    async with planner.desk.database.transaction(planner.who) as conn:
        cursor = await conn.execute(
            "select checkpoint::text || metadata::text as whole from langgraph.checkpoints"
            " where thread_id = %s",
            (str(await planner.thread_id()),),
        )
        return [str(row["whole"]) for row in await cursor.fetchall()]


async def test_a_tool_turn_is_stored_as_it_was_streamed(planner: Planner, model: ScriptedModel) -> None:
    model.play(calls(MACHINES), says("All free."))
    events = await planner.ask("Who is free next week?")
    assert isinstance(ending(events), RunFinished)
    [output] = [event.output for event in events if isinstance(event, ToolSucceeded)]
    answer = (await planner.history())[-1]
    assert [part["type"] for part in answer.parts if isinstance(part, dict)] == [
        "step-start",
        "tool-get_machine_availability",
        "step-start",
        "text",
    ]
    [stored] = [part["output"] for part in answer.parts if isinstance(part, dict) and "output" in part]
    assert stored == output
    assert answer.metadata["usage"] == {"inputTokens": 1800, "outputTokens": 80, "totalTokens": 1880}


async def test_a_tools_whole_result_is_kept_under_its_call_id(planner: Planner, model: ScriptedModel) -> None:
    model.play(calls(MACHINES), says("All free."))
    events = await planner.ask("Who is free next week?")
    [tool] = [event for event in events if isinstance(event, ToolSucceeded)]
    async with planner.desk.database.transaction(planner.who) as conn:
        kept = await results.get_result(conn, call_id=tool.call_id)
    assert kept is not None
    assert kept.output == tool.output


async def test_a_call_with_a_number_that_no_log_can_hold_ends_like_any_wrong_call(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(("check_capacity", {"hours": 10**24})), says("Not so many."), says("Yes."))
    events = await planner.ask("Can we take on so many hours?")
    assert [event.code for event in events if isinstance(event, ToolInputRejected)] == ["invalid_tool_input"]
    assert said(events) == "Not so many."
    assert (await planner.run_row()).status == "finished"
    assert said(await planner.ask("Sure?")) == "Yes."


async def test_the_model_sees_the_turns_before(planner: Planner, model: ScriptedModel) -> None:
    model.play(calls(MACHINES), says("All free."), says("Yes."))
    await planner.ask("Who is free next week?")
    await planner.ask("Sure?")
    assert model.requests[-1].roles == ["system", "user", "assistant", "tool", "assistant", "user"]


async def test_after_a_run_its_thread_has_one_checkpoint_without_anybodys_rights(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(MACHINES), says("All free."), says("Yes."))
    await planner.ask("Who is free next week?")
    await planner.ask("Sure?")
    [checkpoint] = await _checkpoints(planner)
    assert "planning:read" not in checkpoint


async def test_after_a_turn_that_went_wrong_the_next_one_has_no_call_without_a_result(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(MACHINES), HttpFault(500), says("Back."))
    failed = await planner.ask("first")
    assert isinstance(ending(failed), RunFailed)
    assert await _checkpoints(planner) == []
    assert said(await planner.ask("second")) == "Back."
    assert model.requests[-1].roles == ["system", "user", "assistant", "tool", "user"]


async def test_a_tool_that_fails_is_told_to_the_model_which_answers(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(
        calls(("get_machine_availability", {"machines": ["Nonesuch 9"]})), says("I know no such machine.")
    )
    events = await planner.ask("When is the Nonesuch 9 free?")
    [failure] = [event for event in events if isinstance(event, ToolFailed)]
    assert failure.code == "not_found"
    assert isinstance(ending(events), RunFinished)
    assert '"not_found"' in model.requests[-1].trailing_tool_results[0]


async def test_a_model_that_always_calls_a_tool_is_stopped_at_the_bound(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play_rule(lambda _: calls(MACHINES))
    events = await planner.ask("loop")
    failed = ending(events)
    assert isinstance(failed, RunFailed)
    assert failed.code == "step_limit"
    assert len(model.requests) == planner.desk.settings.max_steps


async def test_a_stopped_run_keeps_what_was_said_and_frees_the_thread(
    planner: Planner, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("Half an"), Pause(gate), Text(" answer.")), says("Whole."))
    run = await planner.start("question")
    await asyncio.to_thread(gate.wait_reached)
    assert await planner.desk.runs.stop(planner.who, planner.chat_id)
    gate.open()
    events = await events_of(run)
    assert isinstance(ending(events), RunStopped)
    assert (await planner.run_row()).status == "stopped"
    assert (await planner.history())[-1].metadata["stopped"] is True
    assert said(await planner.ask("again")) == "Whole."
    assert not await planner.desk.runs.stop(planner.who, planner.chat_id)


async def test_a_run_that_takes_too_long_ends_with_time_limit(
    desk_settings: Settings, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("Slow"), Pause(gate)))
    async with open_desk(desk_settings.model_copy(update={"max_run_s": 0.5})) as desk:
        who = await open_shop(desk.database, "slow")
        context = TenantContext(
            who.tenant_id, who.user_id, who.permissions, "UTC", "en-US", datetime(2026, 11, 30, tzinfo=UTC)
        )
        events = await Planner(desk, context).ask("question")
    gate.open()
    failed = ending(events)
    assert isinstance(failed, RunFailed)
    assert failed.code == "time_limit"
