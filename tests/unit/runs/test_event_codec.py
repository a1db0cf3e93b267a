"""What the event log keeps of a run is what happened, with neighbouring deltas joined."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.errors import InternalFault, JsonValue
from leadhand.events import (
    CitedPassage,
    ReasoningDelta,
    RunAwaitingApproval,
    RunContinued,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStopped,
    StatusChanged,
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
    UsageReported,
)
from leadhand.prices import Cost
from runs.event_codec import decode_events, encode_events

texts = st.text(st.characters(codec="utf-8"), max_size=20)
ids = st.sampled_from(["a", "b", "a.1"])
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
costs = st.none() | st.builds(Cost, st.decimals(0, 10, places=6), st.just("EUR"))
cited_passages = st.builds(
    CitedPassage,
    ids,
    ids,
    texts,
    texts,
    texts,
    st.lists(texts, max_size=2),
    st.none() | st.integers(1, 9),
    st.integers(1, 9),
    texts,
)
EVENTS: dict[type[RunEvent], st.SearchStrategy[RunEvent]] = {
    StepStarted: st.builds(StepStarted, st.integers(0, 9999)),
    StepReset: st.builds(StepReset),
    TextDelta: st.builds(TextDelta, ids, texts),
    TextCited: st.builds(TextCited, ids, texts, cited_passages),
    ReasoningDelta: st.builds(ReasoningDelta, ids, texts),
    ToolInputStarted: st.builds(ToolInputStarted, ids, texts, st.none() | ids, st.integers(0, 3)),
    ToolInputDelta: st.builds(ToolInputDelta, ids, texts),
    ToolInputReady: st.builds(ToolInputReady, ids, texts, json_values, st.none() | ids, st.integers(0, 3)),
    ToolInputRejected: st.builds(ToolInputRejected, ids, texts, json_values, texts, texts),
    ToolSucceeded: st.builds(ToolSucceeded, ids, json_values),
    ToolFailed: st.builds(ToolFailed, ids, texts, texts),
    ToolApprovalRequested: st.builds(ToolApprovalRequested, ids, ids, texts, json_values),
    ToolApprovalDecided: st.builds(ToolApprovalDecided, ids, ids, st.booleans(), st.none() | texts),
    ToolDenied: st.builds(ToolDenied, ids, texts),
    StatusChanged: st.builds(StatusChanged, texts, texts),
    RunContinued: st.builds(RunContinued),
    RunAwaitingApproval: st.builds(RunAwaitingApproval, texts, st.integers(0, 99), costs),
    UsageReported: st.builds(UsageReported, texts, st.integers(0, 99), st.integers(0, 99), texts),
    RunFinished: st.builds(RunFinished, texts, st.integers(0, 99), costs),
    RunFailed: st.builds(RunFailed, texts, texts, st.booleans(), st.integers(0, 99), costs),
    RunStopped: st.builds(RunStopped, texts, st.integers(0, 99), costs),
}


@pytest.mark.parametrize("kind", RunEvent.__args__, ids=lambda kind: kind.__name__)
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_every_event_comes_back_as_it_was(kind: type[RunEvent], data: st.DataObject) -> None:
    event = data.draw(EVENTS[kind])
    assert decode_events(encode_events([event])) == [event]


@settings(deadline=None)
@given(st.lists(st.one_of(*EVENTS.values()), max_size=30))
def test_a_part_says_the_same_after_it_was_kept(events: list[RunEvent]) -> None:
    kept = decode_events(encode_events(events))
    assert _said(kept) == _said(events)
    assert len(kept) <= len(events)


def _said(events: list[RunEvent]) -> list[tuple[str, str]]:
    """Each character or other event, by its part: how deltas were cut makes no difference."""
    said: list[tuple[str, str]] = []
    for event in events:
        match event:
            case TextDelta(part, text) | ReasoningDelta(part, text) | ToolInputDelta(part, text):
                said.extend((f"{type(event).__name__} {part}", letter) for letter in text)
            case _:
                said.append((type(event).__name__, repr(event)))
    return said


def test_neighbouring_deltas_of_a_part_are_kept_as_one() -> None:
    events: list[RunEvent] = [TextDelta("a", "half "), TextDelta("a", "an "), TextDelta("b", "answer")]
    assert decode_events(encode_events(events)) == [TextDelta("a", "half an "), TextDelta("b", "answer")]


def test_an_amount_of_money_stays_exact() -> None:
    [kept] = decode_events(encode_events([RunFinished(cost=Cost(Decimal("0.000001"), "EUR"))]))
    assert kept == RunFinished(cost=Cost(Decimal("0.000001"), "EUR"))


def test_half_a_character_is_kept_as_the_transcript_keeps_it() -> None:
    events: list[RunEvent] = [
        TextDelta("a", "free\0 from \ud83d"),
        ToolInputReady("b", "check_capacity", {"du\ud83de": ["\udc00", 1.5, None]}),
        RunFinished("st\ud83dop", cost=Cost(Decimal("0.5"), "EUR")),
    ]
    assert decode_events(encode_events(events)) == [
        TextDelta("a", "free\N{REPLACEMENT CHARACTER} from \N{REPLACEMENT CHARACTER}"),
        ToolInputReady("b", "check_capacity", {"du\ufffde": ["\ufffd", 1.5, None]}),
        RunFinished("st\ufffdop", cost=Cost(Decimal("0.5"), "EUR")),
    ]


@pytest.mark.parametrize("data", [b"", b"{}", b'[["Nothing", {}]]', b'[["TextDelta", {"text": 1}]]'])
def test_a_record_that_cannot_be_read_is_a_fault_of_ours(data: bytes) -> None:
    with pytest.raises(InternalFault):
        decode_events(data)
