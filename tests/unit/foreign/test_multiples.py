"""Words that multiply the number that they stand behind or beside."""

from dataclasses import replace

import pytest

from storage.foreign.shop_names import StoredOperation
from tests.unit.foreign.given_files import SHOP, read, rows

PLANT = replace(SHOP, operations={("A", 10): StoredOperation("A", 10, "a10", "ERP", None)})
NEEDS = {
    "rows": "materials",
    "operation": "Op",
    "item": "Item",
    "needed": "Qty",
    "available": "none",
    "unused": "leave",
}


def needed(text: str, answers: dict[str, str] | None = None) -> tuple[list[str], set[str], list[str]]:
    done, asked = read(text, NEEDS | (answers or {}), PLANT)
    return (
        [qty for (qty,) in rows(done, "material_requirement", "qty")],
        asked,
        list(map(str, done.findings.problems)),
    )


@pytest.mark.parametrize("word", ["mil", "Tsd.", "tys.", "тыс.", "k", "thousand", "千"])
def test_a_word_behind_an_amount_that_multiplies_is_asked_and_never_passed_over(word: str) -> None:
    text = f"Job;Op;Item;Qty\nA;10;Screw;0,16 {word}\nA;10;Oil;12,5 kg\nA;10;Nut;40\n"
    _, asked, _ = needed(text)
    assert asked == {f"times.{word}"}
    found, asked, problems = needed(text, {f"times.{word}": "1000"})
    assert (found, asked, problems) == (["160", "12.5", "40"], set(), [])
    assert needed(text, {f"times.{word}": "1"})[0] == ["0.16", "12.5", "40"]


def test_a_unit_that_is_not_known_is_asked_about_once_of_what_is_needed() -> None:
    text = "Job;Op;Item;Qty\nA;10;Screw;2 Zb\nA;10;Oil;3 Zb\n"
    assert needed(text)[1] == {"times.Zb"}
    assert needed(text, {"times.Zb": "50"})[0] == ["100", "150"]


def test_a_word_that_multiplies_in_a_column_of_units_is_asked_about() -> None:
    text = "Job;Op;Item;Qty;Un.\nA;10;Screw;0,16;mil\nA;10;Oil;12,5;kg\nA;10;Nut;40;pz\n"
    assert needed(text)[1] == {"needed.unit"}
    assert needed(text, {"needed.unit": "{Un.}"})[1] == {"times.mil"}
    found, asked, _ = needed(text, {"needed.unit": "{Un.}", "times.mil": "1000"})
    assert (found, asked) == (["160", "12.5", "40"], set())
    assert needed(text, {"needed.unit": "1"})[0] == ["0.16", "12.5", "40"]


@pytest.mark.parametrize(
    ("cell", "answers", "pieces"),
    [
        ("1,5 Tsd. Stk", {"times.Tsd": "1000"}, None), ("1,5 Tsd.", {"times.Tsd.": "1000"}, "1500"),
        ("2 HU", {"times.HU": "100"}, "200"), ("40 Stk", {}, "40"),
    ],
)  # fmt: skip
def test_a_quantity_of_an_order_may_be_multiplied(
    cell: str, answers: dict[str, str], pieces: str | None
) -> None:
    done, asked = read(f"Job;Qty;Due\nA;{cell};2026-12-07\n", {"rows": "orders", "quantity": "Qty"} | answers)
    if pieces is None:
        assert asked == {"times.Tsd."}
    else:
        assert (asked, rows(done, "production_order", "quantity")) == (set(), [(pieces,)])


def test_a_quantity_counted_in_hundreds_by_another_column_or_its_header_is_asked_about() -> None:
    text = "Job;Qty;ME;Due\nA;2,500;HU;2026-12-07\nB;40;ST;2026-12-08\n"
    given = {"rows": "orders", "decimal": "comma", "quantity": "Qty"}
    assert read(text, given)[1] == {"quantity.unit"}
    said = {"quantity.unit": "{ME}", "times.HU": "100", "times.ST": "1"}
    done, asked = read(text, given | said)
    assert (asked, rows(done, "production_order", "quantity")) == (set(), [("250",), ("40",)])
    head = "Job;Qty [Tsd.];Due\nA;2,5;2026-12-07\n"
    assert read(head, {"rows": "orders"})[1] == {"quantity.unit"}
    done, asked = read(head, {"rows": "orders", "quantity.unit": "1000"})
    assert (asked, rows(done, "production_order", "quantity")) == (set(), [("2500",)])


def test_a_word_behind_a_quantity_that_is_not_known_is_an_error_that_says_how_to_answer() -> None:
    done, _ = read("Job;Qty;Due\nA;2 Zb;2026-12-07\nB;3;2026-12-08\n", {"rows": "orders", "quantity": "Qty"})
    assert "times.Zb=1000" in str(done.findings.problems)
