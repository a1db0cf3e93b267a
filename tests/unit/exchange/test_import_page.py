"""docs/import.md says what the files are and what bounds they have."""

from storage.exchange.csv_file import MAX_FILE_BYTES, MAX_LINE_CHARS, MAX_ROWS
from storage.exchange.kinds import MAX_ID_CHARS, MAX_TEXT_CHARS
from storage.exchange.problems import MAX_PROBLEMS_A_FILE
from tests.unit.exchange.reference import PAGE, page_with_reference

PAGE_TEXT = PAGE.read_text(encoding="utf-8")


def test_the_reference_is_what_the_declaration_says() -> None:
    assert page_with_reference(PAGE_TEXT) == PAGE_TEXT, "run: python -m tests.unit.exchange.reference"


def test_the_bounds_on_the_page_are_the_bounds_in_the_code() -> None:
    page = " ".join(PAGE_TEXT.split())
    for said in (
        f"up to {MAX_ROWS:,} rows and {MAX_FILE_BYTES // 1024**3} GiB",
        f"up to {MAX_LINE_CHARS:,} characters",
        f"a text up to {MAX_TEXT_CHARS:,}, an id or code up to {MAX_ID_CHARS}.",
        f"up to {MAX_PROBLEMS_A_FILE} of one file",
    ):
        assert said in page
