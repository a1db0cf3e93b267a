"""Durations as programs write them, days that other columns say, and what a column is that a person names."""

from datetime import date, datetime
from fractions import Fraction

import pytest

from storage.exchange.kinds import Refused
from storage.foreign.date_forms import week_in
from storage.foreign.dates import DateStyle, parse_date
from storage.foreign.decisions import Decisions
from storage.foreign.delimited import read_text
from storage.foreign.durations import looks_like_duration, minutes_of, says_unit, unit_named
from storage.foreign.grid import Cell, Grid, Sheet, cell_of
from storage.foreign.tables import tables_of
from tests.unit.foreign.given_files import read, rows
from tests.unit.foreign.test_files import text_of

DOWN = "Machine;Datum;Start;Dauer;Grund\nM-1;{};06:00;PT2H30M;Wartung\n"
GIVEN = {"rows": "downtimes", "new_machines": "new", "calendar": "day", "downtime": "maintenance"}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("PT2H30M", 150), ("PT45M", 45), ("P1DT1H", 1500), ("PT0,5H", 30), ("PT90S", Fraction(3, 2)),
        ("P1W", 10_080),
    ],
)  # fmt: skip
def test_a_duration_may_be_written_as_programs_do(text: str, minutes: Fraction) -> None:
    assert minutes_of(Cell(text), unit_named("written"), None, elapsed=True) == minutes
    assert (looks_like_duration(text), says_unit(text)) == (True, True)


def test_days_in_such_a_duration_of_work_are_refused() -> None:
    with pytest.raises(Refused, match="days or weeks"):
        minutes_of(Cell("P1DT1H"), unit_named("written"), None)
    assert not any(map(looks_like_duration, ("P", "PT", "P10", "Part")))


@pytest.mark.parametrize("text", ["KW 50 Di", "Di KW 50", "Di., KW 50/2026", "KW50/26 Dienstag"])
def test_a_week_may_say_its_day_by_name(text: str) -> None:
    assert parse_date(text, DateStyle(year="2026", weekday=5)).day == date(2026, 12, 8)
    assert week_in("KW 50 A") is None


def test_days_that_a_spreadsheet_counted_are_read_as_text_too() -> None:
    text = DOWN.format("46363")
    assert "day_numbers" in read(text, {**GIVEN, "day": "Datum"})[1]
    done, asked = read(text, {**GIVEN, "day": "Datum", "day_numbers": "1900"})
    assert (asked, rows(done, "downtime", "start", "end")) == (
        set(), [("2026-12-07 06:00", "2026-12-07 08:30")],
    )  # fmt: skip


def test_times_of_the_day_without_a_column_of_days_ask_for_it_and_are_told_as_such() -> None:
    done, asked = read(DOWN.format("T-7"), GIVEN)
    assert "day" in asked
    assert {problem.reason for problem in done.findings.problems} == {
        "is a time of the day, and nothing says of which day"
    }


def test_a_number_of_days_with_half_a_one_is_not_passed_over() -> None:
    text = "Person;Von;Bis;Tage\nE1;2026-12-07;2026-12-11;5\nE2;2026-12-09;2026-12-09;{}\n"
    given = {"rows": "absences", "new_operators": "new", "no_shift": "day"}
    assert "unused" in read(text.format("0,5"), given)[1]
    assert read(text.format("1"), given)[1] == set()


def test_a_column_that_a_person_names_is_not_proposed_for_another_field_too() -> None:
    text = "Auftrag;Menge;Pos;Operation Platz;te [min/Stk]\nA;5;10;M-1;2\n"
    given = {
        "rows": "operations",
        "machine": "Operation Platz",
        "due": "none",
        "new_machines": "new",
        "calendar": "day",
    }
    done, _ = read(text, given)
    assert not done.layouts[0].has("operation_name")


def test_the_commas_of_a_printed_list_are_not_proposed_as_what_parts_it() -> None:
    lines = [
        "Job      Text          Setup   Run",
        *(f"A-{n}      Turn, mill    0,5     2,2{n}" for n in range(5)),
    ]
    decisions = Decisions({})
    read_text("\n".join(lines).encode(), "list.txt", decisions)
    assert decisions.questions["delimiter"].suggested == "width"
    assert text_of("\n".join(lines), {"delimiter": "width"}).kind == "text with columns of fixed width"


BOTH = (
    "Machine;Auftrag;Start;End\nM-1;A/10;2026-12-07 06:00;2026-12-07 08:00\nM-1;Wartung;{0} 09:00;{0} 10:00\n"
)
KINDS = {
    "rows": "held; downtimes", "split.Auftrag": "{order}/{op} | {why}", "quote": "order",
    "new_machines": "new", "calendar": "day", "downtimes!only": "why=?*", "downtimes!downtime": "maintenance",
}  # fmt: skip


def test_a_kind_of_rows_that_loses_all_of_them_is_told() -> None:
    text = BOTH.format("2026-12-08")
    told = [n.text for n in read(text, {**KINDS, "only": "order=?*"})[0].findings.notices]
    assert "no row is left for downtimes: only and leave_out are of all kinds, KIND!only=… of one" in told
    done, _ = read(text, {**KINDS, "held!only": "order=?*"})
    assert not [n for n in done.findings.notices if "no row is left" in n.text]
    assert len(done.canonical.rows["downtime"]) == 1


def test_a_cell_of_several_things_is_not_proposed_as_the_number_of_a_downtime() -> None:
    done, _ = read(BOTH.format("2026-12-08"), {**KINDS, "held!only": "order=?*"})
    assert "Wartung" not in [key for (key,) in rows(done, "downtime", "external_id")]


def test_held_time_from_a_date_to_a_date_includes_the_last_and_is_known_by_its_number() -> None:
    given = {
        "rows": "held", "new_machines": "new", "calendar": "day", "booking_number": "No", "source": "board",
        "date_order": "dmy",
    }  # fmt: skip
    done, asked = read("Machine;Quote;Start;End;No\nM;Q-1;07.12.2026;08.12.2026;7\n", given)
    assert asked == set()
    assert rows(done, "booking_segment", "start", "end") == [("2026-12-07 00:00", "2026-12-09 00:00")]
    assert rows(done, "booking", "source", "external_id") == [("import", "7")]


def test_held_time_from_a_midnight_of_a_workbook_to_another_ends_with_that() -> None:
    first, last = (datetime.fromisoformat(f"2026-12-0{day}") for day in (7, 8))
    lines = (("Machine", "Quote", "Start", "End"), ("M", "Q-1", first, last))
    cells = [tuple(map(cell_of, line)) for line in lines]
    tables = tables_of(Grid("xlsx", (Sheet("Plan", cells),)))
    done, _ = read(tables, {"rows": "held", "new_machines": "new", "calendar": "day"})
    assert rows(done, "booking_segment", "end") == [("2026-12-08 00:00",)]
