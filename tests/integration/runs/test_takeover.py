"""A run whose process is gone goes on in another one, and is shown and stored as if nothing had happened."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import pytest_asyncio

from jobs.task import JobRow
from jobs.worker import Worker
from leadhand.errors import JsonValue, ServerStopping
from leadhand.events import (
    RunEvent,
    RunFailed,
    RunFinished,
    StepReset,
    StepStarted,
    TextDelta,
    ToolInputReady,
    ToolSucceeded,
)
from leadhand.settings import Settings
from runs.active import FollowedRun
from runs.background import resuming
from runs.desk import open_desk
from runs.resumption import ask_to_resume
from runs.sweeper import MAX_ATTEMPTS, Sweeper
from runs.transcript import parts_of, stored_parts
from storage import takeover
from tests.acceptance.model_script import Gate, Pause, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.conftest import Planner, ending, events_of, said

MACHINES: tuple[str, JsonValue] = ("get_machine_availability", {"window": "next week"})


@asynccontextmanager
async def picking_up(planner: Planner) -> AsyncGenerator[None]:
    """The person's runs that are offered go on here; no other job is done."""
    desk = planner.desk

    async def resume(row: JobRow) -> None:
        if row.tenant_id == planner.who.tenant_id:
            await desk.runs.resume(row)

    task_of_job = replace(resuming(desk.runs), run=resume)
    worker = Worker(desk.database, [task_of_job], listen_url=desk.database.url, concurrency=1)
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await task


@pytest_asyncio.fixture
async def elsewhere(planner: Planner, desk_settings: Settings) -> AsyncIterator[Planner]:
    """The same person on the same thread, at another server."""
    async with open_desk(desk_settings) as opened:
        yield Planner(opened, planner.who, planner.chat_id)


@pytest.fixture
def gate() -> Gate:
    return Gate()


async def begun(planner: Planner, gate: Gate) -> FollowedRun:
    run = await planner.start("Who is free next week?")
    await asyncio.to_thread(gate.wait_reached)
    return run


async def die(planner: Planner) -> None:
    """All that the process did for its runs ends where it stands, and their leases are over."""
    tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith("turn ")]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await expire(planner)


async def expire(planner: Planner) -> None:
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute(
            "update run set lease_expires_at = now() - interval '1 s' where status = 'running'"
        )


async def lose(planner: Planner) -> None:
    """The process stood still for so long that another one found its run."""
    run = await planner.run_row()
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute(
            "update run set lease_expires_at = now() - interval '1 s' where id = %s", (run.id,)
        )
        assert await takeover.offer(conn, run_id=run.id, attempt=run.attempt)
        await ask_to_resume(conn, run_id=run.id, attempt=run.attempt + 1)


async def followed_by(planner: Planner) -> FollowedRun:
    run = await planner.desk.runs.running(planner.who, planner.chat_id)
    assert run is not None
    return run


async def read_at(planner: Planner) -> list[RunEvent]:
    return await events_of(await followed_by(planner))


def kinds(events: list[RunEvent]) -> list[type[RunEvent]]:
    return [type(event) for event in events]


async def check_stored(planner: Planner, events: list[RunEvent]) -> None:
    """The transcript is what a reader of the whole run made of it."""
    answer = (await planner.history())[-1]
    assert answer.parts == stored_parts(parts_of(events))


