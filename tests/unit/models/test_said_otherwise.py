"""Questions that are worded freely: what is lost, counted, listed, likened, or asked of what was said."""

import pytest

from leadhand.errors import JsonValue
from models.builtin.amounts import find_amounts
from models.builtin.clauses import Clause
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.nearest import made_out, nearest_tools
from models.builtin.reading import read
from models.builtin.replies import reply_to
from models.builtin.understanding import Context, Query

TOOLS = frozenset(grammar.tool for grammar in tool_grammars())
CONTEXT = Context(tools=TOOLS)
WHAT_IF, REPLAN, CONFLICTS, TRUST, NEW_ORDER, STATUS = (
    "simulate_schedule_change",
    "propose_replan",
    "detect_schedule_conflicts",
    "get_data_trust",
    "simulate_new_order",
    "get_order_status",
)
_RE_PLAN = Context(tools=TOOLS, queries=(Query(REPLAN, {"late": True}),))
_TWO_SIMS = Context(
    tools=TOOLS,
    queries=(Query(WHAT_IF, {"change": "cancel", "order": "WO-4001"}),),
    simulations=("sim-a3f401d75089b1f5", "sim-9b8ee32c18d69931"),
)


def asked(text: str, context: Context = CONTEXT) -> list[tuple[str, dict[str, JsonValue]]]:
    return [(query.tool, query.arguments) for query in understand(text, context).queries]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("90 instead of 61 on WO-4000", (90,)),
        ("from 61 to 90 pieces", (90,)),
        ("statt 40 jetzt 75 Stück", (75,)),
        ("WO-4000 on Friday", ()),
    ],
)
def test_the_number_that_is_given_up_does_not_count(text: str, numbers: tuple[int, ...]) -> None:
    assert Clause(read(text)).counts == numbers


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (
            "Could we survive without the Integrex for the rest of the week?",
            {"change": "machine_down", "machine": "Integrex", "window": "for the rest of the week"},
        ),
        (
            "Luis called in sick, he'll be gone till Wednesday. Consequences?",
            {"change": "operator_absent", "operator": "Luis", "to": "till Wednesday"},
        ),
        (
            "Customer wants 90 instead of 61 on WO-4000, how bad?",
            {"change": "quantity", "order": "WO-4000", "quantity": 90},
        ),
        (
            "What would slip if WO-4020 only started on December 1st?",
            {"change": "order_move", "order": "WO-4020", "window": "on December 1st"},
        ),
        (
            "Lohnen sich am Samstag Überstunden auf der VF-4 von 7 bis 13 Uhr?",
            {"change": "overtime", "machine": "VF-4", "window": "am Samstag von 7 bis 13 Uhr"},
        ),
        (
            "Studer needs a new belt, two days starting tomorrow - does anything go late?",
            {"change": "machine_down", "machine": "Studer", "window": "two days starting tomorrow"},
        ),
        ("Und wenn wir WO-4021 streichen würden?", {"change": "cancel", "order": "WO-4021"}),
        (
            "can the Integrex have its service on Thursday or will something be late?",
            {"change": "machine_down", "machine": "Integrex", "window": "on Thursday"},
        ),
    ],
)
def test_a_supposition_is_known_by_what_happens_to_whom(text: str, arguments: dict[str, JsonValue]) -> None:
    assert asked(text) == [(WHAT_IF, arguments)]


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("Rework the plan so that WO-4009 and WO-4012 come out on time", ["WO-4009", "WO-4012"]),
        ("only WO-4003, 4006 and 4011 may move, find a better plan", ["WO-4003", "4006", "4011"]),
    ],
)
def test_orders_in_a_list_belong_together(text: str, orders: list[str]) -> None:
    assert asked(text) == [(REPLAN, {"orders": orders})]


@pytest.mark.parametrize(
    "text", ["what did it find?", "is it done?", "how much better would the new plan be?"]
)
def test_what_only_points_back_at_a_re_plan_starts_no_other(text: str) -> None:
    assert asked(text, _RE_PLAN) == [(REPLAN, {"action": "look"})]


