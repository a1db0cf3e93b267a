"""How often the search finds the passage that answers, and turns away what none answers."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.retrieval.asking import WAYS, Asked, ask, read_questions
from evals.retrieval.figures import (
    Figure,
    Refusals,
    difference,
    figure,
    hit,
    reciprocal_rank,
    refusals,
    share,
)
from evals.retrieval.shelf import open_shelf
from knowledge.answerable import is_answer
from knowledge.shipped import MODEL, ShippedOrBundled

SETS = {"tune": "for tuning", "held_out": "held out"}
# What no document answers: about something else altogether, and about the shop.
NO_ANSWER = ("unrelated", "unanswerable")


@dataclass(frozen=True, slots=True)
class Gates:
    """What the held-out half must reach: the fused search's MRR, and how many of its refusals are right."""

    mrr: float
    refusal_precision: float


async def evaluate(folder: Path | None) -> list[Asked]:
    """Every question asked; `folder` keeps the documents for another time."""
    with tempfile.TemporaryDirectory(prefix="leadhand-retrieval-") as temporary:
        async with open_shelf(folder or Path(temporary), ShippedOrBundled()) as shelf:
            return [await ask(shelf, question) for question in read_questions()]


def told(asked: Sequence[Asked]) -> Iterator[str]:
    """The figures of both halves, line by line."""
    for name, title in SETS.items():
        half = [one for one in asked if one.question.set == name]
        answerable = [one for one in half if one.question.answerable]
        yield f"{title}: {len(half)} questions, {len(half) - len(answerable)} of them without an answer"
        for way in WAYS:
            figures = (hit(way, 1), hit(way, 5), reciprocal_rank(way))
            first, five, rank = (figure(answerable, score) for score in figures)
            yield f"  {way:<8} hit@1 {first}  hit@5 {five}  MRR {rank}"
        for way in ("words", "meaning"):
            better = difference(answerable, reciprocal_rank("fused"), reciprocal_rank(way))
            yield f"  fused over {way}, MRR: {better}"
        yield from _by_kind(answerable)
        yield from _refused(half)


def missed(asked: Sequence[Asked], gates: Gates) -> Iterator[str]:
    """What the held-out half does not reach."""
    half = [one for one in asked if one.question.set == "held_out"]
    mrr = figure([one for one in half if one.question.answerable], reciprocal_rank("fused")).mean
    if mrr < gates.mrr:
        yield f"fused MRR {mrr:.3f} is below {gates.mrr}"
    count = _refusals(half)
    if count.precision is None or count.precision < gates.refusal_precision:
        reached = "no refusal" if count.precision is None else f"{count.precision:.3f}"
        yield f"precision of refusals: {reached} is below {gates.refusal_precision}"


def _by_kind(answerable: Sequence[Asked]) -> Iterator[str]:
    for kind in sorted({one.question.kind for one in answerable}):
        of_kind = [one for one in answerable if one.question.kind == kind]
        first, five = figure(of_kind, hit("fused", 1)), figure(of_kind, hit("fused", 5))
        rank = figure(of_kind, reciprocal_rank("fused"))
        yield f"  fused, {kind:<10} ({len(of_kind):>2}) hit@1 {first}  hit@5 {five}  MRR {rank}"


def _refused(half: Sequence[Asked]) -> Iterator[str]:
    count = _refusals(half)
    precision = "none" if count.refused == 0 else str(share(count.rightly, count.refused))
    yield f"  refused {count.refused}, {count.rightly} of them rightly: precision {precision}"
    for kind in NO_ANSWER:
        of_kind = [one for one in half if one.question.kind == kind]
        yield f"  refused of {kind}: {_share_refused(of_kind)} of {len(of_kind)}"
    answerable = [one for one in half if one.question.answerable]
    yield f"  refused of what has an answer: {_share_refused(answerable)} of {len(answerable)}"


def _share_refused(asked: Sequence[Asked]) -> Figure:
    return share(sum(1 for one in asked if _is_refused(one)), len(asked))


def _refusals(half: Sequence[Asked]) -> Refusals:
    return refusals(half, refused=_is_refused)


def _is_refused(one: Asked) -> bool:
    return not is_answer(MODEL, one.found)
