"""Threads and messages of a person."""

import asyncio
import math
from uuid import UUID

import pytest
from psycopg import errors

from leadhand.context import Permission, Principal
from leadhand.errors import JsonValue, NotFound
from storage import messages, results, threads
from storage.database import Database
from storage.saver import TenantSaver, checkpoint_owner
from storage.summaries import ThreadSummary, read_summary, save_summary
from storage.threads import Thread, ThreadCursor
from storage.transactions import Connection
from tests.integration.storage.filled import fill_every_table
from tests.integration.storage.locks import somebody_waits

TEXT: list[JsonValue] = [{"type": "text", "text": "When is the Puma free?"}]


@pytest.fixture
def planner(two_shops: tuple[Principal, Principal]) -> Principal:
    return two_shops[0]


async def say(connection: Connection, thread: Thread, message_id: str, parts: list[JsonValue] = TEXT) -> int:
    return await messages.append_message(
        connection, thread_id=thread.id, message_id=message_id, role="user", parts=parts
    )


async def test_a_thread_is_made_once_for_a_chat_id(database: Database, planner: Principal) -> None:
    async with database.transaction(planner) as connection:
        made = await threads.create_or_get_thread(connection, chat_id="chat")
        again = await threads.create_or_get_thread(connection, chat_id="chat")
        found = await threads.get_thread(connection, who=planner, chat_id="chat")
    assert made == again == found


async def test_two_requests_at_once_get_the_same_new_thread(database: Database, planner: Principal) -> None:
    async def take() -> UUID:
        async with database.transaction(planner) as connection:
            return (await threads.create_or_get_thread(connection, chat_id="chat")).id

    assert len(set(await asyncio.gather(take(), take(), take()))) == 1


async def test_a_second_turn_on_a_thread_waits_for_the_first_transaction(
    database: Database, planner: Principal
) -> None:
    order: list[str] = []

    async def second() -> None:
        async with database.transaction(planner) as connection:
            await threads.create_or_get_thread(connection, chat_id="chat")
            order.append("second")

    async with database.transaction(planner) as connection:
        await threads.create_or_get_thread(connection, chat_id="chat")
        waiting = asyncio.create_task(second())
        await somebody_waits(database, planner)
        order.append("first")
    await waiting
    assert order == ["first", "second"]


async def test_the_same_chat_id_is_another_thread_for_a_colleague_and_for_another_shop(
    database: Database, planner: Principal, two_shops: tuple[Principal, Principal]
) -> None:
    colleague = Principal(planner.tenant_id, "colleague", frozenset(Permission))
    ids: set[UUID] = set()
    for who in (planner, colleague, two_shops[1]):
        async with database.transaction(who) as connection:
            assert await threads.get_thread(connection, who=who, chat_id="chat") is None
            ids.add((await threads.create_or_get_thread(connection, chat_id="chat")).id)
    assert len(ids) == 3


async def test_threads_are_listed_newest_first_page_by_page(database: Database, planner: Principal) -> None:
    for chat_id in ("one", "two", "three"):
        async with database.transaction(planner) as connection:
            await threads.create_or_get_thread(connection, chat_id=chat_id)
    async with database.transaction(planner) as connection:
        one = await threads.create_or_get_thread(connection, chat_id="one")
        await threads.touch(connection, thread_id=one.id)
    async with database.transaction(planner) as connection:
        first = await threads.list_threads(connection, limit=2)
        cursor = ThreadCursor(first[-1].updated_at, first[-1].id)
        second = await threads.list_threads(connection, limit=2, before=cursor)
    assert [thread.chat_id for thread in (*first, *second)] == ["one", "three", "two"]


async def test_a_title_is_set_without_moving_the_thread(database: Database, planner: Principal) -> None:
    async with database.transaction(planner) as connection:
        made = await threads.create_or_get_thread(connection, chat_id="chat")
        titled = await threads.set_title(connection, chat_id="chat", title="Puma\0")
        assert await threads.set_title(connection, chat_id="no such chat", title="x") is None
    assert titled is not None
    assert (titled.title, titled.updated_at) == ("Puma\ufffd", made.updated_at)


async def test_deleting_a_thread_removes_everything_of_it(database: Database, planner: Principal) -> None:
    thread = await fill_every_table(database, planner)
    async with database.transaction(planner) as connection:
        assert await threads.delete_thread(connection, chat_id="chat")
        assert not await threads.delete_thread(connection, chat_id="chat")
        left = await connection.execute(
            b"""
            select (select count(*) from thread) + (select count(*) from message) + (select count(*) from run)
                   + (select count(*) from tool_result) + (select count(*) from thread_summary)
                   + (select count(*) from langgraph.checkpoints)
                   + (select count(*) from langgraph.checkpoint_blobs)
                   + (select count(*) from langgraph.checkpoint_writes) as n
            """
        )
        assert await left.fetchone() == {"n": 0}
    checkpoint_owner.set(planner)
    config = {"configurable": {"thread_id": str(thread.id), "checkpoint_ns": ""}}
    assert await TenantSaver(database.pool).aget_tuple({"configurable": config["configurable"]}) is None


