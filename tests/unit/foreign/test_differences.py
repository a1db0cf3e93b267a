"""The ways in which files of shops differ: each is read, or asked about with the question that settles it."""

from datetime import date, time
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook

from leadhand.errors import ForeignFileUnreadable
from storage.exchange.kinds import Refused
from storage.foreign.date_evidence import date_evidence
from storage.foreign.dates import DateStyle, parse_date
from storage.foreign.durations import minutes_of, unit_named
from storage.foreign.fields import seq_in
from storage.foreign.grid import Cell
from storage.foreign.numbers import bare_number
from storage.foreign.shift_patterns import pattern_of, weekdays_in, written
from storage.foreign.spreadsheet import read_workbook
from storage.foreign.tables import tables_of
from storage.foreign.times_of_day import clock_of
from tests.unit.foreign.given_files import read, rows
from tests.unit.foreign.test_files import saved, table_of, text_of


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("KW 49", "2026-12-04"), ("2026-W49", "2026-12-04"), ("49. KW 26", "2026-12-04"),
        ("2026-W49-1", "2026-11-30"), ("KW 2", "2027-01-15"), ("24.12.", "2026-12-24"),
        ("S49/26", "2026-12-04"), ("S2/2027", "2027-01-15"),
        ("7 janv.", "2027-01-07"), ("Dec 7", "2026-12-07"), ("7. 12. '26", "2026-12-07"),
    ],
)  # fmt: skip
def test_weeks_and_dates_without_a_year_are_of_the_year_and_day_that_were_answered(
    text: str, day: str
) -> None:
    assert str(parse_date(text, DateStyle("dmy", "2026-07", 5)).day) == day
    if "-1" not in text and "'" not in text:
        with pytest.raises(Refused):
            parse_date(text, DateStyle("dmy"))


def test_a_year_of_two_figures_that_comes_first_is_known_by_years_that_are_planned_for() -> None:
    assert date_evidence(["26/12/07"]).ymd == "26/12/07"
    assert parse_date("26/12/07", DateStyle("ymd")).day == date(2026, 12, 7)
    assert date_evidence(["07/12/26"]).either == "07/12/26"


@pytest.mark.parametrize(
    ("value", "minute"),
    [
        ("6:00", 360), ("0600", 360), ("6 Uhr", 360), ("14h30", 870), ("2 PM", 840), (time(22), 1320),
        (Decimal("0.25"), 360), (Decimal(1430), 870), ("6", None), ("soon", None), (Decimal("6.5"), None),
    ],
)  # fmt: skip
def test_times_of_day_in_many_forms(value: time | Decimal | str, minute: int | None) -> None:
    assert clock_of(value) == minute


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1,5 h", 90), ("90 min", 90), ("1h30", 90), ("0:45", 45), ("1:30 h", 90), ("45'", 45)],
)
def test_a_cell_may_say_its_own_unit(text: str, minutes: int) -> None:
    assert minutes_of(Cell(text), unit_named("written"), "comma") == minutes


def test_days_of_work_say_no_hours_and_are_refused_while_days_elsewhere_are_taken() -> None:
    with pytest.raises(Refused, match="nobody says how many hours"):
        minutes_of(Cell("2 Tage"), unit_named("written"), None)
    assert minutes_of(Cell("2 Tage"), unit_named("written"), None, elapsed=True) == 2880


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.200 Stk.", "1.200"), ("12 pcs", "12"), ("15-", "-15"), ("12 kg", "12 kg"), ("1st", "1st")],
)
def test_pieces_may_stand_behind_a_number_and_other_units_may_not(text: str, number: str) -> None:
    assert bare_number(text) == number


@pytest.mark.parametrize(
    ("text", "seq"),
    [("OP 020", 20), ("AG10", 10), ("20.0", 20), ("30 Drehen", 30), ("ten", None), ("2a", None)],
)
def test_the_number_of_an_operation_in_many_forms(text: str, seq: int | None) -> None:
    assert seq_in(text) == seq


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mo-Fr 06:00-14:00", "1,2,3,4,5 06:00-14:00"), ("6-14 Uhr", "06:00-14:00"),
        ("24/7", "1,2,3,4,5,6,7 00:00-00:00"),
        ("lun-ven 6h-14h, sam 6h-12h", "1,2,3,4,5 06:00-14:00; 6 06:00-12:00"), ("10pm-6am", "22:00-06:00"),
        ("1-5 06:00-14:00; 6 06:00-12:00", "1,2,3,4,5 06:00-14:00; 6 06:00-12:00"),
        ("2-Schicht", None), ("M+A", None),
    ],
)  # fmt: skip
def test_shifts_as_people_write_them(text: str, said: str | None) -> None:
    slots = pattern_of(text)
    assert (written(slots) if slots else None) == said


