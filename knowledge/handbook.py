"""The demo shop's handbook, put on its shelf so that it is found at once.

Its pages are cut here and not by a worker: they are our own, and their vectors ship. For an embedding
model other than the bundled one they take the way of every upload.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from jobs.queue import defer_in_line
from knowledge import shipped
from knowledge.index import NO_MODEL, model_of
from knowledge.ingestion import embedded_text, new_passage
from knowledge.library import TASK
from knowledge.parsing.reading import read_document
from knowledge.passages import Cut, cut
from models.embeddings.embedder import Embedder, Vector
from storage import knowledge, knowledge_passages
from storage.knowledge import NewVersion
from storage.transactions import Connection

PATH: Final = "handbook/"
_VALID_FROM: Final = re.compile(r"^Document .+ Valid from (\w+ \d+, \d{4})\.", re.M)


@dataclass(frozen=True, slots=True)
class Page:
    """A document of the handbook. `valid_from`: at midnight in the shop."""

    name: str
    content: bytes
    title: str
    valid_from: date
    passages: tuple[Cut, ...]

    @property
    def embedded_texts(self) -> list[str]:
        return [embedded_text(self.title, list(one.heading), one.text) for one in self.passages]


@lru_cache(maxsize=1)
def pages() -> tuple[Page, ...]:
    """By name."""
    folder = files("storage.demo.handbook")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".md")]
    return tuple(_page(entry.name, entry.read_bytes()) for entry in sorted(found, key=lambda e: e.name))


async def shelve_handbook(
    connection: Connection, *, embedder: Embedder | None, timezone: str, uploaded_by: str
) -> int:
    """Put the handbook into the transaction's shop, unless it is there; how many documents it has now.

    None is put where the shop's other documents were indexed with another model: 0.
    """
    if not await _claim(connection, model_of(embedder)):
        return 0
    for page in pages():
        await _shelve(connection, page, model_of(embedder), ZoneInfo(timezone), uploaded_by)
    return len(pages())


async def remove_handbook(connection: Connection) -> int:
    """Take the handbook from the transaction's shop, but for what the shop has put in place of its pages.

    How many documents went.
    """
    sources = [PATH + page.name for page in pages()]
    hashes = [_digest(page) for page in pages()]
    there = await knowledge.unchanged_sources(connection, sources=sources, hashes=hashes)
    await knowledge.delete_sources(connection, sources=there)
    return len(there)


async def _claim(connection: Connection, model: str) -> bool:
    """Whether the shop's index is the model's; a handbook of another model does not stand in the way."""
    if (await knowledge.claim_index(connection, model=model)).model == model:
        return True
    await knowledge.delete_sources(connection, sources=[PATH + page.name for page in pages()])
    return (await knowledge.claim_index(connection, model=model)).model == model


async def _shelve(connection: Connection, page: Page, model: str, zone: ZoneInfo, uploaded_by: str) -> None:
    held = await knowledge.hold_source(connection, source=PATH + page.name, new_id=uuid7())
    there = await knowledge.versions(connection, document_id=held.id)
    digest = _digest(page)
    if there and there[-1].content_hash == digest and there[-1].state == "ready":
        return
    new = NewVersion(
        document_id=held.id,
        version=there[-1].version + 1 if there else 1,
        id=uuid7(),
        kind="markdown",
        content_hash=digest,
        content=page.content,
        title=None,
        category=None,
        readers=(),
        dated=datetime.combine(page.valid_from, time(), zone),
        uploaded_by=uploaded_by,
    )
    vectors = shipped.shipped_vectors(page.embedded_texts) if model == shipped.MODEL else []
    if vectors is None or model not in {shipped.MODEL, NO_MODEL}:
        await knowledge.add_version(connection, new)
        await defer_in_line(connection, task=TASK, row_id=new.id, line=str(held.id))
        return
    await add_read(connection, new, page, vectors)


async def add_read(connection: Connection, new: NewVersion, page: Page, vectors: Sequence[Vector]) -> None:
    """A version that needs no worker: readers see it from the end of the transaction on."""
    await knowledge.add_version(connection, new)
    version = await knowledge_passages.version_by_id(connection, version_id=new.id)
    assert version is not None, "it was added"  # noqa: S101
    await knowledge_passages.keep_cut(
        connection, version, title=page.title, passages=[new_passage(one) for one in page.passages]
    )
    if vectors:
        await knowledge.record_dimensions(connection, dimensions=len(vectors[0]))
        waiting = await knowledge_passages.without_vector(connection, version, limit=len(vectors))
        await knowledge_passages.give_vectors(connection, version, waiting, vectors)
    await knowledge_passages.publish(connection, version)


def _digest(page: Page) -> str:
    return sha256(page.content).hexdigest()


def _page(name: str, content: bytes) -> Page:
    document = read_document("markdown", content)
    valid = _VALID_FROM.search(content.decode("utf-8"))
    assert document.title is not None, name  # noqa: S101
    assert valid is not None, name  # noqa: S101
    valid_from = datetime.strptime(valid[1], "%B %d, %Y").replace(tzinfo=UTC).date()
    return Page(name, content, document.title, valid_from, cut(document))
