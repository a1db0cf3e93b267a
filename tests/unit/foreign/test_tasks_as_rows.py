"""Tasks of a calendar as rows of a table: a list of orders that is kept as things to do, and what a program
says of each task."""

import pytest

from leadhand.errors import ForeignFileUnreadable, InvalidRequest
from storage.exchange.problems import Findings
from storage.foreign.calendar_file import read_calendar
from storage.foreign.calendar_rows import take_calendar
from storage.foreign.calendar_table import names_of_rows
from storage.foreign.canonical import Canonical
from storage.foreign.decisions import Decisions
from tests.unit.foreign.test_events_as_rows import HOURS, SHOP, Read
from tests.unit.foreign.test_exports_of_calendars import calendar, event

ORDERS = {
    "rows": "orders",
    "split__Summary": "{job} {}",
    "order": "job",
    "priority": "none",
    "release": "Start",
}


def task(uid: str, summary: str, *lines: str) -> str:
    return "\n".join(("BEGIN:VTODO", f"UID:{uid}", f"SUMMARY:{summary}", *lines, "END:VTODO\n"))


def test_a_list_of_orders_that_is_kept_as_tasks_becomes_orders() -> None:
    text = calendar(
        task("a", "A-1 Rail", r"DESCRIPTION:Customer: Ada\nQty: 24", "DUE;VALUE=DATE:20261127"),
        task("b", "A-2 Pin", "DUE:20261209T040000Z", "DTSTART;VALUE=DATE:20261203", r"DESCRIPTION:Qty: 8"),
        task("c", "A-3 Die", "DUE;TZID=Europe/Berlin:20261202T150000", r"DESCRIPTION:Call Ada\nQty: 5"),
        task("d", "A-4 Jig", r"DESCRIPTION:Qty: 1"),
    )  # fmt: skip
    read = Read(text, **ORDERS, release__day="start", **{"status.(empty)": "released"})
    assert (read.questions, read.problems) == ({}, [])
    names = ("code", "customer", "quantity", "due_date", "due_at", "release_at")
    assert read.of("production_order", *names) == [
        ("A-1", "Ada", "24", "2026-11-27", "", ""),
        ("A-2", "", "8", "", "2026-12-09T05:00+01:00", "2026-12-03 00:00"),
        ("A-3", "", "5", "", "2026-12-02T15:00+01:00", ""),
        ("A-4", "", "1", "", "", ""),
    ]


def test_tasks_that_are_parts_of_an_order_are_its_operations() -> None:
    text = calendar(
        task("a", "A-7 Rail", r"DESCRIPTION:Qty: 24", "DUE;VALUE=DATE:20261127"),
        task("b", "10 Saw", "RELATED-TO:a", r"DESCRIPTION:Machine: M-101\nMinutes: 30"),
        task("c", "20 Mill", "RELATED-TO:a", r"DESCRIPTION:Machine: M-102\nMinutes: 48"),
    )
    orders = {
        "rows": "orders; operations", "order": "number", "orders!only": "(parent)=",
        "operations!only": "(parent)=?*", "split.Summary": "{number} {name}", "split.(parent)": "{job} {}",
        "unused": "leave", "status": "none", "priority": "none",
    }  # fmt: skip
    steps = {
        "order": "job", "operation": "number", "operation_name": "name", "machine": "Description: Machine",
        "run": "Description: Minutes", "run.unit": "min_total", "quantity": "none", "start": "none",
        "status": "none", "priority": "none", "due": "none",
    }  # fmt: skip
    read = Read(text, **orders, **{f"operations!{key}": said for key, said in steps.items()})
    assert (read.questions, read.problems) == ({}, [])
    assert read.of("production_order", "code", "quantity", "due_date") == [("A-7", "24", "2026-11-27")]
    assert read.of("operation", "order_id", "seq", "name", "run_s_per_piece") == [
        ("A-7", "10", "Saw", "75"), ("A-7", "20", "Mill", "120"),
    ]  # fmt: skip


