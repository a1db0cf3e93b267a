"""Run events to AI SDK chunks: the only place that knows both.

Whatever comes in, in whatever order, what goes out obeys the protocol: `start` first, text and reasoning
parts inside steps and closed, tool states in order, one terminal chunk, and nothing after it.
"""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Literal, TypeAlias, assert_never, cast, get_args

from leadhand import events
from leadhand.errors import JsonValue
from leadhand.events import RunEvent
from leadhand.prices import Cost, Tokens
from runs.citations import citation_of, source_of, utf16_length
from runs.transcript import STOPPED, UNFINISHED
from server.stream import chunks
from server.stream.chunks import UNSET, Chunk, FinishReason, MessageMetadata, ToolMetadata, Unset

_FINISH_REASONS: Final[dict[str, FinishReason]] = {reason: reason for reason in get_args(FinishReason)}


class _CallState(Enum):
    WRITING = auto()  # the model is writing the input
    RUNNING = auto()  # the input is complete
    ASKED = auto()  # a person is asked whether it may run
    APPROVED = auto()
    REFUSED = auto()
    OVER = auto()


_NOTHING_DONE: Final = frozenset({_CallState.WRITING, _CallState.RUNNING})
_WITHOUT_OUTCOME: Final = frozenset(_CallState) - {_CallState.OVER}
# What stays open when a run ends to wait for a person.
_WAITING: Final = frozenset({_CallState.ASKED, _CallState.APPROVED, _CallState.REFUSED})


_PartKind: TypeAlias = Literal["text", "reasoning"]


@dataclass(slots=True)
class _OpenPart:
    """`part_id` is the run's, `id` the client's; `length`: of its text so far, in UTF-16 units."""

    kind: _PartKind
    part_id: str
    id: str
    length: int = 0
    citations: list[JsonValue] = field(default_factory=list[JsonValue])


