"""docs/tools/quiz.md says what the code does; and a whole quiz reaches the model."""

import json
from pathlib import Path
from uuid import UUID

from knowledge.quiz.cloze import Wish, cloze_questions
from knowledge.quiz.glossary import terms_named
from knowledge.quiz.questions import MAX_QUESTIONS, Question, Source
from knowledge.quiz.shelf import MAX_TOPIC_CHARS, WRITE_S, Asked, Draft, Given
from storage.quizzes import KEEP, KEEP_S
from tests.unit.tools.shops import AS_OF, tenant
from tools.catalog.quiz import MAX_ANSWERS
from tools.quiz_views import asked_output, marked_output
from tools.rendering import render_for_model

PAGE = (Path(__file__).parents[3] / "docs" / "tools" / "quiz.md").read_text(encoding="utf-8")


def test_the_bounds_on_the_page_are_the_bounds_in_the_code() -> None:
    assert KEEP_S == 7 * 86_400
    for said in (
        "for a week; a person keeps the newest",
        f"newest {KEEP}",
        f"within {WRITE_S:g} seconds",
        f"more than {MAX_QUESTIONS} questions or {MAX_ANSWERS} answers",
        f"more than {MAX_TOPIC_CHARS} characters",
    ):
        assert said in PAGE


def test_the_example_on_the_page_is_what_is_asked() -> None:
    chosen = terms_named("tardiness", "en")
    assert chosen is not None
    [one] = cloze_questions(chosen.asked, chosen.others, count=1, wish=Wish("easy", "any"))
    assert f"> {one.text}" in PAGE
    assert len(one.options) == 3, "three planning terms to choose from"


def test_a_quiz_of_ten_and_its_marks_reach_the_model_whole() -> None:
    sentence = (
        "Before the first cut of each shift the pressure of the chuck is set to 35 bar by the setter." * 2
    )
    source = Source(
        str(UUID(int=7)), "handbook/setup.md", "d", "markdown", "Setup", ("Rules",), 3, 1, sentence
    )
    question = Question(
        sentence, ("12 bar", "35 bar", "6 bar", "8 bar"), 1, "It says: 35 bar.", source, "cloze"
    )
    draft = Draft("setup", "medium", "en", (question,) * MAX_QUESTIONS)
    numbers = range(1, MAX_QUESTIONS + 1)
    fresh = Asked(UUID(int=1), draft, AS_OF, {})
    asked = json.loads(render_for_model(asked_output(tenant(), fresh, assumptions=[], warnings=[]), "r"))
    assert len(asked["questions"]) == MAX_QUESTIONS
    answered = Asked(UUID(int=1), draft, AS_OF, dict.fromkeys(numbers, Given(0, False, "c")))
    output = marked_output(tenant(), answered, marked=[*numbers], before=[], unclear=[])
    marks = json.loads(render_for_model(output, "r"))["marks"]
    assert [one["number"] for one in marks] == [*numbers]
    assert all("_left_out" not in one for one in marks)
