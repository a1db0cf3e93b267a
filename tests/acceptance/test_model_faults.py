"""A model on a bad day: one clean coded error, within its bounds, and a thread that can be used at once."""

from dataclasses import replace

import pytest

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, message_text, new_chat_id
from tests.acceptance.consumer import Consumer
from tests.acceptance.json_access import at, text_at
from tests.acceptance.model_script import (
    CallFragment,
    CallStart,
    Cut,
    Drop,
    Hang,
    HttpFault,
    ModelReply,
    Silence,
    Streamed,
    Text,
    Usage,
    calls,
    plays,
    says,
)
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.stream_reader import ChatStream
from tests.acceptance.transcript import sound_history

# The impatient server: one retry of a call that has not spoken yet.
MAX_CALLS = 2
PUMA: tuple[str, JsonValue] = ("get_machine_availability", {"machines": ["Puma 3100"]})
SECRET_WORDS = ("Traceback", "httpx", "127.0.0.1", "scripted fault")


def failed_with(stream: ChatStream, code: str) -> None:
    """The stream ended in one clean error of this code."""
    assert stream.state.terminal == "error", stream.kinds
    assert text_at(stream.state.metadata["error"], "code") == code, stream.state.metadata
    assert stream.state.error_text
    assert not [word for word in SECRET_WORDS if word.lower() in stream.state.error_text.lower()]


FAULTS: dict[str, tuple[ModelReply, str]] = {
    "cut in mid text": (plays(Text("Let me "), Cut()), "model_unavailable"),
    "cut in mid tool call": (
        plays(CallStart(0, "c", "check_capacity"), CallFragment(0, '{"hou'), Cut()),
        "model_unavailable",
    ),
    "reset before a word": (Drop(), "model_unavailable"),
    "silent from the start": (Silence(), "model_timeout"),
    "silent between tokens": (plays(Text("Let me "), Hang()), "model_timeout"),
    "overloaded": (HttpFault(500), "model_unavailable"),
    "rate limited": (HttpFault(429, {"retry-after": "0"}), "model_unavailable"),
    "key refused": (HttpFault(401), "model_rejected"),
    "unknown model": (HttpFault(404), "model_rejected"),
}


@pytest.mark.parametrize(("reply", "code"), FAULTS.values(), ids=FAULTS.keys())
def test_a_model_fault_is_one_coded_error_and_the_thread_goes_on(
    anna_impatient: Caller,
    consumer: Consumer,
    scripted_model: ScriptedModel,
    reply: ModelReply,
    code: str,
) -> None:
    scripted_model.play_rule(lambda _: reply)
    chat = new_chat_id()
    failed_with(anna_impatient.ask(chat, "When is the Puma free?"), code)
    assert 1 <= len(scripted_model.requests) <= MAX_CALLS
    sound_history(anna_impatient, consumer, chat, roles="ua")
    scripted_model.play(says("From Thursday on."))
    assert anna_impatient.ask(chat, "Once more, please.").text == "From Thursday on."
    messages = sound_history(anna_impatient, consumer, chat, roles="uaua")
    assert message_text(messages[3]) == "From Thursday on."


