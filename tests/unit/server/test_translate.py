"""The stream that a client reads, for good, bad and cut-off runs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand import events
from leadhand.errors import JsonValue
from leadhand.events import RunEvent
from server.stream.translate import StreamTranslator
from tests.acceptance.json_access import at
from tests.unit.server.protocol_checker import Json, ProtocolViolation, check_chunks
from tests.unit.server.translated import stream_of, types_of


def cited(passage_id: str) -> events.CitedPassage:
    return events.CitedPassage(passage_id, "d", "a.md", "A", "markdown", ["Care"], None, 1, "Words.")


ONE_TOOL_TURN: tuple[RunEvent, ...] = (
    events.StepStarted(),
    events.TextDelta("t1", "Let me look."),
    events.ToolInputStarted("c1", "get_machine_availability"),
    events.ToolInputDelta("c1", '{"machines":'),
    events.ToolInputDelta("c1", '["VMC-01"]}'),
    events.ToolInputReady("c1", "get_machine_availability", {"machines": ["VMC-01"]}),
    events.UsageReported("builtin", 100, 20),
    events.StatusChanged("call_tools", "Checking machine availability…"),
    events.ToolSucceeded("c1", {"machines": []}),
    events.StepStarted(),
    events.TextDelta("t2", "It is "),
    events.TextDelta("t2", "free."),
    events.UsageReported("builtin", 150, 5),
    events.RunFinished("stop", 1234),
)


def test_a_turn_with_one_tool_follows_the_reference_order() -> None:
    stream = stream_of(*ONE_TOOL_TURN)
    check_chunks(stream)
    assert types_of(stream) == [
        *("start", "start-step", "text-start", "text-delta", "text-end"),
        *("tool-input-start", "tool-input-delta", "tool-input-delta", "tool-input-available"),
        *("data-status", "tool-output-available", "finish-step"),
        *("start-step", "text-start", "text-delta", "text-delta", "text-end", "finish-step", "finish"),
    ]


def test_a_source_comes_once_as_soon_as_it_is_cited_and_the_places_with_the_end_of_the_text() -> None:
    one, two = cited("one"), cited("two")
    stream = stream_of(
        events.StepStarted(),
        events.TextDelta("t1", "Ü 😀 [1]"),
        events.TextCited("t1", "[1]", one),
        events.TextDelta("t1", "[2] [1]"),
        events.TextCited("t1", "[1]", one),
        events.TextCited("nobody", "[2]", two),
        events.StepStarted(),
        events.TextDelta("t2", "[1]"),
        events.TextCited("t2", "[1]", one),
        events.RunFinished(),
    )
    check_chunks(stream)
    [source] = [chunk for chunk in stream if chunk["type"] == "source-document"]
    assert source == {
        "type": "source-document",
        "sourceId": "one",
        "mediaType": "text/markdown",
        "title": "A",
        "filename": "a.md",
        "providerMetadata": {
            "leadhand": {"documentId": "d", "section": ["Care"], "page": None, "version": 1}
        },
    }
    assert stream.index(source) == 4, "right behind the delta that holds its number"
    first, second = [chunk["citations"] for chunk in stream if chunk["type"] == "text-end"]
    assert places_in(first) == [("one", 5, 8, "Words."), ("one", 12, 15, "Words.")]
    assert places_in(second) == [("one", 0, 3, "Words.")]


def places_in(citations: JsonValue) -> list[tuple[JsonValue, ...]]:
    return [
        (at(one, "source", "id"), at(one, "startIndex"), at(one, "endIndex"), at(one, "citedText"))
        for one in (citations if isinstance(citations, list) else [])
    ]


def test_a_source_of_a_step_that_is_made_again_comes_again() -> None:
    said: list[RunEvent] = [events.TextDelta("t1", "[1]"), events.TextCited("t1", "[1]", cited("one"))]
    stream = stream_of(
        events.StepStarted(),
        *said,
        events.StepReset(),
        events.TextDelta("t2", "[1]"),
        events.TextCited("t2", "[1]", cited("one")),
        events.RunFinished(),
    )
    check_chunks(stream)
    assert types_of(stream).count("source-document") == 2


def test_start_names_message_run_and_model() -> None:
    assert stream_of(events.StepStarted())[0] == {
        "type": "start",
        "messageId": "msg-1",
        "messageMetadata": {"run_id": "run-1", "model": "builtin"},
    }


def test_finish_sums_the_tokens_of_all_model_calls() -> None:
    assert stream_of(*ONE_TOOL_TURN)[-1] == {
        "type": "finish",
        "finishReason": "stop",
        "messageMetadata": {
            "run_id": "run-1",
            "model": "builtin",
            "usage": {"inputTokens": 250, "outputTokens": 25, "totalTokens": 275},
            "duration_ms": 1234,
        },
    }


def test_a_run_without_reported_tokens_claims_no_usage() -> None:
    metadata = stream_of(events.RunFinished())[-1]["messageMetadata"]
    assert isinstance(metadata, dict)
    assert "usage" not in metadata


def test_a_status_line_is_transient() -> None:
    stream = stream_of(events.StatusChanged("route", "Thinking…"))
    assert stream[-1] == {
        "type": "data-status",
        "data": {"node": "route", "label": "Thinking…"},
        "transient": True,
    }


def test_a_nested_call_names_its_parent_and_depth() -> None:
    stream = stream_of(
        events.StepStarted(),
        events.ToolInputReady("c1", "check_capacity", {}),
        events.ToolInputReady("c1.1", "get_machine_availability", {}, parent_id="c1", depth=1),
    )
    assert stream[-1]["toolMetadata"] == {"parentToolCallId": "c1", "depth": 1}
    assert "toolMetadata" not in stream[-2]


@pytest.mark.parametrize("output", [None, 0, "", []])
def test_an_empty_output_is_sent_and_not_dropped(output: JsonValue) -> None:
    stream = stream_of(events.ToolInputReady("c1", "t", None), events.ToolSucceeded("c1", output))
    assert stream[-1] == {"type": "tool-output-available", "toolCallId": "c1", "output": output}
    assert stream[-2] == {
        "type": "tool-input-available",
        "toolCallId": "c1",
        "toolName": "t",
        "input": None,
    }


def test_a_tool_that_fails_is_a_tool_outcome_and_not_a_stream_error() -> None:
    stream = stream_of(
        events.ToolInputReady("c1", "t", {}),
        events.ToolFailed("c1", "not_found", "There is no machine Pumma."),
        events.RunFinished(),
    )
    check_chunks(stream)
    assert {
        "type": "tool-output-error",
        "toolCallId": "c1",
        "errorText": "There is no machine Pumma.",
    } in stream
    assert stream[-1]["type"] == "finish"


def test_a_rejected_input_closes_its_call_with_the_reason() -> None:
    stream = stream_of(
        events.ToolInputStarted("c1", "t"),
        events.ToolInputDelta("c1", "{"),
        events.ToolInputRejected("c1", "t", "{", "invalid_tool_input", "The input is not JSON."),
        events.RunFinished(),
    )
    check_chunks(stream)
    assert "tool-input-error" in types_of(stream)


def test_reasoning_is_closed_when_the_text_begins() -> None:
    stream = stream_of(
        events.StepStarted(),
        events.ReasoningDelta("r1", "hm"),
        events.TextDelta("t1", "Yes."),
        events.RunFinished(),
    )
    check_chunks(stream)
    assert types_of(stream)[2:5] == ["reasoning-start", "reasoning-delta", "reasoning-end"]


def test_text_that_goes_on_after_a_tool_call_is_a_part_of_its_own() -> None:
    stream = stream_of(
        events.TextDelta("t1", "Let me look."),
        events.ToolInputReady("c1", "t", {}),
        events.TextDelta("t1", "Done."),
        events.RunFinished(),
    )
    starts = [chunk["id"] for chunk in stream if chunk["type"] == "text-start"]
    assert len(set(starts)) == 2


def test_a_model_that_dies_mid_stream_closes_everything_then_sends_one_clean_error() -> None:
    stream = stream_of(
        events.StepStarted(),
        events.ToolInputReady("c1", "t", {}),
        events.ToolInputStarted("c2", "t"),
        events.TextDelta("t1", "The machine is"),
        events.RunFailed("model_unavailable", "The model does not answer.", True, 50),
    )
    check_chunks(stream)
    assert types_of(stream)[-6:] == [
        "text-end",
        "tool-output-error",
        "tool-input-error",
        "finish-step",
        "message-metadata",
        "error",
    ]
    assert stream[-2]["messageMetadata"] == {
        "duration_ms": 50,
        "error": {
            "code": "model_unavailable",
            "message": "The model does not answer.",
            "retryable": True,
        },
    }
    assert stream[-1] == {"type": "error", "errorText": "The model does not answer."}


def test_a_run_that_fails_before_its_first_step_still_starts_its_message() -> None:
    stream = stream_of(events.RunFailed("database_unavailable", "The database is away.", True))
    check_chunks(stream)
    assert types_of(stream) == ["start", "message-metadata", "error"]


def test_a_stopped_run_stops_its_calls_and_aborts() -> None:
    stream = stream_of(
        events.StepStarted(), events.ToolInputReady("c1", "t", {}), events.RunStopped("stopped", 10)
    )
    check_chunks(stream)
    assert types_of(stream)[-4:] == ["tool-output-error", "finish-step", "message-metadata", "abort"]
    assert stream[-1] == {"type": "abort", "reason": "stopped"}


def test_a_redone_model_call_resets_its_step_and_closes_nothing_twice() -> None:
    stream = stream_of(
        events.StepStarted(),
        events.TextDelta("t1", "half an ans"),
        events.ToolInputStarted("c1", "t"),
        events.StepReset(),
        events.TextDelta("t1", "a whole answer"),
        events.RunFinished(),
    )
    check_chunks(stream)
    assert types_of(stream).count("reset-step") == 1


def test_a_step_whose_call_has_its_outcome_is_never_reset() -> None:
    stream = stream_of(
        events.StepStarted(),
        events.ToolInputReady("c1", "t", {}),
        events.ToolSucceeded("c1", 1),
        events.StepReset(),
        events.RunFinished(),
    )
    check_chunks(stream)
    assert "reset-step" not in types_of(stream)
    assert "tool-output-available" in types_of(stream)


def test_nothing_follows_the_end_of_a_run() -> None:
    translator = StreamTranslator("run-1", "msg-1", "builtin")
    translator.translate(events.RunStopped())
    assert translator.ended
    assert translator.translate(events.TextDelta("t1", "late")) == []


@pytest.mark.parametrize(
    ("given_reason", "sent"),
    [("stop", "stop"), ("tool_calls", "tool-calls"), ("length", "length"), ("unknown", "other")],
)
def test_a_finish_reason_is_one_that_the_client_knows(given_reason: str, sent: str) -> None:
    assert stream_of(events.RunFinished(given_reason))[-1]["finishReason"] == sent


_ids = st.sampled_from(["a", "b", "c"])
_texts = st.text(max_size=4)
_json: st.SearchStrategy[JsonValue] = st.sampled_from([None, 1, "x", {"k": None}, [1, [2]]])
_depths = st.integers(0, 2)
_parents = st.none() | _ids
_names = st.just("t")
_any_event: st.SearchStrategy[RunEvent] = st.one_of(
    st.just(events.StepStarted()),
    st.just(events.StepReset()),
    st.builds(events.TextDelta, _ids, _texts),
    st.builds(events.TextCited, _ids, st.just(""), st.builds(cited, _ids)),
    st.builds(events.ReasoningDelta, _ids, _texts),
    st.builds(events.ToolInputStarted, _ids, _names, _parents, _depths),
    st.builds(events.ToolInputDelta, _ids, _texts),
    st.builds(events.ToolInputReady, _ids, _names, _json, _parents, _depths),
    st.builds(events.ToolInputRejected, _ids, _names, _json, _texts, _texts),
    st.builds(events.ToolSucceeded, _ids, _json),
    st.builds(events.ToolFailed, _ids, _texts, _texts),
    st.builds(events.StatusChanged, _texts, _texts),
    st.builds(events.UsageReported, _texts, st.integers(0, 99), st.integers(0, 99)),
    st.builds(events.RunFinished, _texts, st.integers(0, 99)),
    st.builds(events.RunFailed, _texts, _texts, st.booleans(), st.integers(0, 99)),
    st.builds(events.RunStopped, _texts, st.integers(0, 99)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_any_event, max_size=30))
def test_any_sequence_of_events_makes_a_legal_stream(run: list[RunEvent]) -> None:
    """Illegal order and a cut-off run included; the reader's border closes a cut-off one."""
    check_chunks(stream_of(*run, events.RunFailed("run_interrupted", "Interrupted.", True)))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(ONE_TOOL_TURN) - 1))
