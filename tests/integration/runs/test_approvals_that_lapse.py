"""Changes that nobody approves in time or at all, that the plan or the conversation leaves behind, and
servers that are lost over them."""

import asyncio

import pytest

from graph.approvals import read_proposal
from jobs.task import JobRow
from leadhand.errors import (
    ApprovalExpired,
    ApprovalSuperseded,
    NotFound,
)
from leadhand.events import (
    RunFinished,
    ToolFailed,
)
from leadhand.settings import Settings
from runs.answers import Answer, AnswerDesk
from runs.desk import open_desk
from runs.transcript import read_parts, text_of
from runs.turn import Trigger, TurnRequest
from storage import approvals, takeover
from tests.acceptance.json_access import at, object_at, parse, text_at
from tests.acceptance.model_script import Gate, Pause, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.approving import (
    PRIORITY,
    answer_in_chat,
    ask,
    asked_in,
    finished,
    let_pass,
    priorities,
    refusals,
    stored_parts,
)
from tests.integration.runs.conftest import Planner, ending, events_of, said
from tests.integration.runs.test_takeover import die, expire
from tools.writing import ApprovedWrite


@pytest.mark.parametrize("told_by", ["an answer", "the clock"])
async def test_what_nobody_answers_in_time_is_not_made_and_the_turn_goes_on(
    planner: Planner, model: ScriptedModel, told_by: str
) -> None:
    model.play(calls(PRIORITY), says("Too late."))
    [asked] = await ask(planner)
    before = await priorities(planner)
    await let_pass(planner, asked)
    if told_by == "an answer":
        with pytest.raises(ApprovalExpired):
            await planner.desk.approvals.answer(planner.who, Answer(asked, approved=True))
    else:
        await planner.desk.approvals.close_overdue()
    await finished(planner)
    assert await priorities(planner) == before
    assert "approval_expired" in model.requests[-1].trailing_tool_results[0]
    [part] = await stored_parts(planner)
    assert (part["state"], at(part, "approval", "reason")) == ("output-denied", "expired")
    assert await refusals(planner) == [("approval_expired", None)]


@pytest.mark.parametrize("how", ["a new message", "an edit", "a regenerate"])
async def test_a_conversation_that_goes_on_withdraws_what_waits(
    planner: Planner, model: ScriptedModel, how: str
) -> None:
    model.play(calls(PRIORITY), says("Never mind."))
    events = await events_of(await planner.start("Change it", "m-1"))
    [asked] = asked_in(events)
    before = await priorities(planner)
    match how:
        case "a new message":
            turn = TurnRequest(planner.chat_id, user_message_id="m-2", text="Rather not")
        case "an edit":
            turn = TurnRequest(planner.chat_id, message_id="m-1", user_message_id="m-1", text="Rather not")
        case _:
            turn = TurnRequest(planner.chat_id, Trigger.REGENERATE)
    assert said(await events_of(await planner.send(turn))) == "Never mind."
    with pytest.raises(ApprovalSuperseded):
        await planner.desk.approvals.answer(planner.who, Answer(asked, approved=True))
    assert await priorities(planner) == before
    if how == "a new message":
        assert "approval_superseded" in model.requests[-1].contents("tool")[0]
        part = object_at((await planner.history())[1].parts[-1])
        assert (part["state"], at(part, "approval", "reason")) == ("output-denied", "superseded")


async def test_a_deleted_conversation_takes_its_approvals_along(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(PRIORITY))
    [asked] = await ask(planner)
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute("delete from thread where chat_id = %s", (planner.chat_id,))
    with pytest.raises(NotFound):
        await planner.desk.approvals.answer(planner.who, Answer(asked, approved=True))


async def test_a_server_that_lost_its_run_makes_no_change_that_was_withdrawn_since(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(PRIORITY))
    [asked] = await ask(planner)
    before = await priorities(planner)
    thread_id = await planner.thread_id()
    async with planner.desk.database.transaction(planner.who) as conn:
        assert await approvals.decide(conn, approval_id=asked, approved=True, decided_by="boss", reason=None)
        approval = await approvals.get_approval(conn, approval_id=asked)
        assert approval is not None
        write = ApprovedWrite(
            thread_id=thread_id,
            run_id=approval.run_id,
            call_id=approval.call_id,
            tool=approval.tool,
            input=approval.input,
            proposal=read_proposal(approval),
            approved_by="boss",
        )
        await approvals.withdraw(conn, thread_id=thread_id)
    with pytest.raises(ApprovalSuperseded):
        await planner.desk.registry.apply(planner.who, write, planner.desk.shops)
    assert await priorities(planner) == before


async def test_a_run_that_goes_on_and_loses_its_process_goes_on_elsewhere_and_changes_once(
    planner: Planner, desk_settings: Settings, model: ScriptedModel
) -> None:
    """Once with nothing done yet, then in the midst of the model's words."""
    gate = Gate()
    model.play(calls(PRIORITY), plays(Text("It is "), Pause(gate)), says("It is done."))
    [asked] = await ask(planner)
    waiting_run = await planner.run_row()
    async with planner.desk.database.transaction(planner.who) as conn:
        gone = await AnswerDesk("a process that is gone", "scripted").take(
            conn,
            waiting_run.thread_id,
            [Answer(asked, approved=True)],
            by="boss",
            timezone=planner.who.timezone,
        )
        assert gone.goes_on
    await offer(planner)
    await planner.desk.runs.resume(JobRow(planner.who.tenant_id, gone.run.id))
    await asyncio.to_thread(gate.wait_reached)
    await die(planner)
    await offer(planner)
    gate.open()
    async with open_desk(desk_settings) as elsewhere:
        await elsewhere.runs.resume(JobRow(planner.who.tenant_id, gone.run.id))
        run = await elsewhere.runs.running(planner.who, planner.chat_id)
        assert run is not None
        events = await events_of(run)
    assert isinstance(ending(events), RunFinished)
    history = await planner.history()
    assert [message.role for message in history] == ["user", "assistant"]
    assert text_of(read_parts(history[-1].parts)) == "It is done."
    [part] = await stored_parts(planner)
    assert (part["state"], at(part, "output", "approved_by")) == ("output-available", "boss")
    assert (await priorities(planner))["WO-1"] == 5
    async with planner.desk.database.transaction(planner.who) as conn:
        cursor = await conn.execute("select count(*) as made from plan_write")
        row = await cursor.fetchone()
    assert row is not None
    assert row["made"] == 1


async def offer(planner: Planner) -> None:
    """Its lease is over, and it waits for whoever takes it."""
    await expire(planner)
    run = await planner.run_row()
    async with planner.desk.database.transaction(planner.who) as conn:
        assert await takeover.offer(conn, run_id=run.id, attempt=run.attempt)


async def test_a_change_that_no_longer_fits_is_not_made_and_the_model_gets_it_anew(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(PRIORITY), says("It has changed."))
    [asked] = await ask(planner)
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute("update production_order set priority = 4 where code = 'WO-1'")
    events = await answer_in_chat(planner, Answer(asked, approved=True))
    assert [event.code for event in events if isinstance(event, ToolFailed)] == ["stale_plan"]
    assert (await priorities(planner))["WO-1"] == 4
    told = parse(model.requests[-1].trailing_tool_results[0])
    assert text_at(told, "error", "code") == "stale_plan"
    assert at(told, "error", "details", "fresh", "rows", 0, "before", "priority") == 4
    assert await refusals(planner) == [("stale_plan", planner.who.user_id)]
