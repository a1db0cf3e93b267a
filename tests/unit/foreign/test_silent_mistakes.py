"""What planners met in a blind trial: rows that were read wrongly, or passed over, without a word."""

from dataclasses import replace

import pytest

from leadhand.errors import InvalidRequest
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.places import shifts_in
from storage.foreign.shop_names import Named, StoredMaterial, StoredOperation
from storage.foreign.tables import tables_of
from storage.foreign.transforming import Transformed, layouts_of, transform
from tests.unit.foreign.given_files import SHOP, read, rows
from tests.unit.foreign.test_files import text_of
from tests.unit.foreign.test_shaping import cells, changed

DOWN = {
    "rows": "downtimes",
    "machine": "Machine",
    "start": "From",
    "new_machines": "new",
    "calendar": "day",
    "downtime": "maintenance",
    "unused": "leave",
}


def test_a_downtime_without_an_end_takes_its_length_and_one_without_both_is_asked_about() -> None:
    text = (
        "Machine;From;To;Hours\nM1;2026-12-07 06:00;2026-12-07 10:00;9\nM1;2026-12-08 06:00;;4.5\n"
        "M2;2026-12-09 06:00;;\n"
    )
    given = DOWN | {"end": "To", "length": "Hours", "length.unit": "h"}
    done, asked = read(text, given)
    assert (asked, rows(done, "downtime", "end")) == (
        {"open_end"}, [("2026-12-07 10:00",), ("2026-12-08 10:30",)],
    )  # fmt: skip
    done, _ = read(text, given | {"open_end": "open"})
    assert rows(done, "downtime", "end")[2] == ("",)
    assert "the downtime of M2 has no end: until further notice" in str(done.findings.notices)
    done, _ = read(text, given | {"open_end": "2026-12-11"})
    assert rows(done, "downtime", "end")[2] == ("2026-12-12 00:00",)


def test_an_end_that_is_a_date_alone_is_the_end_of_that_day_where_the_start_has_a_time() -> None:
    done, asked = read(
        "Machine;From;To\nM1;2026-12-07 13:00;2026-12-08\n", DOWN | {"end": "To", "length": "none"}
    )
    assert (asked, rows(done, "downtime", "end")) == (set(), [("2026-12-09 00:00",)])
    text = "Employee,From,To,Reason\nAda,2026-12-07 13:00,2026-12-08,Vacation\n"
    done, asked = read(text, {"new_operators": "new"})
    assert (asked, rows(done, "absence", "start", "end")) == (
        set(), [("2026-12-07 13:00", "2026-12-09 00:00")],
    )  # fmt: skip


def test_an_absence_that_stands_there_twice_counts_once_and_one_that_ends_otherwise_is_an_error() -> None:
    head = "Employee,From,To,Reason\nP1,2026-12-07,2026-12-08,Sick\nP1,2026-12-07"
    given = {"rows": "absences", "new_operators": "new", "calendar": "day"}
    done, _ = read(f"{head},2026-12-08,Sick\n", given)
    assert rows(done, "absence", "start_date", "end_date") == [("2026-12-07", "2026-12-08")]
    assert "the absence of P1 is that of row 2 and counts once" in str(done.findings.notices)
    done, _ = read(f"{head},2026-12-09,Sick\n", given)
    assert len(rows(done, "absence", "end_date")) == 2  # the import refuses two of one key


def _materials(text: str, /, *plan: StoredMaterial, **answers: str) -> tuple[Transformed, set[str]]:
    given = {
        "rows": "materials", "order": "Job", "operation": "Op", "item": "Part", "needed": "Qty",
        "available": "There", **answers,
    }  # fmt: skip
    stored = {("A", 10): StoredOperation("A", 10, "A/10", "import", None, 0)}
    decisions = Decisions(given)
    layouts = layouts_of(tables_of(text_of(text)), decisions)
    done = transform(
        layouts,
        decisions,
        replace(SHOP, operations=stored, materials={("A", 10): plan}),
        file="file",
        sheets=1,
    )
    return done, set(decisions.questions)


