"""The best few ways to fit a routing in, each with other machines (planning-domain section 5, tool 6).

Lawler's partition (Management Science 18, 1972): the ways other than the best one are those that keep its
first i machines and do not take its machine for step i + 1. The best of each part is one insertion, which is
exact for a linear routing, so the k ways found are the k best choices of machines. With branches that share
machines they are k different ones, none proven best.
"""

from dataclasses import dataclass, replace
from heapq import heappop, heappush, nsmallest

from leadhand.errors import BeyondHorizon, NoEligibleMachine, NoEligibleOperator
from planning.insertion import Insertion, InsertionRequest, insert, outline
from planning.shop import Minute

_IMPOSSIBLE = (BeyondHorizon, NoEligibleMachine, NoEligibleOperator)


@dataclass(frozen=True, slots=True)
class _Part:
    """Ways that share the machines of the first `kept` steps; `request` allows no others.

    `best`: the best of them, in outline.
    """

    kept: int
    request: InsertionRequest
    over_by: Minute
    best: Insertion

    def told(self) -> Insertion:
        """The best of them with all that is told of it."""
        return insert(replace(self.request, horizon_end=self.over_by))


def best_insertions(request: InsertionRequest, count: int) -> tuple[Insertion, ...]:
    """Up to `count` ways, the earliest finish first; no two use the same machine for every step.

    Raises:
        InvalidRouting, NoEligibleMachine, NoEligibleOperator, BeyondHorizon: as `insert` does, when there is
            no way at all.
    """
    waiting: list[tuple[tuple[Minute, int], int, _Part]] = []
    numbered = 0

    def await_turn(part: _Part) -> None:
        nonlocal numbered
        numbered += 1
        heappush(waiting, (_rank(part.best), numbered, part))

    await_turn(_Part(0, request, request.horizon_end, outline(request)))
    found: list[Insertion] = []
    while waiting and len(found) < count:
        part = heappop(waiting)[2]
        found.append(part.told())
        for step in range(part.kept, len(request.steps)):
            other = _without(part, step, _worst(waiting, count - len(found), request))
            if other is not None:
                await_turn(other)
    return tuple(found)


def _worst(
    waiting: list[tuple[tuple[Minute, int], int, _Part]], left: int, request: InsertionRequest
) -> Minute:
    """The finish that a way must not pass to be among the `left` best that are still to be told."""
    if left <= 0 or len(waiting) < left:
        return request.horizon_end
    return nsmallest(left, waiting)[-1][0][0]


def _rank(insertion: Insertion) -> tuple[Minute, int]:
    """By finish, then by how long things take from the first start."""
    return insertion.finish, insertion.finish - min(step.start for step in insertion.steps)


def _without(part: _Part, step: int, over_by: Minute) -> _Part | None:
    """The ways of `part` with its best one's machines before `step`, and another one there.

    None where none of them is over by `over_by`.
    """
    machine_id = part.best.steps[step].machine_id
    if machine_id is None:
        return None
    steps = list(part.request.steps)
    for index in range(part.kept, step):
        kept = part.best.steps[index].machine_id
        if kept is not None:
            choices = (c for c in steps[index].choices if c.workplace.machine_id == kept)
            steps[index] = replace(steps[index], choices=tuple(choices))
    others = tuple(c for c in steps[step].choices if c.workplace.machine_id != machine_id)
    if not others:
        return None
    steps[step] = replace(steps[step], choices=others)
    request = replace(part.request, steps=tuple(steps))
    try:
        best = outline(replace(request, horizon_end=over_by), part.best.steps[:step])
        return _Part(step, request, over_by, best)
    except _IMPOSSIBLE:
        return None
