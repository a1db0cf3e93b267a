"""The built-in model understands questions about earlier conversations and tells what was said."""

import json

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage

from leadhand.errors import JsonValue
from models.builtin.recalling import TOOL, searched_for
from models.builtin.thinking import think

TOOLS = [TOOL, "get_machine_availability", "get_order_status"]
FOUND: JsonValue = {
    "data_version": 0,
    "warnings": ["Figures in earlier answers are those of their time; ask again for those of now."],
    "assumptions": [],
    "matches": [
        {
            "title": "Coolant <b>",
            "remarks": [
                {"said_by": "person", "at": "2026-11-20T09:00-06:00", "text": "How often is it changed?"},
                {"said_by": "assistant", "at": "2026-11-20T09:00-06:00", "text": "Every *Monday*."},
            ],
        }
    ],
}


@pytest.mark.parametrize(
    ("text", "about", "window"),
    [
        ("What did we say about the coolant?", "the coolant", None),
        ("what did I ask you last week about WO-4012?", "WO-4012", "last week"),
        ("What did we discuss about the Puma yesterday?", "the Puma", "yesterday"),
        ("Have we talked about overtime on Saturdays before?", "overtime on Saturdays", None),
        ("Please search my earlier conversations for Palisade Defense", "Palisade Defense", None),
        ("Was haben wir letzte Woche über die Integrex gesagt?", "die Integrex", "letzte Woche"),
        ("Haben wir schon mal über Überstunden gesprochen?", "Überstunden", None),
        ("Was habe ich dich zu WO-4019 gefragt?", "WO-4019", None),
        ("Hab ich dich schon mal nach Auftrag 4007 gefragt?", "Auftrag 4007", None),
        ("Remind me what we decided about the Puma last week", "the Puma", "last week"),
        ("Weißt du noch, was wir gestern über die Puma gesagt haben?", "die Puma", "gestern"),
        ("What did we talk about yesterday?", "What did we talk about yesterday?", "yesterday"),
        (
            "We had this before, but which lathe did you suggest for the shafts back then?",
            "which lathe did you suggest for the shafts",
            None,
        ),
    ],
)
def test_a_question_about_earlier_conversations_is_looked_up(
    text: str, about: str, window: str | None
) -> None:
    arguments = {"about": about, **({"window": window} if window else {})}
    [call] = think([HumanMessage(text)], TOOLS).calls
    assert (call.tool, call.arguments) == (TOOL, arguments)


@pytest.mark.parametrize(
    "text",
    [
        "When is the Puma 3100 free?",
        "What about tomorrow?",
        "Which orders are late?",
        "Was ist mit WO-4019?",
        "Have we enough people on Saturday?",
        "Which machine did we book for WO-4012?",
    ],
)
def test_a_question_about_the_plan_is_none_about_earlier_conversations(text: str) -> None:
    assert searched_for(text) is None


def asked_and_found(text: str, found: JsonValue) -> list[BaseMessage]:
    return [
        HumanMessage(text),
        AIMessage("", tool_calls=[ToolCall(name=TOOL, args={}, id="c1")]),
        ToolMessage(json.dumps(found), tool_call_id="c1", name=TOOL),
    ]


def test_what_was_said_is_told_as_text_with_its_day_and_a_word_on_old_figures() -> None:
    text = think(asked_and_found("What did we say about the coolant?", FOUND), TOOLS).text
    assert text == (
        "This is what was said about it earlier:\n\n"
        "**Coolant \\<b\\>**, Fri 20 Nov 2026\n\n"
        "- you: How often is it changed?\n- I: Every \\*Monday\\*.\n\n"
        "Figures in earlier answers are those of their time; ask again for those of now."
    )


def test_nothing_found_is_said_in_the_language_of_the_question() -> None:
    empty: JsonValue = {"matches": [], "warnings": [], "assumptions": []}
    text = think(asked_and_found("Was haben wir über Öl gesagt?", empty), TOOLS).text
    assert text == "Dazu habe ich in deinen früheren Gesprächen nichts gefunden."


def test_a_question_that_follows_is_about_the_plan_again() -> None:
    messages = asked_and_found("What did we say about the Puma 3100?", FOUND)
    follow_up = [*messages, AIMessage("…"), HumanMessage("When is the Puma 3100 free?")]
    assert [call.tool for call in think(follow_up, TOOLS).calls] == ["get_machine_availability"]
