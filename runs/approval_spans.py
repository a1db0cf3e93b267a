"""Answered approvals as spans for a collector; what is served here is read from their rows."""

from collections.abc import Iterable
from datetime import UTC, datetime

from leadhand.spans import Span, SpanExport, SpanKind, Trace, span_id_of
from runs.call_tree import CARRIED_OUT
from storage.approvals import Approval
from storage.runs import Run


def export_answered(export: SpanExport, goes_on: Run, approvals: Iterable[Approval]) -> None:
    """Each from its request to its answer, below the run that asked, in the trace that `goes_on`."""
    trace = Trace(goes_on.id, parent=goes_on.trace_parent)
    for approval in approvals:
        asked = Span(SpanKind.APPROVAL, approval.tool, approval.call_id, trace=trace)
        asked.id, asked.parent_id = span_id_of(approval.id), span_id_of(approval.run_id)
        asked.started_us = _us(approval.requested_at)
        asked.ended_us = _us(approval.decided_at or datetime.now(UTC))
        asked.code = None if approval.status in CARRIED_OUT else approval.status
        export.over(asked, trace)


def _us(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