@pytest.mark.parametrize("text", ["which is the lesser evil?", "Was davon würdest du nehmen?", "who wins?"])
def test_a_choice_between_what_was_tried_out_sets_it_side_by_side(text: str) -> None:
    assert asked(text, _TWO_SIMS) == [("compare_simulations", {"sims": [*_TWO_SIMS.simulations]})]


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("Are there operations without times?", "operations_without_times"),
        ("which machines have no shifts entered", "machines_without_shifts"),
        ("Gibt es Aufträge ohne Arbeitsplan?", "orders_without_operations"),
        ("how many orders have no due date", "orders_without_due_date"),
        ("any circular routings?", "orders_with_circular_routing"),
        ("welche Maschinen stehen mit Störungen ohne Ende?", "downtimes_without_end"),
    ],
)
def test_what_the_data_lacks_is_one_check_of_it(text: str, check: str) -> None:
    assert asked(text) == [(TRUST, {"check": check})]


def test_several_kinds_of_conflicts_are_asked_for_at_once() -> None:
    [(tool, arguments)] = asked("before we release next week: overlaps, missing people, anything?")
    assert tool == CONFLICTS
    assert arguments == {"types": ["double_booked", "operator_missing"], "window": "next week"}


def test_work_in_several_sentences_is_one_order() -> None:
    [(tool, arguments)] = asked(
        "Quote check: 150 bushings. Turn 5 min, 30 setup. Grind 4 min, 45 setup. Due Dec 22."
    )
    assert tool == NEW_ORDER
    assert arguments["quantity"] == 150
    assert arguments["operations"] == [
        {"work_center": "Turn", "setup_min": 30, "run_s_per_piece": 300},
        {"work_center": "Grind", "setup_min": 45, "run_s_per_piece": 240},
    ]


def test_work_outside_is_told_in_days_and_either_machine_will_do() -> None:
    outside = asked(
        "new order 50 pieces, saw 2 min each, outside for hardening 5 days, VF-4 or VF-2 90 sec each"
    )
    assert [arguments["operations"] for _, arguments in outside] == [
        [
            {"work_center": "saw", "run_s_per_piece": 120},
            {"name": "hardening", "subcontract_h": 120},
            {"machines": ["VF-4", "VF-2"], "run_s_per_piece": 90},
        ]
    ]


def test_the_day_on_which_work_starts_is_not_the_one_it_is_due() -> None:
    [(_, arguments)] = asked(
        "If I start 25 housings tomorrow, 18 min turning each by Friday, when do they finish?"
    )
    assert (arguments["release"], arguments["due"]) == ("tomorrow", "Friday")


def test_another_order_like_one_of_the_plan_is_a_new_one() -> None:
    assert asked("wie WO-4009 nochmal, 100 Stück, wann fertig?") == [
        (NEW_ORDER, {"like_order": "WO-4009", "quantity": 100})
    ]


@pytest.mark.parametrize(("text", "minutes"), [("40 seconds each", 40 / 60), ("90 sek", 1.5), ("30s", 0.5)])
def test_seconds_are_parts_of_a_minute(text: str, minutes: float) -> None:
    assert [amount.minutes for amount in find_amounts(text)] == [pytest.approx(minutes)]


@pytest.mark.parametrize("text", ["which ones are free", "a second Puma", "50 machines"])
def test_words_that_look_like_seconds_are_none(text: str) -> None:
    assert find_amounts(text) == []


def test_a_setup_without_a_unit_is_in_minutes() -> None:
    assert [(a.minutes, a.setup) for a in find_amounts("turning 5 min, 45 setup; grind 3 min, setup 30")] == [
        (5, False),
        (45, True),
        (3, False),
        (30, True),
    ]


def test_what_is_not_understood_is_told_back_with_the_nearest_questions() -> None:
    text = "Do frumps clash blorpily with grumpf on the Puma 3100 in December, what if?"
    reading = read(text)
    assert made_out(reading) == ("Puma 3100", "in December")
    assert CONFLICTS in nearest_tools(reading, TOOLS)
    understood = understand(text, CONTEXT)
    assert understood.queries == ()
    reply = reply_to(understood, "en", TOOLS)
    assert "Puma 3100" in reply
    assert "Are there any conflicts in the plan next week?" in reply


def test_where_nothing_is_alike_all_that_is_known_is_offered() -> None:
    assert nearest_tools(read("blorp frumpf"), TOOLS) == ()
