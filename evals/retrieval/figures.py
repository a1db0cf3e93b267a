"""What is counted over the answers, with how far it may be off."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evals.retrieval.asking import Asked, Way

DRAWS = 2_000
_SEED = 1
Score: TypeAlias = Callable[[Asked], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions, and between what it would lie for 95 % of other draws of as many questions."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def hit(way: Way, within: int) -> Score:
    return lambda asked: float((asked.place[way] or within + 1) <= within)


def reciprocal_rank(way: Way) -> Score:
    return lambda asked: 1 / place if (place := asked.place[way]) else 0.0


def figure(asked: Sequence[Asked], score: Score) -> Figure:
    """By bootstrap over the questions; the same each time."""
    return bootstrap([score(one) for one in asked])


def difference(asked: Sequence[Asked], one: Score, other: Score) -> Figure:
    """How much better `one` is than `other`, question by question."""
    return bootstrap([one(each) - other(each) for each in asked])


def bootstrap(scores: Sequence[float]) -> Figure:
    drawn = random.Random(_SEED)  # noqa: S311 - a figure, no secret
    means = sorted(sum(drawn.choices(scores, k=len(scores))) / len(scores) for _ in range(DRAWS))
    return Figure(sum(scores) / len(scores), means[int(0.025 * DRAWS)], means[int(0.975 * DRAWS) - 1])


def share(of: int, all_: int) -> Figure:
    """A share, and its Wilson interval: sound for few, and for none or all of them."""
    z = 1.96
    mean, middle = of / all_, (of + z * z / 2) / (all_ + z * z)
    half = z / (all_ + z * z) * math.sqrt(of * (all_ - of) / all_ + z * z / 4)
    return Figure(mean, max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Refusals:
    """Of the `refused` questions so many were refused `rightly`; so many should have been."""

    refused: int
    rightly: int
    unanswerable: int
    answerable: int

    @property
    def precision(self) -> float | None:
        """None: nothing was refused."""
        return self.rightly / self.refused if self.refused else None


def refusals(asked: Sequence[Asked], *, refused: Callable[[Asked], bool]) -> Refusals:
    turned_away = [one for one in asked if refused(one)]
    answerable = sum(1 for one in asked if one.question.answerable)
    rightly = sum(1 for one in turned_away if not one.question.answerable)
    return Refusals(len(turned_away), rightly, len(asked) - answerable, answerable)
