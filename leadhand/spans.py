"""The call tree of a run: what called what, how long it took, how it ended.

A span holds names, ids, sizes, codes and times, never what was asked, said, passed or found. What runs inside
`with span(...)` is its child, in every task that is started there: a context variable is the only carrier.
Outside a run a span is recorded nowhere.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Final, Protocol, TypedDict
from uuid import UUID

from typing_extensions import Unpack

from leadhand.metrics import code_of

# Far above what the bounds of a run allow; what comes beyond is not recorded.
MAX_SPANS: Final = 2_000
_ID_BITS: Final = 63


class SpanKind(StrEnum):
    """`request`: one request to a model's endpoint; a call that is tried again has several."""

    RUN = "run"
    TAKEOVER = "takeover"
    NODE = "node"
    MODEL = "model"
    REQUEST = "request"
    TOOL = "tool"
    RETRIEVAL = "retrieval"
    APPROVAL = "approval"


class Facts(TypedDict, total=False):
    """All that a span may say of itself; nothing that a person or a model wrote."""

    model: str
    prompt_version: int
    memory_version: int
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    finish_reason: str
    tool_calls: int
    try_number: int
    http_status: int
    depth: int
    output_chars: int
    passages: int
    attempt: int


CodeOf = Callable[[BaseException], str]


class SpanExport(Protocol):
    """Takes spans that are over; never blocks, never raises."""

    def over(self, span: "Span", trace: "Trace") -> None: ...


@dataclass(slots=True, eq=False)
class Span:
    """A context manager. Times are microseconds since 1970; `code`: None while it goes on or went well.

    `times_taken`: how often it was on its way to where it is kept.
    """

    kind: SpanKind
    name: str
    call_id: str | None = None
    facts: Facts = field(default_factory=Facts)
    code_of: CodeOf = code_of
    trace: "Trace | None" = None
    id: int = 0
    parent_id: int | None = None
    started_us: int = 0
    ended_us: int | None = None
    code: str | None = None
    times_taken: int = 0
    _entered: "Token[Span | None] | None" = None

    def note(self, **facts: Unpack[Facts]) -> None:
        """Add to what it says of itself."""
        self.facts.update(facts)

    def fail(self, code: str) -> None:
        """It ends badly, without an error that leaves it."""
        self.code = code

    def __enter__(self) -> "Span":
        above = _current.get()
        if above is not None and above.trace is not None and above.trace.open(self, above):
            self._entered = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._entered is None or self.trace is None:
            return
        _current.reset(self._entered)
        self.trace.close(self, self.code if error is None else self.code_of(error))


_current: ContextVar[Span | None] = ContextVar("current_span", default=None)


def span(
    kind: SpanKind,
    name: str,
    *,
    call_id: str | None = None,
    code: CodeOf = code_of,
    **facts: Unpack[Facts],
) -> Span:
    """For a `with` statement: a child of the span that this runs in. `code` words an error that leaves it."""
    return Span(kind, name, call_id, facts, code)


def note(**facts: Unpack[Facts]) -> None:
    """Add to what the span that this runs in says of itself."""
    if (here := _current.get()) is not None:
        here.note(**facts)


def span_id_of(row: UUID) -> int:
    """The id of the span that a row stands for, such as a run's: whoever knows the row knows the parent."""
    return row.int & ((1 << _ID_BITS) - 1)


@dataclass(frozen=True, slots=True)
class TraceParent:
    """Where a run stands that goes on with what another one began: that one's trace and span."""

    trace_id: UUID
    span_id: int


def trace_id_of(run_id: UUID, parent: TraceParent | None) -> UUID:
    """Of the run that a person began, and of all that go on with it."""
    return run_id if parent is None else parent.trace_id


class Trace:
    """The spans of one attempt of a run, and which of them are not kept yet.

    The run's own span is the run's row. `parent`: None where a person began the run.
    """

    def __init__(
        self,
        run_id: UUID,
        *,
        attempt: int = 1,
        parent: TraceParent | None = None,
        tenant_id: str = "",
        thread_id: UUID | None = None,
        age_s: float = 0.0,
        export: SpanExport | None = None,
    ) -> None:
        """`age_s`: of the run, when this attempt began. `tenant_id`, `thread_id`: for the export."""
        self.run_id = run_id
        self.trace_id = trace_id_of(run_id, parent)
        self.attempt = attempt
        self.tenant_id = tenant_id
        self.thread_id = thread_id
        self._export = export
        self._left = MAX_SPANS
        self._unsaved: dict[int, Span] = {}
        self._takeover: Span | None = None
        # Wall time that runs evenly: a clock that is set back makes no span last a negative time.
        self._offset_ns = time.time_ns() - time.perf_counter_ns()
        self.root = Span(SpanKind.RUN, "run", trace=self, id=span_id_of(run_id))
        self.root.parent_id = None if parent is None else parent.span_id
        self.root.started_us = self._now_us() - int(age_s * 1_000_000)

    def begin(self) -> None:
        """What this task does from here on, and every task that it starts, belongs to the trace."""
        _current.set(self.root)
        if self.attempt > 1:
            self._takeover = Span(SpanKind.TAKEOVER, "takeover", facts=Facts(attempt=self.attempt))
            self._takeover.__enter__()

    def end(self, code: str | None) -> None:
        """The run is over, with this code if not with an answer; what is still open ends with it."""
        if self._takeover is not None and self._takeover.ended_us is None:
            self.close(self._takeover, code)
        self.root.ended_us, self.root.code = self._now_us(), code

    def report(self, **facts: Unpack[Facts]) -> None:
        """The end of the run is stored: tell of it, with what it says of itself."""
        self.root.note(**facts)
        if self._export is not None:
            self._export.over(self.root, self)

    def open(self, span: Span, above: Span) -> bool:
        """Whether it is recorded: beyond MAX_SPANS it is not, and what it calls counts as its parent's."""
        if self._left <= 0:
            return False
        self._left -= 1
        span.trace = self
        span.id = secrets.randbits(_ID_BITS) or 1
        span.parent_id = above.id
        span.started_us = self._now_us()
        self._unsaved[span.id] = span
        return True

    def close(self, span: Span, code: str | None) -> None:
        """It is over; with no code it went well."""
        span.ended_us = self._now_us()
        span.code = code
        self._unsaved[span.id] = span
        if self._export is not None:
            self._export.over(span, self)

    @property
    def unsaved(self) -> Sequence[Span]:
        """What began or ended since it was last taken, by the order in which it began."""
        return list(self._unsaved.values())

    def take(self) -> Sequence[Span]:
        """`unsaved`, which is on its way now."""
        taken = self.unsaved
        for span in taken:
            span.times_taken += 1
        self._unsaved = {}
        return taken

    def give_back(self, spans: Sequence[Span]) -> None:
        """They did not arrive, or nobody knows."""
        self._unsaved = {span.id: span for span in spans} | self._unsaved

    def _now_us(self) -> int:
        return (time.perf_counter_ns() + self._offset_ns) // 1000
