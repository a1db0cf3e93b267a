"""Absences of which a row says how long they are, or that end in the night."""

from dataclasses import replace

import pytest

from storage.foreign.shop_names import Named
from tests.unit.foreign.given_files import SHOP, read, rows

CREW = replace(SHOP, operators=(Named("as", "AS", "Ann Smith", None, "day", "hr", None),))
GIVEN = {"rows": "absences", "operator": "Who", "start": "From", "length": "For", "unused": "leave"}


def _away(line: str, answers: dict[str, str]) -> tuple[set[str], list[tuple[str, ...]], list[str]]:
    done, asked = read(f"Who;From;For\nAS;{line}\n", GIVEN | answers, CREW)
    found = rows(done, "absence", "start_date", "end_date", "start", "end")
    return asked, found, [problem.reason for problem in done.findings.problems]


@pytest.mark.parametrize(
    ("length", "unit", "last"),
    [("15", "d", "2026-11-30"), ("1", "d", "2026-11-16"), ("2 days", "written", "2026-11-17"),
     ("5", "wd", "2026-11-20"), ("6", "wd", "2026-11-23")],
)  # fmt: skip
def test_days_from_a_start_are_an_absence_with_the_last_one_included(
    length: str, unit: str, last: str
) -> None:
    found = _away(f"2026-11-16;{length}", {"length.unit": unit})
    assert found == (set(), [("2026-11-16", last, "", "")], [])


def test_hours_from_a_time_end_with_them_and_need_that_time() -> None:
    times = ("", "", "2026-11-16 22:00", "2026-11-17 01:30")
    assert _away("2026-11-16 22:00;3.5", {"length.unit": "h"}) == (set(), [times], [])
    reason = "is no number of whole days, and the start has no time"
    assert _away("2026-11-16;3.5", {"length.unit": "h"}) == (set(), [], [reason])
    assert _away("2026-11-16;0", {"length.unit": "d"})[2] == ["is no length"]


def test_in_which_unit_the_length_is_and_an_empty_one_is_asked() -> None:
    assert _away("2026-11-16;15", {})[0] == {"length.unit"}
    assert _away("2026-11-16;", {"length.unit": "d"})[0] == {"open_end"}


def test_an_absence_that_ends_at_a_time_not_after_its_start_ends_on_the_next_day() -> None:
    given = {"rows": "absences", "operator": "Who", "day": "Day", "start": "From", "end": "To"}
    done, asked = read("Who;Day;From;To\nAS;2026-11-16;22:00;02:00\nAS;2026-11-18;06:00;10:00\n", given, CREW)
    assert (asked, rows(done, "absence", "start", "end")) == (
        set(),
        [("2026-11-16 22:00", "2026-11-17 02:00"), ("2026-11-18 06:00", "2026-11-18 10:00")],
    )


def test_rows_with_a_start_that_is_a_date_are_of_no_day_above_them() -> None:
    given = {"rows": "absences", "operator": "Who", "day": "Day", "start": "From", "end": "To"}
    text = (
        "Who;Day;From;To\nAS;2026-11-16;22:00;23:00\nAS;;18.11.2026;19.11.2026\nAS;;23.11.2026;24.11.2026\n"
    )
    done, asked = read(text, given, CREW)
    days = [("", ""), ("2026-11-18", "2026-11-19"), ("2026-11-23", "2026-11-24")]
    assert (asked, rows(done, "absence", "start_date", "end_date")) == (set(), days)
    clocks = text.replace("18.11.2026;19.11.2026", "06:00;07:00").replace(
        "23.11.2026;24.11.2026", "08:00;09:00"
    )
    assert read(clocks, given, CREW)[1] == {"fill_down_day"}


@pytest.mark.parametrize(
    ("line", "unit"),
    [("2026-11-16;999999999", "d"), ("2026-11-16;9999999", "wd"), ("2026-11-16 08:00;1", "wd")],
)
def test_a_length_beyond_all_bounds_or_in_working_days_from_a_time_is_an_error(line: str, unit: str) -> None:
    assert _away(line, {"length.unit": unit}) == (set(), [], ["is no length"])
