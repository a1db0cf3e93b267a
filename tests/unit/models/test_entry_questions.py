"""Due dates, calendar entries, holds and proposals that are ordered; a supposition stays one."""

import pytest

from leadhand.errors import JsonValue
from models.builtin.clock_ranges import with_clock
from models.builtin.dialogue import understand
from models.builtin.understanding import Context
from tools.registry import ToolRegistry

CONTEXT = Context(tools=frozenset(spec.name for spec in ToolRegistry.discover().specs()))
DOWN: dict[str, JsonValue] = {"kind": "downtime", "machine": "Puma", "window": "tomorrow 8:00-12:00"}
HOLD: dict[str, JsonValue] = {"hours": 20, "machines": ["Puma"], "until": "until Friday", "quote": "Miller"}


@pytest.mark.parametrize(
    ("said", "tool", "arguments"),
    [
        (
            "set the due date of WO-4003 to 12 December",
            "update_due_date",
            {"order": "WO-4003", "due": "12 December"},
        ),
        (
            "Setze den Liefertermin von WO-4003 auf den 12. Dezember",
            "update_due_date",
            {"order": "WO-4003", "due": "den 12. Dezember"},
        ),
        ("set the priority of WO-4002 to 5", "update_due_date", {"order": "WO-4002", "priority": 5}),
        ("Setze die Priorität von WO-4003 auf 5", "update_due_date", {"order": "WO-4003", "priority": 5}),
        (
            "add overtime on the Puma on Saturday 6 to 12",
            "add_calendar_exception",
            {"kind": "overtime", "machine": "Puma", "window": "on Saturday 6:00-12:00"},
        ),
        ("the Puma is down tomorrow 8 to 12: enter that", "add_calendar_exception", DOWN),
        (
            "Trage für Maria nächste Woche Urlaub ein",
            "add_calendar_exception",
            {"kind": "absence", "operator": "Maria", "window": "nächste Woche"},
        ),
        ("hold 20 hours on the Puma for the Miller quote until Friday", "hold_capacity", HOLD),
        (
            "Reserviere 20 Stunden auf der Puma 3100 für ein Angebot bis Freitag",
            "hold_capacity",
            {"hours": 20, "machines": ["Puma 3100"], "until": "bis Freitag", "quote": "quote"},
        ),
        ("apply the proposal", "apply_plan_proposal", {}),
        ("Übernimm den Vorschlag", "apply_plan_proposal", {}),
    ],
)
def test_what_is_ordered_is_proposed(said: str, tool: str, arguments: dict[str, JsonValue]) -> None:
    [query] = understand(said, CONTEXT).queries
    assert (query.tool, query.arguments) == (tool, arguments)


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        ("What if WO-4003 were due on Friday?", "simulate_schedule_change"),
        ("what happens if the Puma is down tomorrow?", "simulate_schedule_change"),
        ("What would overtime on the Puma on Saturday bring?", "simulate_schedule_change"),
        ("Was passiert, wenn die Puma morgen ausfällt?", "simulate_schedule_change"),
        ("can we take on a 50-hour order next month?", "check_capacity"),
        ("re-plan the late orders", "propose_replan"),
        ("When is WO-4003 due?", "get_order_status"),
    ],
)
def test_what_is_only_asked_stays_with_the_tool_that_answers_it(said: str, tool: str) -> None:
    assert [query.tool for query in understand(said, CONTEXT).queries] == [tool]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("on Saturday 6 to 12", "on Saturday 6:00-12:00"),
        ("morgen 8 bis 12", "morgen 8:00-12:00"),
        ("tomorrow 8 to 12 hours of work", "tomorrow 8 to 12 hours of work"),
        ("tomorrow 12 to 8", "tomorrow 12 to 8"),
        ("Friday 8 to 12 pm", "Friday 8 to 12 pm"),
    ],
)
def test_hours_behind_a_day_are_clock_times_unless_they_are_something_else(said: str, read: str) -> None:
    assert with_clock(said) == read
