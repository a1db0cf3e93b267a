"""The job that makes a version of a document searchable: read it, cut it, give it vectors, show it.

Each step is kept as it is done, so that a job that is run again goes on where the last one came to. Readers
see nothing of it until the last passage has its vector.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import cast
from uuid import UUID

from uuid_utils.compat import uuid7

from jobs.task import JobRow, Task
from knowledge.index import model_of, require_same_model
from knowledge.library import TASK
from knowledge.parsing.apart import read_apart
from knowledge.parsing.blocks import Kind, Unreadable
from knowledge.passages import Cut, cut
from leadhand.context import Principal
from leadhand.errors import DocumentRejected, LeadhandError, ModelRejected
from models.counted import counted_call
from models.embeddings.embedder import Embedder
from storage import knowledge, knowledge_passages
from storage.database import Database
from storage.knowledge import Version
from storage.knowledge_passages import NewPassage, Unembedded

# Passages of one request to the embedding model; after each the progress is kept.
BATCH = 32
MAX_TITLE_CHARS = 300
MAX_ATTEMPTS = 8
# Whoever works on a document without a person.
WORKER = "leadhand-knowledge"


@dataclass(frozen=True, slots=True)
class Ingestion:
    database: Database
    embedder: Embedder | None

    def task(self) -> Task:
        return Task(name=TASK, run=self.run, max_attempts=MAX_ATTEMPTS)

    async def run(self, row: JobRow) -> None:
        """Bring the version `row` to its readers; one that was given up meanwhile is left alone.

        Raises:
            DatabaseUnavailable, ModelUnavailable, ModelTimeout: try again later.
            ModelRejected, EmbeddingChanged: trying again does not help; the version says so.
        """
        who = Principal(row.tenant_id, WORKER, frozenset())
        try:
            await self._ingest(who, row.row_id)
        except DocumentRejected as error:
            await self._note(who, row.row_id, error, forget=True)
        except LeadhandError as error:
            await self._note(who, row.row_id, error, forget=False)
            raise

    async def _ingest(self, who: Principal, version_id: UUID) -> None:
        version = await self._version(who, version_id)
        if version is None or version.state not in {"queued", "embedding"}:
            return
        async with self.database.transaction(who) as connection:
            index = await knowledge.claim_index(connection, model=model_of(self.embedder))
        require_same_model(index, self.embedder)
        if version.state == "queued":
            await self._cut(who, version)
            version = await self._version(who, version_id)
        if version is None or version.state != "embedding":
            return
        while self.embedder is not None and (waiting := await self._without_vector(who, version)):
            await self._embed(who, version, self.embedder, waiting)
        async with self.database.transaction(who) as connection:
            # A newer version that is being shown at this moment goes first, or waits.
            if await knowledge.hold_document(connection, document_id=version.document_id) is not None:
                await knowledge_passages.publish(connection, version)

    async def _version(self, who: Principal, version_id: UUID) -> Version | None:
        async with self.database.transaction(who, snapshot=True) as connection:
            return await knowledge_passages.version_by_id(connection, version_id=version_id)

    async def _cut(self, who: Principal, version: Version) -> None:
        async with self.database.transaction(who, snapshot=True) as connection:
            content = await knowledge_passages.content(connection, version_id=version.id)
        if content is None:
            return
        try:
            document = await read_apart(_kind(version), content)
        except Unreadable as error:
            raise DocumentRejected(str(error), details={"reason": error.reason}) from None
        title = (version.title or document.title or PurePosixPath(version.source).stem)[:MAX_TITLE_CHARS]
        passages = [new_passage(one) for one in cut(document)]
        async with self.database.transaction(who) as connection:
            await knowledge_passages.keep_cut(
                connection, version, title=title.strip() or "Untitled", passages=passages
            )

    async def _without_vector(self, who: Principal, version: Version) -> tuple[Unembedded, ...]:
        async with self.database.transaction(who, snapshot=True) as connection:
            return await knowledge_passages.without_vector(connection, version, limit=BATCH)

    async def _embed(
        self, who: Principal, version: Version, embedder: Embedder, waiting: tuple[Unembedded, ...]
    ) -> None:
        texts = [embedded_text(version.title or "", one.heading, one.text) for one in waiting]
        with counted_call(embedder.name):
            vectors = await embedder.passages(texts)
        if len(vectors) != len(waiting) or len({len(vector) for vector in vectors}) != 1:
            raise ModelRejected("What the embedding model gave is not one vector for each text.")
        dimensions = len(vectors[0])
        async with self.database.transaction(who) as connection:
            index = await knowledge.claim_index(connection, model=embedder.name)
            require_same_model(index, embedder, dimensions=dimensions)
            await knowledge.record_dimensions(connection, dimensions=dimensions)
            await knowledge_passages.give_vectors(connection, version, waiting, vectors)

    async def _note(self, who: Principal, version_id: UUID, error: LeadhandError, *, forget: bool) -> None:
        reason = error.details.get("reason")
        async with self.database.transaction(who) as connection:
            await knowledge_passages.note_fault(
                connection,
                version_id=version_id,
                code=error.code,
                reason=reason if isinstance(reason, str) else None,
                final=not error.retryable,
                forget=forget,
            )


def embedded_text(title: str, heading: list[str], text: str) -> str:
    """What a vector is made of: a passage alone often does not say what it is about."""
    return "\n".join([" > ".join(dict.fromkeys([title, *heading])), text])


def _kind(version: Version) -> Kind:
    return cast("Kind", version.kind)


def new_passage(one: Cut) -> NewPassage:
    return NewPassage(uuid7(), one.heading, one.page, one.text)
