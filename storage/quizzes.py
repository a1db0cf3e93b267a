"""Quizzes that a person was asked, with their solutions, and the answers given: for that person alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from leadhand.errors import JsonValue
from storage.json_values import storable_text, to_jsonb
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all, fetch_one
from storage.transactions import Connection

# A week: long enough for the next shift, too short for a shop's documents to have changed much.
KEEP_S: Final = 7 * 24 * 3600.0
# Of one person.
KEEP: Final = 50

_SQL = named_queries("quizzes")


@dataclass(frozen=True, slots=True)
class NewQuiz:
    """`thread_id`: None for one that is asked outside of any conversation."""

    id: UUID
    thread_id: UUID | None
    call_id: str
    topic: str
    level: str
    language: str
    questions: list[JsonValue]


@dataclass(frozen=True, slots=True)
class KeptQuiz:
    id: UUID
    topic: str
    level: str
    language: str
    questions: list[JsonValue]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """`number` from 1; `choice` from 0, None: the person said that they do not know."""

    number: int
    call_id: str
    choice: int | None
    is_right: bool


async def keep(connection: Connection, quiz: NewQuiz) -> None:
    """Keep it; nothing if its call has asked one already."""
    await execute(connection, _SQL["forget_expired"], {"keep": KEEP - 1})
    params = {
        "id": quiz.id,
        "thread_id": quiz.thread_id,
        "call_id": storable_text(quiz.call_id),
        "topic": storable_text(quiz.topic),
        "level": quiz.level,
        "language": quiz.language,
        "questions": to_jsonb(quiz.questions),
        "keep_s": KEEP_S,
    }
    await execute(connection, _SQL["keep"], params)


@dataclass(frozen=True, slots=True)
class Person:
    tenant_id: str
    user_id: str


async def people_with_expired(connection: Connection, *, at_most: int) -> tuple[Person, ...]:
    """Of all shops."""
    return await fetch_all(connection, _SQL["people_with_expired"], {"at_most": at_most}, Person)


async def remove_expired(connection: Connection) -> None:
    """The person's, with their answers."""
    await execute(connection, _SQL["remove_expired"], {})


async def forget_outside(connection: Connection) -> None:
    """The person's that were asked outside of any conversation; the others go with theirs."""
    await execute(connection, _SQL["forget_outside"], {})


async def of_call(connection: Connection, *, call_id: str) -> KeptQuiz | None:
    return await fetch_one(connection, _SQL["of_call"], {"call_id": storable_text(call_id)}, KeptQuiz)


async def by_id(connection: Connection, *, quiz_id: UUID) -> KeptQuiz | None:
    return await fetch_one(connection, _SQL["by_id"], {"id": quiz_id}, KeptQuiz)


async def newest(connection: Connection, *, thread_id: UUID | None) -> KeptQuiz | None:
    return await fetch_one(connection, _SQL["newest"], {"thread_id": thread_id}, KeptQuiz)


async def answer(
    connection: Connection, *, quiz_id: UUID, number: int, call_id: str, choice: int | None, is_right: bool
) -> None:
    """Keep it if it is the first to its question."""
    params = {
        "quiz_id": quiz_id,
        "number": number,
        "call_id": storable_text(call_id),
        "choice": choice,
        "is_right": is_right,
    }
    await execute(connection, _SQL["answer"], params)


async def answers(connection: Connection, *, quiz_id: UUID) -> tuple[KeptAnswer, ...]:
    return await fetch_all(connection, _SQL["answers"], {"quiz_id": quiz_id}, KeptAnswer)
