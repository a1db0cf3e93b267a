"""Chunks of a completion as pieces: what belongs together is joined, nothing is lost, odd shapes are told."""

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.errors import JsonValue, TokenLimit
from models.lean import encodings
from models.lean.deltas import pieces_of
from models.lean.encodings import DamagedBodyError, decoder
from models.lean.shape import mended
from models.pieces import CallPiece, FinishPiece, Piece, ReasoningPiece, TextPiece, UsagePiece


def event(delta: JsonValue, finish: str | None = None) -> dict[str, JsonValue]:
    made: dict[str, JsonValue] = {"choices": [{"delta": delta, "finish_reason": finish}]}
    assert mended(made)
    return made


def call(
    arguments: str, *, index: int | None = 0, call_id: str | None = None, name: str | None = None
) -> JsonValue:
    function: JsonValue = {"name": name, "arguments": arguments}
    return {"tool_calls": [{"index": index, "id": call_id, "function": function}]}


def test_text_that_arrives_together_is_one_piece() -> None:
    found = pieces_of([event({"role": "assistant", "content": ""}), *(event({"content": c}) for c in "Puma")])
    assert found == [TextPiece("Puma")]


def test_fragments_of_one_call_are_one_piece_and_calls_stay_apart() -> None:
    found = pieces_of(
        [
            event(call("", call_id="a", name="x")),
            event(call('{"n"')),
            event(call(": 1}")),
            event(call("{}", index=1, call_id="b", name="y")),
            event(call("{}", index=1, call_id="c", name="z")),
        ]
    )
    assert found == [
        CallPiece(0, "a", "x", '{"n": 1}'),
        CallPiece(1, "b", "y", "{}"),
        CallPiece(1, "c", "z", "{}"),
    ]


def test_calls_that_a_provider_counts_by_id_alone_stay_apart() -> None:
    found = pieces_of(
        [
            event(call("{", index=None, call_id="a", name="x")),
            event(call("}", index=None)),
            event(call("{}", index=None, call_id="b", name="x")),
        ]
    )
    assert found == [CallPiece(None, "a", "x", "{}"), CallPiece(None, "b", "x", "{}")]


def test_text_calls_usage_and_the_end_keep_their_order() -> None:
    usage: dict[str, JsonValue] = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}
    assert mended(usage)
    found = pieces_of(
        [event({"content": "I look."}), event(call("{}", name="x")), event({}, "tool_calls"), usage]
    )
    assert found == [
        TextPiece("I look."),
        CallPiece(0, None, "x", "{}"),
        FinishPiece("tool_calls"),
        UsagePiece(7, 2),
    ]


def test_content_in_typed_blocks_is_read() -> None:
    blocks: JsonValue = [
        {"type": "thinking", "thinking": "hm"},
        {"type": "text", "text": "yes"},
        {"type": "image"},
    ]
    assert pieces_of([event({"content": blocks})]) == [ReasoningPiece("hm"), TextPiece("yes")]


@given(
    st.lists(st.tuples(st.integers(0, 1), st.text(min_size=1, max_size=3)), max_size=12), st.integers(0, 12)
)
@settings(max_examples=60, deadline=None)
def test_batches_of_any_size_hold_the_same(fragments: list[tuple[int, str]], place: int) -> None:
    events = [event(call(text, index=index)) for index, text in fragments]

    def arguments(pieces: list[Piece]) -> dict[int | None, str]:
        joined: dict[int | None, str] = {}
        for piece in pieces:
            assert isinstance(piece, CallPiece)
            joined[piece.index] = joined.get(piece.index, "") + piece.arguments
        return joined

    assert arguments(pieces_of(events)) == arguments(pieces_of(events[:place]) + pieces_of(events[place:]))


ODD: list[dict[str, JsonValue]] = [
    {},
    {"choices": None},
    {"choices": [{}]},
    {"choices": [{"delta": None}]},
    {"choices": [{"delta": {"content": None, "tool_calls": None}}]},
    {"choices": [{"delta": {"tool_calls": [{"id": "a"}]}}]},
    {"choices": [{"delta": {"tool_calls": [{"function": None}]}}]},
    {"choices": [], "usage": "none"},
    {"choices": [], "usage": {"prompt_tokens": 1.5}},
]


@pytest.mark.parametrize("odd", ODD)
def test_what_providers_leave_out_is_put_right(odd: dict[str, JsonValue]) -> None:
    assert mended(odd)
    assert all(isinstance(piece, CallPiece) for piece in pieces_of([odd]))


WRONG: list[dict[str, JsonValue]] = [
    {"choices": "none"},
    {"choices": [5]},
    {"choices": [{"delta": "text"}]},
    {"choices": [{"delta": {"content": 5}}]},
    {"choices": [{"delta": {"tool_calls": {"index": 0}}}]},
    {"choices": [{"delta": {"tool_calls": [5]}}]},
    {"choices": [{"delta": {"tool_calls": [{"function": {"arguments": {"hours": 5}}}]}}]},
    {"choices": [{"delta": {"tool_calls": [{"index": "first", "function": {}}]}}]},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_chunk_is_told_apart(wrong: dict[str, JsonValue]) -> None:
    assert not mended(wrong)


@given(
    st.binary(max_size=400),
    st.integers(1, 7),
    st.sampled_from(["gzip", "deflate", "raw", "identity", "gzip, gzip"]),
)
@settings(max_examples=60, deadline=None)
def test_a_compressed_body_is_the_same_in_pieces_of_any_size(data: bytes, size: int, encoding: str) -> None:
    bare = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(data),
        "deflate": zlib.compress(data),
        "raw": bare.compress(data) + bare.flush(),
        "identity": data,
        "gzip, gzip": gzip.compress(gzip.compress(data)),
    }[encoding]
    decode = decoder("deflate" if encoding == "raw" else encoding)
    assert b"".join(decode(packed[at : at + size]) for at in range(0, len(packed), size)) == data


def test_a_body_that_is_not_its_encoding_is_damaged() -> None:
    with pytest.raises(DamagedBodyError):
        decoder("gzip")(b"<html>no such thing</html>" * 40)


def test_a_small_body_that_unpacks_to_a_huge_one_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "MAX_EXPANDED_BYTES", 1_000)
    with pytest.raises(TokenLimit):
        decoder("gzip")(gzip.compress(b"x" * 100_000))
