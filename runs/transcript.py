"""Projects a run's events to the parts of the stored UI message, and back.

The parts are what `validateUIMessages` of the AI SDK accepts: after a run has ended in any way nothing is
left streaming, running or open.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NotRequired, TypeAlias, assert_never

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from leadhand.errors import JsonValue
from leadhand.events import (
    ReasoningDelta,
    RunAwaitingApproval,
    RunContinued,
    RunEnding,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStopped,
    StatusChanged,
    StepReset,
    StepStarted,
    TextCited,
    TextDelta,
    ToolApprovalDecided,
    ToolApprovalRequested,
    ToolDenied,
    ToolFailed,
    ToolInputDelta,
    ToolInputReady,
    ToolInputRejected,
    ToolInputStarted,
    ToolSucceeded,
    UsageReported,
)
from runs.citations import Citation, SourcePart, citation_of, events_between, source_of, utf16_length

TOOL_PREFIX = "tool-"
UNFINISHED = "This did not finish."
STOPPED = "This call was stopped."
INPUT_STATES = ("input-streaming", "input-available")
APPROVAL_STATES = ("approval-requested", "approval-responded")
OPEN_STATES = (*INPUT_STATES, *APPROVAL_STATES)


class StepPart(TypedDict):
    type: Literal["step-start"]


class TextPart(TypedDict):
    type: Literal["text", "reasoning"]
    text: str
    state: Literal["done"]
    citations: NotRequired[list[Citation]]


class ToolMetadata(TypedDict):
    parentToolCallId: str
    depth: int


class ToolApproval(TypedDict):
    """`descriptor` is what a person is shown; `approved` and `reason` come with the answer."""

    id: str
    requestReason: NotRequired[str]
    descriptor: NotRequired[JsonValue]
    approved: NotRequired[bool]
    reason: NotRequired[str]


class ToolPart(TypedDict):
    """`type` is `tool-<name>`."""

    type: str
    toolCallId: str
    state: Literal[
        "input-streaming",
        "input-available",
        "approval-requested",
        "approval-responded",
        "output-available",
        "output-error",
        "output-denied",
    ]
    input: NotRequired[JsonValue]
    approval: NotRequired[ToolApproval]
    output: NotRequired[JsonValue]
    errorText: NotRequired[str]
    toolMetadata: NotRequired[ToolMetadata]


Part: TypeAlias = StepPart | TextPart | SourcePart | ToolPart
_PARTS: TypeAdapter[list[Part]] = TypeAdapter(list[Part])


class _Fold:
    """Parts while events come in; `open_text` is the id of the part `text` that further deltas extend."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.tools: dict[str, ToolPart] = {}
        self.open_text: str | None = None
        self.text: TextPart | None = None
        self.step_at = 0

    def take(self, event: RunEvent) -> None:  # noqa: PLR0912 - one case a kind of event
        match event:
            case StepStarted():
                self._start_step()
            case StepReset():
                self._reset_step()
            case TextDelta(part_id=part_id, text=text):
                self._text("text", part_id, text)
            case TextCited():
                self._cite(event)
            case ReasoningDelta(part_id=part_id, text=text):
                self._text("reasoning", part_id, text)
            case ToolInputStarted(call_id, tool, parent_id, depth):
                self._tool(call_id, tool, "input-streaming", parent_id, depth)
            case ToolInputReady(call_id, tool, tool_input, parent_id, depth):
                self._tool(call_id, tool, "input-available", parent_id, depth)["input"] = tool_input
            case ToolInputRejected(call_id, tool, tool_input, _, message):
                self._tool(call_id, tool, "input-available", None, 0)["input"] = tool_input
                self._fail(call_id, message)
            case ToolSucceeded(call_id, output):
                if (part := self._open_tool(call_id)) is not None:
                    part["state"], part["output"] = "output-available", output
            case ToolFailed(call_id, _, message):
                self._fail(call_id, message)
            case ToolApprovalRequested():
                self._ask(event)
            case ToolApprovalDecided():
                self._answer(event)
            case ToolDenied(call_id, reason):
                self._deny(call_id, reason)
            case RunContinued():
                self.open_text, self.step_at = None, len(self.parts)
            case ToolInputDelta() | StatusChanged() | UsageReported():
                pass
            case RunStopped():
                self._close(STOPPED)
            case RunFinished() | RunFailed():
                self._close(UNFINISHED)
            case RunAwaitingApproval():
                self._close(UNFINISHED, INPUT_STATES)
            case _:
                assert_never(event)

    def _start_step(self) -> None:
        self.open_text, self.step_at = None, len(self.parts)
        self.parts.append({"type": "step-start"})

    def _reset_step(self) -> None:
        """Void the step; one in which a tool has done something is history and is not taken back."""
        calls = [part for part in self.parts[self.step_at :] if "toolCallId" in part]
        if any(part["state"] not in INPUT_STATES for part in calls):
            self._start_step()
            return
        self.open_text = None
        for part in calls:
            part["state"] = "output-error"  # whatever still comes of such a call is shown nowhere
        del self.parts[self.step_at + 1 :]

    def _close(self, reason: str, states: tuple[str, ...] = OPEN_STATES) -> None:
        self.open_text = None
        for call_id, part in self.tools.items():
            if part["state"] in states:
                self._fail(call_id, reason)

    def _open_tool(self, call_id: str) -> ToolPart | None:
        """The call's part while it has no outcome yet: the first outcome counts."""
        part = self.tools.get(call_id)
        return part if part is not None and part["state"] in OPEN_STATES else None

    def _fail(self, call_id: str, message: str) -> None:
        part = self._open_tool(call_id)
        if part is None:
            return
        if "approval" in part and not part["approval"].get("approved"):
            self._deny(call_id, message)
        else:
            part["state"], part["errorText"] = "output-error", message

    def _ask(self, event: ToolApprovalRequested) -> None:
        part = self.tools.get(event.call_id)
        if part is None or part["state"] not in INPUT_STATES:
            return
        part["state"] = "approval-requested"
        part["approval"] = {
            "id": event.approval_id,
            "requestReason": event.summary,
            "descriptor": event.descriptor,
        }

    def _answer(self, event: ToolApprovalDecided) -> None:
        part = self.tools.get(event.call_id)
        if part is None or "approval" not in part or part["state"] != "approval-requested":
            return
        part["state"] = "approval-responded"
        part["approval"]["approved"] = event.approved
        if event.reason is not None:
            part["approval"]["reason"] = event.reason

    def _deny(self, call_id: str, reason: str) -> None:
        """Nobody approved it; what a person answered stays, else the answer is no for that reason."""
        part = self._open_tool(call_id)
        if part is None or "approval" not in part:
            return
        if part["approval"].get("approved") is not False:
            part["approval"]["reason"] = reason
        part["state"], part["approval"]["approved"] = "output-denied", False

    def _text(self, kind: Literal["text", "reasoning"], part_id: str, text: str) -> None:
        if self.open_text == part_id and self.text is not None:
            self.text["text"] += text
            return
        self.open_text, self.text = part_id, TextPart(type=kind, text=text, state="done")
        self.parts.append(self.text)

    def _cite(self, event: TextCited) -> None:
        """The source stands behind what was there when it was cited for the first time."""
        if self.open_text != event.part_id or self.text is None:
            return
        end = utf16_length(self.text["text"])
        self.text.setdefault("citations", []).append(citation_of(event.passage, event.mark, end=end))
        known = {part["sourceId"] for part in self.parts if "sourceId" in part}
        if event.passage.id not in known:
            self.parts.append(source_of(event.passage))

    def _tool(
        self,
        call_id: str,
        tool: str,
        state: Literal["input-streaming", "input-available"],
        parent_id: str | None,
        depth: int,
    ) -> ToolPart:
        self.open_text = None
        part = self.tools.get(call_id)
        if part is None:
            part = ToolPart(type=TOOL_PREFIX + tool, toolCallId=call_id, state=state)
            if parent_id is not None:
                part["toolMetadata"] = {"parentToolCallId": parent_id, "depth": depth}
            self.tools[call_id] = part
            self.parts.append(part)
        if part["state"] in INPUT_STATES:
            part["state"] = state
        return part


