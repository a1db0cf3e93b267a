"""A shop's documents in a test: uploaded, and read by the job that a worker would run."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from uuid_utils.compat import uuid7

from jobs.task import JobRow
from knowledge.ingestion import Ingestion
from knowledge.library import Library, Upload
from knowledge.search import Finding, Search
from leadhand.context import Principal, TenantContext
from leadhand.errors import ModelUnavailable
from models.embeddings.embedder import Embedder, Vector
from storage import knowledge, knowledge_passages
from storage.database import Database
from storage.knowledge import ListedDocument, NewVersion
from storage.knowledge_passages import NewPassage

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)


def context(who: Principal) -> TenantContext:
    return TenantContext(who.tenant_id, who.user_id, who.permissions, "America/Chicago", "en-US", NOW)


class Letters:
    """An embedding model for tests: how often each letter occurs. It can be told to be away for a while."""

    def __init__(self, name: str = "letters", *, works_for: int = 1_000_000) -> None:
        self.name = name
        self.works_for = works_for
        self.seen: list[str] = []

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        if self.works_for <= 0:
            raise ModelUnavailable("Nobody is there.")
        self.works_for -= 1
        self.seen += texts
        return [_counted(text) for text in texts]

    async def query(self, text: str) -> Vector:
        return _counted(text)

    async def aclose(self) -> None:
        pass


def _counted(text: str) -> Vector:
    return [0.01 + text.lower().count(chr(letter)) for letter in range(ord("a"), ord("z") + 1)]


async def put(
    database: Database, who: Principal, upload: Upload, embedder: Embedder | None
) -> ListedDocument:
    """Uploaded and read to the end."""
    taken = await Library(database, embedder).add(context(who), upload)
    await ingest(database, who, taken, embedder)
    return await Library(database, embedder).get(context(who), taken.id)


async def ingest(
    database: Database, who: Principal, document: ListedDocument, embedder: Embedder | None
) -> None:
    async with database.transaction(who) as connection:
        found = await (
            await connection.execute(
                "select id from knowledge_version where document_id = %s order by version desc limit 1",
                (document.id,),
            )
        ).fetchone()
    assert found is not None
    await Ingestion(database, embedder).run(JobRow(who.tenant_id, found["id"]))


async def find(
    database: Database, who: Principal, words: str, embedder: Embedder | None, top_k: int = 5
) -> Finding:
    return await Search(database, embedder).find(context(who), words, top_k=top_k)


def texts(found: Finding) -> list[str]:
    return [one.text for one in found.passages]


async def shelve(
    database: Database, who: Principal, texts: Mapping[str, str], *, readers: Sequence[str] = ()
) -> None:
    """Documents of one passage each, as if a worker had read them."""
    async with database.transaction(who) as connection:
        await knowledge.claim_index(connection, model="none")
        for source, text in texts.items():
            held = await knowledge.hold_source(connection, source=source, new_id=uuid7())
            new = NewVersion(
                document_id=held.id,
                version=1,
                id=uuid7(),
                kind="markdown",
                content_hash=source,
                content=text.encode(),
                title=None,
                category=None,
                readers=[*readers],
                dated=NOW,
                uploaded_by=who.user_id,
            )
            await knowledge.add_version(connection, new)
            version = await knowledge_passages.version_by_id(connection, version_id=new.id)
            assert version is not None
            passage = NewPassage(uuid7(), [source.partition(".")[0]], None, text)
            await knowledge_passages.keep_cut(connection, version, title=source, passages=[passage])
            await knowledge_passages.publish(connection, version)
