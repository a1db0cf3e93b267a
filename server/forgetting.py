"""Conversations that their person deletes: a turn that runs is stopped first, then all of it goes."""

from leadhand.context import TenantContext
from runs.desk import Desk
from storage import threads

# Deleted between two looks at what is left.
_AT_ONCE = 50


async def forget_conversation(desk: Desk, tenant: TenantContext, chat_id: str) -> bool:
    """Whether the caller had it."""
    await desk.runs.stop(tenant, chat_id)
    async with desk.database.transaction(tenant) as connection:
        return await threads.delete_thread(connection, chat_id=chat_id)


async def forget_all_conversations(desk: Desk, tenant: TenantContext) -> None:
    """One after the other: what a fault leaves over, the same call again deletes."""
    while True:
        async with desk.database.transaction(tenant, snapshot=True) as connection:
            found = await threads.list_threads(connection, limit=_AT_ONCE)
        for thread in found:
            await forget_conversation(desk, tenant, thread.chat_id)
        if len(found) < _AT_ONCE:
            return
