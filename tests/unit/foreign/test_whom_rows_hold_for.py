"""Whom closed days, overtime and downtimes hold for, where one cell names calendars, machines or people."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from storage.foreign.shop_names import Named, StoredException, StoredTime
from tests.unit.foreign.given_files import SHOP, read, rows

ZONE = ZoneInfo("Europe/Berlin")


def _named(code: str, name: str = "", group: str | None = None) -> Named:
    return Named(code.lower(), code, name or code, group, "day", "import", None)


PLANT = replace(
    SHOP,
    calendars=(_named("DAY"), _named("SITE")),
    work_centers=(_named("MILLS"),),
    machines=(_named("M1", group="mills"), _named("M2", group="mills"), _named("DAY2")),
    operators=(_named("DAY2", "Dana"), _named("AB", "Ann Berg")),
)
GIVEN = {"rows": "closures", "closure_kind": "What", "closure_number": "No", "title": "none"}
HEADER = "No;What;For;From;To\n"


def test_one_column_names_calendars_machines_and_people_several_in_a_cell_too() -> None:
    text = HEADER + (
        "1;Closed;SITE;2026-12-07;2026-12-07\n"
        "2;Overtime;M1、M2;2026-12-05 06:00;2026-12-05 12:00\n"
        "3;Closed;Ann Berg;2026-12-08;2026-12-08\n"
        "4;Overtime;MILLS;2026-12-12 06:00;2026-12-12 12:00\n"
    )
    done, asked = read(text, GIVEN, PLANT)
    assert asked == set()
    assert rows(done, "calendar_exception", "kind", "calendar_id", "machine_id", "operator_id") == [
        ("closure", "site", "", ""), ("overtime", "", "m1", ""), ("overtime", "", "m2", ""),
        ("closure", "", "", "ab"), ("overtime", "", "m1", ""), ("overtime", "", "m2", ""),
    ]  # fmt: skip


def test_a_name_of_two_kinds_and_one_of_nothing_are_asked_and_a_row_may_say_the_kind() -> None:
    text = HEADER + (
        "1;Closed;DAY2;2026-12-07;2026-12-07\n2;Closed;Plant;2026-12-08;2026-12-08\n"
        "3;Closed;operator:DAY2;2026-12-09;2026-12-09\n"
    )
    done, asked = read(text, GIVEN, PLANT)
    assert asked == {"for.DAY2", "for.Plant"}
    assert rows(done, "calendar_exception", "machine_id", "operator_id") == [("", "day2")]
    done, asked = read(text, GIVEN | {"for.DAY2": "machine:DAY2", "for.Plant": "all"}, PLANT)
    assert asked == set()
    whom = rows(done, "calendar_exception", "calendar_id", "machine_id", "operator_id")
    assert whom == [("", "day2", ""), ("day", "", ""), ("site", "", ""), ("", "", "day2")]


def test_what_is_neither_closed_nor_overtime_is_asked_and_left_out_when_so_answered() -> None:
    text = HEADER + (
        "1;Holiday;SITE;2026-12-07;2026-12-07\n2;Visit;SITE;2026-12-08;2026-12-08\n"
        "3;No overtime;SITE;2026-12-09;2026-12-09\n"
    )
    _, asked = read(text, GIVEN, PLANT)
    assert asked == {"closure.Visit", "closure.No overtime"}
    done, asked = read(text, GIVEN | {"closure.Visit": "ignore", "closure.No overtime": "ignore"}, PLANT)
    assert (asked, rows(done, "calendar_exception", "production_date")) == (set(), [("2026-12-07",)])


def test_a_machine_or_person_that_a_header_names_plainly_is_whom_a_closed_day_holds_for() -> None:
    text = "Day;Machine;Reason\n2026-12-07;M1;Inventory\n2026-12-08;M2;Inventory\n"
    done, asked = read(text, {"rows": "closures"}, PLANT)
    assert asked == set()
    assert rows(done, "calendar_exception", "machine_id", "calendar_id") == [("m1", ""), ("m2", "")]


def test_closed_days_of_the_plan_are_known_by_their_number_in_any_source_also_when_they_move() -> None:
    stored = (
        StoredException("e1", "closure", "day", "Inventory", "clock", "490", date(2026, 12, 7), None, None),
        StoredException("e2", "closure", "site", "X", "clock", "501", date(2026, 12, 25), None, None),
        StoredException("e3", "closure", "day", "Y", "clock", "7 a", date(2027, 1, 4), None, None),
        StoredException("e4", "closure", "day", "Y", "clock", "7 b", date(2027, 1, 5), None, None),
    )
    text = HEADER + (
        "490;Closed;SITE;2026-12-08;2026-12-08\n501;Closed;SITE;2026-12-25;2026-12-26\n"
        "7;Closed;DAY;2027-01-05;2027-01-05\n"
    )
    done, asked = read(text, GIVEN, replace(PLANT, exceptions=stored))
    assert asked == set()
    assert rows(done, "calendar_exception", "id", "source", "calendar_id", "production_date") == [
        ("e1", "clock", "site", "2026-12-08"), ("e2", "clock", "site", "2026-12-25"),
        ("", "import", "site", "2026-12-26"), ("e4", "clock", "day", "2027-01-05"),
    ]  # fmt: skip
    told = [str(notice) for notice in done.findings.notices]
    assert any("the plan has 7 (Y) on 2027-01-04 too" in text for text in told)


def test_a_downtime_that_moves_to_another_machine_is_the_one_of_its_number_and_told() -> None:
    opens = datetime(2026, 12, 1, 6, tzinfo=ZONE)
    down = (StoredTime("d1", "m1", "M1", "cmms", "WO-7", opens, None),)
    text = (
        "Machine;From;To;Kind;No\nM2;2026-12-02 06:00;2026-12-02 08:00;maintenance;WO-7\n"
        "M1 / M2;2026-12-03 06:00;2026-12-03 08:00;maintenance;WO-8\n"
    )
    given = {"rows": "downtimes", "downtime_kind": "Kind", "number": "No", "title": "none"}
    done, asked = read(text, given, replace(PLANT, downtimes=down))
    assert asked == set()
    assert rows(done, "downtime", "id", "machine_id", "external_id") == [
        ("d1", "m2", "WO-7"), ("", "m1", "WO-8 M1"), ("", "m2", "WO-8 M2"),
    ]  # fmt: skip
    assert any("WO-7 was of M1 in the plan" in str(notice) for notice in done.findings.notices)


def test_a_word_of_two_kinds_of_rows_of_a_table_may_say_another_thing_in_each() -> None:
    text = "Cal;From;To;Mark\nDAY;2026-12-07;2026-12-07;A\nDAY;2026-12-08;2026-12-08;B\n"
    given = {
        "rows": "closures; shifts", "calendar": "Cal", "closed": "Mark", "title": "none", "mark.A": "yes",
        "mark.B": "no", "shifts!closed": "Mark", "shifts!mark.A": "no", "shifts!mark.B": "yes",
        "shifts!calendar": "Cal", "shifts!start": "From", "shifts!end": "To", "shifts!no_times": "closed",
    }  # fmt: skip
    done, _ = read(text, given, PLANT)
    made = done.layouts[0].scope.decisions.made
    assert {key: made[key].value for key in made if "mark." in key} == {
        "mark.A": "yes", "mark.B": "no", "shifts!mark.A": "no", "shifts!mark.B": "yes",
    }  # fmt: skip


def test_a_word_that_is_known_can_be_said_to_mean_something_else() -> None:
    text = "Machine;From;To;Kind\nM1;2026-12-02 06:00;2026-12-02 08:00;maintenance\n"
    given = {"rows": "downtimes", "downtime_kind": "Kind", "title": "none"}
    for more, kind in (({}, "maintenance"), ({"downtime.maintenance": "breakdown"}, "breakdown")):
        done, asked = read(text, given | more, PLANT)
        assert (asked, rows(done, "downtime", "kind")) == (set(), [(kind,)])


def test_times_that_a_shift_is_made_of_are_no_start_of_their_own() -> None:
    text = "Team;Mo-Th from;Mo-Th to;Fr start;Fr end\nDAY;06:00;14:30;06:00;12:00\n"
    given = {
        "rows": "shifts", "calendar": "Team", "shift": "S",
        "join.S": "1-4 {Mo-Th from}-{Mo-Th to}; 5 {Fr start}-{Fr end}",
    }  # fmt: skip
    done, asked = read(text, given, PLANT)
    assert asked == set()
    assert [(d, e) for d, e in rows(done, "calendar_shift", "weekday", "end_local")] == [
        ("1", "14:30"), ("2", "14:30"), ("3", "14:30"), ("4", "14:30"), ("5", "12:00"),
    ]  # fmt: skip


def test_overtime_whose_end_is_not_after_its_start_ends_on_the_next_day() -> None:
    text = "Day;From;To;Who\n2026-12-05;22:00;06:00;M1\n2026-12-06;06:00;14:00;M1\n"
    given = {"rows": "closures", "overtime": "=x", "holds_for": "Who", "title": "none"}
    done, asked = read(text, given, PLANT)
    assert asked == set()
    assert rows(done, "calendar_exception", "start", "end") == [
        ("2026-12-05 22:00", "2026-12-06 06:00"), ("2026-12-06 06:00", "2026-12-06 14:00"),
    ]  # fmt: skip
    dated = "From;To;Who\n2026-12-05 22:00;2026-12-05 06:00;M1\n"
    done, _ = read(dated, given, PLANT)
    assert rows(done, "calendar_exception", "start", "end") == [("2026-12-05 22:00", "2026-12-05 06:00")]


def test_people_are_offered_for_a_cell_that_names_nothing_those_within_it_first() -> None:
    text = HEADER + "1;Closed;NV Ann Berg (late);2026-12-07;2026-12-07\n"
    done, asked = read(text, GIVEN, PLANT)
    assert asked == {"for.NV Ann Berg (late)"}
    (question,) = done.layouts[0].scope.decisions.questions.values()
    offered = [choice.value for choice in question.choices]
    assert offered[0] == "AB"
    assert {"day", "site", "M1", "machine:DAY2", "operator:DAY2"} <= set(offered)
    assert read(text, GIVEN | {"for.NV Ann Berg (late)": offered[0]}, PLANT)[1] == set()


def test_a_row_that_names_a_person_is_not_of_the_machine_above() -> None:
    head = "Day;From;To;Machine;Person;Shifts\n"
    text = head + (
        "2026-12-05;06:00;12:00;M1;;\n2026-12-05;06:00;12:00;;AB;\n2026-12-05;06:00;12:00;;DAY2;\n"
        "2026-12-06;06:00;12:00;;;SITE\n2026-12-06;06:00;12:00;;;DAY\n"
    )
    given = {
        "rows": "closures", "overtime": "=x", "title": "none", "machine": "Machine", "operator": "Person",
        "calendar": "Shifts",
    }  # fmt: skip
    done, asked = read(text, given, PLANT)
    assert asked == set()
    whom = [("m1", "", ""), ("", "ab", ""), ("", "day2", ""), ("", "", "site"), ("", "", "day")]
    assert rows(done, "calendar_exception", "machine_id", "operator_id", "calendar_id") == whom
    more = text + "2026-12-06;14:00;15:00;;;\n2026-12-07;06:00;12:00;M2;;\n2026-12-07;13:00;14:00;;;\n"
    done, asked = read(more, given, PLANT)
    assert "fill_down_machine" in asked
    assert done.layouts[0].scope.decisions.questions["fill_down_machine"].suggested is None
    done, _ = read(more, given | {"fill_down_machine": "yes", "fill_down_calendar": "yes"}, PLANT)
    told = rows(done, "calendar_exception", "machine_id", "operator_id", "calendar_id")
    assert told[:5] == whom
    assert told[5:] == [("", "", "day"), ("m2", "", ""), ("m2", "", "")]
