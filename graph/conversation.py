"""The graph's view of a thread's rows beside its checkpoint, on Postgres."""

from dataclasses import dataclass
from uuid import UUID

from leadhand.context import TenantContext
from storage.database import Database
from storage.results import store_result
from storage.summaries import ThreadSummary, read_summary
from tools.base import ToolOutput


@dataclass(frozen=True, slots=True)
class StoredConversation:
    database: Database

    async def summary(self, tenant: TenantContext, thread_id: str) -> ThreadSummary | None:
        """The stored running summary of a thread; None while there is none."""
        async with self.database.transaction(tenant) as conn:
            return await read_summary(conn, thread_id=UUID(thread_id))

    async def keep_result(
        self,
        tenant: TenantContext,
        *,
        call_id: str,
        thread_id: str,
        run_id: str,
        tool: str,
        output: ToolOutput,
    ) -> None:
        """Keep a tool's whole result as a row of the thread."""
        async with self.database.transaction(tenant) as conn:
            await store_result(
                conn,
                call_id=call_id,
                thread_id=UUID(thread_id),
                run_id=UUID(run_id),
                tool=tool,
                output=output.model_dump(mode="json", by_alias=True),
            )
