"""`python -m evals.retrieval.fitting`: the figures of knowledge/answerable.toml, of the questions for fitting
and the half for tuning.

Logistic regression, and what its points would give: each question judged by a fit that it had no part in.
What is refused for being nearer to anything else than to the documents (`nearer`) has no part in either.
"""

import asyncio
import math
import random
from collections.abc import Sequence
from statistics import fmean, pstdev
from typing import TypeAlias

from evals.retrieval.asking import FILES, FITTING, Asked, read_questions
from evals.retrieval.report import evaluate
from knowledge.answerable import rules
from knowledge.shipped import MODEL

NAMES = ("similarity", "mean_similarity", "known", "said", "foreign", "apart")
POINTS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65)
FOLDS, DRAWS = 8, 5
# Pulls the standardised weights towards 0, so that few questions do not make them large.
RIDGE = 1.0
_STEPS, _RATE = 2_000, 0.5

Row: TypeAlias = tuple[float, ...]


def fitted(rows: Sequence[Row], answered: Sequence[bool]) -> tuple[float, Row]:
    """The constant and a weight for each column, by gradient descent on standardised columns."""
    columns = list(zip(*rows, strict=True))
    means = [fmean(column) for column in columns]
    spreads = [pstdev(column) or 1.0 for column in columns]
    scaled = [
        [1.0, *((value - mean) / spread for value, mean, spread in zip(row, means, spreads, strict=True))]
        for row in rows
    ]
    weights = [0.0] * (len(columns) + 1)
    for _ in range(_STEPS):
        slope = [0.0, *(RIDGE * weight for weight in weights[1:])]
        for row, is_answered in zip(scaled, answered, strict=True):
            error = 1 / (1 + math.exp(-_dot(row, weights))) - is_answered
            slope = [one + error * value for one, value in zip(slope, row, strict=True)]
        weights = [weight - _RATE * one / len(rows) for weight, one in zip(weights, slope, strict=True)]
    plain = tuple(weight / spread for weight, spread in zip(weights[1:], spreads, strict=True))
    return weights[0] - _dot(plain, means), plain


def judged_apart(rows: Sequence[Row], answered: Sequence[bool]) -> list[float]:
    """For each row what fits without it say, on the mean of DRAWS ways to fold them, as a likelihood."""
    totals = [0.0] * len(rows)
    for draw in range(DRAWS):
        order = random.Random(draw).sample(range(len(rows)), len(rows))  # noqa: S311 - a figure, no secret
        for fold in range(FOLDS):
            out = set(order[fold::FOLDS])
            kept = [number for number in order if number not in out]
            constant, weights = fitted([rows[n] for n in kept], [answered[n] for n in kept])
            for number in out:
                totals[number] += (constant + _dot(rows[number], weights)) / DRAWS
    return [1 / (1 + math.exp(-total)) for total in totals]


def _dot(row: Sequence[float], weights: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(row, weights, strict=True))


def _row(asked: Asked) -> Row:
    found = asked.found
    return (
        found.similarity,
        found.mean_similarity,
        found.known,
        found.said,
        float(found.foreign),
        float(found.apart),
    )


def _tell(asked: Sequence[Asked]) -> None:
    rows = [_row(one) for one in asked]
    answered = [one.question.answerable for one in asked]
    constant, weights = fitted(rows, answered)
    print(f"constant = {constant:.4g}")
    for name, weight in zip(NAMES, weights, strict=True):
        print(f"{name} = {weight:.4g}")
    likely = judged_apart(rows, answered)
    for point in POINTS:
        print(f"below {point}:")
        for set_ in ("fit", "tune"):
            of_set = [one for one in zip(asked, likely, strict=True) if one[0].question.set == set_]
            print(f"  {set_}: {_below(point, of_set)}")


def _below(point: float, likely: Sequence[tuple[Asked, float]]) -> str:
    """Of what is answered and of what is not, how many are less likely answers than that."""
    below = [one.question.kind for one, likelihood in likely if likelihood < point]
    unanswered = {kind: below.count(kind) for kind in ("unanswerable", "unrelated")}
    wrong = len(below) - sum(unanswered.values())
    all_ = sum(1 for one, _ in likely if one.question.answerable)
    return f"{len(below)}, {wrong} of them of the {all_} answerable ({unanswered})"


if __name__ == "__main__":
    known = [one for one in read_questions((*FILES, FITTING)) if one.set in ("fit", "tune")]
    asked, bound = asyncio.run(evaluate(None, known)), rules()[MODEL].nearer
    _tell([one for one in asked if one.found.nearer is None or one.found.nearer >= bound])
