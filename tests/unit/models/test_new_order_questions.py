"""Questions about new orders: work told in pieces, an order like another; hours are check_capacity's."""

import json

import pytest

from leadhand.errors import JsonValue
from models.builtin.answers import word_result
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.results import Result
from models.builtin.understanding import Context, Query
from tests.unit.tools.test_new_order import BUSY, TEN, answer, with_overtime
from tools.catalog.new_order import TOOL
from tools.json_input import validated
from tools.rendering import render_for_model

NAME = "simulate_new_order"
CONTEXT = Context(tools=frozenset(grammar.tool for grammar in tool_grammars()))


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (
            "What if a new order of 100 pieces with 30 min setup and 4 min per piece on the lathes comes in, "
            "when would it be done?",
            {
                "quantity": 100,
                "operations": [{"work_center": "lathes", "setup_min": 30, "run_s_per_piece": 240}],
            },
        ),
        (
            "Can we deliver 20 flanges by Friday if they take 6 minutes each on the Puma?",
            {
                "quantity": 20,
                "operations": [{"machines": ["Puma"], "run_s_per_piece": 360}],
                "due": "by Friday",
            },
        ),
        (
            "simulate 50 pcs, sawing 2 min each then grinding 20 min setup 5 min each, due Friday",
            {
                "quantity": 50,
                "operations": [
                    {"work_center": "sawing", "run_s_per_piece": 120},
                    {"work_center": "grinding", "setup_min": 20, "run_s_per_piece": 300},
                ],
                "due": "due Friday",
            },
        ),
        (
            "Können wir 20 Flansche bis Freitag liefern, wenn sie 6 Minuten pro Stück auf der Puma brauchen?",
            {
                "quantity": 20,
                "operations": [{"machines": ["Puma"], "run_s_per_piece": 360}],
                "due": "bis Freitag",
            },
        ),
        (
            "Can we deliver another order like WO-4001 by Friday?",
            {"like_order": "WO-4001", "due": "by Friday"},
        ),
        ("Wann wäre ein Auftrag wie WO-4001 fertig?", {"like_order": "WO-4001"}),
        (
            "if we took 30 brackets at 10 min each on the Haas VF-2, what would they push?",
            {
                "quantity": 30,
                "operations": [{"machines": ["Haas VF-2"], "run_s_per_piece": 600}],
                "move_unlocked": True,
            },
        ),
        (
            "Wann wären 20 Gehäuse fertig, wenn wir sie morgen einplanen? Fräsen 35 min pro Stück",
            {
                "quantity": 20,
                "operations": [{"work_center": "Fräsen", "run_s_per_piece": 2100}],
                "release": "morgen",
            },
        ),
    ],
)
def test_work_told_in_pieces_becomes_one_call_with_its_operations(
    text: str, arguments: dict[str, JsonValue]
) -> None:
    understood = understand(text, CONTEXT)
    assert [(query.tool, query.arguments) for query in understood.queries] == [(NAME, arguments)]
    validated(TOOL.input_model, {**arguments})


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("When could a 12 hour milling job be finished?", "check_capacity"),
        ("Can we take on a 50-hour order next month?", "check_capacity"),
        ("what limits us if we accept 90 hours in January", "check_capacity"),
        ("When will WO-4001 be done?", "get_order_status"),
        ("what if WO-4001 needs 200 pieces?", "simulate_schedule_change"),
    ],
)
def test_questions_of_other_tools_stay_theirs(text: str, tool: str) -> None:
    assert [query.tool for query in understand(text, CONTEXT).queries] == [tool]


@pytest.mark.parametrize(
    "text",
    [
        "simulate 30 pieces, op10 1h setup 14 min each, op20 4 min each",
        "simulate an order of 40 pieces at 5 min each",
        "10 hours each week on the Puma",
    ],
)
def test_times_that_cannot_be_told_apart_are_not_guessed(text: str) -> None:
    assert NAME not in {query.tool for query in understand(text, CONTEXT).queries}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "**Yes: an order of 10 pieces on Puma 2600 would be finished Thursday 3 December 2026, 10:00",
                "What limits it: one more hour on Puma 2600 would bring the finish forward by 1 h.",
                "It must start at the latest Tue 1 Dec 2026, 11:00.",
                "would bring the finish forward by 2 h",
                "Another way: on Puma 3100: Saturday 5 December 2026, 09:00.",
                "| 1 | Puma 2600 | Tue 1 Dec 2026, 07:00 | Wed 2 Dec 2026, 10:00 | 10.5 h | 0 h |",
                "| 2 Harden | outside the shop |",
            ],
        ),
        (
            "de",
            [
                "**Ja: fertig Do 3.12.2026, 10:00**, fällig Donnerstag 3. Dezember 2026, 24:00; 14 h vorher.",
                "Was begrenzt: eine Stunde mehr an der Maschine (Puma 2600); das brächte 1 h.",
                "Spätester Beginn: Di 1.12.2026, 11:00.",
                "Überstunden: mit 2 h fertig Do 3.12.2026, 08:00, 2 h früher",
                "Andere Möglichkeit: Puma 3100: Sa 5.12.2026, 09:00.",
                "| 2 Harden | außer Haus |",
            ],
        ),
    ],
)
async def test_the_answer_is_worded_with_figures_of_the_tool(language: str, said: list[str]) -> None:
    values = json.loads(render_for_model(await answer(TEN, with_overtime(BUSY)), "r1"))
    text = word_result(Result(NAME, TEN, values), Query(NAME, TEN), language).replace("\\", "")
    assert [part for part in said if part not in text] == [], text
