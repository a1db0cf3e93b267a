"""Runs that nobody holds: found across shops, offered once, picked up once, closed to who held them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from jobs.engine_database import engine_transaction
from leadhand.context import Permission, Principal
from leadhand.errors import RunInterrupted
from storage import run_events, runs, takeover, threads
from storage.database import Database
from storage.round_trip import one_trip
from storage.run_events import Flush
from storage.runs import Run
from storage.takeover import NOBODY, PickedUp
from storage.usage import TurnLimits
from tests.integration.conftest import end_runs

PASSED_S, HELD_S = -1.0, 60.0


@pytest_asyncio.fixture
async def planner(database: Database, two_shops: tuple[Principal, Principal]) -> AsyncIterator[Principal]:
    yield two_shops[0]
    await end_runs(database, two_shops[0])


@pytest_asyncio.fixture
async def thread_id(database: Database, planner: Principal) -> UUID:
    async with database.transaction(planner) as connection:
        return (await threads.create_or_get_thread(connection, chat_id="chat")).id


async def admitted(database: Database, planner: Principal, thread_id: UUID, lease_s: float) -> Run:
    async with database.transaction(planner) as connection:
        return await runs.admit(
            connection,
            run_id=uuid7(),
            thread_id=thread_id,
            owner="the process that dies",
            lease_s=lease_s,
            model="scripted",
            permissions={Permission.PLANNING_READ},
            as_of=datetime(2026, 12, 7, 12, 30, tzinfo=UTC),
            limits=TurnLimits(max_shop_runs=100, max_user_runs=100),
            timezone="UTC",
            assistant_message_id="answer",
        )


async def offer(database: Database, planner: Principal, run: Run, attempt: int = 1) -> bool:
    async with database.transaction(planner) as connection:
        return await takeover.offer(connection, run_id=run.id, attempt=attempt)


async def pick_up(database: Database, planner: Principal, run: Run) -> PickedUp | None:
    async with database.transaction(planner) as connection:
        return await takeover.pick_up(connection, run_id=run.id, owner=uuid4().hex, lease_s=HELD_S)


async def found(database: Database) -> set[UUID]:
    async with engine_transaction(database.pool) as connection:
        return {one.run_id for one in await takeover.ownerless(connection, at_most=100_000)}


async def test_only_a_run_whose_lease_has_passed_is_found(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    lost = await admitted(database, planner, thread_id, PASSED_S)
    assert lost.id in await found(database)
    async with database.transaction(planner) as connection:
        await runs.renew_lease(connection, run_id=lost.id, attempt=1, owner=lost.owner, lease_s=HELD_S)
    assert lost.id not in await found(database)


async def test_a_run_is_offered_by_one_of_those_who_find_it(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    lost = await admitted(database, planner, thread_id, PASSED_S)
    offers = await asyncio.gather(*(offer(database, planner, lost) for _ in range(4)))
    assert sorted(offers) == [False, False, False, True]
    async with database.transaction(planner) as connection:
        offered = await runs.get_run(connection, run_id=lost.id)
    assert offered is not None
    assert (offered.attempt, offered.lost, offered.owner) == (2, 1, NOBODY)


async def test_a_run_that_is_held_is_neither_offered_nor_picked_up_nor_seized(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    held = await admitted(database, planner, thread_id, HELD_S)
    assert not await offer(database, planner, held)
    assert await pick_up(database, planner, held) is None
    async with database.transaction(planner) as connection:
        assert await takeover.seize(connection, run_id=held.id, attempt=1, owner="x", lease_s=HELD_S) is None
        assert await runs.get_run(connection, run_id=held.id) == held


async def test_an_offered_run_is_picked_up_once_and_held(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    lost = await admitted(database, planner, thread_id, PASSED_S)
    await offer(database, planner, lost)
    taken = await asyncio.gather(*(pick_up(database, planner, lost) for _ in range(4)))
    [run] = [one for one in taken if one is not None]
    assert (run.id, run.attempt) == (lost.id, 2)
    assert run.age_s >= 0
    assert lost.id not in await found(database)


async def test_a_stop_of_the_process_is_no_loss(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    held = await admitted(database, planner, thread_id, HELD_S)
    async with database.transaction(planner) as connection:
        for attempt, owner in ((2, held.owner), (1, "another process")):
            assert not await takeover.hand_over(connection, run_id=held.id, attempt=attempt, owner=owner)
        assert await takeover.hand_over(connection, run_id=held.id, attempt=1, owner=held.owner)
    taken = await pick_up(database, planner, held)
    assert taken is not None
    assert (taken.attempt, taken.lost) == (2, 0)


async def test_who_has_lost_the_run_renews_ends_and_writes_nothing(
    database: Database, planner: Principal, thread_id: UUID
) -> None:
    lost = await admitted(database, planner, thread_id, PASSED_S)
    await offer(database, planner, lost)
    async with database.transaction(planner) as connection:
        assert not await runs.renew_lease(
            connection, run_id=lost.id, attempt=1, owner=lost.owner, lease_s=HELD_S
        )
    flush = run_events.append_statement(run_id=lost.id, attempt=1, flush=Flush(1, b"[]"))
    for statement in (takeover.hold_statement(run_id=lost.id, attempt=1), flush):
        with pytest.raises(RunInterrupted):
            await one_trip(database.pool, planner, statement)
    await one_trip(database.pool, planner, takeover.hold_statement(run_id=lost.id, attempt=2))
    async with database.transaction(planner) as connection:
        assert await run_events.read_all(connection, run_id=lost.id) == ()


async def test_a_colleague_picks_nothing_up(database: Database, planner: Principal, thread_id: UUID) -> None:
    lost = await admitted(database, planner, thread_id, PASSED_S)
    colleague = Principal(planner.tenant_id, "colleague", planner.permissions)
    assert not await offer(database, colleague, lost)
    await offer(database, planner, lost)
    assert await pick_up(database, colleague, lost) is None
