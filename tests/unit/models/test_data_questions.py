"""Questions about how good the data is reach their tool, and its findings are worded in both languages."""

import re

import pytest

from models.builtin.dialogue import understand
from models.builtin.understanding import Context
from tests.unit.models import test_builtin_answers
from tests.unit.models.test_builtin_answers import conversation, demo_shop, numbers_of, numbers_told
from tools.registry import ToolRegistry

TOOL = "get_data_trust"
CONTEXT = Context(tools=frozenset(spec.name for spec in ToolRegistry.discover().specs()))


@pytest.mark.parametrize(
    "text",
    [
        "How good is our data?",
        "Can I trust these figures?",
        "is the data complete",
        "how reliable are the numbers",
        "what is missing in our data",
        "are these figures accurate",
        "check the data quality please",
        "can we rely on the plan",
        "Wie gut sind unsere Daten?",
        "Kann ich diesen Zahlen trauen?",
        "Sind die Daten vollständig?",
        "Kann ich mich auf die Zahlen verlassen?",
    ],
)
def test_a_question_about_the_data_becomes_the_right_call(text: str) -> None:
    (query,) = understand(text, CONTEXT).queries
    assert (query.tool, query.arguments) == (TOOL, {})


QUESTIONS = ("How good is our data?", "Wie gut sind unsere Daten?")


@pytest.mark.parametrize("question", QUESTIONS)
async def test_the_answer_counts_what_is_missing_with_numbers_of_the_result(
    question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_builtin_answers, "TOOLS", (*test_builtin_answers.TOOLS, TOOL))
    text, told = await conversation(demo_shop(), question)
    assert numbers_of(text) <= numbers_told(told, (question,)), text
    assert re.search(r"\*\*\d+ (of|von) \d+", text), text
    assert not re.search(r"[{}]|None|_[a-z]+_[a-z]", text), text