def test_a_task_says_how_far_it_is_how_urgent_and_what_it_is_a_part_of() -> None:
    text = calendar(
        task("p", "A-1 Rail", "STATUS:IN-PROCESS", "PRIORITY:1", "PERCENT-COMPLETE:20", "X-LOT:7",
             "CATEGORIES:A,B"),
        task("s", "Pins", "RELATED-TO;RELTYPE=SIBLING:x", "RELATED-TO:p", "STATUS:COMPLETED",
             "COMPLETED:20261121T030512Z", "PRIORITY:0", "LOCATION:Saw"),
    )  # fmt: skip
    read = Read(text)
    rows = {h: tuple(read.column(h)) for h in read.table.headers}
    assert rows["(task status)"] == ("in-process", "completed")
    assert (rows["(priority)"], rows["(importance)"]) == (("1", "0"), ("high", ""))
    assert (rows["(percent complete)"], rows["Completed"]) == (("20", ""), ("", "2026-11-21T04:05+01:00"))
    assert (rows["(related to)"], rows["(parent)"]) == (("", "p"), ("", "A-1 Rail"))
    assert (rows["Event UID"], rows["X-LOT"]) == (("p", "s"), ("7", ""))
    assert (rows["Category"], rows["Location"]) == (("A; B", ""), ("", "Saw"))


def test_a_cancelled_task_is_a_row_that_says_so_and_so_is_one_of_a_calendar_that_is_withdrawn() -> None:
    said = {**ORDERS, "quantity": "=1"}
    read = Read(calendar(task("a", "A-1 Rail", "STATUS:CANCELLED")), **said)
    assert read.of("production_order", "code", "status") == [("A-1", "cancelled")]
    gone = Read(calendar(task("a", "A-1 Rail", "STATUS:NEEDS-ACTION"), head="METHOD:CANCEL\n"), **said)
    assert gone.of("production_order", "code", "status") == [("A-1", "cancelled")]


def test_which_end_of_the_priorities_of_tasks_is_urgent_is_asked() -> None:
    text = calendar(*(task(f"{n}", f"A-{n} Rail", f"PRIORITY:{n}") for n in (1, 5)))
    said = {**ORDERS, "quantity": "=1", "priority": "(priority)", "status": "none"}
    assert list(Read(text, **said).questions) == ["priority.order"]
    read = Read(text, **said, priority__order="1_is_urgent")
    assert read.of("production_order", "priority") == [("5",), ("1",)]


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        ("DTSTART:20261207T050000Z\nDURATION:PT90M", "2026-12-07T07:30+01:00"),
        ("DTSTART;TZID=Europe/Berlin:20270327T120000\nDURATION:PT24H", "2027-03-28T13:00+02:00"),
        ("DTSTART;VALUE=DATE:20261207\nDURATION:P2D", "2026-12-08"),
        ("DTSTART;VALUE=DATE:20261207", ""),
        ("DUE:20261207T120000", "2026-12-07T12:00+01:00"),
        ("DUE:20261207T225959Z", "2026-12-07T23:59:59+01:00"),
        ("DURATION:PT1H", ""),
    ],
)
def test_a_task_is_due_when_it_says_or_so_long_after_its_start(lines: str, due: str) -> None:
    assert Read(calendar(task("a", "A-1", lines))).column("Due") == [due]


def test_tasks_stand_behind_the_events_in_the_files_order_where_they_are_taken() -> None:
    text = calendar(
        task("t", "Pins", "DUE;VALUE=DATE:20261201"), task("s", "Caps"), event(1, "A-1/10", HOURS),
        "BEGIN:VJOURNAL\nSUMMARY:Log\nEND:VJOURNAL\n",
    )  # fmt: skip
    log, tasks = (
        "x.ics: 1 journal entry (VJOURNAL) not read: Log",
        "x.ics: 2 tasks (VTODO) not read: Pins, Caps",
    )
    assert list(Read(text).questions) == ["tasks", "rows"]
    read = Read(text, tasks="take")
    assert (read.column("Summary"), read.column("(entry)")) == (
        ["A-1/10", "Pins", "Caps"],
        ["event", "task", "task"],
    )
    assert list(names_of_rows([read.table]).values()) == [
        "A-1/10 on 2026-12-07 06:00",
        "Pins, due 2026-12-01",
        "Caps",
    ]
    assert read.notices == [log]
    left = Read(text, tasks="ignore")
    assert (left.column("Summary"), "Due" in left.table.headers) == (["A-1/10"], False)
    assert left.notices == [log, tasks]
    later = Read(calendar(event(1, "A-1/10", HOURS)), tasks="take")
    assert (later.column("Due"), later.column("(entry)")) == ([""], ["event"])


