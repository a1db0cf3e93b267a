"""A re-plan in sentences: how it stands, what it would gain, and what a reader must know of it."""

from jobs.replan_state import ProposalState, ReplanResult
from planning.replanning import ReplanProgress, ReplanScore, ReplanStage, ReplanStatus, StoppedBy
from planning.rounding import hours
from tools.capacity_views import number
from tools.views import count_of

_STAGES = {
    ReplanStage.RULES: "making first plans",
    ReplanStage.STEPS: "looking for better sequences",
    ReplanStage.POLISH: "letting the solver polish the plan",
    ReplanStage.CHECK: "checking the result",
}


def summary_of(state: ProposalState) -> str:
    """How the proposal stands."""
    match state.status:
        case "queued":
            return "The re-plan waits for its turn; nothing has been computed yet."
        case "running" if state.cancel_requested:
            return "The re-plan is being stopped."
        case "running":
            return f"The re-plan is being computed{_how_far(state.progress)}."
        case "cancelled":
            return "The re-plan was cancelled; nothing is proposed."
        case "failed":
            return "The re-plan failed, and nothing is proposed. It can be asked for again."
        case "proposed" | "no_improvement":
            assert state.result is not None, "who ends a search says what it found"  # noqa: S101
            return _found(state.result, state.total_moves)


def assumptions_of(state: ProposalState) -> list[str]:
    """What was taken for granted."""
    told = [f"What may move: {state.asked.said}; locked, begun and frozen work stays where it is."]
    if state.status == "proposed":
        told.append(
            "This is a proposal: nothing in the plan was changed."
            if state.applied_at is None
            else "The plan was changed to this proposal."
        )
        told.append("Late hours count by the order's priority: 1, 2, 3, 5 or 8 times.")
        told.append("Work that has people in the plan has qualified people then; other work has nobody.")
    return told


def warnings_of(state: ProposalState, *, expired: bool) -> list[str]:
    """What speaks against relying on it."""
    told: list[str] = []
    if state.applied_at is not None:
        return told
    if state.stale:
        told.append("The plan has changed since this re-plan was computed: ask for a new one.")
    if expired:
        told.append("This proposal has expired: ask for a new one.")
    result = state.result
    if result is None:
        return told
    if result.stopped_by is StoppedBy.TIME_GUARD:
        told.append("The search was stopped by its time limit before it was through.")
    elif not result.reproducible:
        told.append("The search was ended by its clock, so it may find another plan next time.")
    if 0 < result.extent.searched < result.extent.free:
        told.append(
            f"The plan is too large to be searched whole: {result.extent.searched} of "
            f"{count_of(result.extent.free, 'free booking')} were searched, the latest orders first."
        )
    return told


def _how_far(progress: ReplanProgress | None) -> str:
    if progress is None:
        return ""
    part = f" ({progress.done} of {progress.total})" if progress.total > 1 else ""
    best = f"{number(hours(progress.best.weighted_tardiness_min))} weighted late hours"
    return f", {_STAGES[progress.stage]}{part}; the best plan so far has {best}"


def _found(result: ReplanResult, moves: int) -> str:
    match result.status:
        case ReplanStatus.NOTHING_FREE:
            return "None of this work may move, so there is nothing to re-plan."
        case ReplanStatus.DISCARDED:
            return "What was found broke a rule that the present plan keeps, so nothing is proposed."
        case ReplanStatus.NO_IMPROVEMENT:
            told = ["No better plan was found."]
        case ReplanStatus.IMPROVED:
            told = [_gain(result, moves)]
    told += _mending(result)
    return " ".join([*told, _how_good(result)])


def _gain(result: ReplanResult, moves: int) -> str:
    before, after = result.score_before, result.score_after
    was, is_then = _late_hours(before), _late_hours(after)
    same = after.weighted_tardiness_min == before.weighted_tardiness_min
    told = [
        f"The best plan found has the same {was} weighted late hours as now"
        if same
        else f"The best plan found has {is_then} weighted late hours instead of {was}"
    ]
    if before.errors != after.errors:
        told.append(f"{count_of(after.errors, 'broken rule')} instead of {before.errors}")
    elif after.errors:
        told.append(f"{count_of(after.errors, 'broken rule')}, as now")
    told.append(f"{count_of(len(result.no_longer_late), 'order')} no longer late")
    told.append(f"{count_of(len(result.newly_late), 'order')} newly late")
    told.append(f"{count_of(moves, 'booking')} {'moves' if moves == 1 else 'move'}")
    return "; ".join(told) + "."


def _mending(result: ReplanResult) -> list[str]:
    """What mending the broken rules would cost, where it is not proposed for that."""
    before, mended = result.score_before, result.mending
    if mended is None:
        return []
    count = count_of(before.errors, "broken rule")
    rules = f"{before.errors - mended.errors} of the {count}" if mended.errors else f"the {count}"
    more = hours(mended.weighted_tardiness_min - before.weighted_tardiness_min)
    return [
        f"Mending {rules} would cost {number(more)} weighted late hours in the best plan found that does so "
        f"({_late_hours(mended)} instead of {_late_hours(before)}), so it is not proposed."
    ]


def _late_hours(of: ReplanScore) -> str:
    return number(hours(of.weighted_tardiness_min))


def _how_good(result: ReplanResult) -> str:
    """Honest words: only a proof makes it the best there is."""
    if result.score_after.weighted_tardiness_min == 0:
        return "No order of it is late then."
    if result.optimal:
        return "It is proven that no plan of this work has fewer weighted late hours."
    if result.bound_min is None:
        return "Whether there is a better one is not known."
    return (
        f"No plan can have fewer than {number(hours(result.bound_min))} weighted late hours; whether there "
        "is one between is not known."
    )
