"""The gate of `leadhand eval retrieval`, on every change: the held-out questions, by stored vectors."""

from evals.retrieval.asking import ask, read_questions
from evals.retrieval.report import Gates, missed
from evals.retrieval.shelf import Shelf, filled
from evals.retrieval.stored import StoredEmbedder
from leadhand.context import Principal
from storage.database import Database


async def test_the_search_finds_and_refuses_as_well_as_it_was_measured_to(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shelf = await filled(Shelf(database, StoredEmbedder(), two_shops[0]))
    asked = [await ask(shelf, question) for question in read_questions() if question.set == "held_out"]
    assert list(missed(asked, Gates(mrr=0.6, refusal_precision=0.8))) == []
