"""Shows a turn's events in a terminal: the answer on one stream, what happens meanwhile on the other."""

import json
import time
from dataclasses import dataclass
from typing import TextIO, assert_never

from rich.console import Console

from leadhand.errors import JsonValue
from leadhand.events import (
    CitedPassage,
    ReasoningDelta,
    RunAwaitingApproval,
    RunContinued,
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

MAX_INPUT_CHARS = 160


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class _Call:
    tool: str
    depth: int
    started: float


class TurnDisplay:
    """`answer` gets the text as it streams and nothing else; `notes` gets tools and loading lines."""

    def __init__(self, answer: TextIO, notes: Console) -> None:
        self._answer = answer
        self._notes = notes
        self._calls: dict[str, _Call] = {}
        self._part: str | None = None
        self._sources: dict[str, CitedPassage] = {}
        self._line_open = False
        self.fault: Fault | None = None
        self.asked: list[ToolApprovalRequested] = []

    def show(self, event: RunEvent) -> None:  # noqa: PLR0912 - one case a kind of event
        match event:
            case TextDelta():
                self._text(event)
            case TextCited():
                self._sources[event.mark] = event.passage
            case ToolInputReady():
                self._called(event)
            case ToolSucceeded():
                self._returned(event.call_id, "✓", "")
            case ToolFailed():
                self._returned(event.call_id, "✗", f": {event.message}")
            case ToolApprovalRequested():
                self.asked.append(event)
            case ToolDenied():
                self._returned(event.call_id, "✗", ": not approved")
            case ToolInputRejected():
                self._note(f"✗ {event.tool}: {event.message}")
            case StatusChanged():
                self._note(event.label)
            case StepReset():
                self._part = None
                self._note("The model's answer broke off and is made again; what stands above is void.")
            case RunFinished() | RunAwaitingApproval():
                self._name_sources()
            case RunFailed():
                self.fault = Fault(event.code, event.message)
            case RunStopped():
                self.fault = Fault("stopped", "The turn was stopped.")
            case (
                StepStarted()
                | ReasoningDelta()
                | ToolInputStarted()
                | ToolInputDelta()
                | ToolApprovalDecided()
                | UsageReported()
                | RunContinued()
            ):
                pass
            case _ as unknown:
                assert_never(unknown)

    def take_asked(self) -> list[ToolApprovalRequested]:
        """The changes that wait for an answer, since the last time."""
        asked, self.asked = self.asked, []
        return asked

    def close(self) -> None:
        """End an open line of the answer."""
        if self._line_open:
            self._write("\n")
        self._answer.flush()

    def _name_sources(self) -> None:
        """What the numbers in the answer stand for."""
        for mark, passage in self._sources.items():
            page = "" if passage.page is None else f", page {passage.page}"
            place = " › ".join(dict.fromkeys([passage.title, *passage.section]))
            self._note(f"{mark} {place}{page} ({passage.source})")
        self._sources = {}

    def _text(self, event: TextDelta) -> None:
        if self._part not in (None, event.part_id):
            self._write("\n\n" if self._line_open else "\n")
        self._part = event.part_id
        self._write(event.text)
        self._answer.flush()

    def _write(self, text: str) -> None:
        if text:
            self._answer.write(text)
            self._line_open = not text.endswith("\n")

    def _called(self, event: ToolInputReady) -> None:
        self._calls[event.call_id] = _Call(event.tool, event.depth, time.monotonic())
        self._note(f"{'  ' * event.depth}→ {event.tool} {_short(event.input)}")

    def _returned(self, call_id: str, mark: str, remark: str) -> None:
        call = self._calls.pop(call_id, None)
        if call is not None:
            seconds = time.monotonic() - call.started
            self._note(f"{'  ' * call.depth}{mark} {call.tool} ({seconds:.1f} s){remark}")

    def _note(self, line: str) -> None:
        if self._line_open and self._notes.is_terminal:
            self._write("\n")
            self._answer.flush()
        self._notes.print(line, style="dim")


def _short(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_INPUT_CHARS else text[: MAX_INPUT_CHARS - 1] + "…"