def test_days_of_the_week_in_several_languages() -> None:
    assert [weekdays_in(text) for text in ("Mo-Fr", "Sa + So", "lunes-jueves", "Fri-Mon", "D-J")] == [
        (1, 2, 3, 4, 5), (6, 7), (1, 2, 3, 4), (5, 6, 7, 1), None,
    ]  # fmt: skip


def test_a_second_header_row_names_the_columns_and_the_groups_above_tell_them_apart() -> None:
    table = table_of("Auftrag;;Plan;;Ist;\nNr;Menge;Start;Ende;Start;Ende\nA-1;5;;;;\n")
    assert table.headers == ("Auftrag Nr", "Menge", "Plan Start", "Plan Ende", "Ist Start", "Ist Ende")


def test_tables_below_each_other_on_a_sheet_are_tables_of_their_own() -> None:
    text = "Job,Qty,Due\nA,1,2026-12-07\n\nMachines,,\nMachine,Dept,Shift\nM-1,Milling,1st\n"
    found = tables_of(text_of(text))
    assert [(table.label, table.header_row, len(table.rows)) for table in found] == [
        ("jobs.csv", 1, 1), ("jobs.csv (2)", 5, 1),
    ]  # fmt: skip


def test_a_line_of_text_above_rows_and_the_name_of_their_sheet_are_columns_too() -> None:
    table = table_of("Saw,,\nJob,Qty,Op\nA,1,10\n\nLathe,,\nJob,Qty,Op\nA,1,20\n")
    assert [row.cells[-1].text for row in table.rows] == ["Saw", "Lathe"]
    book = Workbook()
    for name in ("Saw", "Lathe"):
        sheet = book.create_sheet(name)
        sheet.append(["Job", "Qty", "Op"])
        sheet.append(["A", 1, 10])
    del book["Sheet"]
    (table,) = tables_of(read_workbook(_bytes(book), "plan.xlsx"))
    assert (table.headers[-1], [row.cells[-1].text for row in table.rows]) == ("(sheet)", ["Saw", "Lathe"])


