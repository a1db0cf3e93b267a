"""The event log of runs: what another process needs to show a turn from its start."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import AsyncRawCursor

from storage.named_queries import named_queries
from storage.pipeline import Statement
from storage.rows import execute, fetch_all, fetch_one, fetch_value
from storage.runs import RunStatus
from storage.transactions import Connection

_SQL = named_queries("run_events")

# For a transaction of deltas alone: they survive a server's death, and after Postgres' own are made again.
UNHURRIED = Statement(_SQL["unhurried"])


@dataclass(frozen=True, slots=True)
class Flush:
    """Events that were kept together, as bytes; `seq` counts from 1 within the run."""

    seq: int
    events: bytes


@dataclass(frozen=True, slots=True)
class RunNow:
    """How a run stands."""

    status: RunStatus
    error_code: str | None


def append_statement(*, run_id: UUID, attempt: int, flush: Flush) -> Statement:
    """Adds a flush; the transaction fails (RunInterrupted) when the attempt has lost the run."""
    return Statement(_SQL["append"], (run_id, attempt, flush.seq, flush.events))


async def append(connection: Connection, *, run_id: UUID, attempt: int, flush: Flush) -> None:
    """As `append_statement`, in the connection's transaction."""
    statement = append_statement(run_id=run_id, attempt=attempt, flush=flush)
    await AsyncRawCursor(connection).execute(statement.sql, statement.params)


async def read_after(connection: Connection, *, run_id: UUID, seq: int, limit: int) -> Sequence[Flush]:
    """The flushes after `seq` that are kept, in order; one that is on its way may be missing in between."""
    params = {"run_id": run_id, "seq": seq, "limit": limit}
    return await fetch_all(connection, _SQL["read_after"], params, Flush)


async def last_of(connection: Connection, *, run_id: UUID, attempt: int) -> int:
    """The seq of the last flush that is kept of this attempt and those before it; 0 without any."""
    params = {"run_id": run_id, "attempt": attempt}
    return await fetch_value(connection, _SQL["last_of"], params, int) or 0


async def read_all(connection: Connection, *, run_id: UUID) -> Sequence[Flush]:
    """All that is kept of the run's log, in order."""
    return await fetch_all(connection, _SQL["read_all"], {"run_id": run_id}, Flush)


async def follow(connection: Connection, *, run_id: UUID, for_s: float) -> RunNow | None:
    """Ask to be told of news for so long; how the run stands, None when it is gone."""
    return await fetch_one(connection, _SQL["follow"], {"run_id": run_id, "follow_s": for_s}, RunNow)


async def leave(connection: Connection, *, run_id: UUID) -> None:
    """Nobody of this process reads the run any more."""
    await execute(connection, _SQL["leave"], {"run_id": run_id})


async def drop_of_runs(connection: Connection, *, run_ids: Sequence[UUID]) -> None:
    """Remove their log."""
    await execute(connection, _SQL["drop_of_runs"], {"run_ids": list(run_ids)})


async def turn_partitions(connection: Connection) -> None:
    """Make the coming days' partitions and drop those that are two days old."""
    await execute(connection, _SQL["turn_partitions"], {})
