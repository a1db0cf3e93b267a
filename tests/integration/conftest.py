"""One embedded Postgres for each process of a test run; fresh shops a test.

Jobs are the deployment's, so a worker that a test starts would take those of another process's tests.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from pydantic import SecretStr

from leadhand.context import Permission, Principal
from leadhand.settings import Settings
from planning.shop import ShopSettings
from storage.database import Database
from storage.embedded import EmbeddedServer, embedded_server
from storage.tenants import upsert_tenant_settings
from tests.ready_data import copy_once, with_schema


@pytest.fixture(scope="session")
def server(server_folder: Path) -> Iterator[EmbeddedServer]:
    """A running server with an up-to-date schema."""
    data_dir = server_folder / f"integration-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with embedded_server(copy_once(with_schema(server_folder), data_dir)) as running:
        yield running


@pytest.fixture
def settings(server: EmbeddedServer, tmp_path: Path) -> Settings:
    """Settings that name the shared server as if it were one of the operator's own."""
    return Settings(
        data_dir=tmp_path,
        database_url=SecretStr(server.runtime_url),
        migration_url=SecretStr(server.owner_url),
        database_pool_max=6,
    )


@pytest_asyncio.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """An open database on the shared server."""
    async with Database.open(settings) as opened:
        yield opened


@pytest_asyncio.fixture
async def two_shops(database: Database) -> tuple[Principal, Principal]:
    """A person in each of two new shops; nothing of other tests is in them."""
    made = [
        Principal(f"shop-{letter}-{uuid4().hex[:12]}", f"planner-{letter}", frozenset(Permission))
        for letter in "ab"
    ]
    for who in made:
        async with database.transaction(who) as connection:
            await upsert_tenant_settings(
                connection,
                tenant_id=who.tenant_id,
                settings=ShopSettings(f"Shop of {who.user_id}", "America/Chicago"),
            )
    return made[0], made[1]


async def end_runs(database: Database, who: Principal) -> None:
    """Nobody takes over what a test has left running."""
    async with database.transaction(who) as connection:
        await connection.execute(
            "update run set status = 'failed', error_code = 'run_interrupted', ended_at = now()"
            " where status = 'running'"
        )
