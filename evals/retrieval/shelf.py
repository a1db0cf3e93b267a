"""A database of its own with the documents of the evaluation in it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pydantic import SecretStr
from uuid_utils.compat import uuid7

from knowledge import handbook
from knowledge.handbook import Page
from knowledge.parsing.reading import read_document
from knowledge.passages import cut
from leadhand.context import Permission, TenantContext, TenantIdentity
from leadhand.settings import Settings
from models.embeddings.embedder import Embedder
from planning.shop import ShopSettings
from storage import knowledge
from storage.database import Database
from storage.embedded import embedded_server
from storage.knowledge import NewVersion
from storage.migrate import migrate
from storage.tenants import upsert_tenant_settings
from storage.transactions import Connection

FOLDER = Path(__file__).parent
# When the questions are asked.
NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
READER = TenantContext("retrieval", "reader", frozenset(Permission), "America/Chicago", "en-US", NOW)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The documents are those of the shop of `reader`."""

    database: Database
    embedder: Embedder
    reader: TenantIdentity


@asynccontextmanager
async def open_shelf(folder: Path, embedder: Embedder) -> AsyncGenerator[Shelf]:
    """Handbook and distractors; `folder` may hold them from an earlier call."""
    with embedded_server(folder) as server:
        migrate(server.owner_url)
        settings = Settings(data_dir=folder, database_url=SecretStr(server.runtime_url))
        async with Database.open(settings) as database:
            async with database.transaction(READER) as connection:
                shop = ShopSettings("Retrieval", READER.timezone)
                await upsert_tenant_settings(connection, tenant_id=READER.tenant_id, settings=shop)
            yield await filled(Shelf(database, embedder, READER))


async def filled(shelf: Shelf) -> Shelf:
    """The documents, cut as a worker cuts them, unless they are there."""
    async with shelf.database.transaction(shelf.reader) as connection:
        await knowledge.claim_index(connection, model=shelf.embedder.name)
        for page in (*handbook.pages(), *distractors()):
            await _shelve(connection, page, shelf.embedder)
    return shelf


def distractors() -> list[Page]:
    pages: list[Page] = []
    for path in sorted(FOLDER.glob("distractors/*.md")):
        document = read_document("markdown", path.read_bytes())
        assert document.title is not None, path.name  # noqa: S101
        pages.append(Page(path.name, path.read_bytes(), document.title, NOW.date(), cut(document)))
    return pages


async def _shelve(connection: Connection, page: Page, embedder: Embedder) -> None:
    held = await knowledge.hold_source(connection, source=page.name, new_id=uuid7())
    if held.current_version is not None:
        return
    new = NewVersion(
        document_id=held.id,
        version=1,
        id=uuid7(),
        kind="markdown",
        content_hash=sha256(page.content).hexdigest(),
        content=page.content,
        title=None,
        category=None,
        readers=(),
        dated=NOW,
        uploaded_by=READER.user_id,
    )
    await handbook.add_read(connection, new, page, await embedder.passages(page.embedded_texts))
