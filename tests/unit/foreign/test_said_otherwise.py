"""What planners of a ninth set met: rows that lost something without a word, and answers that could not be
said."""

from dataclasses import replace
from datetime import date

import pytest

from leadhand.errors import InvalidRequest
from storage.foreign.dates import DateStyle, parse_date
from storage.foreign.decisions import Decisions
from storage.foreign.shop_names import (
    ShopNames,
    StoredAlternative,
    StoredException,
    StoredOperation,
    StoredOrder,
)
from storage.foreign.table_keys import refuse_first_kind, refuse_without_table
from storage.foreign.tables import tables_of
from storage.foreign.transforming import Transformed, layouts_of, transform
from tests.unit.foreign.given_files import SHOP, read, rows
from tests.unit.foreign.test_files import text_of

PLANNED = replace(
    SHOP,
    orders={"A": StoredOrder("o-a", "A", 40, "erp", "A")},
    operations={("A", 10): StoredOperation("A", 10, "a10", "erp", "A/10", 0, 60, 480)},
    alternatives={("a10", "m1"): StoredAlternative("a10", "m1", 45, 300)},
)
OF_PLAN = {"rows": "operations", "quantity": "none", "due": "none", "status": "none", "unused": "leave"}
MADE = {"rows": "operations", "new_machines": "new", "calendar": "day", "unused": "leave"}


def into(shop: ShopNames, text: str, given: dict[str, str]) -> tuple[Transformed, set[str]]:
    """What a file gives to a shop, and the keys of what is still asked."""
    decisions = Decisions(given)
    layouts = layouts_of(tables_of(text_of(text)), decisions)
    done = transform(layouts, decisions, shop, file="file", sheets=1)
    return done, set(decisions.questions)


def problems(done: Transformed) -> str:
    return " ".join(str(problem) for problem in done.findings.problems)


def test_times_that_a_file_does_not_say_stay_as_the_plan_has_them() -> None:
    text = "Order;Op;Good\nA;10;12\n"
    given = OF_PLAN | {"machine": "none", "done": "Good", "done_at": "now"}
    for run in ({"run": "none", "setup": "none"}, {"run": "booked"}):
        done, asked = into(PLANNED, text, given | run)
        assert (asked, problems(done)) == (set(), "")
        assert rows(done, "operation", "setup_min", "run_s_per_piece") == [("60", "480")]
        assert rows(done, "operation_alternative") == []
    done, _ = into(PLANNED, text, given | {"run": "=2", "run.unit": "min_per_piece"})
    assert rows(done, "operation", "setup_min", "run_s_per_piece") == [("60", "120")]


def test_the_times_on_a_machine_stay_too_and_a_new_operation_needs_a_run_time() -> None:
    given = OF_PLAN | {"run": "none", "setup": "none", "new_machines": "new", "calendar": "day"}
    shop = replace(PLANNED, machines=(replace(SHOP.calendars[0], id="m1", code="M1", name="M1"),))
    done, _ = into(shop, "Order;Op;Machine\nA;10;M1\n", given)
    assert rows(done, "operation_alternative", "machine_id", "setup_min", "run_s_per_piece") == [
        ("m1", "45", "300")
    ]
    done, _ = into(shop, "Order;Op;Machine\nA;20;M1\n", given)
    assert "the shop has no such operation" in problems(done)


def test_a_row_that_repeats_an_operation_without_another_machine_is_told_or_is_an_error() -> None:
    head = "Order;Qty;Op;Machine;Setup min;Run min/pc\nA;5;10;M1;10;2\n"
    done, _ = read(f"{head}A;5;10;M2;10;2\n", MADE)
    assert "repeated_operation=alternatives" in problems(done)
    done, _ = read(f"{head}A;5;10;M1;10;2\n", MADE)
    assert "repeated_operation" not in problems(done)
    given = MADE | {"repeated_operation": "alternatives"}
    done, _ = read(f"{head}A;5;10;M1;10;2\n", given)
    assert "1 rows say an operation of a row above again" in str(done.findings.notices)
    done, _ = read(f"{head}A;5;10;M1;10;3\n", given)
    assert "with other times, and no other machine" in problems(done)
    done, _ = read(f"{head}A;5;10;M2;10;3\n", given)
    assert problems(done) == ""


def test_rows_of_an_operation_that_say_different_pieces_as_done_are_errors() -> None:
    text = "Order;Qty;Op;Machine;Run min/pc;Good\nA;50;10;M1;2;18\nA;50;10;M2;2;26\n"
    given = MADE | {"repeated_operation": "alternatives", "done": "Good", "done_at": "now"}
    done, _ = read(text, given)
    assert "another row says 18 pieces of A/10" in problems(done)


