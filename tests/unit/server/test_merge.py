"""Joining deltas without losing, reordering or delaying anything that matters."""

from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand import events
from leadhand.events import RunEvent
from server.stream.merge import DeltaMerger

_ids = st.sampled_from(["a", "b"])
_event: st.SearchStrategy[RunEvent] = st.one_of(
    st.builds(events.TextDelta, _ids, st.text(max_size=3)),
    st.builds(events.ReasoningDelta, _ids, st.text(max_size=3)),
    st.builds(events.ToolInputDelta, _ids, st.text(max_size=3)),
    st.just(events.StepStarted()),
)


def test_neighbours_of_one_part_become_one_delta() -> None:
    merger = DeltaMerger()
    merger.add([events.TextDelta("t", "It "), events.TextDelta("t", "is ")])
    merger.add([events.TextDelta("t", "free.")])
    assert merger.take() == [events.TextDelta("t", "It is free.")]


def test_deltas_of_two_parts_stay_apart_and_in_order() -> None:
    run = [events.TextDelta("t", "a"), events.ReasoningDelta("t", "b"), events.TextDelta("t", "c")]
    merger = DeltaMerger()
    merger.add(run)
    assert merger.take() == run


def test_deltas_alone_may_wait_and_anything_else_may_not() -> None:
    merger = DeltaMerger()
    merger.add([events.ToolInputDelta("c", "{")])
    assert (merger.waiting, merger.urgent) == (True, False)
    merger.add([events.ToolInputReady("c", "t", {}), events.TextDelta("t", "x")])
    assert merger.urgent
    merger.take()
    assert (merger.waiting, merger.urgent) == (False, False)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(_event, max_size=6), max_size=6))
def test_what_goes_out_says_the_same_as_what_came_in(batches: list[list[RunEvent]]) -> None:
    merger = DeltaMerger()
    for batch in batches:
        merger.add(batch)
    assert _spelled(merger.take()) == _spelled([event for batch in batches for event in batch])


def _spelled(run: list[RunEvent]) -> list[tuple[str, str]]:
    """Each character with the kind and id of its part; other events by name."""
    spelled: list[tuple[str, str]] = []
    for event in run:
        match event:
            case events.TextDelta(part, text) | events.ReasoningDelta(part, text):
                spelled += [(type(event).__name__ + part, char) for char in text]
            case events.ToolInputDelta(part, text):
                spelled += [("input" + part, char) for char in text]
            case _:
                spelled.append((type(event).__name__, ""))
    return spelled