def parts_of(events: Iterable[RunEvent]) -> list[Part]:
    """The parts of the assistant message that these events make, with nothing left open but approvals that a
    run ended for.
    """
    fold = _Fold()
    event: RunEvent | None = None
    for event in events:
        fold.take(event)
    if not isinstance(event, RunEnding):
        fold.take(RunFinished())
    return fold.parts


def events_of(parts: Sequence[Part]) -> list[RunEvent]:
    """The events that make these parts: what a replay of a run that is over begins with."""
    events: list[RunEvent] = []
    for number, part in enumerate(parts):
        if "toolCallId" in part:
            events.extend(_tool_events(part))
        elif "text" in part:
            events.extend(_text_events(f"part-{number}", part))
        elif part["type"] == "step-start":
            events.append(StepStarted())
    return events


def _text_events(part_id: str, part: TextPart) -> list[RunEvent]:
    """Sources come of the text that cites them."""
    if part["type"] == "reasoning":
        return [ReasoningDelta(part_id, part["text"])]
    events: list[RunEvent] = []
    rest = part["text"]
    for text, cited in events_between(part_id, part["text"], part.get("citations", [])):
        events += [TextDelta(part_id, text), cited]
        rest = rest.removeprefix(text)
    return [*events, TextDelta(part_id, rest)] if rest or not events else events


