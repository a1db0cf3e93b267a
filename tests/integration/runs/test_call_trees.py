"""Call trees of runs that other processes go on with: one trace, right parents, one span each."""

import asyncio
from uuid import UUID

import pytest

from leadhand.errors import JsonValue
from leadhand.settings import Settings
from runs.answers import Answer
from runs.call_tree import CallNode, call_tree
from runs.desk import open_desk
from runs.sweeper import MAX_ATTEMPTS, Sweeper
from storage import spans
from tests.acceptance.model_script import Gate, Pause, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.collector import names_below, running_collector
from tests.integration.runs.approving import OTHER, PRIORITY, ask
from tests.integration.runs.conftest import Planner, events_of
from tests.integration.runs.test_takeover import (
    MACHINES,
    begun,
    die,
    elsewhere,
    gate,
    kept,
    picking_up,
    read_at,
)

__all__ = ["elsewhere", "gate"]  # fixtures

PARALLEL: tuple[str, JsonValue] = ("get_operator_availability", {"window": "next week"})


async def tree_of(planner: Planner, run_id: UUID | None = None) -> CallNode:
    asked = run_id or (await planner.run_row()).id
    async with planner.desk.database.transaction(planner.who) as conn:
        runs = await spans.runs_of_trace(conn, run_id=asked, limit=10)
        found = await spans.of_runs(conn, runs=runs, limit=100)
        approvals = await spans.approvals_of_runs(conn, runs=runs)
    return call_tree(runs, found, approvals)


def lines(node: CallNode, depth: int = 0) -> list[str]:
    line = f"{'  ' * depth}{node.kind} {node.name}: {node.outcome}"
    return [line, *(below for child in node.children for below in lines(child, depth + 1))]


def all_of(node: CallNode) -> list[CallNode]:
    return [node, *(below for child in node.children for below in all_of(child))]


async def test_a_turn_that_is_taken_over_goes_on_in_its_trace(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    """The model call that the first process died in is interrupted, and made again below the takeover."""
    model.play(calls(MACHINES), plays(Text("Half an"), Pause(gate)), says("A whole answer."))
    await begun(planner, gate)
    await kept(planner, "Half an")
    await die(planner)
    assert lines(await tree_of(elsewhere))[-2:] == ["  model scripted: running", "    request request: ok"]
    async with picking_up(elsewhere):
        await read_at(elsewhere)
    tree = await tree_of(elsewhere)
    assert lines(tree) == [
        "run run: ok",
        "  node recall: ok",
        "  model scripted: ok",
        "    request request: ok",
        "  tool get_machine_availability: ok",
        "  model scripted: interrupted",
        "    request request: ok",
        "  takeover takeover: ok",
        "    model scripted: ok",
        "      request request: ok",
    ]
    assert [node.attempt for node in all_of(tree)] == [2, 1, 1, 1, 1, 1, 1, 2, 2, 2]
    interrupted = next(node for node in all_of(tree) if node.outcome == "interrupted")
    assert interrupted.ended_at is None


async def test_a_turn_that_is_handed_over_ends_what_it_was_in(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Text("Half an"), Pause(gate)), says("A whole answer."))
    watching = asyncio.create_task(events_of(await begun(planner, gate)))
    await planner.desk.runs.drain(0.01)
    async with picking_up(elsewhere):
        await watching
    assert lines(await tree_of(elsewhere)) == [
        "run run: ok",
        "  node recall: ok",
        "  model scripted: cancelled",
        "    request request: ok",
        "  takeover takeover: ok",
        "    model scripted: ok",
        "      request request: ok",
    ]


async def test_a_turn_that_is_given_up_shows_what_it_died_in(
    planner: Planner, elsewhere: Planner, gate: Gate, model: ScriptedModel
) -> None:
    model.play(plays(Text("Half an"), Pause(gate)))
    await begun(planner, gate)
    await kept(planner, "Half an")
    async with planner.desk.database.transaction(planner.who) as conn:
        await conn.execute("update run set lost = %s", (MAX_ATTEMPTS - 1,))
    await die(planner)
    await Sweeper(elsewhere.desk.runs).sweep()
    assert lines(await tree_of(elsewhere)) == [
        "run run: error",
        "  node recall: ok",
        "  model scripted: interrupted",
        "    request request: ok",
    ]


