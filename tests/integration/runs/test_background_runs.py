"""Runs that nobody waits for on a connection: queued, begun by a worker, followed, cancelled."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from jobs.engine_database import engine_transaction
from knowledge.library import Library, Upload
from leadhand.errors import (
    BudgetExhausted,
    IdempotencyConflict,
    NotFound,
    RunLogGone,
    RunNotStarted,
    ThreadBusy,
    TooManyRuns,
)
from leadhand.events import RunEvent, RunFinished, StatusChanged, StepReset, ToolSucceeded
from leadhand.settings import Settings
from models.embeddings.embedder import Vector
from runs.background import running_worker
from runs.background_runs import BackgroundRuns
from runs.desk import open_desk
from runs.sweeper import Sweeper
from runs.turn import TurnRequest
from runs.waiting import BackgroundPlaces
from storage import proposals
from storage.background_runs import ListedRun
from storage.proposals import Found, PlanVersion
from tests.acceptance.model_script import Gate, Pause, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.conftest import Planner, said
from tests.integration.runs.test_takeover import die, elsewhere, gate, picking_up

__all__ = ["elsewhere", "gate"]

QUESTION = "Who is free next week?"


def queue(planner: Planner) -> BackgroundRuns:
    return planner.desk.background_runs


async def ask(planner: Planner, key: str | None = None, text: str = QUESTION) -> ListedRun:
    return await queue(planner).ask(planner.who, TurnRequest(planner.chat_id, text=text, idempotency_key=key))


async def told(planner: Planner, run: ListedRun) -> list[RunEvent]:
    log = await queue(planner).told(planner.who, run.id)
    return [event async for batch in log.told() for event in batch]


async def status(planner: Planner, run: ListedRun) -> str:
    found = (await queue(planner).get(planner.who, run.id)).run
    return "queued" if found.queued else found.status


def on_another_thread(planner: Planner) -> Planner:
    return replace(planner, chat_id=uuid4().hex)


async def test_a_run_is_queued_until_a_worker_begins_it_and_its_answer_is_there_afterwards(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    model.play(says("Everybody."))
    run = await ask(planner)
    assert await status(planner, run) == "queued"
    assert not model.requests
    async with picking_up(elsewhere):
        live = await told(planner, run)
    standing = await queue(planner).get(planner.who, run.id)
    assert said(live) == "Everybody."
    assert isinstance(live[-1], RunFinished)
    assert (standing.run.status, standing.run.attempt) == ("finished", 1)
    assert standing.answer is not None
    assert standing.answer.message_id == run.assistant_message_id
    assert await told(elsewhere, run) == live
    assert [message.role for message in await planner.history()] == ["user", "assistant"]
    assert [found.id for found in await queue(planner).newest(planner.who, limit=5, before=None)] == [run.id]


async def test_its_duration_counts_from_when_it_was_asked_for(planner: Planner, model: ScriptedModel) -> None:
    model.play(says("Everybody."))
    run = await ask(planner)
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute(
            "update run set started_at = started_at - interval '100 s' where id = %s", (run.id,)
        )
    async with picking_up(planner):
        finished = (await told(planner, run))[-1]
    assert isinstance(finished, RunFinished)
    assert finished.duration_ms >= 100_000


async def test_the_same_key_is_the_same_run_however_it_stands(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    model.play(says("Everybody."))
    first, second = await asyncio.gather(ask(planner, "monday"), ask(elsewhere, "monday"))
    assert first.id == second.id
    with pytest.raises(IdempotencyConflict):
        await ask(planner, "monday", "Who is away?")
    async with picking_up(elsewhere):
        await told(planner, first)
    again = await ask(planner, "monday")
    assert (again.id, again.status) == (first.id, "finished")


async def test_a_queued_run_holds_its_conversation_and_is_cancelled_at_once(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    run = await ask(planner)
    with pytest.raises(ThreadBusy):
        await planner.start("And now?")
    assert (await queue(elsewhere).cancel(planner.who, run.id)).status == "stopped"
    assert (await queue(planner).cancel(planner.who, run.id)).status == "stopped"
    async with picking_up(elsewhere):
        model.play(says("Monday."))
        assert said(await planner.ask("And now?")) == "Monday."
    assert len(model.requests) == 1


async def test_a_queued_run_is_stopped_from_the_chat_as_well(planner: Planner) -> None:
    run = await ask(planner)
    assert await planner.desk.runs.stop(planner.who, planner.chat_id)
    assert await status(planner, run) == "stopped"


async def test_a_running_run_is_cancelled_from_another_server(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Text("Half an"), Pause(gate)))
    run = await ask(planner)
    async with picking_up(elsewhere):
        await asyncio.to_thread(gate.wait_reached)
        assert await status(planner, run) == "running"
        assert (await queue(planner).cancel(planner.who, run.id)).status == "stopped"
    standing = await queue(planner).get(planner.who, run.id)
    assert standing.answer is not None
    assert standing.answer.metadata["stopped"] is True


async def test_a_run_whose_worker_died_goes_on_in_another_one(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Text("Half an"), Pause(gate)), says("A whole answer."))
    run = await ask(planner)
    async with picking_up(planner):
        await asyncio.to_thread(gate.wait_reached)
        watching = (await queue(elsewhere).told(elsewhere.who, run.id)).told()
        seen: list[RunEvent] = []
        while "Half an" not in said(seen):
            seen += await anext(watching)
    await die(planner)
    async with picking_up(elsewhere):
        seen += [event async for batch in watching for event in batch]
    assert any(isinstance(event, StepReset) for event in seen)
    assert seen == await told(elsewhere, run)
    standing = await queue(planner).get(planner.who, run.id)
    assert (standing.run.status, standing.run.attempt) == ("finished", 2)


async def test_a_colleagues_run_is_no_run(planner: Planner) -> None:
    run = await ask(planner)
    carl = replace(planner.who, user_id="carl")
    for asked in (queue(planner).get, queue(planner).told, queue(planner).cancel):
        with pytest.raises(NotFound):
            await asked(carl, run.id)
    assert await queue(planner).newest(carl, limit=5, before=None) == ()
    assert await status(planner, run) == "queued"


async def test_a_log_that_is_dropped_is_told_as_that_and_the_answer_stays(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(says("Everybody."))
    run = await ask(planner)
    async with picking_up(planner):
        await told(planner, run)
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute("delete from run_event where run_id = %s and seq = 1", (run.id,))
    with pytest.raises(RunLogGone):
        await told(planner, run)
    assert (await queue(planner).get(planner.who, run.id)).answer is not None


async def test_queued_runs_take_the_places_of_their_person_and_shop(
    desk_settings: Settings, planner: Planner
) -> None:
    bounds = {"max_user_background_runs": 2, "max_shop_background_runs": 3}
    async with open_desk(desk_settings.model_copy(update=bounds)) as desk:
        ada = replace(planner, desk=desk)
        carl = replace(ada, who=replace(ada.who, user_id="carl"))
        kept = [await ask(on_another_thread(ada)) for _ in range(2)]
        with pytest.raises(TooManyRuns) as of_user:
            await ask(on_another_thread(ada))
        assert of_user.value.details == {"limit": "user_background_runs", "max": 2, "retry_after_s": 30}
        last = await ask(on_another_thread(carl))
        with pytest.raises(TooManyRuns) as of_shop:
            await ask(on_another_thread(carl))
        assert of_shop.value.details["limit"] == "shop_background_runs"
        await queue(ada).cancel(ada.who, kept[0].id)
        await ask(on_another_thread(ada))
        await queue(carl).cancel(carl.who, last.id)


async def test_a_run_is_not_queued_when_the_budget_of_the_day_is_spent(
    desk_settings: Settings, planner: Planner, model: ScriptedModel
) -> None:
    model.play(says("Everybody."))
    async with open_desk(desk_settings.model_copy(update={"user_tokens_per_day": 1})) as desk:
        ada = replace(planner, desk=desk)
        await ada.ask("Who?")
        with pytest.raises(BudgetExhausted):
            await ask(ada)
        assert await queue(ada).newest(ada.who, limit=5, before=None) == ()


async def test_a_run_that_no_worker_takes_for_an_hour_ends_and_frees_its_conversation(
    planner: Planner,
) -> None:
    run = await ask(planner)
    sweeper = Sweeper(planner.desk.runs, pick_up_s=0.0)
    await sweeper.sweep()
    assert await status(planner, run) == "queued"
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute("update run set lease_expires_at = now() where id = %s", (run.id,))
    await sweeper.sweep()
    ended = (await queue(planner).get(planner.who, run.id)).run
    assert (ended.status, ended.error_code) == ("failed", RunNotStarted.code)


async def test_a_process_that_runs_enough_leaves_the_others_in_the_queue(
    desk_settings: Settings, planner: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Pause(gate), Text("One.")), says("Two."))
    async with open_desk(desk_settings.model_copy(update={"background_runs": 1})) as desk:
        here = replace(planner, desk=desk)
        one = await ask(here)
        async with picking_up(here):
            await asyncio.to_thread(gate.wait_reached)
            other = on_another_thread(here)
            two = await ask(other)
            assert await status(other, two) == "queued"
            gate.open()
            assert said(await told(here, one)) == "One."
            assert said(await told(other, two)) == "Two."


def test_one_shop_never_has_all_the_places_of_a_process() -> None:
    places = BackgroundPlaces(4)
    for _ in range(2):
        assert not places.full("north")
        places.take("north")
    assert places.full("north")
    assert not places.full("south")
    places.take("south")
    places.take("east")
    assert places.full("west")
    places.give_back("north")
    assert not places.full("west")


async def test_an_id_that_never_was_is_no_run(planner: Planner) -> None:
    with pytest.raises(NotFound):
        await queue(planner).get(planner.who, UUID(int=7))


async def replan(planner: Planner) -> PlanVersion:
    async with planner.desk.database.transaction(planner.who) as conn:
        newest = await proposals.newest(conn)
    assert newest is not None
    return newest


async def progress(planner: Planner, run: ListedRun, text: str) -> None:
    """Return when the run has said `text` as its loading line, and says it still."""
    async for batch in (await queue(planner).told(planner.who, run.id)).told():
        if any(isinstance(event, StatusChanged) and text in event.label for event in batch):
            break
    assert text in ((await queue(planner).get(planner.who, run.id)).progress or "")


async def test_a_background_run_waits_for_the_end_of_its_replan_and_tells_how_far_it_is(
    desk_settings: Settings, planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(("propose_replan", {})), says("It came to nothing."))
    # In the chat the tool would answer after half a second.
    async with open_desk(desk_settings.model_copy(update={"tool_timeout_s": 1.0})) as desk:
        here = replace(planner, desk=desk)
        run = await ask(here)
        async with picking_up(here):
            await progress(here, run, "The re-plan waits for its turn")
            proposal_id = (await replan(here)).id
            async with desk.database.transaction(here.who) as conn:
                held = await proposals.claim(conn, proposal_id=proposal_id)
            assert held is not None
            await progress(here, run, "The re-plan is being computed")
            async with desk.database.transaction(here.who) as conn:
                assert await proposals.settle(
                    conn,
                    proposal_id=proposal_id,
                    attempt=held.attempt,
                    found=Found("failed", "timeout_partial"),
                )
            events = await told(here, run)
    [output] = [event.output for event in events if isinstance(event, ToolSucceeded)]
    assert isinstance(output, dict)
    assert output["status"] == "failed"
    assert said(events) == "It came to nothing."


async def test_cancelling_a_background_run_cancels_the_replan_that_it_asked_for(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    model.play(calls(("propose_replan", {})))
    run = await ask(planner)
    async with picking_up(elsewhere):
        await progress(planner, run, "The re-plan waits for its turn")
        assert (await queue(planner).cancel(planner.who, run.id)).status == "stopped"
    assert (await replan(planner)).status == "cancelled"


class Endless:
    """An embedding model that takes its time until the test is over; `asked` by so many jobs."""

    name = "endless"

    def __init__(self) -> None:
        self.asked = asyncio.Semaphore(0)

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        del texts
        self.asked.release()
        return await asyncio.Future[list[Vector]]()

    async def query(self, text: str) -> Vector:
        return (await self.passages([text]))[0]

    async def aclose(self) -> None:
        pass


async def test_a_background_run_does_not_wait_for_documents_that_are_being_read(
    planner: Planner, desk_settings: Settings, model: ScriptedModel
) -> None:
    desk, embedder = planner.desk, Endless()
    settings = desk_settings.model_copy(update={"worker_concurrency": 1, "replan_processes": 1})
    async with engine_transaction(desk.database.pool) as conn:
        await conn.execute("delete from procrastinate_jobs where status = 'todo'")
    library = Library(desk.database, embedder)
    for number in range(5):
        await library.add(planner.who, Upload(f"{number}.md", b"# Coolant\n\nEvery six weeks."))
    async with running_worker(settings, desk.database, desk.runs, desk.chat_model, embedder):
        await embedder.asked.acquire()
        model.play(*[says("Everybody.")] * 2)
        assert said(await told(planner, await ask(planner))) == "Everybody."
