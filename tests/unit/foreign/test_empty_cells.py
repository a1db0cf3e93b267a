"""What an empty cell says in a column of words: asked where it would matter, and always to be answered."""

from dataclasses import replace

import pytest

from storage.foreign.shop_names import StoredOrder
from tests.unit.foreign.given_files import SHOP, read, rows

ORDERS = "Job;Qty;Due;Status\nA;1;2026-12-07;done\nA;1;2026-12-07;\nB;1;2026-12-07;\n"


def test_an_order_of_whose_status_no_row_says_anything_is_asked_about() -> None:
    given = {"rows": "orders"}
    assert read(ORDERS, given)[1] == {"status.(empty)"}
    done, asked = read(ORDERS, given | {"status.(empty)": "hold"})
    assert asked == set()
    assert rows(done, "production_order", "code", "status") == [("A", "done"), ("B", "hold")]
    assert read(ORDERS.replace("B;1;2026-12-07;", "B;1;2026-12-07;done"), given)[1] == set()


@pytest.mark.parametrize(
    ("words", "is_asked"), [(("approved", ""), True), (("rejected", ""), False), (("", ""), False)]
)
def test_an_absence_without_a_status_is_asked_about_where_others_are_marked_as_granted(
    words: tuple[str, str], is_asked: bool
) -> None:
    head = "Employee;From;To;Reason;Status"
    days = [f"P{n};2026-12-0{n};2026-12-0{n};Sick;{word}" for n, word in enumerate(words, 1)]
    given = {"new_operators": "new", "absence_status": "Status"}
    text = "\n".join([head, *days, ""])
    assert (read(text, given)[1] == {"approved.(empty)"}) is is_asked
    if is_asked:
        done, _ = read(text, given | {"approved.(empty)": "no"})
        assert rows(done, "absence", "operator_id") == [("P1",)]
        assert "the absence of P2 is of no status and is left out" in str(done.findings.notices)


def test_an_empty_reason_of_an_absence_is_asked_about_where_others_have_one() -> None:
    text = "Employee;From;To;Reason\nP1;2026-12-07;2026-12-08;Sick\nP2;2026-12-07;2026-12-08;\n"
    given = {"new_operators": "new"}
    assert read(text, given)[1] == {"absence.(empty)"}
    done, _ = read(text, given | {"absence.(empty)": "other"})
    assert rows(done, "absence", "kind") == [("sick",), ("other",)]


def test_an_empty_level_is_asked_about_and_an_empty_mark_where_no_mark_says_yes() -> None:
    text = "Operator;Skill;Level\nP1;Turning;3\nP2;Turning;\n"
    given = {
        "rows": "operators", "operator": "Operator", "skill_named": "Skill", "skill_level": "Level",
        "calendar": "none", "no_shift": "day", "level.3": "yes",
    }  # fmt: skip
    assert read(text, given)[1] == {"level.(empty)"}
    done, _ = read(text, given | {"level.(empty)": "no"})
    assert rows(done, "operator_skill", "operator_id") == [("P1",)]
    text = "Operator;Turning;Milling\nP1;-;\nP2;;-\n"
    given = {"rows": "operators", "operator": "Operator", "skill": "Turning; Milling", "no_shift": "day"}
    assert read(text, given)[1] == {"mark.(empty)"}
    done, _ = read(text, given | {"mark.(empty)": "yes"})
    assert rows(done, "operator_skill", "operator_id", "skill_id") == [("P1", "Milling"), ("P2", "Turning")]


def test_an_empty_priority_is_usual_and_can_be_answered() -> None:
    text = "Job;Qty;Due;Prio\nA;1;2026-12-07;hot\nB;1;2026-12-07;\n"
    given = {"rows": "orders", "priority.hot": "5"}
    assert (read(text, given)[1], rows(read(text, given)[0], "production_order", "priority")) == (
        set(), [("5",), ("",)],
    )  # fmt: skip
    done, _ = read(text, given | {"priority.(empty)": "2"})
    assert rows(done, "production_order", "priority") == [("5",), ("2",)]


def test_an_empty_priority_of_an_order_of_the_plan_stays_and_is_told() -> None:
    shop = replace(SHOP, orders={"B": StoredOrder("o-b", "B", 1, "erp", "B", 2)})
    text = "Job;Qty;Due;Prio\nA;1;2026-12-07;hot\nB;1;2026-12-07;\n"
    given = {"rows": "orders", "priority.hot": "5"}
    done, _ = read(text, given, shop)
    assert rows(done, "production_order", "priority") == [("5",), ("2",)]
    assert "stays as the plan has it (B)" in " ".join(notice.text for notice in done.findings.notices)
    done, _ = read(text, given | {"priority.(empty)": "3"}, shop)
    assert rows(done, "production_order", "priority") == [("5",), ("3",)]


@pytest.mark.parametrize(
    ("word", "asked"), [("unbefristet", False), ("bez końca", False), ("för evigt", True)]
)
def test_a_word_for_no_end_among_last_days_is_known_or_asked_once(word: str, asked: bool) -> None:
    text = f"No;Can;Until;Out\nP1;Mill;{word};{word}\nP2;Mill;2026-12-31;\nP3;Mill;{word};2026-12-31\n"
    given = {
        "rows": "operators", "operator": "No", "skill_named": "Can", "skill_until": "Until",
        "no_shift": "day", "active_to": "Out", "active_to.day": "end", "skill_until.(empty)": "not_held",
    }  # fmt: skip
    done, questions = read(text, given)
    assert questions == ({f"open_end.{word}"} if asked else set())
    assert done.findings.problems == []
    done, _ = read(text, given | {f"open_end.{word}": "open"})
    assert rows(done, "operator_skill", "operator_id", "valid_to") == [
        ("P1", ""), ("P2", "2027-01-01 00:00"), ("P3", ""),
    ]  # fmt: skip
    assert rows(done, "operator", "active_to") == [("",), ("",), ("2027-01-01 00:00",)]
    done, _ = read(text, given | {f"open_end.{word}": "wrong"})
    assert done.findings.problems


def test_an_absence_until_a_word_of_the_shops_own_is_open() -> None:
    text = "Employee;From;To;Reason\nP1;2026-12-01;vorerst;Sick\nP2;2026-12-02;vorerst;Sick\n"
    given = {"new_operators": "new", "end": "To"}
    assert read(text, given)[1] == {"open_end.vorerst"}
    done, asked = read(text, given | {"open_end.vorerst": "open"})
    assert (asked, rows(done, "absence", "end_date")) == (set(), [("",), ("",)])
