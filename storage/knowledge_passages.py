"""Passages of a version on their way to readers, and what is found among those that readers see."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from leadhand.context import Permission
from storage.json_values import storable_text
from storage.knowledge import Version
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.transactions import Connection

if TYPE_CHECKING:
    from storage.passage_vectors import PassageVectors

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
    id: UUID
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
    connection: Connection,
    version: Version,
    passages: Sequence[Unembedded],
    vectors: Sequence[Sequence[float]],
) -> None:
    """One for each passage; nothing of a version that was given up meanwhile."""
    if not await fetch_value(connection, _SQL["hold_version"], {"id": version.id}, bool):
        return
    store = await _store(connection)
    await store.aadd_embeddings(
        [one.text for one in passages],
        [[*vector] for vector in vectors],
        [
            {"document_id": version.document_id, "version": version.version, "seq": one.seq}
            for one in passages
        ],
        [str(one.id) for one in passages],
    )
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
    await execute(connection, _SQL["read_as"], {"permissions": ",".join(sorted(wanted.permissions))})
    asked = None if wanted.embedding is None else _rounded(wanted.embedding)
    near = [] if asked is None else await _nearest(connection, wanted, asked)
    params = {
        "words": storable_text(wanted.words),
        "embedding": None if asked is None else str(asked),
        "near": [id for id, _ in near],
        "similarities": [similarity for _, similarity in near],
        "path": wanted.path,
        "category": wanted.category,
        "document_id": wanted.document_id,
        "since": wanted.since,
        "until": wanted.until,
        "pool": POOL,
        "top_k": wanted.top_k,
    }
    return await fetch_all(connection, _SQL["search"], params, FoundPassage)


async def _nearest(connection: Connection, wanted: Wanted, asked: list[float]) -> list[tuple[UUID, float]]:
    store = await _store(connection)
    return await store.nearest(
        asked,
        k=POOL,
        path=wanted.path,
        category=wanted.category,
        document_id=wanted.document_id,
        since=wanted.since,
        until=wanted.until,
    )


def _rounded(vector: Sequence[float]) -> list[float]:
    """To six digits, as vectors are sent that are kept: the store and the words' SQL get the same numbers."""
    return [float(format(number, ".6g")) for number in vector]


_stores: list[type["PassageVectors"]] = []


async def _store(connection: Connection) -> "PassageVectors":
    if not _stores:
        _stores.append(await asyncio.to_thread(_imported))
    return _stores[0](connection)


def _imported() -> type["PassageVectors"]:
    """Half a second and 30 MB: only who needs vectors pays it, and not the streams beside."""
    from storage.passage_vectors import PassageVectors  # noqa: PLC0415

    return PassageVectors
