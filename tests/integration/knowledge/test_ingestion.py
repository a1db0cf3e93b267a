"""A document becomes searchable whole or not at all, once, and goes without a trace."""

import asyncio

import pytest

from knowledge.library import Library, Upload
from knowledge.parsing.apart import read_apart
from knowledge.parsing.blocks import Unreadable
from knowledge.parsing.reading import read_document
from leadhand.context import Permission, Principal
from leadhand.errors import (
    DocumentRejected,
    EmbeddingChanged,
    InvalidRequest,
    ModelUnavailable,
    NotFound,
    PermissionDenied,
)
from storage.database import Database
from tests.integration.knowledge.shelf import Letters, context, find, ingest, put, texts
from tests.unit.knowledge.files import MARKDOWN, docx_file, pdf_file, zip_bomb

Shops = tuple[Principal, Principal]
COOLANT = Upload("handbook/coolant.md", MARKDOWN, category="care")
LONG = b"\n\n".join(b"## Part %d\n\nThe spindle number %d." % (number, number) for number in range(70))


async def rows(database: Database, who: Principal) -> dict[str, int]:
    found: dict[str, int] = {}
    async with database.transaction(who) as connection:
        for table in ("knowledge_document", "knowledge_version", "knowledge_passage", "knowledge_index"):
            counted = await (
                await connection.execute(f"select count(*) as n from {table}".encode())
            ).fetchone()
            assert counted is not None
            found[table.removeprefix("knowledge_")] = counted["n"]
    return found


