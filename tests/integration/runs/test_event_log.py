"""A run is followed, repeated and stopped from any process, through its log in Postgres."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from uuid import UUID, uuid4

import psycopg
import pytest
import pytest_asyncio

from leadhand.context import Principal, TenantContext
from leadhand.errors import JsonValue, NotFound, RunInterrupted
from leadhand.events import (
    RunEnding,
    RunEvent,
    RunFinished,
    RunStopped,
    StatusChanged,
    StepStarted,
    TextDelta,
    ToolSucceeded,
)
from leadhand.settings import Settings
from runs.active import FollowedRun
from runs.desk import Desk, open_desk
from runs.event_codec import decode_events, encode_events
from runs.log import RunLog
from runs.recorder import EventRecorder
from storage import run_events, runs, threads
from storage.embedded import EmbeddedServer
from storage.run_events import Flush
from storage.transactions import Connection
from storage.usage import TurnLimits
from tests.acceptance.model_script import Gate, Pause, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.conftest import Planner, ending, events_of, said
from tests.integration.storage.locks import somebody_waits

MACHINES: tuple[str, JsonValue] = ("get_machine_availability", {"window": "next week"})


@pytest_asyncio.fixture
async def other_desk(desk_settings: Settings) -> AsyncIterator[Desk]:
    """Another server on the same database."""
    async with open_desk(desk_settings) as opened:
        yield opened


@pytest.fixture
def elsewhere(planner: Planner, other_desk: Desk) -> Planner:
    """The same person on the same thread, at the other server."""
    return Planner(other_desk, planner.who, planner.chat_id)


async def followed_by(planner: Planner) -> FollowedRun:
    run = await planner.desk.runs.running(planner.who, planner.chat_id)
    assert run is not None
    return run


def whole(events: list[RunEvent]) -> list[RunEvent]:
    """Deltas joined, as any reader shows them."""
    return decode_events(encode_events(events))


def past(events: list[RunEvent]) -> list[RunEvent]:
    """Without loading lines, which those who come late do not see."""
    return [event for event in whole(events) if not isinstance(event, StatusChanged)]


async def test_a_reader_at_another_server_sees_the_whole_turn_and_its_end(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(calls(MACHINES), plays(Text("All "), Pause(gate), Text("free.")))
    run = await planner.start("Who is free next week?")
    await asyncio.to_thread(gate.wait_reached)
    late = asyncio.create_task(events_of(await followed_by(elsewhere)))
    second = asyncio.create_task(events_of(await followed_by(elsewhere)))
    gate.open()
    seen_here = whole(await events_of(run))
    assert past(await late) == past(await second) == past(seen_here)
    assert isinstance(ending(seen_here), RunFinished)
    assert said(seen_here) == "All free."


async def test_what_is_said_reaches_the_other_server_while_the_turn_goes_on(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("Half an"), Pause(gate), Text(" answer.")))
    run = await planner.start("question")
    await asyncio.to_thread(gate.wait_reached)
    heard = ""
    async with aclosing((await followed_by(elsewhere)).follow()) as batches:
        async for batch in batches:
            heard += said(list(batch))
            if heard == "Half an":
                gate.open()
            if isinstance(batch[-1], RunEnding):
                break
    assert heard == "Half an answer."
    assert isinstance(ending(await events_of(run)), RunFinished)


async def test_a_turn_that_is_over_is_followed_nowhere(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    model.play(says("Done."))
    await planner.ask("question")
    assert await elsewhere.desk.runs.running(elsewhere.who, elsewhere.chat_id) is None


async def test_a_colleague_follows_and_stops_nothing(
    planner: Planner, other_desk: Desk, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("Mine"), Pause(gate), Text(".")))
    run = await planner.start("question")
    await asyncio.to_thread(gate.wait_reached)
    me = planner.who
    for colleague in (("colleague", me.tenant_id), (me.user_id, "another-shop")):
        who = TenantContext(colleague[1], colleague[0], me.permissions, "UTC", "en-US", me.as_of)
        assert await other_desk.runs.running(who, planner.chat_id) is None
        assert not await other_desk.runs.stop(who, planner.chat_id)
    gate.open()
    assert isinstance(ending(await events_of(run)), RunFinished)


async def test_the_same_request_at_another_server_is_the_same_run(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("Once"), Pause(gate), Text(".")))
    run = await planner.start("question", "message-1")
    await asyncio.to_thread(gate.wait_reached)
    again = await elsewhere.start("question", "message-1")
    reading = asyncio.create_task(events_of(again))
    gate.open()
    assert again.run_id == run.run_id
    assert again.assistant_message_id == run.assistant_message_id
    assert said(await reading) == said(await events_of(run)) == "Once."
    assert len(model.requests) == 1


async def test_a_turn_is_stopped_from_another_server(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("Half"), Pause(gate)), says("Whole."))
    run = await planner.start("question")
    await asyncio.to_thread(gate.wait_reached)
    assert await elsewhere.desk.runs.stop(elsewhere.who, elsewhere.chat_id)
    gate.open()
    assert isinstance(ending(await events_of(run)), RunStopped)
    assert said(await elsewhere.ask("again")) == "Whole."


async def test_a_deleted_thread_leaves_nothing_of_its_runs_in_the_log(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(MACHINES), says("All free."))
    await planner.ask("question")
    assert await kept(planner) > 0
    async with planner.desk.database.transaction(planner.who) as conn:
        assert await threads.delete_thread(conn, chat_id=planner.chat_id)
    assert await kept(planner) == 0


async def test_what_is_being_written_while_its_thread_is_deleted_goes_with_it(planner: Planner) -> None:
    run_id = await held_run(planner)
    database, who = planner.desk.database, Principal(planner.who.tenant_id, planner.who.user_id, frozenset())

    async def delete() -> bool:
        async with database.transaction(planner.who) as conn:
            return await threads.delete_thread(conn, chat_id=planner.chat_id)

    async with database.transaction(planner.who) as conn:
        told = Flush(1, encode_events([TextDelta("a", "Half")]))
        await run_events.append(conn, run_id=UUID(run_id), attempt=1, flush=told)
        deleting = asyncio.create_task(delete())
        await somebody_waits(database, who)
    assert await deleting
    assert await kept(planner) == 0


async def kept(planner: Planner) -> int:
    async with planner.desk.database.transaction(planner.who) as conn:
        row = await (await conn.execute("select count(*) as rows from run_event")).fetchone()
    assert row is not None
    return int(row["rows"])


async def test_a_reader_whose_thread_is_deleted_is_told_so(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("Half"), Pause(gate)))
    run = await planner.start("question")
    await asyncio.to_thread(gate.wait_reached)
    remote = await followed_by(elsewhere)
    async with planner.desk.database.transaction(planner.who) as conn:
        await threads.delete_thread(conn, chat_id=planner.chat_id)
    with pytest.raises(NotFound):
        await events_of(remote)
    gate.open()
    with pytest.raises(NotFound):
        await events_of(run)


async def held_run(planner: Planner) -> str:
    """A run that nobody executes: its log is the test's."""
    async with planner.desk.database.transaction(planner.who) as conn:
        thread = await threads.create_or_get_thread(conn, chat_id=planner.chat_id)
        run = await runs.admit(
            conn,
            run_id=uuid4(),
            thread_id=thread.id,
            owner="the test",
            lease_s=60,
            model="scripted",
            permissions=planner.who.permissions,
            as_of=planner.who.as_of,
            limits=TurnLimits(max_shop_runs=100, max_user_runs=100),
            timezone="UTC",
            assistant_message_id="answer",
        )
    return str(run.id)


