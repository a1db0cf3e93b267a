"""The three questions of the front page, end to end, with a scripted model and with the built-in one."""

import re
from dataclasses import dataclass

import pytest

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, new_chat_id
from tests.acceptance.consumer import Consumer, Turn
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.acceptance.model_script import ModelReply, ModelRequest, calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.transcript import sound_history
from tests.acceptance.workspace import Workspace


@dataclass(frozen=True)
class Question:
    """`tool_input`: what a model should make of `text`."""

    text: str
    tool: str
    tool_input: JsonValue


QUESTIONS = {
    "availability": Question(
        "When is the Puma 3100 available?", "get_machine_availability", {"machines": ["Puma 3100"]}
    ),
    "workload": Question(
        "How is work distributed across operators?",
        "analyze_workload_distribution",
        {"group_by": "operator"},
    ),
    "capacity": Question(
        "Can we take on a 50-hour order next month?",
        "check_capacity",
        {"hours": 50, "window": "next month"},
    ),
}
of_the_front_page = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())


def tool_output(turn: Turn) -> JsonValue:
    [part] = turn.answer.tool_parts()
    assert text_at(part, "state") == "output-available"
    return at(part, "output")


@of_the_front_page
def test_a_question_is_answered_through_its_tool_with_the_tools_own_figures(
    anna: Caller, consumer: Consumer, scripted_model: ScriptedModel, question: Question
) -> None:
    def reply(request: ModelRequest) -> ModelReply:
        if not request.trailing_tool_results:
            return calls((question.tool, question.tool_input), fragment_chars=4)
        return says("It is as the tool says: ", request.trailing_tool_results[0][:50])

    scripted_model.play_rule(reply)
    chat = new_chat_id()
    turn = anna.tab(consumer, chat).send(question.text).succeeded()
    [part] = turn.answer.tool_parts()
    assert text_at(part, "type") == f"tool-{question.tool}"
    assert at(part, "input") == question.tool_input
    assert tool_output(turn) == anna.tool(question.tool, question.tool_input)
    assert turn.answer.text.startswith("It is as the tool says: {")
    assert turn.answer.metadata["model"] == "scripted-1"
    usage = turn.answer.metadata["usage"]
    assert (at(usage, "inputTokens"), at(usage, "outputTokens")) == (1_800, 80)
    assert turn.finish is not None
    assert turn.finish.finish_reason == "stop"
    labels = [text_at(line, "data", "label") for line in turn.data]
    assert any(label.endswith("…") for label in labels), "a person sees what is going on"
    stored = sound_history(anna, consumer, chat, roles="ua")
    assert at(stored[1], "parts") == [*turn.answer.parts]


@of_the_front_page
def test_the_builtin_model_answers_a_question_through_the_same_tool_with_the_same_figures(
    anna_builtin: Caller, consumer: Consumer, question: Question
) -> None:
    chat = new_chat_id()
    turn = anna_builtin.tab(consumer, chat).send(question.text).succeeded()
    [part] = turn.answer.tool_parts()
    assert text_at(part, "type") == f"tool-{question.tool}"
    assert tool_output(turn) == anna_builtin.tool(question.tool, question.tool_input)
    assert turn.answer.metadata["model"] == "builtin"
    sound_history(anna_builtin, consumer, chat, roles="ua")


@of_the_front_page
def test_the_builtin_model_invents_no_figure(anna_builtin: Caller, question: Question) -> None:
    stream = anna_builtin.ask(new_chat_id(), question.text)
    [call] = stream.calls
    known = numbers_in(call.output) | numbers_of(question.text)
    invented = {figure for figure in numbers_of(stream.text) if figure not in known}
    assert not invented, f"{invented} in {stream.text!r} stand in no result"


def numbers_of(text: str) -> set[str]:
    """Every number of a text, thousands separators and closing zeros dropped."""
    found = re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)
    return {plain(number.replace(",", "")) for number in found}


def numbers_in(value: JsonValue) -> set[str]:
    """Every number of a JSON value; those inside its texts (dates, names, sentences) too."""
    match value:
        case dict():
            return set[str]().union(*(numbers_in(inner) for inner in value.values()))
        case list():
            return set[str]().union(*(numbers_in(inner) for inner in value), {str(len(value))})
        case str():
            return numbers_of(value)
        case bool() | None:
            return set()
        case _:
            return {plain(str(value)), plain(f"{value:.1f}"), plain(f"{value:.0f}")}


def plain(number: str) -> str:
    whole, _, fraction = number.partition(".")
    fraction = fraction.rstrip("0")
    return f"{int(whole)}.{fraction}" if fraction else str(int(whole))


def test_the_builtin_model_answers_from_the_handbook_with_a_citation_that_the_page_can_show(
    builtin_server: ServerProcess, workspace: Workspace, consumer: Consumer
) -> None:
    chat, question = new_chat_id(), "What does the handbook say about gloves?"
    token = workspace.token("north", "dora", ["planning:read", "knowledge:read", "studio"])
    with Caller(builtin_server.url, token) as dora:
        turn = dora.tab(consumer, chat).send(question).succeeded()
        assert tool_output(turn) == dora.tool("internal_knowledge_search", {"query": question})
        [_, stored] = sound_history(dora, consumer, chat, roles="ua")
    assert items_at(stored, "parts") == [*turn.answer.parts]
    parts = [at(part, "type") for part in turn.answer.parts]
    assert parts.index("text") < parts.index("source-document")
    [text] = [part for part in turn.answer.parts if at(part, "type") == "text"]
    first = items_at(text, "citations")[0]
    start, end = at(first, "startIndex"), at(first, "endIndex")
    assert isinstance(start, int)
    assert isinstance(end, int)
    assert text_at(text, "text").encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le") == "[1]"
    assert "gloves" in text_at(first, "citedText").lower()


def test_the_builtin_model_says_what_it_does_not_understand(anna_builtin: Caller) -> None:
    stream = anna_builtin.ask(new_chat_id(), "Please write a poem about the sea.")
    assert stream.calls == []
    assert stream.text
    assert stream.state.finish_reason == "stop"


def test_the_builtin_model_remembers_which_machine_was_meant(anna_builtin: Caller) -> None:
    chat = new_chat_id()
    first = anna_builtin.ask(chat, "When is the Puma 3100 available?")
    second = anna_builtin.ask(chat, "And next month?")
    assert [call.name for call in second.calls] == [call.name for call in first.calls]
    assert "PUMA-3100" in str(second.calls[0].output)
    assert text_at(second.calls[0].output, "window", "start").startswith("2026-12-01")


def test_an_answer_is_about_the_clock_that_was_asked_for(anna: Caller, scripted_model: ScriptedModel) -> None:
    scripted_model.play(calls(("get_machine_availability", {"machines": ["Puma 3100"]})), says("Done."))
    stream = anna.ask(new_chat_id(), "When is the Puma 3100 available?")
    assert text_at(stream.calls[0].output, "as_of") == "2026-11-23T07:00:00-06:00"


def test_a_thread_is_listed_with_its_newest_first(anna: Caller, scripted_model: ScriptedModel) -> None:
    scripted_model.play(says("One."), says("Two."))
    older, newer = new_chat_id(), new_chat_id()
    anna.ask(older, "The older question")
    anna.ask(newer, "The newer question")
    threads = at(parse(anna.http.get("/api/threads").content), "threads")
    assert isinstance(threads, list)
    listed = [text_at(thread, "id") for thread in threads]
    assert listed.index(newer) < listed.index(older)
