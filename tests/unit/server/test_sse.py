"""The response that follows a run: frames, silence, errors, and clients that leave or do not read."""

import asyncio
from collections.abc import AsyncGenerator, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from leadhand import events
from leadhand.errors import DatabaseUnavailable
from leadhand.events import RunEvent
from server.stream.sse import DONE, HEARTBEAT, RunStream, frames
from tests.unit.server.protocol_checker import read_stream


@dataclass
class ScriptedRun:
    """A run whose batches the test hands out one by one; an exception in the script is raised."""

    script: "asyncio.Queue[tuple[RunEvent, ...] | Exception | None]" = field(
        default_factory=asyncio.Queue[tuple[RunEvent, ...] | Exception | None]
    )
    run_id: str = "run-1"
    assistant_message_id: str = "msg-1"
    model_name: str = "builtin"
    trace_id: str = "trace-1"
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, *batches: "tuple[RunEvent, ...] | Exception | None") -> "ScriptedRun":
        for batch in batches:
            self.script.put_nowait(batch)
        return self

    async def follow(self) -> AsyncGenerator[tuple[RunEvent, ...]]:
        try:
            while (batch := await self.script.get()) is not None:
                if isinstance(batch, Exception):
                    raise batch
                yield batch
                self.script.task_done()
        finally:
            self.left.set()


async def body_of(run: ScriptedRun) -> bytes:
    return b"".join([frame async for frame in frames(run)])


async def test_a_run_is_streamed_from_start_to_done() -> None:
    run = ScriptedRun().say(
        (events.StepStarted(), events.TextDelta("t", "Yes."), events.UsageReported("m", 1, 1)),
        (events.RunFinished(),),
    )
    stream = read_stream(await body_of(run))
    assert [chunk["type"] for chunk in stream] == [
        *("start", "start-step", "text-start", "text-delta", "text-end", "finish-step", "finish"),
    ]


async def test_a_replay_holds_each_part_in_one_delta() -> None:
    deltas = tuple(events.TextDelta("t", f"{n} ") for n in range(500))
    run = ScriptedRun().say((events.StepStarted(), *deltas, events.RunFinished()))
    stream = read_stream(await body_of(run))
    assert [chunk["type"] for chunk in stream].count("text-delta") == 1


async def test_deltas_wait_for_the_next_flush_and_other_events_take_them_along() -> None:
    run = ScriptedRun()
    stream = frames(run, flush_s=3600)
    run.say((events.StepStarted(),))
    assert b"start-step" in await anext(stream)
    coming = asyncio.ensure_future(anext(stream))
    run.say((events.TextDelta("t", "Let me "),), (events.TextDelta("t", "look."),))
    await run.script.join()
    assert not coming.done()
    run.say((events.ToolInputReady("c", "t", {}),))
    frame = await coming
    assert frame.count(b"text-delta") == 1
    assert b"Let me look." in frame
    assert b"tool-input-available" in frame
    await stream.aclose()


async def test_silence_is_filled_with_comments_that_the_client_ignores() -> None:
    stream = frames(ScriptedRun(), heartbeat_s=0.001)
    assert [await anext(stream), await anext(stream)] == [HEARTBEAT, HEARTBEAT]
    await stream.aclose()


async def test_a_run_that_breaks_off_without_an_end_gets_a_clean_error() -> None:
    run = ScriptedRun().say((events.StepStarted(), events.TextDelta("t", "Half an")), None)
    stream = read_stream(await body_of(run))
    assert stream[-1]["type"] == "error"
    assert stream[-2]["messageMetadata"] == {
        "duration_ms": 0,
        "error": {
            "code": "run_interrupted",
            "message": "The answer was interrupted. Please ask again.",
            "retryable": True,
        },
    }


async def test_text_of_a_foreign_exception_never_reaches_the_client() -> None:
    run = ScriptedRun().say((events.StepStarted(),), RuntimeError("password=hunter2"))
    body = await body_of(run)
    assert read_stream(body)[-1] == {"type": "error", "errorText": "Something went wrong on our side."}
    assert b"hunter2" not in body


async def test_a_coded_error_while_following_keeps_its_code() -> None:
    run = ScriptedRun().say(DatabaseUnavailable("The database is away."))
    assert read_stream(await body_of(run))[-1]["errorText"] == "The database is away."


async def test_text_that_utf8_cannot_carry_is_replaced_and_ends_no_stream() -> None:
    run = ScriptedRun().say((events.TextDelta("t", "a\ud800b"), events.RunFinished()))
    stream = read_stream(await body_of(run))
    assert any(chunk.get("delta") == "a\ufffdb" for chunk in stream)


async def test_leaving_the_frames_leaves_the_run() -> None:
    run = ScriptedRun().say((events.StepStarted(),))
    stream = frames(run)
    await anext(stream)
    await stream.aclose()
    assert run.left.is_set()


@dataclass
class Wire:
    """Both ends of one ASGI exchange."""

    sent: list[MutableMapping[str, Any]] = field(default_factory=list[MutableMapping[str, Any]])
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    spoken: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> MutableMapping[str, Any]:
        await self.disconnected.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        await self.reads.wait()
        self.sent.append(message)
        if message["type"] == "http.response.body":
            self.spoken.set()

    @property
    def body(self) -> bytes:
        return b"".join(m["body"] for m in self.sent if m["type"] == "http.response.body")


async def test_the_response_has_the_headers_of_the_protocol() -> None:
    wire = Wire()
    wire.reads.set()
    run = ScriptedRun().say((events.RunFinished(),))
    await RunStream(run)({"type": "http"}, wire.receive, wire.send)
    headers = {name.decode(): value.decode() for name, value in wire.sent[0]["headers"]}
    assert wire.sent[0]["status"] == 200
    assert headers == {
        "content-type": "text/event-stream",
        "cache-control": "no-cache",
        "connection": "keep-alive",
        "x-vercel-ai-ui-message-stream": "v1",
        "x-accel-buffering": "no",
    }
    assert wire.body.endswith(DONE)
    assert wire.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_a_client_that_leaves_ends_only_its_own_reading() -> None:
    wire = Wire()
    wire.reads.set()
    run = ScriptedRun().say((events.StepStarted(),))
    answering = asyncio.ensure_future(RunStream(run)({"type": "http"}, wire.receive, wire.send))
    await wire.spoken.wait()
    wire.disconnected.set()
    await answering
    assert run.left.is_set()
    assert DONE not in wire.body


async def test_a_client_that_never_reads_is_cut_and_holds_nothing_back() -> None:
    wire = Wire()
    run = ScriptedRun().say((events.StepStarted(),))
    answering = asyncio.ensure_future(
        RunStream(run, write_timeout_s=0.01)({"type": "http"}, wire.receive, wire.send)
    )
    run.say(*[(events.TextDelta("t", "x" * 1000),) for _ in range(100)])
    await answering
    assert run.script.qsize() >= 99


async def test_a_send_that_fails_because_the_client_is_gone_is_no_fault() -> None:
    tried: list[str] = []

    async def broken(message: MutableMapping[str, Any]) -> None:
        tried.append(message["type"])
        raise OSError("peer reset")

    wire = Wire()
    await RunStream(ScriptedRun())({"type": "http"}, wire.receive, broken)
    assert tried == ["http.response.start"]


async def test_a_fault_of_our_own_in_sending_is_not_swallowed() -> None:
    async def broken(message: MutableMapping[str, Any]) -> None:
        raise TypeError("a bug")

    wire = Wire()
    with pytest.raises(TypeError):
        await RunStream(ScriptedRun())({"type": "http"}, wire.receive, broken)