def test_a_model_that_is_down_is_said_so_and_found_again_when_it_is_back(
    anna_impatient: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    chat = new_chat_id()
    with scripted_model.down():
        failed_with(anna_impatient.ask(chat, "When is the Puma free?"), "model_unavailable")
        assert anna_impatient.http.get("/readyz").status_code == 200, "everything but the chat goes on"
    scripted_model.play(says("From Thursday on."))
    assert anna_impatient.ask(chat, "Once more, please.").text == "From Thursday on."
    sound_history(anna_impatient, consumer, chat, roles="uaua")


def test_a_short_fault_before_the_first_word_is_not_noticed(
    anna_impatient: Caller, scripted_model: ScriptedModel
) -> None:
    scripted_model.play(HttpFault(429, {"retry-after": "0"}), says("From Thursday on."))
    stream = anna_impatient.ask(new_chat_id(), "When is the Puma free?")
    assert (stream.text, stream.state.finish_reason) == ("From Thursday on.", "stop")


def test_a_model_that_dies_after_a_tool_keeps_the_tools_result(
    anna_impatient: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    asked = calls(PUMA)
    cut = plays(Text("The Puma "), Cut())
    scripted_model.play_rule(lambda request: cut if request.trailing_tool_results else asked)
    chat = new_chat_id()
    stream = anna_impatient.ask(chat, "When is the Puma free?")
    failed_with(stream, "model_unavailable")
    assert [call.state for call in stream.calls] == ["output-available"]
    answer = consumer_view(anna_impatient, consumer, chat)
    assert "tool-get_machine_availability" in answer


def consumer_view(caller: Caller, consumer: Consumer, chat_id: str) -> list[str]:
    """The part types of the last answer in a history that the consumer took."""
    messages = sound_history(caller, consumer, chat_id, roles="ua")
    parts = at(messages[-1], "parts")
    assert isinstance(parts, list)
    return [text_at(part, "type") for part in parts]


def test_a_page_shows_the_error_and_asking_anew_answers_the_same_question(
    anna_impatient: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    scripted_model.play_rule(lambda _: plays(Text("Let me "), Cut()))
    chat = new_chat_id()
    page = anna_impatient.tab(consumer, chat)
    turn = page.send("When is the Puma free?")
    assert turn.status == "error"
    assert turn.error
    assert not [word for word in SECRET_WORDS if word.lower() in turn.error.lower()]
    scripted_model.play(says("From Thursday on."))
    again = page.regenerate().succeeded()
    assert [message.role for message in again.messages] == ["user", "assistant"]
    assert again.answer.text == "From Thursday on."
    messages = sound_history(anna_impatient, consumer, chat, roles="ua")
    assert message_text(messages[0]) == "When is the Puma free?"
    assert message_text(messages[1]) == "From Thursday on."
    assert scripted_model.requests[0].contents("user") == ["When is the Puma free?"]


INSATIABLE: dict[str, tuple[Streamed, set[str], int]] = {
    "one call in every step": (calls(PUMA), {"step_limit", "tool_call_limit"}, 4),
    "more calls at once than a turn may make": (calls(PUMA, PUMA, PUMA, PUMA), {"tool_call_limit"}, 1),
    "more tokens than a turn may cost": (
        replace(calls(PUMA), usage=Usage(prompt_tokens=60_000)),
        {"token_limit"},
        1,
    ),
}


@pytest.mark.parametrize("insatiable", INSATIABLE.values(), ids=INSATIABLE.keys())
def test_a_model_that_never_stops_calling_tools_is_stopped_by_a_bound(
    anna_impatient: Caller,
    consumer: Consumer,
    scripted_model: ScriptedModel,
    insatiable: tuple[Streamed, set[str], int],
) -> None:
    reply, codes, model_calls = insatiable
    scripted_model.play_rule(lambda _: reply)
    chat = new_chat_id()
    stream = anna_impatient.ask(chat, "When is the Puma free?")
    assert stream.state.terminal == "error"
    assert text_at(stream.state.metadata["error"], "code") in codes
    assert len(scripted_model.requests) <= model_calls
    assert all(call.settled for call in stream.calls)
    scripted_model.play(says("Sorry."))
    assert anna_impatient.ask(chat, "Enough.").text == "Sorry."
    sound_history(anna_impatient, consumer, chat, roles="uaua")


def test_an_answer_without_reported_usage_is_an_answer(anna: Caller, scripted_model: ScriptedModel) -> None:
    scripted_model.play(Streamed((Text("Yes."),), usage=None))
    stream = anna.ask(new_chat_id(), "Are you there?")
    assert (stream.text, stream.state.finish_reason) == ("Yes.", "stop")
