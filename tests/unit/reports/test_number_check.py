"""A number that is not in the facts fails the text that has it, however it is written."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.facts import facts_of
from reports.number_check import NumberCheck
from reports.wording import Words
from tests.unit.reports.made_reports import demo_report

LABELS = (
    "Utilization: 65.1 %",
    "Late orders: 3",
    "Orders at risk: 0",
    "Conflicts: 16",
    "Free hours: 1,715.75 h",
)
SENTENCES = (
    "Puma 3100 is the bottleneck with 88.3 %; the threshold is 85 %.",
    "Haas VF-4 is at 71.8 %.",
    "WO-4016 is late by 85.78 h: planned for Tue 15 Dec 2026, 13:47, due Fri 11 Dec 2026.",
    "WO-4005 is late by 12 h: planned for Mon 30 Nov 2026, 12:00, due 2026-11-29.",
    "Orders whose next operation must start within the next 7 days to be in time: 6.",
    "The fullest week is 2026-W50.",
)
NAMES = ("Puma 3100", "Haas VF-4", "WO-4016", "WO-4005", "Acme", "40 h")
ENGLISH = NumberCheck(LABELS, SENTENCES, NAMES, "en")
GERMAN = NumberCheck(
    ("Auslastung: 65,1 %", "Verspätete Aufträge: 3", "Gefährdete Aufträge: 0", "Konflikte: 16"),
    ("Puma 3100 ist der Engpass mit 88,3 %.", "WO-4016 ist um 85,78 h verspätet: fällig Fr 11.12.2026."),
    NAMES,
    "de",
)


@pytest.mark.parametrize(
    "text",
    [
        "Utilization is 65.1 percent.",
        "3 orders are late, and there are 16 conflicts.",
        "Three orders are late.",
        "No order is at risk.",
        "The Puma 3100 is the bottleneck at 88.3%.",
        "WO-4016 is 85.78 hours late, due on Friday, 11 December 2026.",
        "WO-4016 is due December 11.",
        "WO-4016 is planned to finish on 15 December at 1:47 pm.",
        "WO-4016 is due on a Friday in December.",
        "Week 50 is the fullest.",
        "There are 1715.75 free hours left.",
        "Late orders: 3.\n\nConflicts: 16.",
    ],
)
def test_what_the_facts_say_passes(text: str) -> None:
    assert ENGLISH.faults(text) == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Utilization is 65 %.", "65 %"),
        ("Utilization is 65.1 h.", "65.1 h"),
        ("4 orders are late.", "4"),
        ("16 orders are late.", "16"),
        ("Four orders are late.", "Four"),
        ("There are no conflicts.", "no"),
        ("Half of the orders are late.", "Half"),
        ("Twenty-five orders are late.", "Twenty-five"),
        ("Haas VF-4 is at 88.3 %.", "88.3 %"),
        ("WO-4016 is due 12 December 2026.", "12 December 2026"),
        ("WO-4016 is due Monday, 11 December 2026.", "Monday, 11 December 2026"),
        ("WO-4016 is due 31 February 2026.", "31 February 2026"),
        ("WO-4005 is due 11 December 2026.", "11 December 2026"),
        ("WO-4016 is planned for 14:47.", "14:47"),
        ("Week 51 is the fullest.", "Week 51"),
        ("WO-9999 is late.", "WO-9999"),
        ("The Okuma is the bottleneck.", "Okuma"),
        ("WO-4016 must start tomorrow.", "tomorrow"),
        ("WO-4016 must start next week.", "next week"),
        ("Acme gets 40 h.", "40 h"),
        ("Utilization is ６５.1 %.", "６５.1"),
        ("Utilization is 65,1 %.", "65,1"),
        ("Late orders: ③.", "③."),
        ("[Late](https://evil.example)", "["),
        ("See www.evil.example", "www."),
        ("3 orders are late.\x00", "'\\x00'"),
    ],
)
def test_what_no_fact_says_is_named(text: str, fault: str) -> None:
    assert fault in ENGLISH.faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "Die Auslastung liegt bei 65,1 Prozent.",
        "3 Aufträge sind verspätet, keiner der Aufträge ist gefährdet.",
        "WO-4016 ist am Freitag, dem 11. Dezember 2026, fällig.",
        "WO-4016 ist 85,78 Stunden verspätet.",
    ],
)
def test_german_is_read_as_german(text: str) -> None:
    assert GERMAN.faults(text) == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Die Auslastung liegt bei 65.1 %.", "65.1"),
        ("Es gibt keine Konflikte.", "keine"),
        ("Die Hälfte der Aufträge ist verspätet.", "Hälfte"),
        ("Maschine Okuma ist der Engpass.", "Okuma"),
        ("WO-4016 ist am 12.12.2026 fällig.", "12.12.2026"),
        ("WO-4016 beginnt morgen.", "morgen"),
    ],
)
def test_german_that_no_fact_says_is_named(text: str, fault: str) -> None:
    assert fault in GERMAN.faults(text)


def test_an_endless_text_and_an_empty_one_are_refused() -> None:
    assert ENGLISH.faults("Late orders: 3. " * 200)
    assert ENGLISH.faults(" \n ")


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_sentences_of_a_report_pass_their_own_check(language: str) -> None:
    report = demo_report(language)
    facts = facts_of(report.key_figures, report.sections, Words(language))
    check, told = facts.check(), [fact for said in facts.said.values() for fact in said]
    assert [fact for fact in (*facts.figures.values(), *told) if check.faults(fact) != ()] == []


def test_a_name_may_have_a_sign_that_is_markup_elsewhere() -> None:
    check = NumberCheck(("Late orders: 1",), ("WO_7 is late by 3 h.",), ("WO_7",), "en")
    assert check.faults("WO_7 is late by 3 h.") == ()
    assert check.faults("_WO_7_ is late by 3 h.") != ()


_KNOWN = {
    Decimal(text.replace(",", ""))
    for fact in (*LABELS, *SENTENCES)
    for text in re.findall(r"\d[\d.,]*\d|\d", fact)
}
_AMOUNTS = st.decimals(min_value=0, max_value=99_999, places=2, allow_nan=False).filter(
    lambda n: n not in _KNOWN
)
_UNITS = st.sampled_from(["", " h", " %", " hours", " percent", "%", " days", " orders", " conflicts", "h"])
_FRAMES = st.sampled_from(
    [
        "Late orders: {}.",
        "Puma 3100 is at {} now.",
        "WO-4016 ({}) is late.",
        "{} are late.",
        "It is\n\n{}",
        "~{}?",
    ]
)


@given(_AMOUNTS, _UNITS, _FRAMES, st.sampled_from(["", "-", "+", "−"]))
def test_a_number_that_no_fact_has_is_never_passed(amount: Decimal, unit: str, frame: str, sign: str) -> None:
    assert ENGLISH.faults(frame.format(f"{sign}{amount}{unit}")) != ()


@given(st.dates(), st.sampled_from(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%a %d %b %Y", "%d.%m.%Y"]))
def test_a_date_that_no_fact_has_is_never_passed(day: object, form: str) -> None:
    text = f"WO-4016 is due {day:{form}}."
    known = ("2026-12-15", "2026-12-11")
    assert (ENGLISH.faults(text) == ()) <= (str(day) in known)


@given(st.text(st.characters(categories=["Nd", "Nl", "No"]), min_size=1, max_size=6))
def test_digits_of_no_script_are_passed_over(digits: str) -> None:
    known = {"3", "16", "0", "6", "7"}
    assert ENGLISH.faults(f"x {digits} y") != () or digits in known


@given(st.text(max_size=200))
def test_any_text_can_be_checked(text: str) -> None:
    assert len(ENGLISH.faults(text)) <= 10
    assert len(GERMAN.faults(text)) <= 10
