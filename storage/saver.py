"""LangGraph's Postgres checkpointer under row level security.

The library's own class holds one lock for a whole process and knows no tenant; this one takes a connection a
call, and each call is a transaction of the person whose run it is. The tables come from our migrations.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, Final, Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    get_serializable_checkpoint_metadata,
)
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import (
    _DeltaSnapshot,  # pyright: ignore[reportPrivateUsage] - the library's own savers tell it by this class
)
from psycopg import AsyncCursor
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from leadhand.context import TenantIdentity
from leadhand.errors import ContextMismatch
from storage.named_queries import named_queries
from storage.pipeline import Statement
from storage.round_trip import one_trip
from storage.transactions import Pool, tenant_transaction

SEARCH_PATH = "langgraph, public"

# Set by whoever drives a graph, in the task that drives it; LangGraph's own tasks inherit it.
checkpoint_owner: ContextVar[TenantIdentity] = ContextVar("checkpoint_owner")


class Company(Protocol):
    """Statements that belong to a run and go into the transactions of its checkpoints."""

    def leave(self) -> "Departure":
        """What is to be committed now."""
        ...


class Departure(Protocol):
    """Statements on their way."""

    @property
    def statements(self) -> Sequence[Statement]: ...

    def arrived(self, *, committed: bool) -> None:
        """How it went; what is not known to be committed leaves again with the next."""
        ...


# Set in the same task, if the run has such statements.
checkpoint_company: ContextVar[Company | None] = ContextVar("checkpoint_company", default=None)

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
_PRUNING = tuple(
    _SQL[n] for n in ("drop_old_checkpoints", "drop_stray_writes", "drop_stray_blobs", "cut_parents")
)
# How often a task's writes let others go first, so that the checkpoint of its step goes with them.
PATIENCE_TICKS = 4


class TenantSaver(AsyncPostgresSaver):
    """Reads and writes only checkpoints of `checkpoint_owner`; without one, every call is refused.

    A checkpoint is one statement, and a step of the graph one transaction: the writes of its last task wait
    for the checkpoint that follows at once. A call returns when what it was given is committed.
    """

    def __init__(self, pool: Pool) -> None:
        serde = JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=ALLOWED_TYPES)
        super().__init__(conn=pool, serde=serde)
        self._pool = pool
        self._steps: dict[tuple[str, str, str], _Step] = {}

    async def setup(self) -> None:
        """Nothing to do: the tables come with the schema."""

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint and its changed values in one statement."""
        at = config.get("configurable", {})
        thread_id, namespace = at["thread_id"], at["checkpoint_ns"]
        inline, apart = _parted(checkpoint["channel_values"])
        versions = {channel: version for channel, version in new_versions.items() if channel in apart}
        values = self._dump_blobs(thread_id, namespace, apart, versions)
        statement = Statement(
            _SQL["put_checkpoint"],
            (
                thread_id,
                namespace,
                checkpoint["id"],
                at.get("checkpoint_id"),
                Jsonb({**checkpoint, "channel_values": inline}),
                Jsonb(get_serializable_checkpoint_metadata(config, metadata)),
                *([value[column] for value in values] for column in range(2, 6)),
            ),
        )
        await self._write(thread_id, statement, patience_ticks=0)
        return {
            "configurable": {
                "thread_id": thread_id,
                "checkpoint_ns": namespace,
                "checkpoint_id": checkpoint["id"],
            }
        }

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Store what a task wrote, with the step's checkpoint if that comes at once."""
        at = config.get("configurable", {})
        key = (at["thread_id"], at["checkpoint_ns"], at["checkpoint_id"], task_id, task_path)
        special = all(channel in WRITES_IDX_MAP for channel, _ in writes)
        rows = self._dump_writes(*key, writes)
        if special:
            rows = list({row[5]: row for row in rows}.values())
        statement = Statement(
            _SQL["replace_writes" if special else "put_writes"],
            (*key, *([row[column] for row in rows] for column in range(5, 9))),
        )
        await self._write(at["thread_id"], statement, patience_ticks=PATIENCE_TICKS)

    # The synchronous method of that name serves no asynchronous program.
    async def prune(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, thread_id: str, *, held: Sequence[Statement] = ()
    ) -> None:
        """Keep only the thread's latest checkpoint, its values and writes.

        `held`: statements that fail unless the caller may still write for the thread.
        """
        await one_trip(self._pool, _owner(), *held, *(Statement(sql, (thread_id,)) for sql in _PRUNING))

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """`prune` or `adelete_thread` for each; the library's own needs a transaction of its own."""
        for thread_id in thread_ids:
            if strategy == "delete":
                await self.adelete_thread(thread_id)
            else:
                await self.prune(thread_id)

    async def _write(self, thread_id: str, statement: Statement, *, patience_ticks: int) -> None:
        """Commit a statement, with those of the same thread that come within `patience_ticks` of the loop."""
        owner = _owner()
        key = (owner.tenant_id, owner.user_id, thread_id)
        if (open_step := self._steps.get(key)) is not None:
            open_step.statements.append(statement)
            await asyncio.shield(open_step.committed)
            return
        step = self._steps[key] = _Step([statement])
        try:
            for _ in range(patience_ticks):
                await asyncio.sleep(0)
            del self._steps[key]
            await self._commit(owner, step.statements)
        except BaseException as error:
            step.fail(error)
            raise
        finally:
            if self._steps.get(key) is step:
                del self._steps[key]
        step.committed.set_result(None)

    async def _commit(self, owner: TenantIdentity, statements: Sequence[Statement]) -> None:
        company = checkpoint_company.get()
        if company is None:
            await one_trip(self._pool, owner, *statements)
            return
        departure = company.leave()
        committed = False
        try:
            await one_trip(self._pool, owner, *departure.statements, *statements)
            committed = True
        finally:
            departure.arrived(committed=committed)

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncGenerator[AsyncCursor[DictRow]]:
        del pipeline  # what is written often goes in one trip instead
        async with (
            tenant_transaction(self._pool, _owner(), search_path=SEARCH_PATH) as connection,
            connection.cursor(binary=True, row_factory=dict_row) as cursor,
        ):
            yield cursor


class _Step:
    """Statements of one thread on their way into one transaction."""

    def __init__(self, statements: list[Statement]) -> None:
        self.statements = statements
        self.committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(self, error: BaseException) -> None:
        """Whoever joined fails with it."""
        if isinstance(error, Exception):
            self.committed.set_exception(error)
            self.committed.exception()  # looked at, also when nobody joined
        else:
            self.committed.cancel()


def _owner() -> TenantIdentity:
    owner = checkpoint_owner.get(None)
    if owner is None:
        raise ContextMismatch("A checkpoint was asked for outside a run.")
    return owner


def _parted(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Plain values, which stand in the checkpoint's row, and the others, which are stored apart."""
    inline: dict[str, Any] = {}
    apart: dict[str, Any] = {}
    for channel, value in values.items():
        if value is None or isinstance(value, str | int | float | bool):
            inline[channel] = value
        else:
            apart[channel] = value
            if isinstance(value, _DeltaSnapshot):
                inline[channel] = True  # LangGraph's mark that there is one
    return inline, apart
