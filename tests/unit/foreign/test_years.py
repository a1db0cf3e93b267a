"""Dates that say no year are of the year that is answered, once for the whole file."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from storage.exchange.kinds import Refused
from storage.foreign.dates import DateStyle, Order, parse_date
from storage.foreign.spreadsheet import read_workbook
from storage.foreign.tables import tables_of
from tests.unit.foreign.given_files import read, rows

ORDERS = "Job,Qty,Due,Release\nA,5,07.12.,Mo 30.11\nB,5,11.01.2027,18/12\nC,5,KW 2,01.12. 06:00\n"


def test_one_answer_says_the_year_of_all_dates_that_have_none_and_it_is_told_which_are_of_which_year() -> (
    None
):
    answers = {"year": "2026-07", "due.week_day": "5"}
    assert "year" in read(ORDERS, {"due.week_day": "5"})[1]
    done, asked = read(ORDERS, answers)
    assert (asked, done.findings.problems) == (set(), [])
    assert rows(done, "production_order", "due_date", "release_at") == [
        ("2026-12-07", "2026-11-30 00:00"), ("2027-01-11", "2026-12-18 00:00"),
        ("2027-01-15", "2026-12-01 06:00"),
    ]  # fmt: skip
    told = [notice.text for notice in done.findings.notices if "without a year" in notice.text]
    assert told == [
        "dates without a year are by year=2026-07: 4 of 2026 (Mo 30.11 to 18/12), 1 of 2027 (KW 2)"
    ]


def test_the_year_is_asked_once_for_all_sheets_and_one_of_them_may_have_its_own() -> None:
    sheets = (
        [["Job", "Qty", "Due"], ["A", "5", "07.12."]],
        [["Order", "Pieces", "Due date"], ["B", "5", "08.01."]],
    )
    book = Workbook()
    for number, lines in enumerate(sheets, 1):
        sheet = book.create_sheet(f"S{number}")
        for line in lines:
            sheet.append(line)
    del book["Sheet"]
    file = BytesIO()
    book.save(file)
    tables = tables_of(read_workbook(file.getvalue(), "b.xlsx"))
    assert {key for key in read(tables)[1] if "year" in key} == {"year"}
    given = {"year": "2026", "S2!year": "2027"}
    assert [due for (due,) in rows(read(tables, given)[0], "production_order", "due_date")] == [
        "2026-12-07", "2027-01-08",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("07/12", "dmy", date(2026, 12, 7)), ("07/12", "mdy", date(2026, 7, 12)),
        ("07-12", "ymd", date(2026, 7, 12)), ("13/12", None, date(2026, 12, 13)),
        ("12/13", None, date(2026, 12, 13)), ("7.12", "mdy", date(2026, 12, 7)),
        ("Mo 7.12", None, date(2026, 12, 7)), ("7.12 06:00", None, date(2026, 12, 7)), ("48/26", "dmy", None),
        ("Typ 7.12", None, None), ("07/12", None, None), ("Tue 7.12", None, None),
    ],
)  # fmt: skip
def test_a_date_without_a_year_may_be_two_numbers(text: str, order: Order | None, day: date | None) -> None:
    style = DateStyle(order, "2026")
    if day is None:
        with pytest.raises(Refused):
            parse_date(text, style)
    else:
        assert parse_date(text, style).day == day