def test_a_material_of_the_plan_is_known_by_its_own_number_and_one_without_by_its_item() -> None:
    text = "Job;Op;Part;Qty;There;Line\nA;10;Rod;5;2026-12-07 08:00;7/1\nA;10;Bar;2;2026-12-07 08:00;7/2\n"
    known = [("m1", "Bar", "ERP", "7/1"), ("m2", "Bar", "hand", None), ("m3", "Rod", "ERP", "7/3")]
    plan = [StoredMaterial("A", 10, *row) for row in known]
    text += "A;10;Bar;1;2026-12-07 08:00;7/4\n"
    done, asked = _materials(text, *plan, material_number="Line", source="ERP")
    assert (asked, rows(done, "material_requirement", "id", "source", "external_id", "item")) == (
        set(), [("m1", "ERP", "7/1", "Rod"), ("m2", "hand", "", "Bar"), ("", "ERP", "7/4", "Bar")],
    )  # fmt: skip


def test_an_empty_day_of_a_material_is_asked_about_once_and_not_taken_as_unknown() -> None:
    text = "Job;Op;Part;Qty;There\nA;10;Bar;5;2026-12-07\nA;10;Plate;2;\nA;10;Rod;2;\n"
    assert _materials(text)[1] == {"available.(empty)", "available.day"}
    done, asked = _materials(text, **{"available.(empty)": "unknown", "available.day": "start"})
    there = [("2026-12-07 00:00",), ("",), ("",)]
    assert (asked, rows(done, "material_requirement", "available_at")) == (set(), there)


def test_a_day_of_a_material_is_its_start_or_its_end_as_it_is_answered() -> None:
    text = "Job;Op;Part;Qty;There\nA;10;Bar;5;2026-12-07\nA;10;Rod;2;2026-12-07 09:30\n"
    assert _materials(text)[1] == {"available.day"}
    done, _ = _materials(text, **{"available.day": "end"})
    there = [("2026-12-08 00:00",), ("2026-12-07 09:30",)]
    assert rows(done, "material_requirement", "available_at") == there
    done, _ = _materials(text, **{"available.day": "08:00"})
    assert rows(done, "material_requirement", "available_at")[0] == ("2026-12-07 08:00",)
    with pytest.raises(InvalidRequest, match="right would be: start, end, 08:00"):
        _materials(text, **{"available.day": "25:00"})
    jobs = "Job;Qty;Due;Start not before\nA;1;2026-12-11;2026-12-07\n"
    given = {"rows": "orders"}
    assert rows(read(jobs, given)[0], "production_order", "release_at") == [("2026-12-07 00:00",)]
    done, _ = read(jobs, given | {"release.day": "end"})
    assert rows(done, "production_order", "release_at") == [("2026-12-08 00:00",)]


def test_rows_that_an_answer_leaves_out_are_told_and_an_answer_can_be_taken_back() -> None:
    text = "Job;Qty;Due;Kind\nA;1;2026-12-11;x\nB;1;2026-12-11;y\nC;1;2026-12-11;y\n"
    given = {"rows": "orders", "unused": "leave"}
    done, _ = read(text, given | {"only": "Kind=x"})
    assert "2 rows are left out by only=Kind=x, such as row 3: B | 1 | 2026-12-11 | y" in str(
        done.findings.notices
    )
    assert len(rows(read(text, given | {"only": "none"})[0], "production_order", "code")) == 3


def test_a_column_with_a_telling_header_that_is_not_used_is_asked_about() -> None:
    text = "Job;Qty;Due\nA;1;soon\nB;1;later\nC;1;next\nD;1;2026-12-11\n"
    assert "due" in read(text, {"rows": "orders", "unused": "leave"})[1]
    text = "Kind;Job;Qty;Due;Status\nH;Acme;;;\n;A;1;2026-12-11;Shipped\n"
    given = {
        "rows": "orders", "parent": "Kind=H", "customer": "(above) Job", "order": "Job", "quantity": "Qty",
        "due": "Due", "header_rows": "1",
    }  # fmt: skip
    assert "status" in read(text, given)[1]
    done, _ = read(text, given | {"status": "Status"})
    assert rows(done, "production_order", "status") == [("done",)]


