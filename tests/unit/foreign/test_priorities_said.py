"""Priorities that a person says one by one."""

from dataclasses import replace

from storage.foreign.shop_names import StoredOrder
from tests.unit.foreign.given_files import SHOP, read, rows

TEXT = "Job;Qty;Due;Prio\nA;1;2026-12-07;1\nB;1;2026-12-07;3\nC;1;2026-12-07;4\nD;1;2026-12-07;9\n"
GIVEN = {"rows": "orders", "priority.9": "1"}


def test_answers_for_all_priorities_win_and_which_is_the_most_urgent_is_not_asked() -> None:
    said = GIVEN | {"priority.1": "5", "priority.3": "4", "priority.4": "3"}
    wanted = [("5",), ("4",), ("3",), ("1",)]
    done, asked = read(TEXT, said)
    assert (asked, rows(done, "production_order", "priority")) == (set(), wanted)
    done, asked = read(TEXT, said | {"priority.order": "1_is_urgent"})
    assert (asked, rows(done, "production_order", "priority")) == (set(), wanted)


def test_an_answer_for_some_priorities_wins_over_the_order_of_the_others() -> None:
    assert read(TEXT, GIVEN | {"priority.3": "4"})[1] == {"priority.order"}
    done, _ = read(TEXT, GIVEN | {"priority.3": "4", "priority.order": "1_is_urgent"})
    assert rows(done, "production_order", "priority") == [("5",), ("4",), ("2",), ("1",)]


def test_a_priority_that_is_asked_about_is_not_told_as_empty() -> None:
    plan = replace(SHOP, orders={"A": StoredOrder("a", "A", 1, "import", "A", 5)})
    assert "is empty" not in str(read(TEXT, GIVEN, plan)[0].findings.notices)
    empty = TEXT.replace("07;1\n", "07;\n")
    assert "is empty" in str(read(empty, GIVEN | {"priority.order": "1_is_urgent"}, plan)[0].findings.notices)
