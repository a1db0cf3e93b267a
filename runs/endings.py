"""How runs ended: told to the metrics and the log, and told again from the row of one that is over."""

import logging

from leadhand import metrics
from leadhand.events import (
    RunAwaitingApproval,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStopped,
    UsageReported,
)
from runs.active import ActiveRun
from storage.runs import Run

log = logging.getLogger(__name__)


def note_end(run: ActiveRun, *, tenant_id: str) -> None:
    """How the run ended, for the metrics and as the last line of its log; nothing, if it went elsewhere."""
    ending = run.log.events[-1] if run.log.events else None
    match ending:
        case RunFinished():
            outcome, code = "finished", ""
        case RunStopped():
            outcome, code = "stopped", ""
        case RunFailed():
            outcome, code = "failed", ending.code
        case RunAwaitingApproval():
            outcome, code = "awaiting_approval", ""
        case _:
            return
    metrics.turns.labels(outcome, code).inc()
    metrics.turn_duration.labels(outcome).observe(ending.duration_ms / 1000)
    log.info(
        "turn %s",
        outcome,
        extra={
            "tenant_id": tenant_id,
            "run_id": run.run_id,
            "duration_ms": ending.duration_ms,
            "code": code or None,
        },
    )


def as_it_ended(run: Run) -> list[RunEvent]:
    """The last events of a run that is over, from its row."""
    took = (run.ended_at or run.started_at) - run.started_at
    duration_ms = int(took.total_seconds() * 1000)
    used = run.usage
    kinds = {"stopped": RunStopped, "awaiting_approval": RunAwaitingApproval}
    kind = kinds.get(run.status, RunFinished)
    return [
        UsageReported(
            run.model,
            used.tokens.input,
            used.tokens.output,
            cached_input_tokens=used.tokens.cached_input,
            reasoning_tokens=used.tokens.reasoning,
        ),
        kind(duration_ms=duration_ms, cost=used.cost),
    ]