async def test_a_model_call_that_broke_off_is_made_again_and_what_it_said_is_void(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(calls(MACHINES), plays(Text("Half an"), Pause(gate)), says("A whole answer."))
    await begun(planner, gate)
    watching = (await followed_by(elsewhere)).follow()
    seen: list[RunEvent] = []
    while "Half an" not in said(seen):
        seen.extend(await anext(watching))
    await die(planner)
    async with picking_up(elsewhere):
        seen += [event async for batch in watching for event in batch]
    assert isinstance(ending(seen), RunFinished)
    assert kinds(seen).count(StepReset) == 1
    assert [kinds(seen).count(kind) for kind in (StepStarted, ToolInputReady, ToolSucceeded)] == [2, 1, 1]
    assert [part.get("text") for part in parts_of(seen) if "text" in part] == ["A whole answer."]
    await check_stored(elsewhere, seen)
    assert (await elsewhere.run_row()).attempt == 2
    assert model.requests[-1].roles == ["system", "user", "assistant", "tool"]


async def test_who_comes_back_sees_nothing_of_what_is_void(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    again = Gate()
    model.play(plays(Text("Half an"), Pause(gate)), plays(Text("A whole "), Pause(again), Text("answer.")))
    await begun(planner, gate)
    await kept(planner, "Half an")
    await die(planner)
    async with picking_up(elsewhere):
        await asyncio.to_thread(again.wait_reached)
        late = asyncio.create_task(read_at(elsewhere))
        again.open()
        seen = await late
    assert said(seen) == "A whole answer."
    assert StepReset not in kinds(seen)
    await check_stored(elsewhere, seen)


async def kept(planner: Planner, text: str) -> None:
    """Return when another process could read `text`."""
    key = (planner.who.tenant_id, planner.who.user_id, planner.chat_id)
    here = planner.desk.runs._active.pop(key)  # pyright: ignore[reportPrivateUsage]
    async for batch in (await followed_by(planner)).follow():
        if text in said(list(batch)):
            break
    planner.desk.runs._active[key] = here  # pyright: ignore[reportPrivateUsage]


async def test_a_run_that_died_before_its_first_step_begins_from_the_question(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(says("Hello."), plays(Pause(gate), Text("Never")), says("Monday."))
    await planner.ask("Hello?")
    await begun(planner, gate)
    await die(planner)
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute("delete from run_event where run_id = %s", ((await planner.run_row()).id,))
        await conn.execute(
            "delete from langgraph.checkpoints where thread_id = %s", (str(await planner.thread_id()),)
        )
    async with picking_up(elsewhere):
        seen = await read_at(elsewhere)
    assert said(seen) == "Monday."
    assert model.requests[-1].contents("user") == ["Hello?", "Who is free next week?"]
    await check_stored(elsewhere, seen)


async def test_a_reader_of_a_process_that_has_lost_its_run_sees_it_go_on(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    """It stood still for longer than its lease, another one has taken the run, and now it moves again."""
    model.play(plays(Text("Zombie"), Pause(gate), Text(" speaks.")), says("A whole answer."))
    watching = asyncio.create_task(events_of(await begun(planner, gate)))
    await lose(planner)
    async with picking_up(elsewhere):
        seen_there = await read_at(elsewhere)
        gate.open()
        seen = await watching
    assert [part.get("text") for part in parts_of(seen) if "text" in part] == ["A whole answer."]
    assert isinstance(ending(seen), RunFinished)
    await check_stored(elsewhere, seen_there)
    await check_stored(elsewhere, seen)
    assert [message.role for message in await elsewhere.history()] == ["user", "assistant"]


async def test_a_run_that_costs_its_third_process_is_given_up_and_the_thread_is_usable(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Text("Half an"), Pause(gate)), says("Back."))
    await begun(planner, gate)
    await kept(planner, "Half an")
    reading = asyncio.create_task(read_at(elsewhere))
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute("update run set lost = %s", (MAX_ATTEMPTS - 1,))
    await die(planner)
    await Sweeper(elsewhere.desk.runs).sweep()
    failed = ending(seen := await reading)
    assert isinstance(failed, RunFailed)
    assert (failed.code, failed.retryable) == ("run_interrupted", True)
    assert (await elsewhere.run_row()).error_code == "run_interrupted"
    await check_stored(elsewhere, seen)
    assert said(await elsewhere.ask("again")) == "Back."


async def test_a_run_that_no_worker_picks_up_in_time_is_given_up(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Text("Half an"), Pause(gate)))
    await begun(planner, gate)
    await kept(planner, "Half an")
    await die(planner)
    patient, impatient = Sweeper(elsewhere.desk.runs), Sweeper(elsewhere.desk.runs, pick_up_s=0.0)
    while (await elsewhere.run_row()).attempt == 1:
        await patient.sweep()
    await patient.sweep()
    assert (await elsewhere.run_row()).status == "running", "it waits"
    await impatient.sweep()
    assert (await elsewhere.run_row()).error_code == "run_interrupted"
    assert (await elsewhere.history())[-1].parts == stored_parts(
        parts_of([StepStarted(), TextDelta("", "Half an")])
    )


async def test_a_stop_while_nobody_runs_it_frees_the_thread(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Text("Half an"), Pause(gate)), says("Back."))
    await begun(planner, gate)
    await kept(planner, "Half an")
    await die(planner)
    assert await elsewhere.desk.runs.stop(elsewhere.who, elsewhere.chat_id)
    assert (await elsewhere.run_row()).status == "stopped"
    assert (await elsewhere.history())[-1].metadata["stopped"] is True
    assert said(await elsewhere.ask("again")) == "Back."


async def test_a_process_that_is_stopped_hands_its_runs_over_and_takes_no_more(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Text("Half an"), Pause(gate)), says("A whole answer."))
    watching = asyncio.create_task(events_of(await begun(planner, gate)))
    await planner.desk.runs.drain(0.01)
    with pytest.raises(ServerStopping):
        await planner.start("too late")
    row = await planner.run_row()
    assert (row.status, row.attempt, row.lost) == ("running", 2, 0)
    async with picking_up(elsewhere):
        seen = await watching
    assert isinstance(ending(seen), RunFinished)
    assert [part.get("text") for part in parts_of(seen) if "text" in part] == ["A whole answer."]
    await check_stored(elsewhere, seen)


