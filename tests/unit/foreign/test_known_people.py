"""People whom a file names by number and by name, where the shop knows only one of the two, or others."""

from dataclasses import replace

import pytest

from storage.foreign.shop_names import Named
from tests.unit.foreign.given_files import SHOP, read, rows

CREW = replace(
    SHOP,
    operators=(
        Named("o1", "AS", "Ann Smith", None, "day", "hr", "1001"),
        Named("o2", "BK", "Bob King", None, "day", "hr", "1002"),
    ),
)
PEOPLE = "No;Name\n77;Smith Ann\n1002;Bob King\n78;Cy Day\n"
GIVEN = {"rows": "operators", "operator": "No", "operator_name": "Name"}


def test_a_person_of_the_shop_with_another_number_is_asked_about_once_and_is_not_there_twice() -> None:
    _, asked = read(PEOPLE, GIVEN, CREW)
    assert asked == {"by_name"}
    for said, ids in (("take", ["o1", "o2", ""]), ("new", ["", "o2", ""])):
        done, asked = read(PEOPLE, GIVEN | {"by_name": said}, CREW)
        assert (asked, [found for (found,) in rows(done, "operator", "id")]) == (set(), ids)
    done, asked = read(PEOPLE, GIVEN | {"operator.77": "AS"}, CREW)
    assert (asked, rows(done, "operator", "id")[0]) == (set(), ("o1",))


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("No;Name\n1001;Bob King\n", GIVEN),
        (
            "No;Name;Kind;From;To\n1001;Bob King;Vacation;2026-12-07;2026-12-08\n",
            GIVEN | {"rows": "absences"},
        ),
        (
            "No;Name;Day;Shift\n1001;Bob King;2026-12-07;06:00-14:00\n",
            GIVEN | {"rows": "shifts", "day": "Day", "shift": "Shift"},
        ),
    ],
)
def test_a_number_of_one_person_with_the_name_of_another_is_an_error(
    text: str, given: dict[str, str]
) -> None:
    done, _ = read(text, given, CREW)
    assert [problem.reason for problem in done.findings.problems] == [
        "is the name of BK in the plan, and 1001 is Ann Smith"
    ]
    assert not [*rows(done, "operator"), *rows(done, "absence"), *rows(done, "calendar_exception")]
