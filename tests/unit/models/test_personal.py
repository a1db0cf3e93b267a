"""The built-in model remembers what people say of themselves, tells it back, and speaks their language."""

import json

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from graph.remembered import remembered_section
from leadhand.errors import JsonValue, MemoryFull, NotSaid
from memory.profile_changes import Change
from memory.spoken import check_said
from models.builtin.personal import TOOL, remembered_language, wishes_in
from models.builtin.thinking import Thought, think
from storage.working_memory import WorkingMemory
from tools.catalog.update_working_memory import (
    MemoryChangeRow,
    UpdateWorkingMemoryInput,
    UpdateWorkingMemoryOutput,
)
from tools.json_input import validated
from tools.registry import ToolRegistry
from tools.rendering import render_error, render_for_model

NIGHTS: dict[str, JsonValue] = {
    "action": "add",
    "field": "facts",
    "value": "I work nights",
    "outcome": "done",
}
TOOLS = frozenset(spec.name for spec in ToolRegistry.discover().specs())
NOBODY = WorkingMemory()
ADA = WorkingMemory(
    version=3,
    name="Ada",
    language="de",
    facts=["I work the late shift", "my cell is 7"],
    goals=["less overtime"],
)


def thought(text: str, memory: WorkingMemory = NOBODY, *before: BaseMessage) -> Thought:
    system = SystemMessage(f"Instructions.\n\n{remembered_section(memory)}\n\nMore.")
    return think([system, *before, HumanMessage(text)], TOOLS)


def changes_of(text: str, memory: WorkingMemory = NOBODY) -> list[Change]:
    """As the tool takes them, and as it finds them supported by the message."""
    [call] = thought(text, memory).calls
    assert call.tool == TOOL
    asked = validated(UpdateWorkingMemoryInput, call.arguments)
    assert isinstance(asked, UpdateWorkingMemoryInput)
    changes = [change.change() for change in asked.changes]
    check_said(changes, [text])
    return changes


def made(**row: JsonValue) -> list[BaseMessage]:
    """The call and its result."""
    outcome = MemoryChangeRow.model_validate(row)
    output = UpdateWorkingMemoryOutput(data_version=1, as_of="", timezone="UTC", outcomes=[outcome])
    return _called(render_for_model(output, "c1"))


def _called(content: str) -> list[BaseMessage]:
    call = AIMessage("", tool_calls=[{"name": TOOL, "args": {}, "id": "c1"}])
    return [call, ToolMessage(content, tool_call_id="c1", name=TOOL)]


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ("Remember that I work the late shift.", "facts", "I work the late shift"),
        ("Could you please remember that I'm off on Fridays?", "facts", "I'm off on Fridays"),
        ("please keep in mind that we never work on Sundays", "facts", "we never work on Sundays"),
        ("Merk dir, dass ich in der Spätschicht arbeite", "facts", "ich in der Spätschicht arbeite"),
        ("Denk daran: meine Zelle ist die 7", "facts", "meine Zelle ist die 7"),
        ("Make a note for later that I'm off on Mondays", "facts", "I'm off on Mondays"),
        ("I run the saw, remember that please", "facts", "I run the saw"),
        ("Kannst du dir bitte merken, dass ich die Säge mache?", "facts", "ich die Säge mache"),
        ("Ich bin freitags nicht da, merk dir das", "facts", "Ich bin freitags nicht da"),
        ("You should know that I don't work on Mondays", "facts", "I don't work on Mondays"),
        ("Behalte bitte, dass ich freitags frei habe", "facts", "ich freitags frei habe"),
        ("I'd like shorter answers", "preferences", "I'd like shorter answers"),
        ("Bitte kurze Antworten in Zukunft", "preferences", "kurze Antworten"),
        ("You can call me Anna", "name", "Anna"),
        ("My name is Ada Lovelace.", "name", "Ada Lovelace"),
        ("Ich heiße Jörg", "name", "Jörg"),
        ("call me Bob please", "name", "Bob"),
        ("Remember that I am the planner of the turning shop", "role", "planner of the turning shop"),
        ("Merk dir, dass ich Meisterin bin", "role", "Meisterin"),
        ("Answer in German from now on", "language", "de"),
        ("Antworte mir bitte immer auf Englisch.", "language", "en"),
        ("Remember that I prefer short answers", "preferences", "I prefer short answers"),
        ("remember that my goal is less overtime", "goals", "less overtime"),
        ("I start at five. Keep that in mind", "facts", "I start at five"),
        ("I prefer hours and minutes, not decimals. Note that down", "units", "hours_and_minutes"),
        ("bitte künftig immer auf Deutsch antworten, merk dir das", "language", "de"),
        ("Ich heiße übrigens Sandra, speicher das mal", "name", "Sandra"),
        ("Remember: WO-4003 is a prototype", "notes", "WO-4003 is a prototype"),
    ],
)
def test_what_a_person_wants_remembered_is_asked_of_the_tool_in_their_words(
    said: str, field: str, value: str
) -> None:
    [change] = changes_of(said)
    assert (change.field, change.value) == (field, value)
    assert change.action in {"set", "add"}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Forget that I work the late shift", [("remove", "facts", "I work the late shift")]),
        (
            "You can delete the bit about me being on late shift",
            [("remove", "facts", "I work the late shift")],
        ),
        ("Forget what I told you about overtime", [("remove", "goals", "less overtime")]),
        ("Please forget my goals.", [("clear", "goals", "")]),
        ("Vergiss meinen Namen", [("clear", "name", "")]),
        (
            "Vergiss alles, was du über mich weißt!",
            [("clear", field, "") for field in ("name", "language", "goals", "facts")],
        ),
    ],
)
def test_what_a_person_wants_forgotten_is_looked_up_in_what_is_remembered(
    said: str, wanted: list[tuple[str, str, str]]
) -> None:
    assert [(c.action, c.field, c.value) for c in changes_of(said, ADA)] == wanted


