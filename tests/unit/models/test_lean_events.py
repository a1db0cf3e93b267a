"""Server-sent events out of bytes in pieces: how they are cut makes no difference."""

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.errors import JsonValue, ModelUnavailable, TokenLimit
from models.lean import events as lean_events
from models.lean.events import EventReader

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(-5, 5), st.none()), max_size=3)
NOISE = st.sampled_from([": comment", "event: delta", "id: 7", "retry: 10", "unknown", "data", "data:", ""])
LINE_ENDS = st.sampled_from(["\n", "\r", "\r\n"])


def read(pieces: Sequence[bytes]) -> tuple[list[JsonValue], bool]:
    reader = EventReader()
    found: list[JsonValue] = []
    for piece in pieces:
        if not reader.done and reader.fault is None:
            found.extend(reader.feed(piece))
    assert reader.fault is None
    return found, reader.done


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


@st.composite
def written(draw: st.DrawFn) -> tuple[list[JsonValue], bytes]:
    """Some events, and a way to write them."""
    values: list[JsonValue] = [dict(value) for value in draw(st.lists(VALUES, max_size=5))]
    end = draw(LINE_ENDS)
    lines: list[str] = []
    for value in values:
        lines += draw(st.lists(NOISE, max_size=2))
        text = json.dumps(value, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1])))
        lines += [f"data:{draw(st.sampled_from(['', ' ']))}{line}" for line in text.split("\n")]
        lines.append("")
    lines += ["data: [DONE]", "", "data: {never read", ""] if draw(st.booleans()) else []
    marked = "\ufeff" if draw(st.booleans()) else ""
    return values, (marked + "".join(line + end for line in lines)).encode()


@given(written(), st.lists(st.integers(0, 10_000), max_size=30))
@settings(max_examples=150, deadline=None)
def test_however_the_bytes_are_cut_the_events_are_those_that_were_written(
    stream: tuple[list[JsonValue], bytes], places: list[int]
) -> None:
    values, data = stream
    whole = read([data])
    assert whole == (values, b"[DONE]" in data)
    assert read(cut(data, places)) == whole
    assert read([data[index : index + 1] for index in range(len(data))]) == whole


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_bytes_at_all_give_the_same_however_they_are_cut(data: bytes, places: list[int]) -> None:
    def outcome(pieces: Sequence[bytes]) -> tuple[list[JsonValue], bool, str]:
        reader = EventReader()
        found: list[JsonValue] = []
        for piece in pieces:
            if not reader.done and reader.fault is None:
                found.extend(reader.feed(piece))
        return found, reader.done, "" if reader.fault is None else reader.fault.code

    framed = b"data:" + data + b"\n\ndata: 1\n\n"
    assert outcome(cut(framed, places)) == outcome([framed])


def test_what_came_before_a_damaged_event_still_counts() -> None:
    reader = EventReader()
    assert reader.feed(b'data: {"a": 1}\n\ndata: {"b"\n\ndata: {"c": 3}\n\n') == [{"a": 1}]
    assert isinstance(reader.fault, ModelUnavailable)


def test_half_a_surrogate_pair_is_read_like_any_json() -> None:
    assert EventReader().feed(b'data: {"a": "\\ud83d"}\n\n') == [{"a": "\ud83d"}]


@pytest.mark.parametrize("line", [b"data: " + b"x" * 40, b": comment\n" * 20])
def test_an_event_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch, line: bytes) -> None:
    monkeypatch.setattr(lean_events, "MAX_EVENT_BYTES", 100)
    reader = EventReader()
    for _ in range(30):
        assert reader.feed(line) == []
    assert isinstance(reader.fault, TokenLimit)


def test_a_stream_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean_events, "MAX_STREAM_BYTES", 100)
    reader = EventReader()
    for _ in range(30):
        reader.feed(b"data: 1\n\n")
    assert isinstance(reader.fault, TokenLimit)