def _bytes(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_rows_that_a_workbook_hides_are_asked_about() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["Job", "Qty", "Due"], ["A", 1, date(2026, 12, 7)], ["B", 2, date(2026, 12, 8)]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    tables = tables_of(read_workbook(_bytes(book), "plan.xlsx"))
    assert read(tables)[1] == {"hidden_rows"}
    done, _ = read(tables, {"hidden_rows": "leave_out"})
    assert rows(done, "production_order", "code") == [("A",)]


def test_operations_beside_each_other_go_down_when_their_headers_are_numbered_alike() -> None:
    text = (
        "Job,Qty,Op10 Machine,Op10 Run min/pc,Op20 Machine,Op20 Run min/pc\nA,5,Saw,1.5,Mill,2\nB,5,Saw,1,,\n"
    )
    done, asked = read(text, {"new_machines": "new"})
    assert asked == set()
    assert rows(done, "operation", "external_id", "run_s_per_piece") == [
        ("A/10", "90"), ("A/20", "120"), ("B/10", "60"),
    ]  # fmt: skip


def test_machines_as_columns_of_times_are_asked_about_and_never_left_unread_in_silence() -> None:
    text = "Auftrag;Menge;Säge [min];Drehe [min]\nA;5;30;60\nB;5;;20\n"
    assert read(text)[1] == {"across"}
    answers = {"across": "Säge [min]; Drehe [min]", "machine": "(column)", "run": "(content)"}
    done, asked = read(text, {**answers, "operation": "rows", "run.unit": "min_total", "new_machines": "new"})
    assert asked == set()
    assert rows(done, "operation_alternative", "operation_id", "machine_id", "run_s_per_piece") == [
        ("A/10", "Säge", "360"), ("A/20", "Drehe", "720"), ("B/10", "Drehe", "240"),
    ]  # fmt: skip


def test_a_roster_of_people_and_days_gives_shifts_days_off_and_absences() -> None:
    text = "Mitarbeiter;Mo 07.12.2026;Di 08.12.2026;Mi 09.12.2026\nAda;F;;U\n"
    answers = {"across": "days", "shift.F": "06:00-14:00", "shift.U": "vacation", "no_times": "closed"}
    assert read(text)[1] == {"across"}
    done, asked = read(text, {**answers, "new_operators": "new"})
    assert asked == set()
    found = rows(done, "calendar_exception", "operator_id", "kind", "production_date", "start", "end")
    assert found == [
        ("Ada", "closure", "2026-12-07", "", ""),
        ("Ada", "overtime", "", "2026-12-07 06:00", "2026-12-07 14:00"),
        ("Ada", "closure", "2026-12-08", "", ""),
    ]
    assert rows(done, "absence", "start_date", "end_date", "kind") == [
        ("2026-12-09", "2026-12-09", "vacation")
    ]


def test_a_week_of_shifts_is_of_a_calendar_of_its_own_with_its_breaks_where_they_were_said_to_be() -> None:
    text = "Shift,Days,Start,End,Break min\nNight,Sun-Thu,22:00,06:00,30\n"
    assert read(text)[1] == {"breaks", "for"}
    done, _ = read(text, {"breaks": "middle", "for": "each"})
    found = rows(done, "calendar_shift", "calendar_id", "weekday", "start_local", "ends_next_day", "breaks")
    assert found[0] == ("Night", "7", "22:00", "true", "01:45-02:15")
    assert len(found) == 5


def test_closed_days_are_taken_and_days_on_which_the_shop_works_are_told() -> None:
    text = "Datum;Feiertag;Geschlossen\n25.12.2026;Weihnachten;ja\n06.01.2027;Dreikönig;nein\n"
    done, asked = read(text)
    assert asked == set()
    assert rows(done, "calendar_exception", "name", "production_date") == [("Weihnachten", "2026-12-25")]
    assert [notice.text for notice in done.findings.notices] == ["Dreikönig is no closed day and is left out"]


def test_a_downtime_is_from_a_time_to_a_time_or_of_whole_days() -> None:
    text = (
        "Machine,Start,End,Reason\nM-1,2026-12-07 08:00,2026-12-07 12:00,Repair\n"
        "M-1,2026-12-14,2026-12-15,Service\n"
    )
    done, asked = read(text, {"new_machines": "new"})
    assert asked == set()
    assert rows(done, "downtime", "start", "end", "kind") == [
        ("2026-12-07 08:00", "2026-12-07 12:00", "breakdown"),
        ("2026-12-14 00:00", "2026-12-16 00:00", "maintenance"),
    ]


def test_a_machine_that_is_not_down_is_no_downtime_and_is_told() -> None:
    text = "Machine,Dept,Down from,Down until\nM-1,Mill,2026-12-07,2026-12-08\nM-2,Mill,,\nM-3,Mill,,\n"
    given = {
        "new_machines": "new",
        "group": "own",
        "rows": "downtimes",
        "start": "Down from",
        "end": "Down until",
        "downtime": "maintenance",
    }
    done, asked = read(text, given)
    assert (asked, done.findings.problems) == (set(), [])
    assert rows(done, "downtime", "machine_id") == [("M-1",)]
    assert [notice.text for notice in done.findings.notices] == [
        "2 rows have no start and no end and are no downtimes: M-2, M-3"
    ]


def test_absences_know_half_days_the_day_somebody_is_back_and_what_is_not_granted() -> None:
    text = (
        "Employee,From,Back on,Reason,Half day,Approved\n"
        "Ada,2026-12-07,2026-12-10,Vacation,,yes\nBob,2026-12-07,2026-12-08,Doctor,am,yes\n"
        "Cy,2026-12-07,2026-12-08,Vacation,,rejected\n"
    )
    done, asked = read(text, {"new_operators": "new", "day_part.am": "06:00-10:00"})
    assert asked == set()
    assert rows(done, "absence", "operator_id", "start_date", "end_date", "start", "end") == [
        ("Ada", "2026-12-07", "2026-12-09", "", ""),
        ("Bob", "", "", "2026-12-07 06:00", "2026-12-07 10:00"),
    ]
    assert [notice.text for notice in done.findings.notices] == [
        "the absence of Cy is rejected and is left out"
    ]


def test_an_absence_of_a_day_without_an_end_is_of_that_day() -> None:
    text = (
        "Employee,Date,From,To,Reason\nAda,2026-12-07,,,Vacation\nBob,2026-12-08,14:00,,Doctor\n"
        "Cy,2026-12-09,06:00,08:00,Doctor\n"
    )
    done, asked = read(text, {"new_operators": "new"})
    assert asked == set()
    assert rows(done, "absence", "start_date", "end_date", "start", "end") == [
        ("2026-12-07", "2026-12-07", "", ""),
        ("", "", "2026-12-08 14:00", "2026-12-09 00:00"),
        ("", "", "2026-12-09 06:00", "2026-12-09 08:00"),
    ]


@pytest.mark.parametrize(("answer", "last"), [("open", ""), ("that_day", "2026-12-08")])
def test_how_long_an_absence_without_an_end_is_is_asked_unless_words_say_it(answer: str, last: str) -> None:
    text = (
        "Employee,From,To,Reason\nAda,2026-12-07,until further notice,Sick\nBob,2026-12-08,,Sick\n"
        "Cy,2026-12-09,2026-12-10,Sick\n"
    )
    given = {"new_operators": "new"}
    assert read(text, given)[1] == {"open_end"}
    done, asked = read(text, given | {"open_end": answer})
    assert asked == set()
    assert rows(done, "absence", "end_date") == [("",), (last,), ("2026-12-10",)]
    told = ["the absence of Bob has no end: until further notice"] if answer == "open" else []
    assert [notice.text for notice in done.findings.notices] == told


def test_what_becomes_of_machines_that_are_out_of_service_is_asked() -> None:
    text = "Machine,Dept,Shift,Status\nM-1,Milling,Mo-Fr 6-14,running\nM-2,Milling,Mo-Fr 6-14,scrapped\n"
    assert read(text)[1] == {"out_of_service"}
    done, _ = read(text, {"out_of_service": "ended"})
    assert [bool(end) for (end,) in rows(done, "machine", "active_to")] == [False, True]


def test_several_skills_of_a_cell_are_parted_and_their_levels_asked() -> None:
    text = "Employee,Shift,Skills\nAda,day,Turning (3); Milling (1)\nBob,day,Milling (3)\n"
    done, asked = read(text)
    assert asked == {"level.1", "level.3"}
    done, _ = read(text, {"level.1": "no", "level.3": "yes"})
    found = rows(done, "operator_skill", "operator_id", "skill_id")
    assert found == [("Ada", "Turning"), ("Bob", "Milling")]


def test_a_person_may_stand_in_several_rows_with_a_skill_each() -> None:
    done, _ = read("Employee,Shift,Skill\nAda,day,Turning\nAda,day,Milling\n")
    assert rows(done, "operator_skill", "operator_id", "skill_id") == [("Ada", "Turning"), ("Ada", "Milling")]
    done, _ = read("Employee,Name,Shift,Skill\n7,Ada,day,Turning\n7,Eve,day,Milling\n")
    assert [str(problem) for problem in done.findings.problems] == [
        'file row 3, Name "Eve": row 2 says Ada for the same person; right would be: the same on all rows'
        " of a person"
    ]


def test_numbers_in_a_matrix_of_skills_are_levels_and_one_is_no_yes() -> None:
    _, asked = read("Employee,Shift,Turning,Milling\nAda,day,3,1\nBob,day,,2\n")
    assert asked == {"mark.1", "mark.2", "mark.3"}


def test_a_day_and_times_in_columns_of_their_own_are_a_booking_over_midnight() -> None:
    text = "Machine,Date,From,To,Job,Op\nM-1,12/13/2026,10:00 PM,4:00 AM,J-1,10\n"
    done, _ = read(text, {"rows": "operations", "quantity": "=1", "run": "booked", "new_machines": "new"})
    assert rows(done, "booking_segment", "start", "end") == [("2026-12-13 22:00", "2026-12-14 04:00")]


def test_a_day_and_a_machine_that_are_written_once_are_of_the_rows_below_them() -> None:
    text = (
        "Day,Machine,Job,Op,Start,End\n2026-12-07,M-1,A-1,10,06:00,10:00\n,,A-2,10,10:00,12:00\n"
        ",M-2,A-3,10,06:00,08:00\n2026-12-08,,A-4,10,06:00,08:00\n"
    )
    answers = {"rows": "operations", "quantity": "=1", "run": "booked", "new_machines": "new"}
    assert read(text, answers)[1] == {"fill_down_day", "fill_down_machine"}
    done, asked = read(text, answers | {"fill_down_day": "yes", "fill_down_machine": "yes"})
    assert (asked, done.findings.problems) == (set(), [])
    assert [machine for (machine,) in rows(done, "booking", "machine_id")] == ["M-1", "M-1", "M-2", "M-2"]
    assert [start for (start,) in rows(done, "booking_segment", "start")] == [
        "2026-12-07 06:00", "2026-12-07 10:00", "2026-12-07 06:00", "2026-12-08 06:00",
    ]  # fmt: skip


def test_words_for_nothing_are_nothing_and_words_that_are_there_often_are_asked_about() -> None:
    text = "Job,Qty,Due\nA,1,n/a\nB,2,TBD\n"
    done, asked = read(text)
    assert (asked, [problem.value for problem in done.findings.problems]) == (set(), ["TBD"])
    done, asked = read(text + "C,3,TBD\n")
    assert (asked, done.findings.problems) == ({"blank.TBD"}, [])


def test_an_order_that_is_open_is_asked_about() -> None:
    assert read("Job,Qty,Due,Status\nA,1,2026-12-07,Open\n")[1] == {"status.Open"}


def test_a_web_page_that_is_called_a_workbook_is_refused() -> None:
    with pytest.raises(ForeignFileUnreadable, match="is a web page"):
        text_of("<html><table><tr><td>Job</td></tr></table></html>")


def test_a_number_written_as_a_formula_keeps_its_zeros() -> None:
    assert [cell.text for cell in table_of('Job;Qty\n="00123";5\n').rows[0].cells] == ["00123", "5"]


def test_a_workbooks_dates_as_headers_are_days() -> None:
    days = [date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)]
    tables = tables_of(read_workbook(saved(["Operator", *days], ["Ada", "E", "E", None]), "roster.xlsx"))
    assert read(tables)[1] == {"across"}


