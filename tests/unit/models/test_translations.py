"""What tools say in words of their own, in German: nothing English is left but names."""

import pytest

from models.builtin.translations import translated, translated_list, translated_words, translated_work
from tests.unit.tools.shops import OneShop, at, plan, tenant, work
from tests.unit.tools.simulations_in_memory import Kept
from tools.registry import ToolRegistry

ENGLISH = {
    "and",
    "more",
    "of",
    "is",
    "has",
    "policy",
    "the",
    "from",
    "until",
    "instead",
    "order",
    "pieces",
    "on",
}


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("WO-1", "WO-1"),
        ("WO-1 and WO-2", "WO-1 und WO-2"),
        ("Ann Lee, Bob Ray and 5 more", "Ann Lee, Bob Ray und 5 weitere"),
        ("WO-1 op 20, WO-2 op 10", "WO-1 AG 20, WO-2 AG 10"),
        ("subcontractors", "außer Haus"),
    ],
)
def test_names_that_a_tool_has_joined_are_joined_in_german(said: str, german: str) -> None:
    assert translated_list(said, "de") == german
    assert translated_list(said, "en") == said


def test_a_name_of_its_own_keeps_its_words() -> None:
    assert translated_work("Cutting and 5 more", "de") == "Cutting and 5 more"
    assert translated_work("WO-4 op 10", "de") == "WO-4 AG 10"


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("no shift is planned", "keine Schicht"),
        ("breakdown: spindle and coolant 2.5", "Störung: spindle and coolant 2.5"),
        ("held capacity, Puma 3100", "reservierte Kapazität, Puma 3100"),
        ("WO-1, Puma 3100", "WO-1, Puma 3100"),
        ("Christmas and New Year", "Christmas and New Year"),
    ],
)
def test_why_nobody_works_and_on_what_somebody_does_is_german_and_names_stay(said: str, german: str) -> None:
    assert translated_words(said, "de") == german


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("On hold: WO-1, WO-2 and 5 more.", "Angehalten: WO-1, WO-2 und 5 weitere."),
        (
            "2 people have no skills recorded (Ann and Bob): they are never found where one is needed.",
            "Personen ohne Qualifikation: 2 (Ann und Bob); sie werden nie gefunden, wo eine nötig ist.",
        ),
        (
            "Work may start from Friday 4 December 2026 on.",
            "Die Arbeit kann ab Freitag 4. Dezember 2026 beginnen.",
        ),
        ("All other work stays where it is.", "Alle andere Arbeit bleibt, wo sie ist."),
        (
            "an order of 100 pieces like WO-7 in 2 lots on Puma 3100 and 5 more, due Friday 4 December 2026, "
            "with overtime, less important work gives way, people not looked at",
            "ein Auftrag über 100 Stück wie WO-7 in 2 Losen auf Puma 3100 und 5 weitere, fällig Freitag "
            "4. Dezember 2026, mit Überstunden, weniger Wichtiges weicht, ohne Blick auf Personen",
        ),
    ],
)
def test_a_sentence_of_a_tool_is_german_to_its_end(said: str, german: str) -> None:
    assert translated(said, "de") == german


CHANGES = [
    {"change": "machine_down", "machine": "Puma 3100", "window": "2026-12-02"},
    {"change": "machine_down", "machine": "Puma 3100", "window": "2026-12-02", "until_further_notice": True},
    {"change": "operator_absent", "operator": "Ann Lee", "window": "2026-12-02", "policy": "alternatives"},
    {"change": "overtime", "machine": "Puma 3100", "window": "2026-12-02 15:00 to 17:00"},
    {"change": "order_move", "order": "WO-1", "window": "2026-12-04", "policy": "same_machine"},
    {"change": "cancel", "order": "WO-1"},
    {"change": "quantity", "order": "WO-1", "quantity": 7},
    {"change": "priority", "order": "WO-1", "priority": 5, "policy": "replan"},
    {"change": "due_date", "order": "WO-1", "due": "2026-12-04"},
]


@pytest.mark.parametrize("asked", CHANGES, ids=lambda asked: f"{asked['change']} {len(asked)}")
async def test_what_a_simulated_change_is_kept_as_is_german_too(asked: dict[str, str | int | bool]) -> None:
    kept = Kept()
    shop = plan(work("1", "puma", (at(2, 6), at(2, 7, 30))), work("2", "puma", (at(2, 8), at(2, 9, 30))))
    registry = ToolRegistry.discover(simulations=kept)
    await registry.run("simulate_schedule_change", {**asked}, tenant(), OneShop(shop), call_id="c1")
    (simulation,) = kept.rows
    german = translated(simulation.what, "de")
    assert german != simulation.what
    assert not ENGLISH & set(german.replace(",", " ").replace(";", " ").split()), german
