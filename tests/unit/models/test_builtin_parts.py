"""The parts that the built-in model reads with: amounts of time, names, templates."""

import pytest

from leadhand.errors import JsonValue
from models.builtin.amounts import Unit, find_amounts
from models.builtin.formats import number, period, whole_sentences
from models.builtin.mentions import Named, mentions_in
from models.builtin.reading import language_of, read
from models.builtin.results import is_named
from models.builtin.spelling import corrected
from models.builtin.templates import Voice, render

ENGLISH = Voice("en", {"free": "is free"})


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("a 50-hour order", 3000),
        ("50h", 3000),
        ("fifty hours", 3000),
        ("twenty-five hours", 1500),
        ("a hundred and twenty hours", 7200),
        ("2.5 hrs", 150),
        ("2,5 Stunden", 150),
        ("1,200 hours", 72000),
        ("half an hour", 30),
        ("1 1/2 hours", 90),
        ("zweieinhalb Stunden", 150),
        ("2h30", 150),
        ("2 hours and 30 minutes", 150),
        ("90 min", 90),
        ("120 machining hours", 7200),
        ("50-Stunden-Auftrag", 3000),
        ("-5 hours", -300),
        ("0 hours", 0),
    ],
)
def test_a_length_in_hours_or_minutes_is_read(text: str, minutes: float) -> None:
    assert [amount.minutes for amount in find_amounts(text)] == [minutes]


@pytest.mark.parametrize("text", ["two and a half days", "a 3-week job", "eine 2-Tage-Arbeit"])
def test_days_and_weeks_are_no_hours(text: str) -> None:
    assert [(amount.unit, amount.minutes) for amount in find_amounts(text)] == [(Unit.OTHER, None)]


@pytest.mark.parametrize(
    "text", ["Puma 3100", "order 2026-114", "the VF-2", "50 machines", "a day", "VF-50H"]
)
def test_other_numbers_are_no_lengths(text: str) -> None:
    assert not find_amounts(text)


def test_ranges_single_pieces_and_setup_are_marked_as_such() -> None:
    (low_high,) = find_amounts("40 to 50 hours")
    assert (low_high.minutes, low_high.high_minutes) == (2400, 3000)
    assert find_amounts("3 min per piece")[0].each
    assert [amount.setup for amount in find_amounts("50 hours and 2 hours setup")] == [False, True]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("When is the Puma 3100 available", Named.MACHINE, "Puma 3100"),
        ("is haas vf2 free", Named.MACHINE, "haas vf2"),
        ("the Puma's schedule", Named.MACHINE, "Puma"),
        ("Mazak Quick Turn 250 free?", Named.MACHINE, "Mazak Quick Turn 250"),
        ("is the Okuma mill free", Named.MACHINE, "Okuma"),
        ("machine 12 free?", Named.MACHINE, "machine 12"),
        ("is the 3100 free", Named.MACHINE, "3100"),
        ("load in the grinding department", Named.CENTER, "grinding"),
        ("5-axis machines", Named.CENTER, "5-axis"),
        ("Auslastung der Fräserei", Named.CENTER, "Fräserei"),
        ("work of Maria Lopez", Named.PERSON, "Maria Lopez"),
        ("order 2026-114", Named.ORDER, "order 2026-114"),
    ],
)
def test_names_are_cut_out_as_they_were_written(text: str, kind: Named, name: str) -> None:
    assert [(mention.kind, mention.text) for mention in mentions_in(read(text))] == [(kind, name)]


def test_not_reaches_over_a_list_of_names() -> None:
    found = mentions_in(read("free machines but not the Haas or the Okuma"))
    assert [(mention.text, mention.negated) for mention in found] == [("Haas", True), ("Okuma", True)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("When is the Puma free?", "en"),
        ("Wann ist die Puma frei?", "de"),
        ("und nächste Woche?", "de"),
        ("Puma 3100", None),
    ],
)
def test_the_language_is_told_by_words_that_only_one_has(text: str, language: str | None) -> None:
    assert language_of(read(text)) == language


def test_shorthand_for_dates_is_written_out() -> None:
    assert corrected("Puma free nxt wk?") == "Puma free next week?"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{name}", "A \\| B"),
        ("{hours|h}", "12.5 h"),
        ("{missing|h}", "–"),
        ("{#rows}{n},{/}", "1,2,3,"),
        ("{#rows:2}{n},{/}", "1,2,"),
        ("{#rows>n:1}{n}{/}", "3"),
        ("{#rows[on]}{n},{/}", "2,"),
        ("{#rows[!on]}{n},{/}", "1,3,"),
        ("{^missing}nothing{/}{^rows}no{/}", "nothing"),
        ("{?status=free|busy}yes{/}{!status=free}no{/}", "yes"),
        ("{?status=@same}same{/}", "same"),
        ("{status|word}", "is free"),
        ("{rows.length} {rows.1.n}", "3 2"),
        ("a\n| t |\nb", "a\n\n| t |\n\nb"),
    ],
)
def test_a_template_places_values_and_computes_nothing(template: str, expected: str) -> None:
    values: dict[str, JsonValue] = {
        "name": "A | B",
        "hours": 12.5,
        "status": "free",
        "same": "free",
        "rows": [{"n": 1}, {"n": 2, "on": True}, {"n": 3}],
    }
    assert render(template, values, ENGLISH) == expected


def test_a_template_that_is_not_closed_is_refused() -> None:
    with pytest.raises(ValueError, match="not closed"):
        render("{#rows}x", {}, ENGLISH)


def test_numbers_are_written_as_they_stand() -> None:
    assert [number(value, "de") for value in (7, 7.0, 7.25, None, True)] == ["7", "7", "7,25", "–", "–"]


def test_a_period_is_said_without_its_clock_times() -> None:
    assert period("next week: 30 November to 6 December 2026") == "next week (30 November to 6 December 2026)"
    assert period("the next 7 days: Monday, 03:07 to Sunday, 03:07") == "the next 7 days"
    assert whole_sentences("One thing. Another th…") == "One thing."


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ("Priya", True),
        ("priya anderson", True),
        ("Prya", True),
        ("Anders", True),
        ("Bob", False),
        ("", False),
    ],
)
def test_a_row_is_found_by_part_of_its_name(asked: str, fits: bool) -> None:
    assert is_named({"name": "Priya Anderson", "code": "OP-1"}, ("name", "code"), asked) is fits
