"""The demo shop's handbook is found from the first moment, and put there once."""

import pytest

from knowledge.handbook import PATH, pages, remove_handbook, shelve_handbook
from knowledge.library import Library, Upload
from leadhand.context import Principal
from models.embeddings.bundled import BundledEmbedder
from models.embeddings.embedder import Embedder
from storage.database import Database
from storage.knowledge import ListedDocument
from tests.integration.knowledge.shelf import Letters, context, find, put

Shops = tuple[Principal, Principal]


async def shelve(database: Database, who: Principal, embedder: Embedder | None) -> int:
    async with database.transaction(who) as connection:
        return await shelve_handbook(
            connection, embedder=embedder, timezone="America/Chicago", uploaded_by="leadhand-demo"
        )


async def listed(database: Database, who: Principal, embedder: Embedder | None) -> tuple[ListedDocument, ...]:
    return await Library(database, embedder).newest(context(who), limit=20, path=PATH)


async def test_its_questions_are_answered_at_once_and_laying_it_down_again_changes_nothing(
    database: Database, two_shops: Shops
) -> None:
    who, stranger = two_shops
    bundled = BundledEmbedder()
    assert await shelve(database, who, bundled) == len(pages())
    before = await listed(database, who, bundled)
    assert {one.state for one in before} == {"ready"}
    found = await find(database, who, "Wie oft wird die Kühlmittelkonzentration geprüft?", bundled)
    assert found.answerable
    best = found.passages[0]
    assert best.source == "handbook/03-coolant-care-2026.md"
    assert "twice a week" in best.text
    assert best.dated.isoformat() == "2026-02-01T06:00:00+00:00"
    assert await shelve(database, who, bundled) == len(pages())
    assert await listed(database, who, bundled) == before
    assert await listed(database, stranger, bundled) == ()


async def test_it_is_found_by_words_without_a_model_and_by_meaning_once_there_is_one(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    await shelve(database, who, None)
    assert (await find(database, who, "refractometer factor", None)).passages[0].source.startswith(PATH)
    bundled = BundledEmbedder()
    assert await shelve(database, who, bundled) == len(pages())
    assert (await find(database, who, "refractometer factor", bundled)).by == "meaning_and_words"


@pytest.mark.parametrize(("beside", "shelved"), [(False, 12), (True, 0)])
async def test_for_another_model_a_worker_reads_it_unless_the_shop_has_documents_of_yet_another(
    database: Database, two_shops: Shops, *, beside: bool, shelved: int
) -> None:
    who, _ = two_shops
    if beside:
        await put(database, who, Upload("own.txt", b"Our own words."), Letters("other"))
    assert await shelve(database, who, Letters()) == shelved
    own = Letters("other") if beside else Letters()
    assert [one.state for one in await listed(database, who, own)] == ["queued"] * shelved


async def test_it_is_taken_out_but_for_the_pages_that_the_shop_replaced(
    database: Database, two_shops: Shops
) -> None:
    who, neighbour = two_shops
    own = f"{PATH}{pages()[0].name}"
    for one in two_shops:
        await shelve(database, one, None)
    await put(database, who, Upload(own, b"# Our own sheets\n\nOur own words."), None)
    async with database.transaction(who) as connection:
        assert await remove_handbook(connection) == len(pages()) - 1
    assert [one.source for one in await listed(database, who, None)] == [own]
    assert len(await listed(database, neighbour, None)) == len(pages())
