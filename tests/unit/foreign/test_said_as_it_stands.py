"""What a person says of words as they stand: all of a text, a code that is a word too, names that answers
have made."""

from dataclasses import replace

from storage.foreign.decisions import Decisions
from storage.foreign.people_columns import remember_people
from storage.foreign.rewording import wording_of
from storage.foreign.shop_names import Named
from storage.foreign.tables import tables_of
from storage.foreign.transforming import layouts_of, transform
from tests.unit.foreign.given_files import SHOP, read, rows
from tests.unit.foreign.test_files import text_of

CREW = (Named("t", "TBA", "Tobias Bach", None, "day", "import", "TBA"),)


def test_a_sign_for_any_text_stands_for_all_of_it_behind_the_arrow() -> None:
    other = wording_of("TBD -> ; * d -> * days; ?* -> about * h")
    assert [other(text) for text in ("4", "2 d", "tbd", "")] == ["about 4 h", "2 days", "", None]


def test_a_skill_with_brackets_in_its_name_may_be_given_a_code() -> None:
    text = "Name;Measuring (CMM);Turning\nAda;x;\nBob;x;x\n"
    given = {
        "rows": "operators", "operator": "Name", "across": "Measuring (CMM); Turning",
        "skill_named": "(column)", "skill_level": "(content)", "skill": "none", "level.x": "yes",
        "level.(empty)": "no", "new_operators": "new", "operator_calendar": "day",
    }  # fmt: skip
    done, _ = read(text, given | {"skill.Measuring (CMM)": "CMM"})
    assert rows(done, "skill", "code", "name") == [("CMM", "Measuring (CMM)"), ("Turning", "Turning")]


def test_a_skill_in_a_cell_whose_brackets_would_be_a_level_may_be_given_a_code() -> None:
    text = "Name;Skills\nAda;Measuring (CMM)\nBob;Turning (3)\n"
    given = {"rows": "operators", "operator": "Name", "skill_named": "Skills", "level.3": "yes"} | {
        "new_operators": "new", "operator_calendar": "day",
    }  # fmt: skip
    assert "level.CMM" in read(text, given)[1]
    done, asked = read(text, given | {"skill.Measuring (CMM)": "CMM", "level.(empty)": "yes"})
    assert "level.CMM" not in asked
    assert ("CMM", "Measuring (CMM)") in rows(done, "skill", "code", "name")


def test_a_code_of_a_person_that_is_a_word_for_nothing_too_is_that_person() -> None:
    text = "Employee;From;To;Reason\nTBA;2026-12-07;2026-12-08;sick\nTBA;2026-12-10;2026-12-10;sick\n"
    plant = replace(SHOP, operators=CREW)
    given = {"rows": "absences"}
    assert "blank.TBA" in read(text, given)[1]
    decisions = Decisions(given)
    remember_people(CREW, decisions)
    done = transform(layouts_of(tables_of(text_of(text)), decisions), decisions, plant, file="file", sheets=1)
    assert list(decisions.questions) == []
    assert rows(done, "absence", "operator_id", "start_date") == [("t", "2026-12-07"), ("t", "2026-12-10")]


def test_columns_that_answers_have_made_of_a_cell_are_not_asked_about_as_going_across() -> None:
    text = "Job;Qty;Due;Op;Machine;Time\nA;1;2026-12-07;10;M1;30/2\nB;1;2026-12-07;10;M1;45/3\n"
    assert "across" in read(text.replace(";Time", ";min;h").replace("/", ";"), {})[1]
    asked = read(text, {"split.Time": "{min}/{h}"})[1]
    assert "across" not in asked
