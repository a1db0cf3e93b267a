"""What the tools need of a person's working memory: to change it by what the person said."""

from collections.abc import Sequence
from typing import Protocol

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable
from memory.profile_changes import Change
from memory.working_memory import Remembered


class MemoryPort(Protocol):
    """Working memories of one shop's people; `memory` implements it."""

    async def change(
        self, tenant: TenantContext, *, thread_id: str | None, call_id: str, changes: Sequence[Change]
    ) -> Remembered:
        """All of `changes`, or none; once for each call, however often it is run.

        Raises:
            NotSaid: the person did not say so in the thread, or there is no thread.
            MemoryFull: it would be longer than is kept.
        """
        ...


class NoMemory:
    """Where there is no database that could keep anything."""

    async def change(
        self, tenant: TenantContext, *, thread_id: str | None, call_id: str, changes: Sequence[Change]
    ) -> Remembered:
        del tenant, thread_id, call_id, changes
        raise DatabaseUnavailable(
            "What people tell about themselves is kept in the database; there is none here."
        )
