"""Results in words: every figure of an answer stands in the tool's own result."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from leadhand.context import Permission, TenantContext
from leadhand.errors import JsonValue, LeadhandError
from models.builtin.formats import escaped
from models.builtin.thinking import think
from planning.shop import Interval, Shop
from storage.demo.shop import make_demo_shop
from storage.demo.sizes import DemoSize
from tools.registry import ToolRegistry
from tools.rendering import render_error, render_for_model

AS_OF = datetime(2026, 11, 23, 14, 7, tzinfo=UTC)
TOOLS = ("get_machine_availability", "analyze_workload_distribution", "check_capacity")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@cache
def registry() -> ToolRegistry:
    return ToolRegistry.discover()


@cache
def demo_shop() -> Shop:
    return make_demo_shop(size=DemoSize.SMALL, seed=7, today=date(2026, 11, 23), name="demo")


class OneShop:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        del tenant, window
        return self.shop


def tenant_of(shop: Shop) -> TenantContext:
    zone = shop.settings.timezone
    return TenantContext("demo", "u", frozenset(Permission), zone, "en-US", AS_OF)


async def conversation(shop: Shop, *questions: str) -> tuple[str, list[str]]:
    """The last answer, and what the tools said on the way to it, as the model read it."""
    messages: list[BaseMessage] = []
    told: list[str] = []
    text = ""
    for question in questions:
        messages.append(HumanMessage(question))
        for _ in range(4):
            thought = think(messages, TOOLS)
            text = thought.text
            if not thought.calls:
                messages.append(AIMessage(text))
                break
            calls = [(f"c{len(messages)}_{i}", call) for i, call in enumerate(thought.calls)]
            messages.append(
                AIMessage(
                    "", tool_calls=[{"name": c.tool, "args": c.arguments, "id": key} for key, c in calls]
                )
            )
            for key, call in calls:
                try:
                    output = await registry().run(
                        call.tool, call.arguments, tenant_of(shop), OneShop(shop), call_id=key
                    )
                    told.append(render_for_model(output, key))
                except LeadhandError as error:
                    told.append(render_error(error))
                messages.append(ToolMessage(told[-1], tool_call_id=key))
    return text, told


def numbers_of(text: str) -> set[str]:
    undated = re.sub(r"(\d+)\.(\d+)\.(\d{4})", r"\1 \2 \3", text)
    return {found.replace(",", ".") for found in _NUMBER.findall(undated)}


def numbers_told(results: list[str], questions: tuple[str, ...]) -> set[str]:
    """Numbers of the results as they stand, parts of their instants, and those of the question."""
    known = numbers_of(" ".join([*results, *questions]))
    for text in results:
        known |= {str(int(number)) for number in re.findall(r"\d+", text)}
        known |= {number.removesuffix(".0") for number in known}
        known |= set(re.findall(r"\d{2}", text))
    return known


QUESTIONS = [
    ("When is the Puma 3100 available?",),
    ("Is the Puma 3100 free next week?",),
    ("What is running on the Puma 3100?",),
    ("Which machines are free tomorrow?",),
    ("How is work distributed across operators?",),
    ("Which machines are overloaded next month?",),
    ("Who has time next week?",),
    ("load per week for turning in December",),
    ("Can we take on a 50-hour order next month?",),
    ("Can we take 900 hours of turning by 18 December?", "why not?"),
    ("Wann ist die Puma 3100 frei?",),
    ("Wie ist die Arbeit auf die Maschinen verteilt?",),
    ("Können wir nächsten Monat einen 50-Stunden-Auftrag annehmen?",),
    ("Können wir 900 Stunden Drehen bis 18. Dezember annehmen?", "warum nicht?"),
]


@pytest.mark.parametrize("questions", QUESTIONS, ids=[" / ".join(q) for q in QUESTIONS])
async def test_every_number_of_an_answer_stands_in_the_results(questions: tuple[str, ...]) -> None:
    text, told = await conversation(demo_shop(), *questions)
    assert len(text) > 100
    assert numbers_of(text) <= numbers_told(told, questions), text


async def test_the_answer_comes_first_and_names_the_machine_and_its_next_free_time() -> None:
    text, told = await conversation(demo_shop(), "When is the Puma 3100 available?")
    row = json.loads(told[0])["machines"][0]
    moment = datetime.fromisoformat(row["next_available"])
    assert text.startswith("**Puma 3100** is free")
    assert f"{moment.day} {moment:%b %Y}, {moment:%H:%M}" in text.split("\n")[0]


async def test_the_capacity_answer_holds_the_finish_the_limit_and_what_overtime_changes() -> None:
    text, _ = await conversation(demo_shop(), "Can we take on a 50-hour order next month?")
    assert text.startswith("**Yes")
    for word in ("Earliest finish", "limit", "vertime"):
        assert word in text


async def test_what_was_assumed_and_what_is_odd_in_the_data_is_said() -> None:
    text, told = await conversation(demo_shop(), "How is work distributed across operators?")
    result = json.loads(told[0])
    assert "Assumed" in text
    assert result["warnings"]
    assert "To note" in text


async def test_a_german_question_gets_a_german_answer_with_decimal_commas() -> None:
    text, _ = await conversation(demo_shop(), "Wie ist die Arbeit auf die Mitarbeiter verteilt?")
    assert "Die höchste Auslastung hat" in text
    assert "Ohne Zeitangabe gilt" in text
    assert re.search(r"\d,\d", text)


async def test_a_person_is_picked_out_of_the_rows() -> None:
    person = next(iter(demo_shop().operators.values())).name
    text, _ = await conversation(demo_shop(), f"How much work does {person.split()[0]} have next week?")
    assert text.startswith(f"**{person}**")
    assert "| " not in text


async def test_a_machine_that_was_ruled_out_is_not_in_the_list() -> None:
    text, _ = await conversation(demo_shop(), "Which machines are free next week, but not the Haas ST-30?")
    assert "| Haas ST-30" not in text
    assert "Left out" in text


async def test_names_in_the_plan_are_shown_as_text_whatever_they_hold() -> None:
    wicked = "[x](http://evil.example) <b>ACME</b> | ![i](//e) & `c` www.evil.example"
    shop = demo_shop()
    orders = {key: replace(order, customer=wicked, code="*W*|1") for key, order in shop.orders.items()}
    machines = {key: replace(machine, name=f"Puma {wicked}") for key, machine in shop.machines.items()}
    odd = replace(shop, orders=orders, machines=machines)
    for question in ("What is on the PUMA-3100 next week?", "How busy are the machines next week?"):
        text, _ = await conversation(odd, question)
        assert "evil" in text
        assert not re.search(r"(?<!\\)(\]\(|!\[|<b>|`|https?://)", text)
        assert "www.evil" not in text
        tables = [line for line in text.splitlines() if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in tables}) == 1


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80))
def test_escaped_text_is_one_line_and_holds_no_live_markup(text: str) -> None:
    shown = escaped(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]<>|`*_]", shown)
    assert "://" not in shown.replace("\u2060", "x") or "http:" not in shown


@pytest.mark.parametrize(
    "damaged", ["{}", '{"machines": []}', '{"machines": 5, "window": 3}', '{"rows": [1, null]}']
)
@pytest.mark.parametrize("tool", TOOLS)
def test_a_result_that_lacks_what_was_expected_still_gives_an_answer(tool: str, damaged: str) -> None:
    questions = {
        TOOLS[0]: "When is the Puma free?",
        TOOLS[1]: "Who is overloaded?",
        TOOLS[2]: "Can we take 50 hours?",
    }
    arguments: dict[str, JsonValue] = {}
    messages: list[BaseMessage] = [
        HumanMessage(questions[tool]),
        AIMessage("", tool_calls=[{"name": tool, "args": arguments, "id": "c"}]),
        ToolMessage(damaged, tool_call_id="c"),
    ]
    thought = think(messages, TOOLS)
    assert thought.text
    assert not thought.calls
