"""Titles that nobody typed: a question's first words stand in until a model's, and a person's beats both."""

from dataclasses import dataclass
from uuid import UUID

from leadhand.errors import JsonValue
from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.rows import execute, fetch_one
from storage.transactions import Connection

_SQL = named_queries("titles")


@dataclass(frozen=True, slots=True)
class TurnToTitle:
    """The parts of the question's and the answer's UI messages."""

    question: list[JsonValue]
    answer: list[JsonValue]


async def turn_to_title(connection: Connection, *, run_id: UUID) -> TurnToTitle | None:
    """The finished turn; None when the thread has a title of its own, or turn or thread are gone."""
    return await fetch_one(connection, _SQL["turn_to_title"], {"run_id": run_id}, TurnToTitle)


async def lend_title(connection: Connection, *, thread_id: UUID, title: str) -> None:
    """Let words of the question stand in for a title; one that the thread has stays."""
    await execute(connection, _SQL["lend_title"], {"thread_id": thread_id, "title": storable_text(title)})


async def give_title(connection: Connection, *, thread_id: UUID, title: str) -> bool:
    """Whether it is the thread's title now: not when a person gave one before, or the thread is gone."""
    params = {"thread_id": thread_id, "title": storable_text(title)}
    return await execute(connection, _SQL["give_title"], params) == 1
