"""A transaction of a tenant in one round trip, for statements that are known beforehand.

A transaction that is begun, used and committed step by step costs at least three exchanges, each of which
wakes both processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncRawCursor, abc, adapt
from psycopg.pq.abc import PGresult
from psycopg.rows import tuple_row

from leadhand.context import TenantIdentity
from storage.pipeline import Connection, Statement, exchange, takes_pipeline
from storage.transactions import BEGIN_TENANT, Pool, tenant_settings, translated_errors


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
    settings = Statement(BEGIN_TENANT, tenant_settings(who))
    with translated_errors():
        async with pool.connection_of(who) as connection:
            if not takes_pipeline(connection):
                return await _step_by_step(connection, settings, statements)
            transformer = adapt.Transformer(connection)
            results = await exchange(connection, [settings, *statements], transformer)
            return [_outcome(result, transformer) for result in results[1:]]


async def _step_by_step(
    connection: Connection, settings: Statement, statements: Sequence[Statement]
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    async with connection.transaction(), AsyncRawCursor(connection, row_factory=tuple_row) as cursor:
        for statement in (settings, *statements):
            await cursor.execute(statement.sql, statement.params)
            rows = await cursor.fetchall() if cursor.description is not None else ()
            outcomes.append(Outcome(rows, cursor.rowcount))
    return outcomes[1:]


def _outcome(result: PGresult, transformer: abc.Transformer) -> Outcome:
    if not result.ntuples:
        return Outcome((), result.command_tuples or 0)
    transformer.set_pgresult(result)
    return Outcome(transformer.load_rows(0, result.ntuples, tuple), result.ntuples)
