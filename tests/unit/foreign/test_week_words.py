"""Weeks in words of many languages, and behind one letter, which is asked about."""

import pytest

from storage.foreign.date_forms import looks_like_date, week_in
from tests.unit.foreign.given_files import read, rows

HEAD = "Job\tQty\tDue\nA\t1\t2026-12-04\n"
SAID = {"year": "2026", "due.week_day": "5"}


@pytest.mark.parametrize(
    "text",
    ["minggu 49", "tydz. 49", "49. týden", "vecka 49", "viikko 49", "hafta 49", "εβδ. 49", "tuần 49",
     "สัปดาห์ที่ 49", "第49周", "49週", "49주차", "tjedan 49", "KW 49"],
)  # fmt: skip
def test_a_week_in_words_of_its_language_is_that_week(text: str) -> None:
    assert (week_in(text), looks_like_date(text)) == ((None, 49, None), True)


def test_a_letter_before_a_number_in_a_column_of_dates_may_be_a_week_and_is_asked() -> None:
    text = f"{HEAD}B\t1\tM50\nC\t1\tM2/27\n"
    assert read(text)[1] == {"week.M", "year", "due.week_day"}
    done, asked = read(text, {**SAID, "week.M": "yes"})
    due = [day for (day,) in rows(done, "production_order", "due_date")]
    assert (asked, due) == (set(), ["2026-12-04", "2026-12-11", "2027-01-15"])
    told = read(text, {"week.M": "no", "due": "Due"})[0].findings.problems
    assert [problem.reason for problem in told] == ["is not a date"] * 2


def test_a_letter_before_a_number_in_a_column_without_dates_is_what_it_says() -> None:
    assert read("Job\tQty\tDue\tCustomer\nA\t1\t2026-12-04\tM50\nB\t1\t2026-12-05\tM51\n")[1] == set()