def test_an_operations_number_may_stand_behind_the_orders() -> None:
    text = "Job,Qty,Machine,Run min/pc\nFA100-10,5,Saw,1\nFA100-20,5,Mill,2\n"
    assert read(text, {"new_machines": "new"})[1] == {"operation"}
    done, _ = read(text, {"new_machines": "new", "operation": "in_order"})
    assert rows(done, "production_order", "code") == [("FA100",)]
    assert rows(done, "operation", "external_id", "seq") == [("FA100/10", "10"), ("FA100/20", "20")]


def test_an_order_may_be_known_by_two_columns() -> None:
    text = "Order,Line,Qty,Due\n4711,1,5,2026-12-07\n4711,2,6,2026-12-07\n"
    done, _ = read(text, {"rows": "orders", "order": "Order; Line"})
    assert rows(done, "production_order", "code") == [("4711-1",), ("4711-2",)]


def test_whether_a_day_is_the_last_of_use_or_the_first_out_of_use_is_asked_unless_its_header_says_it() -> (
    None
):
    text = "Machine,Group,{}\nM-1,Mill,2026-12-18\n"
    given = {"rows": "machines", "no_shift": "day", "new_machines": "new", "new_work_centers": "new"}
    assert "active_to.day" in read(text.format("Ausser Betrieb ab"), given)[1]
    for header, answers, expected in (
        ("Active until", dict[str, str](), "2026-12-19 00:00"),
        ("Ausser Betrieb ab", {"active_to.day": "start"}, "2026-12-18 00:00"),
        ("Ausser Betrieb ab", {"active_to.day": "end"}, "2026-12-19 00:00"),
    ):
        done, asked = read(text.format(header), {**given, **answers})
        assert (asked, rows(done, "machine", "active_to")) == (set(), [(expected,)])