@pytest.mark.parametrize(
    "question",
    [
        "When is the Puma free next week?",
        "Note that I need 50 hours next month: can we take that on?",
        "What is the status of WO-4003?",
        "Remember that WO-4003 is late",
        "Keep my order on the Puma",
        "I prefer the Haas for WO-4003",
        "forget it",
        "vergiss es",
        "Delete all bookings of WO-4003",
        "clear all",
        "I am not a planner",
        "Can you speak German?",
        "The Puma is down tomorrow. Note that down",
        "Delete everything about WO-4003",
        "call me when the Puma is free",
        "Ist mein Auftrag WO-4003 pünktlich?",
    ],
)
def test_questions_about_the_plan_are_not_taken_for_it(question: str) -> None:
    assert wishes_in(question) == ([], question)


def test_nothing_is_asked_of_the_tool_where_there_is_nothing_to_forget() -> None:
    assert thought("Forget that I have a dog", ADA) == Thought("I remember nothing like that about you.")
    assert "nothing about you yet" in thought("Forget everything you know about me").text


def test_it_tells_what_it_knows_of_the_person_in_their_language() -> None:
    told = thought("Was weißt du über mich?", ADA).text
    assert told.startswith("Das hast du mir über dich gesagt:")
    assert "- Name: Ada\n- Sprache: Deutsch\n- Ziele: less overtime\n- Fakten: I work the late shift" in told
    assert thought("What do you know about me?").text.startswith("I remember nothing about you yet.")


def test_what_is_remembered_is_printed_as_text() -> None:
    evil = WorkingMemory(version=1, notes=["[click](http://x.example) <b>"])
    told = thought("What do you know about me?", evil).text
    assert "](" not in told
    assert "<b>" not in told


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"action": "add", "outcome": "done"}, "I remember from now on:\n\n- Facts: I work nights"),
        ({"action": "add", "outcome": "known"}, "I knew that already:\n\n- Facts: I work nights"),
        ({"action": "remove", "outcome": "done"}, "I have forgotten:\n\n- Facts: I work nights"),
        ({"action": "remove", "outcome": "unknown"}, "I did not remember anything of that."),
    ],
)
def test_the_answer_tells_what_was_remembered_or_forgotten(row: dict[str, JsonValue], told: str) -> None:
    asked = HumanMessage("Remember that I work nights")
    result = made(field="facts", value="I work nights", **row)
    assert think([SystemMessage("x"), asked, *result], TOOLS) == Thought(told)


def test_a_refusal_is_told_with_what_helps() -> None:
    asked = HumanMessage("Remember that I work nights")
    for error, told in (
        (MemoryFull("“facts” may have 30 entries in it."), "Tell me what to forget first"),
        (NotSaid("`said` does not stand in a message."), "I could not change what I remember about you"),
    ):
        assert told in think([SystemMessage("x"), asked, *_called(render_error(error))], TOOLS).text


def test_what_else_was_asked_is_answered_after_it() -> None:
    both = HumanMessage("Remember that I work nights. When is the Puma 3100 free next week?")
    first = think([SystemMessage("x"), both], TOOLS)
    assert [call.tool for call in first.calls] == [TOOL]
    result = made(**NIGHTS)
    second = think([SystemMessage("x"), both, *result], TOOLS)
    assert [call.tool for call in second.calls] == ["get_machine_availability"]
    asking = AIMessage(
        "", tool_calls=[{"name": second.calls[0].tool, "args": second.calls[0].arguments, "id": "c2"}]
    )
    found = ToolMessage(json.dumps({"error": {"code": "empty_window", "message": "No."}}), tool_call_id="c2")
    third = think([SystemMessage("x"), both, *result, asking, found], TOOLS)
    assert third.calls == ()
    assert third.text.startswith("I remember from now on:\n\n- Facts: I work nights\n\n")


def test_a_follow_up_goes_on_from_the_question_before_it() -> None:
    asked = HumanMessage("When is the Puma 3100 free next week?")
    [call] = think([SystemMessage("x"), asked], TOOLS).calls
    between = [HumanMessage("Remember that I work nights"), *made(**NIGHTS), AIMessage("I remember it.")]
    answered: list[BaseMessage] = [
        asked,
        AIMessage("", tool_calls=[{"name": call.tool, "args": call.arguments, "id": "c0"}]),
        ToolMessage(json.dumps({"machines": []}), tool_call_id="c0", name=call.tool),
        AIMessage("It is free."),
    ]
    [following] = thought("And next month?", NOBODY, *answered, *between).calls
    assert following.tool == call.tool
    assert following == thought("And next month?", NOBODY, *answered).calls[0]


def test_a_message_that_does_not_tell_its_language_is_answered_in_the_persons() -> None:
    messages = [SystemMessage(remembered_section(ADA))]
    assert remembered_language(messages) == "de"
    assert thought("???", ADA) != thought("???")
    assert thought("hello there, how are you", ADA) == thought("hello there, how are you")
    assert (
        remembered_language([SystemMessage(remembered_section(WorkingMemory(version=1, language="fi")))])
        == "en"
    )


def test_without_the_tool_nothing_is_promised() -> None:
    messages = [SystemMessage("x"), HumanMessage("Remember that I work nights")]
    assert think(messages, TOOLS - {TOOL}).calls == ()
    assert "remember" not in think(messages, TOOLS - {TOOL}).text.casefold().partition("“")[0]
