"""What a search has to find, worked out in Python, one passage after another."""

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from storage.knowledge_passages import POOL


@dataclass(frozen=True, slots=True)
class Shelved:
    id: UUID
    words: frozenset[str]
    vector: Sequence[float]


@dataclass(frozen=True, slots=True)
class Ranked:
    id: UUID
    similarity: float
    weight: float | None
    score: float


def numbers(vector: str) -> list[float]:
    return [float(number) for number in vector.strip("[]").split(",")]


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    dot = math.fsum(a * b for a, b in zip(one, other, strict=True))
    return dot / math.hypot(*one) / math.hypot(*other)


def ranked(shelf: Sequence[Shelved], words: Sequence[str], vector: Sequence[float]) -> list[Ranked]:
    """Best first, of words that have no stem. Two passages equally near are not foreseen."""
    asked = [_as_half(number) for number in vector]
    near = {one.id: cosine(one.vector, asked) for one in shelf}
    weight = _weights(shelf, words)
    by_meaning = sorted(near, key=lambda id: -near[id])
    by_words = sorted(weight, key=lambda id: (-round(weight[id], 9), -near[id]))
    score = {id: 3 / (10 + place) for place, id in enumerate(by_meaning[:POOL], 1)}
    for place, id in enumerate(by_words[:POOL], 1):
        score[id] = score.get(id, 0.0) + weight[id] / (10 + place)
    found = [Ranked(id, near[id], weight.get(id), score.get(id, 0.0)) for id in near]
    return sorted(found, key=lambda one: (-one.score, -one.similarity))


def _weights(shelf: Sequence[Shelved], words: Iterable[str]) -> Mapping[UUID, float]:
    """Of each passage that has any of the words: their idf as a share of all that were asked."""
    having = {word: sum(word in one.words for one in shelf) for word in words}
    idf = {word: math.log(1 + (len(shelf) - n + 0.5) / (n + 0.5)) for word, n in having.items()}
    held = {one.id: one.words & idf.keys() for one in shelf}
    return {id: sum(map(idf.__getitem__, has)) / sum(idf.values()) for id, has in held.items() if has}


def _as_half(number: float) -> float:
    """As it is compared: in 16 bits."""
    (rounded,) = struct.unpack("e", struct.pack("e", number))
    return rounded
