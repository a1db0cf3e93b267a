"""Passages by their vectors: langchain-postgres' PGVectorStore, inside the caller's transaction.

All that is to be known of the store's inner parts and faults is in this module. Left to itself it takes
connections of its own, for which no row exists, and commits each document for itself. Importing it costs half
a second: `storage.knowledge_passages` does so at the first use, beside the event loop.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, cast
from uuid import UUID

from langchain_core.embeddings import Embeddings
from langchain_postgres.v2.async_vectorstore import AsyncPGVectorStore
from psycopg.rows import DictRow, dict_row
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.named_queries import named_queries
from storage.transactions import Connection

_SQL = named_queries("knowledge")
_DIALECT = PGDialect_psycopg()
_VIEW = "readable_passage"


class PassageVectors(AsyncPGVectorStore):
    """Reads what the caller of the transaction may read, exactly; writes all of a batch in one statement.

    It never has a configuration for hybrid search: the store keeps the first text that one was asked with.
    """

    def __init__(self, connection: Connection) -> None:
        # What `create` is for otherwise: asking the database each time which columns there are.
        key = vars(AsyncPGVectorStore)["_AsyncPGVectorStore__create_key"]
        super().__init__(
            key,
            cast("AsyncEngine", _CallersTransaction(connection)),
            _MadeElsewhere(),
            _VIEW,
            id_column="id",
            content_column="text",
            embedding_column="embedding",
            metadata_json_column=None,
        )
        self._connection = connection

    async def nearest(
        self,
        embedding: Sequence[float],
        *,
        k: int,
        path: str | None = None,
        category: str | None = None,
        document_id: UUID | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[tuple[UUID, float]]:
        """Ids with their similarity (cosine), the nearest first."""
        only: list[dict[str, Any]] = [{"embedding": {"$exists": True}}]
        if path:
            only.append({"source": {"$like": _begins_with(path)}})
        if category is not None:
            only.append({"category": category})
        if document_id is not None:
            only.append({"document_id": document_id})
        if since is not None:
            only.append({"dated": {"$gte": since}})
        if until is not None:
            only.append({"dated": {"$lt": until}})
        found = await self.asimilarity_search_with_score_by_vector(  # pyright: ignore[reportUnknownMemberType]
            list(embedding), k=k, filter={"$and": only}
        )
        return [(UUID(document.id), 1 - distance) for document, distance in found]

    async def aadd_embeddings(
        self,
        texts: Iterable[str],
        embeddings: list[list[float]],
        metadatas: list[dict[str, Any]] | None = None,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Upsert on (tenant_id, id); `metadatas` say document_id, version and seq of each."""
        assert ids and metadatas, "a passage has its id and place before its vector"  # noqa: S101, PT018
        params = {
            "ids": ids,
            "texts": list(texts),
            "embeddings": [_literal(embedding) for embedding in embeddings],
            **{
                column: [metadata[column] for metadata in metadatas]
                for column in ("document_id", "version", "seq")
            },
        }
        async with self._connection.cursor() as cursor:
            await cursor.execute(_SQL["upsert_vectors"], params)
        return ids


def _literal(vector: Sequence[float]) -> str:
    """What is kept of a number has three or four digits; six are sent."""
    return f"[{','.join(format(number, '.6g') for number in vector)}]"


def _begins_with(text: str) -> str:
    """A pattern of LIKE, which is all that the store's filters have for it."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


class _CallersTransaction:
    """What the store takes for an engine and for the connections it gives: the caller's, again and again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def connect(self) -> "_CallersTransaction":
        return self

    async def __aenter__(self) -> "_CallersTransaction":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def execute(self, statement: TextClause, params: Mapping[str, object] | None = None) -> "_Rows":
        compiled = statement.compile(dialect=_DIALECT)
        # Binary: the store asks for every vector too, and writing one as text takes longer than to find it.
        async with self._connection.cursor(row_factory=dict_row, binary=True) as cursor:
            await cursor.execute(str(compiled).encode(), compiled.construct_params(params))
            return _Rows(await cursor.fetchall() if cursor.description else [])

    async def commit(self) -> None:
        """Not the store's to do: what else the caller writes goes with it, or nothing."""


class _Rows:
    def __init__(self, rows: list[DictRow]) -> None:
        self._rows = rows

    def mappings(self) -> "_Rows":
        return self

    def fetchall(self) -> list[DictRow]:
        return self._rows


class _MadeElsewhere(Embeddings):
    """The store is given vectors, never texts to make them of."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise NotImplementedError

    def embed_query(self, text: str) -> list[float]:
        raise NotImplementedError
