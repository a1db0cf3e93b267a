"""Quizzes that were asked, kept with their solutions until they are answered: for one person alone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from pydantic import TypeAdapter
from uuid_utils.compat import uuid7

from knowledge.quiz.cloze import Wish
from knowledge.quiz.questions import Language, Level, Passage, Question
from knowledge.quiz.written import Writer, written_questions
from leadhand.context import TenantContext
from leadhand.errors import JsonValue, ModelTimeout
from storage import quizzes
from storage.database import Database
from storage.quizzes import KeptQuiz, NewQuiz
from storage.transactions import Connection

MAX_TOPIC_CHARS: Final = 200
# What is left of a tool's time is for the search before it and the questions made by rule after it.
WRITE_S: Final = 13.0

_QUESTIONS: Final[TypeAdapter[tuple[Question, ...]]] = TypeAdapter(tuple[Question, ...])


@dataclass(frozen=True, slots=True)
class Draft:
    """A quiz that is about to be asked in a conversation, or outside of any."""

    topic: str
    level: Level
    language: Language
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """`choice` from 0; None: the person does not know. `call_id`: of the call that marked it."""

    choice: int | None
    is_right: bool
    call_id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """`answers` by the question's number, from 1."""

    id: UUID
    draft: Draft
    expires_at: datetime
    answers: Mapping[int, Given]

    @property
    def unanswered(self) -> list[int]:
        return [number for number in range(1, len(self.draft.questions) + 1) if number not in self.answers]


@dataclass(frozen=True, slots=True)
class Quizzes:
    """The tools' port (`tools.quiz_port`). Without a `writer` all questions are made by rule."""

    database: Database
    writer: Writer | None = None
    write_s: float = WRITE_S

    async def write(
        self, tenant: TenantContext, passages: Sequence[Passage], *, count: int, wish: Wish
    ) -> tuple[Question, ...]:
        """What the model wrote of the passages and stood the checks, perhaps less than `count`.

        Raises:
            LeadhandError: it could not be asked, or took too long.
        """
        if self.writer is None:
            return ()
        try:
            async with asyncio.timeout(self.write_s):
                return await written_questions(self.writer, tenant, passages, count=count, wish=wish)
        except TimeoutError:
            raise ModelTimeout("The model took too long to write questions.") from None

    async def ask(
        self, tenant: TenantContext, draft: Draft, *, thread_id: UUID | None, call_id: str
    ) -> Asked:
        """Keep it; what the call has asked before stays, however often it is run."""
        questions = cast("list[JsonValue]", _QUESTIONS.dump_python(draft.questions, mode="json"))
        new = NewQuiz(
            uuid7(),
            thread_id,
            call_id,
            draft.topic[:MAX_TOPIC_CHARS],
            draft.level,
            draft.language,
            questions,
        )
        async with self.database.transaction(tenant) as connection:
            await quizzes.keep(connection, new)
            kept = await quizzes.of_call(connection, call_id=call_id)
            assert kept is not None, "it was kept, or was there before"  # noqa: S101
            return await _asked(connection, kept)

    async def asked_by(self, tenant: TenantContext, call_id: str) -> Asked | None:
        """The quiz of a call that was run before."""
        async with self.database.transaction(tenant, snapshot=True) as connection:
            kept = await quizzes.of_call(connection, call_id=call_id)
            return await _asked(connection, kept) if kept else None

    async def open(
        self, tenant: TenantContext, *, thread_id: UUID | None, quiz_id: UUID | None = None
    ) -> Asked | None:
        """The quiz named, or the conversation's newest; None: there is none, or its time is over."""
        async with self.database.transaction(tenant, snapshot=True) as connection:
            kept = (
                await quizzes.newest(connection, thread_id=thread_id)
                if quiz_id is None
                else await quizzes.by_id(connection, quiz_id=quiz_id)
            )
            return await _asked(connection, kept) if kept else None

    async def answer(
        self, tenant: TenantContext, asked: Asked, choices: Mapping[int, int | None], *, call_id: str
    ) -> Asked:
        """The quiz with these answers: of each question the first that was ever given."""
        async with self.database.transaction(tenant) as connection:
            for number, choice in choices.items():
                await quizzes.answer(
                    connection,
                    quiz_id=asked.id,
                    number=number,
                    call_id=call_id,
                    choice=choice,
                    is_right=choice == asked.draft.questions[number - 1].correct,
                )
            return Asked(asked.id, asked.draft, asked.expires_at, await _answers(connection, asked.id))


async def _asked(connection: Connection, kept: KeptQuiz) -> Asked:
    draft = Draft(
        kept.topic,
        cast("Level", kept.level),
        cast("Language", kept.language),
        _QUESTIONS.validate_python(kept.questions),
    )
    return Asked(kept.id, draft, kept.expires_at, await _answers(connection, kept.id))


async def _answers(connection: Connection, quiz_id: UUID) -> dict[int, Given]:
    rows = await quizzes.answers(connection, quiz_id=quiz_id)
    return {row.number: Given(row.choice, row.is_right, row.call_id) for row in rows}