def test_a_closed_day_that_the_plan_has_already_is_that_of_the_plan() -> None:
    christmas = StoredException(
        "x1", "closure", "day", "Christmas", "erp", "E1", date(2026, 12, 25), None, None
    )
    text = "Date;Name\n2026-12-24;Shutdown\n2026-12-25;Shutdown\n"
    done, asked = into(replace(SHOP, exceptions=(christmas,)), text, {"rows": "closures"})
    assert asked == set()
    assert rows(done, "calendar_exception", "id", "source", "external_id", "name", "production_date") == [
        ("", "import", "import:closed day 2026-12-24", "Shutdown", "2026-12-24"),
        ("x1", "erp", "E1", "Christmas", "2026-12-25"),
    ]
    assert "1 time is in the plan already" in str(done.findings.notices)
    done, _ = into(replace(SHOP, exceptions=(christmas,)), "Date\n2026-12-25\n", {"rows": "closures"})
    assert "name" not in done.canonical.columns("calendar_exception")  # what the plan calls it stays


def test_whether_people_without_a_last_day_have_the_skill_that_a_fixed_word_names_is_asked() -> None:
    text = "No;Name;Crane\n1;Ann;2027-03-31\n2;Bo;\n3;Cy;2026-12-31\n"
    given = {
        "rows": "operators", "operator": "No", "operator_name": "Name", "skill": "none", "calendar": "=day",
        "skill_named": "=Crane", "skill_until": "Crane", "new_operators": "new",
    }  # fmt: skip
    assert read(text, given)[1] == {"skill_until.(empty)"}
    for answer, count in (("not_held", 2), ("held", 3)):
        done, asked = read(text, given | {"skill_until.(empty)": answer})
        assert (asked, len(rows(done, "operator_skill"))) == (set(), count)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2004/4/1", "2004-04-01"), ("2026-10-1", "2026-10-01"), ("2026.4.9", "2026-04-09"),
        ("2027/3/31", "2027-03-31"), ("2026/4/1 7:30", "2026-04-01"),
    ],
)  # fmt: skip
def test_a_date_that_begins_with_its_year_may_have_a_day_of_one_digit(text: str, day: str) -> None:
    assert str(parse_date(text, DateStyle()).day) == day


def test_a_number_of_pieces_with_decimals_is_read_as_the_decimal_sign_is_decided() -> None:
    text = "Order;Qty;Op;Machine;Run;Unit;Base qty\nA;5;10;M1;12.50;MIN;1.000\nB;5;10;M1;90;MIN;100.000\n"
    given = MADE | {"run": "Run", "run.unit": "{Unit}", "run.base": "{Base qty}"}
    done, asked = read(text, given)
    assert (asked, problems(done)) == (set(), "")
    assert rows(done, "operation", "run_s_per_piece") == [("750",), ("54",)]
    done, asked = read(text.replace("12.50", "12"), given)
    assert asked == {"decimal"}
    done, _ = read(text.replace("100.000", "0.5"), given)
    assert 'its row says as "0.5"' in problems(done)


def test_work_with_no_machine_and_times_of_zero_is_elsewhere_where_a_column_says_how_long() -> None:
    text = "Order;Qty;Op;Machine;Setup min;Run min/pc;Days away\nA;5;10;M1;5.5;2;0\nA;5;20;;0.000;0.000;7\n"
    given = MADE | {"elsewhere_time": "Days away", "elsewhere_time.unit": "d"}
    done, asked = read(text, given)
    assert (asked, problems(done)) == (set(), "")
    assert rows(done, "operation", "subcontract_minutes") == [("",), (str(7 * 24 * 60),)]
    done, _ = read(text, MADE | {"elsewhere_time": "none"})
    assert "elsewhere=COLUMN" in problems(done)


def test_an_answer_without_its_table_is_refused_with_the_right_form_where_several_are_there() -> None:
    text = "Job;Qty;Due\nA;5;2026-12-07\nB;6;2026-12-08\n\nName;From;To\nAnn;2026-12-01;2026-12-03\n"
    tables = tables_of(text_of(text))
    assert len(tables) == 2
    for key in ("leave_out", "rows", "join.When", "order", "shift.A"):
        with pytest.raises(InvalidRequest, match=f"right would be: {tables[0].label}!{key}"):
            refuse_without_table({key}, tables)
    with pytest.raises(InvalidRequest, match=rf"{tables[0].label}!rows, {tables[0].label}!leave_out\.$"):
        refuse_without_table(["rows", "leave_out", "source"], tables)
    refuse_without_table({"calendar", "source", f"{tables[0].label}!order"}, tables)
    refuse_without_table({"order"}, tables[:1])


def test_an_answer_that_only_some_rows_call_for_is_no_error_in_a_file_without_them() -> None:
    decisions = Decisions({})
    given = ["repeated_operation", "Jobs!replace_bookings", "new_machines"]
    assert decisions.refuse_unknown(given) == given
    with pytest.raises(InvalidRequest):
        decisions.refuse_unknown(["repeated_operatoin"])
    assert decisions.refuse_unknown(["shift.A"], unread=True) == ["shift.A"]
    assert Decisions({"machine.M-1": "M-1"}).refuse_unknown(["machine.M-1"]) == ["machine.M-1"]


