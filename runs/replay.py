"""What is over of a run, as a reader who comes later is shown it."""

from collections.abc import Sequence

from leadhand.events import (
    RunContinued,
    RunEvent,
    StatusChanged,
    StepReset,
    StepStarted,
    ToolApprovalRequested,
    ToolDenied,
    ToolFailed,
    ToolInputRejected,
    ToolSucceeded,
    UsageReported,
)


def past_of(events: Sequence[RunEvent]) -> tuple[RunEvent, ...]:
    """`events` from a run's start, without what is gone by: loading lines but the present one, and what a
    model call said that was made again."""
    past: list[RunEvent] = []
    for number, event in enumerate(events):
        if isinstance(event, StatusChanged) and not _is_present(events, number):
            continue
        step = _open_step(past) if isinstance(event, StepReset) else None
        if step is None:
            past.append(event)
        else:
            # What the call cost was spent all the same.
            past[step + 1 :] = [said for said in past[step + 1 :] if isinstance(said, UsageReported)]
    return tuple(past)


def continues_answer(events: Sequence[RunEvent]) -> bool:
    """Whether the run goes on with an answer that runs before it began."""
    return any(isinstance(event, RunContinued) for event in events)


def own_events(events: Sequence[RunEvent]) -> Sequence[RunEvent]:
    """What happened in the run itself, not in those that it goes on from."""
    begun = (number for number, event in enumerate(events) if isinstance(event, RunContinued))
    return events[next(begun, -1) + 1 :]


def _is_present(events: Sequence[RunEvent], number: int) -> bool:
    return all(isinstance(later, StatusChanged) for later in events[number:])


def _open_step(past: Sequence[RunEvent]) -> int | None:
    """Where the step began that a reset makes void; None when it has an outcome: that is never taken back."""
    for number in range(len(past) - 1, -1, -1):
        match past[number]:
            case StepStarted():
                return number
            case ToolSucceeded() | ToolFailed() | ToolInputRejected() | ToolDenied():
                return None
            case ToolApprovalRequested() | RunContinued():
                return None
            case _:
                pass
    return None
