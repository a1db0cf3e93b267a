"""A summary is lines of plain text, bounded, whatever the model wrote."""

import pytest

from memory.summary_text import MAX_SUMMARY_CHARS, shape_summary


@pytest.mark.parametrize(
    ("written", "summary"),
    [
        ("Asked about the Puma.\n\n\nIt is free.", "Asked about the Puma.\nIt is free."),
        ("<think>hm\nhm</think>\nAsked.", "Asked."),
        ("  a\tb \r\n c", "a b\nc"),
        ("a\u202eb\u2028c\0d", "abcd"),
        ("", None),
        ("—\n***", None),
        ("<think>only thoughts", None),
    ],
)
def test_what_is_kept_of_a_models_words(written: str, summary: str | None) -> None:
    assert shape_summary(written) == summary


def test_a_long_one_ends_with_a_whole_word() -> None:
    summary = shape_summary("41.5 hours " * 1_000)
    assert summary is not None
    assert len(summary) <= MAX_SUMMARY_CHARS
    assert summary.removesuffix("…").split()[-1] in {"41.5", "hours"}
    assert shape_summary("x" * 9_000) == "x" * (MAX_SUMMARY_CHARS - 1) + "…"
