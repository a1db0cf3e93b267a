"""The stored message is a projection of the run's events, and replaying it gives the same message again."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.events import (
    CitedPassage,
    RunAwaitingApproval,
    RunContinued,
    RunEvent,
    RunFinished,
    RunStopped,
    StepReset,
    StepStarted,
    TextCited,
    TextDelta,
    ToolApprovalDecided,
    ToolApprovalRequested,
    ToolDenied,
    ToolFailed,
    ToolInputDelta,
    ToolInputReady,
    ToolInputRejected,
    ToolInputStarted,
    ToolSucceeded,
)
from runs.transcript import (
    STOPPED,
    UNFINISHED,
    ToolApproval,
    ToolPart,
    events_of,
    open_calls,
    parts_of,
    read_parts,
    stored_parts,
)
from runs.window import StoredMessage, messages_of
from tools.registry import ToolRegistry

CALLS = st.sampled_from(["c1", "c2", "c3"])


def passage(number: int) -> CitedPassage:
    return CitedPassage(
        id=str(UUID(int=number)),
        document_id="d",
        source="care/coolant.pdf",
        title="Coolant",
        kind="pdf",
        section=["Care"],
        page=number,
        version=2,
        text="Every six weeks.",
    )


EVENTS: st.SearchStrategy[RunEvent] = st.one_of(
    st.just(StepStarted()),
    st.builds(TextDelta, part_id=st.sampled_from(["t1", "t2"]), text=st.text(min_size=1, max_size=5)),
    st.builds(TextCited, st.sampled_from(["t1", "t2"]), st.just(""), st.builds(passage, st.integers(1, 2))),
    st.builds(ToolInputStarted, call_id=CALLS, tool=st.just("x")),
    st.builds(ToolInputDelta, call_id=CALLS, fragment=st.just("{")),
    st.builds(ToolInputReady, call_id=CALLS, tool=st.just("x"), input=st.just({"a": 1})),
    st.builds(ToolSucceeded, call_id=CALLS, output=st.sampled_from([None, {"n": 1}])),
    st.builds(ToolFailed, call_id=CALLS, code=st.just("not_found"), message=st.just("No such machine.")),
)


@given(st.lists(EVENTS, max_size=25))
@settings(max_examples=200, deadline=None)
def test_however_a_run_ends_nothing_is_left_open(events: list[RunEvent]) -> None:
    for part in parts_of(events):
        if "toolCallId" in part:
            assert part["state"] in {"output-available", "output-error"}
            assert ("errorText" in part) == (part["state"] == "output-error")
        elif "text" in part:
            assert part["state"] == "done"


@given(st.lists(EVENTS, max_size=25))
@settings(max_examples=200, deadline=None)
def test_replaying_a_stored_message_gives_the_same_text_and_results(events: list[RunEvent]) -> None:
    parts = parts_of(events)
    again = parts_of([*events_of(parts), RunFinished()])
    assert [part["type"] for part in again] == [part["type"] for part in parts]
    assert [part.get("text") for part in again] == [part.get("text") for part in parts]
    assert [part.get("output") for part in again] == [part.get("output") for part in parts]
    assert [part.get("citations") for part in again] == [part.get("citations") for part in parts]


def test_a_citation_stands_in_its_text_and_its_source_once_beside_it() -> None:
    said = [
        StepStarted(),
        TextDelta("t", "😀 Six weeks [1]"),
        TextCited("t", "[1]", passage(3)),
        TextDelta("t", ", page 3 [1]"),
        TextCited("t", "[1]", passage(3)),
    ]
    parts = parts_of(said)
    assert [part["type"] for part in parts] == ["step-start", "text", "source-document"]
    text, source = parts[1:]
    assert "citations" in text
    places = [(one["startIndex"], one["endIndex"], one["citedText"]) for one in text["citations"]]
    assert places == [(13, 16, "Every six weeks."), (25, 28, "Every six weeks.")], "in UTF-16 units"
    assert source == {
        "type": "source-document",
        "sourceId": str(UUID(int=3)),
        "mediaType": "application/pdf",
        "title": "Coolant",
        "filename": "care/coolant.pdf",
        "providerMetadata": {"leadhand": {"documentId": "d", "section": ["Care"], "page": 3, "version": 2}},
    }
    assert read_parts(stored_parts(parts)) == parts
    assert parts_of([*events_of(parts), RunFinished()]) == parts


def test_what_a_step_cited_that_is_made_again_is_void() -> None:
    cited = [TextDelta("t", "[1]"), TextCited("t", "[1]", passage(1))]
    parts = parts_of([StepStarted(), *cited, StepReset(), *cited])
    assert [part["type"] for part in parts] == ["step-start", "text", "source-document"]


def test_a_model_that_reads_its_stored_answer_finds_its_own_marks_in_it() -> None:
    stored = parts_of(
        [TextDelta("t", "So ü it is [1]"), TextCited("t", "[1]", passage(1)), TextDelta("t", ".")]
    )
    [answer] = messages_of([StoredMessage(2, "assistant", stored)], ToolRegistry([]))
    assert answer.text == "So ü it is [p-00000001]."


def test_a_turn_with_a_tool_has_its_parts_in_order() -> None:
    parts = parts_of(
        [
            StepStarted(),
            TextDelta("t", "Let me "),
            TextDelta("t", "look."),
            ToolInputStarted("c", "get_machine_availability"),
            ToolInputReady("c", "get_machine_availability", {"machines": ["Puma"]}),
            ToolSucceeded("c", {"status": "free"}),
            StepStarted(),
            TextDelta("u", "It is free."),
        ]
    )
    assert parts == [
        {"type": "step-start"},
        {"type": "text", "text": "Let me look.", "state": "done"},
        {
            "type": "tool-get_machine_availability",
            "toolCallId": "c",
            "state": "output-available",
            "input": {"machines": ["Puma"]},
            "output": {"status": "free"},
        },
        {"type": "step-start"},
        {"type": "text", "text": "It is free.", "state": "done"},
    ]


def test_a_call_that_never_ended_says_so() -> None:
    [part] = parts_of([ToolInputReady("c", "x", {})])
    assert part.get("state") == "output-error"
    assert part.get("errorText") == UNFINISHED


def test_a_call_that_was_stopped_says_so_in_the_history_as_in_the_stream() -> None:
    [part] = parts_of([ToolInputReady("c", "x", {}), RunStopped()])
    assert part.get("errorText") == STOPPED


def test_a_rejected_input_keeps_what_the_model_wrote() -> None:
    parts = parts_of(
        [ToolInputStarted("c", "x"), ToolInputRejected("c", "x", '{"a', "invalid_tool_input", "Not JSON.")]
    )
    assert parts == [
        {
            "type": "tool-x",
            "toolCallId": "c",
            "state": "output-error",
            "input": '{"a',
            "errorText": "Not JSON.",
        }
    ]


def test_a_redone_model_call_leaves_nothing_of_the_first_try() -> None:
    parts = parts_of(
        [
            StepStarted(),
            TextDelta("a", "kept"),
            StepStarted(),
            TextDelta("b", "void"),
            StepReset(),
            TextDelta("c", "new"),
        ]
    )
    assert [part.get("text") for part in parts] == [None, "kept", None, "new"]


def test_a_nested_call_names_its_parent() -> None:
    parts = parts_of([ToolInputReady("c", "x", {}), ToolInputReady("c.1", "y", {}, parent_id="c", depth=1)])
    assert parts[1].get("toolMetadata") == {"parentToolCallId": "c", "depth": 1}


ASKED: list[RunEvent] = [
    StepStarted(),
    ToolInputReady("c1", "book", {"order": "WO-1"}),
    ToolInputReady("c2", "look", {}),
    ToolApprovalRequested("c1", "a1", "WO-1 moves.", {"proposal": {"rows": []}}),
    ToolSucceeded("c2", 1),
]


def approval_of(*more: RunEvent) -> ToolPart:
    part = parts_of([*ASKED, *more])[1]
    assert "toolCallId" in part
    return part


def test_a_run_that_waits_for_a_person_leaves_just_that_call_open() -> None:
    parts = parts_of([*ASKED, ToolInputReady("c3", "look", {}), RunAwaitingApproval()])
    assert [part["state"] for part in parts if "toolCallId" in part] == [
        "approval-requested",
        "output-available",
        "output-error",
    ]
    assert open_calls(parts) == ["c1"]
    assert parts_of([*events_of(parts), RunAwaitingApproval()]) == parts


def test_an_answer_stays_in_the_part_with_what_it_brought_about() -> None:
    yes, no = ToolApprovalDecided("c1", "a1", True), ToolApprovalDecided("c1", "a1", False, "Not today")
    asked: ToolApproval = {
        "id": "a1",
        "requestReason": "WO-1 moves.",
        "descriptor": {"proposal": {"rows": []}},
    }
    outcomes: list[tuple[list[RunEvent], str, ToolApproval]] = [
        ([yes, RunAwaitingApproval()], "approval-responded", {**asked, "approved": True}),
        ([yes, ToolSucceeded("c1", 2)], "output-available", {**asked, "approved": True}),
        ([yes, ToolFailed("c1", "stale_plan", "Stale.")], "output-error", {**asked, "approved": True}),
        (
            [no, ToolDenied("c1", "denied")],
            "output-denied",
            {**asked, "approved": False, "reason": "Not today"},
        ),
        (
            [ToolDenied("c1", "superseded")],
            "output-denied",
            {**asked, "approved": False, "reason": "superseded"},
        ),
        (
            [yes, ToolDenied("c1", "superseded")],
            "output-denied",
            {**asked, "approved": False, "reason": "superseded"},
        ),
        ([RunStopped()], "output-denied", {**asked, "approved": False, "reason": STOPPED}),
    ]
    for events, state, approval in outcomes:
        part = approval_of(*events)
        assert (part["state"], part.get("approval")) == (state, approval), events
        parts = parts_of([*ASKED, *events])
        ending = RunAwaitingApproval() if state == "approval-responded" else RunFinished()
        assert parts_of([*events_of(parts), ending]) == parts


def test_a_model_call_that_is_made_again_takes_nothing_back_of_the_runs_before() -> None:
    text = parts_of([*ASKED, RunContinued(), StepStarted(), TextDelta("t", "x"), StepReset()])
    assert [part["type"] for part in text] == ["step-start", "tool-book", "tool-look", "step-start"]
    assert len(parts_of([*ASKED, RunContinued(), StepReset()])) == 3
