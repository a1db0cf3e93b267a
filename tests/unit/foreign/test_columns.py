"""Which columns are proposed, which are asked about, and what is said of a table that can be two things."""

import pytest

from leadhand.errors import InvalidRequest
from storage.foreign.decisions import Decisions, Scoped
from storage.foreign.kinds_of_rows import kinds_of, rows_of
from storage.foreign.layout import Layout, lay_out
from storage.foreign.tables import tables_of
from tests.unit.foreign.test_files import table_of, text_of


def laid_out(text: str, answers: dict[str, str] | None = None) -> tuple[Layout | None, Decisions]:
    decisions = Decisions(answers or {})
    table, scope = table_of(text), Scoped(decisions)
    kinds = kinds_of(table, scope)
    return (lay_out(table, scope, kinds[0]) if kinds else None), decisions


def test_of_two_dates_an_order_may_be_due_at_neither_is_taken_without_a_word() -> None:
    _, decisions = laid_out("Auftrag;Menge;Wunschtermin;best. Termin\nA-1;5;07.12.2026;14.12.2026\n")
    assert [c.value for c in decisions.questions["due"].choices] == ["Wunschtermin", "best. Termin", "none"]


def test_two_columns_for_what_is_not_needed_are_a_question_and_not_none() -> None:
    text = "Job,Qty,Op,Machine,Run min/pc,Start,Finish,Start,Finish\nA,1,10,M,5,2026-12-01 06:00,,,\n"
    _, decisions = laid_out(text)
    assert {"start", "end"} <= set(decisions.questions)


def test_a_person_of_an_operation_that_is_not_booked_is_not_looked_for() -> None:
    _, decisions = laid_out("Job,Qty,Op,Machine,Run min/pc,Operator skill\nA,1,10,M,5,Turning\n")
    assert decisions.made["operator"].value == "none"


def test_people_with_machines_are_asked_about() -> None:
    kind, why = rows_of(table_of("Employee,Shift,Machine\n7,Day,Mill\n"))
    assert (kind, why) == (None, "it has Employee and Machine")


def test_a_number_that_machines_have_too_makes_no_people_and_a_machine_named_twice_no_list_of_them() -> None:
    listed = "Reparto;Matricola;Descrizione;Turni\nTornitura;T01;Tornio;2T\n"
    assert rows_of(table_of(listed))[0] is None
    assert rows_of(table_of("No;Text;Machine\n1;a;Mill\n2;b;Mill\n"))[0] is None


@pytest.mark.parametrize("total", ["Summe (25 Aufträge)", "Total [3]:", "Gesamt"])
def test_a_total_may_say_what_it_is_of(total: str) -> None:
    (table,) = tables_of(text_of(f"Auftrag;Menge;Status\nA-1;5;offen\n{total};5;\n"))
    assert ([row.number for row in table.rows], len(table.skipped)) == ([2], 1)


@pytest.mark.parametrize(
    "total",
    [
        "2 Maschinen;;;;90",
        "Aantal machines: 2;;;;90",
        "Totale giorni;;;;117,76",
        ";;;Day total;52",
        "\nEnd;;;;9",
    ],
)
def test_a_total_in_words_of_its_own_is_no_row_and_is_told(total: str) -> None:
    (table,) = tables_of(
        text_of(f"Machine;Name;Group;Note;Rate\nM1;Mill;A;old;40\nM2;Lathe;B;new;50\n{total}\n")
    )
    assert [row.number for row in table.rows] == [2, 3]
    assert ["total" in text for text in table.skipped] == [True]


@pytest.mark.parametrize(
    "row", ["M3;;;;60", "Total 3000;Lathe;B;;", "12 Mills;Mill;B;new;60", "3 Mills;;;;1"]
)
def test_a_row_that_only_resembles_a_total_stays(row: str) -> None:
    (table,) = tables_of(
        text_of(f"Machine;Name;Group;Note;Rate\nM1;Mill;A;old;40\nM2;Lathe;B;new;50\n{row}\n")
    )
    assert [row.number for row in table.rows] == [2, 3, 4]


def test_a_row_of_levels_is_no_header_whatever_its_texts_say() -> None:
    text = "Osoba,Grupa,TOK-1,TOK-2,FRE-1,FRE-2,Uwagi\nAda,Shift,2,2,3,1,machine setter\nBob,B,1,2,2,0,\n"
    assert table_of(text).header_row == 1


@pytest.mark.parametrize("names", ["1,2,3,4", "101,205,107,309"])
def test_days_and_machines_that_are_numbers_may_be_headers(names: str) -> None:
    assert table_of(f"Plan\nName,Crew,{names}\nAda,A,2,2,3,3\nBob,B,2,1,2,1\n").header_row == 2


def test_only_words_may_stand_in_several_columns() -> None:
    people = "Employee,Given,Family,Shift\n7,Ada,King,Day\n"
    layout, _ = laid_out(people, {"operator_name": "Given; Family"})
    assert layout is not None
    assert [column.header for column in layout.columns["operator_name"]] == ["Given", "Family"]
    with pytest.raises(InvalidRequest, match="is no answer"):
        laid_out("Job,Qty,More,Due\nA,1,2,2026-12-07\n", {"quantity": "Qty; More"})
