"""Absences of several people in a cell or under one number, and those that do not count any more."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.foreign.shop_names import Named, StoredTime
from tests.unit.foreign.given_files import SHOP, read, rows

OPENS = datetime(2026, 12, 14, tzinfo=ZoneInfo("Europe/Berlin"))
CREW = replace(
    SHOP,
    operators=tuple(
        Named(code.lower(), code, name, None, "day", "hr", None)
        for code, name in (("AS", "Ann Smith"), ("BK", "Bob King"))
    ),
    absences=(StoredTime("a1", "as", "AS", "hr", "V-1", OPENS, OPENS.replace(day=19)),),
)
GIVEN = {"rows": "absences", "absence_number": "No", "operator": "Who"}
HEADER = "No;Who;Kind;From;To;Status\n"


def _keys(text: str, **more: str) -> list[tuple[str, ...]]:
    done, asked = read(HEADER + text, GIVEN | more, CREW)
    assert asked == set()
    return rows(done, "absence", "id", "operator_id", "external_id")


def test_a_cell_that_names_several_people_of_the_shop_is_an_absence_of_each() -> None:
    text = 'V-2;"Ann Smith, Bob King";Training;2026-12-03;2026-12-03;approved\n'
    assert _keys(text) == [("", "as", "V-2 as"), ("", "bk", "V-2 bk")]
    _, asked = read(f"{HEADER}V-2;Smith, Cy;Training;2026-12-03;2026-12-03;approved\n", GIVEN, CREW)
    assert asked == {"new_operators"}


def test_numbers_that_several_rows_have_are_told_apart_by_person_and_day() -> None:
    text = (
        "V-1;AS;Vacation;2026-12-15;2026-12-16;approved\nV-1;AS;Vacation;2026-12-18;2026-12-18;approved\n"
        "V-1;BK;Vacation;2026-12-15;2026-12-16;approved\n"
    )
    assert _keys(text) == [
        ("a1", "as", "V-1"), ("", "as", "V-1 as 2026-12-18"), ("", "bk", "V-1 bk"),
    ]  # fmt: skip


def test_an_absence_that_counts_no_more_is_told_where_the_plan_has_it() -> None:
    text = f"{HEADER}V-1;AS;Vacation;2026-12-14;2026-12-18;rejected\n"
    done, _ = read(text, GIVEN | {"approved.rejected": "no"}, CREW)
    assert [str(notice).partition("left out")[2] for notice in done.findings.notices] == [
        "; the plan has it, of AS from 2026-12-14, until somebody takes it out"
    ]
    done, asked = read(text.replace("rejected", "?"), GIVEN, CREW)
    assert (asked, done.findings.notices) == ({"approved.?"}, [])
