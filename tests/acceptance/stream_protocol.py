"""The UI message stream's rules, checked chunk by chunk: shapes stricter than the client's, and the order."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from leadhand.errors import JsonValue
from tests.acceptance.json_access import at, has, parse, text_at

FINISH_REASONS = {"stop", "length", "content-filter", "tool-calls", "error", "interrupted", "other"}
TERMINAL = {"finish", "error", "abort"}

# type -> (required, optional); a misspelt optional field would pass the client silently, so none is let by.
_FLAGS = {"dynamic", "providerExecuted", "toolMetadata", "providerMetadata"}
SHAPES: Mapping[str, tuple[set[str], set[str]]] = {
    "start": ({"messageId"}, {"messageMetadata"}),
    "start-step": (set(), set()),
    "finish-step": (set(), set()),
    "reset-step": (set(), set()),
    "finish": ({"finishReason"}, {"messageMetadata"}),
    "abort": (set(), {"reason"}),
    "error": ({"errorText"}, set()),
    "message-metadata": ({"messageMetadata"}, set()),
    "text-start": ({"id"}, {"providerMetadata"}),
    "text-delta": ({"id", "delta"}, {"providerMetadata"}),
    "text-end": ({"id"}, {"providerMetadata", "citations"}),
    "reasoning-start": ({"id"}, {"providerMetadata"}),
    "reasoning-delta": ({"id", "delta"}, {"providerMetadata"}),
    "reasoning-end": ({"id"}, {"providerMetadata"}),
    "tool-input-start": ({"toolCallId", "toolName"}, _FLAGS | {"inputEncoding", "title"}),
    "tool-input-delta": ({"toolCallId", "inputTextDelta"}, set()),
    "tool-input-available": ({"toolCallId", "toolName", "input"}, _FLAGS | {"title"}),
    "tool-input-error": ({"toolCallId", "toolName", "input", "errorText"}, _FLAGS | {"title"}),
    "tool-output-available": ({"toolCallId", "output"}, _FLAGS | {"preliminary"}),
    "tool-output-error": ({"toolCallId", "errorText"}, _FLAGS),
    "tool-approval-request": ({"approvalId", "toolCallId", "reason", "approvalDescriptor"}, set()),
    "tool-approval-response": ({"approvalId", "approved"}, {"reason"}),
    "tool-output-denied": ({"toolCallId"}, set()),
    "source-document": ({"sourceId", "mediaType", "title"}, {"filename", "providerMetadata"}),
    "data-status": ({"data", "transient"}, {"id"}),
}
FREE_JSON = {"input", "output", "data", "messageMetadata"}


@dataclass
class ToolCall:
    """One tool part as the chunks built it."""

    call_id: str
    name: str
    step: int
    state: str
    written: str = ""
    input: JsonValue = None
    output: JsonValue = None
    error: str | None = None
    parent_id: str | None = None
    depth: int = 0
    approval_id: str | None = None
    descriptor: JsonValue = None

    @property
    def settled(self) -> bool:
        """Whether the step may end: the call has an outcome, or waits for a person."""
        return self.state in {"output-available", "output-error", "output-denied", *WAITING}


# Of a call whose step ends without its outcome.
WAITING = {"approval-requested", "approved", "refused"}


@dataclass
class StreamState:
    """Everything that the chunks so far said; `feed` fails the test at the first chunk that breaks a rule."""

    message_id: str | None = None
    step: int = 0
    step_open: bool = False
    open_parts: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    used_parts: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    texts: dict[str, str] = field(default_factory=dict[str, str])
    texts_of_step: set[str] = field(default_factory=set[str])
    calls: dict[str, ToolCall] = field(default_factory=dict[str, ToolCall])
    statuses: list[str] = field(default_factory=list[str])
    metadata: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    terminal: str | None = None
    finish_reason: str | None = None
    error_text: str | None = None

    def going_on(self) -> "StreamState":
        """For the stream that goes on with the same message: what its reader knows."""
        calls = {name: replace(call) for name, call in self.calls.items()}
        return StreamState(step=self.step, used_parts=set(self.used_parts), calls=calls)

    def feed(self, chunk: JsonValue) -> None:
        kind = check_shape(chunk)
        assert self.terminal is None, f"{kind} after {self.terminal}"
        assert (self.message_id is None) == (kind == "start"), f"{kind}: there is one start, and it is first"
        self._merge_metadata(chunk)
        match kind:
            case "start":
                self.message_id = text_at(chunk, "messageId")
            case "start-step":
                assert not self.step_open, "a step opens inside a step"
                self.texts_of_step.clear()
                self.step, self.step_open = self.step + 1, True
            case "finish-step" | "reset-step":
                self._end_step(kind)
            case "finish" | "error" | "abort":
                self._end(kind, chunk)
            case "data-status":
                assert at(chunk, "transient") is True, "a loading line is never stored"
                self.statuses.append(text_at(chunk, "data", "label"))
            case "message-metadata":
                pass
            case "tool-approval-response":
                self._answer(chunk)
            case "source-document":
                assert self.step_open, "a source outside a step"
            case _ if kind.startswith("tool-"):
                self._tool(kind, chunk)
            case _:
                self._part(kind, chunk)

    def _merge_metadata(self, chunk: JsonValue) -> None:
        added = at(chunk, "messageMetadata")
        if isinstance(added, dict):
            self.metadata.update(added)

    def _end_step(self, kind: str) -> None:
        assert self.step_open, f"{kind} without a step"
        if kind == "reset-step":
            self.open_parts.clear()
            self.calls = {name: call for name, call in self.calls.items() if call.step != self.step}
            for part_id in self.texts_of_step & self.texts.keys():
                del self.texts[part_id]
            return
        self.step_open = False
        assert not self.open_parts, f"the step ends with open parts: {self.open_parts}"
        waiting = [call.call_id for call in self.calls.values() if not call.settled]
        assert not waiting, f"the step ends with unfinished tool calls: {waiting}"

    def _end(self, kind: str, chunk: JsonValue) -> None:
        assert not self.step_open, f"{kind} inside a step"
        assert not self.open_parts, f"{kind} with open parts: {self.open_parts}"
        self.terminal = kind
        if kind == "finish":
            self.finish_reason = text_at(chunk, "finishReason")
            assert self.finish_reason in FINISH_REASONS, self.finish_reason
        if kind == "error":
            self.error_text = text_at(chunk, "errorText")

    def _part(self, kind: str, chunk: JsonValue) -> None:
        family, moment = kind.split("-")
        part = (family, text_at(chunk, "id"))
        if moment == "start":
            assert self.step_open, f"{kind} outside a step"
            assert part not in self.used_parts, f"the id of {part} is used again"
            self.open_parts.add(part)
            self.used_parts.add(part)
            return
        assert part in self.open_parts, f"{kind} for {part}, which is not open"
        if moment == "end":
            self.open_parts.remove(part)
            return
        delta = text_at(chunk, "delta")
        assert delta, f"{kind} carries nothing"
        if family == "text":
            self.texts[part[1]] = self.texts.get(part[1], "") + delta
            self.texts_of_step.add(part[1])

    def _tool(self, kind: str, chunk: JsonValue) -> None:
        call_id = text_at(chunk, "toolCallId")
        call = self.calls.get(call_id)
        if kind == "tool-input-start" or (call is None and kind.startswith("tool-input-")):
            assert kind != "tool-input-delta", f"a fragment for {call_id}, which was never started"
            assert call is None, f"{call_id} starts twice"
            assert self.step_open, f"{kind} outside a step"
            call = ToolCall(call_id, text_at(chunk, "toolName"), self.step, "input-streaming")
            self.calls[call_id] = call
        assert call is not None, f"{kind} for {call_id}, which was never started"
        assert at(chunk, "toolName") in {None, call.name}, f"{call_id} changes its tool"
        self._move(call, kind, chunk)

    def _move(self, call: ToolCall, kind: str, chunk: JsonValue) -> None:
        self._note_parent(call, chunk)
        streaming = call.state == "input-streaming"
        match kind:
            case "tool-input-start":
                pass
            case "tool-input-delta":
                assert streaming, f"a fragment for {call.call_id} in {call.state}"
                call.written += text_at(chunk, "inputTextDelta")
            case "tool-input-available":
                assert streaming, f"{call.call_id} becomes available in {call.state}"
                call.state, call.input = "input-available", at(chunk, "input")
                assert not call.written or _as_sent(parse(call.written)) == call.input, (
                    f"{call.call_id}: fragments differ"
                )
            case "tool-input-error":
                assert streaming, f"{call.call_id} is refused in {call.state}"
                call.state, call.error = "output-error", text_at(chunk, "errorText")
                call.input = at(chunk, "input")
            case "tool-approval-request":
                assert call.state == "input-available", f"{call.call_id} asks in {call.state}"
                call.state, call.approval_id = "approval-requested", text_at(chunk, "approvalId")
                call.descriptor = at(chunk, "approvalDescriptor")
            case "tool-output-denied":
                assert call.state == "refused", f"{call.call_id} is denied in {call.state}"
                call.state = "output-denied"
            case "tool-output-available":
                assert call.state in {"input-available", "approved"}, (
                    f"{call.call_id} succeeds in {call.state}"
                )
                call.state, call.output = "output-available", at(chunk, "output")
            case _:
                assert call.state in {"input-available", "approved"}, f"{call.call_id} fails in {call.state}"
                call.state, call.error = "output-error", text_at(chunk, "errorText")

    def _answer(self, chunk: JsonValue) -> None:
        approval_id = text_at(chunk, "approvalId")
        [call] = [call for call in self.calls.values() if call.approval_id == approval_id]
        assert call.state in WAITING, f"{call.call_id} is answered in {call.state}"
        call.state = "approved" if at(chunk, "approved") is True else "refused"

    def _note_parent(self, call: ToolCall, chunk: JsonValue) -> None:
        metadata = at(chunk, "toolMetadata")
        if metadata is None:
            return
        call.parent_id = text_at(metadata, "parentToolCallId")
        assert call.parent_id in self.calls, f"{call.call_id} has the unknown parent {call.parent_id}"
        depth = at(metadata, "depth")
        assert isinstance(depth, int)
        assert depth > 0
        call.depth = depth


def _as_sent(value: JsonValue) -> JsonValue:
    """The value without lone surrogates, which UTF-8 has no place for."""
    text = json.dumps(value, ensure_ascii=False)
    return parse(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def check_shape(chunk: JsonValue) -> str:
    """The chunk's type, after its fields were checked: none missing, none unknown, none null."""
    kind = text_at(chunk, "type")
    assert kind in SHAPES, f"unknown chunk type {kind}"
    assert isinstance(chunk, dict)
    required, optional = SHAPES[kind]
    fields = set(chunk) - {"type"}
    assert all(has(chunk, name) for name in required), f"{kind} lacks {required - fields}"
    assert fields <= required | optional, f"{kind} has unknown fields {fields - required - optional}"
    nulls = {name for name in fields - FREE_JSON if chunk[name] is None}
    assert not nulls, f"{kind} carries null in {nulls}"
    return kind