def test_what_stands_between_the_rows_and_rows_without_a_head_are_told() -> None:
    text = "Kind;Job;Qty;Due\nL;Z;1;2026-12-11\nH;Acme;0;2026-12-11\nL;A;1;2026-12-11\n"
    given = {
        "rows": "orders", "parent": "Kind=H", "customer": "(above) Job", "order": "Job", "quantity": "Qty",
        "due": "Due",
    }  # fmt: skip
    told = str(read(text, given)[0].findings.notices)
    assert "parent: of 1 such rows none is above 1 others, such as row 2" in told
    text = (
        "Job;Qty;Due\nAcme;;\nA;1;2026-12-11\nB;1;2026-12-11\nNote: by rail;;\nC;1;2026-12-11\n"
        "D;1;2026-12-11\n"
    )
    told = str(read(text, {"rows": "orders", "customer": "(line above)"})[0].findings.notices)
    assert "(line above) says of the rows below it: Acme (2 rows) · Note: by rail (2 rows)" in told


def test_an_hour_alone_among_times_such_as_1430_is_not_taken_for_minutes_after_midnight() -> None:
    text = "Machine;Day;From;To\nM1;2026-12-07;730;12\nM1;2026-12-08;0;1645\n"
    done, _ = read(text, DOWN | {"day": "Day", "end": "To", "length": "none", "clock": "hhmm"})
    (problem,) = done.findings.problems
    assert (problem.row, problem.reason) == (2, "could be an hour, or minutes after midnight")
    assert rows(done, "downtime", "start", "end") == [("2026-12-08 00:00", "2026-12-08 16:45")]


def test_rows_of_which_nothing_is_made_yet_are_named() -> None:
    text = "Employee,From,To,Reason\nAda,2026-12-07,2026-12-08,Sick\nBob,26.Qor.26,2026-12-09,Sick\n"
    assert read(text, {"new_operators": "new"})[0].unread == {"jobs.csv": (3,)}


def test_an_asterisk_in_other_words_stands_for_any_text() -> None:
    text = "Nr;From\n1;04.12.2026 ap-midi\n2;05.12.2026 matin\n3;*\n4;07.12.2026\n"
    said = {"replace.From": "* ap-midi -> * 13:00; * matin -> *; * -> none"}
    column = [row[1] for row in cells(changed(text, said))]
    assert column == ["04.12.2026 13:00", "05.12.2026", "none", "07.12.2026"]
    with pytest.raises(InvalidRequest):
        changed(text, {"replace.From": "x* -> **"})


def test_an_asterisk_alone_that_no_cell_is_is_an_error_that_says_how_all_others_are_named() -> None:
    text = "Nr;From\n1;open\n2;late\n3;\n"
    with pytest.raises(InvalidRequest, match=r"\* alone is the sign itself.*\?\* -> "):
        changed(text, {"replace.From": "open -> until further notice; * -> "})
    column = [
        row[1] for row in cells(changed(text, {"replace.From": "open -> until further notice; ?* -> "}))
    ]
    assert column == ["until further notice", "", ""]


def test_what_a_split_makes_is_said_in_other_words_before_it_is_joined_and_that_is_split_again() -> None:
    text = "Nr;From\n1;04.12.2026 pm\n2;05.12.2026 am\n"
    said = {
        "join.When": "{day} {half}", "split.When": "{date} {clock}", "join.Both": "{clock}/{date}",
        "split.From": "{day} {half}", "replace.half": "pm -> 13:00; am -> 08:00",
    }  # fmt: skip
    table = changed(text, said)
    both = table.headers.index("Both")
    assert [row.cell(both).text for row in table.rows] == ["13:00/04.12.2026", "08:00/05.12.2026"]


def test_an_answer_for_a_word_that_is_only_in_rows_left_out_is_no_mistake_but_one_for_no_word_is() -> None:
    decisions = Decisions({"status.A": "hold", "status.Q": "hold"})
    decisions.settle(Question("status.L", "?", (Choice("hold"),)), proven=("hold", "known"))
    assert decisions.refuse_unknown(["status.A"], {"a", "l"}) == ["status.A"]
    for key in ("status.Q", "statsu.A"):
        with pytest.raises(InvalidRequest):
            decisions.refuse_unknown([key], {"a", "l"})


def test_a_date_with_points_beside_others_that_begin_with_their_year_is_asked_about() -> None:
    text = "Machine;From;To\nM1;2026.11.28;2026.11.29\nM2;26.11.30;\n"
    given = DOWN | {"end": "To", "length": "none", "open_end": "open"}
    _, asked = read(text, given)
    assert asked == {"date_order"}
    for order, first in (("ymd", "2026-11-30 00:00"), ("dmy", "2030-11-26 00:00")):
        done, asked = read(text, given | {"date_order": order})
        assert (asked, rows(done, "downtime", "start")[1]) == (set(), (first,))
    _, asked = read(text.replace("2026.11.28;2026.11.29", "28.11.2026;29.11.2026"), given)
    assert asked == set()


