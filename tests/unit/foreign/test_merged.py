"""Cells merged over rows and columns: how often each counts is known from its rows, or asked about."""

from dataclasses import replace

from storage.foreign.areas import placed_tables
from storage.foreign.decisions import Decisions
from storage.foreign.grid import Grid, Sheet
from storage.foreign.tables import Table, tables_of
from tests.unit.foreign.given_files import read, rows
from tests.unit.foreign.test_shaping import sheet_of

BOARD = {
    "across": "days", "slot.F": "06:00-14:00", "slot.S": "14:00-22:00", "rows": "operations",
    "split.(content)": "{order}/{op}", "order": "order", "operation": "op", "run": "booked",
    "quantity": "=1", "due": "none", "new_machines": "new", "calendar": "day",
}  # fmt: skip
DAYS = ["Machine;2026-12-07;;2026-12-08;", ";F;S;F;S"]
HEADS = ((0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 4))


def board(lines: list[str], *merged: tuple[int, int, int, int]) -> tuple[Table, ...]:
    sheet = replace(sheet_of(*DAYS, *lines), merged=(*HEADS, *merged))
    return tables_of(Grid("workbook", (sheet,)))


def segments(tables: tuple[Table, ...], answers: dict[str, str]) -> tuple[list[tuple[str, ...]], set[str]]:
    done, asked = read(tables, {**BOARD, **answers})
    assert not done.findings.problems
    return rows(done, "booking_segment", "start", "end"), asked


def test_a_cell_merged_over_rows_of_one_machine_and_over_parts_of_days_is_one_booking_over_all_of_them() -> (
    None
):
    over_both = board(["M1;;A/10;;", "M1;;;;B/20"], (2, 2, 3, 3))
    expected = [("2026-12-07 14:00", "2026-12-08 14:00"), ("2026-12-08 14:00", "2026-12-08 22:00")]
    assert segments(over_both, {}) == (expected, set())
    # the machine is merged too, and its second row has nothing else
    assert segments(board(["M1;;A/10;;B/20", ";;;;"], (2, 0, 3, 0), (2, 2, 3, 3)), {}) == (expected, set())


def test_a_cell_merged_over_rows_of_one_machine_alone_is_one_booking() -> None:
    tables = board(["M1;A/10;;;", "M1;;;B/10;"], (2, 1, 3, 1))
    starts = [("2026-12-07 06:00", "2026-12-07 14:00"), ("2026-12-08 06:00", "2026-12-08 14:00")]
    assert segments(tables, {}) == (starts, set())


def test_a_cell_merged_over_two_machines_is_asked_about() -> None:
    tables = board(["M1;;A/10;;", "M2;;;;B/10"], (2, 2, 3, 3))
    assert segments(tables, {})[1] == {"merged_rows"}
    found, asked = segments(tables, {"merged_rows": "each"})
    assert (len(found), asked) == (3, set())
    assert len(segments(tables, {"merged_rows": "once"})[0]) == 2


def test_the_row_of_a_machine_that_is_merged_down_is_a_row_with_one_cell_of_its_own_too() -> None:
    (table,) = board(["M1;A/10;B/10;;", ";;;C/10;"], (2, 0, 3, 0))
    assert (len(table.rows), table.skipped) == (2, ())


def test_a_line_merged_over_rows_and_columns_is_a_line_of_text() -> None:
    (table,) = board(["M1;A/10;B/10;;", "Plan of week 50;;;;", ";;;;", "M2;C/10;D/10;;"], (3, 0, 4, 4))
    assert [row.cell(0).text for row in table.rows] == ["M1", "M2"]
    assert len(table.skipped) == 1


def roster(*merged: tuple[int, int, int, int]) -> tuple[Table, ...]:
    sheet = replace(sheet_of("Who;Mo;Tu;We;Th", "Ann;V;;;F", "Bob;F;F;F;F"), merged=merged)
    return tables_of(placed_tables(Grid("workbook", (sheet,)), Decisions({})))


def test_a_cell_merged_over_days_of_the_week_is_said_of_each_of_them() -> None:
    layouts = read(roster((1, 1, 1, 3)), {"across": "Mo; Tu; We; Th", "rows": "shifts"})[0].layouts
    content = [row.cells[-1].text for row in layouts[0].table.rows]
    assert content == ["V", "V", "V", "F", "F", "F", "F", "F"]


def test_a_cell_merged_over_other_columns_that_go_across_is_asked_about() -> None:
    sheet = replace(sheet_of("Day;Saw;Mill", "2026-12-07;A/10;"), merged=((1, 1, 1, 2),))
    tables = tables_of(Grid("workbook", (sheet,)))
    answers = {"across": "Saw; Mill", "rows": "shifts"}
    assert "merged_columns" in read(tables, answers)[1]
    done = read(tables, {**answers, "merged_columns": "once"})[0]
    assert [row.cells[-1].text for row in done.layouts[0].table.rows] == ["A/10", ""]


def test_a_cell_merged_over_two_columns_that_are_used_is_told() -> None:
    sheet = Sheet("s", sheet_of("Job;Qty;Release;Due", "A;5;2026-12-07;").rows, merged=((1, 2, 1, 3),))
    done = read(tables_of(Grid("workbook", (sheet,))))[0]
    assert [notice.text for notice in done.findings.notices] == [
        'row 2: "2026-12-07" is merged over Release, Due; it is read as Release only '
        "(merged_columns=each: as each)"
    ]
    each = read(tables_of(Grid("workbook", (sheet,))), {"merged_columns": "each"})[0]
    (order,) = each.canonical.rows["production_order"]
    assert (order.cells["due_date"], each.findings.notices) == ("2026-12-07", [])


def test_a_cell_said_of_each_column_is_parted_and_joined_in_each_of_them() -> None:
    sheet = replace(sheet_of("Who;W49;W50;W51", "Ann;V 1;;F 2"), merged=((1, 1, 1, 2),))
    tables = tables_of(placed_tables(Grid("workbook", (sheet,)), Decisions({})))
    answers = {
        "across": "none", "rows": "absences", "split.W49": "{a} {}", "split.W50": "{b} {}",
        "join.X": "{a}+{b}",
    }  # fmt: skip
    once = read(tables, answers)[0]
    assert once.layouts[0].table.rows[0].cells[-1].text == "V+"
    assert any("it is read as W49 only" in notice.text for notice in once.findings.notices)
    each = read(tables, {**answers, "merged_columns": "each"})[0]
    assert each.layouts[0].table.rows[0].cells[-1].text == "V+V"
