"""Who comes late sees what the run has come to, and nothing that is gone by."""

import pytest

from leadhand.events import (
    ReasoningDelta,
    RunEvent,
    RunFinished,
    StatusChanged,
    StepReset,
    StepStarted,
    TextDelta,
    ToolInputDelta,
    ToolInputReady,
    ToolInputRejected,
    ToolInputStarted,
    ToolSucceeded,
    UsageReported,
)
from runs.replay import past_of
from runs.transcript import parts_of

CALL: list[RunEvent] = [ToolInputStarted("c1", "t"), ToolInputReady("c1", "t", {})]
USAGE = UsageReported("m", 10, 5)
WITH_TOOL: list[RunEvent] = [StepStarted(), *CALL, USAGE, ToolSucceeded("c1", 1)]
RUNS: dict[str, list[RunEvent]] = {
    "text": [StepStarted(), TextDelta("1", "Half"), StepReset(), TextDelta("2", "Whole.")],
    "reasoning": [StepStarted(), ReasoningDelta("r", "Hm"), StepReset(), TextDelta("2", "Whole.")],
    "a call being written": [
        *WITH_TOOL,
        StepStarted(),
        ToolInputStarted("c2", "t"),
        ToolInputDelta("c2", "{"),
        StepReset(),
        TextDelta("2", "Whole."),
    ],
    "a complete call that never ran": [StepStarted(), *CALL, USAGE, StepReset(), TextDelta("2", "Whole.")],
    "twice": [
        StepStarted(),
        TextDelta("1", "Ha"),
        StepReset(),
        TextDelta("2", "Half"),
        StepReset(),
        TextDelta("3", "Whole."),
    ],
    "after an outcome": [*WITH_TOOL, StepReset(), TextDelta("2", "Whole.")],
    "after a refusal": [
        StepStarted(),
        ToolInputRejected("c1", "t", "{", "x", "no"),
        StepReset(),
        TextDelta("2", "W"),
    ],
}


@pytest.mark.parametrize("events", RUNS.values(), ids=RUNS)
def test_a_replay_makes_the_same_message_as_the_whole_run(events: list[RunEvent]) -> None:
    whole = [*events, RunFinished()]
    assert parts_of(past_of(whole)) == parts_of(whole)


@pytest.mark.parametrize("name", ["text", "reasoning", "a call being written", "twice"])
def test_what_was_said_again_is_left_out(name: str) -> None:
    past = past_of(RUNS[name])
    assert [event for event in past if isinstance(event, TextDelta | ReasoningDelta | ToolInputDelta)] == [
        RUNS[name][-1]
    ]
    assert StepReset() not in past


def test_what_a_void_model_call_cost_is_counted_in_the_replay_too() -> None:
    assert USAGE in past_of(RUNS["a complete call that never ran"])


def test_an_outcome_is_never_taken_back() -> None:
    assert ToolSucceeded("c1", 1) in past_of(RUNS["after an outcome"])


def test_of_the_loading_lines_only_the_present_one_is_shown() -> None:
    thinking, checking = StatusChanged("agent", "Thinking…"), StatusChanged("call_tools", "Checking…")
    assert past_of([StepStarted(), thinking, *CALL, checking]) == (StepStarted(), *CALL, checking)
    assert past_of([StepStarted(), thinking, *CALL]) == (StepStarted(), *CALL)
