"""Messages that lean on the turns before them."""

from dataclasses import replace

import pytest

from leadhand.errors import JsonValue
from models.builtin.dialogue import understand
from models.builtin.understanding import Context, Understanding

TOOLS = frozenset({"get_machine_availability", "analyze_workload_distribution", "check_capacity"})


def talk(*messages: str) -> Understanding:
    """What is made of the last message, after the calls of those before were made."""
    context, understood = Context(tools=TOOLS), Understanding()
    for message in messages:
        understood = understand(message, context)
        if understood.queries:
            context = replace(context, queries=understood.queries, pending=None)
        else:
            context = replace(context, pending=understood.ask.pending if understood.ask else None)
    return understood


def arguments_after(*messages: str) -> dict[str, JsonValue]:
    (query,) = talk(*messages).queries
    return query.arguments


@pytest.mark.parametrize(
    ("messages", "arguments"),
    [
        (("When is the Puma 3100 free?", "and the Haas?"), {"machines": ["Haas"]}),
        (
            ("Is the Puma free next week?", "and the Haas VF-4?"),
            {"machines": ["Haas VF-4"], "window": "next week"},
        ),
        (
            ("When is the Puma free?", "what about January?"),
            {"machines": ["Puma"], "window": "January"},
        ),
        (
            ("When is the Puma free?", "Is it free on Friday?"),
            {"machines": ["Puma"], "window": "on Friday"},
        ),
        (("Wann ist die Puma frei?", "und die Haas?"), {"machines": ["Haas"]}),
        (
            ("How is work distributed across operators?", "and by machine?", "next week", "per week"),
            {"group_by": "machine", "window": "next week", "bucket": "week"},
        ),
        (
            ("Who is overloaded next week?", "only the lathes"),
            {"group_by": "operator", "window": "next week", "work_center": "lathes"},
        ),
        (
            ("Can we take 50 hours next month?", "on the Puma?", "what about 80?"),
            {"hours": 80, "window": "next month", "machines": ["Puma"]},
        ),
        (
            ("Can we take 50 hours on the Puma by 18 December?", "and in January?"),
            {"hours": 50, "machines": ["Puma"], "window": "in January"},
        ),
        (
            ("Can we take 50 hours next month?", "in 3 lots"),
            {"hours": 50, "window": "next month", "lots": 3},
        ),
        (
            ("Can we take 50 hours next month?", "what if we use overtime?"),
            {"hours": 50, "window": "next month"},
        ),
    ],
)
def test_a_follow_up_keeps_what_it_does_not_say_anew(
    messages: tuple[str, ...], arguments: dict[str, JsonValue]
) -> None:
    assert arguments_after(*messages) == arguments


def test_the_hours_that_were_asked_for_complete_the_question() -> None:
    asked = ("Can we take on another order next month?",)
    for answer in ("50 hours", "50", "about 50 hours", "50h please"):
        assert arguments_after(*asked, answer) == {"window": "next month", "hours": 50}


def test_a_name_alone_is_looked_up_after_a_yes_and_not_before() -> None:
    assert not talk("Puma 3100?").queries
    assert arguments_after("Puma 3100?", "yes") == {"machines": ["Puma 3100"]}


def test_it_is_the_machine_named_before_even_for_another_kind_of_question() -> None:
    (query,) = talk("Is the Haas VF-4 free on Friday?", "is it overloaded?").queries
    assert query.tool == "get_machine_availability"
    assert query.arguments == {"machines": ["Haas VF-4"], "window": "on Friday"}


def test_she_is_the_person_named_before() -> None:
    (query,) = talk("How much work does Maria have next week?", "is she overloaded?").queries
    assert (query.tool, query.focus) == ("analyze_workload_distribution", ("Maria",))
    assert not talk("How much work does she have?").queries


def test_a_machine_after_a_question_about_work_is_looked_up_for_the_same_time() -> None:
    (query,) = talk("How is work distributed next week?", "and the Haas VF-4?").queries
    assert query.tool == "get_machine_availability"
    assert query.arguments == {"window": "next week", "machines": ["Haas VF-4"]}


def test_why_asks_about_the_last_result_and_makes_no_call() -> None:
    assert talk("Can we take 900 hours next month?", "why not?").explain
    assert not talk("why?").queries


@pytest.mark.parametrize(
    "message", ["book it", "move it to the Haas", "thanks", "and the weather?", "is Maria sick?"]
)
def test_not_everything_that_follows_is_a_follow_up(message: str) -> None:
    assert not talk("When is the Puma 3100 free next week?", message).queries


def test_a_new_question_does_not_inherit_the_period_of_the_one_before() -> None:
    before = "Can we take on 50 hours next month?"
    assert arguments_after(before, "When is the Puma free?") == {"machines": ["Puma"]}
