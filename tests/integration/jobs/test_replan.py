"""Re-plans as jobs: computed in a process of their own, bounded, cancelled, and never left behind."""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import psutil
import pytest
import pytest_asyncio

from jobs.machine_slots import MachineSlots
from jobs.replan_desk import MAX_OPEN, ReplanDesk
from jobs.replan_state import ProposalState, ReplanAsked
from jobs.replan_task import TASK, Replanner
from jobs.solver_process import solve
from jobs.task import JobRow
from leadhand.context import Principal, TenantContext
from leadhand.errors import InternalFault, InvalidRouting, NotFound, ReplanInterrupted, TimeLimit, TooManyRuns
from leadhand.settings import Settings
from planning.replanning import ReplanProgress, ReplanRequest
from planning.shop import Operation, Shop
from storage import proposals
from storage.database import Database
from storage.shop_writer import write_shop
from storage.shops import ShopReader
from tests.integration.jobs.conftest import eventually, working
from tests.integration.jobs.crowded_shop import AS_OF, NOW, crowded_shop
from tests.integration.jobs.test_queue import Ask

FEW = ReplanAsked(None, 20, "all open orders")
ENDLESS = ReplanAsked(None, 10**9, "all open orders")
OF_ONE_ORDER = ReplanAsked(("o1",), 20, "1 open order")


def solvers(of: int | None = None) -> set[int]:
    """The computing processes below this one, or below process `of`."""
    found: set[int] = set()
    for child in psutil.Process(of).children(recursive=True):
        try:
            if "jobs.solver" in child.cmdline():
                found.add(child.pid)
        except psutil.Error:
            continue
    return found


def _nobody(progress: ReplanProgress) -> None:
    del progress


def request_of(shop: Shop, steps: int = 20) -> ReplanRequest:
    return ReplanRequest(shop, NOW, (NOW, NOW + 30 * 1440), steps=steps)


@dataclass
class Planner:
    """Somebody who re-plans; `desk` gives back at once, whatever the state."""

    database: Database
    tenant: TenantContext
    desk: ReplanDesk
    folder: Path

    def replanner(self, slots: int = 1) -> Replanner:
        return Replanner(
            self.database,
            ShopReader(self.database),
            MachineSlots(slots, folder=self.folder),
            max_s=120.0,
            tell_every_s=0.05,
            first_retry_s=0.05,
        )

    def working(self) -> AbstractAsyncContextManager[object]:
        return working(self.database, self.replanner().task())

    async def state(self, proposal_id: UUID) -> ProposalState:
        return await self.desk.look(self.tenant, proposal_id)

    async def until(self, proposal_id: UUID, holds: Callable[[ProposalState], bool]) -> ProposalState:
        async def held() -> bool:
            return holds(await self.state(proposal_id))

        await eventually(held)
        return await self.state(proposal_id)

    async def computed(self, asked: ReplanAsked = FEW) -> ProposalState:
        """The end of a new proposal; a worker must run."""
        started = await self.desk.start(self.tenant, asked)
        return await self.until(started.id, lambda state: state.ended_at is not None)

    async def running(self, asked: ReplanAsked = ENDLESS) -> UUID:
        """A proposal that is being computed for a long time."""
        started = await self.desk.start(self.tenant, asked)
        await self.until(started.id, lambda state: state.progress is not None)
        return started.id


@asynccontextmanager
async def stopped_at_the_end(planner: Planner, *ids: UUID) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        for proposal_id in ids:
            await planner.desk.cancel(planner.tenant, proposal_id)
            await planner.until(proposal_id, lambda state: state.ended_at is not None)


def context(who: Principal) -> TenantContext:
    return TenantContext(who.tenant_id, who.user_id, who.permissions, "UTC", "en-US", AS_OF)


@pytest_asyncio.fixture
async def planner(database: Database, two_shops: tuple[Principal, Principal], tmp_path: Path) -> Planner:
    who = two_shops[0]
    async with database.transaction(who) as connection:
        await write_shop(connection, tenant_id=who.tenant_id, shop=crowded_shop())
    return Planner(database, context(who), ReplanDesk(database, wait_s=0.0), tmp_path / "slots")


async def test_a_better_plan_is_proposed_and_the_plan_stays_as_it_is(planner: Planner) -> None:
    before = await ShopReader(planner.database).load(planner.tenant, (NOW, NOW + 1440))
    async with planner.working():
        state = await planner.computed()
    after = await ShopReader(planner.database).load(planner.tenant, (NOW, NOW + 1440))
    assert after == before
    assert (state.status, state.stale, state.error_code, state.attempt) == ("proposed", False, None, 1)
    result = state.result
    assert result is not None
    assert result.score_after.weighted_tardiness_min < result.score_before.weighted_tardiness_min
    assert state.base_data_version == before.settings.data_version
    assert state.total_moves == len(state.moves) > 0
    by_id = {booking.id: booking for booking in before.bookings}
    assert all(move.before == by_id[move.after.id] != move.after for move in state.moves)
    assert state.expires_at is not None
    assert solvers() == set()


