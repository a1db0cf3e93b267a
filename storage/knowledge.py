"""A shop's documents and their versions: who sees which, and how far the newest one is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from leadhand.context import Permission
from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

_SQL = named_queries("knowledge")
State: TypeAlias = Literal["queued", "embedding", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Index:
    """`dimensions`: of the vectors; None while there is none."""

    model: str
    dimensions: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """A document by its name in the shop. `current_version`: what readers see; None: nothing yet."""

    id: UUID
    source: str
    current_version: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """`id` is what jobs know it by. `passages`: how many it is cut into; None while it is not."""

    document_id: UUID
    source: str
    version: int
    id: UUID
    kind: str
    content_hash: str
    title: str | None
    category: str | None
    readers: list[str]
    dated: datetime
    state: State
    passages: int | None
    embedded: int


@dataclass(frozen=True, slots=True)
class NewVersion:
    document_id: UUID
    version: int
    id: UUID
    kind: str
    content_hash: str
    content: bytes
    title: str | None
    category: str | None
    readers: Sequence[str]
    dated: datetime
    uploaded_by: str


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document by its newest version; readers see `current_version`, which may be an older one."""

    id: UUID
    source: str
    created_at: datetime
    kind: str
    title: str
    category: str | None
    readers: list[str]
    dated: datetime
    bytes: int
    version: int
    state: State
    code: str | None
    reason: str | None
    passages: int | None
    embedded: int
    uploaded_by: str
    uploaded_at: datetime
    current_version: int | None


async def claim_index(connection: Connection, *, model: str) -> Index:
    """The shop's index; it is made for `model` if there is none."""
    await execute(connection, _SQL["claim_index"], {"model": model})
    found = await read_index(connection)
    assert found is not None, "it was made, if it was not there"  # noqa: S101
    return found


async def read_index(connection: Connection) -> Index | None:
    return await fetch_one(connection, _SQL["read_index"], {}, Index)


async def record_dimensions(connection: Connection, *, dimensions: int) -> None:
    await execute(connection, _SQL["record_dimensions"], {"dimensions": dimensions})


async def hold_source(connection: Connection, *, source: str, new_id: UUID) -> Source:
    """The document of that source, made under `new_id` if there is none; nobody else changes it meanwhile."""
    found = await fetch_one(connection, _SQL["hold_source"], {"id": new_id, "source": source}, Source)
    assert found is not None, "one row always"  # noqa: S101
    return found


async def hold_document(connection: Connection, *, document_id: UUID) -> Source | None:
    return await fetch_one(connection, _SQL["hold_document"], {"document_id": document_id}, Source)


async def versions(connection: Connection, *, document_id: UUID) -> tuple[Version, ...]:
    """Oldest first."""
    return await fetch_all(connection, _SQL["versions"], {"document_id": document_id}, Version)


async def readable_by(
    connection: Connection, *, document_id: UUID, permissions: frozenset[Permission]
) -> bool:
    """Whether none of its versions is kept from whoever has these permissions."""
    params = {"document_id": document_id, "permissions": sorted(permissions)}
    return await fetch_value(connection, _SQL["readable_by"], params, bool) is True


async def add_version(connection: Connection, new: NewVersion) -> None:
    """Versions that readers never saw give way to it."""
    params = {
        "document_id": new.document_id,
        "version": new.version,
        "id": new.id,
        "kind": new.kind,
        "content_hash": new.content_hash,
        "bytes": len(new.content),
        "content": new.content,
        "title": new.title,
        "category": new.category,
        "readers": list(new.readers),
        "dated": new.dated,
        "uploaded_by": new.uploaded_by,
    }
    await execute(connection, _SQL["add_version"], params)
    await execute(connection, _SQL["drop_pending"], {"document_id": new.document_id, "version": new.version})


async def requeue(connection: Connection, *, version_id: UUID, content: bytes) -> bool:
    """Whether it had failed, and is tried again. `content`: its file, not kept of a failed one."""
    return await execute(connection, _SQL["requeue"], {"id": version_id, "content": content}) > 0


async def list_documents(
    connection: Connection,
    *,
    permissions: frozenset[Permission],
    limit: int,
    document_id: UUID | None = None,
    after: str | None = None,
    path: str | None = None,
    category: str | None = None,
) -> tuple[ListedDocument, ...]:
    """What whoever has these permissions may read, by source, behind the source `after`."""
    params = {
        "permissions": sorted(permissions),
        "limit": limit,
        "id": document_id,
        "after": after,
        "path": None if path is None else storable_text(path),
        "category": None if category is None else storable_text(category),
    }
    return await fetch_all(connection, _SQL["list_documents"], params, ListedDocument)


async def delete_document(connection: Connection, *, document_id: UUID) -> None:
    """With its versions and passages; the index too, if it was the last."""
    await execute(connection, _SQL["delete_document"], {"id": document_id})
    await execute(connection, _SQL["forget_empty_index"], {})


@dataclass(frozen=True, slots=True)
class _Source:
    source: str


async def unchanged_sources(
    connection: Connection, *, sources: Sequence[str], hashes: Sequence[str]
) -> tuple[str, ...]:
    """Of `sources`, the documents that nobody has given another content than one of `hashes`."""
    params = {"sources": list(sources), "hashes": list(hashes)}
    found = await fetch_all(connection, _SQL["unchanged_sources"], params, _Source)
    return tuple(one.source for one in found)


async def delete_sources(connection: Connection, *, sources: Sequence[str]) -> None:
    """As `delete_document`, of each of these sources that is there."""
    await execute(connection, _SQL["delete_sources"], {"sources": list(sources)})
    await execute(connection, _SQL["forget_empty_index"], {})
