"""Ditto marks mean the cell above only where that is answered."""

import pytest

from storage.foreign.ditto import is_ditto
from storage.foreign.grid import Cell
from storage.foreign.spreadsheet import read_workbook
from storage.foreign.tables import tables_of
from tests.unit.foreign.given_files import read, rows
from tests.unit.foreign.test_files import saved

HEAD: list[object] = ["Job", "Customer", "Qty", "Due"]


@pytest.mark.parametrize("text", ['"', "''", '- " -', "-″-", "do.", "Dto.", "idem", "〃"])
def test_a_ditto_mark_is_all_of_its_cell(text: str) -> None:
    assert is_ditto(Cell(text))
    assert not is_ditto(Cell(f"5{text}"))


def test_a_dash_is_no_ditto_mark() -> None:
    assert not is_ditto(Cell("-"))


def test_ditto_marks_are_asked_about_and_are_the_cell_above_also_below_one_another() -> None:
    sheet = saved(HEAD, ["A", "Acme", 1, "2026-12-07"], ["B", '"', 2, '"'], ["C", "do.", 3, "- ″ -"])
    tables = tables_of(read_workbook(sheet, "jobs.xlsx"))
    assert read(tables)[1] == {"ditto"}
    done, asked = read(tables, {"ditto": "above"})
    found = rows(done, "production_order", "customer", "due_date")
    assert asked == set()
    assert found == [("Acme", found[0][1])] * 3


def test_a_mark_with_nothing_above_it_is_empty_and_told() -> None:
    sheet = saved(HEAD, ["A", '"', 1, "2026-12-07"], ["B", "Acme", 2, "2026-12-07"])
    done = read(tables_of(read_workbook(sheet, "jobs.xlsx")), {"ditto": "above"})[0]
    assert [notice.text for notice in done.findings.notices] == [
        "row 2: nothing stands above the mark in Customer"
    ]


def test_a_quote_alone_in_a_cell_of_a_text_file_is_a_ditto_mark_and_eats_no_rows() -> None:
    text = 'Job;Customer;Qty;Due\nA;Acme;1;2026-12-07\nB;";2;2026-12-07\nC;";3;2026-12-07\nD;";4;2026-12-08\n'
    done, asked = read(text, {"ditto": "above"})
    assert asked == set()
    assert rows(done, "production_order", "customer") == [("Acme",)] * 4