async def test_the_same_question_about_the_same_plan_gives_the_same_proposal(planner: Planner) -> None:
    async with planner.working():
        first, second = await planner.computed(), await planner.computed()
    assert first.id != second.id
    assert first.result == second.result
    assert first.moves == second.moves


async def test_a_proposal_is_stale_once_the_plan_has_changed(planner: Planner) -> None:
    async with planner.working():
        state = await planner.computed()
    async with planner.database.transaction(planner.tenant) as connection:
        await connection.execute(b"update production_order set priority = 2 where id = 'o1'")
    assert (await planner.state(state.id)).stale


async def test_a_cancelled_replan_proposes_nothing_and_leaves_no_process_behind(planner: Planner) -> None:
    async with planner.working():
        running = await planner.running()
        assert solvers() != set()
        await planner.desk.cancel(planner.tenant, running)
        state = await planner.until(running, lambda state: state.ended_at is not None)
        await eventually(lambda: solvers() == set())
    assert (state.status, state.result, state.total_moves) == ("cancelled", None, 0)


async def test_a_replan_that_waits_is_cancelled_at_once(planner: Planner) -> None:
    started = await planner.desk.start(planner.tenant, FEW)
    assert started.status == "queued"
    assert (await planner.desk.cancel(planner.tenant, None)).status == "cancelled"
    async with planner.working():
        assert (await planner.computed(OF_ONE_ORDER)).status in {"proposed", "no_improvement"}
    assert (await planner.state(started.id)).attempt == 0, "its job found nothing to do"


async def test_a_replan_whose_process_is_killed_is_tried_again_and_fails_with_a_code_in_the_end(
    planner: Planner,
) -> None:
    async with planner.working():
        running = await planner.running()
        killed: set[int] = set()
        for attempt in (1, 2, 3):
            await planner.until(running, lambda state, n=attempt: state.attempt == n)
            await eventually(lambda: solvers() - killed != set())
            (process,) = solvers() - killed
            psutil.Process(process).kill()
            killed.add(process)
        state = await planner.until(running, lambda state: state.ended_at is not None)
    assert (state.status, state.error_code, state.attempt) == ("failed", ReplanInterrupted.code, 3)


async def test_when_a_worker_is_killed_its_computing_process_ends_and_another_worker_goes_on(
    planner: Planner, tmp_path: Path
) -> None:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.jobs.replan_worker", planner.database.url, str(tmp_path)
    )
    running = await planner.running()
    orphans = solvers(worker.pid)
    assert orphans != set()
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    await eventually(lambda: not any(psutil.pid_exists(pid) for pid in orphans))
    async with planner.working(), stopped_at_the_end(planner, running):
        state = await planner.until(running, lambda state: state.attempt == 2)
        assert state.status == "running"


async def test_a_worker_that_stops_takes_its_computing_process_with_it(planner: Planner) -> None:
    async with planner.working():
        running = await planner.running()
    assert solvers() == set()
    state = await planner.state(running)
    assert (state.status, state.error_code) == ("running", None), "another worker goes on"
    async with planner.working(), stopped_at_the_end(planner, running):
        await planner.until(running, lambda state: state.attempt == 2)


async def test_the_second_replan_of_a_shop_waits_for_the_first(planner: Planner) -> None:
    async with planner.working():
        first = await planner.running()
        second = await planner.desk.start(planner.tenant, FEW)
        await planner.until(first, lambda state: state.progress is not None)
        assert (await planner.state(second.id)).status == "queued"
        await planner.desk.cancel(planner.tenant, first)
        ended = await planner.until(second.id, lambda state: state.ended_at is not None)
    assert ended.status == "proposed"


async def test_without_a_free_core_a_replan_stays_in_line(
    planner: Planner, monkeypatch: pytest.MonkeyPatch, rows: Ask
) -> None:
    monkeypatch.setattr("jobs.replan_task.NO_SLOT_WAIT_S", 0.05)
    started = await planner.desk.start(planner.tenant, FEW)
    first = rows("select max(id) from jobs.procrastinate_jobs where task_name = %s", TASK)
    async with planner.working():
        with MachineSlots(1, folder=planner.folder).taken() as taken:
            assert taken
            await eventually(
                lambda: rows("select max(id) from jobs.procrastinate_jobs where task_name = %s", TASK) > first
            )
            assert (await planner.state(started.id)).attempt == 0
        state = await planner.until(started.id, lambda state: state.ended_at is not None)
    assert state.status == "proposed"


