"""What a person says of a file before its columns are asked about: places, rows, columns made of others."""

from dataclasses import replace

import pytest

from leadhand.errors import InvalidRequest
from storage.foreign.areas import placed_tables
from storage.foreign.decisions import Decisions, Scoped
from storage.foreign.grid import Grid, Sheet, cell_of
from storage.foreign.layout import Layout
from storage.foreign.shaping import shaped
from storage.foreign.splitting import template_of
from storage.foreign.spoken import silent_heads
from storage.foreign.tables import Table, tables_of
from storage.foreign.transforming import layouts_of
from tests.unit.foreign.test_files import table_of, text_of


def sheet_of(*lines: str, name: str = "Plan") -> Sheet:
    return Sheet(name, [tuple(cell_of(text) for text in line.split(";")) for line in lines])


def read(grid: Grid, answers: dict[str, str]) -> tuple[Table, ...]:
    return tables_of(placed_tables(grid, Decisions(answers)))


def cells(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def changed(text: str, answers: dict[str, str]) -> Table:
    scope = Scoped(Decisions(answers))
    return shaped(shaped(table_of(text), scope), scope, late=True)


def laid_out(text: str, answers: dict[str, str]) -> list[Layout]:
    return layouts_of((table_of(text),), Decisions(answers))


def test_two_tables_beside_each_other_are_each_an_area_and_alike_they_are_one() -> None:
    grid = text_of("Plan;;;;;\nJob;Qty;;Job;Qty\nA-1;5;;B-1;7\nA-2;6;;B-2;8\n")
    (table,) = read(grid, {"area": "A2:B; D2:E3"})
    assert cells(table) == [["A-1", "5"], ["A-2", "6"], ["B-1", "7"]]


def test_a_header_of_three_rows_is_joined_where_it_is_said() -> None:
    sheet = replace(
        sheet_of("Woche;;48;", "Maschine;;Mo;Di", ";Ort;Früh;Spät", "M1;Halle;A;B"), merged=((0, 2, 0, 3),)
    )
    (table,) = read(Grid("workbook", (sheet,)), {"header_rows": "1-3"})
    assert table.headers == ("Woche Maschine", "Ort", "48 Mo Früh", "48 Di Spät")
    assert cells(table) == [["M1", "Halle", "A", "B"]]


def test_a_list_without_a_header_has_columns_called_by_their_letters() -> None:
    (table,) = read(Grid("workbook", (sheet_of("M1;Mill", "M2;Lathe"),)), {"header_rows": "none"})
    assert (table.headers, [row.number for row in table.rows]) == (("A", "B"), [1, 2])


def test_rows_that_are_columns_are_turned_round() -> None:
    (table,) = read(text_of("Job;A-1;A-2\nQty;5;6\n"), {"transpose": "yes"})
    assert (table.headers, cells(table)) == (("Job", "Qty"), [["A-1", "5"], ["A-2", "6"]])


def test_a_row_taken_for_a_total_is_kept_where_it_is_said_and_the_last_row_ends_the_table() -> None:
    grid = text_of("Job;Customer;Qty\nA-1;Total;5\nA-2;Smith;6\nold;Smith;9\n")
    (table,) = read(grid, {"keep_rows": "2", "last_row": "3"})
    assert cells(table) == [["A-1", "Total", "5"], ["A-2", "Smith", "6"]]


def test_only_the_sheets_that_are_named_are_read_hidden_ones_too() -> None:
    old = replace(sheet_of("Job;Qty", "B-1;7", name="Old"), hidden=True)
    (table,) = read(Grid("workbook", (sheet_of("Job;Qty", "A-1;5"), old)), {"sheets": "Old"})
    assert (cells(table), table.hidden) == ([["B-1", "7"]], False)


def test_places_that_are_not_in_the_file_are_told() -> None:
    grid = Grid("workbook", (sheet_of("Job;Qty", "A-1;5"),))
    for answers in ({"sheets": "Old"}, {"header_rows": "9"}, {"area": "B1:A2"}, {"keep_rows": "x"}):
        with pytest.raises(InvalidRequest):
            read(grid, answers)


def test_rows_are_left_out_by_a_cell_by_an_empty_one_or_by_number() -> None:
    text = "Job;Status;Note\nA-1;open;\nA-2;Storniert;\n;open;x\nA-4;done 2025;\nA-5;open;\n"
    found = changed(text, {"leave_out": "Status=storniert; Job=; Status=done*", "leave_out_rows": "6"})
    assert [row.number for row in found.rows] == [2]
    assert [row.number for row in changed(text, {"only": "Status=open"}).rows] == [2, 4, 6]


def test_a_column_may_be_named_carried_down_and_said_in_other_words() -> None:
    text = "Job;;Stat\nA-1;Mill;L\n;Lathe;X\n"
    found = changed(text, {"header.B": "Machine", "carry_down": "Job", "replace.Stat": "L -> open; X ->"})
    assert found.headers == ("Job", "Machine", "Stat")
    assert cells(found) == [["A-1", "Mill", "open"], ["A-1", "Lathe", ""]]


def test_a_line_of_its_own_is_the_parent_of_the_rows_below_it() -> None:
    text = "Art;Nr;Text\nK;FA-1;Kunde Nord\nP;10;sägen\nP;20;drehen\nK;FA-2;Kunde Süd\nP;10;fräsen\n"
    found = changed(text, {"parent": "Art=K"})
    order, customer = found.headers.index("(above) Nr"), found.headers.index("(above) Text")
    assert [(row.cell(1).text, row.cell(order).text, row.cell(customer).text) for row in found.rows] == [
        ("10", "FA-1", "Kunde Nord"), ("20", "FA-1", "Kunde Nord"), ("10", "FA-2", "Kunde Süd"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "text", "parts"),
    [
        ("{order}/{op}{firm=*}", "7703/10*", {"order": "7703", "op": "10", "firm": "*"}),
        ("{order}/{op}{firm=*}", "7703/10", {"order": "7703", "op": "10", "firm": ""}),
        ("{code} – {name}", "TNL-18 - Drehen kurz", {"code": "TNL-18", "name": "Drehen kurz"}),
        ("{surname}, {first}", "Nowak,Adam", {"surname": "Nowak", "first": "Adam"}),
        ("{a}-{b}-{op}", "24-1201-10", {"a": "24", "b": "1201", "op": "10"}),
        ("until {end} | {word}", "Sí", {"word": "Sí"}),
        ("{order} ({})", "A-1 (old)", {"order": "A-1"}),
        ("{from}-{to}", "06:00 – 14:00", {"from": "06:00", "to": "14:00"}),
        ("{order}/{op}", "Wartung", None),
    ],
)
def test_a_cell_is_parted_as_it_is_written(said: str, text: str, parts: dict[str, str] | None) -> None:
    assert template_of(said).parts(text) == parts


def test_cells_that_are_not_written_so_give_nothing_and_are_told() -> None:
    found = changed("Job;Qty\nA-1/10;5\nold;6\n", {"split.Job": "{order}/{op}", "join.Key": "{order}_{Qty}"})
    assert cells(found) == [["A-1/10", "5", "A-1", "10", "A-1_5"], ["old", "6", "", "", "_6"]]
    assert found.wide == ('row 3: "old" is not written as {order}/{op}',)


def test_a_column_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(InvalidRequest, match="right would be: Status"):
        changed("Job;Status\nA;x\n", {"leave_out": "Statos=x"})
    with pytest.raises(InvalidRequest, match="nothing between"):
        template_of("{a}{b}")


def test_columns_of_days_with_parts_are_bookings_with_their_times_merged_ones_to_their_last_part() -> None:
    rows = ["Machine;2026-12-07;;2026-12-08;", ";F;N;F;N", "M1;A/10;;;B/10", "M2;Service;;A/20;"]
    sheet = replace(sheet_of(*rows), merged=((0, 1, 0, 2), (0, 3, 0, 4), (2, 1, 2, 3)))
    answers = {
        "across": "days", "slot.F": "06:00-14:00", "slot.N": "22:00-06:00", "rows": "operations; downtimes",
        "split.(content)": "{order}/{op} | {}{why}", "operations!leave_out": "order=", "only": "Machine=M*",
        "downtimes!only": "order=", "order": "order", "operation": "op", "run": "booked", "quantity": "=1",
    }  # fmt: skip
    with pytest.raises(InvalidRequest):
        layouts_of(tables_of(Grid("workbook", (sheet,))), Decisions(answers))
    answers["split.(content)"] = "{order}/{op} | {why}"
    work, down = layouts_of(tables_of(Grid("workbook", (sheet,))), Decisions(answers))
    names = work.table.headers
    assert [
        [row.cell(names.index(name)).text for name in ("order", "(day)", "(start)", "(end)")]
        for row in work.table.rows
    ] == [
        ["A", "2026-12-07", "06:00", "2026-12-08 14:00"],
        ["B", "2026-12-08", "22:00", "06:00"],
        ["A", "2026-12-08", "06:00", "14:00"],
    ]
    assert (down.kind, [row.cell(0).text for row in down.table.rows]) == ("downtimes", ["M2"])


def test_machines_that_are_numbered_alike_are_no_operations_without_a_question() -> None:
    decisions = Decisions({})
    layouts_of((table_of("Nr;Name;TOK-1;TOK-2;FRE-1;FRE-2\n7;Nowak;1;2;;3\n"),), decisions)
    assert "across" in decisions.questions


def test_columns_of_heads_of_several_levels_are_no_numbered_columns() -> None:
    text = "Art;Nr;Text\nW;1;Halle\nG;2;Gruppe\nK;FA-1;Kunde\nP;10;sägen\nP;20;drehen\n"
    decisions = Decisions({"parent": "Art=W | Art=G | Art=K", "rows": "operations"})
    (layout,) = layouts_of((table_of(text),), decisions)
    assert not {"across"} & (decisions.questions.keys() | decisions.made.keys())
    assert layout.table.headers[-3:] == ("(above 3) Art", "(above 3) Nr", "(above 3) Text")


def test_columns_of_heads_that_nothing_speaks_of_are_told_apart() -> None:
    text = "Art;Nr;Text\nK;FA-1;Kunde\nP;10;sägen\nP;20;drehen\n"
    answers = {"parent": "Art=K", "order": "(above) Nr", "split.(above) Text": "{who}", "rows": "operations"}
    (layout,) = laid_out(text, answers)
    used = {column.header for columns in layout.columns.values() for column in columns}
    assert silent_heads(layout.table.headers, layout.scope, used) == {"(above) Art"}


def test_days_of_the_week_as_columns_are_asked_about() -> None:
    decisions = Decisions({})
    layouts_of((table_of("Turno;Lunes;Martes;Viernes\nNoche;22-6;22-6;22-5\n"),), decisions)
    assert decisions.questions["across"].suggested == "Lunes; Martes; Viernes"
