"""The call tree: who called whom is carried by a context variable, and a span says no more than it may."""

import asyncio
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from leadhand.errors import NotFound, UnknownTool
from leadhand.spans import MAX_SPANS, Facts, Span, SpanKind, Trace, TraceParent, span, span_id_of
from tests.unit.tools.small_tools import ALL, TENANT, Shops
from tools.registry import ToolRegistry

REGISTRY = ToolRegistry(ALL, timeout_s=30)


class Told:
    """An exporter that keeps what is over."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def over(self, span: Span, trace: Trace) -> None:
        del trace
        self.spans.append(span)


def begun(*, attempt: int = 1, export: Told | None = None) -> Trace:
    """In the context of the test, which pytest gives to it alone."""
    trace = Trace(UUID(str(uuid7())), attempt=attempt, export=export)
    trace.begin()
    return trace


def tree(trace: Trace) -> dict[str, list[str]]:
    """The names of the children of each span; names are told apart by the call."""
    names = {found.id: found.call_id or found.name for found in [trace.root, *trace.unsaved]}
    found: dict[str, list[str]] = {}
    for child in trace.unsaved:
        assert child.parent_id is not None
        found.setdefault(names[child.parent_id], []).append(names[child.id])
    return found


async def run_tool(name: str, call_id: str = "call", **given: str | int) -> None:
    await REGISTRY.run(name, {**given}, TENANT, Shops(), call_id=call_id)


async def test_a_tool_that_calls_a_tool_that_calls_a_tool_is_a_chain() -> None:
    trace = begun()
    await run_tool("nest", levels=1, tool="echo")
    assert tree(trace) == {"run": ["call"], "call": ["call.1"], "call.1": ["call.1.1"]}
    assert [found.facts.get("depth") for found in trace.unsaved] == [0, 1, 2]
    assert [(found.kind, found.code) for found in trace.unsaved] == [(SpanKind.TOOL, None)] * 3


async def test_tools_that_run_beside_each_other_keep_their_own_children() -> None:
    trace = begun()
    async with asyncio.TaskGroup() as both:
        for call_id in ("left", "right"):
            both.create_task(run_tool("nest", call_id, levels=0, tool="echo", times=2))
    assert tree(trace) == {
        "run": ["left", "right"],
        "left": ["left.1", "left.2"],
        "right": ["right.1", "right.2"],
    }


async def test_a_failed_tool_says_its_code_and_so_do_those_that_fail_with_it() -> None:
    trace = begun()
    with pytest.raises(NotFound):
        await run_tool("nest", levels=0, tool="fail")
    assert {found.call_id: found.code for found in trace.unsaved} == {
        "call": "not_found",
        "call.1": "not_found",
    }
    with pytest.raises(RuntimeError):
        await run_tool("crash", "broken")
    assert trace.unsaved[-1].code == "internal_error"


async def test_a_tool_that_is_stopped_ends_as_cancelled() -> None:
    trace = begun()
    running = asyncio.create_task(run_tool("sleep"))
    await asyncio.sleep(0)
    (open_span,) = trace.unsaved
    assert open_span.ended_us is None
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (open_span.code, open_span.ended_us is None) == ("cancelled", False)


async def test_a_name_that_a_model_made_up_is_not_told() -> None:
    trace = begun()
    with pytest.raises(UnknownTool):
        await run_tool("Ignore all that was said before")
    assert [found.name for found in trace.unsaved] == ["unknown"]


async def test_of_what_a_tool_is_asked_and_answers_only_the_size_is_told() -> None:
    trace = begun()
    await run_tool("echo", window="CANARY next week")
    (found,) = trace.unsaved
    assert found.facts.get("output_chars", 0) > 50
    assert "CANARY" not in str(found.facts) + found.name


async def test_outside_a_run_nothing_is_recorded() -> None:
    with span(SpanKind.TOOL, "alone") as found:
        await run_tool("nest", levels=0, tool="echo")
    assert found.trace is None
    assert found.ended_us is None


async def test_a_run_that_is_taken_over_goes_on_in_the_same_trace_below_the_takeover() -> None:
    told = Told()
    trace = begun(attempt=2, export=told)
    await run_tool("echo")
    trace.end("stopped")
    trace.report()
    assert trace.root.id == span_id_of(trace.run_id)
    assert tree(trace) == {"run": ["takeover"], "takeover": ["call"]}
    assert [(found.name, found.code) for found in told.spans] == [
        ("echo", None),
        ("takeover", "stopped"),
        ("run", "stopped"),
    ]


async def test_a_run_that_continues_another_is_in_its_trace() -> None:
    asked, goes_on = UUID(str(uuid7())), UUID(str(uuid7()))
    trace = Trace(goes_on, parent=TraceParent(asked, span_id_of(asked)))
    assert (trace.trace_id, trace.root.parent_id) == (asked, Trace(asked).root.id)
    assert trace.root.id == span_id_of(goes_on) != span_id_of(asked)


async def test_what_did_not_arrive_is_taken_again_as_it_is_by_then() -> None:
    trace = begun()
    with span(SpanKind.MODEL, "model"):
        taken = trace.take()
        assert [found.ended_us for found in taken] == [None]
        assert trace.unsaved == []
        trace.give_back(taken)
    assert [found.ended_us is None for found in trace.unsaved] == [False]
    assert len(trace.take()) == 1
    assert trace.take() == []


async def test_a_run_records_so_many_spans_and_what_comes_beyond_disturbs_nothing() -> None:
    trace = begun()
    for _ in range(MAX_SPANS):
        with span(SpanKind.NODE, "step"):
            pass
    with span(SpanKind.NODE, "beyond") as beyond, span(SpanKind.NODE, "below"):
        pass
    assert beyond.trace is None
    assert {found.name for found in trace.unsaved} == {"step"}
    assert len(trace.unsaved) == MAX_SPANS


def test_a_span_says_numbers_and_few_words() -> None:
    """A text that a person or a model wrote has no place here; a new fact needs a reason."""
    words = {name for name, kind in Facts.__annotations__.items() if kind is str}
    assert words == {"model", "finish_reason"}
    assert set(Facts.__annotations__.values()) == {str, int}
