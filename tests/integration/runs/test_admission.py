"""What becomes of a turn that is asked for: admitted, refused, or recognised."""

import asyncio

import pytest

from leadhand.errors import IdempotencyConflict, InvalidRequest, NotFound, ThreadBusy
from runs.turn import Trigger, TurnRequest
from tests.acceptance.model_script import Gate, HttpFault, Pause, Text, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.conftest import Planner, events_of, said


def _texts(stored: list[tuple[str, str]]) -> list[str]:
    return [text for _, text in stored]


async def _history(planner: Planner) -> list[tuple[str, str]]:
    return [
        (message.role, "".join(str(part.get("text", "")) for part in message.parts if isinstance(part, dict)))
        for message in await planner.history()
    ]


async def test_a_second_turn_on_a_busy_thread_is_refused_and_stores_nothing(
    planner: Planner, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("One"), Pause(gate), Text(" moment.")))
    run = await planner.start("first")
    await asyncio.to_thread(gate.wait_reached)
    with pytest.raises(ThreadBusy):
        await planner.start("second")
    gate.open()
    assert said(await events_of(run)) == "One moment."
    assert await _history(planner) == [("user", "first"), ("assistant", "One moment.")]


async def test_the_same_message_again_while_it_is_answered_joins_the_same_run(
    planner: Planner, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("One"), Pause(gate), Text(" answer.")))
    first = await planner.start("question", "m1")
    await asyncio.to_thread(gate.wait_reached)
    second = await planner.start("question", "m1")
    gate.open()
    assert second.run_id == first.run_id
    assert said(await events_of(second)) == "One answer."


async def test_the_same_message_again_after_its_answer_replays_that_answer(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(says("Said once."))
    first = await planner.start("question", "m1")
    await events_of(first)
    again = await planner.start("question", "m1")
    assert (again.run_id, again.assistant_message_id) == (first.run_id, first.assistant_message_id)
    assert said(await events_of(again)) == "Said once."
    assert len(model.requests) == 1


async def test_the_same_message_id_with_another_text_is_a_conflict(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(says("Yes."))
    await events_of(await planner.start("question", "m1"))
    with pytest.raises(IdempotencyConflict):
        await planner.start("another question", "m1")


async def test_the_same_key_again_is_the_same_run_and_with_another_text_a_conflict(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(says("Yes."))
    first = await planner.send(
        TurnRequest(planner.chat_id, user_message_id="a", text="q", idempotency_key="k")
    )
    await events_of(first)
    again = await planner.send(
        TurnRequest(planner.chat_id, user_message_id="b", text="q", idempotency_key="k")
    )
    assert again.run_id == first.run_id
    with pytest.raises(IdempotencyConflict):
        await planner.send(TurnRequest(planner.chat_id, user_message_id="c", text="r", idempotency_key="k"))


async def test_a_failed_run_does_not_count_so_its_message_is_answered_anew(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(HttpFault(500), says("Now."))
    await events_of(await planner.start("question", "m1"))
    assert said(await events_of(await planner.start("question", "m1"))) == "Now."
    assert await _history(planner) == [("user", "question"), ("assistant", "Now.")]


async def test_an_edited_message_replaces_itself_and_all_that_followed(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(says("First."), says("Second."), says("Edited."))
    await events_of(await planner.start("one", "m1"))
    await events_of(await planner.start("two", "m2"))
    run = await planner.send(
        TurnRequest(planner.chat_id, message_id="m1", user_message_id="m1", text="one, better")
    )
    await events_of(run)
    assert await _history(planner) == [("user", "one, better"), ("assistant", "Edited.")]
    assert model.requests[-1].contents("user") == ["one, better"]
    assert model.requests[-1].contents("assistant") == []


async def test_another_answer_replaces_the_last_one_and_the_model_does_not_see_it(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(says("First."), says("Better."))
    await events_of(await planner.start("question", "m1"))
    run = await planner.send(TurnRequest(planner.chat_id, Trigger.REGENERATE, user_message_id="m1"))
    await events_of(run)
    assert await _history(planner) == [("user", "question"), ("assistant", "Better.")]
    assert model.requests[-1].contents("assistant") == []


async def test_another_answer_to_an_earlier_question_cuts_off_what_came_later(
    planner: Planner, model: ScriptedModel
) -> None:
    model.play(says("First."), says("Second."), says("First again."))
    first = await planner.start("one", "m1")
    await events_of(first)
    await events_of(await planner.start("two", "m2"))
    run = await planner.send(
        TurnRequest(planner.chat_id, Trigger.REGENERATE, message_id=first.assistant_message_id)
    )
    await events_of(run)
    assert _texts(await _history(planner)) == ["one", "First again."]


async def test_there_is_no_other_answer_in_an_empty_thread(planner: Planner) -> None:
    with pytest.raises(NotFound):
        await planner.send(TurnRequest(planner.chat_id, Trigger.REGENERATE))


async def test_a_turn_without_text_is_refused_and_leaves_no_thread(planner: Planner) -> None:
    with pytest.raises(InvalidRequest):
        await planner.send(TurnRequest(planner.chat_id))
    with pytest.raises(AssertionError):
        await planner.thread_id()
