"""A person's own messages, found by meaning and by words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from leadhand.errors import JsonValue
from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all
from storage.transactions import Connection

_SQL = named_queries("recall")
# Of each of the two rankings, so many take part in the fused one.
POOL = 50


@dataclass(frozen=True, slots=True)
class Unindexed:
    thread_id: UUID
    seq: int
    role: Literal["user", "assistant"]
    parts: list[JsonValue]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a message says, and its vector; both empty where it has no words."""

    thread_id: UUID
    seq: int
    text: str
    embedding: Sequence[float] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, but not in `but_thread_id`.

    Without `embedding`, which `model` made, the words alone count.
    """

    words: str
    model: str
    embedding: Sequence[float] | None
    since: datetime | None
    until: datetime | None
    top_k: int
    but_thread_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """`similarity`: cosine, from -1 to 1; None where only words were compared."""

    chat_id: str
    title: str | None
    thread_id: UUID
    seq: int
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Said:
    seq: int
    message_id: str
    role: Literal["system", "user", "assistant"]
    parts: list[JsonValue]
    created_at: datetime


async def not_indexed(
    connection: Connection, *, model: str, run_id: UUID, limit: int
) -> tuple[Unindexed, ...]:
    """The person's newest messages without a vector of `model`, those of the run always."""
    params = {"model": model, "run_id": run_id, "limit": limit}
    return await fetch_all(connection, _SQL["not_indexed"], params, Unindexed)


async def index_message(connection: Connection, indexed: Indexed, *, model: str) -> None:
    """Keep it in place of what was kept of the message; nothing is kept of one that is gone."""
    params = {
        "thread_id": indexed.thread_id,
        "seq": indexed.seq,
        "model": model,
        "text": storable_text(indexed.text),
        "embedding": _literal(indexed.embedding),
    }
    await execute(connection, _SQL["index_message"], params)


async def search(connection: Connection, wanted: Wanted) -> tuple[Found, ...]:
    """Best first, at most `top_k`."""
    params = {
        "words": storable_text(wanted.words),
        "model": wanted.model,
        "embedding": _literal(wanted.embedding),
        "since": wanted.since,
        "until": wanted.until,
        "but_thread_id": wanted.but_thread_id,
        "pool": POOL,
        "top_k": wanted.top_k,
    }
    return await fetch_all(connection, _SQL["search"], params, Found)


async def around(connection: Connection, found: Found, *, neighbours: int) -> tuple[Said, ...]:
    """The message found and so many before and after it, oldest first."""
    params = {"thread_id": found.thread_id, "seq": found.seq, "neighbours": neighbours}
    return await fetch_all(connection, _SQL["around"], params, Said)


def _literal(vector: Sequence[float] | None) -> str | None:
    return None if vector is None else f"[{','.join(format(number, '.6g') for number in vector)}]"
