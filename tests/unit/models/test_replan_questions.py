"""Questions for a better plan: asked, looked at, stopped; and how the answers are worded."""

import json

import pytest

from leadhand.errors import JsonValue
from models.builtin.answers import sentences_of, word_result
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.results import Result
from models.builtin.understanding import Context, Query
from planning.replanning import ReplanScore, ReplanStatus
from tests.unit.tools.replans_at_once import propose
from tests.unit.tools.test_propose_replan import proposed, with_result

NAME = "propose_replan"
CONTEXT = Context(tools=frozenset(grammar.tool for grammar in tool_grammars()))


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("Re-plan the late orders", {"late": True}),
        ("Can you re-plan the late orders?", {"late": True}),
        ("Can you find a better plan?", {}),
        ("Is there a better plan?", {}),
        ("Please optimise the schedule", {}),
        ("re-plan WO-4001 and WO-4002", {"orders": ["WO-4001", "WO-4002"]}),
        ("Could you re-sequence the Haas VF-2?", {"machines": ["Haas VF-2"]}),
        ("Re-plan the Puma 3100 next week", {"machines": ["Puma 3100"], "window": "next week"}),
        ("Plane die verspäteten Aufträge neu", {"late": True}),
        ("Kannst du die verspäteten Aufträge neu planen?", {"late": True}),
        ("Findest du einen besseren Plan?", {}),
        ("Plane WO-4001 neu", {"orders": ["WO-4001"]}),
        ("Plane alles neu", {}),
        ("How far is the re-plan?", {"action": "look"}),
        ("Is the re-plan finished?", {"action": "look"}),
        ("Wie weit ist die Neuplanung?", {"action": "look"}),
        ("Was hat die Neuplanung ergeben?", {"action": "look"}),
        ("Stop the re-plan", {"action": "cancel"}),
        ("Brich die Neuplanung ab", {"action": "cancel"}),
    ],
)
def test_a_wish_for_a_better_plan_reaches_the_tool(text: str, arguments: dict[str, JsonValue]) -> None:
    (query,) = understand(text, CONTEXT).queries
    assert (query.tool, query.arguments) == (NAME, arguments)


@pytest.mark.parametrize(
    "text",
    [
        "Which orders are late?",
        "Wie weit ist WO-4001?",
        "Why is WO-4001 not done yet?",
        "What happens if the Puma 3100 is down tomorrow?",
        "Move WO-4001 to Monday",
        "Cancel WO-4001",
        "Plane einen neuen Auftrag mit 50 Stunden ein",
        "Is the Puma free tomorrow?",
    ],
)
def test_what_is_about_anything_else_does_not_reach_it(text: str) -> None:
    assert NAME not in [query.tool for query in understand(text, CONTEXT).queries]


@pytest.mark.parametrize("text", ["Re-plan the late orders", "Plane die verspäteten Aufträge neu"])
def test_who_is_not_offered_the_tool_is_told_that_the_plan_is_not_changed(text: str) -> None:
    heard = understand(text, Context(tools=frozenset(CONTEXT.tools) - {NAME}))
    assert heard.queries == ()
    assert heard.topics != ()


async def worded(language: str, **changes: object) -> str:
    output = await propose(await proposed(**changes), action="look")
    values = json.loads(output.model_dump_json(by_alias=True))
    arguments: dict[str, JsonValue] = {"action": "look"}
    return word_result(Result(NAME, arguments, values), Query(NAME, arguments), language).replace("\\", "")


async def test_a_proposal_is_worded_with_its_gain_and_its_moves() -> None:
    text = await worded("en")
    assert "57 weighted late hours instead of 425" in text
    assert "- No longer late (2): WO-5 WO-6" in text
    assert "| WO-6 | 10 Mill | Mill 1 | Tue 1 Dec 2026, 11:00 | Mill 1 | Mon 30 Nov 2026, 08:00 |" in text
    assert "Newly late" not in text


async def test_a_proposal_is_worded_in_german_with_the_same_figures() -> None:
    text = await worded("de")
    assert "- Gewichtete Verspätung: 57 h statt 425 h." in text
    assert "- Nicht mehr verspätet (2): WO-5 WO-6" in text
    assert "- Buchungen, die sich verschieben: 6." in text
    assert "The " not in text


async def test_german_tells_of_broken_rules_too() -> None:
    port = await with_result(score_before=ReplanScore(660, 3, 0, 0), score_after=ReplanScore(600, 0, 9, 0))
    assert port.state is not None
    text = await worded("de", result=port.state.result)
    assert "- Gewichtete Verspätung: 10 h statt 11 h." in text
    assert "- Verletzte Regeln: 0 statt 3." in text
    assert "beheben" not in text


async def test_german_says_what_mending_broken_rules_would_cost() -> None:
    same = ReplanScore(600, 3, 0, 0)
    port = await with_result(
        status=ReplanStatus.NO_IMPROVEMENT,
        score_before=same,
        score_after=same,
        mending=ReplanScore(660, 0, 9, 0),
    )
    assert port.state is not None
    nothing = {"status": "no_improvement", "result": port.state.result, "moves": (), "total_moves": 0}
    text = await worded("de", **nothing)
    assert "zu beheben, ergäbe im besten gefundenen Plan 11 h gewichtete Verspätung" in text


async def test_german_says_why_there_is_no_proposal() -> None:
    port = await with_result(status=ReplanStatus.NOTHING_FREE)
    assert port.state is not None
    nothing = {"status": "no_improvement", "result": port.state.result, "moves": (), "total_moves": 0}
    text = await worded("de", **nothing)
    assert text.startswith("**Ein besserer Plan wurde nicht gefunden.**")
    assert "- Nichts davon darf sich verschieben." in text
    assert "statt" not in text


@pytest.mark.parametrize("status", ["queued", "running", "cancelled", "failed"])
async def test_a_replan_that_proposes_nothing_is_told_in_a_sentence(status: str) -> None:
    nothing = {"status": status, "result": None, "moves": (), "total_moves": 0}
    english, german = await worded("en", **nothing), await worded("de", **nothing)
    assert english.startswith("**The re-plan ")
    assert german.startswith("**Die Neuplanung ")
    assert "|" not in english + german


async def test_the_sentences_of_a_proposal_are_german_in_german() -> None:
    output = await propose(await with_result(reproducible=False))
    values = json.loads(output.model_dump_json(by_alias=True))
    result = Result(NAME, {}, values)
    told = [*sentences_of(result, "assumptions", "de"), *sentences_of(result, "warnings", "de")]
    assert len(told) >= 4
    assert [text for text in told if " the " in text or "plan " in text.split(" Plan")[0]] == []
