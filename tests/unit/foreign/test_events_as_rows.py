"""Events of a calendar as rows of a table: each time that one happens is a row, and what that is is said as
of any other file."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from storage.exchange.problems import Findings
from storage.foreign.calendar_file import read_calendar
from storage.foreign.calendar_reading import events_of
from storage.foreign.calendar_table import grid_of, keep_columns, tables_in
from storage.foreign.canonical import Canonical
from storage.foreign.decisions import Decisions, Question
from storage.foreign.shop_names import Named, ShopNames, StoredBooking, StoredOperation, StoredOrder
from storage.foreign.tables import Table
from storage.foreign.transforming import layouts_of, transform
from tests.unit.foreign.test_exports_of_calendars import calendar, event

HOURS = "DTSTART;TZID=Europe/Berlin:20261207T060000\nDTEND;TZID=Europe/Berlin:20261207T093000"


def _named(*codes: str) -> tuple[Named, ...]:
    return tuple(Named(code, code, code, None, "DAY", "import", None) for code in codes)


SHOP = ShopNames(
    "Europe/Berlin", 180, machines=_named("M-101", "M-102"), calendars=_named("DAY"), operators=_named("E1"),
    operations={("A-1", seq): StoredOperation("A-1", seq, f"A-1/{seq}", "import", None) for seq in (10, 20)},
    orders={"A-1": StoredOrder("A-1", "A-1", 10, "import", None)},
)  # fmt: skip


class Read:
    """What a calendar gives to a shop with two machines and an order."""

    def __init__(self, text: str, shop: ShopNames = SHOP, /, **said: str) -> None:
        given = {key.replace("__", "."): value for key, value in said.items()}
        decisions = Decisions({"events": "rows", "from": "2026-11-23", **given})
        findings = Findings()
        of_file = read_calendar(text.encode(), "x.ics")
        events = events_of(of_file, decisions, shop, Canonical(), findings, place="x.ics")
        tables = tables_in(grid_of(events), decisions)
        layouts = layouts_of(tables, decisions)
        keep_columns(tables, decisions)
        self.table: Table = layouts[0].table if layouts else tables[0]
        done = transform(layouts, decisions, shop, file="x.ics", sheets=1)
        self.canonical = done.canonical
        self.problems = [str(problem) for problem in (*findings.problems, *done.findings.problems)]
        self.notices = [str(notice) for notice in (*findings.notices, *done.findings.notices)]
        self.questions: dict[str, Question] = decisions.questions
        self.made = {key: made.value for key, made in decisions.made.items()}

    def column(self, header: str) -> list[str]:
        return [row.cell(self.table.headers.index(header)).text for row in self.table.rows]

    def of(self, entity: str, *names: str) -> list[tuple[str, ...]]:
        return [tuple(row.cells.get(name, "") for name in names) for row in self.canonical.of(entity)]


ROW = {"rows": "bookings", "split__Summary": "{order}/{op} {}", "order": "order", "operation": "op"}
DAYS = "DTSTART;VALUE=DATE:20261207\nDTEND;VALUE=DATE:20261209"
BOOKED = {**ROW, "machine": "Location"}


def job(number: int, lines: str = HOURS, more: str = "") -> str:
    return event(number, f"A-1/{number}0 Mill", f"{lines}\nLOCATION:M-101{more}")


def test_nothing_of_a_calendar_says_by_itself_what_its_rows_are() -> None:
    read = Read(calendar(event(1, "Closed", f"{DAYS}\nDESCRIPTION:Holiday")))
    assert list(read.questions) == ["rows"]
    assert read.questions["rows"].suggested is None


def test_an_event_is_a_row_with_the_times_of_the_shops_clock_and_all_that_it_names_itself() -> None:
    text = r"DESCRIPTION:- Machine: M-101\n* machine: M-102\nhttps://x.de/1\nCall Ada = now"
    more = "X-ORDER:A-1\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\nORGANIZER;CN=Ada:mailto:a@x.de"
    asked = "ATTENDEE:mailto:b@x.de\nATTENDEE;PARTSTAT=DECLINED:mailto:c@x.de\nCATEGORIES:Plan,Mill"
    utc = "DTSTART:20261207T050000Z\nDTEND:20261207T083000Z"
    read = Read(calendar(event(7, "A-1/10", f"{utc}\n{text}\n{more}\n{asked}"), head="X-WR-CALNAME:Board\n"))
    row = {header: read.column(header)[0] for header in read.table.headers}
    assert (row["Start"], row["End"]) == ("2026-12-07T06:00+01:00", "2026-12-07T09:30+01:00")
    names = ("Event UID", "Category", "Calendar", "Organizer", "Attendees", "(certainty)", "(shown as)")
    assert [row[name] for name in names] == ["7", "Plan; Mill", "Board", "Ada", "b@x.de", "", "busy"]
    own = {name: said for name, said in row.items() if name.startswith(("Description: ", "X-"))}
    assert own == {"Description: Machine": "M-101; M-102", "Description: Call Ada": "now", "X-ORDER": "A-1"}


def test_a_description_that_is_a_piece_of_a_web_page_is_read_as_its_lines() -> None:
    page = "DESCRIPTION:<p>Order: A-1</p><span>Op:&nbsp\\;20</span><br>fixture 3 < 4"
    read = Read(calendar(event(1, "Mill", f"{HOURS}\n{page}")))
    assert read.column("Description") == ["Order: A-1\nOp: 20\nfixture 3 < 4"]
    assert read.column("Description: Op") == ["20"]


def test_each_time_of_a_series_is_a_row_of_its_own_with_what_is_said_of_it() -> None:
    zone = "TZID=Europe/Berlin"
    series = job(
        1, f"{HOURS}\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;{zone}:20261208T060000", "\nDESCRIPTION:Op: 10"
    )
    moved = job(
        1,
        HOURS.replace("20261207T0", "20261209T1"),
        f"\nRECURRENCE-ID;{zone}:20261209T060000\nDESCRIPTION:Op: 20",
    )
    gone = job(1, HOURS.replace("1207", "1210"), f"\nRECURRENCE-ID;{zone}:20261210T060000\nSTATUS:CANCELLED")
    read = Read(calendar(series, moved, gone))
    assert read.column("Start") == ["2026-12-07T06:00+01:00", "2026-12-09T16:00+01:00"]
    assert read.column("Event UID") == ["1/20261207T0500Z", "1/20261209T0500Z"]
    assert read.column("Description: Op") == ["10", "20"]
    assert read.notices == ["x.ics: A-1/10 Mill is cancelled on 2026-12-10 and is left out then"]


def test_whole_days_are_taken_to_the_end_of_the_last_one_whatever_the_rows_are() -> None:
    text = calendar(job(1, DAYS))
    read = Read(text, **BOOKED)
    assert (read.column("Start"), read.column("End")) == (["2026-12-07"], ["2026-12-08"])
    times = [("2026-12-07 00:00", "2026-12-09 00:00")]
    assert read.of("booking_segment", "start", "end") == times
    assert (
        Read(text, rows="held", machine="Location", quote="Summary").of("booking_segment", "start", "end")
        == times
    )
    down = Read(text, rows="downtimes", machine="Location", downtime="maintenance", title="Summary")
    assert down.of("downtime", "start", "end") == times
    away = Read(text, rows="absences", operator="=E1", absence_kind="=vacation")
    assert away.of("absence", "start_date", "end_date") == [("2026-12-07", "2026-12-08")]
    closed = Read(text, rows="closures", calendar="=DAY", title="Summary")
    assert closed.of("calendar_exception", "production_date") == [("2026-12-07",), ("2026-12-08",)]


def test_bookings_are_known_by_their_events() -> None:
    read = Read(calendar(job(1), job(2), job(3, DAYS)), **BOOKED, **{"leave_out": "(whole day)=yes"})
    assert read.questions == {}
    assert read.of("booking", "source", "external_id", "operation_id") == [
        ("import", "1", "A-1/10"), ("import", "2", "A-1/20"),
    ]  # fmt: skip


def test_events_that_are_cancelled_or_nothing_are_no_rows_and_those_in_doubt_are_asked_about() -> None:
    text = calendar(
        job(1), job(2, HOURS, "\nSTATUS:TENTATIVE"), event(3, "Lunch", HOURS),
        job(4, HOURS, "\nSTATUS:CANCELLED"), job(5, HOURS, "\nTRANSP:TRANSPARENT"),
    )  # fmt: skip
    assert list(Read(text).questions) == ["tentative", "free", "rows"]
    said = {"tentative": "take", "free": "ignore", "event__Lunch": "ignore"}
    read = Read(text, **said)
    assert (read.column("Event UID"), read.column("(certainty)")) == (["1", "2"], ["", "tentative"])
    assert [notice.partition(" (")[0] for notice in read.notices] == [
        "x.ics: Lunch is left out, as answered",
        "x.ics: A-1/40 Mill is cancelled and is left out",
        "x.ics: A-1/50 Mill",
    ]


def test_a_cell_of_several_lines_is_parted_at_their_ends() -> None:
    texts = (r"M 101\nA-1/10\nmind the clamp\nand more", r"M 102\nA-1/20")
    text = calendar(*(event(n, "Mill", f"{HOURS}\nDESCRIPTION:{said}") for n, said in enumerate(texts)))
    forms = r"{machine}\n{order}/{op}\n{} | {machine}\n{order}/{op}"
    read = Read(text, rows="bookings", split__Description=forms)
    assert [read.column(name) for name in ("machine", "order", "op")] == [
        ["M 101", "M 102"], ["A-1", "A-1"], ["10", "20"],
    ]  # fmt: skip


def test_a_line_of_a_description_is_proposed_for_what_it_calls_itself() -> None:
    lines = r"\nDESCRIPTION:Order: A-1\nOp: 10\nMachine: M-102\nNote: mind the clamp\nMeeting ID: 12 34"
    read = Read(calendar(job(1, HOURS, lines.replace(r"\nD", "\nD", 1))), rows="bookings")
    assert (read.questions, read.problems) == ({}, [])
    assert read.of("booking", "operation_id", "machine_id") == [("A-1/10", "M-102")]
    assert read.made["columns"] == "Description: Machine; Description: Op; Description: Order"


def test_columns_that_answers_speak_of_are_there_in_a_later_calendar_without_them() -> None:
    lines = r"\nDESCRIPTION:Order: A-1\nOp: 10\nNote: x".replace("\\nD", "\nD")
    said = {
        "rows": "bookings",
        "order": "Description: Order",
        "operation": "Description: Op",
        "machine": "Location",
    }
    first = Read(calendar(job(1, HOURS, lines)), **said)
    assert first.made["columns"] == "Description: Op; Description: Order"
    later = Read(calendar(job(2)), **said, columns=first.made["columns"])
    assert later.made["columns"] == first.made["columns"]
    assert later.column("Description: Order") == [""]
    assert len(later.problems) == 1


def test_a_row_without_an_end_takes_its_length_and_one_without_a_machine_is_an_error_of_its_row() -> None:
    start = "DTSTART;TZID=Europe/Berlin:20261207T060000"
    text = calendar(job(1, start, "\nDESCRIPTION:Takes: 90 min"))
    read = Read(text, **BOOKED, length="Description: Takes")
    assert read.of("booking_segment", "end") == [("2026-12-07T07:30+01:00",)]


def test_time_that_was_held_is_a_planned_booking_where_its_event_is_an_operation_now() -> None:
    at = datetime(2026, 12, 7, 5, tzinfo=UTC)
    held = StoredBooking("Q-7", 0, "h1", "import", "1", "M-101", "M-101", at, at, "held")
    read = Read(calendar(job(1)), replace(SHOP, held={"Q-7": (held,)}), **BOOKED)
    assert read.of("booking", "id", "operation_id", "quote_id", "status") == [("h1", "A-1/10", "", "planned")]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("PRIORITY:1", "high"), ("PRIORITY:5", "normal"), ("PRIORITY:9", "low"), ("PRIORITY:0", ""),
        ("X-MICROSOFT-CDO-IMPORTANCE:2", "high"), ("SEQUENCE:1", ""),
    ],
)  # fmt: skip
def test_how_important_an_event_is_may_say_whether_its_booking_stays(lines: str, said: str) -> None:
    mark = {f"locked.{said}": "yes" if said == "high" else "no"} if said else {}
    read = Read(calendar(job(1, more=f"\n{lines}")), **BOOKED, locked="(importance)", **mark)
    assert read.questions == {}
    assert read.of("booking", "locked") == [("true" if said == "high" else "false",)]