async def test_a_run_that_is_picked_up_keeps_the_rights_and_the_clock_of_its_admission(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Pause(gate)), calls(MACHINES), says("All free."))
    await begun(planner, gate)
    await die(planner)
    async with picking_up(elsewhere):
        seen = await read_at(elsewhere)
    [output] = [event.output for event in seen if isinstance(event, ToolSucceeded)]
    assert isinstance(output, dict)
    assert output["as_of"] == "2026-11-30T08:00:00-06:00", "the shop's zone, the turn's instant"


async def test_an_answer_that_was_complete_but_not_stored_is_stored_without_asking_again(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    model.play(calls(MACHINES), says("All free."))
    seen = await planner.ask("Who is free next week?")
    run = await planner.run_row()
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute("delete from message where role = 'assistant'")
        await conn.execute(
            "delete from run_event where run_id = %(run)s"
            " and seq = (select max(seq) from run_event where run_id = %(run)s)",
            {"run": run.id},
        )
        await conn.execute(
            "update run set status = 'running', ended_at = null, lease_expires_at = now() - interval '1 s'"
        )
    async with picking_up(elsewhere):
        assert isinstance(ending(await read_at(elsewhere)), RunFinished)
    await check_stored(elsewhere, seen)
    assert len(model.requests) == 2


async def test_a_run_that_cannot_be_read_keeps_no_other_waiting(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Pause(gate), Text("No")), plays(Pause(gate), Text("No")), says("Monday."))
    await begun(planner, gate)
    other = Planner(planner.desk, planner.who)
    await other.start("And when?")
    await asyncio.to_thread(model.wait_request, 2)
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute(
            "update run set permissions = %s where id = %s", (["unheard:of"], (await planner.run_row()).id)
        )
    await die(planner)
    async with picking_up(elsewhere):
        assert said(await read_at(Planner(elsewhere.desk, other.who, other.chat_id))) == "Monday."
    assert (await planner.run_row()).status == "running"
