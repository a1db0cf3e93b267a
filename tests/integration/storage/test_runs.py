"""One row a turn: admitted once, leased on the database's clock, ended once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from leadhand.context import Permission, Principal
from leadhand.errors import IdempotencyConflict, ThreadBusy
from leadhand.prices import Cost, Tokens
from storage import messages, runs, takeover, threads
from storage.database import Database
from storage.runs import Run, Usage
from storage.transactions import Connection
from storage.usage import TurnLimits
from tests.integration.conftest import end_runs
from tests.integration.storage.locks import somebody_waits

AS_OF = datetime(2026, 12, 7, 12, 30, tzinfo=UTC)


@pytest_asyncio.fixture
async def planner(database: Database, two_shops: tuple[Principal, Principal]) -> AsyncIterator[Principal]:
    yield two_shops[0]
    await end_runs(database, two_shops[0])


@pytest_asyncio.fixture
async def thread_id(database: Database, planner: Principal) -> UUID:
    async with database.transaction(planner) as connection:
        return (await threads.create_or_get_thread(connection, chat_id="chat")).id


async def admit(
    connection: Connection, thread_id: UUID, *, lease_s: float = 60, key: str | None = None
) -> Run:
    return await runs.admit(
        connection,
        run_id=uuid7(),
        thread_id=thread_id,
        owner="this process",
        lease_s=lease_s,
        model="scripted",
        permissions={Permission.PLANNING_READ},
        as_of=AS_OF,
        limits=TurnLimits(max_shop_runs=100, max_user_runs=100),
        timezone="UTC",
        idempotency_key=key,
        user_message_seq=1,
        assistant_message_id="answer",
    )


async def renewed(connection: Connection, run: Run) -> runs.Held | None:
    return await runs.renew_lease(connection, run_id=run.id, attempt=1, owner=run.owner, lease_s=60)


async def end(connection: Connection, run: Run) -> bool:
    return await finish(connection, run, run.attempt)


async def finish(connection: Connection, run: Run, attempt: int, usage: Usage = Usage()) -> bool:  # noqa: B008 - a value
    return await runs.finish(
        connection,
        run_id=run.id,
        attempt=attempt,
        status="finished",
        timezone="UTC",
        usage=usage,
        charged=usage,
    )


async def test_a_run_keeps_what_it_was_admitted_with(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    async with database.transaction(planner) as connection:
        run = await admit(connection, thread_id)
        assert run == await runs.running(connection, thread_id=thread_id)
        assert run == await runs.get_run(connection, run_id=run.id)
    assert (run.tenant_id, run.user_id) == (planner.tenant_id, planner.user_id)
    assert (run.status, run.attempt, run.permissions, run.as_of) == ("running", 1, ["planning:read"], AS_OF)


async def test_a_second_turn_on_a_busy_thread_is_refused_and_its_transaction_lives_on(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    async with database.transaction(planner) as connection:
        run = await admit(connection, thread_id)
        with pytest.raises(ThreadBusy):
            await admit(connection, thread_id)
        assert await runs.running(connection, thread_id=thread_id) == run


async def test_of_turns_at_once_exactly_one_is_admitted(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    async def attempt() -> bool:
        try:
            async with database.transaction(planner) as connection:
                await admit(connection, thread_id)
        except ThreadBusy:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt() for _ in range(6)))) == 1


async def test_other_threads_are_not_busy(database: Database, planner: Principal, thread_id: UUID) -> None:
    async with database.transaction(planner) as connection:
        await admit(connection, thread_id)
        other = await threads.create_or_get_thread(connection, chat_id="other")
        assert (await admit(connection, other.id)).status == "running"


async def test_a_key_is_taken_by_a_run_that_did_not_fail(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    async with database.transaction(planner) as connection:
        run = await admit(connection, thread_id, key="k")
        await end(connection, run)
        with pytest.raises(IdempotencyConflict):
            await admit(connection, thread_id, key="k")
        found = await runs.find_by_idempotency_key(connection, thread_id=thread_id, idempotency_key="k")
    assert found is not None
    assert found.id == run.id


async def test_a_failed_run_gives_its_key_back(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    async with database.transaction(planner) as connection:
        failed = await admit(connection, thread_id, key="k")
        await runs.finish(
            connection,
            run_id=failed.id,
            attempt=1,
            status="failed",
            error_code="model_timeout",
            timezone="UTC",
            usage=Usage(),
            charged=Usage(),
        )
        assert (
            await runs.find_by_idempotency_key(connection, thread_id=thread_id, idempotency_key="k") is None
        )
        assert (await admit(connection, thread_id, key="k")).id != failed.id


async def test_a_run_is_found_by_the_message_it_answers(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    async with database.transaction(planner) as connection:
        seq = await messages.append_message(
            connection, thread_id=thread_id, message_id="m-1", role="user", parts=[]
        )
        run = await admit(connection, thread_id)
        found = await runs.find_by_user_message(connection, thread_id=thread_id, user_message_seq=seq)
        assert found == run
        assert await runs.find_by_user_message(connection, thread_id=thread_id, user_message_seq=99) is None


async def test_whoever_no_longer_holds_the_run_changes_nothing(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    async with database.transaction(planner) as connection:
        run = await admit(connection, thread_id)
        for attempt, owner in ((2, run.owner), (1, "another process")):
            assert not await runs.renew_lease(
                connection, run_id=run.id, attempt=attempt, owner=owner, lease_s=60
            )
        assert not await finish(connection, run, 2)
        assert await runs.get_run(connection, run_id=run.id) == run


async def test_a_run_ends_once_with_its_usage(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    async with database.transaction(planner) as connection:
        run = await admit(connection, thread_id)
        usage = Usage(Tokens(120, 45, cached_input=100, reasoning=30), Cost(Decimal("0.001234"), "EUR"))
        assert await finish(connection, run, 1, usage)
        assert not await finish(connection, run, 1)
        ended = await runs.latest(connection, thread_id=thread_id)
    assert ended is not None
    assert (ended.status, ended.usage) == ("finished", usage)
    assert ended.ended_at is not None


async def test_a_stop_is_asked_for_only_while_the_run_runs(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    async with database.transaction(planner) as connection:
        run = await admit(connection, thread_id)
        assert await renewed(connection, run) == runs.Held(cancel_requested=False)
        assert await runs.request_cancel(connection, run_id=run.id)
        assert await renewed(connection, run) == runs.Held(cancel_requested=True)
        await end(connection, run)
        assert not await runs.request_cancel(connection, run_id=run.id)


async def test_the_latest_run_is_the_one_admitted_last(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    made: list[Run] = []
    for _ in range(3):
        async with database.transaction(planner) as connection:
            made.append(await admit(connection, thread_id))
            await end(connection, made[-1])
    async with database.transaction(planner) as connection:
        latest = await runs.latest(connection, thread_id=thread_id)
    assert latest is not None
    assert latest.id == made[-1].id


async def test_an_ending_run_waits_for_its_thread_before_it_takes_its_row(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    """Else an admission, which has the thread and asks for the row, and the ending might wait for ever."""
    async with database.transaction(planner) as connection:
        run = await admit(connection, thread_id, lease_s=0)

    async def ending() -> bool:
        async with database.transaction(planner) as connection:
            return await end(connection, run)

    async with database.transaction(planner) as connection:
        await threads.touch(connection, thread_id=thread_id)
        late = asyncio.create_task(ending())
        await somebody_waits(database, planner)
        assert await takeover.seize(connection, run_id=run.id, attempt=1, owner="another", lease_s=60)
    assert not await late
