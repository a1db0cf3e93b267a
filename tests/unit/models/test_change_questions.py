"""What-if questions: the right call in English and German, what stays refused, and the worded answer."""

import json

import pytest

from leadhand.errors import JsonValue
from models.builtin.answers import word_result
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.results import Result
from models.builtin.understanding import Context, Query
from tests.unit.tools.shops import at
from tests.unit.tools.test_schedule_change import BUSY, answer, due
from tools.catalog.schedule_change import TOOL
from tools.json_input import validated
from tools.rendering import render_for_model

NAME = "simulate_schedule_change"
MOVE = "move WO-4001 to Monday"
CONTEXT = Context(tools=frozenset(grammar.tool for grammar in tool_grammars()))


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (
            "What happens if the Puma is down tomorrow?",
            {"change": "machine_down", "machine": "Puma", "window": "tomorrow"},
        ),
        (
            "what if the Haas VF-2 is out of service until Friday",
            {"change": "machine_down", "machine": "Haas VF-2", "to": "until Friday"},
        ),
        (
            "what happens if the Puma is down until further notice",
            {"change": "machine_down", "machine": "Puma", "until_further_notice": True},
        ),
        (
            "suppose the Okuma fails next week, which orders are late?",
            {"change": "machine_down", "machine": "Okuma", "window": "next week"},
        ),
        (
            "Was passiert, wenn die Puma 3100 morgen ausfällt?",
            {"change": "machine_down", "machine": "Puma 3100", "window": "morgen"},
        ),
        (
            "what if Luis is out next week",
            {"change": "operator_absent", "operator": "Luis", "window": "next week"},
        ),
        (
            "what if Maria calls in sick tomorrow",
            {"change": "operator_absent", "operator": "Maria", "window": "tomorrow"},
        ),
        (
            "was passiert, wenn Maria nächste Woche krank ist?",
            {"change": "operator_absent", "operator": "Maria", "window": "nächste Woche"},
        ),
        (
            "what if we run overtime on Saturday on the Haas?",
            {"change": "overtime", "machine": "Haas", "window": "on Saturday"},
        ),
        ("what if WO-4001 is cancelled?", {"change": "cancel", "order": "WO-4001"}),
        (
            "was passiert wenn Auftrag 4012 storniert wird",
            {"change": "cancel", "order": "Auftrag 4012"},
        ),
        (
            "what if WO-4001 is moved to Monday",
            {"change": "order_move", "order": "WO-4001", "window": "Monday"},
        ),
        (
            "was passiert wenn WO-4012 auf Montag verschoben wird",
            {"change": "order_move", "order": "WO-4012", "window": "Montag"},
        ),
        (
            "what if WO-4001 needs 200 pieces?",
            {"change": "quantity", "order": "WO-4001", "quantity": 200},
        ),
        (
            "what if order 4001 is due on Friday?",
            {"change": "due_date", "order": "order 4001", "due": "due on Friday"},
        ),
        (
            "was wäre, wenn WO-4012 erst am Freitag fällig ist",
            {"change": "due_date", "order": "WO-4012", "due": "am Freitag"},
        ),
    ],
)
def test_a_supposition_becomes_one_call_with_its_words(text: str, arguments: dict[str, JsonValue]) -> None:
    understood = understand(text, CONTEXT)
    assert [(query.tool, query.arguments) for query in understood.queries] == [(NAME, arguments)]
    validated(TOOL.input_model, {**arguments})


@pytest.mark.parametrize(
    "text",
    [
        "what if we add a third shift in milling",
        "what if we buy another Haas",
        "what if the Puma were twice as fast",
        "What if Tom works on the Haas instead?",
        "what if steel gets more expensive",
        "was wäre, wenn wir eine neue Maschine kaufen",
    ],
)
def test_what_no_simulation_answers_is_still_refused_by_name(text: str) -> None:
    understood = understand(text, CONTEXT)
    assert (understood.queries, understood.topics[:1]) == ((), ("what_if",))


@pytest.mark.parametrize("text", ["cancel WO-4001", "Storniere WO-4001"])
def test_an_order_to_change_the_plan_is_no_simulation(text: str) -> None:
    understood = understand(text, CONTEXT)
    assert (understood.queries, understood.topics) == ((), ("plan_change",))


def test_an_order_to_move_is_proposed_and_not_tried_out() -> None:
    asked = {text: understand(text, CONTEXT).queries[0].tool for text in (MOVE, f"What if we {MOVE}?")}
    assert asked == {MOVE: "reschedule_order", f"What if we {MOVE}?": "simulate_schedule_change"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "7.5 h of working time are lost",
                "Newly late (1): WO-2 (18",
                "| WO-1 |",
                "New conflicts: late, 1.",
            ],
        ),
        (
            "de",
            ["**Maschine steht**: Puma 3100", "Verlorene Arbeitszeit: 7,5", "Neu verspätet (1): WO-2 (18"],
        ),
    ],
)
async def test_the_answer_is_worded_with_figures_of_the_tool(language: str, said: list[str]) -> None:
    arguments: dict[str, JsonValue] = {"change": "machine_down", "machine": "puma 3100", "window": "tomorrow"}
    found = await answer(arguments, due(BUSY, "2", at(2, 20)))
    values = json.loads(render_for_model(found, "r1"))
    text = word_result(Result(NAME, arguments, values), Query(NAME, arguments), language).replace("\\", "")
    assert [part for part in said if part not in text] == [], text


async def test_who_takes_over_is_worded_in_both_languages() -> None:
    arguments: dict[str, JsonValue] = {
        "change": "operator_absent",
        "operator": "Ann Lee",
        "window": "tomorrow",
    }
    values = json.loads(render_for_model(await answer(arguments), "r1"))
    texts = [
        word_result(Result(NAME, arguments, values), Query(NAME, arguments), language)
        for language in ("en", "de")
    ]
    assert "Bob Ray takes over 4" in texts[0]
    assert "Bob Ray übernimmt 4" in texts[1]
    assert all("Ann Lee" in text for text in texts)
