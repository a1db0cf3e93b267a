"""Customers, orders by their bare number, people by their code, and what is supposed or ordered."""

import pytest

from leadhand.errors import JsonValue
from models.builtin.dialogue import understand
from models.builtin.understanding import Context, Query
from tools.registry import ToolRegistry

CONTEXT = Context(tools=frozenset(spec.name for spec in ToolRegistry.discover().specs()))
ORDERS, PEOPLE, CHANGE = "get_order_status", "get_operator_availability", "simulate_schedule_change"


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("show me Kestrel's orders", ORDERS, {"customer": "Kestrel"}),
        ("are any of the Redstone jobs at risk?", ORDERS, {"customer": "Redstone", "filter": "at_risk"}),
        ("when does 4032 ship?", ORDERS, {"order": "4032"}),
        ("what shift does E105 work", PEOPLE, {"operators": ["E105"]}),
        ("Wer ist morgen frei?", PEOPLE, {"window": "morgen"}),
        ("which operators can run the Okuma", PEOPLE, {"machine": "Okuma"}),
        (
            "The Okuma's spindle failed, which orders are affected?",
            CHANGE,
            {"change": "machine_down", "machine": "Okuma"},
        ),
        (
            "what if WO-4012 gets priority 9",
            CHANGE,
            {"change": "priority", "order": "WO-4012", "priority": 9},
        ),
        (
            "what if the Puma is down tomorrow and we re-plan",
            CHANGE,
            {"change": "machine_down", "machine": "Puma", "window": "tomorrow", "policy": "replan"},
        ),
    ],
)
def test_what_a_name_is_follows_from_the_words_around_it(
    text: str, tool: str, arguments: dict[str, JsonValue]
) -> None:
    (query,) = understand(text, CONTEXT).queries
    assert (query.tool, {name: value for name, value in query.arguments.items() if value != []}) == (
        tool,
        arguments,
    )


@pytest.mark.parametrize(
    "text", ["go ahead and cancel it", "Swap Hannah and Luis on Thursday", "close out WO-4001"]
)
def test_what_is_ordered_is_neither_looked_up_nor_tried_out_again(text: str) -> None:
    tried = Query(CHANGE, {"change": "cancel", "order": "WO-4025"})
    context = Context(tools=CONTEXT.tools, queries=(tried,) if "it" in text.split() else ())
    assert understand(text, context).queries == ()


def test_asking_how_a_re_plan_is_coming_starts_no_new_one() -> None:
    (query,) = understand("How's the re-plan coming?", CONTEXT).queries
    assert query.arguments["action"] == "look"
