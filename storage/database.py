"""The database of a process: one bounded pool, opened once, checked before anyone uses it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from psycopg import AsyncConnection, ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, class_row, dict_row, scalar_row

from leadhand.context import TenantIdentity
from leadhand.errors import DatabaseUnavailable, InvalidSetting, UnsafeDatabaseRole
from leadhand.settings import Settings
from storage.connection_check import check_connection
from storage.migrate import migrate, require_current
from storage.named_queries import named_queries
from storage.shared_pool import SharedPool
from storage.transactions import Connection, Pool, tenant_transaction, translated_errors

MAX_LIFETIME_S = 30 * 60.0
MAX_IDLE_S = 5 * 60.0
# Short, so that the pool's growing back-off starts afresh and an outage is over soon after it ends.
RECONNECT_TIMEOUT_S = 8.0
CONNECT_TIMEOUT_S = 5
# Callers that may wait for a connection at once; beyond it a burst is refused instead of queued for ever.
MAX_WAITING = 500
WATCH_INTERVAL_S = 2.0

_SQL = named_queries("session")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Role:
    name: str
    is_superuser: bool
    bypasses_rls: bool
    owns_tables: bool
    has_schema: bool


class Database:
    """Hands out transactions of a tenant; nothing else reaches the tables."""

    def __init__(self, pool: Pool, url: str) -> None:
        """`url`: where the pool's connections go; it may hold a password."""
        self.pool = pool
        self.url = url

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, *, beside_pool: int = 0) -> "AsyncGenerator[Database]":
        """The pool of this process, role and schema checked. With no URL: the embedded Postgres, migrated.

        `beside_pool`: connections that the process holds itself; the pool has so many fewer.

        Raises:
            DatabaseUnavailable: no answer within the pool's timeout.
            InvalidSetting: the URL cannot be read.
            UnsafeDatabaseRole: the role could see past row level security.
            SchemaOutdated: `leadhand migrate` must be run, or Leadhand updated.
        """
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(_runtime_url(settings))
            pool = _make_pool(url, settings, settings.database_pool_max - beside_pool)
            stack.push_async_callback(pool.close)
            with translated_errors():
                await pool.open(wait=True, timeout=settings.database_pool_timeout_s)
                await _check(pool)
            yield cls(pool, url)

    def transaction(
        self, who: TenantIdentity, *, snapshot: bool = False, urgent: bool = False
    ) -> AbstractAsyncContextManager[Connection]:
        """See `storage.transactions.tenant_transaction`."""
        return tenant_transaction(self.pool, who, snapshot=snapshot, urgent=urgent)

    async def ping(self) -> None:
        """Return when the database answers; raise DatabaseUnavailable when it does not."""
        with translated_errors():
            async with self.pool.connection() as connection:
                await connection.execute(_SQL["ping"])


@asynccontextmanager
async def _runtime_url(settings: Settings) -> AsyncGenerator[str]:
    if settings.database_url is not None:
        yield _well_formed(settings.database_url.get_secret_value())
        return
    from storage import embedded  # noqa: PLC0415 - needs POSIX locks, only here

    handle = await asyncio.to_thread(embedded.acquire, settings.data_dir)
    try:
        await asyncio.to_thread(migrate, handle.server.owner_url)
        watch = asyncio.create_task(_watch(lambda: embedded.revive(handle)), name="embedded Postgres")
        try:
            yield handle.server.runtime_url
        finally:
            watch.cancel()
            await asyncio.wait([watch])
    finally:
        await asyncio.to_thread(embedded.release, handle)


async def _watch(revive: Callable[[], None]) -> None:
    """Nobody else looks after the embedded server: start it again when it has died."""
    while True:
        await asyncio.sleep(WATCH_INTERVAL_S)
        try:
            await asyncio.to_thread(revive)
        except DatabaseUnavailable as error:
            _log.warning("%s", error.message)


def _well_formed(url: str) -> str:
    """A URL that libpq cannot read will not heal by waiting. It may hold a password and is not shown."""
    try:
        conninfo_to_dict(url)
    except ProgrammingError:
        raise InvalidSetting(
            "LEADHAND_DATABASE_URL: must be like postgresql://user:password@host:port/database"
        ) from None
    return url


def _make_pool(url: str, settings: Settings, max_size: int) -> Pool:
    return SharedPool(
        url,
        connection_class=AsyncConnection[DictRow],
        kwargs={
            # No transaction begins by itself: `tenant_transaction` is the only place that begins one.
            "autocommit": True,
            "prepare_threshold": settings.database_prepare_threshold,
            "row_factory": dict_row,
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": "leadhand",
        },
        min_size=1,
        max_size=max_size,
        timeout=settings.database_pool_timeout_s,
        max_waiting=MAX_WAITING,
        max_lifetime=MAX_LIFETIME_S,
        max_idle=MAX_IDLE_S,
        reconnect_timeout=RECONNECT_TIMEOUT_S,
        check=check_connection,
        open=False,
        name="leadhand",
    )


async def _check(pool: Pool) -> None:
    async with pool.connection() as connection:
        async with connection.cursor(row_factory=class_row(_Role)) as cursor:
            await cursor.execute(_SQL["describe_role"])
            role = await cursor.fetchone()
        assert role is not None, "one row always"  # noqa: S101
        _refuse_unsafe(role)
        async with connection.cursor(row_factory=scalar_row) as versions:
            version = (
                await (await versions.execute(_SQL["schema_version"])).fetchone() if role.has_schema else None
            )
        # It reads the folder of migrations.
        await asyncio.to_thread(require_current, None if version is None else str(version))


def _refuse_unsafe(role: _Role) -> None:
    faults = [
        text
        for wrong, text in (
            (role.is_superuser, "is a superuser"),
            (role.bypasses_rls, "may bypass row level security"),
            (role.owns_tables, "owns tables"),
        )
        if wrong
    ]
    if faults:
        raise UnsafeDatabaseRole(
            f"LEADHAND_DATABASE_URL: the role {role.name} {' and '.join(faults)}; "
            "it must own nothing and be bound by row level security, like leadhand_app."
        )