async def test_a_process_of_its_own_reads_the_same_and_tells_a_damaged_file() -> None:
    assert await read_apart("docx", docx_file()) == read_document("docx", docx_file())
    sound = pdf_file("Spindle warm-up")
    outcomes = await asyncio.gather(
        read_apart("pdf", sound[: len(sound) // 2]),
        read_apart("pdf", pdf_file("x", password="known to few")),
        return_exceptions=True,
    )
    assert [one.reason for one in outcomes if isinstance(one, Unreadable)] == ["broken", "encrypted"]


async def test_an_uploaded_document_is_found_with_its_page_section_and_source(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    document = await put(database, who, COOLANT, Letters())
    assert (document.state, document.title, document.kind) == ("ready", "Coolant", "markdown")
    assert (document.passages, document.embedded, document.version) == (4, 4, 1)
    [best, *_] = (await find(database, who, "disposal contractor", Letters())).passages
    assert (best.text, best.heading) == ("Call the contractor.", ["Coolant", "Disposal"])
    assert (best.source, best.category, best.page) == ("handbook/coolant.md", "care", None)
    await put(database, who, Upload("manual.pdf", pdf_file("First.", "Greasing nipple.")), Letters())
    [best, *_] = (await find(database, who, "greasing nipple", Letters())).passages
    assert (best.text, best.page, best.title) == ("Greasing nipple.", 2, "manual")


async def test_the_same_upload_again_changes_nothing(database: Database, two_shops: Shops) -> None:
    who, _ = two_shops
    embedder = Letters()
    first = await put(database, who, COOLANT, embedder)
    again = await put(database, who, COOLANT, embedder)
    assert again == first
    assert len(embedder.seen) == 4


async def test_readers_see_the_old_version_until_the_new_one_is_whole_and_then_nothing_of_the_old(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    await put(database, who, COOLANT, Letters())
    before = texts(await find(database, who, "coolant", Letters(), top_k=50))
    new = Upload(COOLANT.source, LONG, category="care")
    away = Letters(works_for=1)
    with pytest.raises(ModelUnavailable):
        await put(database, who, new, away)
    assert texts(await find(database, who, "coolant", Letters(), top_k=50)) == before
    half = await Library(database, away).add(context(who), new)
    assert (half.version, half.current_version, half.state) == (2, 1, "embedding")
    assert (half.embedded, half.passages, half.code) == (32, 70, "model_unavailable")
    back = Letters()
    await ingest(database, who, half, back)
    assert len(back.seen) == 70 - 32, "what had its vector is not asked for again"
    after = texts(await find(database, who, "spindle", Letters(), top_k=50))
    assert len(after) == 50
    assert not set(after) & set(before)
    assert await rows(database, who) == {"document": 1, "version": 1, "passage": 70, "index": 1}


async def test_a_newer_upload_takes_the_place_of_one_that_was_never_whole(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    library = Library(database, Letters())
    first = await library.add(context(who), Upload("a.txt", b"The first words."))
    second = await library.add(context(who), Upload("a.txt", b"The second words."))
    assert (first.id, second.version) == (second.id, 2)
    await ingest(database, who, second, Letters())
    assert texts(await find(database, who, "words", Letters())) == ["The second words."]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("empty.md", b" ", "empty"), ("sheet.pdf", b"words", "not_what_its_name_says")],
)
async def test_what_cannot_be_a_document_is_refused_and_nothing_is_kept(
    database: Database, two_shops: Shops, name: str, content: bytes, reason: str
) -> None:
    who, _ = two_shops
    with pytest.raises(DocumentRejected) as refused:
        await Library(database, Letters()).add(context(who), Upload(name, content))
    assert refused.value.details == {"reason": reason}
    assert set((await rows(database, who)).values()) == {0}


async def test_a_file_that_turns_out_to_be_a_bomb_fails_with_its_reason_and_is_not_kept(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    failed = await put(database, who, Upload("letter.docx", zip_bomb()), Letters())
    assert (failed.state, failed.code, failed.reason) == ("failed", "document_rejected", "unpacks_too_large")
    assert failed.current_version is None
    async with database.transaction(who) as connection:
        kept = await (await connection.execute("select content from knowledge_version")).fetchone()
    assert kept == {"content": None}


async def test_a_file_that_failed_is_read_again_when_it_is_uploaded_again(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    damaged = Upload("manual.pdf", pdf_file("Greasing nipple.")[:300])
    first = await put(database, who, damaged, Letters())
    assert (first.state, first.reason) == ("failed", "broken")
    queued = await Library(database, Letters()).add(context(who), damaged)
    assert (queued.state, queued.code, queued.reason) == ("queued", None, None)
    await ingest(database, who, queued, Letters())
    again = await Library(database, Letters()).get(context(who), first.id)
    assert (again.state, again.code, again.reason) == ("failed", "document_rejected", "broken")


async def test_deleting_a_document_leaves_nothing_of_it(database: Database, two_shops: Shops) -> None:
    who, _ = two_shops
    library = Library(database, Letters())
    document = await put(database, who, COOLANT, Letters())
    await library.delete(context(who), document.id)
    assert set((await rows(database, who)).values()) == {0}
    with pytest.raises(NotFound):
        await library.get(context(who), document.id)


async def test_vectors_of_two_models_are_refused_with_what_to_do(
    database: Database, two_shops: Shops
) -> None:
    who, _ = two_shops
    document = await put(database, who, COOLANT, Letters())
    other = Letters("digits")
    with pytest.raises(EmbeddingChanged, match="LEADHAND_EMBEDDING_MODEL=letters again"):
        await put(database, who, Upload("b.txt", b"More."), other)
    with pytest.raises(EmbeddingChanged):
        await find(database, who, "coolant", other)
    await Library(database, other).delete(context(who), document.id)
    assert (await put(database, who, COOLANT, other)).state == "ready"


async def test_neither_another_shop_nor_who_lacks_the_permission_sees_a_document(
    database: Database, two_shops: Shops
) -> None:
    who, stranger = two_shops
    kept = Upload("wages.md", b"# Wages\n\nThe foreman earns more.", readers=(Permission.ADMIN,))
    document = await put(database, who, kept, Letters())
    colleague = Principal(who.tenant_id, "colleague", frozenset(Permission) - {Permission.ADMIN})
    for other in (stranger, colleague):
        library = Library(database, Letters())
        assert texts(await find(database, other, "foreman wages", Letters())) == []
        assert await library.newest(context(other), limit=10) == ()
        for refused in (library.get, library.delete):
            with pytest.raises(NotFound):
                await refused(context(other), document.id)
    with pytest.raises(PermissionDenied):
        await Library(database, Letters()).add(context(colleague), Upload("wages.md", b"Mine."))
    with pytest.raises(InvalidRequest):
        await Library(database, Letters()).add(context(colleague), kept)
    assert texts(await find(database, who, "wages", Letters())) == ["The foreman earns more."]
