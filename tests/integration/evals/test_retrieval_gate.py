"""The gate of `leadhand eval retrieval`, on every change: the questions that judge, by stored vectors."""

from evals.retrieval.asking import ask, read_questions
from evals.retrieval.report import Gates, missed
from evals.retrieval.shelf import Shelf, filled
from evals.retrieval.stored import StoredEmbedder
from leadhand.context import Principal
from storage.database import Database

# A little below what was measured. The third set has its answers in words of their own.
GATES = {
    "held_out": Gates(mrr=0.7, refusal_precision=0.82, refused=0.3, elsewhere=0.8),
    "fresh": Gates(mrr=0.7, refusal_precision=0.82, refused=0.3),
    "fresh_2": Gates(mrr=0.6, refusal_precision=0.82, refused=0.18, elsewhere=0.65),
}


async def test_the_search_finds_and_refuses_as_well_as_it_was_measured_to(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shelf = await filled(Shelf(database, StoredEmbedder(), two_shops[0]))
    asked = [await ask(shelf, question) for question in read_questions() if question.set in GATES]
    by_set = {name: [one for one in asked if one.question.set == name] for name in GATES}
    below = {name: list(missed(by_set[name], gates)) for name, gates in GATES.items()}
    assert [*below] == ["held_out", "fresh", "fresh_2"]
    assert not any(below.values()), below
