"""Files that nobody has seen: nothing of it is passed over or guessed without a word."""

import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from leadhand.errors import InvalidRequest
from storage.exchange.problems import Findings
from storage.foreign.areas import placed_tables
from storage.foreign.calendar_file import read_calendar
from storage.foreign.calendar_rows import take_calendar
from storage.foreign.canonical import Canonical
from storage.foreign.decisions import Decisions
from storage.foreign.shop_names import StoredOperation
from storage.foreign.spreadsheet import read_workbook
from storage.foreign.tables import tables_of
from storage.foreign.transforming import layouts_of, transform
from tests.unit.foreign.given_files import SHOP, read, rows
from tests.unit.foreign.test_files import text_of

ORDERS = "Job;Qty;Due;St\nA;1;2026-12-07;F\nB;1;2026-12-07;F\nC;1;2026-12-08;L\nD;1;2026-12-09;L\n"
CLOSED = "Date;Reason;AF\n2026-12-24;Eve;Ja\n2026-12-28;Stock;Nein\n2026-12-31;Eve;Ja\n"


def test_a_column_of_codes_that_nothing_is_made_of_is_asked_about_before_all_orders_count_as_released() -> (
    None
):
    assert read(ORDERS)[1] == {"unused"}
    done, asked = read(ORDERS, {"status": "St", "status.F": "done", "status.L": "released"})
    assert (asked, rows(done, "production_order", "status")) == (set(), [("done",)] * 2 + [("released",)] * 2)


def test_a_column_of_yes_and_no_in_a_list_of_closed_days_is_asked_about_once() -> None:
    assert read(CLOSED, {"for": "day"})[1] == {"unused"}
    done, asked = read(CLOSED, {"for": "day", "closed": "AF"})
    assert (asked, len(done.canonical.of("calendar_exception"))) == (set(), 2)
    assert read(CLOSED, {"for": "day", "leave_out": "AF=Nein"})[1] == set()
    assert read(CLOSED, {"for": "day", "unused": "leave"})[1] == set()


def test_what_was_left_unused_is_kept_by_name_and_another_column_is_asked_about() -> None:
    decisions = Decisions({"unused": "leave"})
    transform(layouts_of(tables_of(text_of(ORDERS)), decisions), decisions, SHOP, file="file", sheets=1)
    assert decisions.made["unused"].value == "St"
    more = ORDERS.replace("St\n", "St;Ext\n").replace(";L\n", ";L;x\n")
    assert read(more, {"unused": "St"})[1] == {"unused"}


def test_columns_of_numbers_names_and_many_words_are_not_asked_about() -> None:
    text = (
        "Job;Qty;Due;Weight;Part\nA;1;2026-12-07;5;Cover\nB;1;2026-12-07;12;Shaft\nC;1;2026-12-08;12;Flange\n"
    )
    assert read(text)[1] == set()


def test_cells_merged_in_an_open_document_count_for_all_rows_that_they_span() -> None:
    (table,) = tables_of(read_workbook(_document(), "plan.ods"))
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Mill", "A", "10"],
        ["Mill", "B", "10"],
    ]


def _document() -> bytes:
    def cell(text: str, more: str = "") -> str:
        return (
            f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'
        )

    down = ' table:number-rows-spanned="2"'
    lines = [
        [cell(text) for text in ("Machine", "Job", "Op")],
        [cell("Mill", down), cell("A"), cell("10")],
        ["<table:covered-table-cell/>", cell("B"), cell("10")],
    ]
    body = "".join(f"<table:table-row>{''.join(line)}</table:table-row>" for line in lines)
    name = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{name}:office:1.0" xmlns:text="{name}:text:1.0" '
        f'xmlns:table="{name}:table:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Plan">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
        packed.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{name}:manifest:1.0"/>')
    return file.getvalue()


BOARD = "Job;Op;Machine;Day;Start;End\nA;10;Mill;2026-12-07;{};{}\nB;10;Mill;2026-12-08;{};{}\n"


def _board(*clocks: str, **answers: str) -> tuple[list[tuple[str, ...]], set[str]]:
    given = {
        "rows": "operations",
        "quantity": "=1",
        "run": "booked",
        "new_machines": "new",
        "calendar": "day",
    }
    done, asked = read(BOARD.format(*clocks), {**given, **answers})
    return rows(done, "booking_segment", "start", "end"), asked


