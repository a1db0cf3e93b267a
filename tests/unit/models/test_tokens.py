"""Token counts bound a window; they must never fail and never fall short by much."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from models.tokens import count_message_tokens, count_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),  # what the o200k_base encoding makes of them
    [
        ("When is the Puma 3100 available next week, and which operator could run it on Friday?", 20),
        ("Wann ist die Puma 3100 nächste Woche frei, und wer kann sie am Freitag bedienen?", 19),
    ],
)
def test_a_sentence_counts_for_more_than_it_costs_but_less_than_twice(text: str, tokens: int) -> None:
    assert tokens <= count_tokens(text) < 2 * tokens


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_any_text_can_be_counted(text: str) -> None:
    assert 0 <= count_tokens(text) <= 4 * len(text)


@pytest.mark.parametrize("text", ["a\ud800b", "<|endoftext|>", "\x00"])
def test_surrogates_and_special_tokens_are_plain_text(text: str) -> None:
    assert count_tokens(text) >= 1


def test_bytes_are_counted_and_rounded_up() -> None:
    assert count_tokens("äöü") == 2
    assert count_tokens("") == 0
    assert count_tokens("a\ud800") == 1


def test_a_tool_result_counts_for_more_than_prose_of_its_length() -> None:
    text = '{"start":"2026-11-23T06:00:00-06:00"}'
    result = count_message_tokens([ToolMessage(text, tool_call_id="c1")])
    assert result > count_message_tokens([HumanMessage(text)])
    assert result >= 20  # what the o200k_base encoding makes of it


def test_a_tool_call_and_its_result_are_part_of_the_window() -> None:
    call = AIMessage("", tool_calls=[{"name": "check_capacity", "args": {"hours": 50}, "id": "c1"}])
    plain = count_message_tokens([HumanMessage("hi"), AIMessage("")])
    assert count_message_tokens([HumanMessage("hi"), call]) > plain + 4
    assert count_message_tokens([ToolMessage("{}" * 500, tool_call_id="c1")]) > 200