def _tool_events(part: ToolPart) -> list[RunEvent]:
    call_id, tool = part["toolCallId"], part["type"].removeprefix(TOOL_PREFIX)
    metadata = part.get("toolMetadata")
    ready = ToolInputReady(
        call_id=call_id,
        tool=tool,
        input=part.get("input"),
        parent_id=metadata["parentToolCallId"] if metadata else None,
        depth=metadata["depth"] if metadata else 0,
    )
    approval = part.get("approval")
    before = [ready, *_approval_events(call_id, approval)]
    match part["state"]:
        case "output-available":
            return [*before, ToolSucceeded(call_id, part.get("output"))]
        case "output-denied":
            return [*before, ToolDenied(call_id, approval.get("reason", "") if approval else "")]
        case "approval-requested" | "approval-responded":
            return before
        case _:
            return [*before, ToolFailed(call_id, "tool_failed", part.get("errorText", UNFINISHED))]


def _approval_events(call_id: str, approval: ToolApproval | None) -> list[RunEvent]:
    if approval is None:
        return []
    asked = ToolApprovalRequested(
        call_id, approval["id"], approval.get("requestReason", ""), approval.get("descriptor")
    )
    if "approved" not in approval:
        return [asked]
    return [
        asked,
        ToolApprovalDecided(call_id, approval["id"], approval["approved"], approval.get("reason")),
    ]


def open_calls(parts: Sequence[Part]) -> list[str]:
    """The calls that wait for an answer, or for what the answer brings about."""
    return [part["toolCallId"] for part in parts if "toolCallId" in part and part["state"] in APPROVAL_STATES]


def text_of(parts: Sequence[Part]) -> str:
    """The text parts of a message, joined."""
    return "".join(part["text"] for part in parts if "text" in part and part["type"] == "text")


def stored_parts(parts: Sequence[Part]) -> list[JsonValue]:
    """The parts as JSON for the transcript."""
    return _PARTS.dump_python(list(parts), mode="json")


def read_parts(stored: Sequence[JsonValue]) -> list[Part]:
    """The parts of a transcript row."""
    return _PARTS.validate_python(stored)
