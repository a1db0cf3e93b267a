"""The built-in model's summary quotes: every word of it was asked or answered."""

import json
import re

from langchain_core.messages import HumanMessage, SystemMessage

from leadhand.settings import Settings
from models.builtin.summaries import MAX_CHARS, PastTurn, retold
from models.small import open_small_model

PUMA = PastTurn(
    asked="When is the Puma 3100 free?",
    answered="The **Puma 3100** is free from Tue 1 Dec 06:00, 41.5 h in all."
    "\n\n| day | hours |\n|---|---|\n| Tue | 7.5 |",
    calls=['get_machine_availability {"machine": "Puma 3100", "window": "next month"}'],
)
FOLLOW_UP = PastTurn(
    asked="And the week after?",
    answered="None. " + "Every hour is taken. " * 20,
    calls=['get_machine_availability {"machine": "Puma 3100", "window": "week after"}', "broken {"],
)


def test_a_line_for_each_turn_says_what_was_asked_about_what_and_how_the_answer_began() -> None:
    assert retold("", [PUMA]).splitlines() == [
        "- Asked: When is the Puma 3100 free? (Puma 3100, next month)"
        " Answered: The Puma 3100 is free from Tue 1 Dec 06:00, 41.5 h in all."
    ]


def test_new_turns_follow_the_summary_so_far() -> None:
    assert retold("They plan the Puma.", [PUMA, FOLLOW_UP]).splitlines()[0] == "They plan the Puma."
    assert len(retold("They plan the Puma.", [PUMA, FOLLOW_UP]).splitlines()) == 3


def test_no_figure_stands_in_it_that_was_not_asked_or_answered() -> None:
    turns = [
        PastTurn(
            asked=f"Load of M-{n}? " + "word " * n, answered=f"{n}.25 h of {n}40.5 h. " * (n + 1), calls=[]
        )
        for n in range(30)
    ]
    summary = retold("", turns)
    said = set(re.findall(r"[\d.]+\d", " ".join(turn["asked"] + turn["answered"] for turn in turns)))
    assert set(re.findall(r"[\d.]+\d", summary)) <= said


def test_it_stays_bounded_and_says_that_older_turns_are_left_out() -> None:
    summary = ""
    for number in range(200):
        turn = PastTurn(asked=f"Question {number} of many?", answered=f"Answer {number}. " * 9, calls=[])
        summary = retold(summary, [turn])
    assert len(summary) <= MAX_CHARS
    assert summary.splitlines()[0] == "(What was said before is left out.)"
    assert "Question 199 " in summary.splitlines()[-1]
    assert summary.count("left out") == 1


async def test_the_built_in_small_model_retells_turns_and_titles_questions() -> None:
    small = open_small_model(Settings())
    material = json.dumps({"summary": "", "turns": [PUMA]})
    asked = [SystemMessage("…"), HumanMessage(material)]
    chunks = [chunk.text async for chunk in small.model.astream(asked)]
    assert "".join(chunks) == retold("", [PUMA])
    await small.aclose()
