"""Questions that compare simulations, by their ids or the conversation's own, and how they are answered."""

import json
from dataclasses import replace

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from models.builtin.answers import sentences_of, word_result
from models.builtin.conversation import follow
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.results import Result
from models.builtin.slots import Question
from models.builtin.understanding import Context, Query
from tests.unit.tools.test_compare_simulations import SHOP, both_policies

NAME = "compare_simulations"
A, B, C = ("sim-" + letter * 16 for letter in "abc")
TOOLS = frozenset(grammar.tool for grammar in tool_grammars())
NOTHING_YET = Context(tools=TOOLS)
AFTER_THREE = Context(tools=TOOLS, queries=(Query("simulate_schedule_change", {}),), simulations=(A, B, C))


@pytest.mark.parametrize(
    ("text", "sims"),
    [
        ("Compare the two", [B, C]),
        ("compare them please", [B, C]),
        ("Compare the two simulations", [B, C]),
        ("Which is better?", [B, C]),
        ("Which of the two is better?", [B, C]),
        ("Put them side by side", [B, C]),
        ("Compare all three", [A, B, C]),
        ("compare all simulations", [A, B, C]),
        (f"Compare {A} with the last one", [A, C]),
        (f"compare {C} and {A}", [C, A]),
        ("Vergleiche die beiden Simulationen", [B, C]),
        ("Vergleiche sie bitte miteinander", [B, C]),
        ("Welche ist besser?", [B, C]),
        ("Stell die beiden gegenüber", [B, C]),
        ("Vergleiche alle drei", [A, B, C]),
        (f"Vergleiche {A} mit {B.upper()}", [A, B]),
    ],
)
def test_simulations_of_the_conversation_are_compared(text: str, sims: list[str]) -> None:
    (query,) = understand(text, AFTER_THREE).queries
    assert (query.tool, query.arguments) == (NAME, {"sims": sims})


def test_simulations_that_are_named_need_no_conversation() -> None:
    (query,) = understand(f"compare {A} with {B}", NOTHING_YET).queries
    assert (query.tool, query.arguments) == (NAME, {"sims": [A, B]})


@pytest.mark.parametrize(
    "text",
    ["Compare the two simulations", "Vergleiche die beiden Simulationen", f"compare {A} with the last"],
)
def test_which_ones_is_asked_back_where_none_are_known(text: str) -> None:
    understood = understand(text, NOTHING_YET)
    assert understood.queries == ()
    assert understood.ask is not None
    assert understood.ask.question is Question.SIMULATIONS


@pytest.mark.parametrize(
    "text",
    [
        "Compare the two machines",
        "Compare machine load next week",
        "Compare the load of the operators",
        "Which machine is best next week?",
        "Is there a better plan?",
        "What happens if the Puma 3100 is down tomorrow?",
        "Wie ist die Auslastung der Maschinen im Vergleich?",
    ],
)
def test_what_is_about_anything_else_stays_where_it_was(text: str) -> None:
    assert NAME not in [query.tool for query in understand(text, AFTER_THREE).queries]
    assert understand(text, AFTER_THREE) == understand(text, replace(AFTER_THREE, simulations=()))


def test_after_another_question_bare_words_mean_no_simulation() -> None:
    other = replace(AFTER_THREE, queries=(Query("get_machine_availability", {}),))
    assert NAME not in [query.tool for query in understand("Compare the two", other).queries]
    (query,) = understand("Compare the two simulations", other).queries
    assert query.arguments == {"sims": [B, C]}


def test_who_is_not_offered_the_tool_gets_no_call_of_it() -> None:
    fewer = replace(AFTER_THREE, tools=TOOLS - {NAME})
    assert NAME not in [query.tool for query in understand("Compare the two simulations", fewer).queries]


def _simulated(text: str, sim_id: str, call_id: str) -> list[BaseMessage]:
    tool = "simulate_schedule_change"
    return [
        HumanMessage(text),
        AIMessage("", tool_calls=[{"name": tool, "args": {}, "id": call_id, "type": "tool_call"}]),
        ToolMessage(json.dumps({"result_id": call_id, "sim_id": sim_id}), tool_call_id=call_id),
        AIMessage("Done."),
    ]


def test_the_ids_are_taken_from_the_results_of_earlier_turns_each_once() -> None:
    messages = [
        *_simulated("What happens if the Puma 3100 is down tomorrow?", A, "1"),
        *_simulated("What happens if the Haas VF-2 is down tomorrow?", B, "2"),
        *_simulated("What happens if the Puma 3100 is down tomorrow?", A, "3"),
        HumanMessage("Compare the two"),
    ]
    (query,) = follow(messages, TOOLS).understood.queries
    assert query.arguments == {"sims": [B, A]}


async def _worded(language: str, *, version: int = 7) -> str:
    kept, sims = await both_policies()
    kept.version = version
    values = json.loads((await kept.compare(SHOP, *sims)).model_dump_json(by_alias=True))
    result = Result(NAME, {}, values)
    told = [*sentences_of(result, "assumptions", language), *sentences_of(result, "warnings", language)]
    return "\n".join([word_result(result, Query(NAME, {}), language), *told]).replace("\\", "")


async def test_the_answer_is_a_table_and_what_is_best() -> None:
    text = await _worded("en")
    assert text.startswith("**Of the 2, number 2 (Puma 3100 is down (")
    assert "alone has the fewest orders newly late.**" in text
    assert "push right (sim-a3f401d75089b1f5) | – | – | – | – | 7.5 h | 2 | 2 | 1 | 0 | 0 | 0 |" in text


async def test_the_answer_has_the_same_figures_in_german() -> None:
    text = await _worded("de", version=8)
    assert "- Wenigste neu verspätete Aufträge: Nr. 2" in text
    assert "rückt nach (sim-a3f401d75089b1f5) | – | – | – | – | 7,5 h | 2 | 2 | 1 | 0 | 0 | 0 |" in text
    assert "Seitdem hat sich der Plan geändert (Simulationen: 2)" in text
    assert "The " not in text
