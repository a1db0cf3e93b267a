"""What the tools need for quizzes: questions that a model writes, and a place for those that were asked."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from knowledge.quiz.cloze import Wish
from knowledge.quiz.questions import Passage, Question
from knowledge.quiz.shelf import Asked, Draft
from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable


class QuizPort(Protocol):
    """Quizzes of one shop's people; `knowledge` implements it."""

    async def write(
        self, tenant: TenantContext, passages: Sequence[Passage], *, count: int, wish: Wish
    ) -> tuple[Question, ...]:
        """Questions that a model wrote and that were checked; none where there is no model to ask."""
        ...

    async def ask(
        self, tenant: TenantContext, draft: Draft, *, thread_id: UUID | None, call_id: str
    ) -> Asked:
        """Keep the quiz with its solutions; once for each call."""
        ...

    async def asked_by(self, tenant: TenantContext, call_id: str) -> Asked | None:
        """The quiz of a call that was run before."""
        ...

    async def open(
        self, tenant: TenantContext, *, thread_id: UUID | None, quiz_id: UUID | None = None
    ) -> Asked | None:
        """The quiz named, or the conversation's newest."""
        ...

    async def answer(
        self, tenant: TenantContext, asked: Asked, choices: Mapping[int, int | None], *, call_id: str
    ) -> Asked:
        """The quiz with these answers: the first to each question counts."""
        ...


class NoQuizzes:
    """Where there is no database that could keep one."""

    async def write(
        self, tenant: TenantContext, passages: Sequence[Passage], *, count: int, wish: Wish
    ) -> tuple[Question, ...]:
        del tenant, passages, count, wish
        return ()

    async def ask(
        self, tenant: TenantContext, draft: Draft, *, thread_id: UUID | None, call_id: str
    ) -> Asked:
        del tenant, draft, thread_id, call_id
        raise _away()

    async def asked_by(self, tenant: TenantContext, call_id: str) -> Asked | None:
        del tenant, call_id
        raise _away()

    async def open(
        self, tenant: TenantContext, *, thread_id: UUID | None, quiz_id: UUID | None = None
    ) -> Asked | None:
        del tenant, thread_id, quiz_id
        raise _away()

    async def answer(
        self, tenant: TenantContext, asked: Asked, choices: Mapping[int, int | None], *, call_id: str
    ) -> Asked:
        del tenant, asked, choices, call_id
        raise _away()


def _away() -> DatabaseUnavailable:
    return DatabaseUnavailable("Quizzes are kept in the database; there is none here.")
