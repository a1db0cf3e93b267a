"""Search by meaning and words: exact, bounded by its filters, and honest about what is no answer."""

import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from knowledge.library import Upload
from knowledge.search import Filters, Search
from leadhand.context import Permission, Principal
from models.embeddings.bundled import BundledEmbedder
from models.embeddings.embedder import Vector
from storage import knowledge_passages
from storage.database import Database
from storage.knowledge_passages import Wanted
from tests.integration.knowledge.brute_force import Shelved, numbers, ranked
from tests.integration.knowledge.shelf import Letters, context, find, put, texts

Shops = tuple[Principal, Principal]
COOLANT = "The coolant of the lathe is changed every six weeks."
LEAVE = "A holiday is asked for two weeks before it begins."


async def test_a_passage_is_found_by_its_meaning_in_another_language(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    bundled = BundledEmbedder()
    try:
        for name, text in (("coolant.txt", COOLANT), ("leave.txt", LEAVE)):
            await put(database, who, Upload(name, text.encode()), bundled)
        found = await find(database, who, "Wie oft wird der Kühlschmierstoff gewechselt?", bundled, top_k=1)
        nothing = await find(database, who, "Who won the football world cup in 1990?", bundled)
    finally:
        await bundled.aclose()
    assert (texts(found), found.answerable, found.by) == ([COOLANT], True, "meaning_and_words")
    assert not nothing.answerable
    assert len(nothing.passages) == 2, "they are there for whoever wants to see them"


async def test_a_number_is_found_by_its_word_and_an_inflected_word_by_its_stem(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    for number in range(8):
        text = f"Program O900{number} warms the spindle up."
        await put(database, who, Upload(f"p{number}.txt", text.encode()), None)
    found = await find(database, who, "what is O9004 for?", None)
    assert (texts(found)[0], found.by) == ("Program O9004 warms the spindle up.", "words")
    assert len((await find(database, who, "warming", None)).passages) == 5
    assert not (await find(database, who, "holidays", None)).answerable


async def test_filters_bound_what_is_found(database: Database, two_shops: Shops) -> None:
    who, _ = two_shops
    shelf = [
        Upload(
            "a/old.txt", b"Coolant at 6 percent.", category="care", dated=datetime(2024, 1, 1, tzinfo=UTC)
        ),
        Upload(
            "a/new.txt", b"Coolant at 8 percent.", category="care", dated=datetime(2026, 1, 1, tzinfo=UTC)
        ),
        Upload("b%/x.txt", b"Coolant at 9 percent.", category="other"),
    ]
    ids = {upload.source: (await put(database, who, upload, Letters())).id for upload in shelf}

    async def sources(only: Filters) -> set[str]:
        found = await Search(database, Letters()).find(context(who), "coolant", top_k=9, filters=only)
        return {one.source for one in found.passages}

    turn = datetime(2025, 1, 1, tzinfo=UTC)
    assert await sources(Filters()) == set(ids)
    assert await sources(Filters(path="a/")) == {"a/old.txt", "a/new.txt"}
    assert await sources(Filters(path="b%")) == {"b%/x.txt"}
    assert await sources(Filters(path="%")) == set()
    assert await sources(Filters(category="other")) == {"b%/x.txt"}
    assert await sources(Filters(document_id=ids["a/new.txt"])) == {"a/new.txt"}
    assert await sources(Filters(until=turn)) == {"a/old.txt"}
    assert await sources(Filters(since=turn, category="care")) == {"a/new.txt"}


class Drawn:
    """An embedding model whose vectors have nothing to do with the text, so that none are equally near."""

    name = "drawn"

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        return [self._of(text) for text in texts]

    async def query(self, text: str) -> Vector:
        return self._of(text)

    async def aclose(self) -> None:
        pass

    def _of(self, text: str) -> Vector:
        drawn = random.Random(text)  # noqa: S311
        return [drawn.gauss(0.0, 1.0) for _ in range(8)]


async def test_meaning_and_words_are_fused_exactly_and_as_many_are_found_as_there_are(
    database: Database, two_shops: Shops
) -> None:
    """Two shops in one table, and more passages than either ranking has places."""
    drawn = random.Random(7)  # noqa: S311
    words = [f"{letter * 3}{number}" for letter in "abcdefgh" for number in range(3)]
    passages = [" ".join(drawn.choices(words, k=6)) for _ in range(130)]
    text = "\n\n".join(f"## {number}\n\n{one}" for number, one in enumerate(passages))
    for who in two_shops:
        await put(database, who, Upload("all.md", text.encode(), title="t"), Drawn())
    who, _ = two_shops
    async with database.transaction(who) as connection:
        stored = await (
            await connection.execute("select id, text, embedding::text as vector from knowledge_passage")
        ).fetchall()
    shelf = [Shelved(row["id"], frozenset(row["text"].split()), numbers(row["vector"])) for row in stored]
    assert len(shelf) == 130
    for question in ("aaa1 bbb2 unheard0", "ccc0", "ddd1 ddd2 eee0 fff1 ggg2 hhh0", "unheard0", ""):
        asked = await Drawn().query(question)
        wanted = Wanted(question, asked, frozenset(Permission), 130)
        async with database.transaction(who, snapshot=True) as connection:
            found = await knowledge_passages.search(connection, wanted)
        expected = ranked(shelf, question.split(), asked)
        assert [one.id for one in found] == [one.id for one in expected], question
        assert [one.similarity for one in found] == pytest.approx(
            [one.similarity for one in expected], abs=1e-6
        )
        weights = [one.weight or 0 for one in found]
        assert weights == pytest.approx([one.weight or 0 for one in expected])
        mean = math.fsum(one.similarity for one in expected) / len(expected)
        assert {one.mean_similarity for one in found} == {found[0].mean_similarity}
        assert found[0].mean_similarity == pytest.approx(mean, abs=1e-6)
        assert list(found[0].unknown) == [word for word in question.split() if word == "unheard0"]
