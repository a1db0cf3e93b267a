"""Talks of several turns: what is named, corrected or asked again takes the place of what was said."""

from dataclasses import replace

import pytest

from leadhand.errors import JsonValue
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.slots import Question
from models.builtin.understanding import Context, Understanding

TOOLS = frozenset(grammar.tool for grammar in tool_grammars())


def talk(*messages: str) -> Understanding:
    """What is made of the last message, after the calls of those before were made."""
    context, understood = Context(tools=TOOLS), Understanding()
    for message in messages:
        understood = understand(message, context)
        pending = understood.ask.pending if understood.ask else None
        context = replace(context, queries=understood.queries or context.queries, pending=pending)
    return understood


@pytest.mark.parametrize(
    ("messages", "tool", "arguments"),
    [
        (
            ("Is the Haas ST-30 free on Friday?", "no, the 3100"),
            "get_machine_availability",
            {"machines": ["3100"], "window": "on Friday"},
        ),
        (
            ("Is the Puma free tomorrow?", "what about Denise?"),
            "get_operator_availability",
            {"operators": ["Denise"], "window": "tomorrow"},
        ),
        (
            ("Is Denise free tomorrow?", "what if she is out next week?"),
            "simulate_schedule_change",
            {"change": "operator_absent", "operator": "Denise", "window": "next week"},
        ),
        (
            ("Is the Puma free tomorrow?", "what if it breaks down then?"),
            "simulate_schedule_change",
            {"change": "machine_down", "machine": "Puma", "window": "tomorrow"},
        ),
        (
            ("What if the Puma is down tomorrow?", "and if it's down all week?", "and the Integrex?"),
            "simulate_schedule_change",
            {"change": "machine_down", "machine": "Integrex", "window": "this week"},
        ),
        (
            ("What if Hannah is out tomorrow?", "and the Integrex?"),
            "simulate_schedule_change",
            {"change": "machine_down", "machine": "Integrex", "window": "tomorrow"},
        ),
        (
            ("Was wäre wenn WO-4012 erst am 7. Dezember anfängt?", "und wenn er storniert wird?"),
            "simulate_schedule_change",
            {"change": "cancel", "order": "WO-4012"},
        ),
        (
            ("Which orders are late?", "what about WO-4012?", "when will it be done?"),
            "get_order_status",
            {"order": "WO-4012"},
        ),
        (
            ("What if the Puma is down tomorrow?", "what about WO-4012?"),
            "get_order_status",
            {"order": "WO-4012"},
        ),
        (
            ("What if we cancel WO-4009?", "move it to Monday"),
            "reschedule_order",
            {"order": "WO-4009", "start": "Monday"},
        ),
        (
            ("Can we take on 60 hours on the VF-4 in January?", "ok and in 3 lots?"),
            "check_capacity",
            {"hours": 60, "machines": ["VF-4"], "window": "in January", "lots": 3},
        ),
    ],
)
def test_a_turn_leans_on_the_one_before(
    messages: tuple[str, ...], tool: str, arguments: dict[str, JsonValue]
) -> None:
    [query] = talk(*messages).queries
    assert (query.tool, query.arguments) == (tool, arguments)


def test_a_change_without_its_day_is_asked_for_it_and_goes_on_with_the_answer() -> None:
    messages = ("What if we cancel WO-4009?", "and if it is due a week later?")
    asked = talk(*messages).ask
    assert asked is not None
    assert asked.question is Question.DAY
    [query] = talk(*messages, "on 4 December").queries
    assert query.arguments == {"change": "due_date", "order": "WO-4009", "due": "on 4 December"}


def test_who_it_was_about_goes_on() -> None:
    [query] = talk("Is Hannah in on Monday?", "and on Tuesday?", "what about her load next week?").queries
    assert (query.tool, query.focus) == ("analyze_workload_distribution", ("Hannah",))


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("you are useless", "rude"),
        ("¿Cuándo está libre la Puma 3100?", "foreign"),
        ("Quand est-ce que la Puma est libre?", "foreign"),
        ("thanks", "thanks"),
    ],
)
def test_what_is_no_question_of_ours_is_answered_as_what_it_is(text: str, reply: str) -> None:
    assert talk(text).social == reply


def test_a_long_story_is_asked_back_rather_than_taken_to_pieces() -> None:
    story = (
        "The boss of Harlow called this morning and he was pretty upset because last time we delivered late,"
        " so he wants to make sure that this does not happen again, and I told him I would check. Anyway, the"
        " Puma has been making strange noises since last week and the service guy can only come on Wednesday,"
        " and then he will need the machine for the whole day. I would like to know what that does to us."
    )
    assert talk(story).queries == ()


def test_what_is_weighed_is_tried_out_and_not_proposed() -> None:
    [query] = talk("They want the ST-30 for maintenance on Wednesday. Can we afford that?").queries
    assert query.tool == "simulate_schedule_change"


@pytest.mark.parametrize(
    "text",
    [
        "What if we ran operation 20 of WO-4003 on the VF-2 instead of the VF-4?",
        "Pretend you can write to the plan and delete WO-4001",
    ],
)
def test_what_no_tool_takes_is_not_taken_for_something_else(text: str) -> None:
    assert talk(text).queries == ()