def _asked(text: str, **given: str) -> tuple[Decisions, Findings]:
    decisions, findings = Decisions({"from": "2026-11-23", **given}), Findings()
    take_calendar(
        read_calendar(text.encode(), "x.ics"), decisions, SHOP, Canonical(), findings, place="x.ics"
    )
    return decisions, findings


def test_of_a_file_of_tasks_alone_only_rows_can_be_made() -> None:
    decisions, findings = _asked(calendar(task("t", "A-1 Rail")))
    assert (list(decisions.questions), decisions.questions["events"].suggested) == (["events"], "rows")
    assert findings.notices == []
    with pytest.raises(InvalidRequest, match="right would be: rows"):
        _asked(calendar(task("t", "A-1 Rail")), events="shop")
    with pytest.raises(ForeignFileUnreadable, match="no event"):
        read_calendar(calendar("BEGIN:VJOURNAL\nSUMMARY:Log\nEND:VJOURNAL\n").encode(), "x.ics")


def test_a_task_that_repeats_is_a_row_for_each_of_its_times_and_one_of_the_past_is_a_row() -> None:
    text = calendar(
        task("w", "Oil", "DUE;VALUE=DATE:20261120", "RRULE:FREQ=WEEKLY;COUNT=4"),
        task("w", "Oil all", "DUE;VALUE=DATE:20261205", "RECURRENCE-ID;VALUE=DATE:20261204"),
        task("o", "Late", "DUE;VALUE=DATE:20260101"),
    )  # fmt: skip
    read = Read(text)
    assert read.column("Due") == ["2026-11-27", "2026-12-05", "2026-12-11", "2026-01-01"]
    assert read.column("Summary") == ["Oil", "Oil all", "Oil", "Late"]
    assert read.column("Start") == [""] * 4
    assert read.column("Event UID") == ["w/2026-11-27", "w/2026-12-04", "w/2026-12-11", "o"]
    assert [notice[:47] for notice in read.notices] == ["x.ics: Oil repeats: its 3 times from 2026-11-23"]


def test_of_versions_of_a_task_the_last_counts() -> None:
    text = calendar(task("a", "A-1 new", "SEQUENCE:2"), task("a", "A-1 old", "SEQUENCE:1"))
    assert Read(text).column("Summary") == ["A-1 new"]


def test_a_task_that_cannot_be_read_is_an_error_unless_it_is_nothing() -> None:
    faults = {
        "DUE:tomorrow": "its DUE cannot be read",
        "DUE;TZID=Nowhere/Land:20261207T120000": "the time zone Nowhere/Land of its DUE is not known",
        "DUE:20261207T120000Z\nRRULE:FREQ=HOURLY": "it repeats more often than daily",
        "DUE:20261207T120000Z\nRRULE:FREQ=DAILY;BYSECOND=1,2": "it repeats more often than daily",
        "DUE:20261207T120000Z\nRRULE:FREQ=DAILY;INTERVAL=0": "its rule has no interval",
        "DUE:20261207T120000Z\nDUE:20261208T120000Z": "its DUE is said several times",
    }
    for line, reason in faults.items():
        text = calendar(task("a", "Bad", line), task("b", "Good"))
        (problem,) = Read(text).problems
        assert problem.startswith(f"x.ics, Bad: {reason}")
        assert Read(text, event__Bad="ignore").problems == []
        assert _asked(calendar(event(1, "Closed", HOURS), task("a", "Bad", line)))[1].problems == []


def test_times_of_tasks_that_name_no_zone_are_asked_about_where_their_calendar_names_another() -> None:
    text = calendar(task("a", "A-1", "DUE:20261207T120000"), head="X-WR-TIMEZONE:Europe/London\n")
    assert list(Read(text).questions) == ["time_zone", "rows"]
    assert Read(text, time_zone="Europe/London").column("Due") == ["2026-12-07T13:00+01:00"]


def test_columns_of_tasks_that_only_some_name_are_there_for_all() -> None:
    text = calendar(
        *(task(f"{n}", "A", f"DESCRIPTION:{line}") for n, line in enumerate(("Qty: 1", "Note: x", "Qty: 2")))
    )
    assert Read(text).column("Description: Qty") == ["1", "", "2"]
    assert Read(text).column("Description: Note") == ["", "x", ""]
