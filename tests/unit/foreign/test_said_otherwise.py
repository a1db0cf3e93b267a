"""What planners of a ninth set met: rows that lost something without a word, and answers that could not be
said."""

from dataclasses import replace
from datetime import date

from storage.foreign.decisions import Decisions
from storage.foreign.shop_names import (
    ShopNames,
    StoredAlternative,
    StoredException,
    StoredOperation,
    StoredOrder,
)
from storage.foreign.tables import tables_of
from storage.foreign.transforming import Transformed, layouts_of, transform
from tests.unit.foreign.test_differences import SHOP, read, rows
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
