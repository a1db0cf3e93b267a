"""The vectors that ship are those that the bundled model would make."""

import math

import pytest

from knowledge import handbook
from knowledge.shipped import shipped_vectors
from models.embeddings.bundled import BundledEmbedder


def test_every_passage_of_the_handbook_has_its_vector() -> None:
    """If not: `python -m evals.retrieval.handbook_vectors`."""
    assert len(handbook.pages()) == 12
    for page in handbook.pages():
        vectors = shipped_vectors(page.embedded_texts)
        assert vectors is not None, page.name
        assert [math.hypot(*vector) for vector in vectors] == pytest.approx([1.0] * len(vectors), abs=1e-2)


async def test_the_bundled_model_makes_the_same() -> None:
    texts = [page.embedded_texts[-1] for page in handbook.pages()[:2]]
    shipped = shipped_vectors(texts)
    assert shipped is not None
    for made, kept in zip(await BundledEmbedder().passages(texts), shipped, strict=True):
        assert math.fsum(a * b for a, b in zip(made, kept, strict=True)) > 0.999


def test_a_text_that_did_not_ship_has_none() -> None:
    assert shipped_vectors(["The moon is far."]) is None