async def test_a_replan_of_another_shop_is_not_found(
    planner: Planner, two_shops: tuple[Principal, Principal]
) -> None:
    started = await planner.desk.start(planner.tenant, FEW)
    stranger = context(two_shops[1])
    for ask in (planner.desk.look, planner.desk.cancel):
        for proposal_id in (started.id, None):
            with pytest.raises(NotFound):
                await ask(stranger, proposal_id)
    assert (await planner.state(started.id)).status == "queued"


async def test_a_job_that_names_another_shops_proposal_touches_nothing(
    planner: Planner, two_shops: tuple[Principal, Principal]
) -> None:
    started = await planner.desk.start(planner.tenant, FEW)
    await planner.replanner().compute(JobRow(two_shops[1].tenant_id, started.id))
    await planner.replanner().compute(JobRow(planner.tenant.tenant_id, uuid4()))
    assert (await planner.state(started.id)).attempt == 0


async def test_a_colleague_of_the_shop_sees_the_proposal(planner: Planner) -> None:
    started = await planner.desk.start(planner.tenant, FEW)
    colleague = replace(planner.tenant, user_id="colleague")
    assert (await planner.desk.look(colleague, None)).id == started.id


async def test_asking_the_same_again_while_it_waits_starts_no_second_one(planner: Planner) -> None:
    first = await planner.desk.start(planner.tenant, FEW)
    assert (await planner.desk.start(planner.tenant, FEW)).id == first.id
    assert (await planner.desk.start(replace(planner.tenant, user_id="colleague"), FEW)).id != first.id


async def test_a_call_that_is_run_again_finds_its_replan_even_when_that_is_over(planner: Planner) -> None:
    async def start(call_id: str) -> UUID:
        return (await planner.desk.start(planner.tenant, FEW, call_id=call_id)).id

    first = await start("call-1")
    await planner.desk.cancel(planner.tenant, first)
    assert await start("call-1") == first
    assert (await planner.state(first)).status == "cancelled"
    assert await start("call-2") != first


async def test_only_so_many_replans_of_a_shop_wait(planner: Planner) -> None:
    for steps in range(1, MAX_OPEN + 1):
        await planner.desk.start(planner.tenant, replace(FEW, steps=steps))
    with pytest.raises(TooManyRuns):
        await planner.desk.start(planner.tenant, replace(FEW, steps=99))


async def test_a_replan_whose_job_is_gone_does_not_wait_for_ever(
    planner: Planner, settings: Settings, rows: Ask
) -> None:
    started = await planner.desk.start(planner.tenant, FEW)
    rows("delete from jobs.procrastinate_jobs where task_name = %s returning id", TASK)
    state = await planner.desk.look(planner.tenant, None)
    assert (state.id, state.status, state.error_code) == (started.id, "failed", ReplanInterrupted.code)


async def test_a_shop_keeps_its_newest_proposals(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposals, "KEEP", 3)
    ids: list[UUID] = []
    for _ in range(6):
        ids.append((await planner.desk.start(planner.tenant, FEW)).id)
        await planner.desk.cancel(planner.tenant, ids[-1])
    kept = [proposal_id for proposal_id in ids if await _is_there(planner, proposal_id)]
    assert kept == ids[2:], "three that were over when the last one was asked for, and that one"


async def test_a_computation_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(TimeLimit):
        await solve(request_of(crowded_shop(), steps=10**9), limit_s=1.0, on_progress=_nobody)
    assert solvers() == set()


async def test_what_the_planning_core_refuses_keeps_its_code() -> None:
    shop = crowded_shop()
    circle = Operation("o1-20", "o1", 20, 60, 0, predecessor_ids=("o1-20",))
    operations = {**shop.operations, circle.id: circle}
    request = request_of(replace(shop, operations=operations))
    with pytest.raises(InvalidRouting):
        await solve(replace(request, order_ids=frozenset({"o1"})), limit_s=60, on_progress=_nobody)


async def test_a_fault_of_the_planning_core_reaches_the_log_and_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = replace(request_of(crowded_shop()), shop=cast("Shop", "no shop"))
    with pytest.raises(InternalFault) as caught:
        await solve(broken, limit_s=60, on_progress=_nobody)
    assert "AttributeError" in caplog.text
    assert "AttributeError" not in caught.value.message


async def _is_there(planner: Planner, proposal_id: UUID) -> bool:
    try:
        await planner.state(proposal_id)
    except NotFound:
        return False
    return True
