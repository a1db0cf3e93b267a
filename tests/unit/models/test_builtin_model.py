"""The built-in model as a chat model: what it streams, and what it makes of tool results."""

import json
from typing import TypeAlias

import pytest
from langchain_core.language_models.base import LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.runnables import Runnable

from leadhand.errors import JsonValue
from models.builtin.chat_model import BuiltinChatModel
from tools.registry import ToolRegistry

Model: TypeAlias = Runnable[LanguageModelInput, AIMessage]

SYSTEM = SystemMessage("You are Leadhand. When is the Puma 3100 free?")


@pytest.fixture(scope="module")
def model() -> Model:
    return BuiltinChatModel().bind_tools(ToolRegistry.discover().openai_tools())


async def streamed(model: Model, messages: list[BaseMessage]) -> list[AIMessageChunk]:
    return [part async for part in model.astream(messages) if isinstance(part, AIMessageChunk)]


def whole(parts: list[AIMessageChunk]) -> AIMessageChunk:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def failed(
    call_id: str, code: str, details: dict[str, JsonValue], message: str = "It failed."
) -> ToolMessage:
    told = {"error": {"code": code, "message": message, "details": details}}
    return ToolMessage(json.dumps(told), tool_call_id=call_id, status="error")


def called(*calls: tuple[str, dict[str, JsonValue]]) -> AIMessage:
    return AIMessage(
        "", tool_calls=[{"name": name, "args": args, "id": f"c{i}"} for i, (name, args) in enumerate(calls)]
    )


async def answer(model: Model, *messages: BaseMessage) -> str:
    return whole(await streamed(model, [SYSTEM, *messages])).text


async def test_text_streams_in_words_that_add_up_and_ends_with_usage(
    model: Model,
) -> None:
    messages: list[BaseMessage] = [SYSTEM, HumanMessage("who are you?")]
    parts = await streamed(model, messages)
    texts = [part.text for part in parts if part.text]
    assert len(texts) > 20
    assert max(len(text) for text in texts) < 40
    assert parts[-1].chunk_position == "last"
    usage = whole(parts).usage_metadata
    assert usage is not None
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] > 0
    assert (await model.ainvoke(messages)).text == "".join(texts)


async def test_a_call_streams_its_name_first_and_its_arguments_in_fragments(
    model: Model,
) -> None:
    parts = await streamed(model, [SYSTEM, HumanMessage("Can we take on a 50-hour order next month?")])
    chunks = [chunk for part in parts for chunk in part.tool_call_chunks]
    assert (chunks[0]["name"], chunks[0]["args"]) == ("check_capacity", "")
    assert len(chunks) > 2
    assert all(chunk["name"] is None and chunk["index"] == 0 for chunk in chunks[1:])
    (call,) = whole(parts).tool_calls
    assert call["args"] == {"hours": 50, "window": "next month"}


async def test_two_calls_have_ids_of_their_own(model: Model) -> None:
    text = "When is the Puma free? And how is work distributed across operators?"
    calls = whole(await streamed(model, [SYSTEM, HumanMessage(text)])).tool_calls
    assert [call["name"] for call in calls] == ["get_machine_availability", "analyze_workload_distribution"]
    assert len({call["id"] for call in calls}) == 2


async def test_the_same_messages_always_give_the_same_answer(
    model: Model,
) -> None:
    messages: list[BaseMessage] = [SYSTEM, HumanMessage("When is the Puma 3100 free?")]
    first, second = await model.ainvoke(messages), await model.ainvoke(messages)
    assert (first.text, first.tool_calls) == (second.text, second.tool_calls)


async def test_instructions_of_the_system_are_no_question(
    model: Model,
) -> None:
    answered = await model.ainvoke([SYSTEM, HumanMessage("hello")])
    assert not answered.tool_calls


async def test_without_tools_it_says_that_it_looked_nothing_up() -> None:
    answered = await BuiltinChatModel().ainvoke([HumanMessage("When is the Puma 3100 free?")])
    assert not answered.tool_calls
    assert "did not understand" in answered.text or "What would you like" in answered.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("who are you?", "not a language model"),
        ("wer bist du?", "kein Sprachmodell"),
        ("what can you do", "When is the Puma 3100 available?"),
        ("Was kannst du?", "Wann ist die Puma 3100 frei?"),
        ("florble the wumpus", "did not understand"),
        ("Book the Puma for tomorrow", "Nothing was changed"),
        ("Storniere Auftrag 12", "nichts geändert"),
    ],
)
async def test_it_says_plainly_what_it_is_and_what_it_cannot_do(model: Model, text: str, words: str) -> None:
    assert words in await answer(model, HumanMessage(text))


