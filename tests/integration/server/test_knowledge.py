"""/api/knowledge: what a client sends and gets, and who may."""

from collections.abc import AsyncIterator

import pytest_asyncio
from fastapi import FastAPI

from bench.recall import measure_recall
from jobs.task import JobRow
from knowledge.ingestion import Ingestion
from leadhand.context import Permission, Principal
from leadhand.settings import Settings
from models.embeddings.bundled import BundledEmbedder
from storage.database import Database
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.integration.server.conftest import READER, Caller, calling, refusal

DOCUMENTS = "/api/knowledge/documents"
FILE = {"file": ("coolant.md", b"# Coolant\n\nChange it every six weeks.", "text/markdown")}
KNOWING = READER | {Permission.KNOWLEDGE_READ}


@pytest_asyncio.fixture
async def keeper(app: FastAPI, two_shops: tuple[Principal, Principal]) -> AsyncIterator[Caller]:
    """Keeps the documents of the first shop."""
    who = Principal(two_shops[0].tenant_id, "keeper", KNOWING | {Permission.KNOWLEDGE_WRITE})
    async with calling(app, who) as caller:
        yield caller


async def ingest_all(database: Database, who: Principal) -> None:
    """What the worker of a server does."""
    async with database.transaction(who) as connection:
        found = await (
            await connection.execute("select id from knowledge_version where state = 'queued'")
        ).fetchall()
    embedder = BundledEmbedder()
    try:
        for row in found:
            await Ingestion(database, embedder).run(JobRow(who.tenant_id, row["id"]))
    finally:
        await embedder.aclose()


async def test_a_document_is_uploaded_listed_found_and_deleted(keeper: Caller, database: Database) -> None:
    details = {"source": "handbook/coolant.md", "category": "care", "dated": "2026-01-01T08:00:00Z"}
    answer = await keeper.http.post(DOCUMENTS, files=FILE, data=details)
    assert answer.status_code == 202
    taken = parse(answer.content)
    assert (at(taken, "state"), at(taken, "version_shown"), at(taken, "progress")) == ("queued", None, 0.0)
    await ingest_all(database, keeper.who)
    document = f"{DOCUMENTS}/{text_at(taken, 'id')}"
    ready = parse((await keeper.http.get(document)).content)
    assert (at(ready, "state"), at(ready, "title"), at(ready, "progress")) == ("ready", "Coolant", 1.0)
    listed = parse((await keeper.http.get(DOCUMENTS, params={"path": "handbook/"})).content)
    assert items_at(listed, "documents") == [ready]
    asked = {"query": "How often is the coolant changed?", "category": "care"}
    found = parse((await keeper.http.post("/api/knowledge/search", json=asked)).content)
    assert at(found, "answerable") is True
    [passage] = items_at(found, "passages")
    assert at(passage, "text") == "Change it every six weeks."
    assert (at(passage, "section"), at(passage, "source")) == (["Coolant"], "handbook/coolant.md")
    off = await keeper.http.post("/api/knowledge/search", json={"query": "coolant", "min_similarity": 1})
    assert parse(off.content) == {
        "by": "meaning_and_words",
        "answerable": False,
        "sure": True,
        "reranked": None,
        "passages": [],
    }
    assert (await keeper.http.delete(document)).status_code == 204
    refusal(await keeper.http.get(document), 404, "not_found")
    assert items_at(parse((await keeper.http.get(DOCUMENTS)).content), "documents") == []


async def test_of_many_shops_each_finds_the_nearest_of_its_own_and_always_as_many_as_it_has(
    settings: Settings, two_shops: tuple[Principal, Principal]
) -> None:
    found = await measure_recall(settings, shops=4, named=two_shops[0].tenant_id)
    assert found.recall >= 0.99
    assert found.short == 0


async def test_reading_and_writing_documents_needs_its_permission(
    app: FastAPI, keeper: Caller, two_shops: tuple[Principal, Principal]
) -> None:
    taken = parse((await keeper.http.post(DOCUMENTS, files=FILE)).content)
    document = f"{DOCUMENTS}/{text_at(taken, 'id')}"
    async with calling(app, Principal(two_shops[0].tenant_id, "anna", READER)) as anna:
        for answer in (await anna.http.get(document), await anna.http.get(DOCUMENTS)):
            assert refusal(answer, 403, "permission_denied")["details"] == {"permission": "knowledge:read"}
    async with calling(app, Principal(two_shops[0].tenant_id, "carl", KNOWING)) as carl:
        for answer in (await carl.http.post(DOCUMENTS, files=FILE), await carl.http.delete(document)):
            assert refusal(answer, 403, "permission_denied")["details"] == {"permission": "knowledge:write"}
        assert (await carl.http.get(document)).status_code == 200
    async with calling(app, Principal(two_shops[1].tenant_id, "bert", frozenset(Permission))) as bert:
        for answer in (await bert.http.get(document), await bert.http.delete(document)):
            refusal(answer, 404, "not_found")


async def test_a_bad_upload_is_refused_with_what_is_wrong(keeper: Caller, app_settings: Settings) -> None:
    lie = {"file": ("sheet.pdf", b"Just words.", "application/pdf")}
    refused = refusal(await keeper.http.post(DOCUMENTS, files=lie), 422, "document_rejected")
    assert refused["details"] == {"reason": "not_what_its_name_says"}
    far = ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
    dates = [{"dated": moment} for moment in ("yesterday", *far)]
    for form in ({"readers": "everybody"}, {"source": "a\nb"}, *dates):
        refusal(await keeper.http.post(DOCUMENTS, files=FILE, data=form), 422, "invalid_request")
    refusal(await keeper.http.post(DOCUMENTS, data={"source": "a"}), 422, "invalid_request")
    refusal(await keeper.http.get(f"{DOCUMENTS}/none"), 404, "not_found")
    for query in ("", "?path=%00", "?category=care%00"):
        assert items_at(parse((await keeper.http.get(DOCUMENTS + query)).content), "documents") == []
    large = {"file": ("a.txt", b"word " * 20_000, "text/plain")}
    assert len(large["file"][1]) > app_settings.max_body_bytes
    assert (await keeper.http.post(DOCUMENTS, files=large)).status_code == 202


async def test_an_upload_above_the_bound_is_refused_while_it_streams_in(keeper: Caller) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        yield head
        for _ in range(200):
            sent += 1_000_000
            yield b"x" * 1_000_000

    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = await keeper.http.post(DOCUMENTS, content=endless(), headers=headers)
    refusal(answer, 413, "body_too_large")
    assert sent < 60_000_000
