"""Files of strangers as cells: what is a table in them, and what is refused before anything of it is
believed."""

import zipfile
from io import BytesIO
from unicodedata import normalize

import pytest
from openpyxl import Workbook

from leadhand.errors import ForeignFileUnreadable, InvalidRequest
from storage.exchange.problems import Findings
from storage.foreign import grid
from storage.foreign.calendar_file import read_calendar
from storage.foreign.calendar_rows import take_calendar
from storage.foreign.canonical import Canonical
from storage.foreign.decisions import Decisions
from storage.foreign.delimited import read_text
from storage.foreign.grid import Grid
from storage.foreign.shop_names import Named, ShopNames
from storage.foreign.spreadsheet import read_workbook
from storage.foreign.tables import Table, tables_of


def saved(*rows: list[object]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def text_of(text: str | bytes, answers: dict[str, str] | None = None) -> Grid:
    raw = text.encode() if isinstance(text, str) else text
    found = read_text(raw, "jobs.csv", Decisions(answers or {}))
    assert found is not None
    return found


def table_of(text: str) -> Table:
    (table,) = tables_of(text_of(text))
    return table


def cells(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_a_spreadsheets_whole_numbers_have_no_decimals() -> None:
    (table,) = tables_of(read_workbook(saved(["Job", "Op", "Qty"], [70412, 10.0, 0.1]), "jobs.xlsx"))
    assert cells(table) == [["70412", "10", "0.1"]]


@pytest.mark.parametrize("sign", [";", "\t", "|", ","])
def test_the_sign_between_columns_is_found(sign: str) -> None:
    lines = [["Job", "Qty", "Op", "Note"], ["A-1", "5", "10", "steel"], ["A-2", "6", "20", "brass"]]
    table = table_of("\n".join(sign.join(line) for line in lines))
    assert (table.headers, cells(table)) == (tuple(lines[0]), lines[1:])


def test_a_line_for_a_spreadsheet_program_names_the_sign_and_counts_as_a_row() -> None:
    table = table_of("sep=;\nJob;Qty\nA,1;5\n")
    assert (table.header_row, table.rows[0].number, cells(table)) == (2, 3, [["A,1", "5"]])


def test_a_printed_list_is_cut_where_its_columns_begin() -> None:
    table = table_of(
        "Job      Qty  Machine\n-----------------------\nA-1       10  Mill 1\nA-22       5  Lathe\n"
    )
    assert cells(table) == [["A-1", "10", "Mill 1"], ["A-22", "5", "Lathe"]]


def test_the_sign_of_a_new_page_is_no_line_of_a_printed_list() -> None:
    page = "Job     Qty\nA-{}     10\nB-{}     20\n"
    (table,) = tables_of(text_of(page.format(1, 1) + "\f" + page.format(2, 2) + "\f\n"))
    assert [(row.number, row.cell(0).text) for row in table.rows] == [
        (2, "A-1"), (3, "B-1"), (5, "A-2"), (6, "B-2"),
    ]  # fmt: skip


def test_a_cell_may_hold_signs_that_end_lines_in_few_files() -> None:
    (table,) = tables_of(text_of("Job;Qty;Note\nA-1;10;deburr\x0bwash\nA-2;20;\u2028late\n"))
    assert [(row.number, row.cell(1).text) for row in table.rows] == [(2, "10"), (3, "20")]


def test_commas_within_the_numbers_of_a_printed_list_part_no_columns() -> None:
    table = table_of("Job     Qty   min/pc\nA-1     250     1,25\nA-22     30     0,75\n")
    assert cells(table) == [["A-1", "250", "1,25"], ["A-22", "30", "0,75"]]


def test_titles_totals_rules_and_repeated_headers_are_no_rows_and_are_told() -> None:
    table = table_of(
        "Backlog,,,\nprinted 1 Dec,,,\nJob,Qty,Op,Machine\nA-1,5,10,Mill\n"
        "Job,Qty,Op,Machine\n,,,\nA-2,6,10,Mill\n"
        "Total,11,,\n* all hours are estimates,,,\n"
    )
    assert (table.header_row, cells(table)) == (3, [["A-1", "5", "10", "Mill"], ["A-2", "6", "10", "Mill"]])
    assert [text.split(" (")[0] for text in table.skipped] == [
        "row 5 is the header again", "row 8 is a total", "row 9 is a line of text",
    ]  # fmt: skip


def test_units_below_the_header_belong_to_it() -> None:
    table = table_of("Job,Qty,Setup,Run\n,pcs,[min],min/pc\nA-1,5,30,2\n")
    assert table.headers == ("Job", "Qty [pcs]", "Setup [min]", "Run [min/pc]")


def test_headers_that_are_there_twice_are_told_apart() -> None:
    assert table_of("Job,Qty,Op,Op\nA,1,2,3\n").headers == ("Job", "Qty", "Op", "Op (2)")


def test_utf_16_is_known_by_its_mark_or_its_zeros() -> None:
    text = "Auftrag\tMenge\nÄ-1\t5\n"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"):
        (table,) = tables_of(text_of(text.encode(encoding)))
        assert cells(table) == [["Ä-1", "5"]], encoding


def test_letters_whose_accents_are_signs_of_their_own_are_read_as_people_type_them() -> None:
    text = normalize("NFD", "Máy;Tên\nĐúc 1;Gấp đơn\n")
    (table,) = tables_of(text_of(text.encode()))
    assert (table.headers, cells(table)) == (("Máy", "Tên"), [["Đúc 1", "Gấp đơn"]])


def test_an_encoding_without_proof_is_asked_with_the_words_as_each_would_read() -> None:
    decisions = Decisions({})
    assert read_text("Auftrag;Rüsten\nÄ-1;5\n".encode("cp1252"), "jobs.csv", decisions) is None
    choices = {choice.value: choice.meaning for choice in decisions.questions["encoding"].choices}
    assert choices["cp1252"] == "Rüsten Ä-1"
    assert len(set(choices.values())) == len(choices) > 1


def test_two_signs_that_part_the_lines_alike_are_asked_about() -> None:
    decisions = Decisions({})
    text = "a;b,c\n" * 12
    found = read_text(text.encode(), "jobs.csv", decisions)
    assert (found is None) == ("delimiter" in decisions.questions)


LOCKED = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (LOCKED, "protected by a password"),
        (saved(["Job", "Qty"], ["A", 1])[:900], "cut short or broken"),
        (b"PK\x03\x04 nothing of a zip", "cut short or broken"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 2000, "cut short or broken"),
        (saved(), "no cell with anything in it"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_told_why(raw: bytes, said: str) -> None:
    with pytest.raises(ForeignFileUnreadable, match=said):
        read_workbook(raw, "jobs.xlsx")


def test_a_workbook_that_would_unpack_without_measure_is_not_unpacked() -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    with pytest.raises(ForeignFileUnreadable, match="would unpack to 40,000,000 bytes"):
        read_workbook(file.getvalue(), "bomb.xlsx")


def test_formulas_that_were_never_computed_and_macros_are_told() -> None:
    found = read_workbook(saved(["Job", "Qty"], ["A", "=1+1"]), "jobs.xlsx")
    assert [text.split(";")[0] for text in found.remarks] == [
        "1 cells hold a formula that was never computed (B2) and count as empty"
    ]


@pytest.mark.parametrize(
    "text", ["", "  \n", "Job,Note\nA," + "x" * 10_000_000, 'Job,Note\nA,"never closed\n' + "x\n" * 80_000]
)
def test_empty_texts_and_cells_without_end_are_refused(text: str) -> None:
    with pytest.raises(ForeignFileUnreadable):
        text_of(text)


def test_a_sheet_with_too_many_columns_is_refused() -> None:
    with pytest.raises(ForeignFileUnreadable, match="has 300 columns; at most 250"):
        text_of(",".join(f"c{n}" for n in range(300)) + "\n")


def test_a_text_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.foreign.delimited.MAX_ROWS", 10)
    assert grid.MAX_ROWS == 100_000
    with pytest.raises(ForeignFileUnreadable, match="more than 10 rows"):
        text_of("Job,Qty\n" + "A,1\n" * 20)


def event(*lines: str) -> bytes:
    inside = "\r\n".join(["BEGIN:VEVENT", "UID:1", "SUMMARY:Shift", *lines, "END:VEVENT"])
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inside}\r\nEND:VCALENDAR\r\n".encode()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ("DTSTART;TZID=Mars/Phobos:20261201T080000", "DTEND;TZID=Mars/Phobos:20261201T090000"),
            "Mars/Phobos is not known",
        ),
        (("DTSTART:20261201T080000Z", "RRULE:FREQ=SECONDLY"), "more often than daily"),
        (("DTSTART:soon",), "DTSTART cannot be read"),
        (("DTSTART:20261201T080030Z", "DTEND:20261201T090000Z"), "not on the minute"),
    ],
)
def test_an_event_that_cannot_be_taken_is_told_why(lines: tuple[str, ...], said: str) -> None:
    found = read_calendar(event(*lines), "shop.ics")
    assert found.series == ()
    assert said in found.faults[0][1]


