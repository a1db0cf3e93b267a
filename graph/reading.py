"""Reads one streamed answer of a model: reports what arrives, returns what it amounts to.

Provider tool-call ids repeat and differ in shape, so each call gets an id of ours as soon as it begins.
"""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.tool import ToolCallChunk
from uuid_utils import uuid7

from leadhand.errors import JsonValue, TokenLimit
from leadhand.events import (
    EventSink,
    ReasoningDelta,
    TextDelta,
    ToolInputDelta,
    ToolInputReady,
    ToolInputRejected,
    ToolInputStarted,
)

# One answer; a planner's answer has 1-3 kB, so this only stops a model that has run away.
MAX_ANSWER_CHARS = 400_000
# The input of one call; the largest honest one (a routing of 50 steps) has about 10 kB.
MAX_TOOL_INPUT_CHARS = 100_000
# What providers take as the name of a tool. A made-up name goes back to the model with every later call, so
# one that its provider refuses would make the thread unusable.
MAX_TOOL_NAME_CHARS = 64
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
NO_NAME = "unknown"


@dataclass(slots=True)
class CallBeingRead:
    call_id: str
    tool: str
    provider_id: str | None = None
    fragments: list[str] = field(default_factory=list[str])
    size_chars: int = 0


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call of the model; `problem` says why its input cannot be used, None when it is JSON."""

    call_id: str
    tool: str
    input: JsonValue
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    text: str
    calls: tuple[ReadCall, ...]
    input_tokens: int
    output_tokens: int
    finish_reason: str


class AnswerReader:
    """Takes the chunks of one answer in order."""

    def __init__(self, sink: EventSink) -> None:
        self._sink = sink
        self._part_id = f"text-{uuid7()}"
        self._text: list[str] = []
        self._size_chars = 0
        self._calls: dict[int | str, CallBeingRead] = {}
        self._ordered: list[CallBeingRead] = []
        self._input_tokens = 0
        self._output_tokens = 0
        self._finish_reason = "stop"

    def take(self, chunk: AIMessageChunk) -> None:
        for text, reasoning in _texts(chunk):
            self._grow(len(text))
            if reasoning:
                self._sink.emit(ReasoningDelta(part_id=f"reasoning-{self._part_id}", text=text))
            else:
                self._text.append(text)
                self._sink.emit(TextDelta(part_id=self._part_id, text=text))
        for fragment in chunk.tool_call_chunks:
            self._take_call(fragment)
        if chunk.usage_metadata is not None:
            self._input_tokens += chunk.usage_metadata["input_tokens"]
            self._output_tokens += chunk.usage_metadata["output_tokens"]
        reason: object = chunk.response_metadata.get("finish_reason")
        if isinstance(reason, str) and reason:
            self._finish_reason = reason

    def finish(self) -> ModelAnswer:
        """Parse the inputs and report each as ready or rejected, in the model's order."""
        calls = tuple(_parse(call) for call in self._ordered)
        for call in calls:
            if call.problem is None:
                self._sink.emit(ToolInputReady(call_id=call.call_id, tool=call.tool, input=call.input))
            else:
                self._sink.emit(
                    ToolInputRejected(
                        call_id=call.call_id,
                        tool=call.tool,
                        input=call.input,
                        code="invalid_tool_input",
                        message=call.problem,
                    )
                )
        return ModelAnswer(
            text="".join(self._text),
            calls=calls,
            input_tokens=self._input_tokens,
            output_tokens=self._output_tokens,
            finish_reason=self._finish_reason,
        )

    def _take_call(self, fragment: ToolCallChunk) -> None:
        call = self._call_of(fragment)
        text = fragment.get("args") or ""
        if not text:
            return
        call.size_chars += len(text)
        if call.size_chars > MAX_TOOL_INPUT_CHARS:
            raise TokenLimit("The model wrote an endless tool input, so the answer was stopped.")
        self._grow(len(text))
        call.fragments.append(text)
        self._sink.emit(ToolInputDelta(call_id=call.call_id, fragment=text))

    def _call_of(self, fragment: ToolCallChunk) -> CallBeingRead:
        """The call that a fragment continues: by index; where a provider counts no index, or always the same
        one, a name under a new id begins a call."""
        index, provider_id, name = fragment.get("index"), fragment.get("id"), fragment.get("name")
        key: int | str = index if index is not None else (provider_id or "")
        known = self._calls.get(key) or (self._ordered[-1] if self._ordered and not name else None)
        if known is not None and not (name and provider_id and known.provider_id not in {None, provider_id}):
            return known
        call = CallBeingRead(call_id=str(uuid7()), tool=_tool_name(name), provider_id=provider_id)
        self._calls[key] = call
        self._ordered.append(call)
        self._sink.emit(ToolInputStarted(call_id=call.call_id, tool=call.tool))
        return call

    def _grow(self, chars: int) -> None:
        self._size_chars += chars
        if self._size_chars > MAX_ANSWER_CHARS:
            raise TokenLimit("The model's answer grew beyond the allowed length, so it was stopped.")


async def read_answer(chunks: AsyncIterator[AIMessage], sink: EventSink) -> ModelAnswer:
    """Read a whole streamed answer, reporting to `sink` as it arrives.

    Raises:
        TokenLimit: the answer or one of its tool inputs is longer than any honest one.
    """
    reader = AnswerReader(sink)
    async for chunk in chunks:
        if isinstance(chunk, AIMessageChunk):
            reader.take(chunk)
    return reader.finish()


def _tool_name(given: str | None) -> str:
    """The name as every provider takes it back."""
    return _NOT_IN_A_NAME.sub("_", given or "")[:MAX_TOOL_NAME_CHARS] or NO_NAME


def _texts(chunk: AIMessageChunk) -> list[tuple[str, bool]]:
    """(text, is reasoning) pieces of a chunk, whose content is a string or a list of blocks."""
    if isinstance(chunk.content, str):
        return [(chunk.content, False)] if chunk.content else []
    pieces: list[tuple[str, bool]] = []
    for block in chunk.content:
        if isinstance(block, str):
            pieces.append((block, False))
        elif block.get("type") == "text":
            pieces.append((str(block.get("text", "")), False))
        elif block.get("type") in {"reasoning", "thinking"}:
            pieces.append((str(block.get("reasoning") or block.get("thinking") or ""), True))
    return [(text, reasoning) for text, reasoning in pieces if text]


def _parse(call: CallBeingRead) -> ReadCall:
    raw = "".join(call.fragments)
    try:
        parsed: JsonValue = json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError):
        return ReadCall(call.call_id, call.tool, raw, "The tool's input is not valid JSON.")
    if not isinstance(parsed, dict):
        return ReadCall(call.call_id, call.tool, parsed, "The tool's input must be a JSON object.")
    return ReadCall(call.call_id, call.tool, parsed)
