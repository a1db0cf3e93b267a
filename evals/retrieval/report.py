"""How often the search finds the passage that answers, and turns away what none answers."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.retrieval.asking import WAYS, Asked, Question, ask, read_questions
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
from evals.retrieval.stored import StoredEmbedder
from knowledge.answerable import Verdict, verdict
from knowledge.shipped import MODEL

SETS = {
    "tune": "for tuning",
    "held_out": "held out",
    "fresh": "held out, by another author",
    "fresh_2": "held out, by a third author",
}


# What was fitted to neither.
JUDGED = ("held_out", "fresh", "fresh_2")


@dataclass(frozen=True, slots=True)
class Gates:
    """What each set that judges must reach: the fused search's MRR, how many of its refusals are right, and
    how much it refuses of what is asked about the shop and no document says, and of what is about something
    else altogether.

    In any case the fused search must be no worse than words or meaning alone.
    """

    mrr: float
    refusal_precision: float
    refused: float
    elsewhere: float = 0.0


async def evaluate(folder: Path | None, questions: Sequence[Question] | None = None) -> list[Asked]:
    """Every question asked, or `questions`; `folder` keeps the documents for another time."""
    asked = read_questions() if questions is None else questions
    with tempfile.TemporaryDirectory(prefix="leadhand-retrieval-") as temporary:
        async with open_shelf(folder or Path(temporary), StoredEmbedder()) as shelf:
            return [await ask(shelf, question) for question in asked]


def told(asked: Sequence[Asked]) -> Iterator[str]:
    """The figures of each set, line by line."""
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
    """What the sets that judge do not reach."""
    for name in JUDGED:
        of_set = [one for one in asked if one.question.set == name]
        for line in _missed(of_set, gates) if of_set else ():
            yield f"{SETS[name]}: {line}"


def _missed(of_set: Sequence[Asked], gates: Gates) -> Iterator[str]:
    answerable = [one for one in of_set if one.question.answerable]
    mrr = figure(answerable, reciprocal_rank("fused")).mean
    if mrr < gates.mrr:
        yield f"fused MRR {mrr:.3f} is below {gates.mrr}"
    for way in ("words", "meaning"):
        alone = figure(answerable, reciprocal_rank(way)).mean
        if mrr < alone:
            yield f"fused MRR {mrr:.3f} is below {alone:.3f} by {way} alone"
    count = _refusals(of_set)
    if count.precision is None or count.precision < gates.refusal_precision:
        reached = "no refusal" if count.precision is None else f"{count.precision:.3f}"
        yield f"precision of refusals: {reached} is below {gates.refusal_precision}"
    for kind, what, bound in (
        ("unanswerable", "no document says", gates.refused),
        ("unrelated", "is about something else", gates.elsewhere),
    ):
        of_kind = [one for one in of_set if one.question.kind == kind]
        refused = _share(of_kind, Verdict.NONE).mean if of_kind else 1.0
        if refused < bound:
            yield f"refused of what {what}: {refused:.3f} is below {bound}"


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
    for kind, of_kind in _by_answer(half).items():
        refused, unsure = (_share(of_kind, told) for told in (Verdict.NONE, Verdict.PERHAPS))
        yield f"  {kind}: refused {refused}, told as unsure {unsure} of {len(of_kind)}"


def _by_answer(half: Sequence[Asked]) -> dict[str, list[Asked]]:
    """About something else altogether; about the shop, and no document says it; answered."""
    kinds: dict[str, list[Asked]] = {}
    for one in half:
        kind = "answerable" if one.question.answerable else one.question.kind
        second = " (second set)" if one.question.asked else ""
        kinds.setdefault(kind + second, []).append(one)
    return kinds


def _share(asked: Sequence[Asked], told: Verdict) -> Figure:
    return share(sum(1 for one in asked if verdict(MODEL, one.found) is told), len(asked))


def _refusals(half: Sequence[Asked]) -> Refusals:
    return refusals(half, refused=lambda one: verdict(MODEL, one.found) is Verdict.NONE)
