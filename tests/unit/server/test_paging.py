"""Walking a list page by page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.cursors import decode_cursor, encode_cursor
from leadhand.errors import InvalidRequest
from tools.boards.paging import after_code, code_cursor, page_by_key


@settings(max_examples=60, deadline=None)
@given(st.sets(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), max_size=12))
def test_the_pages_together_are_the_list_in_order(codes: set[str]) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        rows = sorted(codes, reverse=True)
        page, following = page_by_key(rows, lambda code: (code,), after_code(cursor), 3)
        cursor = code_cursor(following)
        seen += page
        if cursor is None:
            break
    assert seen == sorted(codes)


def test_a_cursor_gives_back_what_it_was_made_of() -> None:
    assert decode_cursor(encode_cursor("2026-12-01T08:00:00Z", "ü/?&"), 2) == ["2026-12-01T08:00:00Z", "ü/?&"]


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "é", "!!!!", "' OR 1=1 --", encode_cursor(), encode_cursor("a", "b"), encode_cursor("\0")],
)
def test_a_cursor_of_another_making_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        decode_cursor(cursor, 1)
