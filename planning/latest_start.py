"""When each operation must start at the latest (planning-domain 6.2): the walk of insertion, backwards.

A later bound for the end never gives an earlier last start, so taking for each step, from the last to the
first, the machine on which it starts last is exact for a linear routing with everything else fixed. Branches
are walked as if they took nothing from each other, so with shared machines it may be later than it can be.
"""

from planning.branches import chain, over_by
from planning.insertion import Choice, InsertionRequest, Step, attendances, need_of
from planning.shop import Minute
from planning.workplaces import last_block


def latest_starts(request: InsertionRequest, due: Minute) -> tuple[Minute | None, ...]:
    """For each step the last minute at which it may start so that the routing is over by `due`.

    None: from there on forward it cannot be in time, however early the steps before it are done. The horizon
    and the release of the request hold; what it says of people and handovers, too.
    """
    before = chain(len(request.steps)) if request.before is None else request.before
    found: list[Minute | None] = [None] * len(request.steps)
    for index in reversed(range(len(request.steps))):
        step = request.steps[index]
        bound = over_by(index, before, found, min(due, request.horizon_end))
        if bound is not None:
            awaited = any(index in steps for steps in before)
            found[index] = _latest_start(step, request, bound - step.wait_after_min if awaited else bound)
    return tuple(found)


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
