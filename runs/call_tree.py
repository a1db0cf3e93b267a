"""Puts the spans of a trace together: each below what called it, the run that began it at the top."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from leadhand.errors import JsonValue
from leadhand.metrics import CANCELLED
from leadhand.spans import SpanKind, span_id_of
from storage.spans import KeptSpan, TracedApproval, TracedRun

Outcome: TypeAlias = Literal["running", "waiting", "ok", "error", "cancelled", "interrupted"]

_OF_RUN: Final[Mapping[str, Outcome]] = {
    "running": "running",
    "finished": "ok",
    "failed": "error",
    "stopped": "cancelled",
    "awaiting_approval": "waiting",
}
CARRIED_OUT: Final = ("approved", "applied")


@dataclass(slots=True)
class CallNode:
    """`interrupted`: its process died in it, so nobody knows its end. `waiting`: for a person's answer."""

    id: int
    parent_id: int | None
    run_id: UUID
    kind: str
    name: str
    call_id: str | None
    attempt: int
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    code: str | None
    facts: Mapping[str, JsonValue]
    children: list["CallNode"] = field(default_factory=list["CallNode"])


def call_tree(
    runs: Sequence[TracedRun], spans: Iterable[KeptSpan], approvals: Iterable[TracedApproval]
) -> CallNode:
    """The tree of a trace from its runs, at least one, the first first."""
    nodes = [_of_run(run) for run in runs]
    by_run = {run.id: (run, node) for run, node in zip(runs, nodes, strict=True)}
    nodes += [_of_approval(approval) for approval in approvals if approval.run_id in by_run]
    nodes += [_of_span(span, by_run[span.run_id][0]) for span in spans if span.run_id in by_run]
    root, *rest = nodes
    known = {node.id: node for node in nodes}
    for node in sorted(rest, key=lambda node: (node.started_at, node.id)):
        above = known.get(node.parent_id or 0)
        if above is None or above is node:
            # What called it was not kept.
            top = by_run[node.run_id][1]
            above = root if top is node else top
        above.children.append(node)
    return root


def _of_run(run: TracedRun) -> CallNode:
    facts: dict[str, JsonValue] = {
        "model": run.model,
        "input_tokens": run.input_tokens,
        "cached_input_tokens": run.cached_input_tokens,
        "output_tokens": run.output_tokens,
        "reasoning_tokens": run.reasoning_tokens,
    }
    return CallNode(
        id=span_id_of(run.id),
        parent_id=run.parent_span_id,
        run_id=run.id,
        kind=SpanKind.RUN,
        name="run",
        call_id=None,
        attempt=run.attempt,
        started_at=run.started_at,
        ended_at=run.ended_at,
        outcome=_OF_RUN[run.status],
        code=run.error_code,
        facts={name: fact for name, fact in facts.items() if fact},
    )


def _of_approval(approval: TracedApproval) -> CallNode:
    """From the request to the answer."""
    outcome: Outcome = "cancelled"
    if approval.status == "pending":
        outcome = "waiting"
    elif approval.status in CARRIED_OUT:
        outcome = "ok"
    return CallNode(
        id=span_id_of(approval.id),
        parent_id=span_id_of(approval.run_id),
        run_id=approval.run_id,
        kind=SpanKind.APPROVAL,
        name=approval.tool,
        call_id=approval.call_id,
        attempt=1,
        started_at=approval.requested_at,
        ended_at=approval.decided_at,
        outcome=outcome,
        code=approval.status if outcome == "cancelled" else None,
        facts={},
    )


def _of_span(span: KeptSpan, run: TracedRun) -> CallNode:
    return CallNode(
        id=span.id,
        parent_id=span.parent_id,
        run_id=span.run_id,
        kind=span.kind,
        name=span.name,
        call_id=span.call_id,
        attempt=span.attempt,
        started_at=span.started_at,
        ended_at=span.ended_at,
        outcome=_outcome(span, run),
        code=span.code,
        facts=span.facts,
    )


def _outcome(span: KeptSpan, run: TracedRun) -> Outcome:
    if span.ended_at is None:
        goes_on = run.status == "running" and run.attempt == span.attempt
        return "running" if goes_on else "interrupted"
    if span.code is None:
        return "ok"
    return "cancelled" if span.code == CANCELLED else "error"
