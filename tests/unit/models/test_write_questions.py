"""Changes that are asked for: the right proposal in English and German, what stays refused, and the words."""

import json

import pytest

from leadhand.errors import JsonValue
from models.builtin.answers import word_result
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.results import Result
from models.builtin.translations import translated
from models.builtin.understanding import Context, Query
from tests.unit.tools.shops import at, work
from tests.unit.tools.writing import kept, propose, shop_with_work
from tools.proposing import applied
from tools.rendering import render_for_model
from tools.writing import WriteOutput

CONTEXT = Context(tools=frozenset(grammar.tool for grammar in tool_grammars()))
ENGLISH = {"is", "are", "the", "of", "stays", "with", "operation", "booking", "bookings", "it", "to", "and"}
WRITES = ("book_operation", "reschedule_order", "release_booking", "set_lock", "undo_change")


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        (
            "Book operation 20 of WO-4003 on the Puma tomorrow 8:00",
            "book_operation",
            {"order": "WO-4003", "operation": 20, "machine": "Puma", "start": "tomorrow 8:00"},
        ),
        (
            "Schedule operation 30 of WO-4003 with Maria",
            "book_operation",
            {"order": "WO-4003", "operation": 30, "operator": "Maria"},
        ),
        ("Put WO-4003 into the plan as early as possible", "book_operation", {"order": "WO-4003"}),
        (
            "Buche Arbeitsgang 20 von WO-4003 auf die Puma morgen um 8:00",
            "book_operation",
            {"order": "WO-4003", "operation": 20, "machine": "Puma", "start": "morgen um 8:00"},
        ),
        ("Plane WO-4003 so früh wie möglich ein", "book_operation", {"order": "WO-4003"}),
        (
            "move WO-4003 to next Monday",
            "reschedule_order",
            {"order": "WO-4003", "start": "next Monday"},
        ),
        (
            "Move operation 20 of WO-4003 to the Haas",
            "reschedule_order",
            {"order": "WO-4003", "operations": [20], "machine": "Haas"},
        ),
        ("bring WO-4003 forward", "reschedule_order", {"order": "WO-4003"}),
        (
            "Verschiebe WO-4003 auf nächsten Montag",
            "reschedule_order",
            {"order": "WO-4003", "start": "nächsten Montag"},
        ),
        ("Release WO-4003 from the plan", "release_booking", {"order": "WO-4003"}),
        (
            "Unschedule operation 20 of WO-4003",
            "release_booking",
            {"order": "WO-4003", "operations": [20]},
        ),
        ("Nimm WO-4003 aus dem Plan", "release_booking", {"order": "WO-4003"}),
        ("lock the bookings of WO-4003", "set_lock", {"order": "WO-4003"}),
        (
            "unlock operation 20 of WO-4003",
            "set_lock",
            {"order": "WO-4003", "operations": [20], "locked": False},
        ),
        (
            "Lock everything on the Puma 3100 this week",
            "set_lock",
            {"machine": "Puma 3100", "window": "this week"},
        ),
        ("Sperre die Buchungen von WO-4003", "set_lock", {"order": "WO-4003"}),
        ("undo that", "undo_change", {}),
        ("Mach das rückgängig", "undo_change", {}),
    ],
)
def test_a_change_that_is_asked_for_becomes_one_proposal(
    text: str, tool: str, arguments: dict[str, JsonValue]
) -> None:
    understood = understand(text, CONTEXT)
    assert [(query.tool, query.arguments) for query in understood.queries] == [(tool, arguments)]
    assert understood.ignored == ()


@pytest.mark.parametrize(
    "text",
    [
        "Book the Puma for tomorrow",
        "Lock the Puma for Friday",
        "Release WO-4003",
        "When was WO-4003 moved?",
        "delete all bookings on the Puma",
        "Please move Tom to the Puma on Friday",
        "What happens if WO-4003 is moved to Monday?",
        "Re-plan the late orders",
    ],
)
def test_what_is_not_clearly_such_a_change_proposes_none(text: str) -> None:
    assert not {query.tool for query in understand(text, CONTEXT).queries}.intersection(WRITES)


@pytest.mark.parametrize("text", ["move WO-4003 to next Monday", "Sperre die Buchungen von WO-4003"])
def test_who_may_not_change_the_plan_is_told_that_nothing_was(text: str) -> None:
    viewer = Context(tools=CONTEXT.tools - set(WRITES) if isinstance(CONTEXT.tools, frozenset) else ())
    assert understand(text, viewer).topics == ("plan_change",)


def worded(output: WriteOutput, tool: str, language: str) -> str:
    values = json.loads(render_for_model(output, "r"))
    return word_result(Result(tool, {}, values), Query(tool, {}), language)


@pytest.mark.parametrize(
    ("language", "proposal", "done"),
    [
        ("en", "Proposed, nothing is changed yet: 1 booking of WO-3 is locked.", "Done: 1 booking of WO-3"),
        (
            "de",
            "Vorschlag, noch ist nichts geändert: Buchungen von WO-3 gesperrt: 1.",
            "Erledigt: Buchungen von WO-3 gesperrt: 1.",
        ),
    ],
)
async def test_a_proposal_and_the_change_made_of_it_are_told_apart(
    language: str, proposal: str, done: str
) -> None:
    shown = await propose("set_lock", {"order": "WO-3"}, shop_with_work())
    assert proposal in worded(shown, "set_lock", language)
    assert done in worded(applied(shown, kept(shown)), "set_lock", language)


async def test_german_has_nothing_english_but_names() -> None:
    """Sentences of every tool of bookings, as they are told in an answer."""
    shop = shop_with_work(work("6", "puma", (at(2, 10, 30), at(2, 12))))
    asked: list[tuple[str, dict[str, JsonValue]]] = [
        ("book_operation", {"order": "WO-4", "start": "2026-12-02T12:30", "machine": "Puma 3100"}),
        ("book_operation", {"order": "WO-4"}),
        ("reschedule_order", {"order": "WO-3", "start": "2026-12-07"}),
        ("reschedule_order", {"order": "WO-6"}),
        ("release_booking", {"machine": "Puma 3100", "window": "tomorrow"}),
        ("release_booking", {"order": "WO-3"}),
        ("set_lock", {"order": "WO-3"}),
        ("set_lock", {"order": "WO-2", "locked": False}),
    ]
    for tool, given in asked:
        shown = await propose(tool, given, shop)
        told = [shown.summary, *shown.assumptions, *shown.warnings]
        german = [translated(text, "de") for text in told]
        assert not [text for text in german if ENGLISH & set(text.replace(",", "").split())], german


async def test_the_table_has_machine_and_times_before_and_after() -> None:
    shown = await propose("reschedule_order", {"order": "WO-3", "start": "2026-12-07"}, shop_with_work())
    text = worded(shown, "reschedule_order", "en")
    assert at(7, 6) < at(7, 8)
    assert (
        "| WO-3 operation 10 Turn | Puma 2600 | Wed 2 Dec 2026, 08:00 | Wed 2 Dec 2026, 09:30 "
        "| Puma 2600 | Mon 7 Dec 2026, 06:00 | Mon 7 Dec 2026, 07:30 |"
    ) in text
