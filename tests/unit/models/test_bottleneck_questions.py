"""Questions about bottlenecks: the right call in English and German, and the worded answer."""

import json

import pytest

from leadhand.errors import JsonValue
from models.builtin.answers import word_result
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.results import Result
from models.builtin.understanding import Context, Query
from tests.unit.tools.test_bottlenecks import WEEK, answer
from tools.catalog.bottlenecks import TOOL
from tools.json_input import validated
from tools.rendering import render_for_model

NAME = "identify_bottlenecks"
CONTEXT = Context(tools=frozenset(grammar.tool for grammar in tool_grammars()))


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("Where is our bottleneck?", {}),
        ("Which machine holds us up next month?", {"window": "next month"}),
        ("where does work pile up?", {}),
        ("Is the Okuma a bottleneck?", {"machines": ["Okuma"]}),
        ("What would an extra hour on the Okuma bring?", {"machines": ["Okuma"]}),
        ("what would one more hour on the Puma 3100 gain us?", {"machines": ["Puma 3100"]}),
        ("would another hour on the Puma help?", {"machines": ["Puma"]}),
        ("which lathe holds us up?", {"work_center": "lathe"}),
        ("Which work center is the bottleneck this month?", {"level": "work_center", "window": "this month"}),
        ("which skill is the bottleneck next month", {"level": "operator", "window": "next month"}),
        ("any bottleneck above 90 % utilization?", {"threshold_pct": 90}),
        ("Wo klemmt es?", {}),
        ("Wo ist unser Engpass?", {}),
        ("Welche Maschine hält uns nächsten Monat auf?", {"window": "nächsten Monat"}),
        ("Gibt es nächste Woche einen Engpass?", {"window": "nächste Woche"}),
        ("Ist die Okuma ein Engpass?", {"machines": ["Okuma"]}),
        ("Was würde eine Stunde mehr auf der Puma 3100 bringen?", {"machines": ["Puma 3100"]}),
        ("Was bringt uns noch eine Stunde auf der Haas VF-2?", {"machines": ["Haas VF-2"]}),
    ],
)
def test_a_question_about_bottlenecks_becomes_the_right_call(
    text: str, arguments: dict[str, JsonValue]
) -> None:
    (query,) = understand(text, CONTEXT).queries
    given = {name: value for name, value in query.arguments.items() if value != []}
    assert (query.tool, given) == (NAME, arguments)
    validated(TOOL.input_model, query.arguments)


async def worded(language: str, aspects: frozenset[str] = frozenset(), **arguments: JsonValue) -> str:
    asked: dict[str, JsonValue] = {**WEEK, **arguments}
    values = json.loads(render_for_model(await answer(asked), "r1"))
    query = Query(tool=NAME, arguments=asked, aspects=aspects)
    return word_result(Result(NAME, asked, values), query, language)


async def test_the_answer_names_the_bottleneck_what_waits_and_what_an_hour_saves() -> None:
    text = await worded("en")
    assert text.startswith("**Puma 3100 is the bottleneck: 88.3 % utilization, over the threshold of 85 %")
    assert "| 1. Puma 3100 | 88.3 % | 26.5 h | 30 h | 2026-12-01: 100 % | 21.5 h | 1 |" in text
    assert "- WO-4 (Acme): waited 23 h, late 34 h" in text
    assert "would save 1 h of lateness" in text


async def test_the_german_answer_has_the_same_figures() -> None:
    text = await worded("de")
    assert text.startswith("**Engpass: Puma 3100** mit 88,3 % Auslastung, über der Schwelle von 85 %.")
    assert "nimmt 1 h Verspätung aus dem Plan; früher fertig: 3 Aufträge." in text


async def test_no_bottleneck_is_said_plainly_in_both_languages() -> None:
    assert (await worded("en", threshold_pct=95)).startswith("**There is no bottleneck: the fullest machine")
    assert (await worded("de", threshold_pct=95)).startswith("**Kein Engpass.** Am höchsten liegt Puma 3100")


async def test_what_one_more_hour_brings_comes_first_where_that_was_asked() -> None:
    text = await worded("en", frozenset({"extra_hour"}), machines=["Puma 3100"])
    assert text.startswith("- One more hour on Puma 3100 (")
    assert "place 1 of 3 by utilization (88.3 %)" in text
