"""Only what was found in the run is cited, however the model's stream is cut."""

import logging
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.citing import MarkReader
from graph.state import Passage, found_passages


def passage(number: int) -> Passage:
    return Passage(
        id=f"passage-{number}",
        mark=f"[p-0000000{number}]",
        document_id="d",
        source="a.md",
        title="A",
        kind="markdown",
        section=[],
        page=None,
        version=1,
        text="Words.",
    )


FOUND = [passage(1), passage(2), passage(3)]


def read(pieces: list[str], cited: tuple[str, ...] = ()) -> tuple[str, list[str], list[str]]:
    """The text shown, the ids of the passages behind its marks, and those that have a number."""
    marks = MarkReader(FOUND, cited)
    shown = [one for piece in pieces for one in marks.take(piece)] + marks.finish()
    return (
        "".join(one.text for one in shown),
        [one.passage["id"] for one in shown if one.passage is not None],
        marks.cited,
    )


ANSWER = "Six weeks [p-00000002]. Wear gloves [p-00000001, P-00000003]; see [p-00000002] [1], A[0]."
SHOWN = "Six weeks [1]. Wear gloves [2][3]; see [1] [1], A[0]."


@given(st.lists(st.integers(0, len(ANSWER)), max_size=12))
def test_marks_become_numbers_wherever_the_stream_is_cut(cuts: list[int]) -> None:
    ends = sorted([0, *cuts, len(ANSWER)])
    pieces = [ANSWER[begin:end] for begin, end in pairwise(ends)]
    text, behind, cited = read(pieces)
    assert text == SHOWN
    assert behind == ["passage-2", "passage-1", "passage-3", "passage-2"]
    assert cited == ["passage-2", "passage-1", "passage-3"]


@pytest.mark.parametrize(
    "invented", ["[p-deadbeef]", "[p-deadbeef", "[ p-deadbeef ; p-deadbee0 ]", "【p-deadbeef】"]
)
def test_a_mark_of_nothing_that_was_found_never_reaches_the_person_and_is_logged(
    invented: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        text, behind, _ = read([f"It is so {invented}", " and so."])
    assert (text, behind) == ("It is so  and so.", [])
    assert "p-deadbeef was not found in this run" in caplog.text


@pytest.mark.parametrize(
    "text",
    ["[", "[p", "[p-1", "a [p-12 b", "[[p-]]", "p-00000001", "[x](http://y)", "[ ] todo", "[p-0000000g]"],
)
def test_what_only_begins_like_a_mark_is_text(text: str) -> None:
    assert read([*text])[0] == text


def test_numbers_go_on_where_the_earlier_steps_of_the_answer_ended() -> None:
    text, _, cited = read(["[p-00000003] [p-00000002]"], ("passage-2",))
    assert (text, cited) == ("[2] [1]", ["passage-2", "passage-3"])


def test_a_run_keeps_each_passage_once_and_the_next_begins_without_any() -> None:
    assert found_passages([passage(1)], [passage(1), passage(2)]) == [passage(1), passage(2)]
    assert found_passages(None, [passage(1)]) == [passage(1)]
    assert found_passages([passage(1)], None) == []
