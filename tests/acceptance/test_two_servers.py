"""Two servers on one database: a turn is shown, repeated and stopped at the one that does not run it."""

from collections.abc import Generator

import pytest

from tests.acceptance.caller import Caller, message_text, new_chat_id
from tests.acceptance.consumer import Consumer
from tests.acceptance.model_script import Gate, Pause, Streamed, Text, calls, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.transcript import sound_history

FIRST, SECOND = "The Puma is free ", "from Thursday on."
PUMA = calls(("get_machine_availability", {"machines": ["Puma 3100"]}))


@pytest.fixture
def anna_elsewhere(second_server: ServerProcess, anna_token: str) -> Generator[Caller]:
    with Caller(second_server.url, anna_token) as caller:
        yield caller


@pytest.fixture
def carl_elsewhere(second_server: ServerProcess, carl_token: str) -> Generator[Caller]:
    with Caller(second_server.url, carl_token) as caller:
        yield caller


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def halting(gate: Gate) -> Streamed:
    """An answer that waits in its middle."""
    return plays(Text(FIRST), Pause(gate), Text(SECOND))


@pytest.fixture
def halted_model(scripted_model: ScriptedModel, gate: Gate, halting: Streamed) -> Generator[ScriptedModel]:
    """It plays the answer that waits, then says yes."""
    scripted_model.play_rule(lambda asked: halting if asked.roles.count("user") == 1 else says("Yes."))
    yield scripted_model
    gate.open()


def test_a_reader_at_the_second_server_gets_the_whole_answer_from_its_start_and_then_live(
    anna: Caller, anna_elsewhere: Caller, scripted_model: ScriptedModel, gate: Gate, halting: Streamed
) -> None:
    scripted_model.play(PUMA, halting)
    chat = new_chat_id()
    with anna.asking(chat, "When is it free?") as first:
        first.until_text(FIRST)
        with anna_elsewhere.following(chat) as second:
            second.until_text(FIRST)
            gate.open()
            second.to_end()
        first.to_end()
    assert second.message_id == first.message_id
    assert second.text == first.text == FIRST + SECOND
    assert [(call.call_id, call.output) for call in second.calls] == [
        (call.call_id, call.output) for call in first.calls
    ]
    assert second.state.finish_reason == first.state.finish_reason == "stop"


def test_a_page_that_comes_back_to_the_second_server_shows_the_answer_once(
    anna: Caller, anna_elsewhere: Caller, consumer: Consumer, gate: Gate, halted_model: ScriptedModel
) -> None:
    del halted_model
    chat = new_chat_id()
    first_page = anna.tab(consumer, chat)
    sending = first_page.start_send("When is it free?")
    first_page.until_text(FIRST)
    first_page.stop()
    assert sending.result().status == "ready"
    second_page = anna_elsewhere.tab(consumer, chat)
    resuming = second_page.start_resume()
    second_page.until_text(FIRST)
    gate.open()
    turn = resuming.result().succeeded()
    assert [message.role for message in turn.messages] == ["user", "assistant"]
    assert turn.answer.text == FIRST + SECOND
    assert message_text(sound_history(anna_elsewhere, consumer, chat, roles="ua")[1]) == FIRST + SECOND


def test_a_colleague_sees_nothing_of_it_there(
    anna: Caller, carl_elsewhere: Caller, scripted_model: ScriptedModel, gate: Gate, halting: Streamed
) -> None:
    scripted_model.play(halting)
    chat = new_chat_id()
    with anna.asking(chat, "When is it free?") as stream:
        stream.until_text(FIRST)
        assert carl_elsewhere.http.get(f"/api/chat/{chat}/stream").status_code == 204
        assert carl_elsewhere.stop(chat).json() == {"stopped": False}
        gate.open()
        stream.to_end()
    assert stream.text == FIRST + SECOND


def test_a_stop_at_the_second_server_ends_the_turn_and_keeps_what_was_said(
    anna: Caller,
    anna_elsewhere: Caller,
    consumer: Consumer,
    scripted_model: ScriptedModel,
    halting: Streamed,
) -> None:
    scripted_model.play(halting, says("Yes."))
    chat = new_chat_id()
    with anna.asking(chat, "When is it free?") as stream:
        stream.until_text(FIRST)
        assert anna_elsewhere.stop(chat).json() == {"stopped": True}
        stream.to_end()
    assert stream.state.terminal == "abort"
    assert scripted_model.requests[0].gone.wait(10), "the model went on talking to nobody"
    assert message_text(sound_history(anna_elsewhere, consumer, chat, roles="ua")[1]) == FIRST
    assert anna_elsewhere.ask(chat, "Are you there?").text == "Yes."


def test_the_same_message_at_the_second_server_joins_the_running_answer(
    anna: Caller, anna_elsewhere: Caller, scripted_model: ScriptedModel, gate: Gate, halting: Streamed
) -> None:
    scripted_model.play(halting)
    chat = new_chat_id()
    with anna.asking(chat, "When is it free?", message_id="once") as first:
        first.until_text(FIRST)
        with anna_elsewhere.asking(chat, "When is it free?", message_id="once") as second:
            second.until_text(FIRST)
            gate.open()
            second.to_end()
        first.to_end()
    assert second.message_id == first.message_id
    assert second.text == first.text == FIRST + SECOND
    assert len(scripted_model.requests) == 1
