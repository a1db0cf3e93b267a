"""From where a run goes on that another process began."""

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from leadhand.events import (
    RunEvent,
    StepReset,
    StepStarted,
    TextDelta,
    ToolInputReady,
    ToolInputRejected,
    ToolInputStarted,
    ToolSucceeded,
    UsageReported,
)
from runs.takeover import unfinished_call

QUESTION: list[BaseMessage] = [HumanMessage("When?")]
CALLED: list[BaseMessage] = [
    *QUESTION,
    AIMessage("", tool_calls=[{"name": "t", "args": {}, "id": "c1"}]),
    ToolMessage("1", tool_call_id="c1"),
]
READY: list[RunEvent] = [StepStarted(), ToolInputStarted("c1", "t"), ToolInputReady("c1", "t", {})]
DONE: list[RunEvent] = [*READY, UsageReported("m", 1, 1), ToolSucceeded("c1", 1)]


@pytest.mark.parametrize(
    ("events", "messages"),
    [
        ([StepStarted()], QUESTION),
        ([StepStarted(), TextDelta("1", "Half")], QUESTION),
        (READY, QUESTION),
        ([StepStarted(), TextDelta("1", "Half"), StepReset(), TextDelta("2", "Ha")], QUESTION),
        ([*DONE, StepStarted(), TextDelta("1", "Half")], CALLED),
        ([StepStarted(), ToolInputRejected("c2", "t", "{", "x", "no")], CALLED),
    ],
    ids=["opened", "text", "its call never ran", "made again before", "the second call", "a refused call"],
)
def test_a_model_call_that_no_checkpoint_has_is_made_again(
    events: list[RunEvent], messages: list[BaseMessage]
) -> None:
    assert unfinished_call(events, messages)


@pytest.mark.parametrize(
    ("events", "messages"),
    [([], QUESTION), (DONE, CALLED), (READY, CALLED)],
    ids=["none began", "its tools are done", "its tool runs"],
)
def test_a_model_call_that_a_checkpoint_has_is_not_taken_back(
    events: list[RunEvent], messages: list[BaseMessage]
) -> None:
    assert not unfinished_call(events, messages)
