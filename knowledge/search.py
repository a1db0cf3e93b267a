"""Search over a shop's documents: nearest in meaning and best in words, fused.

Row level security bounds it to the shop; the SQL itself bounds it to what the caller may read.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from knowledge.answerable import LOOKED_AT, Verdict, found_of, verdict
from knowledge.index import require_same_model
from knowledge.ingestion import embedded_text
from leadhand.context import TenantContext
from leadhand.errors import ModelRejected, ModelTimeout, ModelUnavailable
from models.counted import counted_call
from models.embeddings.embedder import Embedder, Vector
from models.reranking import Reranker
from storage import knowledge, knowledge_passages
from storage.database import Database
from storage.knowledge_passages import FoundPassage, Wanted

MAX_TOP_K = 50
# So many of the best are shown to the reranking model.
RERANKED = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Filters:
    """`path`: how the source begins. `since`, `until`: the date of the document, from and before."""

    path: str | None = None
    category: str | None = None
    document_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Best first. `verdict`: whether they answer; with no vectors, whether any word was found. `by` says
    whether meanings could be compared. `reranked`: whether a reranking model made the order; None where
    there is none."""

    by: Literal["meaning_and_words", "words"]
    verdict: Verdict
    passages: tuple[FoundPassage, ...]
    reranked: bool | None = None

    @property
    def answerable(self) -> bool:
        return self.verdict is not Verdict.NONE


@dataclass(frozen=True, slots=True)
class Search:
    database: Database
    embedder: Embedder | None
    reranker: Reranker | None = None

    async def find(
        self,
        tenant: TenantContext,
        words: str,
        *,
        top_k: int,
        filters: Filters | None = None,
        min_similarity: float | None = None,
    ) -> Finding:
        """The `top_k` passages that fit `words` best, or as many as the caller may read.

        `min_similarity`: of the best one, for it to count as an answer; None: as was measured for the model.

        Raises:
            EmbeddingChanged: the documents were indexed with another model.
            DatabaseUnavailable
        """
        async with self.database.transaction(tenant, snapshot=True) as connection:
            index = await knowledge.read_index(connection)
        if index is None:
            return Finding("words" if self.embedder is None else "meaning_and_words", Verdict.NONE, ())
        require_same_model(index, self.embedder)
        top_k = min(top_k, MAX_TOP_K)
        vector = await self._vector(words)
        only = filters or Filters()
        wanted = Wanted(
            words,
            vector,
            tenant.permissions,
            max(top_k, LOOKED_AT if self.reranker is None else RERANKED),
            only.path,
            only.category,
            only.document_id,
            only.since,
            only.until,
        )
        async with self.database.transaction(tenant, snapshot=True) as connection:
            found = await knowledge_passages.search(connection, wanted)
        by = "words" if vector is None else "meaning_and_words"
        told = self._verdict(words, vector, found, min_similarity)
        # What is not shown need not be ordered.
        answerable = told is not Verdict.NONE
        ordered = await self._reranked(words, found) if answerable else None
        reranked = ordered is not None if self.reranker is not None and answerable else None
        return Finding(by, told, (ordered or found)[:top_k], reranked)

    async def _reranked(self, words: str, found: tuple[FoundPassage, ...]) -> tuple[FoundPassage, ...] | None:
        """None where there is no reranker, or it cannot say: the order of the search holds."""
        if self.reranker is None:
            return None
        texts = [embedded_text(one.title, one.heading, one.text) for one in found]
        try:
            return tuple(found[number] for number in await self.reranker.order(words, texts))
        except (ModelUnavailable, ModelTimeout, ModelRejected) as error:
            log.warning("passages are not reranked: %s", error.code)
            return None

    def _verdict(
        self,
        words: str,
        vector: Vector | None,
        found: tuple[FoundPassage, ...],
        min_similarity: float | None,
    ) -> Verdict:
        if self.embedder is None or all(one.similarity is None for one in found):
            if all(one.weight is None for one in found):
                return Verdict.NONE
            return verdict(None, found_of(words, found))
        model = self.embedder.name
        seen = found_of(words, found, model=model, vector=vector)
        return verdict(model, seen, min_similarity=min_similarity)

    async def _vector(self, words: str) -> Vector | None:
        """None where there is no embedder, or it cannot say: the words are still there to be compared."""
        if self.embedder is None:
            return None
        try:
            with counted_call(self.embedder.name):
                return await self.embedder.query(words)
        except (ModelUnavailable, ModelTimeout, ModelRejected) as error:
            log.warning("search in documents by words alone: %s", error.code)
            return None
