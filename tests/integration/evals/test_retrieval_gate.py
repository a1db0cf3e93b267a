"""The gate of `leadhand eval retrieval`, on every change: the questions that judge, by stored vectors."""

from evals.retrieval.asking import ask, read_questions
from evals.retrieval.report import JUDGED, Gates, missed
from evals.retrieval.shelf import Shelf, filled
from evals.retrieval.stored import StoredEmbedder
from leadhand.context import Principal
from storage.database import Database


async def test_the_search_finds_and_refuses_as_well_as_it_was_measured_to(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    shelf = await filled(Shelf(database, StoredEmbedder(), two_shops[0]))
    asked = [await ask(shelf, question) for question in read_questions() if question.set in JUDGED]
    assert list(missed(asked, Gates(mrr=0.7, refusal_precision=0.82, refused=0.28))) == []
