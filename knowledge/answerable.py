"""Whether what was found is an answer at all, or only the least unlike of what there is."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict

from knowledge.asked_kind import said_of
from storage.knowledge_passages import FoundPassage

# The best so many are looked at, however many were asked for.
LOOKED_AT: Final = 5
# Of them, so many for the sentence that says it.
READ: Final = 3


class Verdict(StrEnum):
    """ANSWER: the passages answer. PERHAPS: they may, or are only what is nearest. NONE: they do not."""

    ANSWER = "answer"
    PERHAPS = "perhaps"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Found:
    """Of the best passages. `similarity`: a cosine; `known`: of the question's words, how many any passage
    has; `said`: how many stand in a sentence that says what kind of thing is asked for. Both from 0 to 1."""

    similarity: float
    known: float
    said: float


class Rule(BaseModel):
    """Of one embedding model; see answerable.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    constant: float
    similarity: float
    known: float
    said: float
    refused: float
    sure: float

    def likelihood(self, found: Found) -> float:
        """That it is an answer, from 0 to 1."""
        weighed = self.similarity * found.similarity + self.known * found.known + self.said * found.said
        return 1 / (1 + math.exp(-(self.constant + weighed)))


def found_of(question: str, passages: Sequence[FoundPassage]) -> Found:
    """Of what was found by meaning, best first; not of nothing."""
    best = passages[:LOOKED_AT]
    return Found(
        similarity=max(one.similarity or 0.0 for one in best),
        known=best[0].known or 0.0,
        said=max(said_of(question, one.text, [one.title, *one.heading]) for one in best[:READ]),
    )


def verdict(model: str, found: Found, *, min_similarity: float | None = None) -> Verdict:
    """Whether it answers. `min_similarity` of the nearest stands in for what was measured."""
    if min_similarity is not None:
        return Verdict.ANSWER if found.similarity >= min_similarity else Verdict.NONE
    rule = _rules().get(model)
    if rule is None:
        # Nobody has looked at the figures of another model: whatever is found counts.
        return Verdict.ANSWER
    likelihood = rule.likelihood(found)
    if likelihood < rule.refused:
        return Verdict.NONE
    return Verdict.ANSWER if likelihood >= rule.sure else Verdict.PERHAPS


@cache
def _rules() -> dict[str, Rule]:
    read = tomllib.loads((files("knowledge") / "answerable.toml").read_text("utf-8"))
    return {model: Rule.model_validate(row) for model, row in read.items()}