async def append(planner: Planner, run_id: str, seq: int, text: str, *, attempt: int = 1) -> None:
    flush = Flush(seq, encode_events([TextDelta("p", text)]))
    async with planner.desk.database.transaction(planner.who) as conn:
        await threads.touch(conn, thread_id=await planner.thread_id())
        await run_events.append(conn, run_id=UUID(run_id), attempt=attempt, flush=flush)


async def last_touched(planner: Planner) -> datetime:
    async with planner.desk.database.transaction(planner.who) as conn:
        thread = await threads.get_thread(conn, who=planner.who, chat_id=planner.chat_id)
    assert thread is not None
    return thread.updated_at


async def test_an_attempt_that_has_lost_its_run_appends_nothing_and_nothing_with_it(planner: Planner) -> None:
    run_id = await held_run(planner)
    before = await last_touched(planner)
    with pytest.raises(RunInterrupted):
        await append(planner, run_id, 1, "zombie", attempt=2)
    assert await last_touched(planner) == before
    async with planner.desk.database.transaction(planner.who) as conn:
        assert await read(conn, run_id) == []


async def read(conn: Connection, run_id: str) -> list[Flush]:
    return list(await run_events.read_after(conn, run_id=UUID(run_id), seq=0, limit=100))


async def test_a_flush_that_is_sent_twice_counts_once(planner: Planner) -> None:
    run_id = await held_run(planner)
    for _ in range(2):
        await append(planner, run_id, 1, "once")
    async with planner.desk.database.transaction(planner.who) as conn:
        [flush] = await read(conn, run_id)
    assert decode_events(flush.events) == [TextDelta("p", "once")]