class StreamTranslator:
    """Translates the events of one run; keeps only what the order rules need."""

    def __init__(
        self,
        run_id: str,
        message_id: str,
        model_name: str,
        *,
        trace_id: str | Unset = UNSET,
        going_on: bool = False,
    ) -> None:
        """`going_on`: what runs before said of the same answer is known to the client, and left out."""
        self._run_id = run_id
        self._trace_id = trace_id
        self._message_id = message_id
        self._model_name = model_name
        self._started = False
        self._ended = False
        self._step_open = False
        self._open_part: _OpenPart | None = None
        self._times_opened: Counter[tuple[_PartKind, str]] = Counter()
        self._calls: dict[str, _CallState] = {}
        self._being_written: dict[str, chunks.ToolInputStart] = {}
        self._approvals: dict[str, str] = {}
        self._calls_of_step: set[str] = set()
        self._sources: set[str] = set()
        self._sources_of_step: set[str] = set()
        self._used = Tokens()
        self._usage_known = False
        self._known_so_far = going_on

    @property
    def ended(self) -> bool:
        """Whether the terminal chunk has been given out."""
        return self._ended

    def translate(self, event: RunEvent) -> list[Chunk]:
        """The chunks that `event` adds; an event that breaks the order adds only what is still legal."""
        if self._ended:
            return []
        out: list[Chunk] = []
        if not self._started:
            self._started = True
            metadata = MessageMetadata(run_id=self._run_id, trace_id=self._trace_id, model=self._model_name)
            out.append(chunks.Start(self._message_id, metadata))
        added = self._dispatch(event)
        if not self._known_so_far:
            out += added
        elif isinstance(event, events.RunContinued | events.RunEnding):
            self._known_so_far = False
            out += added if self._ended else []
        return out

    def _dispatch(self, event: RunEvent) -> list[Chunk]:  # noqa: PLR0911, PLR0912 - one arm per event
        match event:
            case events.StepStarted():
                return self._start_step()
            case events.StepReset():
                return self._reset_step()
            case events.TextDelta(part_id, text):
                return self._delta("text", part_id, text)
            case events.TextCited():
                return self._cited(event)
            case events.ReasoningDelta(part_id, text):
                return self._delta("reasoning", part_id, text)
            case events.ToolInputStarted(call_id, tool, parent_id, depth):
                return self._input_started(call_id, tool, _nesting(parent_id, depth))
            case events.ToolInputDelta(call_id, fragment):
                return self._input_delta(call_id, fragment)
            case events.ToolInputReady():
                return self._input_ready(event)
            case events.ToolInputRejected():
                return self._input_rejected(event)
            case events.ToolSucceeded(call_id, output):
                return self._succeeded(call_id, output)
            case events.ToolFailed(call_id, _, message):
                return self._failed(call_id, message)
            case events.ToolApprovalRequested():
                return self._asked(event)
            case events.ToolApprovalDecided():
                return self._decided(event)
            case events.ToolDenied(call_id, reason):
                return self._denied(call_id, reason)
            case events.RunContinued():
                return self._end_step()
            case events.StatusChanged(node, label):
                return [chunks.DataStatus(chunks.Status(node, label))]
            case events.UsageReported():
                return self._count(event)
            case events.RunFinished():
                return self._finish(event)
            case events.RunFailed():
                return self._fail(event)
            case events.RunStopped():
                return self._stop(event)
            case events.RunAwaitingApproval():
                return self._wait(event)
            case _:
                assert_never(event)

    # Steps

    def _start_step(self) -> list[Chunk]:
        out = self._end_step()
        self._step_open = True
        out.append(chunks.StartStep())
        return out

    def _end_step(self) -> list[Chunk]:
        if not self._step_open:
            return []
        out = [*self._close_parts(), *self._end_calls(UNFINISHED, {_CallState.WRITING})]
        self._step_open = False
        self._calls_of_step.clear()
        self._sources_of_step.clear()
        out.append(chunks.FinishStep())
        return out

    def _reset_step(self) -> list[Chunk]:
        """Void the open step; one in which a tool has done something is history and is not taken back."""
        if not self._step_open:
            return []
        if any(self._calls[call_id] not in _NOTHING_DONE for call_id in self._calls_of_step):
            return self._start_step()
        for call_id in self._calls_of_step:
            self._calls[call_id] = _CallState.OVER
        self._calls_of_step.clear()
        self._sources -= self._sources_of_step
        self._sources_of_step.clear()
        self._open_part = None
        return [chunks.ResetStep()]

    def _in_step(self) -> list[Chunk]:
        return [] if self._step_open else self._start_step()

    # Text and reasoning

    def _delta(self, kind: _PartKind, part_id: str, text: str) -> list[Chunk]:
        if not text:
            return []
        out = self._in_step()
        part = self._open_part
        if part is None or (part.kind, part.part_id) != (kind, part_id):
            out += self._close_parts()
            part = self._open_part = self._new_part(kind, part_id)
            out.append(chunks.TextStart(part.id) if kind == "text" else chunks.ReasoningStart(part.id))
        part.length += utf16_length(text)
        delta = chunks.TextDelta if kind == "text" else chunks.ReasoningDelta
        out.append(delta(part.id, text))
        return out

    def _new_part(self, kind: _PartKind, part_id: str) -> _OpenPart:
        """A part that goes on after a tool call is a new one to the client, so it gets an id of its own."""
        self._times_opened[kind, part_id] += 1
        times = self._times_opened[kind, part_id]
        return _OpenPart(kind, part_id, part_id if times == 1 else f"{part_id}#{times}")

    def _close_parts(self) -> list[Chunk]:
        part, self._open_part = self._open_part, None
        if part is None:
            return []
        if part.kind == "reasoning":
            return [chunks.ReasoningEnd(part.id)]
        return [chunks.TextEnd(part.id, part.citations or UNSET)]

    def _cited(self, event: events.TextCited) -> list[Chunk]:
        """The citation goes with the end of its text, the source at once, and once."""
        part, passage = self._open_part, event.passage
        if part is None or (part.kind, part.part_id) != ("text", event.part_id):
            return []
        part.citations.append(cast("JsonValue", citation_of(passage, event.mark, end=part.length)))
        if passage.id in self._sources:
            return []
        self._sources.add(passage.id)
        self._sources_of_step.add(passage.id)
        source = source_of(passage)
        return [
            chunks.SourceDocument(
                source["sourceId"],
                source["mediaType"],
                source["title"],
                source["filename"],
                cast("JsonValue", source["providerMetadata"]),
            )
        ]

    # Tool calls

    def _open_call(self, call_id: str, state: _CallState) -> list[Chunk]:
        out = [*self._in_step(), *self._close_parts()]
        self._calls[call_id] = state
        self._calls_of_step.add(call_id)
        return out

    def _input_started(self, call_id: str, tool: str, nesting: ToolMetadata | Unset) -> list[Chunk]:
        if call_id in self._calls:
            return []
        started = chunks.ToolInputStart(call_id, tool, nesting)
        self._being_written[call_id] = started
        return [*self._open_call(call_id, _CallState.WRITING), started]

    def _input_delta(self, call_id: str, fragment: str) -> list[Chunk]:
        if not fragment or self._calls.get(call_id) is not _CallState.WRITING:
            return []
        return [chunks.ToolInputDelta(call_id, fragment)]

    def _input_ready(self, event: events.ToolInputReady) -> list[Chunk]:
        if self._calls.get(event.call_id, _CallState.WRITING) is not _CallState.WRITING:
            return []
        out = [] if event.call_id in self._calls else self._open_call(event.call_id, _CallState.RUNNING)
        self._calls[event.call_id] = _CallState.RUNNING
        nesting = _nesting(event.parent_id, event.depth)
        return [*out, chunks.ToolInputAvailable(event.call_id, event.tool, event.input, nesting)]

    def _input_rejected(self, event: events.ToolInputRejected) -> list[Chunk]:
        if self._calls.get(event.call_id, _CallState.WRITING) is not _CallState.WRITING:
            return []
        out = [] if event.call_id in self._calls else self._open_call(event.call_id, _CallState.OVER)
        self._calls[event.call_id] = _CallState.OVER
        return [*out, chunks.ToolInputError(event.call_id, event.tool, event.input, event.message)]

    def _succeeded(self, call_id: str, output: events.JsonValue) -> list[Chunk]:
        if self._calls.get(call_id) not in {_CallState.RUNNING, _CallState.APPROVED}:
            return []
        self._calls[call_id] = _CallState.OVER
        return [chunks.ToolOutputAvailable(call_id, output)]

    def _failed(self, call_id: str, message: str) -> list[Chunk]:
        if self._calls.get(call_id, _CallState.OVER) is _CallState.OVER:
            return []
        return self._end_call(call_id, message)

    def _end_calls(self, text: str, states: Set[_CallState]) -> list[Chunk]:
        unfinished = [call_id for call_id, state in self._calls.items() if state in states]
        return [chunk for call_id in unfinished for chunk in self._end_call(call_id, text)]

    def _end_call(self, call_id: str, text: str) -> list[Chunk]:
        """A call whose input is not complete has no output to fail: it ends as an input error."""
        state = self._calls[call_id]
        if state in {_CallState.ASKED, _CallState.REFUSED}:
            return self._denied(call_id, text)
        self._calls[call_id] = _CallState.OVER
        if state is _CallState.WRITING:
            started = self._being_written[call_id]
            return [chunks.ToolInputError(call_id, started.tool_name, None, text, started.tool_metadata)]
        return [chunks.ToolOutputError(call_id, text)]

    # Approvals

    def _asked(self, event: events.ToolApprovalRequested) -> list[Chunk]:
        if self._calls.get(event.call_id) is not _CallState.RUNNING:
            return []
        self._calls[event.call_id] = _CallState.ASKED
        self._approvals[event.call_id] = event.approval_id
        return [chunks.ToolApprovalRequest(event.approval_id, event.call_id, event.summary, event.descriptor)]

    def _decided(self, event: events.ToolApprovalDecided) -> list[Chunk]:
        if self._calls.get(event.call_id) is not _CallState.ASKED:
            return []
        self._calls[event.call_id] = _CallState.APPROVED if event.approved else _CallState.REFUSED
        reason = UNSET if event.reason is None else event.reason
        return [chunks.ToolApprovalResponse(event.approval_id, event.approved, reason)]

    def _denied(self, call_id: str, reason: str) -> list[Chunk]:
        """The client keeps the answer that it knows of; where there is none, the answer is no."""
        state = self._calls.get(call_id)
        if state not in _WAITING:
            return []
        self._calls[call_id] = _CallState.OVER
        answer: list[Chunk] = []
        if state is not _CallState.REFUSED:
            answer.append(
                chunks.ToolApprovalResponse(self._approvals[call_id], approved=False, reason=reason)
            )
        return [*answer, chunks.ToolOutputDenied(call_id)]

    # Usage and the end

    def _count(self, event: events.UsageReported) -> list[Chunk]:
        self._usage_known = True
        self._used += Tokens(
            event.input_tokens, event.output_tokens, event.cached_input_tokens, event.reasoning_tokens
        )
        return []

    def _usage(self) -> chunks.Usage | Unset:
        if not self._usage_known:
            return UNSET
        used = self._used
        return chunks.Usage(
            used.input, used.output, used.total, used.cached_input or UNSET, used.reasoning or UNSET
        )

    def _close_all(self, call_text: str, states: Set[_CallState] = _WITHOUT_OUTCOME) -> list[Chunk]:
        self._ended = True
        calls = self._end_calls(call_text, states)
        return [*self._close_parts(), *calls, *self._end_step()]

    def _wait(self, event: events.RunAwaitingApproval) -> list[Chunk]:
        """The message stays open in the calls that wait, and goes on in another run."""
        closed = self._close_all(UNFINISHED, _WITHOUT_OUTCOME - _WAITING)
        return [*closed, self._finish_chunk(event)]

    def _finish(self, event: events.RunFinished) -> list[Chunk]:
        return [*self._close_all(UNFINISHED), self._finish_chunk(event)]

    def _finish_chunk(self, event: events.RunFinished | events.RunAwaitingApproval) -> Chunk:
        reason = _FINISH_REASONS.get(event.finish_reason.replace("_", "-"), "other")
        metadata = MessageMetadata(
            run_id=self._run_id,
            trace_id=self._trace_id,
            model=self._model_name,
            usage=self._usage(),
            cost=_cost(event.cost),
            duration_ms=event.duration_ms,
        )
        return chunks.Finish(reason, metadata)

    def _fail(self, event: events.RunFailed) -> list[Chunk]:
        """`error` can carry only text, so code and retryable go ahead of it in the message's metadata."""
        notice = chunks.ErrorNotice(event.code, event.message, event.retryable)
        metadata = MessageMetadata(
            usage=self._usage(), cost=_cost(event.cost), duration_ms=event.duration_ms, error=notice
        )
        end: list[Chunk] = [chunks.MetadataUpdate(metadata), chunks.Error(event.message)]
        return [*self._close_all(UNFINISHED), *end]

    def _stop(self, event: events.RunStopped) -> list[Chunk]:
        metadata = MessageMetadata(
            usage=self._usage(), cost=_cost(event.cost), duration_ms=event.duration_ms, stopped=True
        )
        end: list[Chunk] = [chunks.MetadataUpdate(metadata), chunks.Abort(event.reason)]
        return [*self._close_all(STOPPED), *end]


def _cost(cost: Cost | None) -> chunks.Cost | Unset:
    return UNSET if cost is None else chunks.Cost(f"{cost.amount:f}", cost.currency)


def _nesting(parent_id: str | None, depth: int) -> ToolMetadata | Unset:
    return UNSET if parent_id is None else ToolMetadata(parent_id, depth)
