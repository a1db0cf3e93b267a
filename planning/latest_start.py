"""When each operation must start at the latest (planning-domain 6.2): the walk of insertion, backwards.

A later bound for the end never gives an earlier last start, so taking for each step, from the last to the
first, the machine on which it starts last is exact for a linear routing with everything else fixed.
"""

from collections.abc import Sequence

from planning.insertion import Choice, InsertionRequest, Step, attendances, need_of
from planning.shop import Minute
from planning.workplaces import last_block


def latest_starts(request: InsertionRequest, due: Minute) -> tuple[Minute | None, ...]:
    """For each step the last minute at which it may start so that the routing is over by `due`.

    None: from there on forward it cannot be in time, however early the steps before it are done. The horizon
    and the release of the request hold; what it says of people and handovers, too.
    """
    found: list[Minute | None] = []
    over_by: Minute | None = min(due, request.horizon_end)
    for step in reversed(request.steps):
        start = None if over_by is None else _latest_start(step, request, over_by)
        found.append(start)
        previous = _step_before(request.steps, len(found))
        over_by = start if start is None or previous is None else start - previous.wait_after_min
    return tuple(reversed(found))


def _step_before(steps: Sequence[Step], counted: int) -> Step | None:
    """The step before the last `counted` ones."""
    return steps[-counted - 1] if counted < len(steps) else None


def _latest_start(step: Step, request: InsertionRequest, over_by: Minute) -> Minute | None:
    earliest = request.release if step.material_at is None else max(request.release, step.material_at)
    if step.elapsed_min is not None or all(c.setup_min + c.run_min == 0 for c in step.choices):
        start = over_by - (step.elapsed_min or 0)
        return start if start >= earliest else None
    starts = [
        start
        for c in step.choices
        if (start := _on_machine(step, c, request, (earliest, over_by))) is not None
    ]
    return max(starts, default=None)


def _on_machine(
    step: Step, choice: Choice, request: InsertionRequest, span: tuple[Minute, Minute]
) -> Minute | None:
    """The last start on one machine, over the people who may attend it."""
    if span[0] >= span[1]:
        return None
    need = need_of(step, choice, request.operators)
    best: Minute | None = None
    for attended, _ in attendances(choice, need, handover=request.handover):
        block = last_block(choice.workplace, attended, need, *span)
        if block is not None and (best is None or block.start > best):
            best = block.start
    return best
