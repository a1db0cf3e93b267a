"""What a preview says of kinds of absences that nobody has said yet."""

from tests.unit.foreign.given_files import read, rows

GIVEN = {"rows": "absences", "new_operators": "new", "operator_calendar": "day"}


def test_a_kind_that_is_asked_about_is_shown_so() -> None:
    done, asked = read("Employee;From;To;Reason\nAda;2026-12-07;2026-12-08;Zzz\n", GIVEN)
    assert (asked, rows(done, "absence", "kind")) == ({"absence.Zzz"}, [("(asked)",)])


def test_absences_of_which_nothing_says_why_are_told() -> None:
    done, asked = read("Employee;From;To\nAda;2026-12-07;2026-12-08\n", GIVEN)
    assert (asked, rows(done, "absence", "kind")) == (set(), [("absence",)])
    assert "nothing says why people are away: 1 absences" in str(done.findings.notices)
