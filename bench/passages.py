"""Shops full of made-up passages: the demo handbook's sentences in other orders, with vectors near theirs."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from uuid_utils.compat import uuid7

from knowledge import handbook, shipped
from leadhand.context import Permission, TenantContext
from models.embeddings.embedder import Vector
from planning.shop import ShopSettings
from storage import knowledge, knowledge_passages
from storage.database import Database
from storage.knowledge import NewVersion
from storage.knowledge_passages import NewPassage
from storage.tenants import upsert_tenant_settings

AS_OF: Final = datetime(2026, 11, 23, 14, tzinfo=UTC)
PASSAGES_A_DOCUMENT: Final = 500
SENTENCES_A_PASSAGE: Final = 6
# How far a vector lies from one of the handbook's: a cosine of about 0.9, as between neighbours there.
_NOISE: Final = 0.025


@dataclass(frozen=True, slots=True)
class MadeUp:
    text: str
    vector: Vector


def make_up(count: int, *, seed: int) -> Iterator[MadeUp]:
    """As many, the same for the same seed."""
    drawn = random.Random(seed)  # noqa: S311 - no secret
    pages = handbook.pages()
    texts = [text for page in pages for text in page.embedded_texts]
    vectors = shipped.shipped_vectors(texts)
    assert vectors is not None
    sentences = [part for page in pages for one in page.passages for part in one.text.split(". ")]
    for number in range(count):
        text = f"{number}. " + ". ".join(drawn.choices(sentences, k=SENTENCES_A_PASSAGE))
        yield MadeUp(text, moved(drawn.choice(vectors), drawn))


def moved(vector: Vector, drawn: random.Random) -> Vector:
    """A vector of length 1 near another one."""
    near = [number + drawn.gauss(0.0, _NOISE) for number in vector]
    length = math.hypot(*near)
    return [number / length for number in near]


async def open_shop(database: Database, name: str) -> TenantContext:
    who = TenantContext(name, "bench", frozenset(Permission), "UTC", "en-US", AS_OF)
    async with database.transaction(who) as connection:
        await upsert_tenant_settings(connection, tenant_id=name, settings=ShopSettings(name, "UTC"))
    return who


async def fill(database: Database, who: TenantContext, passages: Sequence[MadeUp]) -> None:
    """Write them as a worker does, but for the reading of a file and the model."""
    for start in range(0, len(passages), PASSAGES_A_DOCUMENT):
        part = passages[start : start + PASSAGES_A_DOCUMENT]
        await _write(database, who, f"made-up/{start}.txt", part)


async def _write(database: Database, who: TenantContext, source: str, passages: Sequence[MadeUp]) -> None:
    async with database.transaction(who) as connection:
        await knowledge.claim_index(connection, model=shipped.MODEL)
        await knowledge.record_dimensions(connection, dimensions=shipped.DIMENSIONS)
        held = await knowledge.hold_source(connection, source=source, new_id=uuid7())
        new = NewVersion(held.id, 1, uuid7(), "text", source, b"-", source, None, (), who.as_of, who.user_id)
        await knowledge.add_version(connection, new)
        version = await knowledge_passages.version_by_id(connection, version_id=new.id)
        assert version is not None
        rows = [NewPassage(uuid7(), ("Part",), None, one.text) for one in passages]
        await knowledge_passages.keep_cut(connection, version, title=source, passages=rows)
        waiting = await knowledge_passages.without_vector(connection, version, limit=len(passages))
        await knowledge_passages.give_vectors(connection, version, waiting, [one.vector for one in passages])
        await knowledge_passages.publish(connection, version)