@pytest.mark.parametrize(
    ("clocks", "form"),
    [
        (("6", "14.5", "7", "15"), "h"), (("600", "1430", "700", "1500"), "hhmm"),
        (("360", "870", "420", "900"), "min"), (("6", "14.3", "7", "15"), "h.mm"),
        (("0600", "1430", "7:00", "3 PM"), None),
    ],
)  # fmt: skip
def test_a_time_of_day_that_is_a_number_alone_is_asked_unless_it_can_be_one_thing_only(
    clocks: tuple[str, ...], form: str | None
) -> None:
    if form in ("h", "h.mm"):
        assert "clock" in _board(*clocks)[1]
    said = {"clock": form} if form else {}
    assert _board(*clocks, **said) == (
        [("2026-12-07 06:00", "2026-12-07 14:30"), ("2026-12-08 07:00", "2026-12-08 15:00")], set(),
    )  # fmt: skip


def test_times_of_another_zone_are_of_the_zone_that_is_said() -> None:
    said, asked = _board("22:00", "23:30", "7:00", "8:00", time_zone="UTC")
    assert (asked, said[0]) == (set(), ("2026-12-07T23:00+01:00", "2026-12-08T00:30+01:00"))
    with pytest.raises(InvalidRequest, match="is no time zone"):
        _board("22:00", "23:30", "7:00", "8:00", time_zone="Mars")


def test_events_without_a_zone_are_of_the_zone_that_is_said() -> None:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Overtime\r\n"
        "DTSTART{}:20261205T120000\r\nDTEND{}:20261205T140000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    for zone in ("", ";TZID=Head Office"):
        calendar = read_calendar(text.format(zone, zone).encode(), "work.ics", zone_said=True)
        canonical, findings = Canonical(), Findings()
        given = {
            "events": "shop",
            "time_zone": "America/Chicago",
            "from": "2026-12-01",
            "for.Overtime": "day",
        }
        take_calendar(calendar, Decisions(given), SHOP, canonical, findings, place="work.ics")
        (row,) = canonical.of("calendar_exception")
        assert row.cells["start"] == "2026-12-05T18:00+00:00"


WORK = (
    "Job;Qty;Op;Machine;Run min/pc;Good qty;Balance\n"
    "A;20;10;Mill;1;5;15\nA;20;20;Mill;1;;20\nB;8;10;Mill;1;8;0\n"
)
MADE = {"new_machines": "new", "calendar": "day", "done_at": "2026-12-07 06:00"}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("5", "", "8"), {"done": "Good qty"}), (("25%", "", "100 %"), {"done": "Good qty"}),
        (("5", "", "x"), {"done": "Good qty"}), (("", "", ""), {"left": "Balance"}),
    ],
)  # fmt: skip
def test_pieces_that_are_done_are_reported_as_of_when_it_is_said(
    cells: tuple[str, ...], said: dict[str, str]
) -> None:
    first, second, third = cells
    text = (
        WORK.replace(";5;15", f";{first};15").replace(";;20", f";{second};20").replace(";8;0", f";{third};0")
    )
    done, asked = read(text, {**MADE, **said, "unused": "leave"})
    assert (asked, done.findings.problems) == (set(), [])
    assert rows(done, "progress", "operation_id", "at", "good") == [
        ("A/10", "2026-12-07 06:00", "5"), ("B/10", "2026-12-07 06:00", "8"),
    ]  # fmt: skip


def test_columns_of_what_is_done_are_asked_about_and_so_is_when_it_was() -> None:
    assert read(WORK, {"new_machines": "new", "calendar": "day"})[1] == {"unused"}
    said = {"new_machines": "new", "calendar": "day", "done": "Good qty", "unused": "Balance"}
    assert read(WORK, said)[1] == {"done_at"}


def test_only_pieces_that_the_shop_was_not_told_of_are_reported_and_none_are_taken_back() -> None:
    stored = {
        (code, seq): StoredOperation(code, seq, f"{code}/{seq}", "import", None, good)
        for code, seq, good in (("A", 10, 3), ("B", 10, 9))
    }
    decisions = Decisions({**MADE, "done": "Good qty", "unused": "leave"})
    layouts = layouts_of(tables_of(text_of(WORK)), decisions)
    done = transform(layouts, decisions, replace(SHOP, operations=stored), file="file", sheets=1)
    assert rows(done, "progress", "operation_id", "good") == [("A/10", "2")]
    assert any("never taken back" in str(notice) for notice in done.findings.notices)


PARTS = (
    "Job;Op;Machine;Start;End\nA;10;Mill;2026-12-07 06:00;2026-12-07 14:00\n"
    "A;10;Mill;2026-12-08 06:00;2026-12-08 10:00\nB;10;Mill;2026-12-08 10:00;2026-12-08 11:00\n"
    "A;10;Mill;2026-12-08 11:00;2026-12-08 14:00\n"
)


