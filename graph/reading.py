"""Reads one streamed answer of a model: reports what arrives, returns what it amounts to.

Provider tool-call ids repeat and differ in shape, so each call gets an id of ours as soon as it begins.
"""

import json
import math
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from uuid_utils import uuid7

from graph.citing import MarkReader, Shown
from graph.state import Passage
from leadhand.errors import JsonValue, TokenLimit
from leadhand.events import (
    CitedPassage,
    EventSink,
    ReasoningDelta,
    TextCited,
    TextDelta,
    ToolInputDelta,
    ToolInputReady,
    ToolInputRejected,
    ToolInputStarted,
)
from leadhand.prices import Tokens
from models.pieces import Batch, CallPiece, FinishPiece, Piece, ReasoningPiece, TextPiece, UsagePiece
from models.tokens import reported_tokens

# One answer; a planner's answer has 1-3 kB, so this only stops a model that has run away.
MAX_ANSWER_CHARS = 400_000
# The input of one call; the largest honest one (a routing of 50 steps) has about 10 kB.
MAX_TOOL_INPUT_CHARS = 100_000
# What providers take as the name of a tool. A made-up name goes back to the model with every later call, so
# one that its provider refuses would make the thread unusable.
MAX_TOOL_NAME_CHARS = 64
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
NO_NAME = "unknown"
# Of objects and lists in one another, as in the body of a request.
MAX_DEPTH = 64
# Of a whole number with its sign; Python refuses to read one of thousands.
MAX_DIGITS = 20


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
    """`text` as the model wrote it, with its own marks for passages."""

    text: str
    calls: tuple[ReadCall, ...]
    tokens: Tokens
    finish_reason: str


class AnswerReader:
    """Takes the pieces of one answer in order."""

    def __init__(self, sink: EventSink, marks: MarkReader) -> None:
        self._sink = sink
        self._marks = marks
        self._part_id = f"text-{uuid7()}"
        self._text: list[str] = []
        self._size_chars = 0
        self._calls: dict[int | str, CallBeingRead] = {}
        self._ordered: list[CallBeingRead] = []
        self._tokens = Tokens()
        self._finish_reason = "stop"

    def take(self, piece: Piece) -> None:
        match piece:
            case TextPiece(text):
                self._grow(len(text))
                self._text.append(text)
                self._show(self._marks.take(text))
            case ReasoningPiece(text):
                self._grow(len(text))
                self._sink.emit(ReasoningDelta(part_id=f"reasoning-{self._part_id}", text=text))
            case CallPiece():
                self._take_call(piece)
            case UsagePiece(read, written, kept, thought):
                self._tokens += reported_tokens(read, written, cached=kept, reasoning=thought)
            case FinishPiece(reason):
                self._finish_reason = reason

    def finish(self) -> ModelAnswer:
        """Parse the inputs and report each as ready or rejected, in the model's order."""
        self._show(self._marks.finish())
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
            tokens=self._tokens,
            finish_reason=self._finish_reason,
        )

    def _show(self, settled: Sequence[Shown]) -> None:
        for shown in settled:
            self._sink.emit(TextDelta(part_id=self._part_id, text=shown.text))
            if shown.passage is not None:
                self._sink.emit(TextCited(self._part_id, shown.text, _cited(shown.passage)))

    def _take_call(self, piece: CallPiece) -> None:
        self._show(self._marks.finish())
        call = self._call_of(piece)
        text = piece.arguments
        if not text:
            return
        call.size_chars += len(text)
        if call.size_chars > MAX_TOOL_INPUT_CHARS:
            raise TokenLimit("The model wrote an endless tool input, so the answer was stopped.")
        self._grow(len(text))
        call.fragments.append(text)
        self._sink.emit(ToolInputDelta(call_id=call.call_id, fragment=text))

    def _call_of(self, piece: CallPiece) -> CallBeingRead:
        """The call that a fragment continues: by index; where a provider counts no index, or always the same
        one, a name under a new id begins a call."""
        provider_id, name = piece.provider_id, piece.tool
        key: int | str = piece.index if piece.index is not None else (provider_id or "")
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


async def read_answer(
    batches: AsyncGenerator[Batch], sink: EventSink, marks: MarkReader | None = None
) -> ModelAnswer:
    """Read a whole streamed answer, reporting to `sink` as it arrives. `marks`: what it may cite.

    Raises:
        TokenLimit: the answer or one of its tool inputs is longer than any honest one.
    """
    reader = AnswerReader(sink, marks or MarkReader())
    # Closed here, so that leaving early closes the connection now and not when memory is cleared.
    async with aclosing(batches):
        async for batch in batches:
            for piece in batch:
                reader.take(piece)
    return reader.finish()


def _cited(passage: Passage) -> CitedPassage:
    return CitedPassage(
        id=passage["id"],
        document_id=passage["document_id"],
        source=passage["source"],
        title=passage["title"],
        kind=passage["kind"],
        section=passage["section"],
        page=passage["page"],
        version=passage["version"],
        text=passage["text"],
    )


def _tool_name(given: str | None) -> str:
    """The name as every provider takes it back."""
    return _NOT_IN_A_NAME.sub("_", given or "")[:MAX_TOOL_NAME_CHARS] or NO_NAME


def _parse(call: CallBeingRead) -> ReadCall:
    raw = "".join(call.fragments)
    try:
        parsed: JsonValue = _JSON.decode(raw) if raw.strip() else {}
    except _TooLargeError:
        return ReadCall(call.call_id, call.tool, raw, "A number in the tool's input is too large.")
    except (ValueError, RecursionError):
        return ReadCall(call.call_id, call.tool, raw, "The tool's input is not valid JSON.")
    if _is_deep(parsed):
        return ReadCall(call.call_id, call.tool, raw, "The tool's input is nested too deep.")
    if "\\u" in raw:
        # Half a surrogate pair is text for nobody: no encoder, no database, no provider takes it.
        parsed = json.loads(
            _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", json.dumps(parsed, ensure_ascii=False))
        )
    if not isinstance(parsed, dict):
        return ReadCall(call.call_id, call.tool, parsed, "The tool's input must be a JSON object.")
    return ReadCall(call.call_id, call.tool, parsed)


def _is_deep(value: JsonValue) -> bool:
    """Whether it has more levels than what it is kept with can write."""
    level: list[JsonValue] = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


class _TooLargeError(ValueError):
    """A number that could not be kept."""


def _no_number(constant: str) -> float:
    """Python reads NaN and Infinity, which are no JSON."""
    raise ValueError(constant)


def _finite(written: str) -> float:
    """1e999 is JSON, but no number that could be written again."""
    number = float(written)
    if not math.isfinite(number):
        raise _TooLargeError
    return number


def _whole(written: str) -> int:
    """Neither a checkpoint nor the event log holds a whole number of more than 64 bits."""
    if len(written) > MAX_DIGITS or not -(2**63) <= (number := int(written)) < 2**63:
        raise _TooLargeError
    return number


_JSON = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
