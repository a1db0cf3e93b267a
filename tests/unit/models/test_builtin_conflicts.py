"""Questions about conflicts reach their tool, and its findings are worded in both languages."""

import pytest

from leadhand.errors import JsonValue
from models.builtin.dialogue import understand
from models.builtin.understanding import Context
from tests.unit.models import test_builtin_answers
from tests.unit.models.test_builtin_answers import conversation, demo_shop, numbers_of, numbers_told
from tools.json_input import validated
from tools.registry import ToolRegistry

TOOL = "detect_schedule_conflicts"
CONTEXT = Context(
    tools=frozenset({TOOL, "get_machine_availability", "analyze_workload_distribution", "check_capacity"})
)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("show me all conflicts", {}),
        ("Are there any conflicts in the plan next week?", {"window": "next week"}),
        ("which machines are double booked", {"types": ["machine_double_booked"]}),
        ("are there any double bookings next week", {"types": ["double_booked"], "window": "next week"}),
        ("any clashes on the Puma 3100 tomorrow?", {"machines": ["Puma 3100"], "window": "tomorrow"}),
        ("does anything overlap on the Haas VF-2", {"machines": ["Haas VF-2"], "types": ["double_booked"]}),
        ("conflicts for the lathes in December", {"work_center": "lathes", "window": "in December"}),
        (
            "which operators are double-booked this week",
            {"types": ["operator_double_booked"], "window": "this week"},
        ),
        ("any material conflicts next week?", {"types": ["material"], "window": "next week"}),
        ("Gibt es Konflikte beim Material?", {"types": ["material"]}),
        ("show conflicts for WO-4007", {"orders": ["WO-4007"]}),
        ("Gibt es nächste Woche Konflikte im Plan?", {"window": "nächste Woche"}),
        (
            "Welche Maschinen sind morgen doppelt belegt?",
            {"types": ["machine_double_booked"], "window": "morgen"},
        ),
        (
            "Überschneidet sich etwas auf der Puma 3100?",
            {"machines": ["Puma 3100"], "types": ["double_booked"]},
        ),
    ],
)
def test_a_question_about_conflicts_becomes_the_right_call(
    text: str, arguments: dict[str, JsonValue]
) -> None:
    (query,) = understand(text, CONTEXT).queries
    given = {name: value for name, value in query.arguments.items() if value != []}
    assert (query.tool, given) == (TOOL, arguments)
    validated(ToolRegistry.discover().get(TOOL).input_model, query.arguments)


QUESTIONS = ("Are there any conflicts in the plan?", "Welche Maschinen sind im Dezember doppelt belegt?")


@pytest.mark.parametrize("question", QUESTIONS)
async def test_every_number_of_an_answer_stands_in_the_result(
    question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_builtin_answers, "TOOLS", (*test_builtin_answers.TOOLS, TOOL))
    text, told = await conversation(demo_shop(), question)
    assert numbers_of(text) <= numbers_told(told, (question,)), text
    assert "{" not in text
    assert "None" not in text


async def test_the_answer_counts_the_conflicts_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_builtin_answers, "TOOLS", (*test_builtin_answers.TOOLS, TOOL))
    text, _ = await conversation(demo_shop(), QUESTIONS[0])
    assert text.startswith("**Conflicts found: ")
    assert "\n- machine booked twice: " in text or "\n- **machine booked twice**" in text
    assert "**→** Hand " in text
