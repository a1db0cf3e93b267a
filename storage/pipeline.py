"""Statements that leave in one write: what stands between two synchronization points is one transaction.

psycopg's own pipeline writes each command by itself, which wakes Postgres as often. A pooler that cannot
prepare statements cannot be trusted with a pipeline either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, Capabilities, errors, generators
from psycopg.abc import PQGen, Transformer
from psycopg.adapt import PyFormat
from psycopg.pq import ExecStatus, PipelineStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import DictRow

Connection: TypeAlias = AsyncConnection[DictRow]

# Statements that a connection has prepared, by text and types of the parameters; their names there.
_Known: TypeAlias = dict[tuple[bytes, tuple[int, ...]], bytes]
_prepared: WeakKeyDictionary[Connection, _Known] = WeakKeyDictionary()
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `$1, $2, …` and its parameters."""

    sql: bytes
    params: Sequence[object] = ()


def takes_pipeline(connection: Connection) -> bool:
    """Whether `exchange` may be used on it."""
    return connection.prepare_threshold is not None and Capabilities().has_pipeline()


def close_if_in_pipeline(connection: Connection) -> None:
    """Close a connection on which psycopg's own pipeline is still switched on.

    psycopg 3.3 miscounts its pipelines when a task is cancelled as it waits for a transaction to begin.
    Whoever got such a connection from the pool would have no answers.
    """
    if connection.pgconn.pipeline_status != PipelineStatus.OFF:
        connection.pgconn.finish()


async def exchange(
    connection: Connection, statements: Sequence[Statement], transformer: Transformer
) -> list[PGresult]:
    """Send all of `statements`, then read their results; the first error is raised after the last result.

    On a connection outside a transaction they are one, unless they begin or end one themselves.

    Raises:
        psycopg.Error: one of them failed.
    """
    bound = [_bind(statement, transformer) for statement in statements]
    outside = connection.pgconn.transaction_status == TransactionStatus.IDLE
    try:
        return await connection.wait(_exchange(connection, bound))
    except errors.InvalidSqlStatementName:
        # After a rollback psycopg has a connection forget all that it has prepared. Nothing was kept of it.
        if outside and connection.pgconn.transaction_status == TransactionStatus.INERROR:
            # A `begin` among them was not among what was forgotten.
            await connection.rollback()
        _prepared.pop(connection, None)
        return await connection.wait(_exchange(connection, bound))


@dataclass(frozen=True, slots=True)
class _Bound:
    """A statement with its parameters as they go on the wire."""

    sql: bytes
    types: tuple[int, ...]
    formats: Sequence[int]
    values: Sequence[Any]


def _bind(statement: Statement, transformer: Transformer) -> _Bound:
    values = transformer.dump_sequence(statement.params, [PyFormat.AUTO] * len(statement.params))
    return _Bound(statement.sql, transformer.types or (), transformer.formats or (), values)


def _exchange(connection: Connection, bound: Sequence[_Bound]) -> PQGen[list[PGresult]]:
    """Send everything, read everything; the results in order, or the first error once all is rolled back."""
    pgconn, known = connection.pgconn, _prepared.setdefault(connection, {})
    # For each command the statement that it prepares, None if it runs one.
    commands: list[_Bound | None] = []
    results: list[PGresult] = []
    pgconn.enter_pipeline_mode()
    try:
        for statement in bound:
            commands += _send(pgconn, statement, known)
        pgconn.pipeline_sync()
        yield from generators.send(pgconn)
        while True:
            (result,) = yield from generators.fetch_many(pgconn)
            if result.status == ExecStatus.PIPELINE_SYNC:
                break
            results.append(result)
        pgconn.exit_pipeline_mode()
    finally:
        if pgconn.pipeline_status != PipelineStatus.OFF:
            pgconn.finish()  # nobody can know what such a connection would answer next
    for result, prepared in zip(results, commands, strict=True):
        if prepared is not None and result.status != ExecStatus.COMMAND_OK:
            del known[prepared.sql, prepared.types]
    failed = next((result for result in results if result.status == ExecStatus.FATAL_ERROR), None)
    if failed is not None:
        raise errors.error_from_result(failed)
    return [result for result, prepared in zip(results, commands, strict=True) if prepared is None]


def _send(pgconn: PGconn, statement: _Bound, known: _Known) -> list[_Bound | None]:
    """Queue a statement, prepared first if this connection does not know it."""
    name = known.get((statement.sql, statement.types))
    is_new = name is None
    if name is None:
        name = known[statement.sql, statement.types] = b"leadhand_%d" % next(_numbers)
        pgconn.send_prepare(name, statement.sql, statement.types)
    pgconn.send_query_prepared(name, statement.values, statement.formats)
    return [statement, None] if is_new else [None]
