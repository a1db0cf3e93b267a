"""The graph for `langgraph dev` and LangGraph Studio: the same builder, on the same database.

That server brings its own threads and checkpoints, so none of ours are compiled in, and what belongs to our
threads (summary, kept results) has nothing to refer to here.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from graph.builder import CompiledTurn, compile_graph
from graph.parts import Bounds, GraphParts
from knowledge.search import Search
from leadhand.context import TenantContext
from leadhand.settings import settings
from memory.processors import processing
from memory.working_memory import WorkingMemories
from models.embeddings.opening import open_embedder
from models.factory import open_chat_model
from storage.database import Database
from storage.shops import ShopReader
from storage.summaries import ThreadSummary
from tools.base import ToolOutput
from tools.registry import ToolRegistry


class ForeignThreads:
    """Threads that another server keeps: no summary of ours, and no row for a result to belong to."""

    async def summary(self, tenant: TenantContext, thread_id: str) -> ThreadSummary | None:
        del tenant, thread_id
        return None

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
        del tenant, call_id, thread_id, run_id, tool, output


@asynccontextmanager
async def make_graph() -> AsyncGenerator[CompiledTurn]:
    """Named by langgraph.json; called for runs and for reads of the schema alike."""
    current = settings()
    chat_model, embedder = open_chat_model(current), open_embedder(current)
    try:
        async with Database.open(current) as database:
            memory = WorkingMemories(database)
            parts = GraphParts(
                model=chat_model,
                registry=ToolRegistry.discover(
                    timeout_s=current.tool_timeout_s, memory=memory, knowledge=Search(database, embedder)
                ),
                shops=ShopReader(database),
                conversation=ForeignThreads(),
                bounds=Bounds.of(current),
                memory=memory,
                process=processing(current.processors, window_tokens=current.window_tokens),
            )
            yield compile_graph(parts, None)
    finally:
        await chat_model.aclose()
        if embedder is not None:
            await embedder.aclose()