async def test_messages_are_numbered_in_the_order_they_came(database: Database, planner: Principal) -> None:
    async with database.transaction(planner) as connection:
        thread = await threads.create_or_get_thread(connection, chat_id="chat")
        given = [await say(connection, thread, f"m-{n}") for n in range(4)]
        read = await messages.last_messages(connection, thread_id=thread.id, last=3)
        older = await messages.last_messages(connection, thread_id=thread.id, last=3, before_seq=read[0].seq)
    assert given == [1, 2, 3, 4]
    assert [message.message_id for message in (*older, *read)] == ["m-0", "m-1", "m-2", "m-3"]


async def test_messages_that_come_at_once_get_different_numbers(
    database: Database, planner: Principal
) -> None:
    async with database.transaction(planner) as connection:
        thread = await threads.create_or_get_thread(connection, chat_id="chat")

    async def one(n: int) -> int:
        async with database.transaction(planner) as connection:
            return await say(connection, thread, f"m-{n}")

    assert sorted(await asyncio.gather(*(one(n) for n in range(8)))) == list(range(1, 9))


async def test_a_message_id_is_stored_once_a_thread(database: Database, planner: Principal) -> None:
    async with database.transaction(planner) as connection:
        thread = await threads.create_or_get_thread(connection, chat_id="chat")
        await say(connection, thread, "m-1")
        with pytest.raises(errors.UniqueViolation):
            async with connection.transaction():
                await say(connection, thread, "m-1")


async def test_a_message_to_a_thread_of_someone_else_is_not_found(
    database: Database, planner: Principal, two_shops: tuple[Principal, Principal]
) -> None:
    async with database.transaction(planner) as connection:
        thread = await threads.create_or_get_thread(connection, chat_id="chat")
    for other in (two_shops[1], Principal(planner.tenant_id, "colleague", frozenset())):
        with pytest.raises(NotFound):
            async with database.transaction(other) as connection:
                await say(connection, thread, "m-1")


async def test_what_postgres_cannot_store_in_text_is_replaced(database: Database, planner: Principal) -> None:
    odd: list[JsonValue] = [
        {"type": "text", "text": "a\0b\ud800c\U0001f527", "n": math.nan, "\0": [math.inf, 10**30]}
    ]
    async with database.transaction(planner) as connection:
        thread = await threads.create_or_get_thread(connection, chat_id="chat\0")
        await say(connection, thread, "m\0-1", odd)
        stored = await messages.get_by_message_id(connection, thread_id=thread.id, message_id="m\0-1")
    assert stored is not None
    assert stored.parts == [
        {"type": "text", "text": "a\ufffdb\ufffdc\U0001f527", "n": None, "\ufffd": [None, 10**30]}
    ]


async def test_cutting_a_thread_off_forgets_a_summary_that_reaches_that_far(
    database: Database, planner: Principal
) -> None:
    async with database.transaction(planner) as connection:
        thread = await threads.create_or_get_thread(connection, chat_id="chat")
        for n in range(4):
            await say(connection, thread, f"m-{n}")
        assert await save_summary(
            connection, thread_id=thread.id, summary=ThreadSummary(2, "So far."), previous_seq=None
        )
        assert await messages.delete_from(connection, thread_id=thread.id, seq=3) == 2
        assert await read_summary(connection, thread_id=thread.id) == ThreadSummary(2, "So far.")
        assert await messages.delete_from(connection, thread_id=thread.id, seq=2) == 1
        assert await read_summary(connection, thread_id=thread.id) is None
        assert await say(connection, thread, "m-9") == 5, "a number is never given twice"


async def test_a_summary_made_from_an_older_one_is_refused(database: Database, planner: Principal) -> None:
    async with database.transaction(planner) as connection:
        thread = await threads.create_or_get_thread(connection, chat_id="chat")
        for n in range(8):
            await say(connection, thread, f"m-{n}")
        tries = [
            await save_summary(
                connection, thread_id=thread.id, summary=ThreadSummary(through, "x"), previous_seq=previous
            )
            for through, previous in ((4, 2), (4, None), (6, None), (8, 4), (7, 4))
        ]
    assert tries == [False, True, False, True, False]


async def test_a_tool_result_is_kept_as_first_stored(database: Database, planner: Principal) -> None:
    thread = await fill_every_table(database, planner)
    async with database.transaction(planner) as connection:
        first = await results.get_result(connection, call_id="call-1")
        assert first is not None
        assert not await results.store_result(
            connection, call_id="call-1", thread_id=thread.id, run_id=first.run_id, tool="other", output=None
        )
        assert await results.get_result(connection, call_id="call-1") == first
        assert await results.get_result(connection, call_id="call-2") is None
    assert (first.tool, first.output) == ("check_capacity", {"verdict": "yes"})
