"""Boards whose headers are days of a month beside their days of the week."""

import pytest

from leadhand.errors import InvalidRequest
from storage.foreign.decisions import Decisions
from storage.foreign.month_days import month_days
from storage.foreign.profile import fingerprint
from storage.foreign.tables import tables_of
from storage.foreign.transforming import layouts_of
from tests.unit.foreign.given_files import read, rows
from tests.unit.foreign.test_files import text_of

TEXT = "Employee;29 SU;30 MO;01 TU;02 WE\nAda;F;F;;F\n"
SAID = {"shift.F": "06:00-14:00", "no_times": "closed", "new_operators": "new", "operator": "Employee"}


def test_days_of_a_month_go_across_once_it_is_said_in_which_month_they_begin() -> None:
    assert read(TEXT)[1] == {"across"}
    assert read(TEXT, {"across": "days"})[1] == {"year"}
    done, asked = read(TEXT, SAID | {"across": "days", "year": "2026-11"})
    assert asked == set()
    closed = [
        day for day, kind in rows(done, "calendar_exception", "production_date", "kind") if kind == "closure"
    ]
    assert closed == ["2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"]


def test_the_days_of_the_week_prove_the_month_and_a_year_with_several_such_months_is_no_answer() -> None:
    done, _ = read(TEXT, SAID | {"across": "days", "year": "2026-07"})
    assert rows(done, "calendar_exception", "production_date")[0] == ("2026-11-29",)
    several = TEXT.replace("29 SU;30 MO;01 TU;02 WE", "23 MO;24 TU;25 WE;26 TH")
    with pytest.raises(InvalidRequest, match="year=2026"):
        read(several, SAID | {"across": "days", "year": "2026"})


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ("Mo 23;Di 24;Mi 25;Mo 30", [23, 24, 25, 30]), ("23. Mon;24. Tue;25. Wed", [23, 24, 25]),
        ("Po 23;Út 24;St 25;Čt 26", [23, 24, 25, 26]), ("1 Mar;2 Mar;3 Mar", []), ("Op 10;Op 20;Op 30", []),
        ("23 MO;24 WE;25 TH", []),
    ],
)  # fmt: skip
def test_headers_are_days_of_a_month_where_they_follow_as_days_of_a_calendar_do(
    headers: str, found: list[int]
) -> None:
    assert [day.day for day in month_days(["Name", *headers.split(";")])] == found


def test_the_next_file_has_the_same_headers_and_its_month_is_asked_again() -> None:
    later = ["Employee", "27 SU", "28 MO", "29 TU"]
    assert fingerprint([later]) == fingerprint([["Employee", "29 SU", "30 MO", "01 TU", "02 WE"]])
    decisions = Decisions({"across": "days", "year": "2026-11"}, kept=frozenset({"across", "year"}))
    layouts_of(tables_of(text_of(TEXT)), decisions)
    assert set(decisions.questions) == {"year"}


def test_days_that_come_again_in_the_next_month_are_days_too() -> None:
    of_february = [
        f"{day} {['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'][(day - 1) % 7]}" for day in range(1, 29)
    ]
    headers = [*of_february, "1 MO (2)", "2 TU (2)", "3 WE (2)"]
    assert [found.header for found in month_days(headers)] == headers
