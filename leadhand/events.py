"""What happens in a run, as typed values, and the sink that the graph reports to.

The run's event log is the single truth of a turn: the HTTP stream, a reconnecting client and the stored
transcript are projections of it. The graph only emits; it knows no server, no log and no wire format.
"""

from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from leadhand.errors import JsonValue
from leadhand.prices import Cost


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A model call begins. The step before it, if any, is complete.

    `prompt_tokens` is counted by us: what the call is charged with should it break before the model reports.
    """

    prompt_tokens: int = 0


@dataclass(frozen=True, slots=True)
class StepReset:
    """The model call of the open step is redone: what that step has streamed so far is void."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text of the text part `part_id`; the first delta opens the part, its step's end closes it."""

    part_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A passage of a document that was found in this run. `section`: the headings above it."""

    id: str
    document_id: str
    source: str
    title: str
    kind: str
    section: list[str]
    page: int | None
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class TextCited:
    """The text so far of `part_id` ends with `mark` ("[1]"), which stands for `passage`."""

    part_id: str
    mark: str
    passage: CitedPassage


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    part_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolInputStarted:
    """The model began to write a call. `call_id` is ours, never the provider's.

    `parent_id` is the call that made this one, None for a call of the model; `depth` 0 is the model's own.
    """

    call_id: str
    tool: str
    parent_id: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class ToolInputDelta:
    """The next fragment of the JSON text of the call's input."""

    call_id: str
    fragment: str


@dataclass(frozen=True, slots=True)
class ToolInputReady:
    """The input is complete; the tool is about to run. Stands alone for nested calls (no Started before)."""

    call_id: str
    tool: str
    input: JsonValue
    parent_id: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class ToolInputRejected:
    """The input is not JSON, fails the tool's schema, or names no tool: nothing ran."""

    call_id: str
    tool: str
    input: JsonValue
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ToolSucceeded:
    """`output` is the tool's whole typed result as JSON."""

    call_id: str
    output: JsonValue


@dataclass(frozen=True, slots=True)
class ToolFailed:
    """A coded error with a message that is safe to show."""

    call_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ToolApprovalRequested:
    """The call would change the plan and waits for a person's yes; nothing has been changed.

    `summary` is the change in a sentence, `descriptor` all that a person looks at before they answer.
    """

    call_id: str
    approval_id: str
    summary: str
    descriptor: JsonValue


@dataclass(frozen=True, slots=True)
class ToolApprovalDecided:
    """A person answered, or nobody can any more; `reason` is a person's own words, or why nobody can."""

    call_id: str
    approval_id: str
    approved: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ToolDenied:
    """The call is not carried out: nobody approved it."""

    call_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """A loading line such as "Checking machine availability…"; transient, never stored."""

    node: str
    label: str


@dataclass(frozen=True, slots=True)
class UsageReported:
    """Tokens of one model call, and why the model ended it, in the provider's word.

    `cached_input_tokens` are a part of `input_tokens`, `reasoning_tokens` of `output_tokens`.
    """

    model: str
    input_tokens: int
    output_tokens: int
    finish_reason: str = "stop"
    cached_input_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class RunContinued:
    """Everything before it was said by earlier runs of the same answer; this run goes on from here."""


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run ended with an answer."""

    finish_reason: str = "stop"
    duration_ms: int = 0
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The run ended with one coded error that is safe to show."""

    code: str
    message: str
    retryable: bool = False
    duration_ms: int = 0
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class RunStopped:
    """A person stopped the run."""

    reason: str = "stopped"
    duration_ms: int = 0
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class RunAwaitingApproval:
    """The run ended with calls that wait for a person's answer; another run goes on from there."""

    finish_reason: str = "tool-calls"
    duration_ms: int = 0
    cost: Cost | None = None


RunEnding: TypeAlias = RunFinished | RunFailed | RunStopped | RunAwaitingApproval

RunEvent: TypeAlias = (
    StepStarted
    | StepReset
    | TextDelta
    | TextCited
    | ReasoningDelta
    | ToolInputStarted
    | ToolInputDelta
    | ToolInputReady
    | ToolInputRejected
    | ToolSucceeded
    | ToolFailed
    | ToolApprovalRequested
    | ToolApprovalDecided
    | ToolDenied
    | StatusChanged
    | UsageReported
    | RunContinued
    | RunFinished
    | RunFailed
    | RunStopped
    | RunAwaitingApproval
)


def joined(earlier: RunEvent, later: RunEvent) -> RunEvent | None:
    """One delta for two neighbours of the same part, else None."""
    match earlier, later:
        case TextDelta(first, head), TextDelta(second, tail) if first == second:
            return replace(earlier, text=head + tail)
        case ReasoningDelta(first, head), ReasoningDelta(second, tail) if first == second:
            return replace(earlier, text=head + tail)
        case ToolInputDelta(first, head), ToolInputDelta(second, tail) if first == second:
            return replace(earlier, fragment=head + tail)
        case _:
            return None


class EventSink(Protocol):
    """Takes events in order; never blocks."""

    def emit(self, event: RunEvent) -> None: ...


class NullSink:
    """For callers who want only the result: `POST /api/tools/{name}`, `langgraph dev`, tests."""

    def emit(self, event: RunEvent) -> None:
        del event


# Set by `runs` in the task that drives the graph; every task that the graph starts inherits it.
current_sink: ContextVar[EventSink] = ContextVar("current_sink")


def sink() -> EventSink:
    """The sink of the run that this task belongs to; a NullSink outside a run."""
    return current_sink.get(NullSink())