def test_rows_of_one_operation_are_one_booking_where_it_is_said_and_nothing_else_is_between_them() -> None:
    given = {
        "rows": "operations",
        "quantity": "=1",
        "run": "booked",
        "new_machines": "new",
        "calendar": "day",
    }
    assert read(PARTS, given)[1] == {"segments"}
    done, asked = read(PARTS, {**given, "segments": "joined"})
    assert (asked, rows(done, "booking", "external_id")) == (
        set(), [("import:A/10/1",), ("import:A/10/2",), ("import:B/10/1",)],
    )  # fmt: skip
    assert [name for (name,) in rows(done, "booking_segment", "booking_id")] == [
        "import:A/10/1", "import:A/10/1", "import:A/10/2", "import:B/10/1",
    ]  # fmt: skip
    assert len(read(PARTS, {**given, "segments": "apart"})[0].canonical.of("booking")) == 4


def test_a_second_table_beside_the_first_is_asked_about_with_the_answer_that_parts_them() -> None:
    text = (
        "Job;Qty;Due;;Name;From;To\nA;5;2026-12-07;;Ann;2026-12-01;2026-12-03\n"
        "B;6;2026-12-08;;Bo;2026-12-01;2026-12-01\n"
    )
    decisions = Decisions({})
    transform(layouts_of(tables_of(text_of(text)), decisions), decisions, SHOP, file="file", sheets=1)
    assert "area=A1:C; E1:G" in decisions.questions["unused"].text
    tables = tables_of(placed_tables(text_of(text), Decisions({"area": "A1:C; E1:G"})))
    assert [table.headers for table in tables] == [("Job", "Qty", "Due"), ("Name", "From", "To")]


def test_a_list_of_closed_days_may_hold_overtime_too() -> None:
    text = "Date;From;To;What\n2026-12-05;06:00;12:00;Extra\n2026-12-24;;;Eve\n2026-12-12;;;Extra\n"
    given = {"rows": "closures", "for": "day", "overtime": "What", "mark.Extra": "yes", "mark.Eve": "no"}
    fields = {"day": "Date", "start": "From", "end": "To", "title": "What"}
    done, asked = read(text, {**given, **fields})
    assert (asked, [problem.row for problem in done.findings.problems]) == (set(), [4])
    assert rows(done, "calendar_exception", "kind", "start", "production_date") == [
        ("overtime", "2026-12-05 06:00", ""), ("closure", "", "2026-12-24"),
    ]  # fmt: skip


def test_an_absence_may_have_a_kind_of_the_shops_own() -> None:
    text = "Employee;From;To;Reason\nP1;2026-12-07;2026-12-08;BS\nP1;2026-12-10;2026-12-10;Sick\n"
    given = {"rows": "absences", "new_operators": "new", "operator_calendar": "day"}
    assert read(text, given)[1] == {"absence.BS"}
    done, _ = read(text, {**given, "absence.BS": "Berufsschule"})
    assert rows(done, "absence", "kind") == [("Berufsschule",), ("sick",)]
    same = {"absence.BS": "BS", "absence.Sick": "Sick"}
    assert rows(read(text, {**given, **same})[0], "absence", "kind") == [("BS",), ("Sick",)]
    with pytest.raises(InvalidRequest, match=r"absence\.BS"):
        read(text, {**given, "absence.BS": "sie " * 20})


def test_a_code_of_a_roster_may_stand_for_an_absence_in_the_shops_own_word() -> None:
    text = "Employee;Date;Shift\nAda;2026-12-07;BS\n"
    given = {"rows": "shifts", "new_operators": "new", "operator_calendar": "day"}
    done, asked = read(text, {**given, "shift.BS": "away:Berufsschule"})
    assert (asked, rows(done, "absence", "kind", "start_date")) == (set(), [("Berufsschule", "2026-12-07")])
    with pytest.raises(InvalidRequest, match="away:WORD"):
        read(text, {**given, "shift.BS": "Berufsschule"})


def test_a_machine_that_is_closed_from_one_day_to_another_is_closed_on_each_of_them() -> None:
    text = "Machine;From;To;Closed\nM1;2026-12-24;2026-12-26;x\nM1;2026-12-31;;x\n"
    given = {"rows": "shifts", "machine": "Machine", "start": "From", "end": "To", "closed": "Closed"}
    done, asked = read(text, {**given, "new_machines": "new", "calendar": "none", "mark.x": "yes"})
    assert rows(done, "calendar_exception", "kind", "production_date") == [
        ("closure", day) for day in ("2026-12-24", "2026-12-25", "2026-12-26", "2026-12-31")
    ], asked


def test_a_new_group_of_machines_has_the_name_that_stands_beside_its_number() -> None:
    text = "Machine;Group;Group name\nM8;410;Grinding\nM9;410;Grinding\n"
    done, asked = read(text, {"rows": "machines", "calendar": "=day"})
    assert (asked, rows(done, "work_center", "code", "name")) == (set(), [("410", "Grinding")])
