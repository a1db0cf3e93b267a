"""The built-in model asks for quizzes, hands answers on to be marked, and words both."""

import json

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage

from leadhand.errors import JsonValue
from models.builtin.quizzing import TOOL
from models.builtin.thinking import PlannedCall, think

TOOLS = [TOOL, "search_conversations", "get_machine_availability", "update_working_memory"]
PLACE: dict[str, JsonValue] = {
    "kind": "document",
    "title": "Coolant care",
    "section": ["Care", "Lathes"],
    "page": 3,
}
ASKED: dict[str, JsonValue] = {
    "mode": "asked",
    "answerable": True,
    "topic": "coolant",
    "language": "en",
    "assumptions": [],
    "warnings": ["Only 2 of 5 questions could be made of what was found."],
    "questions": [
        {
            "number": 1,
            "question": "The *coolant* is kept at _____.",
            "options": [{"letter": "a", "text": "8 %"}, {"letter": "b", "text": "5 %"}],
            "place": PLACE,
            "made_by": "cloze",
        },
        {
            "number": 2,
            "question": "The _____ checks it.",
            "options": [{"letter": "a", "text": "setter"}, {"letter": "b", "text": "operator"}],
            "place": PLACE,
            "made_by": "cloze",
        },
    ],
}
MARKED: dict[str, JsonValue] = {
    **ASKED,
    "mode": "marked",
    "warnings": [],
    "questions": [],
    "marks": [
        {
            "number": 2,
            "given": {"letter": "a", "text": "setter"},
            "is_right": False,
            "right": {"letter": "b", "text": "operator"},
            "explanation": "The source says: operator.",
            "quote": "The operator checks it.",
            "title": "Coolant care",
            "passage": {**PLACE, "cite_as": "[p-0a1b2c3d]"},
        }
    ],
    "answered_before": [1],
    "unclear": ["perhaps <b>"],
    "score": {"right": 1, "answered": 2, "of": 2},
}


def turn(text: str, result: JsonValue, answer: str = "") -> list[BaseMessage]:
    messages: list[BaseMessage] = [
        HumanMessage(text),
        AIMessage("", tool_calls=[ToolCall(name=TOOL, args={}, id="c1")]),
        ToolMessage(json.dumps(result), tool_call_id="c1", name=TOOL),
    ]
    return [*messages, AIMessage(answer)] if answer else messages


def call(text: str, *before: BaseMessage) -> dict[str, JsonValue] | None:
    """The arguments of the quiz that is asked for or answered; None for anything else."""
    match think([*before, HumanMessage(text)], TOOLS).calls:
        case (PlannedCall(tool=name, arguments=arguments),) if name == TOOL:
            return arguments
        case _:
            return None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Quiz me on coolant", {"topic": "coolant"}),
        ("Ask me 5 questions about the safety rules", {"topic": "the safety rules", "questions": 5}),
        ("could you test me on planning terms, please?", {"topic": "planning terms"}),
        ("quiz me", {}),
        ("five hard questions on tool life", {"topic": "tool life", "questions": 5, "level": "hard"}),
        ("Give me an easy quiz on coolant", {"topic": "coolant", "level": "easy"}),
        ("quiz, overtime rules, 3", {"topic": "overtime rules", "questions": 3}),
        ("ask me 200 questions about coolant", {"topic": "coolant", "questions": 10}),
        ("make a quizz about tools 4 questions pls", {"topic": "tools", "questions": 4}),
        ("test my knowledge of the setup sheets", {"topic": "the setup sheets"}),
    ],
)
def test_a_quiz_is_asked_for_in_english(text: str, wanted: dict[str, JsonValue]) -> None:
    assert call(text) == {"language": "en", **wanted}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Stell mir drei Fragen zu Kühlschmierstoff", {"topic": "Kühlschmierstoff", "questions": 3}),
        ("Bitte stell mir drei Fragen zur Schichtübergabe.", {"topic": "Schichtübergabe", "questions": 3}),
        ("Frag mich zum Thema Sicherheit ab", {"topic": "Sicherheit"}),
        ("Frag mich 5 Sachen zur Arbeitssicherheit ab", {"topic": "Arbeitssicherheit", "questions": 5}),
        (
            "Mach ein Quiz mit 6 schweren Fragen über Messmittel",
            {"topic": "Messmittel", "questions": 6, "level": "hard"},
        ),
        ("Teste mein Wissen über Werkzeuge", {"topic": "Werkzeuge"}),
    ],
)
def test_a_quiz_is_asked_for_in_german(text: str, wanted: dict[str, JsonValue]) -> None:
    assert call(text) == {"language": "de", **wanted}


