"""What the tools need of a shop's documents: to search them."""

from typing import Protocol

from knowledge.search import Filters, Finding
from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable


class KnowledgePort(Protocol):
    """The documents of one shop, as far as the caller may read them; `knowledge` implements it."""

    async def find(
        self, tenant: TenantContext, words: str, *, top_k: int, filters: Filters | None = None
    ) -> Finding:
        """The passages that fit best, best first, and whether they are an answer.

        Raises:
            EmbeddingChanged: the documents were indexed with another model.
        """
        ...


class NoKnowledge:
    """Where there is no database that could keep documents."""

    async def find(
        self, tenant: TenantContext, words: str, *, top_k: int, filters: Filters | None = None
    ) -> Finding:
        del tenant, words, top_k, filters
        raise DatabaseUnavailable("The shop's documents are in the database; there is none here.")
