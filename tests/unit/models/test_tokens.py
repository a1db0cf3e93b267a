"""Token counts bound a window; they must never fail and never fall short by much."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from models import tokens
from models.tokens import count_message_tokens, count_tokens


def test_a_short_english_sentence_costs_about_a_token_a_word() -> None:
    assert count_tokens("When is the Puma 3100 available?") in range(6, 11)


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_any_text_can_be_counted(text: str) -> None:
    assert 0 <= count_tokens(text) <= 4 * len(text)


@pytest.mark.parametrize("text", ["a\ud800b", "<|endoftext|>", "\x00"])
def test_surrogates_and_special_tokens_are_plain_text(text: str) -> None:
    assert count_tokens(text) >= 1


def test_without_the_encoding_bytes_are_counted_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_encoding", lambda: None)
    assert count_tokens("äöü") == 2
    assert count_tokens("") == 0
    assert count_tokens("a\ud800") == 1


def test_a_tool_call_and_its_result_are_part_of_the_window() -> None:
    call = AIMessage("", tool_calls=[{"name": "check_capacity", "args": {"hours": 50}, "id": "c1"}])
    plain = count_message_tokens([HumanMessage("hi"), AIMessage("")])
    assert count_message_tokens([HumanMessage("hi"), call]) > plain + 4
    assert count_message_tokens([ToolMessage("{}" * 500, tool_call_id="c1")]) > 200
