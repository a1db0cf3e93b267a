"""A database of the module's own: a worker takes any job of its tasks, also one that another test queued."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow
from pydantic import SecretStr

from jobs.backoff import Backoff
from jobs.engine import Rhythm
from jobs.task import Task
from jobs.worker import Worker
from leadhand.settings import Settings
from storage import embedded
from storage.database import Database
from storage.embedded import OWNER_ROLE, RUNTIME_ROLE, EmbeddedServer
from tests.ready_data import SCHEMA

# Fifty times as fast as in earnest.
QUICK = Rhythm(heartbeat_s=0.3, stalled_after_s=2.0, sweep_every_s=1, poll_s=0.3)
DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def own_database(server: EmbeddedServer) -> Iterator[str]:
    """The name of a migrated database, set up as an operator would."""
    name = f"jobs_{uuid4().hex[:12]}"
    superuser = server.url("postgres", "postgres")
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} owner {} template {}").format(
                *map(sql.Identifier, (name, OWNER_ROLE, SCHEMA))
            )
        )
    rights = Path(embedded.__file__).with_name("bootstrap_database.sql").read_text(encoding="utf-8")
    with psycopg.connect(server.url("postgres", name)) as connection:
        connection.execute(rights.replace("database leadhand", f"database {name}").encode())
    yield name
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def settings(server: EmbeddedServer, own_database: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=SecretStr(server.url(RUNTIME_ROLE, own_database)),
        migration_url=SecretStr(server.url(OWNER_ROLE, own_database)),
        database_pool_max=4,
    )


@pytest.fixture
def rows(settings: Settings) -> Callable[..., list[TupleRow]]:
    """Rows of a query on the engine's own tables."""

    def ask(query: str, *params: object) -> list[TupleRow]:
        assert settings.migration_url is not None
        with psycopg.connect(settings.migration_url.get_secret_value()) as connection:
            return connection.execute(query.encode(), params).fetchall()

    return ask


@asynccontextmanager
async def working(
    database: Database, *tasks: Task, rhythm: Rhythm = QUICK, listen_url: str | None = None
) -> AsyncGenerator[Worker]:
    """A running worker, stopped gracefully."""
    worker = Worker(
        database,
        tasks,
        listen_url=listen_url or database.url,
        concurrency=4,
        rhythm=rhythm,
        backoff=Backoff(first_s=0.1, last_s=0.5),
    )
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await running


async def eventually(holds: Callable[[], Awaitable[bool] | bool]) -> None:
    """Return once it holds."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            held = holds()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.02)
