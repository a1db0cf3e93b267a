"""A database of its own with the documents of the evaluation in it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from jobs.task import JobRow
from knowledge import handbook
from knowledge.ingestion import Ingestion
from knowledge.library import Library, Upload
from leadhand.context import Permission, TenantContext
from leadhand.settings import Settings
from models.embeddings.embedder import Embedder
from planning.shop import ShopSettings
from storage.database import Database
from storage.embedded import embedded_server
from storage.migrate import migrate
from storage.tenants import upsert_tenant_settings

FOLDER = Path(__file__).parent
# When the questions are asked.
NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
READER = TenantContext("retrieval", "reader", frozenset(Permission), "America/Chicago", "en-US", NOW)


@dataclass(frozen=True, slots=True)
class Shelf:
    database: Database
    embedder: Embedder
    passages: int


@asynccontextmanager
async def open_shelf(folder: Path, embedder: Embedder) -> AsyncGenerator[Shelf]:
    """Handbook and distractors, ingested as a worker does it; `folder` may hold them from an earlier call."""
    with embedded_server(folder) as server:
        migrate(server.owner_url)
        settings = Settings(data_dir=folder, database_url=SecretStr(server.runtime_url))
        async with Database.open(settings) as database:
            async with database.transaction(READER) as connection:
                shop = ShopSettings("Retrieval", READER.timezone)
                await upsert_tenant_settings(connection, tenant_id=READER.tenant_id, settings=shop)
            yield Shelf(database, embedder, await _fill(database, embedder))


async def _fill(database: Database, embedder: Embedder) -> int:
    library, ingestion = Library(database, embedder), Ingestion(database, embedder)
    passages = 0
    files = [(page.name, page.content) for page in handbook.pages()]
    files += [(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("distractors/*.md"))]
    for name, content in files:
        document = await library.add(READER, Upload(name, content, dated=NOW))
        async with database.transaction(READER) as connection:
            rows = await (
                await connection.execute(
                    "select id from knowledge_version where document_id = %s", (document.id,)
                )
            ).fetchall()
        for row in rows:
            await ingestion.run(JobRow(READER.tenant_id, row["id"]))
        passages += (await library.get(READER, document.id)).passages or 0
    return passages