async def test_the_log_holds_what_a_checkpoint_holds(planner: Planner, model: ScriptedModel) -> None:
    """A tool's result that the graph went on from is never missing from what others see."""
    gate = Gate()
    model.play(calls(MACHINES), plays(Pause(gate), Text("All free.")))
    run = await planner.start("question")
    await asyncio.to_thread(gate.wait_reached)
    async with planner.desk.database.transaction(planner.who) as conn:
        flushes = await read(conn, run.run_id)
    kinds = [type(event) for flush in flushes for event in decode_events(flush.events)]
    gate.open()
    assert ToolSucceeded in kinds
    assert isinstance(ending(await events_of(run)), RunFinished)


async def test_a_step_counts_as_untold_until_its_flush_or_the_runs_end_is_kept(planner: Planner) -> None:
    log = RunLog([StepStarted(), TextDelta("p", "of the attempt before")])
    recorder = EventRecorder(log, planner.desk.database, planner.who, uuid4(), attempt=2, seq=3)
    assert not recorder.step_began_after(3)
    log.emit(StepStarted())
    assert recorder.step_began_after(3)
    assert [flush.seq for flush in recorder.leave().flushes] == [4]
    assert recorder.step_began_after(3), "it may not have arrived"
    assert not recorder.step_began_after(4)
    assert recorder.closing(RunFinished())[-1].seq == 5
    assert not recorder.step_began_after(5)


async def test_flushes_that_arrive_out_of_order_are_read_in_order(planner: Planner) -> None:
    run_id = await held_run(planner)
    remote = await followed_by(planner)
    for seq, text in ((3, "three"), (2, "two "), (1, "one ")):
        await append(planner, run_id, seq, text)
    heard = ""
    async with aclosing(remote.follow()) as batches:
        async for batch in batches:
            heard += said(list(batch))
            if heard.endswith("three"):
                break
    assert heard == "one two three"


async def test_a_flush_that_is_on_its_way_keeps_those_behind_it_waiting(planner: Planner) -> None:
    run_id = await held_run(planner)
    remote = await followed_by(planner)
    await append(planner, run_id, 2, "two")
    async with aclosing(remote.follow()) as batches:
        first = asyncio.ensure_future(anext(batches))
        await append(planner, run_id, 1, "one ")
        assert said(list(await first)) == "one two"


async def test_servers_are_notified_only_of_a_run_that_somebody_follows(
    planner: Planner, server: EmbeddedServer
) -> None:
    run_id = await held_run(planner)
    async with await psycopg.AsyncConnection.connect(server.runtime_url, autocommit=True) as listener:
        await listener.execute(b"listen run_events")
        await append(planner, run_id, 1, "nobody reads along")
        async with planner.desk.database.transaction(planner.who) as conn:
            await run_events.follow(conn, run_id=UUID(run_id), for_s=60)
        await append(planner, run_id, 2, "somebody does")
        told = [notice.payload async for notice in listener.notifies(timeout=10, stop_after=1)]
        more = [notice.payload async for notice in listener.notifies(timeout=0.2)]
    assert (told, more) == ([run_id], [])


async def test_many_readers_of_a_server_listen_on_one_connection(
    planner: Planner, elsewhere: Planner, model: ScriptedModel, server: EmbeddedServer
) -> None:
    gate = Gate()
    model.play(plays(Text("Half an"), Pause(gate), Text(" answer.")))
    async with asyncio.timeout(30):
        while listeners_on(server):  # noqa: ASYNC110 - of an earlier test's connection that ends nobody is told
            await asyncio.sleep(0.02)
    run = await planner.start("question")
    await asyncio.to_thread(gate.wait_reached)
    readers = [asyncio.create_task(events_of(await followed_by(elsewhere))) for _ in range(5)]
    async with asyncio.timeout(30):
        while not listeners_on(server):  # noqa: ASYNC110 - of a connection that is made nobody is told
            await asyncio.sleep(0.02)
    gate.open()
    await asyncio.gather(events_of(run), *readers)
    assert listeners_on(server) == 1


def listeners_on(server: EmbeddedServer) -> int:
    """Connections on which this process is told of runs."""
    with psycopg.connect(server.url("postgres", "postgres")) as connection:
        found = connection.execute(
            "select count(*)::int from pg_stat_activity where application_name = %s",
            (f"leadhand follows {os.getpid()}",),
        ).fetchone()
    assert found is not None
    return int(found[0])
