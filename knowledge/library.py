"""A shop's documents: taken in, listed, deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from uuid import UUID

from uuid_utils.compat import uuid7

from jobs.queue import defer_in_line
from knowledge.index import model_of, require_same_model
from knowledge.parsing.blocks import Kind, Unreadable
from knowledge.parsing.sniffing import kind_of
from leadhand.context import Permission, TenantContext
from leadhand.errors import DocumentRejected, InvalidRequest, NotFound, PermissionDenied
from models.embeddings.embedder import Embedder
from storage import knowledge
from storage.database import Database
from storage.knowledge import ListedDocument, NewVersion, Version
from storage.transactions import Connection

TASK = "ingest"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and what is said of it. `source` names the document in the shop; `readers`: whoever has one of
    these permissions may read it, none: everybody who may read documents. None elsewhere: not said."""

    source: str
    content: bytes
    file_name: str = ""
    title: str | None = None
    category: str | None = None
    readers: Sequence[Permission] = ()
    dated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Library:
    database: Database
    embedder: Embedder | None

    async def add(self, tenant: TenantContext, upload: Upload) -> ListedDocument:
        """Queue the reading of a new document, or of a new version of one; the same again changes nothing.

        Raises:
            DocumentRejected: the file cannot be a document of ours.
            EmbeddingChanged: the shop's documents were indexed with another model.
            InvalidRequest: the uploader could not read it.
            PermissionDenied: the source is a document that is kept from the uploader.
        """
        _require_reader(tenant, upload)
        kind, digest = _recognised(upload), sha256(upload.content).hexdigest()
        async with self.database.transaction(tenant) as connection:
            index = await knowledge.claim_index(connection, model=model_of(self.embedder))
            require_same_model(index, self.embedder)
            held = await knowledge.hold_source(connection, source=upload.source, new_id=uuid7())
            if not await knowledge.readable_by(
                connection, document_id=held.id, permissions=tenant.permissions
            ):
                raise PermissionDenied("There is a document of this source that you may not change.")
            there = await knowledge.versions(connection, document_id=held.id)
            newest = there[-1] if there else None
            if newest is not None and _is_same(newest, upload, kind, digest):
                await self._try_again(connection, newest, upload.content)
            else:
                new = NewVersion(
                    document_id=held.id,
                    version=1 if newest is None else newest.version + 1,
                    id=uuid7(),
                    kind=kind,
                    content_hash=digest,
                    content=upload.content,
                    title=upload.title,
                    category=upload.category,
                    readers=[permission.value for permission in upload.readers],
                    dated=upload.dated or tenant.as_of,
                    uploaded_by=tenant.user_id,
                )
                await knowledge.add_version(connection, new)
                await defer_in_line(connection, task=TASK, row_id=new.id, line=str(held.id))
            return await _found(connection, tenant, held.id)

    async def _try_again(self, connection: Connection, version: Version, content: bytes) -> None:
        await knowledge.requeue(connection, version_id=version.id, content=content)
        if version.state != "ready":
            await defer_in_line(connection, task=TASK, row_id=version.id, line=str(version.document_id))

    async def newest(
        self,
        tenant: TenantContext,
        *,
        limit: int,
        after: str | None = None,
        path: str | None = None,
        category: str | None = None,
    ) -> tuple[ListedDocument, ...]:
        """What the caller may read, by source."""
        async with self.database.transaction(tenant, snapshot=True) as connection:
            return await knowledge.list_documents(
                connection,
                permissions=tenant.permissions,
                limit=limit,
                after=after,
                path=path,
                category=category,
            )

    async def get(self, tenant: TenantContext, document_id: UUID) -> ListedDocument:
        """Raises NotFound: there is none of that id that the caller may read."""
        async with self.database.transaction(tenant, snapshot=True) as connection:
            return await _found(connection, tenant, document_id)

    async def delete(self, tenant: TenantContext, document_id: UUID) -> None:
        """Every version and passage of it; raises what `get` raises."""
        async with self.database.transaction(tenant) as connection:
            await _found(connection, tenant, document_id)
            await knowledge.delete_document(connection, document_id=document_id)


def absent() -> NotFound:
    """The refusal of an id that the caller may read no document of."""
    return NotFound("There is no such document.")


async def _found(connection: Connection, tenant: TenantContext, document_id: UUID) -> ListedDocument:
    found = await knowledge.list_documents(
        connection, permissions=tenant.permissions, limit=1, document_id=document_id
    )
    if not found:
        raise absent()
    return found[0]


def _recognised(upload: Upload) -> Kind:
    try:
        return kind_of(upload.content, upload.file_name or PurePosixPath(upload.source).name)
    except Unreadable as error:
        raise rejected(error) from None


def rejected(error: Unreadable) -> DocumentRejected:
    return DocumentRejected(str(error), details={"reason": error.reason})


def _require_reader(tenant: TenantContext, upload: Upload) -> None:
    if upload.readers and tenant.permissions.isdisjoint(upload.readers):
        problem = "you have none of these permissions and could not read the document yourself"
        raise InvalidRequest(
            f"The document cannot be kept from its uploader: {problem}.",
            details={"fields": [{"field": "readers", "problem": problem}]},
        )


def _is_same(newest: Version, upload: Upload, kind: Kind, digest: str) -> bool:
    return (
        (newest.content_hash, newest.kind, newest.category) == (digest, kind, upload.category)
        and set(newest.readers) == set(upload.readers)
        and upload.title in {None, newest.title}
        and upload.dated in {None, newest.dated}
    )
