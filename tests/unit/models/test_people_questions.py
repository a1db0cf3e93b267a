"""Questions about people: who is there, free, away, qualified; and those that are not for this tool."""

import pytest

from leadhand.errors import JsonValue
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.understanding import Context

PEOPLE = "get_operator_availability"
CONTEXT = Context(tools=frozenset(grammar.tool for grammar in tool_grammars()))


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("who is free tomorrow morning?", {"window": "tomorrow morning"}),
        ("is Maria here on Friday?", {"operators": ["Maria"], "window": "on Friday"}),
        ("who can run the Puma?", {"machine": "Puma"}),
        ("Can Maria run the Puma?", {"operators": ["Maria"], "machine": "Puma"}),
        ("who is qualified for grinding", {"work_center": "grinding"}),
        ("who is on vacation next week?", {"window": "next week"}),
        (
            "when does Hannah's welding certificate expire?",
            {"operators": ["Hannah"], "work_center": "welding"},
        ),
        ("which certificates expire this month?", {"window": "this month"}),
        ("what is Tom working on", {"operators": ["Tom"]}),
        (
            "Is Tom free tomorrow for 3 hours?",
            {"operators": ["Tom"], "window": "tomorrow", "min_free_minutes": 180},
        ),
        ("Ist Maria morgen da?", {"operators": ["Maria"], "window": "morgen"}),
        ("Wer kann die Hermle bedienen?", {"machine": "Hermle"}),
        ("Wer hat nächste Woche Urlaub?", {"window": "nächste Woche"}),
    ],
)
def test_a_question_about_people_reaches_their_tool_in_the_persons_words(
    text: str, arguments: dict[str, JsonValue]
) -> None:
    (query,) = understand(text, CONTEXT).queries
    assert (query.tool, query.arguments) == (PEOPLE, arguments)


@pytest.mark.parametrize(
    "text",
    [
        "who has the most work next week",
        "How is work distributed across operators?",
        "how much work does Maria have next week",
        "Wer hat noch Luft?",
        "Put Maria on the night shift",
        "Swap Hannah and Luis on Thursday",
        "Is the Puma free tomorrow?",
    ],
)
def test_what_is_about_load_or_changes_does_not_reach_it(text: str) -> None:
    assert PEOPLE not in [query.tool for query in understand(text, CONTEXT).queries]