def test_a_row_that_goes_on_with_the_machine_above_one_that_is_left_out_is_told() -> None:
    text = (
        "Machine;From;To;State\nM1;2026-12-07 06:00;2026-12-07 10:00;\n;2026-12-08 06:00;2026-12-08 10:00;\n"
        "M2;2026-12-09 06:00;2026-12-09 10:00;void\n;2026-12-10 06:00;2026-12-10 10:00;\n"
        ";2026-12-11 06:00;2026-12-11 10:00;\n"
    )
    given = DOWN | {"end": "To", "length": "none", "leave_out": "State=void", "fill_down_machine": "yes"}
    done, asked = read(text, given)
    assert asked == set()
    (told,) = [str(one) for one in done.findings.notices if "carry_down" in str(one)]
    assert 'the machine is "M1" as above; row 4, which is left out, says "M2"' in told
    done, _ = read(text, {**given, "carry_down": "Machine"})
    first, second, third, fourth = rows(done, "downtime", "machine_id")
    assert first == second != third == fourth
    assert "carry_down" not in str(done.findings.notices)


def test_the_second_piece_of_a_night_is_in_the_same_night() -> None:
    text = "Employee;Date;Shift\nAda;2026-12-07;N\nAda;2026-12-08;N\n"
    given = {
        "rows": "shifts", "shift.N": "22:00-02:00; 02:30-06:00", "new_operators": "new",
        "operator_calendar": "day",
    }  # fmt: skip
    done, asked = read(text, given)
    spans = [s for s in rows(done, "calendar_exception", "start", "end") if s[0]]
    assert (asked, spans[:2]) == (
        set(),
        [("2026-12-07 22:00", "2026-12-08 02:00"), ("2026-12-08 02:30", "2026-12-08 06:00")],
    )
    assert [
        (slot[0], slot[1]) for slot in shifts_in("7 08:00-10:00; 22:00-24:00; 00:30-06:00") or ()
    ] == [
        (7, "08:00"), *((day, "22:00") for day in range(1, 6)), *((day, "00:30") for day in range(2, 7)),
    ]  # fmt: skip


def test_what_the_shop_has_keeps_its_calendar_and_group_where_no_column_says_them() -> None:
    shop = replace(
        SHOP,
        calendars=(*SHOP.calendars, Named("late", "late", "Late", None, "late", "import", None)),
        operators=(Named("o-1", "P1", "Ada", None, "late", "hr", "7"),),
        machines=(Named("m-1", "M1", "Mill", "mills", "late", "erp", "9"),),
    )

    def taken(text: str, given: dict[str, str]) -> tuple[Transformed, set[str]]:
        decisions = Decisions(given)
        layouts = layouts_of(tables_of(text_of(text)), decisions)
        return transform(layouts, decisions, shop, file="file", sheets=1), set(decisions.questions)

    done, asked = taken("Employee;Name;Turning\nP1;Ada;x\n", {"rows": "operators", "skill": "Turning"})
    assert (asked, rows(done, "operator", "id", "calendar_id")) == (set(), [("o-1", "late")])
    done, asked = taken("Machine;Name\nM1;Mill 1\n", {"rows": "machines", "machine_name": "Name"})
    assert (asked, rows(done, "machine", "id", "work_center_id", "calendar_id")) == (
        set(), [("m-1", "mills", "late")],
    )  # fmt: skip


def test_rows_of_people_that_give_no_skill_are_told_by_the_reason() -> None:
    text = "No;Name;Can;Level\nP1;Ann;Mill;3\nP1;Ann;Saw;1\nP2;Bob;;\nP3;Cy;Saw;1\n"
    given = {
        "rows": "operators", "operator": "No", "skill_named": "Can", "skill_level": "Level",
        "no_shift": "day", "level.1": "no", "level.3": "yes", "level.(empty)": "no",
    }  # fmt: skip
    done, asked = read(text, given)
    told = [notice.text for notice in done.findings.notices if "give none" in notice.text]
    assert asked <= {"level.(empty)"}
    assert told == [
        "rows that name no skill, and give none: 1 (row 4)",
        "rows that name a skill that is not held, by level or last day, and give none: 2 (row 3, 5)",
    ]
