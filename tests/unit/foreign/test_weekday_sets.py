"""Short names of days of the week that mean another day in another language."""

import pytest

from storage.foreign.weekday_sets import weekday_names
from tests.unit.foreign.given_files import read, rows
from tests.unit.foreign.test_dates_of_languages import HEAD


@pytest.mark.parametrize(
    ("headers", "day"),
    [
        ("Po Út St Čt Pá So Ne", "Saturday"),
        ("Po Ut St Št Pi So Ne", "Saturday"),
        ("Ma Ti Ke To Pe La Su", "Sunday"),
    ],
)
def test_days_of_a_week_are_known_by_all_of_them_together(headers: str, day: str) -> None:
    assert weekday_names(["Name", *headers.split()])["Su" if day == "Sunday" else "So"] == day


def test_wednesday_and_thursday_of_a_slovak_week_are_two_days() -> None:
    names = weekday_names(["Po", "Ut", "St", "Št", "Pi", "So", "Ne"])
    assert (names["St"], names["Št"], len(names)) == ("Wednesday", "Thursday", 7)


def test_a_german_or_english_week_is_read_word_by_word() -> None:
    assert weekday_names(["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]) == {}
    assert weekday_names(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]) == {}


def test_all_columns_of_a_czech_week_go_across_with_their_days() -> None:
    answers = {"across": "Po; Út; St; Čt; Pá; So; Ne", "rows": "shifts"}
    done = read("Jméno;Po;Út;St;Čt;Pá;So;Ne\nAnna;R;R;R;R;R;O;\n", answers)[0]
    days = [row.cell(1).text for row in done.layouts[0].table.rows]
    assert days[3:] == ["Thursday", "Friday", "Saturday", "Sunday"]


def test_an_end_without_a_start_is_not_taken_for_one_and_the_date_that_is_due_is_asked_about() -> None:
    text = "OF;Qté;Date fin;Opération;Machine;Temps min/pc\nA1;10;04.12.2026;10;M1;2\n"
    assert "due" in read(text, {"new_machines": "new", "calendar": "day"})[1]
    assert read(HEAD + "A;1;2026-12-07\n")[1] == set()


@pytest.mark.parametrize(
    ("words", "asked", "days"),
    [
        ("Po Út St Čt Pá So", set[str](), ["1", "2", "3", "4", "5", "6"]),
        ("Mo Di Mi Do Fr So", set[str](), ["1", "2", "3", "4", "5", "7"]),
        ("Pá So", {"weekdays.Pá", "weekdays.So"}, []),
    ],
)
def test_days_of_a_column_are_of_one_language_that_its_words_prove(
    words: str, asked: set[str], days: list[str]
) -> None:
    text = "Weekday;From;To\n" + "".join(f"{word};06:00;14:00\n" for word in words.split())
    done, questions = read(text, {"rows": "shifts", "weekday": "Weekday", "for": "day", "shift": "none"})
    assert (questions, [row[0] for row in rows(done, "calendar_shift", "weekday")]) == (asked, days)
