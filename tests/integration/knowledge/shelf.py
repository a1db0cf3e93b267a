"""A shop's documents in a test: uploaded, and read by the job that a worker would run."""

from collections.abc import Sequence
from datetime import UTC, datetime

from jobs.task import JobRow
from knowledge.ingestion import Ingestion
from knowledge.library import Library, Upload
from knowledge.search import Finding, Search
from leadhand.context import Principal, TenantContext
from leadhand.errors import ModelUnavailable
from models.embeddings.embedder import Embedder, Vector
from storage.database import Database
from storage.knowledge import ListedDocument

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
