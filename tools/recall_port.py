"""What the tools need of earlier conversations: to search a person's own."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable
from memory.recall import Recollection


class RecallPort(Protocol):
    """Earlier conversations of one shop's people; `memory` implements it."""

    async def search(
        self,
        tenant: TenantContext,
        words: str,
        *,
        top_k: int,
        since: datetime | None = None,
        until: datetime | None = None,
        but_thread_id: UUID | None = None,
    ) -> Recollection:
        """The person's own messages that fit best, best first, those of `but_thread_id` left out."""
        ...


class NoRecall:
    """Where there is no database that could keep conversations."""

    async def search(
        self,
        tenant: TenantContext,
        words: str,
        *,
        top_k: int,
        since: datetime | None = None,
        until: datetime | None = None,
        but_thread_id: UUID | None = None,
    ) -> Recollection:
        del tenant, words, top_k, since, until, but_thread_id
        raise DatabaseUnavailable("Earlier conversations are in the database; there is none here.")
