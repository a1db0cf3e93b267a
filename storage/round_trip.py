"""A transaction of a tenant in one round trip, for statements that are known beforehand.

What stands between two synchronization points of Postgres's pipeline is one transaction: the settings of the
tenant and the statements leave in one write, and the commit comes back with their results. A transaction that
is begun, used and committed step by step costs four such exchanges, each of which wakes both processes.

A pooler that cannot prepare statements cannot be trusted with a pipeline either: there it goes step by step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from psycopg import AsyncRawCursor, Capabilities, errors, generators
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, PipelineStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import tuple_row

from leadhand.context import TenantIdentity
from storage.named_queries import named_queries
from storage.transactions import Connection, Pool, tenant_settings, tenant_transaction, translated_errors

_BEGIN = named_queries("session")["begin_trip"]

# Statements that a connection has prepared, by text and types of the parameters; their names there.
_Known: TypeAlias = dict[tuple[bytes, tuple[int, ...]], bytes]
_prepared: WeakKeyDictionary[Connection, _Known] = WeakKeyDictionary()
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `$1, $2, …` and its parameters."""

    sql: bytes
    params: Sequence[object] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`rows`: what the statement returned; `touched`: how many rows it changed or returned."""

    rows: Sequence[tuple[Any, ...]]
    touched: int


async def one_trip(pool: Pool, who: TenantIdentity, *statements: Statement) -> list[Outcome]:
    """Run `statements` in one transaction in which only the rows of `who` exist: all of them, or none.

    Raises:
        ContextMismatch: `who` names no shop or no person.
        DatabaseUnavailable: no connection in time, or the connection was lost.
        QueryTimeout: the database gave up on a statement or on waiting for a lock.
    """
    if not takes_pipeline(pool):
        return await _step_by_step(pool, who, statements)
    begin = Statement(_BEGIN, tuple(tenant_settings(who).values()))
    with translated_errors():
        async with pool.connection_of(who) as connection:
            bound = [_bind(connection, statement) for statement in (begin, *statements)]
            try:
                results = await connection.wait(_exchange(connection, bound))
            except errors.InvalidSqlStatementName:
                # After a rollback psycopg has a connection forget all that it has prepared. Nothing was run.
                _prepared.pop(connection, None)
                results = await connection.wait(_exchange(connection, bound))
            return [_outcome(connection, result) for result in results[1:]]


def takes_pipeline(pool: Pool) -> bool:
    """Whether a transaction is one round trip there."""
    options = pool.kwargs
    prepares = isinstance(options, dict) and options["prepare_threshold"] is not None
    return prepares and Capabilities().has_pipeline()


async def _step_by_step(pool: Pool, who: TenantIdentity, statements: Sequence[Statement]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    async with (
        tenant_transaction(pool, who) as connection,
        AsyncRawCursor(connection, row_factory=tuple_row) as cursor,
    ):
        for statement in statements:
            await cursor.execute(statement.sql, statement.params)
            rows = await cursor.fetchall() if cursor.description is not None else ()
            outcomes.append(Outcome(rows, cursor.rowcount))
    return outcomes


@dataclass(frozen=True, slots=True)
class _Bound:
    """A statement with its parameters as they go on the wire."""

    sql: bytes
    types: tuple[int, ...]
    formats: Sequence[int]
    values: Sequence[Any]


def _bind(connection: Connection, statement: Statement) -> _Bound:
    transformer = Transformer(connection)
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


def _outcome(connection: Connection, result: PGresult) -> Outcome:
    if not result.ntuples:
        return Outcome((), result.command_tuples or 0)
    transformer = Transformer(connection)
    transformer.set_pgresult(result)
    return Outcome(transformer.load_rows(0, result.ntuples, tuple), result.ntuples)
