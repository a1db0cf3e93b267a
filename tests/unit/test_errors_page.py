"""docs/on-each-error.md says of every code what person, model and operator see."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadhand.errors import LeadhandError

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def leaves(kind: type[LeadhandError] = LeadhandError) -> Iterator[type[LeadhandError]]:
    """Every class of the tree with a code of its own."""
    for child in kind.__subclasses__():
        if "code" in vars(child) and child.__module__.startswith("leadhand"):
            yield child
        yield from leaves(child)


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall((DOCS / "on-each-error.md").read_text(encoding="utf-8"))


def test_every_code_has_one_row_and_no_other_has_one() -> None:
    assert sorted(row[0] for row in rows()) == sorted({error.code for error in leaves()})


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_row_says_what_all_three_see(row: tuple[str, str, str, str]) -> None:
    assert all(cell.strip(" -–—") for cell in row)


def test_the_codes_stand_in_the_same_order_as_on_the_page_of_codes() -> None:
    listed = re.findall(r"^\| `(\w+)` ", (DOCS / "errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [row[0] for row in rows()] == listed


def test_the_operators_note_never_reaches_the_person() -> None:
    error = LeadhandError("Please try again.", note="check OPENAI_API_KEY")
    assert "OPENAI_API_KEY" not in f"{error.message} {error.details} {error}"
