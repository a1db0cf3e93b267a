"""What an export says of operations besides their times: people, waits, other machines' own times; and what a
quote or a booking says of itself."""

from tests.unit.foreign.given_files import read, rows

BASE = {"new_machines": "new", "calendar": "day", "unused": "leave", "decimal": "point"}


def test_people_waits_and_times_of_other_machines_are_of_the_operation() -> None:
    text = (
        "Job;Qty;Due;Op;Machine;Setup min;Run min/pc;Alternative;Alt setup min;Alt run min/pc;Attendance;"
        "Wait after h;May pause\n"
        "A;10;2026-12-11;10;M1;30;2;M2;45;2.5;S;1.5;yes\n"
        "A;10;2026-12-11;20;M1;0;1;M2;;;unattended;;no\n"
        "A;10;2026-12-11;30;M1;0;1;;;;;;yes\n"
    )
    done, asked = read(text, BASE)
    assert asked == {"attendance.S", "attendance.(empty)"}
    done, asked = read(text, BASE | {"attendance.S": "setup", "attendance.(empty)": "full"})
    assert (asked, done.findings.problems) == (set(), [])
    assert rows(done, "operation", "attendance", "min_wait_after_min", "splittable") == [
        ("setup", "90", "true"), ("none", "0", "false"), ("full", "0", "true"),
    ]  # fmt: skip
    assert rows(done, "operation_alternative", "machine_id", "setup_min", "run_s_per_piece") == [
        ("M1", "30", "120"), ("M2", "45", "150"), ("M1", "0", "60"), ("M2", "0", "60"), ("M1", "0", "60"),
    ]  # fmt: skip


def test_marks_of_one_column_can_be_said_alone_and_an_empty_one_between_yes_and_no_is_asked() -> None:
    text = (
        "Job;Qty;Due;Op;Machine;Run min/pc;May pause;Extern\n"
        "A;10;2026-12-11;10;M1;2;yes;\nA;10;2026-12-11;20;M1;1;;\nA;10;2026-12-11;30;M1;1;no;\n"
    )
    given = BASE | {"splittable": "May pause", "elsewhere": "Extern"}
    done, asked = read(text, given)
    assert asked == {"splittable.(empty)"}
    done, asked = read(text, given | {"splittable.(empty)": "yes"})
    assert (asked, rows(done, "operation", "splittable")) == (set(), [("true",), ("true",), ("false",)])
    assert rows(done, "operation", "subcontract_minutes") == [("",)] * 3
    done, asked = read(text, given | {"splittable.no": "yes", "splittable.(empty)": "no"})
    assert (asked, rows(done, "operation", "splittable")) == (set(), [("true",), ("false",), ("true",)])


def test_work_elsewhere_has_a_wait_after_it_too() -> None:
    text = "Job;Qty;Due;Op;Machine;Run min/pc;Away d;Wait after h\nA;1;2026-12-11;10;;;5;1.5\n"
    given = BASE | {"elsewhere_time": "Away d", "elsewhere_time.unit": "d", "wait_after": "Wait after h"}
    done, _ = read(text, given)
    assert rows(done, "operation", "subcontract_minutes", "min_wait_after_min") == [("7200", "90")]


def test_a_repeated_operation_keeps_the_times_of_each_of_its_machines() -> None:
    text = (
        "Job;Qty;Due;Op;Machine;Setup min;Run min/pc\n"
        "A;10;2026-12-11;10;M1;30;2\nA;10;2026-12-11;10;M2;20;3\n"
    )
    done, asked = read(text, BASE | {"repeated_operation": "alternatives"})
    assert asked == set()
    assert rows(done, "operation_alternative", "machine_id", "setup_min", "run_s_per_piece") == [
        ("M1", "30", "120"), ("M2", "20", "180"),
    ]  # fmt: skip


def test_a_quote_holds_until_the_end_of_the_day_that_it_names() -> None:
    text = "Job;Qty;Due;Status;Valid until\nQ;10;2026-12-11;Quote;2026-12-20\nA;1;2026-12-11;Released;\n"
    done, asked = read(text, {"rows": "orders"})
    assert asked == set()
    assert rows(done, "production_order", "code", "status", "quote_expires_at") == [
        ("Q", "draft", "2026-12-21 00:00"), ("A", "released", ""),
    ]  # fmt: skip


def test_words_for_where_a_booking_stands_are_asked_unless_they_are_known() -> None:
    text = (
        "Job;Qty;Op;Machine;Run min/pc;Start;End;State\n"
        "A;1;10;M1;60;2026-12-07 06:00;2026-12-07 07:00;WIP\n"
        "A;1;20;M1;60;2026-12-07 07:00;2026-12-07 08:00;X\n"
    )
    given = BASE | {"status": "=released", "booking_status": "State", "due": "none"}
    done, asked = read(text, given)
    assert asked == {"booking.X"}
    done, asked = read(text, given | {"booking.X": "done"})
    assert (asked, rows(done, "booking", "status")) == (set(), [("in_progress",), ("done",)])


def test_work_done_elsewhere_has_no_times_beside_other_machines_times() -> None:
    text = (
        "Job;Qty;Due;Op;Machine;Setup min;Run min/pc;Alternative;Alt run min/pc\n"
        "A;10;2026-12-11;10;M1;30;2;M2;3\nA;10;2026-12-11;20;;;;;\n"
    )
    done, _ = read(text, BASE | {"outside": "7d"})
    assert done.findings.problems == []
    assert rows(done, "operation", "subcontract_minutes") == [("",), ("10080",)]
