"""LangGraph's Postgres checkpointer under row level security.

The library's own class holds one lock for a whole process and knows no tenant; this one takes a connection a
call, and each call is a transaction of the person whose run it is. The tables come from our migrations.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Final

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg import AsyncCursor
from psycopg.rows import DictRow, dict_row

from leadhand.context import TenantIdentity
from leadhand.errors import ContextMismatch
from storage.named_queries import named_queries
from storage.transactions import Pool, tenant_transaction

SEARCH_PATH = "langgraph, public"

# Set by whoever drives a graph, in the task that drives it; LangGraph's own tasks inherit it.
checkpoint_owner: ContextVar[TenantIdentity] = ContextVar("checkpoint_owner")

# All that a checkpoint may bring to life; anything else comes back as plain data.
ALLOWED_TYPES: Final = (
    ("langchain_core.messages.human", "HumanMessage"),
    ("langchain_core.messages.ai", "AIMessage"),
    ("langchain_core.messages.system", "SystemMessage"),
    ("langchain_core.messages.tool", "ToolMessage"),
    ("langchain_core.messages.modifier", "RemoveMessage"),
    ("langgraph.types", "Send"),
    ("langgraph.types", "Interrupt"),
)

_SQL = named_queries("checkpoints")


class TenantSaver(AsyncPostgresSaver):
    """Reads and writes only checkpoints of `checkpoint_owner`; without one, every call is refused."""

    UPSERT_CHECKPOINTS_SQL = _SQL["upsert_checkpoint"].decode()
    UPSERT_CHECKPOINT_BLOBS_SQL = _SQL["upsert_blobs"].decode()
    UPSERT_CHECKPOINT_WRITES_SQL = _SQL["upsert_writes"].decode()
    INSERT_CHECKPOINT_WRITES_SQL = _SQL["insert_writes"].decode()

    def __init__(self, pool: Pool) -> None:
        serde = JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=ALLOWED_TYPES)
        super().__init__(conn=pool, serde=serde)
        self._pool = pool
        # A pooler that cannot prepare statements cannot take a pipeline either.
        options = pool.kwargs
        prepares = isinstance(options, dict) and options["prepare_threshold"] is not None
        self.supports_pipeline = self.supports_pipeline and prepares

    async def setup(self) -> None:
        """Nothing to do: the tables come with the schema."""

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncGenerator[AsyncCursor[DictRow]]:
        owner = checkpoint_owner.get(None)
        if owner is None:
            raise ContextMismatch("A checkpoint was asked for outside a run.")
        pipeline = pipeline and self.supports_pipeline
        async with (
            tenant_transaction(self._pool, owner, search_path=SEARCH_PATH, pipeline=pipeline) as connection,
            connection.cursor(binary=True, row_factory=dict_row) as cursor,
        ):
            yield cursor

    # The synchronous method of that name serves no asynchronous program.
    async def prune(self, thread_id: str) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Keep only the thread's latest checkpoint, its values and writes; call it under the run's lease."""
        async with self._cursor() as cursor:
            for step in ("drop_old_checkpoints", "drop_stray_writes", "drop_stray_blobs", "cut_parents"):
                await cursor.execute(_SQL[step], {"thread_id": thread_id})

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """`prune` or `adelete_thread` for each; the library's own needs a transaction of its own."""
        for thread_id in thread_ids:
            if strategy == "delete":
                await self.adelete_thread(thread_id)
            else:
                await self.prune(thread_id)
