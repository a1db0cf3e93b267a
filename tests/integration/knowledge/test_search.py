"""Search by meaning and words: exact, bounded by its filters, and honest about what is no answer."""

import math
import random
from datetime import UTC, datetime

import pytest

from knowledge.library import Upload
from knowledge.search import Filters, Search
from leadhand.context import Permission, Principal
from models.embeddings.bundled import BundledEmbedder
from storage import knowledge_passages
from storage.database import Database
from storage.knowledge_passages import Wanted
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
    ids = {upload.source: (await put(database, who, upload, None)).id for upload in shelf}

    async def sources(only: Filters) -> set[str]:
        found = await Search(database, None).find(context(who), "coolant", top_k=9, filters=only)
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


async def test_the_nearest_are_found_exactly_and_always_as_many_as_there_are(
    database: Database, two_shops: Shops
) -> None:
    """Two shops in one table: an index over both would lose rows."""
    drawn = random.Random(5)  # noqa: S311
    words = [f"{drawn.choice('abcdefgh') * 3}{number}" for number in range(60)]
    passages = [" ".join(drawn.choices(words, k=8)) for _ in range(40)]
    for who in two_shops:
        text = "\n\n".join(f"## {number}\n\n{one}" for number, one in enumerate(passages))
        await put(database, who, Upload("all.md", text.encode()), Letters())
    who, _ = two_shops
    async with database.transaction(who) as connection:
        stored = await (
            await connection.execute("select id, embedding::text as vector from knowledge_passage")
        ).fetchall()
    asked = await Letters().query("abc def")
    wanted = Wanted("", asked, frozenset(Permission), 10)
    async with database.transaction(who, snapshot=True) as connection:
        found = await knowledge_passages.search(connection, wanted)
        everything = await knowledge_passages.search(connection, Wanted("", asked, frozenset(Permission), 99))

    def cosine(vector: str) -> float:
        numbers = [float(number) for number in vector.strip("[]").split(",")]
        dot = math.fsum(a * b for a, b in zip(numbers, asked, strict=True))
        return dot / math.hypot(*numbers) / math.hypot(*asked)

    best = sorted((cosine(row["vector"]) for row in stored), reverse=True)[:10]
    assert [one.similarity for one in found] == pytest.approx(best, abs=1e-3)
    assert (len(found), len(everything)) == (10, 40)
    nonsense = await find(database, who, "zzz", Letters(), top_k=50)
    assert len(nonsense.passages) == 40
