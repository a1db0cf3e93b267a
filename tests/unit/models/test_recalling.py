"""The built-in model understands questions about earlier conversations and tells what was said."""

import json

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage

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
        ("When did we last talk about overtime?", "overtime", None),
        ("What was your suggestion for the Haas last week?", "the Haas", "last week"),
        ("Didn't I ask you about WO-4012 already?", "WO-4012", None),
        ("You told me something about the Studer yesterday, what was it?", "the Studer", "yesterday"),
        ("Pull up what we said about the Integrex", "the Integrex", None),
        ("Wann haben wir zuletzt über Überstunden gesprochen?", "Überstunden", None),
        ("Zeig mir unser letztes Gespräch über Kühlmittel", "Kühlmittel", None),
        ("What was it you recommended for the Integrex last time we talked?", "the Integrex", None),
        (
            "I remember you gave me a date for WO-4012 last week. What was it then?",
            "WO-4012 last week",
            "last week",
        ),
        ("wann hab ich dich zuletzt nach der Studer gefragt", "der Studer", None),
        ("Was hatten wir neulich zur Samstagsschicht festgehalten?", "Samstagsschicht", None),
        ("Look up our earlier talk on deburring", "deburring", None),
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
        "Like we talked about last week, I need the VF-4 on Friday. Is it free?",
        "You told me the Puma is free. Is it still?",
        "I asked for overtime on Saturday. What does that save?",
        "Why did you say WO-4012 is late?",
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


RECORD = SystemMessage(
    "What was said earlier follows.\n"
    + json.dumps(
        {
            "summary": "- Asked: When is WO-4019 done? (WO-4019) Answered: On 3 December.",
            "since": ["- Asked: Who is ill today? Answered: Maria Lopez is *away*."],
        },
        separators=(",", ":"),
    )
    + "\nEnd."
)
WINDOW: list[BaseMessage] = [HumanMessage("Is the Haas VF-4 free?"), AIMessage("Yes, from noon.")]
EMPTY: JsonValue = {"matches": [], "warnings": [], "assumptions": []}


def test_what_was_said_in_this_conversation_before_the_window_is_told_from_its_summary() -> None:
    [call] = think([RECORD, *WINDOW, HumanMessage("What did we say about WO-4019 earlier?")], TOOLS).calls
    assert (call.tool, call.arguments) == (TOOL, {"about": "WO-4019"})
    text = think(
        [RECORD, *WINDOW, *asked_and_found("What did we say about WO-4019 earlier?", EMPTY)], TOOLS
    ).text
    heading, line = text.split("\n\n")
    assert heading == "Earlier in this conversation:"
    assert line == "- Asked: When is WO-4019 done? \\(WO-4019\\) Answered: On 3 December."
    both = think([RECORD, *asked_and_found("Was haben wir über Auftrag 4019 gesagt?", FOUND)], TOOLS).text
    assert both.startswith("Früher in diesem Gespräch:")
    assert "**Coolant" in both


def test_what_is_in_the_window_counts_and_what_was_not_said_does_not() -> None:
    asked = asked_and_found("What did we say about the Haas VF-4?", EMPTY)
    text = think([RECORD, *WINDOW, *asked], TOOLS).text
    assert "- Asked: Is the Haas VF-4 free? Answered: Yes, from noon." in text
    assert "WO-4019" not in text
    nothing = think([RECORD, *WINDOW, *asked_and_found("What did we say about WO-4077?", EMPTY)], TOOLS).text
    assert nothing == "I found nothing about it in your earlier conversations."


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Summarize our conversation so far, please", "Earlier in this conversation:"),
        ("What was my first question?", "Earlier in this conversation:"),
        ("What have we talked about so far?", "Earlier in this conversation:"),
        ("Was haben wir bisher besprochen?", "Früher in diesem Gespräch:"),
        ("Fass das Gespräch zusammen", "Früher in diesem Gespräch:"),
    ],
)
def test_the_present_conversation_is_retold_without_a_search(text: str, begins: str) -> None:
    thought = think([RECORD, *WINDOW, HumanMessage(text)], TOOLS)
    assert not thought.calls
    assert thought.text.startswith(begins)
    assert ("WO-4019" in thought.text, "Maria Lopez is \\*away\\*" in thought.text) == (True, True)
    assert "Haas VF-4" in thought.text


def test_a_conversation_that_has_only_begun_has_nothing_to_retell() -> None:
    assert (
        think([HumanMessage("Summarize this conversation")], TOOLS).text
        == "This conversation has only begun."
    )
