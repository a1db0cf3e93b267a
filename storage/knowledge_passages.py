"""Passages of a version on their way to readers, and what is found among those that readers see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadhand.context import Permission
from storage.json_values import storable_text
from storage.knowledge import Version
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

_SQL = named_queries("knowledge")
# Of each of the two rankings, so many take part in the fused one.
POOL = 50


@dataclass(frozen=True, slots=True)
class NewPassage:
    id: UUID
    heading: Sequence[str]
    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Unembedded:
    seq: int
    heading: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, and by whom. Without `embedding` the words alone count."""

    words: str
    embedding: Sequence[float] | None
    permissions: frozenset[Permission]
    top_k: int
    path: str | None = None
    category: str | None = None
    document_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """`similarity`: cosine, from -1 to 1, None without vectors; `weight`: of the words found, 1 for all that
    were asked, None for none; `kind`: of the file (pdf, docx, …).

    The same for all that were found together: `known`, of the question's words, how many are in any passage,
    from 0 to 1, and `unknown`, those that are in none; `mean_similarity`, of all that were compared."""

    id: UUID
    document_id: UUID
    source: str
    title: str
    category: str | None
    dated: datetime
    version: int
    page: int | None
    heading: list[str]
    text: str
    similarity: float | None
    weight: float | None
    kind: str
    known: float | None = None
    unknown: Sequence[str] = ()
    mean_similarity: float | None = None


async def version_by_id(connection: Connection, *, version_id: UUID) -> Version | None:
    return await fetch_one(connection, _SQL["version_by_id"], {"id": version_id}, Version)


async def content(connection: Connection, *, version_id: UUID) -> bytes | None:
    """The file; None once it is cut."""
    return await fetch_value(connection, _SQL["content"], {"id": version_id}, bytes)


async def keep_cut(
    connection: Connection, version: Version, *, title: str, passages: Sequence[NewPassage]
) -> None:
    """The passages in place of the file; nothing if somebody else has done it."""
    params = {"id": version.id, "passages": len(passages), "title": storable_text(title)}
    if not await execute(connection, _SQL["keep_cut"], params):
        return
    rows = [
        {
            "document_id": version.document_id,
            "version": version.version,
            "seq": seq,
            "id": passage.id,
            "page": passage.page,
            "heading": [storable_text(name) for name in passage.heading],
            "text": storable_text(passage.text),
            "title": storable_text(title),
        }
        for seq, passage in enumerate(passages)
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(_SQL["add_passage"], rows)


async def without_vector(connection: Connection, version: Version, *, limit: int) -> tuple[Unembedded, ...]:
    params = {"document_id": version.document_id, "version": version.version, "limit": limit}
    return await fetch_all(connection, _SQL["without_vector"], params, Unembedded)


async def give_vectors(
    connection: Connection, version: Version, vectors: Sequence[tuple[int, Sequence[float]]]
) -> None:
    """Each with the number of its passage."""
    rows = [
        {
            "document_id": version.document_id,
            "version": version.version,
            "seq": seq,
            "embedding": _literal(vector),
        }
        for seq, vector in vectors
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(_SQL["give_vector"], rows)
    await execute(connection, _SQL["count_embedded"], {"id": version.id})


async def publish(connection: Connection, version: Version) -> None:
    """Readers see it from the end of the transaction on, and nothing that was before."""
    place = {"document_id": version.document_id, "version": version.version, "id": version.id}
    await execute(connection, _SQL["mark_ready"], place)
    await execute(connection, _SQL["publish"], place)
    await execute(connection, _SQL["drop_older"], place)


async def note_fault(
    connection: Connection, *, version_id: UUID, code: str, reason: str | None, final: bool, forget: bool
) -> None:
    """`final`: it is not tried again by itself. `forget`: nor could it be, and its file is dropped."""
    params = {"id": version_id, "code": code, "reason": reason, "final": final, "forget": forget}
    await execute(connection, _SQL["note_fault"], params)


async def search(connection: Connection, wanted: Wanted) -> tuple[FoundPassage, ...]:
    """Best first; `top_k`, or as many as may be read."""
    params = {
        "words": storable_text(wanted.words),
        "embedding": _literal(wanted.embedding),
        "permissions": sorted(wanted.permissions),
        "path": wanted.path,
        "category": wanted.category,
        "document_id": wanted.document_id,
        "since": wanted.since,
        "until": wanted.until,
        "pool": POOL,
        "top_k": wanted.top_k,
    }
    return await fetch_all(connection, _SQL["search"], params, FoundPassage)


def _literal(vector: Sequence[float] | None) -> str | None:
    return None if vector is None else f"[{','.join(format(number, '.6g') for number in vector)}]"
