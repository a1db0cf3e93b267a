"""The working memory of a person in a shop: what they told about themselves, for every later conversation.

It is data: it grants nothing and approves nothing. The person reads, edits and deletes it; a model changes it
only by what the person said in the conversation at hand (`memory.spoken`).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import MemoryChanged, NotSaid
from memory.profile_changes import Change, Changed, with_changes
from memory.profile_limits import fitting, tidy
from memory.spoken import check_said
from storage import quizzes
from storage import working_memory as rows
from storage.database import Database
from storage.working_memory import Profile, WorkingMemory

# So many of the newest texts of the person are looked through for a sentence.
LAST_TEXTS: Final = 50
# So many calls are known as made.
LAST_CALLS: Final = 32


@dataclass(frozen=True, slots=True)
class Remembered:
    """What has become of the changes of one call, and the version after them."""

    changes: list[Changed]
    version: int


@dataclass(frozen=True, slots=True)
class WorkingMemories:
    database: Database

    async def read(self, tenant: TenantContext) -> WorkingMemory:
        """The caller's; empty at first."""
        return await rows.read(self.database, tenant)

    async def replace(self, tenant: TenantContext, profile: Profile, *, version: int) -> WorkingMemory:
        """The caller edits it: `profile` instead of what they read as `version` (0: there was nothing).

        Raises:
            MemoryChanged: it is not that version any more; nothing is changed.
            MemoryFull: it is longer than is kept.
        """
        wanted = fitting(tidy(profile))
        async with self.database.transaction(tenant) as connection:
            kept = await rows.hold(connection)
            if kept.version != version:
                raise MemoryChanged(
                    "What is remembered of you has changed since you read it. Read it again, then edit that.",
                    details={"version": kept.version},
                )
            return await rows.save(connection, wanted, calls=kept.calls)

    async def forget(self, tenant: TenantContext) -> None:
        """Remove all that is kept of the caller outside of conversations."""
        async with self.database.transaction(tenant) as connection:
            await rows.forget(connection)
            await quizzes.forget_outside(connection)

    async def change(
        self, tenant: TenantContext, *, thread_id: str | None, call_id: str, changes: Sequence[Change]
    ) -> Remembered:
        """All of `changes`, or none. A call that was made before changes nothing more.

        Raises:
            NotSaid: the person did not say so in the thread, or there is no thread.
            MemoryFull: it would be longer than is kept.
        """
        thread = _thread(thread_id)
        async with self.database.transaction(tenant) as connection:
            check_said(changes, await rows.said(connection, thread_id=thread, last=LAST_TEXTS))
            kept = await rows.hold(connection)
            profile, told = with_changes(kept.profile, changes)
            if call_id in kept.calls:
                return Remembered([replace(changed, outcome="done") for changed in told], kept.version)
            if any(changed.outcome == "done" for changed in told):
                kept = await rows.save(connection, profile, calls=[*kept.calls, call_id][-LAST_CALLS:])
        return Remembered(told, kept.version)


def _thread(thread_id: str | None) -> UUID:
    """Elsewhere than in a conversation of ours (LangGraph Studio has its own) nobody said anything."""
    with suppress(ValueError):
        if thread_id is not None:
            return UUID(thread_id)
    raise NotSaid(
        "This keeps only what a person says in a conversation; PUT /api/memory edits it directly.",
        details={"reason": "no_conversation"},
    )