@pytest.mark.parametrize(
    "text",
    [
        "When is the Puma 3100 free?",
        "Two questions about the Puma: when is it free and who runs it?",
        "I have a few questions about WO-4003",
        "Stell mir die Auslastung dar",
        "Is the quality test on Monday?",
        "1b 2a",
        "the second one",
        "quiz me on coolant " * 20,
    ],
)
def test_other_questions_and_answers_to_nothing_ask_for_no_quiz(text: str) -> None:
    assert call(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1b 2a",
        "b",
        "the second one",
        "die zweite",
        "5 %",
        "1: 8 %, 2: operator",
        "I don't know",
        "weiß nicht",
    ],
)
def test_an_answer_to_the_open_quiz_is_handed_on_in_the_persons_words(text: str) -> None:
    assert call(text, *turn("Quiz me on coolant", ASKED, "Here it is")) == {"answers": [text]}


def test_one_more_question_is_about_the_same_topic() -> None:
    before = turn("Quiz me on coolant", ASKED, "Here it is")
    assert call("another question", *before) == {"language": "en", "topic": "coolant", "questions": 1}
    assert call("noch ein Quiz", *before) == {"language": "de", "topic": "coolant"}


def test_a_question_about_the_plan_goes_on_beside_an_open_quiz_and_only_plain_answers_come_back_to_it() -> (
    None
):
    before = turn("Quiz me on coolant", ASKED, "Here it is")
    [plan] = think([*before, HumanMessage("When is the Puma 3100 free?")], TOOLS).calls
    assert plan.tool == "get_machine_availability"
    later = [*before, HumanMessage("When is the Puma 3100 free?"), AIMessage("Tomorrow.")]
    assert call("2a", *later) == {"answers": ["2a"]}
    assert call("and the second one?", *later) is None


def test_questions_are_put_with_their_letters_and_places_and_show_as_text() -> None:
    assert think(turn("Quiz me on coolant", ASKED), TOOLS).text == (
        "**Quiz: coolant**\n\n"
        "There was not enough for more questions than these.\n\n"
        "**1.** The \\*coolant\\* is kept at ……. (from Coolant care, Lathes, page 3)\n\n"
        "- a) 8 %\n- b) 5 %\n\n"
        "**2.** The …… checks it. (from Coolant care, Lathes, page 3)\n\n"
        "- a) setter\n- b) operator\n\n"
        "Answer with number and letter, such as “1b” or “1b 2a”."
    )


def test_marks_tell_the_right_option_quote_and_cite_it_and_count() -> None:
    before = turn("Quiz me on coolant", ASKED, "Here it is")
    assert think([*before, *turn("2a", MARKED)], TOOLS).text == (
        "**2.** Not right: you said a) setter; b) operator is right. The source says: operator. “The operator"
        " checks it.” (Coolant care, Lathes, page 3) [p-0a1b2c3d]\n\n"
        "Question 1 was answered before: your first answer counts.\n\n"
        "I could not read “perhaps \\<b\\>” as an answer to an open question.\n\n"
        "Score: 1 of 2 right. That was all 2 questions."
    )


def test_what_can_not_be_asked_is_said_and_nothing_is_made_up() -> None:
    refused: JsonValue = {
        "answerable": False,
        "mode": "refused",
        "reason": "nothing_found",
        "topic": "Fußball",
        "language": "de",
    }
    text = think(turn("Stell mir drei Fragen zu Fußball", refused), TOOLS).text
    assert text.startswith("Kein Dokument, das du lesen darfst, sagt etwas zu „Fußball“")
    gone: JsonValue = {"error": {"code": "not_found", "message": "There is no quiz open.", "details": {}}}
    before = turn("Quiz me on coolant", ASKED, "Here it is")
    assert think([*before, *turn("1a", gone)], TOOLS).text.startswith("There is no quiz open here.")


def test_without_the_tool_nothing_is_asked() -> None:
    assert think([HumanMessage("Quiz me on coolant")], ["get_machine_availability"]).calls == ()