def test_a_new_skill_may_have_a_code_of_its_own() -> None:
    text = "No;Name;Turning;Grinding\nP1;Ann;x;\nP2;Bo;;x\n"
    given = {
        "rows": "operators",
        "calendar": "=day",
        "new_operators": "new",
        "operator": "No",
        "skill.Grinding": "GRI",
    }
    done, asked = read(text, given)
    assert (asked, rows(done, "skill", "code", "name")) == (
        set(), [("Turning", "Turning"), ("GRI", "Grinding")],
    )  # fmt: skip
    assert [skill for (skill,) in rows(done, "operator_skill", "skill_id")] == ["Turning", "GRI"]


def test_columns_that_go_across_may_be_named_by_their_form() -> None:
    text = "Order;Part;2026 W49 P;2026 W50 P;2027 W01 V\nA;x;5;;7\n"
    given = {
        "across": "20?? W*", "rows": "orders", "join.Code": "{Order}/{(column)}", "order": "Code",
        "quantity": "(content)", "leave_out": "(content)=", "due": "none", "unused": "leave",
    }  # fmt: skip
    done, asked = read(text, given)
    assert (asked, rows(done, "production_order", "code", "quantity")) == (
        set(), [("A/2026 W49 P", "5"), ("A/2027 W01 V", "7")],
    )  # fmt: skip


def test_rows_that_may_be_bought_or_whose_header_may_be_a_row_are_asked_about() -> None:
    assert read("Supplier;Order;Qty;Due\nSteel Co;P-1;5;2026-12-07\n")[1] == {"rows"}
    text = "mon;2026-11-30;A;B;8\ntue;2026-12-01;A;B;9\nwed;2026-12-02;B;A;7\n"
    assert read(text)[1] == {"rows"}


def test_codes_of_a_roster_that_are_of_no_day_are_asked_about_and_their_rows_are_no_errors() -> None:
    text = "Order;Pv;Employee Ann;Bo\nma;2026-11-30;A;B\nti;2026-12-01;B;A\n"
    given = {
        "rows": "shifts", "across": "Employee Ann; Bo", "operator": "(column)", "shift": "(content)",
        "new_operators": "new", "operator_calendar": "day", "unused": "leave",
    }  # fmt: skip
    done, asked = read(text, given)
    assert (asked, problems(done)) == ({"day"}, "")
    assert read(text, given | {"day": "Pv"})[1] == {"shift.A", "shift.B"}


def test_the_first_of_several_columns_that_says_something_counts() -> None:
    text = "Job;Qty;Promised;Wanted\nA;5;;2026-12-09\nB;6;2026-12-07;2026-12-09\n"
    given = {
        "rows": "orders",
        "order": "Job",
        "join.When": "{Promised|Wanted}",
        "due": "When",
        "unused": "leave",
    }
    done, asked = read(text, given)
    assert (asked, rows(done, "production_order", "code", "due_date")) == (
        set(), [("A", "2026-12-09"), ("B", "2026-12-07")],
    )  # fmt: skip
    with pytest.raises(InvalidRequest, match="no column Promist"):
        read(text, given | {"join.When": "{Promist|Wanted}"})


def test_columns_of_weeks_are_asked_about_and_so_are_numbers_that_each_row_has_of_its_own() -> None:
    text = "Order;Part;2026 KW49;2026 KW50;2026 KW51;2026 KW52\nA;x;5;;7;9\n"
    assert read(text, {"rows": "orders"})[1] == {"across"}
    text = (
        "Employee;From;To;Reason;Slip\nAnn;2026-12-01;2026-12-03;Sick;V26-1\n"
        "Ann;2026-12-07;2026-12-07;Sick;V26-2\n"
    )
    given = {"rows": "absences", "new_operators": "new", "operator_calendar": "day"}
    assert read(text, given)[1] == {"unused"}
    assert read(text, given | {"absence_number": "Slip"})[1] == set()


def test_a_new_operation_that_takes_as_long_as_it_is_booked_and_is_not_booked_is_told() -> None:
    text = "Job;Op;Machine;Start;End\nA;10;M1;2026-12-07 06:00;2026-12-07 14:00\nA;20;M1;;\n"
    done, asked = read(text, MADE | {"quantity": "=1", "run": "booked"})
    assert asked == set()
    assert "1 new operations take as long as they are booked" in str(done.findings.notices)


def test_a_key_of_the_first_of_several_kinds_of_rows_has_no_name() -> None:
    text = "Machine;From;To;Kind\nM1;2026-12-07 06:00;2026-12-07 14:00;Maintenance\n"
    given = {"rows": "machines; downtimes", "machine": "Machine"}
    layouts = layouts_of(tables_of(text_of(text)), Decisions(given))
    with pytest.raises(InvalidRequest, match="right would be: machine"):
        refuse_first_kind({"machines!machine"}, layouts)
    refuse_first_kind({"downtimes!machine", "machines!only"}, layouts)
