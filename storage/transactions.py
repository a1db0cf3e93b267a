"""The one way to open a tenant's transaction, and the border where driver errors become ours."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import psycopg
from psycopg import AsyncRawCursor, errors
from psycopg.adapt import Transformer

from leadhand.context import TenantIdentity
from leadhand.errors import ContextMismatch, DatabaseUnavailable, QueryTimeout, RunInterrupted
from storage.named_queries import named_queries
from storage.pipeline import Connection, Statement, exchange, takes_pipeline
from storage.shared_pool import SharedPool

Pool: TypeAlias = SharedPool

STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 10_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000
SEARCH_PATH = "public"
# What Postgres says when an attempt that has lost its run wants to write for it (append_run_events).
LOST_RUN_SQLSTATE = "LH001"

_SQL = named_queries("session")
BEGIN_TENANT = _SQL["begin_tenant"]
_log = logging.getLogger(__name__)


@asynccontextmanager
async def tenant_transaction(
    pool: Pool,
    who: TenantIdentity,
    *,
    snapshot: bool = False,
    urgent: bool = False,
    search_path: str = SEARCH_PATH,
) -> AsyncGenerator[Connection]:
    """One transaction in which only the rows of `who` exist; committed on leaving, rolled back on any error.

    With `snapshot` it reads one state of the database throughout and cannot write. With `urgent` it waits for
    a connection, but not for the shop's other transactions.

    Raises:
        ContextMismatch: `who` names no shop or no person.
        DatabaseUnavailable: no connection in time, or the connection was lost.
        QueryTimeout: the database gave up on a statement or on waiting for a lock.
    """
    settings = Statement(BEGIN_TENANT, tenant_settings(who, search_path=search_path))
    begin = Statement(_SQL["begin_snapshot" if snapshot else "begin"])
    with translated_errors():
        async with pool.connection() if urgent else pool.connection_of(who) as connection:
            try:
                await _begin(connection, begin, settings)
                yield connection
            except BaseException:
                # A connection that is lost has rolled back; the pool replaces it.
                with suppress(psycopg.Error):
                    await connection.rollback()
                raise
            else:
                await connection.commit()


async def _begin(connection: Connection, *statements: Statement) -> None:
    if takes_pipeline(connection):
        await exchange(connection, statements, Transformer(connection))
        return
    cursor = AsyncRawCursor(connection)
    for statement in statements:
        await cursor.execute(statement.sql, statement.params)


def tenant_settings(who: TenantIdentity, *, search_path: str = SEARCH_PATH) -> tuple[str, ...]:
    """The parameters of BEGIN_TENANT.

    Raises:
        ContextMismatch: `who` names no shop or no person.
    """
    if not who.tenant_id or not who.user_id:
        raise ContextMismatch("A transaction needs a shop and a person.")
    return (
        who.tenant_id,
        who.user_id,
        search_path,
        str(STATEMENT_TIMEOUT_MS),
        str(LOCK_TIMEOUT_MS),
        str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
    )


class translated_errors:  # noqa: N801 - reads as a statement: `with translated_errors():`
    """Lost connections and pool timeouts become DatabaseUnavailable, abandoned statements QueryTimeout."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, errors.QueryCanceled | errors.LockNotAvailable):
            _log.warning("the database gave up: %s: %s", type(error).__name__, error)
            raise QueryTimeout("The database took too long over this. Try again in a moment.") from error
        if isinstance(error, psycopg.Error) and error.sqlstate == LOST_RUN_SQLSTATE:
            raise RunInterrupted("The run went on elsewhere.") from error
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            _log.warning("the database is away: %s: %s", type(error).__name__, error)
            raise DatabaseUnavailable(
                "The database cannot be reached right now. Try again in a moment."
            ) from error
