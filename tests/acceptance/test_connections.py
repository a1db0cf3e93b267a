"""A turn does not hang on its connection: tabs close, come back, come twice, and stop on purpose."""

import pytest

from tests.acceptance.caller import Caller, message_text, new_chat_id, question, refusal
from tests.acceptance.consumer import Consumer
from tests.acceptance.json_access import at, items_at, text_at
from tests.acceptance.model_script import Gate, Pause, Streamed, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.transcript import sound_history, until_idle

FIRST, SECOND = "The Puma is free ", "from Thursday on."


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def halting(gate: Gate) -> Streamed:
    """An answer that waits in its middle."""
    return plays(Text(FIRST), Pause(gate), Text(SECOND))


def test_an_answer_is_complete_in_the_history_though_its_connection_was_closed_in_the_middle(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel, gate: Gate, halting: Streamed
) -> None:
    scripted_model.play(halting)
    chat = new_chat_id()
    with anna.asking(chat, "When is it free?") as stream:
        stream.until_text(FIRST)
    gate.open()
    until_idle(anna, chat)
    messages = sound_history(anna, consumer, chat, roles="ua")
    assert message_text(messages[1]) == FIRST + SECOND
    assert not scripted_model.requests[0].gone.is_set()


def test_a_page_that_was_closed_and_opened_again_shows_the_answer_once(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel, gate: Gate, halting: Streamed
) -> None:
    scripted_model.play(halting)
    chat = new_chat_id()
    first_page = anna.tab(consumer, chat)
    sending = first_page.start_send("When is it free?")
    first_page.until_text(FIRST)
    first_page.stop()
    assert sending.result().status == "ready"
    second_page = anna.tab(consumer, chat)
    resuming = second_page.start_resume()
    second_page.until_text(FIRST)
    gate.open()
    turn = resuming.result().succeeded()
    assert [message.role for message in turn.messages] == ["user", "assistant"]
    assert turn.answer.text == FIRST + SECOND
    messages = sound_history(anna, consumer, chat, roles="ua")
    assert text_at(messages[1], "id") == turn.answer.id


def test_a_second_reader_gets_the_whole_answer_from_its_start_and_then_live(
    anna: Caller, scripted_model: ScriptedModel, gate: Gate, halting: Streamed
) -> None:
    scripted_model.play(calls(("get_machine_availability", {"machines": ["Puma 3100"]})), halting)
    chat = new_chat_id()
    with anna.asking(chat, "When is it free?") as first:
        first.until_text(FIRST)
        with anna.following(chat) as second:
            second.until_text(FIRST)
            gate.open()
            second.to_end()
        first.to_end()
    assert second.message_id == first.message_id
    assert second.text == first.text == FIRST + SECOND
    assert [call.output for call in second.calls] == [call.output for call in first.calls]
    assert [call.call_id for call in second.calls] == [call.call_id for call in first.calls]
    assert second.state.finish_reason == first.state.finish_reason == "stop"


def test_following_is_204_where_nothing_runs_and_where_nothing_ever_was(
    anna: Caller, carl: Caller, scripted_model: ScriptedModel, gate: Gate, halting: Streamed
) -> None:
    scripted_model.play(halting)
    chat = new_chat_id()
    with anna.asking(chat, "When is it free?") as stream:
        stream.until_text(FIRST)
        assert carl.http.get(f"/api/chat/{chat}/stream").status_code == 204, "a colleague sees nothing"
        gate.open()
        stream.to_end()
    assert anna.http.get(f"/api/chat/{chat}/stream").status_code == 204
    assert anna.http.get("/api/chat/never-used/stream").status_code == 204


def test_a_stop_in_mid_answer_keeps_what_was_said_and_leaves_the_model(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel, halting: Streamed
) -> None:
    scripted_model.play(halting, says("Yes."))
    chat = new_chat_id()
    with anna.asking(chat, "When is it free?") as stream:
        stream.until_text(FIRST)
        assert anna.stop(chat).status_code == 202
        stream.to_end()
    assert stream.state.terminal == "abort"
    assert scripted_model.requests[0].gone.wait(10), "the model went on talking to nobody"
    assert anna.stop(chat).status_code == 202, "stopping again changes nothing"
    assert message_text(sound_history(anna, consumer, chat, roles="ua")[1]) == FIRST
    assert anna.ask(chat, "Are you there?").text == "Yes."
    sound_history(anna, consumer, chat, roles="uaua")


def test_a_stop_in_the_middle_of_a_tool_ends_the_call_and_the_thread_goes_on(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel, database: ShopDatabase
) -> None:
    scripted_model.play(calls(("get_machine_availability", {"machines": ["Puma 3100"]})), says("Yes."))
    chat = new_chat_id()
    with database.holding_the_plan("north"), anna.asking(chat, "When is it free?") as stream:
        stream.until_chunk("tool-input-available")
        assert anna.stop(chat).status_code == 202
        stream.to_end()
    assert stream.state.terminal == "abort"
    assert [call.state for call in stream.calls] == ["output-error"]
    answer = sound_history(anna, consumer, chat, roles="ua")[1]
    parts = [part for part in items_at(answer, "parts") if text_at(part, "type").startswith("tool-")]
    assert [text_at(part, "state") for part in parts] == ["output-error"]
    assert anna.ask(chat, "Are you there?").text == "Yes."
    assert scripted_model.requests[-1].roles[-1] == "user"


def test_a_second_question_on_a_busy_thread_is_refused_before_anything_starts(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel, gate: Gate, halting: Streamed
) -> None:
    scripted_model.play(halting)
    chat = new_chat_id()
    with anna.asking(chat, "When is it free?") as stream:
        stream.until_text(FIRST)
        error = refusal(anna.http.post("/api/chat", json=question(chat, "And now?")), 409, "thread_busy")
        assert error["retryable"] is True
        gate.open()
        stream.to_end()
    assert stream.text == FIRST + SECOND
    sound_history(anna, consumer, chat, roles="ua")
    assert len(scripted_model.requests) == 1


def test_the_same_message_sent_again_is_answered_by_a_replay_and_not_by_the_model(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    scripted_model.play(calls(("get_machine_availability", {"machines": ["Puma 3100"]})), says(FIRST, SECOND))
    chat = new_chat_id()
    first = anna.ask(chat, "When is it free?", message_id="once")
    again = anna.ask(chat, "When is it free?", message_id="once")
    assert again.message_id == first.message_id
    assert again.text == first.text
    assert [call.output for call in again.calls] == [call.output for call in first.calls]
    assert len(scripted_model.requests) == 2
    other = question(chat, "When is the other one free?", message_id="once")
    refusal(anna.http.post("/api/chat", json=other), 409, "idempotency_conflict")
    sound_history(anna, consumer, chat, roles="ua")


def test_an_idempotency_key_makes_one_run_of_two_requests(
    anna: Caller, scripted_model: ScriptedModel, gate: Gate, halting: Streamed
) -> None:
    scripted_model.play(halting)
    chat = new_chat_id()
    body, key = question(chat, "When is it free?"), {"idempotency-key": "one-order-one-answer"}
    with anna.post_chat(body, key) as first:
        first.until_text(FIRST)
        with anna.post_chat(body, key) as second:
            gate.open()
            second.to_end()
        first.to_end()
    assert at(second.chunks[0], "messageId") == at(first.chunks[0], "messageId")
    assert second.text == first.text == FIRST + SECOND
    assert len(scripted_model.requests) == 1
