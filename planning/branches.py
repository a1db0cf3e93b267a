"""Routings with branches: what waits for what, and what the branches of one order take from each other.

A routing's `before` holds, for each step, the indices of the steps that it awaits, all smaller than its own.
Branches compete for machines and people only while neither waits for the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from planning.crew import Crew
from planning.intervals import normalize, subtract, union
from planning.shop import Interval, Minute, Segment
from planning.workplaces import Workplace

Before: TypeAlias = tuple[tuple[int, ...], ...]


def chain(count: int) -> Before:
    """Each step awaits the one before it."""
    return tuple(() if index == 0 else (index - 1,) for index in range(count))


def side_by_side(before: Before) -> Iterator[tuple[int, int]]:
    """The pairs of steps of which neither waits for the other, directly or not."""
    awaited: list[frozenset[int]] = []
    for steps in before:
        awaited.append(frozenset(steps).union(*(awaited[index] for index in steps)))
    for later, behind in enumerate(awaited):
        yield from ((earlier, later) for earlier in range(later) if earlier not in behind)


class Taken:
    """What the steps placed so far take from those to come."""

    def __init__(self) -> None:
        self._machines: defaultdict[str, list[Interval]] = defaultdict(list)
        self._people: defaultdict[str, list[Interval]] = defaultdict(list)

    def note(self, machine_id: str, span: Interval, segments: Iterable[Segment]) -> None:
        self._machines[machine_id].append(span)
        for segment in segments:
            if segment.operator_id is not None:
                self._people[segment.operator_id].append((segment.start, segment.end))

    def beside(self, place: Workplace) -> Workplace:
        """The machine and its people as they are left."""
        envelopes = self._machines.get(place.machine_id)
        left = place if envelopes is None else place.beside(union(place.envelopes, normalize(envelopes)))
        if not any(member.operator_id in self._people for member in place.crew.members):
            return left
        members = (
            replace(member, free=subtract(member.free, normalize(self._people[member.operator_id])))
            if member.operator_id in self._people
            else member
            for member in place.crew.members
        )
        return left.staffed_by(Crew(tuple(members)))


def over_by(index: int, before: Before, latest: Sequence[Minute | None], due: Minute) -> Minute | None:
    """The minute by which step `index` and its wait must be over, `latest` being the last starts of later
    steps; None where one of them cannot be in time.
    """
    bound = due
    for later in range(index + 1, len(before)):
        if index in before[later]:
            start = latest[later]
            if start is None:
                return None
            bound = min(bound, start)
    return bound
