"""Digits of other scripts and signs that nobody sees, as plans hold them."""

import pytest

from storage.foreign.grid import cell_of, composed
from storage.foreign.rewording import refuse_lone_sign
from storage.foreign.scripts import plain_signs
from tests.unit.foreign.given_files import read, rows


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("M-٠٣", "M-03"), ("۱۴۰۵", "1405"), ("๒๕๖๙", "2569"), ("१२,५", "12,5"), ("١٬٢٣٤٫٥", "1234.5"),
        ("\u200f٢٠٢٦/١٢/٠٤", "2026/12/04"), ("\u2066A-1\u2069\u200b", "A-1"), ("\ufeffJob", "Job"),
        ("２０", "２０"), ("می\u200cشود", "می\u200cشود"), ("½ m²", "½ m²"),
    ],
)  # fmt: skip
def test_a_cell_has_the_digits_of_the_plan_and_no_sign_that_is_not_seen(text: str, plain: str) -> None:
    assert (cell_of(text).text, composed(text)) == (plain, plain)
    assert cell_of("\u200f").empty


def test_an_order_in_digits_of_another_script_is_that_of_the_plan_with_its_number_and_date() -> None:
    done, asked = read("Job;Qty;Due\nFA-٧;٤٠;\u200f٢٠٢٦-١٢-٠٤\n")
    assert (asked, done.findings.problems) == (set(), [])
    ((number, quantity, due),) = rows(done, "production_order", "code", "quantity", "due_date")
    assert (number, quantity, due[:10]) == ("FA-7", "40", "2026-12-04")


def test_an_answer_that_names_only_a_sign_that_is_not_seen_says_nothing_and_is_no_error() -> None:
    refuse_lone_sign("replace.Due", composed("\u200f* -> *"), ["2026-12-04"])


def test_a_fraction_of_three_digits_behind_an_arabic_point_is_no_group_of_thousands() -> None:
    assert plain_signs("١٫٢٥٠") == "1.2500"
    assert plain_signs("١٬٢٥٠٫٥") == "1250.5"
