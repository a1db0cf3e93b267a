"""What another table of the file says of a row, found by a key."""

import pytest

from leadhand.errors import InvalidRequest
from storage.foreign.decisions import Decisions
from storage.foreign.grid import Grid
from storage.foreign.tables import Table, tables_of
from storage.foreign.transforming import layouts_of
from tests.unit.foreign.test_shaping import sheet_of

TASKS = ("UID;Begin;Field;Value", "6;07:00;Job;A-1", "6;07:00;Op;10", "9;09:00;Job;A-2")
WORK = ("TaskUID;ResourceUID", "6;1", "9;2", "9;3", "12;1")
MACHINES = ("UID;Initials", "1;OK1", "2;HM1", "3;HM2", "4;HM1")
MACHINE = {
    "Work!lookup.Mac": "Machines: UID=ResourceUID -> Initials",
    "Work!lookup.Job": "Tasks: UID=TaskUID; Field==Job -> Value",
}


def _work(answers: dict[str, str], *machines: str) -> Table:
    named = {"Tasks": TASKS, "Work": WORK, "Machines": (*MACHINES, *machines)}
    sheets = tuple(sheet_of(*lines, name=name) for name, lines in named.items())
    rows = {f"{name}!rows": "bookings" for name in named}
    layouts = layouts_of(tables_of(Grid("workbook", sheets)), Decisions(rows | answers))
    return next(layout.table for layout in layouts if layout.table.label == "Work")


def _columns(table: Table, *headers: str) -> list[tuple[str, ...]]:
    at = [table.headers.index(header) for header in headers]
    return [tuple(row.cell(index).text for index in at) for row in table.rows]


def test_a_row_has_what_other_tables_say_by_its_numbers_and_by_the_names_of_values() -> None:
    table = _work(MACHINE)
    assert _columns(table, "Mac", "Job") == [("OK1", "A-1"), ("HM1", "A-2"), ("HM2", "A-2"), ("OK1", "")]
    assert table.wide == ("lookup.Job: row 5 (12) finds nothing in Tasks",)


def test_what_is_found_may_be_said_otherwise_and_be_the_key_of_the_next() -> None:
    answers = {
        "Work!lookup.Code": "Machines: Initials=Other -> UID", "Work!replace.Other": "HM2 -> OK1; ?* -> HM2",
        "Work!join.Other": "{Mac}", **MACHINE,
    }  # fmt: skip
    assert _columns(_work(answers), "Other", "Code") == [
        ("HM2", "3"),
        ("HM2", "3"),
        ("OK1", "1"),
        ("HM2", "3"),
    ]


def test_of_several_that_differ_none_is_taken_and_it_is_told() -> None:
    table = _work(MACHINE, "1;XX", "2;HM1")
    assert [mac for (mac,) in _columns(table, "Mac")] == ["", "HM1", "HM2", ""]
    assert table.wide[0] == (
        "lookup.Mac: 2 rows find, such as row 2 (OK1, XX), several in Machines that differ, of which none is "
        "taken"
    )


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("Machine: UID=ResourceUID -> Initials", "right would be: Machines"),
        ("Machines: UID=ResourceUID -> Initial", "right would be: Initials"),
        ("Machines: UIDs=ResourceUID -> Initials", "right would be: UID"),
        ("Machines: UID=Resource -> Initials", "no column Resource"),
        ("Machines", "TABLE: COLUMN=COLUMN HERE -> COLUMN"),
    ],
)
def test_a_lookup_in_what_is_not_there_is_told_with_what_would_be_right(said: str, right: str) -> None:
    with pytest.raises(InvalidRequest, match=right):
        _work({"Work!lookup.Mac": said})


def test_the_table_that_is_meant_is_the_one_with_the_longest_name_that_fits() -> None:
    named = {"Work": WORK, "M": TASKS, "M: all": MACHINES}
    sheets = tuple(sheet_of(*lines, name=name) for name, lines in named.items())
    answers = {"Work!lookup.Mac": "M: all: UID=ResourceUID -> Initials"}
    rows = {f"{name}!rows": "bookings" for name in named}
    layouts = layouts_of(tables_of(Grid("workbook", sheets)), Decisions(rows | answers))
    work = next(layout.table for layout in layouts if layout.table.label == "Work")
    assert _columns(work, "Mac") == [("OK1",), ("HM1",), ("HM2",), ("OK1",)]
