"""Which subjects of an alert become true, and which are so no longer. Pure: from figures to edges."""

from collections.abc import Mapping, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edges:
    """Subjects, each in the order in which the figures name them."""

    raised: tuple[str, ...]
    cleared: tuple[str, ...]


def edges(open_: Set[str], excess: Mapping[str, float | None], *, margin: float, complete: bool) -> Edges:
    """What has changed for the subjects that are raised (`open_`) and those that have figures now.

    `excess`: by how much a figure is beyond its bound, below 0 within it; None: there is no figure now, and
    the subject stays as it is. Raised is what is beyond the bound; it clears once it is within it by `margin`
    (at least 0), so that a figure that moves about the bound is told once. A subject that `excess` does not
    name is within any bound, unless it is not `complete`.
    """
    raised = tuple(
        subject for subject, by in excess.items() if by is not None and by > 0 and subject not in open_
    )
    within = [subject for subject, by in excess.items() if by is not None and by <= -margin]
    gone = sorted(open_ - excess.keys()) if complete else []
    return Edges(raised, tuple(subject for subject in [*within, *gone] if subject in open_))
