"""Whether what was found is an answer at all, or only the least unlike of what there is."""

import math
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict

from knowledge.asked_kind import said_of
from knowledge.closest import closest, sentences
from knowledge.counting import leaves_uncounted, leaves_unnamed
from knowledge.elsewhere.nearness import is_english, nearer_here
from knowledge.qualifiers import called, designations, is_called, is_of_another_time, is_unknown
from models.embeddings.embedder import Vector
from storage.knowledge_passages import FoundPassage

# The best so many are looked at, however many were asked for.
LOOKED_AT: Final = 5
# Of them, so many for the sentence that says it.
READ: Final = 3
# Of a question in the documents' own language they know at least so many words.
SAME_LANGUAGE: Final = 0.5


class Verdict(StrEnum):
    """ANSWER: the passages answer. PERHAPS: they may, or are only what is nearest. NONE: they do not."""

    ANSWER = "answer"
    PERHAPS = "perhaps"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Found:
    """Of the best passages. `similarity`: a cosine; `mean_similarity`: of all passages, how near the
    question is to what the documents speak of at all; `known`: of the question's words, how many any passage
    has; `said`: how many stand in a sentence that says what kind of thing is asked for. Both from 0 to 1.

    `foreign`: no document has a code or a name of the question, the closest sentence tells of another time,
    or nobody is named who is asked for. `apart`: that code or name is not with the closest sentence, or what
    is to be counted is not. `nearer`: how much nearer the question is to the documents than to what no shop's
    documents are about, as a difference of cosines; None where that cannot be told.
    """

    similarity: float
    mean_similarity: float
    known: float
    said: float
    foreign: bool = False
    apart: bool = False
    nearer: float | None = None


class Rule(BaseModel):
    """Of one embedding model; see answerable.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    constant: float
    similarity: float
    mean_similarity: float
    known: float
    said: float
    foreign: float
    apart: float
    nearer: float
    refused: float
    sure: float

    def likelihood(self, found: Found) -> float:
        """That it is an answer, from 0 to 1."""
        weighed = self.similarity * found.similarity + self.mean_similarity * found.mean_similarity
        weighed += self.known * found.known + self.said * found.said
        weighed += self.foreign * found.foreign + self.apart * found.apart
        return 1 / (1 + math.exp(-(self.constant + weighed)))


def found_of(
    question: str, passages: Sequence[FoundPassage], *, model: str = "", vector: Vector | None = None
) -> Found:
    """Of what was found, best first; not of nothing. `vector`: of the question, by `model`."""
    best, read = passages[:LOOKED_AT], passages[:READ]
    known = best[0].known or 0.0
    nearest, told = closest(question, read), [one for passage in read for one in sentences(passage)]
    named = designations(question)
    beside = called([nearest.with_what_it_stands_under] if nearest is not None else [])
    another_time = nearest is not None and is_of_another_time(question, nearest.text, nearest.above)
    # The words for counting and naming are compared: nothing is told by them in another language.
    same_language = known >= SAME_LANGUAGE
    return Found(
        similarity=max(one.similarity or 0.0 for one in best),
        mean_similarity=best[0].mean_similarity or 0.0,
        known=known,
        said=max(said_of(question, one.text, [one.title, *one.heading]) for one in read),
        foreign=another_time
        or any(is_unknown(name, best[0].unknown) for name in named)
        or (same_language and leaves_unnamed(question, told)),
        apart=any(not is_called(name, beside) for name in named)
        or (same_language and leaves_uncounted(question, told)),
        nearer=_nearer(model, vector, best, same_language=same_language),
    )


def _nearer(
    model: str, vector: Vector | None, passages: Sequence[FoundPassage], *, same_language: bool
) -> float | None:
    """None of another model, and of an English question about documents that are not: the other side is."""
    if vector is None or not (same_language or is_english([one.text for one in passages])):
        return None
    return nearer_here(model, vector, [one.similarity or 0.0 for one in passages])


def known_nowhere(question: str, passages: Sequence[FoundPassage]) -> tuple[str, ...]:
    """Codes, numbers and names of the question, as it writes them, that no document has; in its order."""
    unknown = passages[0].unknown if passages else ()
    names = (name for name in designations(question) if is_unknown(name, unknown))
    written = (re.search(rf"(?<!\w){re.escape(name)}", question, re.IGNORECASE) for name in names)
    return tuple(one[0] for one in sorted(filter(None, written), key=lambda one: one.start()))


def verdict(model: str | None, found: Found, *, min_similarity: float | None = None) -> Verdict:
    """Whether it answers. `min_similarity` of the nearest stands in for what was measured. No `model`: words
    alone were compared."""
    if min_similarity is not None and model is not None:
        return Verdict.ANSWER if found.similarity >= min_similarity else Verdict.NONE
    rule = rules().get(model or "")
    if rule is None:
        # Nobody has looked at the figures of another model: whatever is found counts, unless it is foreign.
        return Verdict.PERHAPS if found.foreign else Verdict.ANSWER
    if found.nearer is not None and found.nearer < rule.nearer:
        return Verdict.NONE
    likelihood = rule.likelihood(found)
    if likelihood < rule.refused:
        return Verdict.NONE
    return Verdict.ANSWER if likelihood >= rule.sure else Verdict.PERHAPS


@cache
def rules() -> dict[str, Rule]:
    """By the name of an embedding model."""
    read = tomllib.loads((files("knowledge") / "answerable.toml").read_text("utf-8"))
    return {model: Rule.model_validate(row) for model, row in read.items()}
