"""Tools in a conversation: fragments, parallel calls, failures that the model may mend."""

import pytest

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, new_chat_id
from tests.acceptance.consumer import Consumer
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.acceptance.model_script import calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.transcript import sound_history

PUMA: JsonValue = {"machines": ["Puma 3100"], "window": "next week"}
FIFTY_HOURS: JsonValue = {"hours": 50, "window": "next month"}


def test_a_call_written_character_by_character_runs_once_with_its_whole_input(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    scripted_model.play(calls(("get_machine_availability", PUMA), fragment_chars=1), says("Done."))
    chat = new_chat_id()
    turn = anna.tab(consumer, chat).send("When is the Puma free?").succeeded()
    [part] = turn.answer.tool_parts()
    assert text_at(part, "type") == "tool-get_machine_availability"
    assert (at(part, "input"), text_at(part, "state")) == (PUMA, "output-available")
    kinds = [text_at(chunk, "type") for chunk in turn.chunks]
    assert (
        kinds.index("tool-input-start")
        < kinds.index("tool-input-delta")
        < kinds.index("tool-output-available")
    )


def test_two_calls_at_once_both_run_and_both_results_reach_the_model_in_order(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    scripted_model.play(
        calls(("get_machine_availability", PUMA), ("check_capacity", FIFTY_HOURS), fragment_chars=3),
        says("Both are done."),
    )
    chat = new_chat_id()
    stream = anna.ask(chat, "When is the Puma free, and can we take 50 hours?")
    assert [call.name for call in stream.calls] == ["get_machine_availability", "check_capacity"]
    assert stream.calls[0].output == anna.tool("get_machine_availability", PUMA)
    assert stream.calls[1].output == anna.tool("check_capacity", FIFTY_HOURS)
    second = scripted_model.requests[1]
    assert second.roles[-3:] == ["assistant", "tool", "tool"]
    written = [text_at(call, "function", "name") for call in items_at(second.messages[-3], "tool_calls")]
    assert written == ["get_machine_availability", "check_capacity"]
    answered = [text_at(message, "tool_call_id") for message in second.messages[-2:]]
    assert answered == [text_at(call, "id") for call in items_at(second.messages[-3], "tool_calls")]
    sound_history(anna, consumer, chat, roles="ua")


def test_the_ids_of_a_provider_never_reach_the_client_and_repeat_without_harm(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel
) -> None:
    asked = calls(("get_machine_availability", PUMA), call_id="always-the-same")
    scripted_model.play(asked, asked, says("Done."))
    chat = new_chat_id()
    stream = anna.ask(chat, "When is the Puma free?")
    assert len({call.call_id for call in stream.calls}) == 2
    assert "always-the-same" not in str(stream.chunks)
    assert "always-the-same" not in str(sound_history(anna, consumer, chat, roles="ua"))


BROKEN_CALLS: dict[str, tuple[str, JsonValue, str]] = {
    "an unknown machine": ("get_machine_availability", {"machines": ["Hyperlathe 9"]}, "not_found"),
    "an end before the start": (
        "analyze_workload_distribution",
        {"from": "2026-12-10", "to": "2026-12-01"},
        "empty_window",
    ),
    "a window of ten years": (
        "get_machine_availability",
        {"from": "2026-12-01", "to": "2036-12-01"},
        "window_too_long",
    ),
    "a misspelt argument": ("get_machine_availability", {"machine": "Puma 3100"}, "invalid_tool_input"),
    "a wrong type": ("check_capacity", {"hours": "plenty"}, "invalid_tool_input"),
    "an unknown tool": ("sell_machine", {"machine": "Puma 3100"}, "unknown_tool"),
    "arguments that are not JSON": ("check_capacity", '{"hours": 5', "invalid_tool_input"),
}


@pytest.mark.parametrize("broken", BROKEN_CALLS.values(), ids=BROKEN_CALLS.keys())
def test_a_failing_call_is_shown_to_the_client_explained_to_the_model_and_mended(
    anna: Caller,
    consumer: Consumer,
    scripted_model: ScriptedModel,
    broken: tuple[str, JsonValue, str],
) -> None:
    tool, arguments, code = broken
    scripted_model.play(
        calls((tool, arguments)), calls(("get_machine_availability", PUMA)), says("Here it is.")
    )
    chat = new_chat_id()
    turn = anna.tab(consumer, chat).send("When is it free?").succeeded()
    failed, mended = turn.answer.tool_parts()
    assert text_at(failed, "state") == "output-error"
    assert text_at(failed, "errorText")
    assert text_at(mended, "state") == "output-available"
    [explained] = scripted_model.requests[1].trailing_tool_results
    assert text_at(parse(explained), "error", "code") == code
    assert turn.answer.text == "Here it is."
    sound_history(anna, consumer, chat, roles="ua")


def test_a_near_miss_is_explained_with_what_was_meant(anna: Caller, scripted_model: ScriptedModel) -> None:
    scripted_model.play(calls(("get_machine_availability", {"machines": ["Puma 3200"]})), says("Sorry."))
    anna.ask(new_chat_id(), "When is the Puma 3200 free?")
    error = at(parse(scripted_model.requests[1].trailing_tool_results[0]), "error")
    assert "Puma 3100" in str(at(error, "details", "suggestions"))


def test_the_model_gets_a_bounded_rendering_and_the_client_the_whole_result(
    anna: Caller, scripted_model: ScriptedModel
) -> None:
    everything: JsonValue = {"window": "next month"}
    scripted_model.play(calls(("get_machine_availability", everything)), says("Done."))
    stream = anna.ask(new_chat_id(), "When is anything free?")
    assert stream.calls[0].output == anna.tool("get_machine_availability", everything)
    rendered = scripted_model.requests[1].trailing_tool_results[0]
    assert len(rendered.encode()) <= 8_000
    assert text_at(parse(rendered), "result_id")


def test_every_tool_that_the_model_is_offered_is_one_that_the_api_lists(
    anna: Caller, scripted_model: ScriptedModel
) -> None:
    scripted_model.play(says("Hello."))
    anna.ask(new_chat_id(), "Hello")
    offered = scripted_model.requests[0].tool_names
    listed = [text_at(tool, "name") for tool in items_at(parse(anna.http.get("/api/tools").content), "tools")]
    assert sorted(offered) == sorted(listed)
    assert {"get_machine_availability", "analyze_workload_distribution", "check_capacity"} <= set(offered)


def test_a_tool_that_takes_too_long_fails_alone_and_the_answer_goes_on(
    anna_impatient: Caller, consumer: Consumer, scripted_model: ScriptedModel, database: ShopDatabase
) -> None:
    scripted_model.play(calls(("get_machine_availability", PUMA)), says("The plan is out of reach just now."))
    chat = new_chat_id()
    with database.holding_the_plan("north"):
        stream = anna_impatient.ask(chat, "When is the Puma free?")
    assert [call.state for call in stream.calls] == ["output-error"]
    [explained] = scripted_model.requests[1].trailing_tool_results
    assert text_at(parse(explained), "error", "code") == "timeout_partial"
    assert stream.text == "The plan is out of reach just now."
    sound_history(anna_impatient, consumer, chat, roles="ua")
