"""A run whose process is gone goes on in another one, and is shown and stored as if nothing had happened."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from leadhand.errors import JsonValue
from leadhand.events import (
    RunEvent,
    RunFinished,
    StepStarted,
    ToolSucceeded,
)
from leadhand.settings import Settings
from runs.active import FollowedRun
from runs.desk import open_desk
from runs.transcript import parts_of, stored_parts
from tests.acceptance.model_script import Gate, Pause, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.conftest import Planner, ending, events_of

MACHINES: tuple[str, JsonValue] = ("get_machine_availability", {"window": "next week"})


async def die(planner: Planner) -> None:
    """What the process did for the run ends where it stands; its lease is over."""
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


@asynccontextmanager
async def another_server(planner: Planner, settings: Settings) -> AsyncGenerator[Planner]:
    """The same person on the same thread at a server with a worker."""
    async with open_desk(settings, worker=True) as desk:
        yield Planner(desk, planner.who, planner.chat_id)


async def running_at(planner: Planner) -> FollowedRun:
    run = await planner.desk.runs.running(planner.who, planner.chat_id)
    assert run is not None
    return run


async def check_stored(planner: Planner, events: list[RunEvent]) -> None:
    """The transcript is what a reader of the whole run made of it."""
    answer = (await planner.history())[-1]
    assert answer.parts == stored_parts(parts_of(events))


async def test_a_run_that_died_in_a_model_call_makes_it_again(
    planner: Planner, desk_settings: Settings, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(calls(MACHINES), plays(Text("Half an"), Pause(gate)), says("A whole answer."))
    await planner.start("Who is free next week?")
    await asyncio.to_thread(gate.wait_reached)
    reading = asyncio.create_task(events_of(await remote(planner)))
    await die(planner)
    async with another_server(planner, desk_settings) as elsewhere:
        events = await reading
        gate.open()
        assert isinstance(ending(events), RunFinished)
        assert [type(event) for event in events].count(StepStarted) == 2
        assert [type(event) for event in events].count(ToolSucceeded) == 1
        await check_stored(elsewhere, events)
        assert (await elsewhere.run_row()).attempt == 2
    assert model.requests[-1].roles == ["system", "user", "assistant", "tool"]


async def remote(planner: Planner) -> FollowedRun:
    """The run as another process sees it."""
    key = (planner.who.tenant_id, planner.who.user_id, planner.chat_id)
    planner.desk.runs._active.pop(key)  # pyright: ignore[reportPrivateUsage]
    return await running_at(planner)
