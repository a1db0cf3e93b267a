"""A strict reader of the AI SDK UI message stream, written from the protocol and not from our translator.

It refuses whatever the client refuses, and the order rules that the client does not enforce but a good server
keeps: one `start` first, paired steps, text and tool input inside a step, tool states in order, everything
closed before the one terminal chunk, nothing after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from leadhand.errors import JsonValue

Json = dict[str, JsonValue]

# type -> (required fields, optional fields), each with the Python types of its JSON value; () = any JSON.
_ANY: tuple[type, ...] = ()
_SHAPES: dict[str, tuple[dict[str, tuple[type, ...]], dict[str, tuple[type, ...]]]] = {
    "start": ({}, {"messageId": (str,), "messageMetadata": _ANY}),
    "start-step": ({}, {}),
    "finish-step": ({}, {}),
    "reset-step": ({}, {}),
    "finish": ({}, {"finishReason": (str,), "messageMetadata": _ANY}),
    "abort": ({}, {"reason": (str,)}),
    "error": ({"errorText": (str,)}, {}),
    "message-metadata": ({"messageMetadata": _ANY}, {}),
    "text-start": ({"id": (str,)}, {}),
    "text-delta": ({"id": (str,), "delta": (str,)}, {}),
    "text-end": ({"id": (str,)}, {"citations": (list,)}),
    "reasoning-start": ({"id": (str,)}, {}),
    "reasoning-delta": ({"id": (str,), "delta": (str,)}, {}),
    "reasoning-end": ({"id": (str,)}, {}),
    "tool-input-start": ({"toolCallId": (str,), "toolName": (str,)}, {"toolMetadata": (dict,)}),
    "tool-input-delta": ({"toolCallId": (str,), "inputTextDelta": (str,)}, {}),
    "tool-input-available": (
        {"toolCallId": (str,), "toolName": (str,), "input": _ANY},
        {"toolMetadata": (dict,)},
    ),
    "tool-input-error": (
        {"toolCallId": (str,), "toolName": (str,), "input": _ANY, "errorText": (str,)},
        {"toolMetadata": (dict,)},
    ),
    "tool-output-available": ({"toolCallId": (str,), "output": _ANY}, {}),
    "tool-output-error": ({"toolCallId": (str,), "errorText": (str,)}, {}),
    "tool-approval-request": (
        {"approvalId": (str,), "toolCallId": (str,), "reason": (str,), "approvalDescriptor": _ANY},
        {},
    ),
    "tool-approval-response": ({"approvalId": (str,), "approved": (bool,)}, {"reason": (str,)}),
    "tool-output-denied": ({"toolCallId": (str,)}, {}),
    "source-document": (
        {"sourceId": (str,), "mediaType": (str,), "title": (str,), "filename": (str,)},
        {"providerMetadata": (dict,)},
    ),
    "data-status": ({"data": _ANY}, {"id": (str,), "transient": (bool,)}),
}
_REASONS = {"stop", "length", "content-filter", "tool-calls", "error", "interrupted", "other"}
_TERMINAL = {"finish", "error", "abort"}
_WAITING = {"asked", "approved", "refused"}


class ProtocolViolation(AssertionError):
    """The stream breaks a rule of the protocol."""


def _insist(condition: bool, rule: str, chunk: Json) -> None:
    if not condition:
        raise ProtocolViolation(f"{rule}: {orjson.dumps(chunk).decode()}")


@dataclass
class _Reader:
    started: bool = False
    ended: bool = False
    in_step: bool = False
    text: set[str] = field(default_factory=set[str])
    reasoning: set[str] = field(default_factory=set[str])
    used: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    calls: dict[str, str] = field(default_factory=dict[str, str])
    names: dict[str, str] = field(default_factory=dict[str, str])
    approvals: dict[str, str] = field(default_factory=dict[str, str])
    calls_of_step: list[str] = field(default_factory=list[str])
    sources: set[str] = field(default_factory=set[str])
    sources_of_step: set[str] = field(default_factory=set[str])

    def take(self, chunk: Json) -> None:
        kind = chunk["type"]
        assert isinstance(kind, str)
        _check_shape(kind, chunk)
        _insist(not self.ended, "nothing follows the terminal chunk", chunk)
        _insist(self.started is (kind != "start"), "exactly one start, first", chunk)
        if kind == "start":
            _insist("messageId" in chunk, "start names the message", chunk)
            self.started = True
        elif kind.startswith(("text-", "reasoning-")):
            self._part(kind, chunk)
            self._citations(chunk)
        elif kind == "source-document":
            _insist(self.in_step and bool(self.text), "a source comes with a text", chunk)
            source = str(chunk["sourceId"])
            _insist(source not in self.sources | self.sources_of_step, "each source once", chunk)
            self.sources_of_step.add(source)
        elif kind.startswith(("tool-approval-", "tool-output-")):
            self._outcome(kind, chunk)
        elif kind.startswith("tool-"):
            self._tool(kind, chunk)
        elif kind.endswith("-step"):
            self._step(kind, chunk)
        elif kind in _TERMINAL:
            self._insist_closed(chunk)
            _insist(not self.in_step, "the step is finished before the end", chunk)
            self.ended = True

    def _insist_closed(self, chunk: Json) -> None:
        open_calls = [c for c, state in self.calls.items() if state != "over"]
        _insist(not (self.text or self.reasoning), "parts are closed", chunk)
        if chunk["type"] in _TERMINAL:
            waiting = chunk["type"] == "finish" and all(self.calls[c] in _WAITING for c in open_calls)
            _insist(waiting or not open_calls, "every call has an outcome or waits for a person", chunk)
        else:
            _insist(all(self.calls[c] != "writing" for c in open_calls), "input is complete", chunk)

    def _step(self, kind: str, chunk: Json) -> None:
        _insist(self.in_step is (kind != "start-step"), "steps come in pairs", chunk)
        if kind == "reset-step":
            _insist(
                all(self.calls[c] != "over" for c in self.calls_of_step), "an outcome is never reset", chunk
            )
            self.text.clear()
            self.reasoning.clear()
            for call in self.calls_of_step:
                self.calls[call] = "over"
            self.calls_of_step.clear()  # the client has dropped them
            self.sources_of_step.clear()
            return
        self.sources |= self.sources_of_step
        self.sources_of_step.clear()
        if kind == "finish-step":
            self._insist_closed(chunk)
        self.calls_of_step.clear()
        self.in_step = kind == "start-step"

    def _citations(self, chunk: Json) -> None:
        cited = chunk.get("citations", [])
        for one in cited if isinstance(cited, list) else []:
            source = one.get("source") if isinstance(one, dict) else None
            known = isinstance(source, dict) and source.get("id") in self.sources | self.sources_of_step
            _insist(known, "what is cited is a source of the message", chunk)

    def _part(self, kind: str, chunk: Json) -> None:
        space, _, verb = kind.partition("-")
        opened = self.text if space == "text" else self.reasoning
        part = str(chunk["id"])
        _insist(self.in_step, "text and reasoning stand inside a step", chunk)
        _insist((part in opened) is (verb != "start"), "start, deltas, end of one part", chunk)
        if verb == "start":
            _insist((space, part) not in self.used, "a part has an id of its own", chunk)
            self.used.add((space, part))
            opened.add(part)
        elif verb == "end":
            opened.remove(part)

    def _tool(self, kind: str, chunk: Json) -> None:
        call = str(chunk["toolCallId"])
        state = self.calls.get(call)
        _insist(self.in_step, "tools stand inside a step", chunk)
        if kind.startswith("tool-input"):
            expected = {"tool-input-start": {None}, "tool-input-delta": {"writing"}}
            _insist(state in expected.get(kind, {None, "writing"}), "input states in order", chunk)
            if state is None:
                self.calls_of_step.append(call)
                _insist(not (self.text or self.reasoning), "text closes when a tool part begins", chunk)
            if "toolName" in chunk:
                name = str(chunk["toolName"])
                _insist(self.names.setdefault(call, name) == name, "one name a call", chunk)
            after = {"tool-input-available": "running", "tool-input-error": "over"}
            self.calls[call] = after.get(kind, "writing")

    def _outcome(self, kind: str, chunk: Json) -> None:
        """An approval or an outcome; a call that waited for an answer has its own outside of any step."""
        call = str(chunk.get("toolCallId") or self.approvals[str(chunk["approvalId"])])
        state = self.calls.get(call)
        _insist(self.in_step or state in _WAITING, "tools stand inside a step", chunk)
        match kind:
            case "tool-approval-request":
                _insist(state == "running", "asked once, after the input", chunk)
                self.calls[call] = "asked"
                self.approvals[str(chunk["approvalId"])] = call
            case "tool-approval-response":
                _insist(state in _WAITING, "an answer to a question", chunk)
                self.calls[call] = "approved" if chunk["approved"] else "refused"
            case "tool-output-denied":
                _insist(state == "refused", "denied after a no", chunk)
                self.calls[call] = "over"
            case _:
                _insist(state in {"running", "approved"}, "one outcome, after the input or a yes", chunk)
                self.calls[call] = "over"


def _check_shape(kind: str, chunk: Json) -> None:
    _insist(kind in _SHAPES, "known chunk type", chunk)
    required, optional = _SHAPES[kind]
    for name, types in required.items():
        _insist(name in chunk, f"{name} is present", chunk)
        _insist(not types or isinstance(chunk[name], types), f"{name} has its type", chunk)
    for name, value in chunk.items():
        if name == "type" or name in required:
            continue
        _insist(name in optional, f"{name} is a field of this chunk", chunk)
        _insist(value is not None, f"{name} is absent, not null", chunk)
        types = optional[name]
        _insist(not types or isinstance(value, types), f"{name} has its type", chunk)
    if "finishReason" in chunk:
        _insist(chunk["finishReason"] in _REASONS, "a reason that the client knows", chunk)


def check_chunks(stream: Sequence[Json]) -> None:
    """Raise ProtocolViolation unless these chunks are one complete stream."""
    reader = _Reader()
    for chunk in stream:
        reader.take(chunk)
    if not reader.ended:
        raise ProtocolViolation("one terminal chunk at the end")


def read_stream(body: bytes) -> list[Json]:
    """The chunks of a whole response body, checked, `[DONE]` included."""
    events = [event for event in body.decode().split("\n\n") if not event.startswith(":")]
    if events[-2:] != ["data: [DONE]", ""]:
        raise ProtocolViolation("[DONE] and a blank line end the body")
    stream: list[Json] = []
    for event in events[:-2]:
        if not event.startswith("data: ") or "\n" in event:
            raise ProtocolViolation(f"one data line an event: {event[:80]}")
        stream.append(orjson.loads(event.removeprefix("data: ")))
    check_chunks(stream)
    return stream