@pytest.mark.parametrize(
    ("code", "details", "words"),
    [
        (
            "not_found",
            {"kind": "machine", "name": "Pumma", "suggestions": [{"code": "P-1", "name": "Puma 3100"}]},
            ["no machine “Pumma”", "Puma 3100 (P-1)"],
        ),
        ("not_found", {"kind": "machine", "name": "Foo", "suggestions": []}, ["no machine “Foo”", "check"]),
        (
            "ambiguous",
            {"name": "Haas", "choices": [{"code": "H-1", "name": "VF-2"}, {"code": "H-2", "name": "VF-4"}]},
            ["VF-2 (H-1) or VF-4 (H-2)", "Which one"],
        ),
        ("empty_window", {}, ["The end is before the start.", "another period"]),
        ("invalid_date", {}, ["could not make out the date"]),
        ("timeout_partial", {}, ["took too long"]),
        ("permission_denied", {}, ["may not see"]),
        ("something_new", {}, ["did not work", "no figures"]),
    ],
)
async def test_a_refusal_of_a_tool_is_told_in_plain_words(
    model: Model,
    code: str,
    details: dict[str, JsonValue],
    words: list[str],
) -> None:
    text = await answer(
        model,
        HumanMessage("When is the Puma free?"),
        called(("get_machine_availability", {"machines": ["Puma"]})),
        failed("c0", code, details, "The end is before the start."),
    )
    assert all(word in text for word in words), text


async def test_a_name_of_another_shops_making_cannot_bring_markup_into_the_answer(
    model: Model,
) -> None:
    wicked = "![x](http://evil.example/?q=1) <img src=x> [a](javascript:1) www.evil.example | **b**"
    text = await answer(
        model,
        HumanMessage("When is the Puma free?"),
        called(("get_machine_availability", {"machines": ["Puma"]})),
        failed("c0", "not_found", {"kind": "machine", "name": wicked, "suggestions": [{"name": wicked}]}),
    )
    for markup in ("![", "](", "<img", "http://", "www.", "| *", "**b"):
        assert markup not in text.replace("\\", "") or f"\\{markup[0]}" in text or "\u2060" in text
    assert "http://" not in text
    assert "<img" not in text.replace("\\<", "")


async def test_a_result_that_is_no_json_gives_no_figures(
    model: Model,
) -> None:
    text = await answer(
        model,
        HumanMessage("When is the Puma free?"),
        called(("get_machine_availability", {"machines": ["Puma"]})),
        ToolMessage("oops", tool_call_id="c0"),
    )
    assert "no figures" in text


async def test_a_work_center_by_another_word_is_tried_by_its_stem(
    model: Model,
) -> None:
    arguments: dict[str, JsonValue] = {"group_by": "machine", "work_center": "lathes"}
    history: list[BaseMessage] = [
        HumanMessage("load on the lathes by machine"),
        called(("analyze_workload_distribution", arguments)),
        failed("c0", "not_found", {"kind": "work_center", "name": "lathes", "suggestions": []}),
    ]
    for round_, stem in enumerate(("turn", "dreh")):
        again = await model.ainvoke(history)
        (call,) = again.tool_calls
        assert call["args"] == {**arguments, "work_center": stem}
        details: dict[str, JsonValue] = {"kind": "work_center", "name": stem, "suggestions": []}
        history += [
            AIMessage("", tool_calls=[{**call, "id": f"d{round_}"}]),
            failed(f"d{round_}", "not_found", details),
        ]
    given_up = await model.ainvoke(history)
    assert not given_up.tool_calls
    assert "no work center “lathes”" in given_up.text


async def test_a_work_center_inside_an_operation_is_tried_by_its_stem_as_well(model: Model) -> None:
    step: dict[str, JsonValue] = {"setup_min": 30, "run_s_per_piece": 240}
    arguments: dict[str, JsonValue] = {"operations": [{"work_center": "lathes", **step}], "quantity": 100}
    history: list[BaseMessage] = [
        HumanMessage("When would a new order of 100 pieces, 30 min setup, 4 min each on the lathes be done?"),
        called(("simulate_new_order", arguments)),
        failed("c0", "not_found", {"kind": "work_center", "name": "lathes", "suggestions": []}),
    ]
    (call,) = (await model.ainvoke(history)).tool_calls
    assert call["args"] == {**arguments, "operations": [{"work_center": "turn", **step}]}


async def test_a_name_that_no_machine_has_is_looked_for_among_the_people_when_work_was_asked_for(
    model: Model,
) -> None:
    history: list[BaseMessage] = [
        HumanMessage("How much work does Priya have next week?"),
        called(("get_machine_availability", {"machines": ["Priya"], "window": "next week"})),
        failed("c0", "not_found", {"kind": "machine", "name": "Priya", "suggestions": []}),
    ]
    again = await model.ainvoke(history)
    (call,) = again.tool_calls
    assert call["name"] == "analyze_workload_distribution"
    assert call["args"] == {"group_by": "operator", "window": "next week"}


async def test_a_follow_up_takes_up_the_calls_of_another_model(
    model: Model,
) -> None:
    found = await model.ainvoke(
        [
            HumanMessage("irgendwas mit Puma"),
            called(("get_machine_availability", {"machines": ["Puma 3100"], "window": "KW 49"})),
            ToolMessage("{}", tool_call_id="c0"),
            AIMessage("…"),
            HumanMessage("und die Haas?"),
        ]
    )
    assert [call["args"] for call in found.tool_calls] == [{"machines": ["Haas"], "window": "KW 49"}]
