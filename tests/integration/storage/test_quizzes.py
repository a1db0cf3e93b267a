"""What is kept of quizzes: for one person and conversation, for a time, and of each answer the first."""

from dataclasses import replace
from uuid import UUID

import pytest
from psycopg.errors import InsufficientPrivilege
from uuid_utils.compat import uuid7

from leadhand.context import Principal
from leadhand.errors import JsonValue
from storage import quizzes, threads
from storage.database import Database
from storage.quizzes import KEEP, KeptAnswer, NewQuiz

QUESTIONS: list[JsonValue] = [{"text": "How much?", "options": ["8 %", "5 %"], "correct": 0}]


def new(call_id: str, thread_id: UUID | None = None) -> NewQuiz:
    return NewQuiz(uuid7(), thread_id, call_id, "coolant", "easy", "en", QUESTIONS)


async def thread_of(database: Database, who: Principal) -> UUID:
    async with database.transaction(who) as connection:
        return (await threads.create_or_get_thread(connection, chat_id="chat")).id


async def test_the_newest_quiz_of_a_conversation_is_the_open_one(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who = two_shops[0]
    thread_id = await thread_of(database, who)
    kept = [new("c1", thread_id), new("c2", thread_id), new("c3")]
    async with database.transaction(who) as connection:
        for quiz in kept:
            await quizzes.keep(connection, quiz)
        in_thread = await quizzes.newest(connection, thread_id=thread_id)
        outside = await quizzes.newest(connection, thread_id=None)
    assert in_thread is not None
    assert outside is not None
    assert (in_thread.id, in_thread.questions, outside.id) == (kept[1].id, QUESTIONS, kept[2].id)


async def test_a_call_that_is_run_again_has_asked_one_quiz(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    first, again = new("c1"), new("c1")
    async with database.transaction(two_shops[0]) as connection:
        await quizzes.keep(connection, first)
        await quizzes.keep(connection, again)
        found = await quizzes.of_call(connection, call_id="c1")
    assert found is not None
    assert found.id == first.id


async def test_the_first_answer_to_a_question_counts(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    quiz = new("c1")
    async with database.transaction(two_shops[0]) as connection:
        await quizzes.keep(connection, quiz)
        for call_id, choice in (("c2", 1), ("c3", 0)):
            await quizzes.answer(
                connection, quiz_id=quiz.id, number=1, call_id=call_id, choice=choice, is_right=choice == 0
            )
        assert await quizzes.answers(connection, quiz_id=quiz.id) == (KeptAnswer(1, "c2", 1, False),)


async def test_a_colleague_and_another_shop_find_no_quiz_of_a_person(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, other_shop = two_shops
    quiz = new("c1")
    async with database.transaction(who) as connection:
        await quizzes.keep(connection, quiz)
    for stranger in (replace(who, user_id="colleague"), other_shop):
        async with database.transaction(stranger) as connection:
            assert await quizzes.by_id(connection, quiz_id=quiz.id) is None
            assert await quizzes.of_call(connection, call_id="c1") is None
            assert await quizzes.newest(connection, thread_id=None) is None


async def test_a_quiz_is_gone_when_its_time_is_over_and_a_person_keeps_so_many(
    database: Database, two_shops: tuple[Principal, Principal], monkeypatch: pytest.MonkeyPatch
) -> None:
    who = two_shops[0]
    monkeypatch.setattr(quizzes, "KEEP_S", -1.0)
    async with database.transaction(who) as connection:
        await quizzes.keep(connection, new("over"))
        assert await quizzes.newest(connection, thread_id=None) is None
    monkeypatch.setattr(quizzes, "KEEP_S", 60.0)
    async with database.transaction(who) as connection:
        for number in range(KEEP + 1):
            await quizzes.keep(connection, new(f"c{number}"))
        assert await quizzes.of_call(connection, call_id="over") is None
        assert await quizzes.of_call(connection, call_id="c0") is None
        assert await quizzes.of_call(connection, call_id="c1") is not None


async def test_a_deleted_conversation_takes_its_quizzes_with_it(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who = two_shops[0]
    thread_id = await thread_of(database, who)
    quiz = new("c1", thread_id)
    async with database.transaction(who) as connection:
        await quizzes.keep(connection, quiz)
        await quizzes.answer(connection, quiz_id=quiz.id, number=1, call_id="c2", choice=None, is_right=False)
        await connection.execute(b"delete from thread where id = %s", (thread_id,))
        assert await quizzes.by_id(connection, quiz_id=quiz.id) is None
        assert await quizzes.answers(connection, quiz_id=quiz.id) == ()


async def test_an_answer_can_not_be_changed_afterwards(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    with pytest.raises(InsufficientPrivilege):
        async with database.transaction(two_shops[0]) as connection:
            await connection.execute(b"update quiz_answer set is_right = true")
