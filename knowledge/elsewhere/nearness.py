"""How much nearer a question is to a shop's documents than to what none of them is about.

The sentences of sentences.toml stand for everything else: sports, cooking, travel, law, stars. A cosine of
this model alone says little, since texts of any kind are alike to it; which of two kinds is nearer says much.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from knowledge.shipped import MODEL, unpacked
from models.embeddings.embedder import Vector

# On either side so many count: one alone may be near by chance.
NEAREST: Final = 2
# Of the words of an English text, tables and all, more than one in so many; other languages lack them.
_ONE_IN: Final = 30
_ENGLISH: Final = frozenset({"the", "of", "and", "is", "are", "to", "for", "with"})
_WORD: Final = re.compile(r"[^\W\d_]+")

_Rows: TypeAlias = npt.NDArray[np.float64]


def sentences() -> tuple[str, ...]:
    text = (files("knowledge.elsewhere") / "sentences.toml").read_text("utf-8")
    return tuple(cast("list[str]", tomllib.loads(text)["sentences"]))


def nearer_here(model: str, question: Vector, similarities: Sequence[float]) -> float | None:
    """How much nearer the passages are than the sentences, by the nearest of either.

    `similarities`: the question's cosines to passages. None for a model whose vectors of the sentences do not
    ship.
    """
    if model != MODEL:
        return None
    asked = np.asarray(question, np.float64)
    there = np.sort(_rows() @ asked)[-NEAREST:] / (np.linalg.norm(asked) or 1.0)
    return float(np.mean(sorted(similarities)[-NEAREST:]) - np.mean(there))


def is_english(texts: Sequence[str]) -> bool:
    """Whether they are in the language of the sentences: only then are the two sides alike to a question."""
    words = [word.casefold() for text in texts for word in _WORD.findall(text)]
    return sum(word in _ENGLISH for word in words) * _ONE_IN > len(words)


@cache
def _rows() -> _Rows:
    """A row of length 1 for each sentence."""
    known = tomllib.loads((files("knowledge.elsewhere") / "vectors.toml").read_text("utf-8"))
    vectors = unpacked(known, sentences())
    if vectors is None:
        raise AssertionError("knowledge/elsewhere/vectors.toml is not of knowledge/elsewhere/sentences.toml")
    rows = np.asarray(vectors, np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
