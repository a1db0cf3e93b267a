"""The stream of a turn that waits for a person, and of what comes after the answer."""

import pytest

from leadhand import events
from leadhand.events import RunEvent
from server.stream.chunks import chunk_json
from server.stream.translate import StreamTranslator
from tests.unit.server.protocol_checker import check_chunks
from tests.unit.server.translated import stream_of, types_of

ASKED: tuple[RunEvent, ...] = (
    events.StepStarted(),
    events.TextDelta("t1", "I will move it."),
    events.ToolInputReady("c1", "reschedule_order", {"order": "WO-1"}),
    events.ToolInputReady("c2", "get_order_status", {}),
    events.ToolApprovalRequested("c1", "a1", "WO-1 moves.", {"proposal": {}}),
    events.ToolSucceeded("c2", 1),
    events.UsageReported("builtin", 100, 20, "tool_calls"),
)
GOING_ON: tuple[RunEvent, ...] = (
    events.RunContinued(),
    events.ToolApprovalDecided("c1", "a1", True),
    events.ToolSucceeded("c1", 2),
    events.StepStarted(),
    events.TextDelta("t2", "Done."),
    events.UsageReported("builtin", 50, 5),
    events.RunFinished(),
)


def test_a_turn_that_waits_for_a_person_ends_with_just_that_call_open() -> None:
    stream = stream_of(*ASKED, events.RunAwaitingApproval("tool_calls"))
    check_chunks(stream)
    assert types_of(stream)[-5:] == [
        *("tool-input-available", "tool-approval-request", "tool-output-available", "finish-step", "finish")
    ]
    assert stream[-1]["finishReason"] == "tool-calls"
    assert stream[-4] == {
        "type": "tool-approval-request",
        "approvalId": "a1",
        "toolCallId": "c1",
        "reason": "WO-1 moves.",
        "approvalDescriptor": {"proposal": {}},
    }


def test_a_client_that_comes_back_gets_the_message_from_its_start() -> None:
    stream = stream_of(*ASKED, *GOING_ON)
    check_chunks(stream)
    assert types_of(stream).count("start") == 1
    assert types_of(stream)[-7:] == [
        *("tool-output-available", "start-step", "text-start", "text-delta", "text-end", "finish-step"),
        "finish",
    ]


def test_an_answer_is_told_only_what_is_new_and_the_figures_of_the_whole_message() -> None:
    translator = StreamTranslator("run-2", "msg-1", "builtin", going_on=True)
    run = (*ASKED, *GOING_ON)
    stream = [chunk_json(chunk) for event in run for chunk in translator.translate(event)]
    assert types_of(stream) == [
        *("start", "tool-approval-response", "tool-output-available"),
        *("start-step", "text-start", "text-delta", "text-end", "finish-step", "finish"),
    ]
    metadata = stream[-1]["messageMetadata"]
    assert isinstance(metadata, dict)
    assert metadata["usage"] == {"inputTokens": 150, "outputTokens": 25, "totalTokens": 175}


@pytest.mark.parametrize(
    "ending", [events.RunFailed("internal_error", "Sorry."), events.RunStopped(), events.RunFinished()]
)
def test_a_run_that_ends_otherwise_denies_what_waits_for_a_person(ending: RunEvent) -> None:
    stream = stream_of(*ASKED, ending)
    check_chunks(stream)
    denied = types_of(stream).index("tool-output-denied")
    assert stream[denied - 1]["type"] == "tool-approval-response"
    assert stream[denied - 1]["approved"] is False


def test_a_no_is_told_before_the_call_is_denied_and_a_yes_that_is_withdrawn_becomes_one() -> None:
    for decided, responses in ((False, [False]), (True, [True, False])):
        answer = events.ToolApprovalDecided("c1", "a1", decided)
        denied = events.ToolDenied("c1", "superseded")
        stream = stream_of(*ASKED, events.RunContinued(), answer, denied, events.RunFinished())
        check_chunks(stream)
        assert [c["approved"] for c in stream if c["type"] == "tool-approval-response"] == responses


def test_an_answer_while_others_wait_is_a_stream_of_its_own_that_leaves_them_open() -> None:
    translator = StreamTranslator("run-1", "msg-1", "builtin", going_on=True)
    other = (
        events.ToolInputReady("c3", "reschedule_order", {}),
        events.ToolApprovalRequested("c3", "a3", "", {}),
    )
    answer = events.ToolApprovalDecided("c1", "a1", True)
    run = (*ASKED, *other, events.RunContinued(), answer, events.RunAwaitingApproval())
    stream = [chunk_json(chunk) for event in run for chunk in translator.translate(event)]
    assert types_of(stream) == ["start", "tool-approval-response", "finish"]