HOURS, DAY = "DTSTART:20261201T080000Z", "DTSTART;VALUE=DATE:20261201"


@pytest.mark.parametrize(
    ("start", "other", "asked"),
    [(HOURS, "", True), (DAY, "", False), (DAY, "TRANSP:OPAQUE", True), (DAY, "TRANSP:TRANSPARENT", False)],
)
def test_days_marked_as_free_are_asked_about_only_where_others_are_marked_as_busy(
    start: str, other: str, asked: bool
) -> None:
    closed = (
        f"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Closed\r\nDTSTART;VALUE=DATE:20261224\r\n{other}"
    )
    calendar = read_calendar(event(start, "TRANSP:TRANSPARENT", *([closed] if other else [])), "shop.ics")
    decisions = Decisions({"events": "shop", "from": "2026-11-23", "whole_days": "closure"})
    shop = ShopNames(
        "Europe/Berlin", 180, calendars=(Named("day", "day", "Day", None, None, "import", None),)
    )
    take_calendar(calendar, decisions, shop, Canonical(), Findings(), place="shop.ics")
    assert ("event.Shift" in decisions.questions) is asked


@pytest.mark.parametrize("raw", [b"BEGIN:VCALENDAR\nno calendar at all", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n"])
def test_a_calendar_that_is_broken_or_empty_is_refused(raw: bytes) -> None:
    with pytest.raises(ForeignFileUnreadable):
        read_calendar(raw, "shop.ics")


def test_a_printed_list_is_cut_where_it_is_said_and_its_commas_are_no_columns_without_a_question() -> None:
    text = "No Name         From\n7  Bakker, J.   21-12\n12 de Vries, S. 22-12\n19 van Dam, P.  23-12\n"
    grid = read_text(text.encode(), "leave.txt", Decisions({"delimiter": "width", "cuts": "1, 4, 17"}))
    assert grid is not None
    assert [[cell.text for cell in row] for row in grid.sheets[0].rows[1:3]] == [
        ["7", "Bakker, J.", "21-12"], ["12", "de Vries, S.", "22-12"],
    ]  # fmt: skip
    decisions = Decisions({})
    gaps = "".join(f"{n}    Bakker, J.    Leave    21-12\n" for n in range(10, 20))
    assert read_text(gaps.encode(), "leave.txt", decisions) is None
    assert "delimiter" in decisions.questions
    with pytest.raises(InvalidRequest):
        read_text(text.encode(), "leave.txt", Decisions({"delimiter": "width", "cuts": "4, 1"}))


@pytest.mark.parametrize("said", ["windows-1250", "ISO-8859-2"])
def test_what_xml_says_of_its_own_encoding_is_taken(said: str) -> None:
    text = f'<?xml version="1.0" encoding="{said}"?><a><o><n>Śruba</n></o><o><n>Oś</n></o></a>'
    (table,) = tables_of(text_of(text.encode(said)))
    assert cells(table) == [["Śruba"], ["Oś"]]
