"""Hands the spans of runs to an OpenTelemetry collector, in the words of its conventions for generative AI.

Importing this imports OpenTelemetry: only `open_span_export` does, when there is a collector. Spans are sent
in batches by a thread of its own; a collector that is away costs spans, never a turn.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias
from uuid import UUID

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags
from opentelemetry.trace import SpanKind as OtelKind

from leadhand import __version__
from leadhand.metrics import CANCELLED
from leadhand.spans import Span, SpanKind, Trace

# How long a process that ends waits for the collector.
CLOSING_S: Final = 3.0
AGENT: Final = "leadhand"
# The built-in model is our own; all others speak OpenAI's protocol.
PROVIDERS: Final = {"builtin": AGENT}

_SCOPE: Final = InstrumentationScope(AGENT, __version__)
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_TOKENS: Final = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cached_input_tokens": "gen_ai.usage.cache_read.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}

Attributes: TypeAlias = dict[str, str | int | tuple[str, ...]]
Worded: TypeAlias = tuple[str, Attributes]


class OtlpExport:
    """A SpanExport. Other settings of the sender are OpenTelemetry's own, from the environment."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint`: of the collector, without `/v1/traces`."""
        self._resource = Resource.create({"service.name": AGENT, "service.version": __version__})
        self._processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))

    def over(self, span: Span, trace: Trace) -> None:
        """As SpanExport."""
        self._processor.on_end(_readable(span, trace, self._resource))

    async def aclose(self) -> None:
        """Send what waits, for up to CLOSING_S."""
        # A thread that nobody waits for: a collector that does not answer keeps no process alive.
        closing = threading.Thread(target=self._processor.shutdown, daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, CLOSING_S)


def _readable(span: Span, trace: Trace, resource: Resource) -> ReadableSpan:
    name, attributes = _WORDINGS[span.kind](span, trace)
    status = Status(StatusCode.UNSET)
    if span.code is not None:
        attributes["error.type"] = span.code
        if span.code != CANCELLED:
            status = Status(StatusCode.ERROR)
    return ReadableSpan(
        name=name,
        context=_context(trace.trace_id, span.id),
        parent=None if span.parent_id is None else _context(trace.trace_id, span.parent_id),
        resource=resource,
        attributes=attributes,
        kind=OtelKind.CLIENT if span.kind in {SpanKind.MODEL, SpanKind.REQUEST} else OtelKind.INTERNAL,
        status=status,
        start_time=span.started_us * 1000,
        end_time=(span.ended_us or span.started_us) * 1000,
        instrumentation_scope=_SCOPE,
    )


def _context(trace_id: UUID, span_id: int) -> SpanContext:
    return SpanContext(trace_id.int, span_id, is_remote=False, trace_flags=_SAMPLED)


def _run(span: Span, trace: Trace) -> Worded:
    attributes: Attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": AGENT,
        "gen_ai.agent.version": __version__,
        "gen_ai.conversation.id": str(trace.thread_id),
        "leadhand.tenant.id": trace.tenant_id,
        "leadhand.run.id": str(trace.run_id),
        "leadhand.attempt": trace.attempt,
    }
    return f"invoke_agent {AGENT}", attributes | _of_model(span)


def _model(span: Span, trace: Trace) -> Worded:
    del trace
    attributes: Attributes = {"gen_ai.operation.name": "chat", **_of_model(span)}
    if (reason := span.facts.get("finish_reason")) is not None:
        attributes["gen_ai.response.finish_reasons"] = (reason[:100],)
    if (version := span.facts.get("prompt_version")) is not None:
        attributes["leadhand.prompt.version"] = version
    if (remembered := span.facts.get("memory_version")) is not None:
        attributes["leadhand.memory.version"] = remembered
    return f"chat {span.name}", attributes


def _of_model(span: Span) -> Attributes:
    model = span.facts.get("model", "")
    used = {_TOKENS[fact]: count for fact, count in span.facts.items() if fact in _TOKENS}
    return {
        "gen_ai.provider.name": PROVIDERS.get(model, "openai"),
        "gen_ai.request.model": model,
        **{name: count for name, count in used.items() if isinstance(count, int)},
    }


def _request(span: Span, trace: Trace) -> Worded:
    del trace
    attributes: Attributes = {"http.request.method": "POST"}
    if (status := span.facts.get("http_status")) is not None:
        attributes["http.response.status_code"] = status
    if (number := span.facts.get("try_number", 1)) > 1:
        attributes["http.request.resend_count"] = number - 1
    return "POST", attributes


def _tool(span: Span, trace: Trace) -> Worded:
    del trace
    return f"execute_tool {span.name}", {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.type": "function",
        **_of_call(span),
    }


def _approval(span: Span, trace: Trace) -> Worded:
    del trace
    return f"approval {span.name}", _of_call(span)


def _of_call(span: Span) -> Attributes:
    attributes: Attributes = {"gen_ai.tool.name": span.name}
    if span.call_id is not None:
        attributes["gen_ai.tool.call.id"] = span.call_id
    return attributes


def _retrieval(span: Span, trace: Trace) -> Worded:
    del trace
    return f"retrieval {span.name}", {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.data_source.id": span.name,
        "leadhand.passages": span.facts.get("passages", 0),
    }


def _takeover(span: Span, trace: Trace) -> Worded:
    return span.name, {"leadhand.attempt": trace.attempt}


def _node(span: Span, trace: Trace) -> Worded:
    del trace
    return span.name, {}


_WORDINGS: Final[Mapping[SpanKind, Callable[[Span, Trace], Worded]]] = {
    SpanKind.RUN: _run,
    SpanKind.TAKEOVER: _takeover,
    SpanKind.NODE: _node,
    SpanKind.MODEL: _model,
    SpanKind.REQUEST: _request,
    SpanKind.TOOL: _tool,
    SpanKind.RETRIEVAL: _retrieval,
    SpanKind.APPROVAL: _approval,
}