def test_a_turn_cut_anywhere_ends_in_a_legal_error(length: int) -> None:
    stream = stream_of(*ONE_TOOL_TURN[:length], events.RunFailed("run_interrupted", "Interrupted."))
    check_chunks(stream)
    assert stream[-1]["type"] == "error"


@pytest.mark.parametrize(
    "illegal",
    [
        [{"type": "finish"}],
        [{"type": "start", "messageId": "m"}],
        [{"type": "start", "messageId": "m"}, {"type": "text-delta", "id": "t", "delta": "x"}],
        [
            {"type": "start", "messageId": "m"},
            {"type": "tool-output-available", "toolCallId": "c", "output": 1},
        ],
        [{"type": "start", "messageId": "m"}, {"type": "start-step"}, {"type": "finish"}],
        [{"type": "start", "messageId": "m"}, {"type": "error", "errorText": "e"}, {"type": "finish"}],
        [{"type": "start", "messageId": "m"}, {"type": "finish", "finishReason": "tool_calls"}],
        [{"type": "start", "messageId": "m"}, {"type": "finish", "finishReason": None}],
    ],
)
def test_the_checker_itself_refuses_broken_streams(illegal: list[Json]) -> None:
    with pytest.raises(ProtocolViolation):
        check_chunks(illegal)
