"""`python -m evals.retrieval`: how often the search finds the passage that answers."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.retrieval.asking import WAYS, Asked, ask, read_questions
from evals.retrieval.figures import difference, figure, hit, reciprocal_rank, refusals
from evals.retrieval.shelf import open_shelf
from knowledge.answerable import is_answer
from knowledge.shipped import ShippedOrBundled
from models.embeddings.bundled import NAME

SETS = {"tune": "for tuning", "held_out": "held out"}


async def run(folder: Path) -> list[Asked]:
    async with open_shelf(folder, ShippedOrBundled()) as shelf:
        print(f"{shelf.passages} passages")
        return [await ask(shelf, question) for question in read_questions()]


def told(title: str, asked: Sequence[Asked]) -> Iterator[str]:
    answerable = [one for one in asked if one.question.answerable]
    yield f"{title}: {len(asked)} questions, {len(asked) - len(answerable)} of them unanswerable"
    for way in WAYS:
        figures = (hit(way, 1), hit(way, 5), reciprocal_rank(way))
        first, five, rank = (figure(answerable, score) for score in figures)
        yield f"  {way:<8} hit@1 {first}  hit@5 {five}  MRR {rank}"
    for way in ("words", "meaning"):
        better = difference(answerable, reciprocal_rank("fused"), reciprocal_rank(way))
        yield f"  fused over {way}, MRR: {better}"
    count = refusals(asked, refused=lambda one: not is_answer(NAME, one.similarity, one.weight))
    precision = "none" if count.precision is None else f"{count.precision:.3f}"
    yield (
        f"  refused {count.refused}, {count.rightly} of them rightly (precision {precision}); "
        f"{count.unanswerable} should have been"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval", description=__doc__)
    parser.add_argument(
        "--fail-under",
        type=float,
        metavar="MRR",
        help="end with 1 when fused search is worse on the held-out half",
    )
    parser.add_argument(
        "--database", type=Path, metavar="FOLDER", help="keep the documents there for another time"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leadhand-retrieval-") as folder:
        asked = asyncio.run(run(options.database or Path(folder)))
    of_set = {name: [one for one in asked if one.question.set == name] for name in SETS}
    for name, title in SETS.items():
        print("\n".join(told(title, of_set[name])))
    answerable = [one for one in of_set["held_out"] if one.question.answerable]
    reached = figure(answerable, reciprocal_rank("fused")).mean
    return 0 if options.fail_under is None or reached >= options.fail_under else 1


if __name__ == "__main__":
    sys.exit(main())