@pytest.mark.parametrize("approved", [True, False])
async def test_an_approval_that_is_answered_at_another_server_is_in_the_trace_of_the_run_that_asked(
    planner: Planner, elsewhere: Planner, model: ScriptedModel, approved: bool
) -> None:
    model.play(calls(PRIORITY), says("Done."))
    [asked] = await ask(planner)
    first = (await planner.run_row()).id
    waiting = [
        "run run: waiting",
        "  node recall: ok",
        "  model scripted: ok",
        "    request request: ok",
        "  tool update_due_date: ok",
    ]
    assert lines(await tree_of(planner)) == [*waiting, "  approval update_due_date: waiting"]
    await elsewhere.desk.approvals.answer(elsewhere.who, Answer(asked, approved=approved))
    await read_on(elsewhere)
    second = (await elsewhere.run_row()).id
    assert first != second
    tree = await tree_of(elsewhere, first)
    assert lines(tree) == [
        *waiting,
        f"  approval update_due_date: {'ok' if approved else 'cancelled'}",
        "  run run: ok",
        *(["    tool update_due_date: ok"] if approved else []),
        "    model scripted: ok",
        "      request request: ok",
    ]
    assert lines(await tree_of(elsewhere, second)) == lines(tree)
    calls_made = {node.call_id for node in all_of(tree) if node.call_id is not None}
    assert len(calls_made) == 1
    async with elsewhere.desk.database.transaction(elsewhere.who) as conn:
        runs = await spans.newest_runs(conn, limit=10, before=None)
    assert {run.trace_id for run in runs} == {first}
    answer = (await elsewhere.history())[-1]
    assert answer.metadata["trace_id"] == first.hex


async def test_a_collector_gets_the_runs_and_the_approval_between_them_as_one_trace(
    planner: Planner, model: ScriptedModel, desk_settings: Settings
) -> None:
    model.play(calls(PRIORITY), says("Done."))
    with running_collector() as collector:
        settings = desk_settings.model_copy(update={"otlp_endpoint": collector.url})
        async with open_desk(settings) as desk:
            watched = Planner(desk, planner.who, planner.chat_id)
            [asked] = await ask(watched)
            await desk.approvals.answer(watched.who, Answer(asked, approved=True))
            await read_on(watched)
    sent = collector.spans()
    assert names_below(sent, None) == [
        "invoke_agent leadhand",
        "  recall",
        "  chat scripted",
        "    POST",
        "  execute_tool update_due_date",
        "  approval update_due_date",
        "  invoke_agent leadhand",
        "    execute_tool update_due_date",
        "    chat scripted",
        "      POST",
    ]
    tree = await tree_of(planner)
    assert sorted(span.span_id.hex() for span in sent) == sorted(f"{node.id:016x}" for node in all_of(tree))
    assert len({span.trace_id for span in sent}) == 1


async def test_two_changes_in_one_step_wait_and_go_on_in_one_trace(
    planner: Planner, elsewhere: Planner, model: ScriptedModel
) -> None:
    model.play(calls(PRIORITY, OTHER), says("Done."))
    one, other = await ask(planner)
    await planner.desk.approvals.answer(planner.who, Answer(one, approved=True))
    await elsewhere.desk.approvals.answer(elsewhere.who, Answer(other, approved=False))
    await read_on(elsewhere)
    tree = await tree_of(elsewhere)
    assert sorted(line for line in lines(tree) if "approval" in line) == [
        "  approval update_due_date: cancelled",
        "  approval update_due_date: ok",
    ]
    (went_on,) = [node for node in tree.children if node.kind == "run"]
    assert lines(went_on)[1:] == [
        "  tool update_due_date: ok",
        "  model scripted: ok",
        "    request request: ok",
    ]
    spans_of_tree = all_of(tree)
    assert len({node.id for node in spans_of_tree}) == len(spans_of_tree)


async def test_tools_that_run_beside_each_other_are_children_of_the_run(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(calls(MACHINES, PARALLEL), says("All free."))
    await planner.ask("Who is free next week?")
    tree = await tree_of(planner)
    assert sorted(node.name for node in tree.children if node.kind == "tool") == [
        "get_machine_availability",
        "get_operator_availability",
    ]
    assert len(lines(tree)) == 8


async def read_on(planner: Planner) -> None:
    """To the end of the run that goes on."""
    run = await planner.desk.runs.running(planner.who, planner.chat_id)
    if run is not None:
        await events_of(run)
