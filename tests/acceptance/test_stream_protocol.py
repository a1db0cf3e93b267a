"""The strict reader refuses what the npm client lets pass: a checker that never fails would prove nothing."""

import json

import pytest

from leadhand.errors import JsonValue
from tests.acceptance.stream_protocol import StreamState

START: JsonValue = {"type": "start", "messageId": "m"}
STEP: JsonValue = {"type": "start-step"}
END_STEP: JsonValue = {"type": "finish-step"}
FINISH: JsonValue = {"type": "finish", "finishReason": "stop"}
TEXT: list[JsonValue] = [
    {"type": "text-start", "id": "t"},
    {"type": "text-delta", "id": "t", "delta": "Free."},
    {"type": "text-end", "id": "t"},
]
CALL: list[JsonValue] = [
    {"type": "tool-input-start", "toolCallId": "c", "toolName": "x"},
    {"type": "tool-input-delta", "toolCallId": "c", "inputTextDelta": '{"a":1}'},
    {"type": "tool-input-available", "toolCallId": "c", "toolName": "x", "input": {"a": 1}},
    {"type": "tool-output-available", "toolCallId": "c", "output": None},
]


def feed(*chunks: JsonValue) -> StreamState:
    state = StreamState()
    for chunk in chunks:
        state.feed(chunk)
    return state


def test_a_turn_in_the_reference_order_passes() -> None:
    state = feed(START, STEP, *CALL, END_STEP, STEP, *TEXT, END_STEP, FINISH)
    assert state.texts == {"t": "Free."}
    assert state.calls["c"].state == "output-available"


@pytest.mark.parametrize(
    ("chunks", "complaint"),
    [
        ([STEP], "one start"),
        ([START, START], "one start"),
        ([START, STEP, STEP], "inside a step"),
        ([START, TEXT[0]], "outside a step"),
        ([START, STEP, TEXT[1]], "not open"),
        ([START, STEP, TEXT[0], END_STEP], "open parts"),
        ([START, STEP, *TEXT, TEXT[0]], "used again"),
        ([START, STEP, *TEXT, FINISH], "inside a step"),
        ([START, STEP, *CALL[:3], END_STEP], "unfinished tool calls"),
        ([START, STEP, *CALL[:2], CALL[3]], "succeeds in input-streaming"),
        ([START, STEP, *CALL, CALL[0]], "starts twice"),
        ([START, STEP, {"type": "tool-output-available", "toolCallId": "c"}], "lacks"),
        ([START, STEP, {"type": "text-start", "id": "t", "providerMetadata": None}], "null"),
        ([START, STEP, {"type": "text-delta", "id": "t", "textDelta": "x"}], "lacks"),
        ([START, {"type": "tool-result"}], "unknown chunk type"),
        ([START, {"type": "finish", "finishReason": "tool_calls"}], "tool_calls"),
        ([START, FINISH, FINISH], "after finish"),
    ],
    ids=lambda value: json.dumps(value)[-60:] if isinstance(value, list) else None,
)
def test_a_broken_order_or_shape_is_refused(chunks: list[JsonValue], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        feed(*chunks)


def test_fragments_that_do_not_add_up_to_the_input_are_refused() -> None:
    ready: JsonValue = {"type": "tool-input-available", "toolCallId": "c", "toolName": "x", "input": {"a": 2}}
    with pytest.raises(AssertionError, match="fragments differ"):
        feed(START, STEP, CALL[0], CALL[1], ready)
