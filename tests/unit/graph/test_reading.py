"""What the reader of a model's stream reports and returns."""

from collections.abc import AsyncGenerator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk

from graph.reading import MAX_TOOL_INPUT_CHARS, ModelAnswer, read_answer
from leadhand.errors import TokenLimit
from leadhand.events import RunEvent, TextDelta, ToolInputDelta, ToolInputReady, ToolInputRejected
from leadhand.prices import Tokens
from models.any_chat_model import pieces_of
from models.pieces import Batch


class Recorder:
    def __init__(self) -> None:
        self.events: list[RunEvent] = []

    def emit(self, event: RunEvent) -> None:
        self.events.append(event)


async def _read(chunks: Sequence[AIMessageChunk]) -> tuple[ModelAnswer, list[RunEvent]]:
    async def stream() -> AsyncGenerator[Batch]:
        for chunk in chunks:
            yield pieces_of(chunk)

    recorder = Recorder()
    return await read_answer(stream(), recorder), recorder.events


def _call(
    index: int, *, name: str | None = None, call_id: str | None = None, args: str = ""
) -> AIMessageChunk:
    chunk = tool_call_chunk(name=name, args=args, id=call_id, index=index)
    return AIMessageChunk(content="", tool_call_chunks=[chunk])


async def test_text_deltas_are_reported_as_they_come_and_joined_in_the_answer() -> None:
    answer, events = await _read([AIMessageChunk(content=text) for text in ("The ", "Puma", "")])
    assert answer.text == "The Puma"
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["The ", "Puma"]
    assert len({event.part_id for event in events if isinstance(event, TextDelta)}) == 1


@given(st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
async def test_input_fragments_of_any_size_give_the_same_input(cuts: list[str]) -> None:
    text = '{"machines": ["Puma 3100"], "note": "ü"}'
    fragments = [text[start : start + len(cuts)] for start in range(0, len(text), len(cuts))]
    answer, events = await _read(
        [_call(0, name="get_machine_availability", call_id="c")]
        + [_call(0, args=fragment) for fragment in fragments]
    )
    assert answer.calls[0].input == {"machines": ["Puma 3100"], "note": "ü"}
    streamed = "".join(event.fragment for event in events if isinstance(event, ToolInputDelta))
    assert streamed == text


async def test_two_interleaved_calls_keep_their_inputs_apart() -> None:
    answer, _ = await _read(
        [
            _call(0, name="a", call_id="x", args='{"n":'),
            _call(1, name="b", call_id="y", args='{"m":'),
            _call(0, args="1}"),
            _call(1, args="2}"),
        ]
    )
    assert [(call.tool, call.input) for call in answer.calls] == [("a", {"n": 1}), ("b", {"m": 2})]


async def test_the_providers_call_id_never_becomes_ours() -> None:
    first, _ = await _read([_call(0, name="a", call_id="call_0", args="{}")])
    second, _ = await _read([_call(0, name="a", call_id="call_0", args="{}")])
    assert first.calls[0].call_id != second.calls[0].call_id
    assert "call_0" not in {first.calls[0].call_id, second.calls[0].call_id}


@pytest.mark.parametrize("raw", ['{"machines": ["Pu', "[1, 2]", "nonsense"])
async def test_an_input_that_is_no_json_object_is_rejected_and_not_run(raw: str) -> None:
    answer, events = await _read([_call(0, name="a", call_id="c", args=raw)])
    assert answer.calls[0].problem is not None
    assert [type(event) for event in events][-1] is ToolInputRejected
    assert not any(isinstance(event, ToolInputReady) for event in events)


async def test_an_empty_input_is_an_empty_object() -> None:
    answer, _ = await _read([_call(0, name="a", call_id="c")])
    assert answer.calls[0].input == {}


async def test_an_endless_tool_input_is_stopped_with_a_code() -> None:
    with pytest.raises(TokenLimit):
        await _read(
            [_call(0, name="a", call_id="c")]
            + [_call(0, args="x" * 500) for _ in range(MAX_TOOL_INPUT_CHARS // 500 + 1)]
        )


async def test_usage_is_what_the_provider_reports() -> None:
    chunk = AIMessageChunk(
        content="",
        usage_metadata={
            "input_tokens": 12,
            "output_tokens": 3,
            "total_tokens": 15,
            "input_token_details": {"cache_read": 8},
            "output_token_details": {"reasoning": 2},
        },
    )
    answer, _ = await _read([AIMessageChunk(content="ok"), chunk])
    assert answer.tokens == Tokens(12, 3, cached_input=8, reasoning=2)


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("NaN", "not valid JSON"),
        ("-Infinity", "not valid JSON"),
        ("1e999", "too large"),
        (str(2**63), "too large"),
        ("9" * 5_000, "too large"),
    ],
)
async def test_a_number_that_cannot_be_kept_is_no_input(number: str, problem: str) -> None:
    answer, _ = await _read([_call(0, name="a", call_id="c", args=f'{{"hours": [{number}]}}')])
    assert problem in (answer.calls[0].problem or "")


async def test_an_input_that_is_nested_too_deep_to_be_kept_is_none() -> None:
    answer, _ = await _read([_call(0, name="a", call_id="c", args=f'{{"a": {"[" * 300}{"]" * 300}}}')])
    assert answer.calls[0].problem == "The tool's input is nested too deep."


async def test_the_largest_number_that_can_be_kept_is_an_input() -> None:
    answer, _ = await _read([_call(0, name="a", call_id="c", args=f'{{"hours": {2**63 - 1}}}')])
    assert answer.calls[0].input == {"hours": 2**63 - 1}


async def test_half_a_surrogate_pair_does_not_get_into_an_input() -> None:
    answer, _ = await _read(
        [_call(0, name="a", call_id="c", args='{"name": "Puma \\ud83d", "ok": "\\u00fc"}')]
    )
    assert answer.calls[0].input == {"name": "Puma \N{REPLACEMENT CHARACTER}", "ok": "ü"}


@pytest.mark.parametrize(
    ("given", "read"),
    [("sell machine!", "sell_machine_"), ("größe", "gr_e"), ("", "unknown"), ("x" * 200, "x" * 64)],
)
async def test_a_made_up_name_is_one_that_every_provider_takes_back(given: str, read: str) -> None:
    answer, _ = await _read([_call(0, name=given, call_id="c", args="{}")])
    assert [call.tool for call in answer.calls] == [read]


async def test_a_name_under_a_new_id_begins_a_call_whatever_its_index() -> None:
    answer, _ = await _read(
        [
            _call(0, name="a", call_id="c1", args='{"x": 1}'),
            _call(0, name="b", call_id="c2", args='{"y":'),
            _call(0, call_id="c2", args=" 2}"),
        ]
    )
    assert [(call.tool, call.input) for call in answer.calls] == [("a", {"x": 1}), ("b", {"y": 2})]
