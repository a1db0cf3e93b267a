"""Questions about orders: the right call in English and German, follow-ups, and the worded answer."""

import json
from dataclasses import replace

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from leadhand.errors import JsonValue
from models.builtin.answers import word_result
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.results import Result
from models.builtin.thinking import think
from models.builtin.understanding import Context, Query
from planning.shop import Shop
from tests.unit.tools.shops import at, call
from tests.unit.tools.status_shop import SHOP, ask
from tools.catalog.order_status import OrderStatusOutput
from tools.rendering import render_for_model

NAME = "get_order_status"
TOOLS = frozenset(grammar.tool for grammar in tool_grammars())
CONTEXT = Context(tools=TOOLS)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("Where is order 4711?", {"order": "order 4711"}),
        ("What is the status of WO-4036?", {"order": "WO-4036"}),
        ("Will order WO-4000 be finished on time?", {"order": "WO-4000"}),
        ("How long does order 12 still take?", {"order": "order 12"}),
        ("how much work is left on WO-4012", {"order": "WO-4012"}),
        ("what is the next operation of order 4012", {"order": "order 4012"}),
        ("when can we ship WO-4012", {"order": "WO-4012"}),
        ("WO-4012?", {"order": "WO-4012"}),
        ("Why is WO-4012 late?", {"order": "WO-4012", "explain": True}),
        ("Wann ist Auftrag 4012 fertig?", {"order": "Auftrag 4012"}),
        ("Wie weit ist WO-4012?", {"order": "WO-4012"}),
        ("Warum ist Auftrag 4012 zu spät?", {"order": "Auftrag 4012", "explain": True}),
        ("Which orders are late?", {"filter": "late"}),
        ("is anything overdue?", {"filter": "late"}),
        ("are all orders on time?", {"filter": "late"}),
        ("which jobs are at risk", {"filter": "at_risk"}),
        ("what orders are not scheduled yet", {"filter": "unscheduled"}),
        ("show me all open orders", {}),
        ("which orders are due next week", {"window": "next week"}),
        ("what is due by Friday", {"filter": "due_before", "to": "by Friday"}),
        ("Welche Aufträge sind verspätet?", {"filter": "late"}),
        ("Welche Aufträge sind gefährdet?", {"filter": "at_risk"}),
        ("Welche Aufträge sind nächste Woche fällig?", {"window": "nächste Woche"}),
        ("Was ist bis Freitag fällig?", {"filter": "due_before", "to": "bis Freitag"}),
        ("Welche Aufträge sind noch nicht eingeplant?", {"filter": "unscheduled"}),
    ],
)
def test_a_question_about_orders_becomes_one_call_with_its_words(
    text: str, arguments: dict[str, JsonValue]
) -> None:
    understood = understand(text, CONTEXT)
    assert [(query.tool, query.arguments) for query in understood.queries] == [(NAME, arguments)]
    assert understood.ignored == ()


@pytest.mark.parametrize(
    "text",
    [
        "cancel order 55",
        "do we have enough material for order 12",
        "what does order 12 cost",
        "Wie spät ist es?",
    ],
)
def test_what_is_no_question_about_the_plan_of_an_order_is_not_forced_into_one(text: str) -> None:
    assert understand(text, CONTEXT).queries == ()


def test_two_orders_are_two_calls() -> None:
    queries = understand("Are WO-4001 and WO-4002 on time?", CONTEXT).queries
    assert [query.arguments["order"] for query in queries] == ["WO-4001", "WO-4002"]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("and WO-4002?", {"order": "WO-4002"}),
        ("why is it late?", {"order": "WO-4001", "explain": True}),
    ],
)
def test_a_follow_up_is_about_the_order_before_or_the_new_one(
    text: str, arguments: dict[str, JsonValue]
) -> None:
    before = Query(NAME, {"order": "WO-4001"})
    queries = understand(text, Context(tools=TOOLS, queries=(before,))).queries
    assert [query.arguments for query in queries] == [arguments]


async def worded(text: str, language: str, shop: Shop = SHOP) -> str:
    (query,) = understand(text, CONTEXT).queries
    output = await call(NAME, query.arguments, shop, OrderStatusOutput)
    shown = json.loads(render_for_model(output, "r1"))
    return word_result(Result(query.tool, query.arguments, shown), query, language)


async def test_the_answer_says_when_how_late_and_where_the_hours_went() -> None:
    said = await worded("Why is WO-4001 late?", "en")
    assert "planned finish **Thu 3 Dec 2026, 08:00**, due Wed 2 Dec 2026, 8 h late" in said
    assert "are 50 h" in said
    assert "- closed: 32.5 h" in said
    assert "- order WO-4003: 6 h" in said
    german = await worded("Wann ist WO-4001 fertig?", "de")
    assert "wird **verspätet** fertig: geplant **Do 3.12.2026, 08:00**, fällig Mi 2.12.2026" in german


async def test_an_order_without_a_finish_is_said_to_have_none() -> None:
    said = await worded("When is WO-4004 done?", "en")
    assert "not wholly scheduled**, so no finish is known; it is due Mon 30 Nov 2026" in said
    assert " late" not in said


async def test_a_list_is_a_table_with_its_counts() -> None:
    said = await worded("Which orders are late?", "en")
    assert "Of 5 open orders looked at, **1 is planned to finish late**, 1 at risk" in said
    assert "| WO-4001 | Acme Pumps | late | Thu 3 Dec 2026, 08:00 | Wed 2 Dec 2026 | -8 h |" in said


async def test_why_several_orders_are_late_is_told_of_each() -> None:
    due = {key: replace(order, due_at=at(1, 7)) for key, order in SHOP.orders.items()}
    late = replace(SHOP, orders=due)
    said = await worded("Which orders are late, and why?", "en", late)
    assert "| -49 h | closed, 32.5 h | WO-4003, 6 h |" in said
    assert "| -49 h | geschlossen, 32,5 h | WO-4003, 6 h |" in await worded(
        "Warum sind Aufträge verspätet?", "de", late
    )


async def test_a_bare_why_words_the_same_result_again() -> None:
    question = HumanMessage("When is WO-4001 done?")
    asked = think([question], TOOLS).calls[0]
    shown = render_for_model(await ask(order="WO-4001"), "r1")
    messages: list[BaseMessage] = [
        question,
        AIMessage("", tool_calls=[{"name": asked.tool, "args": asked.arguments, "id": "c1"}]),
        ToolMessage(shown, tool_call_id="c1"),
    ]
    answer = think(messages, TOOLS).text
    again = think([*messages, AIMessage(answer), HumanMessage("Why?")], TOOLS)
    assert "its machine held by other work: 6 h" in again.text
